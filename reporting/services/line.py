"""Who stands in the line of a report: PIC and trainers, the manager above them, the parties that wait (4.1, 5.3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from reporting.queries import managers_in_scope
from reporting.services.recipients import recipients_of
from sessions.models import Enrolment, MeetingTrainer
from trainingops.people.enums import MANDATORY_PARTIES
from trainingops.people.models import User

if TYPE_CHECKING:
    from reporting.models import ReportObligation


class Line:
    """The lines of many obligations at one moment. What many have in common is read once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._managers: dict[tuple[int, int], list[User]] = {}
        self._trainers: dict[int, set[User]] = {}
        self._places: dict[int, set[tuple[int | None, int | None]]] = {}
        self._parties: dict[tuple[int, frozenset[tuple[int | None, int | None]]], set[User]] = {}

    def load(self, obligations: Iterable[ReportObligation]) -> None:
        """Read who teaches the sessions of these, and where their people come from: two queries."""
        sessions = [each.training_session_id for each in obligations]
        taught = MeetingTrainer.objects.filter(
            meeting__training_session__in=sessions, trainer__user__is_active=True
        ).select_related("trainer__user", "meeting")
        for row in taught:
            assert row.trainer.user is not None
            self._trainers.setdefault(row.meeting.training_session_id, set()).add(row.trainer.user)
        enrolled = Enrolment.objects.filter(training_session__in=sessions, removed_at=None).order_by()
        for session, site, line in enrolled.values_list("training_session", "site", "line").distinct():
            self._places.setdefault(session, set()).add((site, line))

    def first(self, obligation: ReportObligation) -> set[User]:
        """Who is told of a breach: the PIC, who teaches, and the manager."""
        return {obligation.owner, *self._trainers.get(obligation.training_session_id, ()), *self._above(obligation)}

    def _above(self, obligation: ReportObligation) -> list[User]:
        """The managers in whose scope it lies, and who stands in for them."""
        training_session = obligation.training_session
        place = (training_session.site_id, training_session.line_id)
        if place not in self._managers:
            self._managers[place] = managers_in_scope(training_session, self._now)
        return self._managers[place]

    def parties(self, obligation: ReportObligation) -> set[User]:
        """The accounts of the parties that the report is owed to (5.3.2)."""
        training_session = obligation.training_session
        places = {(training_session.site_id, training_session.line_id), *self._places.get(training_session.pk, ())}
        key = (training_session.plan_id, frozenset(places))
        if key not in self._parties:
            reached = (each for each in recipients_of(training_session, self._now).all if each.reachable)
            self._parties[key] = {each.user for each in reached if each.user and each.party in MANDATORY_PARTIES}
        return self._parties[key]
