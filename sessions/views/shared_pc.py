"""A shared PC in check-in mode: turned on by the trainer, used by employee number and PIN (ATT-8)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login, logout
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from sessions import services
from sessions import shared_pc as pc
from sessions.enums import AttendanceSource, MeetingState, SessionState
from sessions.forms import PinForm
from sessions.models import SessionMeeting
from sessions.policies import can_run_session
from sessions.queries.check_in import meetings_with_place, own_enrolment
from sessions.queries.pages import recorded_at
from sessions.services.check_in import asked_to_join, not_enrolled, why_closed
from sessions.views.sessions import visible_meeting
from trainingops.audit.access_events import record_access
from trainingops.audit.models import AccessEvent
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.people.models import User
from trainingops.people.policies import HELPS_IN
from trainingops.people.services import user_of_pin
from trainingops.people.services.codes import find_account
from trainingops.people.sign_in import note_failure, require_unthrottled
from trainingops.ui.moments import moment_words


@never_cache
def shared_pc_start(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Turn this browser into check-in mode for one meeting; whoever did it is signed out here."""
    meeting = visible_meeting(request, uuid)
    if not can_run_session(request.user, meeting.training_session):
        raise PermissionDenied(_("A shared PC is prepared by the PIC or the executing trainer."))
    if request.method == "POST":
        services.start_shared_pc(meeting=meeting, actor=request.user, now=request.now)
        response = redirect("shared_pc")
        pc.begin(response, meeting, request.now)
        pc.leave_nothing(response)
        logout(request)
        return response
    context = _about(meeting) | {
        "is_open": _is_open(meeting),
        "may_give_pins": request.authority.has(*HELPS_IN),
    }
    return render(request, "sessions/shared_pc_start.html", context)


@never_cache
def shared_pc_end(request: SignedInRequest) -> HttpResponse:
    """End the mode of this browser, after signing in."""
    meeting = _meeting(request)
    if meeting is None:
        return render(request, "sessions/shared_pc_none.html", {"meeting": None})
    if not can_run_session(request.user, meeting.training_session):
        raise PermissionDenied(_("Check-in mode is ended by the PIC or the executing trainer of its class."))
    if request.method == "POST":
        services.end_shared_pc(meeting=meeting, actor=request.user, now=request.now)
        messages.success(request, _("This PC is no longer in check-in mode."))
        response = redirect("meeting_roll", uuid=meeting.uuid)
        pc.end(response)
        return response
    return render(request, "sessions/shared_pc_end.html", _about(meeting))


@never_cache
@sensitive_post_parameters("pin")
def shared_pc(request: SignedInRequest) -> HttpResponse:
    """The entry: employee number and PIN. Whoever was here by a PIN before is signed out."""
    pc.next_person(request)
    meeting = _meeting(request)
    if meeting is None or not _is_open(meeting):
        response = render(request, "sessions/shared_pc_none.html", {"meeting": meeting})
        pc.end(response)
        return response
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _enter(request, meeting, form.cleaned_data["login"], form.cleaned_data["pin"])
        except Refused as refused:
            form.add_refusal(refused)
        except ValidationError as error:
            form.add_error(None, error)
    return render(request, "sessions/shared_pc.html", _about(meeting) | {"form": form})


def _enter(request: SignedInRequest, meeting: SessionMeeting, typed: str, pin: str) -> HttpResponse:
    """Check in, and on to the next person; where a test is open too, the choice first.

    Raises:
        Refused: wrong number or PIN, not enrolled, or no check-in now.
        ValidationError: too many failures of this account.
    """
    account = find_account(typed)
    require_unthrottled(request, account, now=request.now)
    try:
        user = user_of_pin(login=typed, pin=pin, now=request.now)
    except Refused:
        note_failure(request, account, now=request.now)
        raise
    enrolment = own_enrolment(meeting, user)
    if enrolment is None and user.person_id is None:
        raise Refused(not_enrolled(), code="not_enrolled")
    if enrolment is None:
        services.ask_to_join(meeting=meeting, at=request.now, source=AttendanceSource.PIN, actor=user, now=request.now)
        raise Refused(asked_to_join(), code="not_enrolled")
    if not any(step.offer(meeting, enrolment) for step in pc.STEPS.values()):
        return _checked_in(request, meeting, user)
    login(request, user)
    by = {"by": "pin", "meeting": str(meeting.uuid)}
    record_access(AccessEvent.Kind.SIGN_IN, user=user, request=request, subject=user, now=request.now, data=by)
    request.session[pc.BY_PIN] = meeting.uuid.hex
    request.session.set_expiry(pc.LONGEST)
    return redirect("shared_pc_choice")


def _checked_in(request: SignedInRequest, meeting: SessionMeeting, user: User) -> HttpResponse:
    """Write the attendance; the receipt stands on the entry for the next person."""
    done = services.check_in(meeting=meeting, at=request.now, source=AttendanceSource.PIN, actor=user, now=request.now)
    row, zone = done.attendance, meeting.training_session.site.zone
    said = {
        "name": user.name,
        "state": row.get_status_display(),
        "at": moment_words(row.recorded_at or request.now, zone, "time"),
    }
    pc.next_person(request)
    if done.is_new:
        messages.success(request, _("%(name)s: %(state)s, %(at)s. Next person, please.") % said)
    else:
        messages.info(request, _("%(name)s: %(state)s, recorded already at %(at)s. Next person, please.") % said)
    response = redirect("shared_pc")
    pc.leave_nothing(response)
    return response


@never_cache
def shared_pc_choice(request: SignedInRequest) -> HttpResponse:
    """What somebody who came by a PIN may do: check in, take the open test, or leave."""
    meeting = _meeting(request)
    enrolment = own_enrolment(meeting, request.user) if meeting else None
    if meeting is None or enrolment is None or not pc.signed_in_by_pin(request):
        return redirect("shared_pc")
    recorded = recorded_at(enrolment)
    blank = recorded is None or not recorded.status
    why = why_closed(meeting, request.now) if blank else ""
    offers = {name: offer for name, step in pc.STEPS.items() if (offer := step.offer(meeting, enrolment))}
    if request.method == "POST":
        try:
            return _choose(request, meeting, offers, checks_in=blank and not why)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("shared_pc_choice")  # which signs them out by itself, and leads nobody elsewhere
    context = _about(meeting) | {
        "recorded": recorded,
        "enrolment": enrolment,
        "may_check_in": blank and not why,
        "why": why,
        "offers": offers,
    }
    response = render(request, "sessions/shared_pc_choice.html", context)
    response.headers["Refresh"] = f"90; url={reverse('shared_pc')}"
    return response


def _choose(
    request: SignedInRequest, meeting: SessionMeeting, offers: dict[str, pc.Offer], *, checks_in: bool
) -> HttpResponse:
    chosen = offers.get(request.POST.get("do", ""))
    if chosen is None and request.POST.get("do") == "check_in":
        return _checked_in(request, meeting, request.user)
    if chosen is None:
        pc.next_person(request)
        return redirect("shared_pc")
    if checks_in:
        services.check_in(
            meeting=meeting, at=request.now, source=AttendanceSource.PIN, actor=request.user, now=request.now
        )
    return redirect(chosen.url)


def _meeting(request: SignedInRequest) -> SessionMeeting | None:
    """The meeting of this browser's mode."""
    uuid = pc.meeting_of_browser(request)
    return next(iter(meetings_with_place([uuid])), None) if uuid else None


def _is_open(meeting: SessionMeeting) -> bool:
    return meeting.state == MeetingState.OPEN and meeting.training_session.state == SessionState.OPEN


def _about(meeting: SessionMeeting) -> dict[str, object]:
    training_session = meeting.training_session
    return {"meeting": meeting, "training_session": training_session, "zone": training_session.site.zone}
