"""The machine that walks the ledger: what a step needs, and what holds after every one of them.

The steps stand in modules of their own, a class a topic; :mod:`sessions.tests.test_ledger_property` puts them together.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from planning.models import PlanTarget, TrainingPlan
from planning.tests.factories import manager_of
from sessions.enums import (
    CASE_TRANSITIONS,
    MEETING_TRANSITIONS,
    OPEN_CASES,
    SESSION_TRANSITIONS,
    OutcomeState,
)
from sessions.models import Enrolment, RecoveryCase, SessionMeeting, TargetOutcome, TrainingSession
from sessions.queries.facts import session_facts
from sessions.queries.ledger import identity, ledger_of, trained_of
from sessions.services.checking import wrong_summaries
from sessions.tests.factories import START, take_test
from trainingops.domain import Refused

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OUTCOME_TRANSITIONS: dict[str, tuple[str, ...]] = {
    OutcomeState.OUTSTANDING: (OutcomeState.TRAINED, OutcomeState.WAIVED, OutcomeState.LAPSED)
}
TABLES: tuple[tuple[Any, dict[str, tuple[str, ...]]], ...] = (
    (TrainingSession, SESSION_TRANSITIONS),
    (SessionMeeting, MEETING_TRANSITIONS),
    (RecoveryCase, CASE_TRANSITIONS),
    (TargetOutcome, OUTCOME_TRANSITIONS),
)
#: Which of the rows that a step may take; any number finds one.
ANY = st.integers(min_value=0, max_value=1000)


class LedgerMachine(RuleBasedStateMachine):
    """Two batches of one plan and a later one of another: people come, miss, make up, fail, leave."""

    world: Any
    plans: list[TrainingPlan]
    elsewhere: Any

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = START
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.states: dict[tuple[Any, int], str] = self._states()

    def teardown(self) -> None:
        try:
            for training_session in TrainingSession.objects.filter(state="concluded"):
                said = session_facts(training_session)
                counted = ledger_of(said["people"], said["recovery"])
                assert counted.targeted == counted.trained + counted.waiting + counted.given_up
                assert counted.trained == sum(
                    (counted.passed, counted.in_remedial, counted.not_passed, counted.not_scored)
                )
        finally:
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    # --- What a step needs ---------------------------------------------------------------------------------

    @property
    def pic(self) -> Any:
        return self.world.pic

    @property
    def manager(self) -> Any:
        return manager_of(self.plans[0])

    def do(self, service: Callable[..., Any], *, corrects: bool = False, **said: Any) -> Any:
        """Call a service now; a refusal writes nothing. Each state that changed did so by one arrow of its table.

        Only a step that ``corrects`` an attendance takes somebody back who was trained.
        """
        try:
            with transaction.atomic():
                done = service(**said, now=self.now)
        except Refused:
            done = None
        after = self._states()
        for key, state in after.items():
            before = self.states.get(key, state)
            allowed = dict(TABLES)[key[0]].get(before, ())
            if corrects and (key[0], before) == (TargetOutcome, OutcomeState.TRAINED):
                allowed = (OutcomeState.OUTSTANDING,)
            assert state == before or state in allowed, (service.__name__, key, before, state)
        self.states = after
        return done

    @staticmethod
    def _states() -> dict[tuple[Any, int], str]:
        return {
            (model, key): state for model, _table in TABLES for key, state in model.objects.values_list("pk", "state")
        }

    @staticmethod
    def one(rows: Any, which: int) -> Any:
        """One of the rows, or none where there is none."""
        found = list(rows.order_by("pk"))
        return found[which % len(found)] if found else None

    def later(self, moment: datetime) -> None:
        """Time only goes on."""
        self.now = max(self.now, moment)

    def cases(self, **where: Any) -> Any:
        """Cases with what the services read of them."""
        related = ("enrolment__training_session__plan", "enrolment__person", "meeting")
        return RecoveryCase.objects.select_related(*related).filter(**where)

    def _running(self, which: int) -> SessionMeeting | None:
        running = SessionMeeting.objects.filter(training_session__state="open", state__in=["open", "concluded"])
        return self.one(running.select_related("training_session"), which)  # type: ignore[no-any-return]

    @staticmethod
    def _test(*, enrolment: Enrolment, phase: str, right: int, now: datetime) -> None:
        take_test(enrolment, phase=phase, right=right, now=now)

    # --- What always holds ---------------------------------------------------------------------------------

    @invariant()
    def both_sums_hold(self) -> None:
        for plan in self.plans:
            outcomes = TargetOutcome.objects.filter(plan=plan)
            counted = identity(outcomes)
            assert counted.holds, counted
            assert counted.targeted == PlanTarget.objects.filter(revision=plan.approved_revision).count()

    @invariant()
    def summaries_agree_with_their_rows(self) -> None:
        assert [str(each) for each in wrong_summaries()] == []

    @invariant()
    def cases_and_targets_agree(self) -> None:
        outcomes = list(TargetOutcome.objects.select_related("enrolment__training_session"))
        trained = trained_of(each.enrolment_id for each in outcomes if each.enrolment_id)
        waiting: dict[int, set[str]] = {}
        for case in RecoveryCase.objects.filter(state__in=OPEN_CASES):
            waiting.setdefault(case.enrolment_id, set()).add(case.kind)
        for each in outcomes:
            kinds = waiting.get(each.enrolment_id or 0, set())
            if each.state == OutcomeState.TRAINED:
                assert each.enrolment_id in trained, "trained in the ledger, and not by the rows"
                assert "recovery" not in kinds, "trained, and still to recover"
            elif each.state == OutcomeState.OUTSTANDING and each.enrolment and each.enrolment.removed_at is None:
                over = each.enrolment.training_session.state == "concluded"
                assert not over or "recovery" in kinds, "outstanding, and no case to bring them back"
            else:
                assert "recovery" not in kinds, (each.state, kinds)

    @invariant()
    def who_waits_for_a_class_has_one(self) -> None:
        for case in RecoveryCase.objects.filter(state="scheduled").select_related("scheduled_in", "enrolment"):
            assert case.scheduled_in is not None
            assert case.scheduled_in.state in ("scheduled", "open")
            guests = case.scheduled_in.enrolments.filter(person=case.enrolment.person_id, removed_at=None)
            assert guests.exists(), "waits for a class that does not expect them"
