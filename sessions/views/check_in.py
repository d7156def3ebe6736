"""A participant checks in: scan or type the code, sign in if need be, confirm (ATT-1, ATT-2, ATT-3)."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from sessions import claims, codes, services
from sessions.claims import Claim
from sessions.enums import AttendanceSource
from sessions.forms import CheckInForm
from sessions.models import Enrolment, SessionMeeting
from sessions.queries.check_in import meetings_of_code, meetings_with_place, own_enrolment
from sessions.queries.corrections import own_cell
from sessions.queries.pages import recorded_at
from sessions.services.check_in import arrival, not_enrolled, why_closed
from sessions.services.elsewhere import doubts
from sessions.steps import test_open_to
from sessions.wrong_codes import note_wrong_code, too_many
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest


@never_cache
def check_in(request: SignedInRequest) -> HttpResponse:
    """The short address: type the code of the screen."""
    form = CheckInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = _redeem(request, form.cleaned_data["code"], AttendanceSource.TYPED)
        if isinstance(found, HttpResponse):
            return found
        form.add_refusal(found)
    return render(request, "sessions/check_in.html", {"form": form})


@never_cache
def check_in_scan(request: SignedInRequest, code: str) -> HttpResponse:
    """The address in the QR code. It writes nothing: a valid code earns a claim, to be confirmed by a POST."""
    claim = claim_of(request)
    if claim is not None and claim.code == codes.tidy(code) and claim.holds(request.now):
        return redirect("check_in_confirm")
    found = _redeem(request, codes.tidy(code), AttendanceSource.QR)
    if isinstance(found, HttpResponse):
        return found
    context = {"form": CheckInForm(), "errors": [found]}
    return render(request, "sessions/check_in.html", context, status=410 if found.code == "over" else 404)


def _redeem(request: SignedInRequest, code: str, source: str) -> HttpResponse | Refused:
    """On to the confirmation with a claim, or to sign in first; or why not."""
    if too_many(request, now=request.now):
        if request.user.is_authenticated:
            return Refused(
                _("Too many wrong codes. Wait ten minutes, or ask the trainer to record that you are here."),
                field="code",
                code="too_many",
            )
        messages.info(request, _("Too many wrong codes were tried here. Sign in first, then type the code."))
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': reverse('check_in')})}")
    meetings, was_one = meetings_of_code(code, request.now) if code else ((), False)
    if not meetings:
        return _refusal(request, code, was_one=was_one)
    claim = claims.claim_for(claim_of(request), meetings=meetings, source=source, code=code, now=request.now)
    response = redirect("check_in_confirm")
    response.set_cookie(
        claims.COOKIE,
        claim.pack(),
        max_age=claims.KEPT,
        secure=settings.SECURE_ON,
        httponly=True,
        samesite="Lax",
    )
    return response


def _refusal(request: SignedInRequest, code: str, *, was_one: bool) -> Refused:
    if was_one:
        return Refused(
            _("The code %(code)s is over: each is shown for half a minute. Scan or type the one on the screen now.")
            % {"code": code},
            field="code",
            code="over",
        )
    if code:
        note_wrong_code(request, now=request.now)
        text = _("%(code)s is not a code that is valid now. Compare it with the screen, or scan the QR code.")
        return Refused(text % {"code": code}, field="code", code="unknown")
    return Refused(_("This is no check-in code. Scan the QR code on the screen, or type the six characters below it."))


def claim_of(request: HttpRequest) -> Claim | None:
    """The claim of this browser, expired or not."""
    return claims.unpack(request.COOKIES.get(claims.COOKIE, ""))


@never_cache
def check_in_confirm(request: SignedInRequest) -> HttpResponse:
    """“Anda hadir di …”: GET shows what will be written, POST writes it with the time of the scan."""
    claim = claim_of(request)
    if claim is None or not claim.holds(request.now):
        expired = {"claim": claim, "minutes": int(claims.LIFETIME.total_seconds() // 60)}
        code = 409 if request.method == "POST" else 200
        return render(request, "sessions/check_in_none.html", expired, status=code)
    meeting, enrolment = _place(claim, request)
    zone = meeting.training_session.site.zone
    context: dict[str, object] = {
        "meeting": meeting,
        "training_session": meeting.training_session,
        "zone": zone,
        "at": claim.at,
    }
    if request.method == "POST":
        return _confirm(request, claim, meeting, context)
    if enrolment is None:
        context |= {"why": not_enrolled(), "may_join": not why_closed(meeting, claim.at)}
        return render(request, "sessions/check_in_closed.html", context, status=409)
    recorded = recorded_at(enrolment)
    if recorded is not None and recorded.status:
        return redirect("check_in_done", uuid=meeting.uuid)
    if why := why_closed(meeting, claim.at):
        return render(request, "sessions/check_in_closed.html", {**context, "why": why}, status=409)
    status, minutes = arrival(meeting, claim.at)
    return render(request, "sessions/check_in_confirm.html", {**context, "status": status, "minutes": minutes})


def _place(claim: Claim, request: SignedInRequest) -> tuple[SessionMeeting, Enrolment | None]:
    """The claim's meeting and the reader's place in it: of several with one code, the one that they belong to."""
    meetings = meetings_with_place(claim.meetings)
    if not meetings:
        raise Http404
    if request.method == "POST" and len(meetings) == 1:
        return meetings[0], None  # the service looks for itself
    for meeting in meetings:
        if enrolment := own_enrolment(meeting, request.user):
            return meeting, enrolment
    return meetings[0], None


def _confirm(
    request: SignedInRequest, claim: Claim, meeting: SessionMeeting, context: dict[str, object]
) -> HttpResponse:
    try:
        done = services.check_in(meeting=meeting, at=claim.at, source=claim.source, actor=request.user, now=request.now)
    except Refused as refused:
        return render(request, "sessions/check_in_closed.html", {**context, "why": str(refused)}, status=409)
    if not done.is_new:
        messages.info(request, _("This was recorded already; nothing has changed."))
    response = redirect("check_in_done", uuid=meeting.uuid)
    response.delete_cookie(claims.COOKIE, samesite="Lax")
    return response


@never_cache
def check_in_done(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What is recorded of the reader at this meeting, and what comes next."""
    meeting = next(iter(meetings_with_place([uuid])), None)
    enrolment = own_enrolment(meeting, request.user) if meeting else None
    if meeting is None or enrolment is None:
        raise Http404
    context = {
        "meeting": meeting,
        "training_session": meeting.training_session,
        "zone": meeting.training_session.site.zone,
        "recorded": recorded_at(enrolment),
        "doubt": doubts(meeting, [enrolment.person], request.user).get(enrolment.person_id),
        "enrolment": enrolment,
        "test": test_open_to(meeting, enrolment),
        "cell": own_cell(meeting, enrolment, request.now),
    }
    return render(request, "sessions/check_in_done.html", context)
