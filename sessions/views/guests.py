"""Adding on the roll who came without being targeted, and who asked at the door (clauses 4.2, 5.3.1)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from sessions import claims, services
from sessions.correction_forms import GuestForm
from sessions.models import Enrolment, JoinRequest, SessionMeeting
from sessions.policies import can_run_session
from sessions.queries.check_in import meetings_with_place
from sessions.queries.guests import SHOWN, people_to_add, targets_of_class
from sessions.services import Guest
from sessions.views.check_in import claim_of
from sessions.views.sessions import attempt_step, visible_meeting
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Person


def _running(request: SignedInRequest, uuid: UUID) -> SessionMeeting:
    """A meeting that the reader runs."""
    meeting = visible_meeting(request, uuid)
    if not can_run_session(request.user, meeting.training_session):
        raise PermissionDenied(_("Participants are added by the PIC or the executing trainer."))
    return meeting


def guest_add(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Search the person, say in whose place and why; or add who asked at the door."""
    meeting = _running(request, uuid)
    training_session = meeting.training_session
    asked = _asked(request, meeting)
    person = asked.person if asked else _chosen(request, meeting)
    form = GuestForm(request.POST if request.method == "POST" else None, targets=targets_of_class(training_session))
    if request.method == "POST" and person is None:
        messages.error(request, _("Choose the person first."))
        return redirect("guest_add", uuid=uuid)
    if request.method == "POST" and person is not None and form.is_valid():
        try:
            services.add_guest(
                training_session=training_session,
                guest=Guest(person, form.cleaned_data["reason"], form.cleaned_data["instead_of"]),
                request=asked,
                actor=request.user,
                now=request.now,
            )
            messages.success(
                request, _("%(name)s is on the list, beyond target. The manager is told.") % {"name": person.name}
            )
            return redirect("meeting_roll", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    text = request.GET.get("q", "").strip()
    found = people_to_add(training_session, request.user, text, request.now) if text and person is None else []
    context = {
        "form": form,
        "meeting": meeting,
        "training_session": training_session,
        "zone": training_session.site.zone,
        "person": person,
        "asked": asked,
        "text": text,
        "found": found[:SHOWN],
        "more": len(found) > SHOWN,
    }
    return render(request, "sessions/guest_add.html", context)


def _asked(request: SignedInRequest, meeting: SessionMeeting) -> JoinRequest | None:
    """The request at the door that the address names."""
    key = _uuid(request.GET.get("request", ""))
    rows = meeting.join_requests.select_related("person", "meeting")
    return get_object_or_404(rows, uuid=key) if key else None


def _chosen(request: SignedInRequest, meeting: SessionMeeting) -> Person | None:
    """The person that the address names, found as the search finds them."""
    key = _uuid(request.GET.get("person", ""))
    if key is None:
        return None
    person = get_object_or_404(Person, uuid=key)
    meant = people_to_add(meeting.training_session, request.user, person.employee_no, request.now)
    return person if person in meant else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def guest_remove(request: SignedInRequest, uuid: UUID, enrolment: int) -> HttpResponse:
    """Take somebody off who was added by mistake."""
    meeting = _running(request, uuid)
    row = get_object_or_404(Enrolment, pk=enrolment, training_session=meeting.training_session)
    attempt_step(
        request,
        lambda: services.remove_guest(enrolment=row, actor=request.user, now=request.now),
        _("Taken off the list."),
    )
    return redirect("meeting_roll", uuid=uuid)


def join_decline(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The trainer does not add who asked."""
    asked = get_object_or_404(JoinRequest.objects.select_related("meeting"), uuid=uuid)
    meeting = _running(request, asked.meeting.uuid)
    attempt_step(
        request,
        lambda: services.decline_to_join(request=asked, actor=request.user, now=request.now),
        _("The request is declined."),
    )
    return redirect("meeting_roll", uuid=meeting.uuid)


@never_cache
def check_in_ask(request: SignedInRequest) -> HttpResponse:
    """Somebody with a valid scan who is not on the list asks the trainer to be added."""
    claim = claim_of(request)
    if claim is None or not claim.holds(request.now):
        return redirect("check_in_confirm")
    meeting = next(iter(meetings_with_place(claim.meetings)), None)
    context: dict[str, Any] = {"meeting": meeting, "at": claim.at}
    if meeting is None:
        return redirect("check_in_confirm")
    context |= {"training_session": meeting.training_session, "zone": meeting.training_session.site.zone}
    try:
        services.ask_to_join(meeting=meeting, at=claim.at, source=claim.source, actor=request.user, now=request.now)
    except Refused as refused:
        return render(request, "sessions/check_in_closed.html", {**context, "why": str(refused)}, status=409)
    response = render(request, "sessions/check_in_asked.html", context)
    response.delete_cookie(claims.COOKIE, samesite="Lax")
    return response
