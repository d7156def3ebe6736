"""Reads behind the pages of corrections: what is asked, what stands, what may be asked still (ATT-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from sessions.enums import CorrectionState
from sessions.models import Attendance, AttendanceCorrection, Enrolment, MeetingTrainer, SessionMeeting
from sessions.queries.pages import recorded_at
from sessions.services.correcting import correction_ends, last_minute, why_not_correctable

if TYPE_CHECKING:
    from sessions.models.corrections import AttendanceCorrectionQuerySet
    from trainingops.people.models import User

#: Longer ago than this nobody's page offers a correction; the days of the house and its holidays are fewer.
_RECENT = timedelta(days=120)


def corrections_for(user: User) -> AttendanceCorrectionQuerySet:
    """Those that the user sees as staff, with what a list and a page say of them, those that wait first."""
    rows = AttendanceCorrection.objects.visible_to(user)
    if user.person_id:
        rows = rows.exclude(enrolment__person=user.person_id)
    return rows.select_related(
        "enrolment__person",
        "meeting__training_session__plan__pic",
        "meeting__training_session__site",
        "reason",
        "requested_by",
        "decided_by",
    ).order_by("-requested_at")


def corrections_to_decide(user: User) -> QuerySet[AttendanceCorrection]:
    """Those that wait for the user: all of their own plans, participants' requests where they teach; never their own.

    The rows of :func:`sessions.policies.can_decide_correction`.
    """
    teaches = MeetingTrainer.objects.filter(
        meeting__training_session=OuterRef("meeting__training_session"), trainer__user=user
    )
    pic = Q(meeting__training_session__plan__pic=user)
    asked = Q(requested_by__person=F("enrolment__person"))
    rows = AttendanceCorrection.objects.filter(pic | asked & Exists(teaches), state=CorrectionState.PENDING)
    return rows.exclude(enrolment__person=user.person_id) if user.person_id else rows


def correction_counts(rows: QuerySet[AttendanceCorrection]) -> dict[str, int]:
    """How many of each state, and all, by one query."""
    found = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {"all": sum(found.values()), **{state: found.get(state, 0) for state in CorrectionState.values}}


def standing_of_cell(correction: AttendanceCorrection) -> Attendance | None:
    """What stands in the roll where the correction is asked."""
    rows = Attendance.objects.filter(meeting=correction.meeting_id, enrolment=correction.enrolment_id)
    return rows.select_related("reason", "recorded_by").first()


def with_pending(places: QuerySet[Enrolment], meeting: SessionMeeting) -> QuerySet[Enrolment]:
    """Each place with ``asked``: the uuid of the correction that waits there at a meeting, or None."""
    waiting = meeting.corrections.filter(state=CorrectionState.PENDING, enrolment=OuterRef("pk"))
    return places.annotate(asked=Subquery(waiting.order_by().values("uuid")[:1]))


@dataclass(frozen=True)
class OwnCell:
    """One's own attendance at one meeting, and whether something may be asked of it."""

    meeting: SessionMeeting
    attendance: Attendance | None
    correction: AttendanceCorrection | None
    last_at: datetime | None
    may_ask: bool


def own_cell(meeting: SessionMeeting, enrolment: Enrolment, now: datetime) -> OwnCell:
    """The same of one meeting, for a row of ``roll_of``: two queries at most."""
    asked = AttendanceCorrection.objects.filter(enrolment=enrolment, meeting=meeting).order_by("requested_at").last()
    return _own_cell(meeting, recorded_at(enrolment), asked, correction_ends([meeting]).get(meeting.pk), now)


def _own_cell(
    meeting: SessionMeeting,
    attendance: Attendance | None,
    asked: AttendanceCorrection | None,
    ends_at: datetime | None,
    now: datetime,
) -> OwnCell:
    waits = asked is not None and asked.state == CorrectionState.PENDING
    may_ask = ends_at is not None and now < ends_at and not waits and not why_not_correctable(meeting)
    return OwnCell(meeting, attendance, asked, last_minute(ends_at), may_ask)


def _asked(row: Mapping[str, Any]) -> AttendanceCorrection:
    """What ``enrolments_of_person`` brought of a correction."""
    kept = ("uuid", "state", "decision_note")
    return AttendanceCorrection(meeting_id=row["meeting"], **{name: row[name] for name in kept})


def own_cells(enrolments: Iterable[Enrolment], now: datetime) -> dict[tuple[int, int], OwnCell]:
    """By enrolment and meeting, for rows of ``enrolments_of_person``: one query a site, whatever the number."""
    found = list(enrolments)
    meetings = []
    for each in found:
        for meeting in each.training_session.meetings.all():
            meeting.training_session = each.training_session
            if meeting.actual_ends_at and now - meeting.actual_ends_at < _RECENT:
                meetings.append(meeting)
    ends = correction_ends(meetings)
    latest = {(each.pk, row["meeting"]): _asked(row) for each in found for row in each.asked_corrections}  # type: ignore[attr-defined]
    cells = {}
    for each in found:
        recorded = {row.meeting_id: row for row in each.attendances.all()}
        for meeting in each.training_session.meetings.all():
            key = each.pk, meeting.pk
            cells[key] = _own_cell(meeting, recorded.get(meeting.pk), latest.get(key), ends.get(meeting.pk), now)
    return cells
