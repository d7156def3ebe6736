"""Reads behind checking in: whose code it is, where somebody stands, how many have come."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q
from django.utils.crypto import salted_hmac

from sessions import codes
from sessions.enums import AttendanceStatus, MeetingState
from sessions.models import Enrolment, SessionMeeting
from sessions.queries.pages import roll_of

if TYPE_CHECKING:
    from trainingops.people.models import User

#: A meeting lasts at most a day and begins at most twelve hours before its plan.
_BEHIND, _AHEAD = timedelta(hours=24), timedelta(hours=12)


def code_key() -> bytes:
    """The key of every code, from the secret key of the house."""
    return bytes(salted_hmac("trainingops.sessions.codes", "key", algorithm="sha256").digest())


def meetings_of_code(code: str, now: datetime) -> tuple[tuple[UUID, ...], bool]:
    """Of which meetings ``code`` holds now; and, where it is of none, whether it was one a while ago. One query.

    Codes are computed for the meetings that may be on a screen: those under way, and those of these hours.
    """
    these = Q(starts_at__range=(now - _BEHIND, now + _AHEAD))
    known = SessionMeeting.objects.filter(Q(state=MeetingState.OPEN) | these).order_by("pk")
    uuids, key = list(known.values_list("uuid", flat=True)), code_key()
    holds = tuple(each for each in uuids if codes.is_valid(key, each, code, now))
    return holds, not holds and any(codes.is_over(key, each, code, now) for each in uuids)


def meetings_with_place(uuids: Collection[UUID]) -> list[SessionMeeting]:
    """Meetings with what a page of checking in says of them."""
    rows = ("training_session__plan", "training_session__site", "training_session__planned__room")
    return list(SessionMeeting.objects.filter(uuid__in=uuids).select_related(*rows).order_by("pk"))


def own_enrolment(meeting: SessionMeeting, user: User) -> Enrolment | None:
    """The user's place in a meeting with what is recorded of it (``recorded_at``); None for who is not enrolled."""
    if user.person_id is None:
        return None
    return roll_of(meeting).filter(person=user.person_id).first()


def come_so_far(meeting: SessionMeeting) -> tuple[int, int]:
    """How many are recorded as present or late, of how many enrolled; one query."""
    here = Q(attendances__meeting=meeting.pk, attendances__status__in=[AttendanceStatus.PRESENT, AttendanceStatus.LATE])
    people = Enrolment.objects.filter(training_session=meeting.training_session_id, removed_at=None)
    found = people.aggregate(here=Count("pk", filter=here, distinct=True), all=Count("pk", distinct=True))
    return found["here"], found["all"]
