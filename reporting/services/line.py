"""Who stands in the line of a report: PIC and trainers, the manager above them, the parties that wait (4.1, 5.3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from reporting.queries import managers_in_scope
from reporting.services.recipients import recipients_of
from sessions.models import MeetingTrainer
from trainingops.people.enums import MANDATORY_PARTIES
from trainingops.people.models import User

if TYPE_CHECKING:
    from reporting.models import ReportObligation


class Line:
    """The lines of many obligations at one moment: one query for all trainers, one for the managers of each place."""

    def __init__(self, obligations: Iterable[ReportObligation], now: datetime) -> None:
        self._now = now
        self._managers: dict[tuple[int, int], list[User]] = {}
        self._trainers: dict[int, set[User]] = {}
        taught = MeetingTrainer.objects.filter(
            meeting__training_session__in=[each.training_session_id for each in obligations],
            trainer__user__is_active=True,
        )
        for row in taught.select_related("trainer__user", "meeting"):
            assert row.trainer.user is not None
            self._trainers.setdefault(row.meeting.training_session_id, set()).add(row.trainer.user)

    def responsible(self, obligation: ReportObligation) -> set[User]:
        """The PIC and who teaches; a trainer from outside may have no account."""
        return {obligation.owner, *self._trainers.get(obligation.training_session_id, ())}

    def managers(self, obligation: ReportObligation) -> list[User]:
        """The managers in whose scope it lies, and who stands in for them."""
        training_session = obligation.training_session
        place = (training_session.site_id, training_session.line_id)
        if place not in self._managers:
            self._managers[place] = managers_in_scope(training_session, self._now)
        return self._managers[place]

    def parties(self, obligation: ReportObligation) -> set[User]:
        """The accounts of the parties that the report is owed to (5.3.2)."""
        reached = (each for each in recipients_of(obligation.training_session, self._now).all if each.reachable)
        return {each.user for each in reached if each.user and each.party in MANDATORY_PARTIES}
