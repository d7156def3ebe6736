"""Whatever happens, in whatever order: both sums of the ledger hold after every step (clauses 4.3, 5.3.1).

The machine walks the real services over the real tables. A service may refuse; what it writes must leave the sums
true, the summaries equal to their rows, every state one that its table of transitions allows, and nobody outstanding
whom no case can bring back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from planning.models import PlanTarget, RecoveryForm, TrainingPlan
from planning.services.adjusting import adjust_target
from planning.tests.factories import approved_plan, make_world, manager_of, signature
from sessions.enums import (
    CASE_TRANSITIONS,
    MEETING_TRANSITIONS,
    OPEN_CASES,
    SESSION_TRANSITIONS,
    DeviationKind,
    OutcomeState,
)
from sessions.frozen import read_scheme
from sessions.models import Enrolment, RecoveryCase, SessionMeeting, TargetOutcome, TrainingSession
from sessions.queries.facts import session_facts
from sessions.queries.ledger import identity, ledger_of, trained_of
from sessions.services import (
    MakeUp,
    RollCell,
    ScoreCell,
    cancel_make_up,
    case_waiver_hash,
    conclude_meeting,
    conclude_session,
    lapse_case,
    mark_rest_present,
    move_make_up,
    open_case_test,
    open_meeting,
    open_post_test,
    open_session,
    record_roll,
    record_scores,
    schedule_in_batch,
    schedule_make_up,
    waive_case,
    waive_outcome,
    waiver_hash,
)
from sessions.services.checking import wrong_summaries
from sessions.tests.factories import START, take_test
from trainingops.domain import Refused
from trainingops.people.models import PersonAssignment
from trainingops.people.tests.factories import SiteFactory, make_agent

pytestmark = pytest.mark.django_db

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
REASONS = dict.fromkeys(DeviationKind.values, "Jaringan putus")
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

    def do(self, service: Callable[..., Any], **said: Any) -> Any:
        """Call a service now; a refusal writes nothing. Each state that changed did so by one arrow of its table."""
        try:
            with transaction.atomic():
                done = service(**said, now=self.now)
        except Refused:
            done = None
        after = self._states()
        for key, state in after.items():
            before = self.states.get(key, state)
            allowed = dict(TABLES)[key[0]].get(before, ())
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

    # --- The class -----------------------------------------------------------------------------------------

    @initialize(away=st.lists(st.sampled_from(["present", "absent", "late", "early"]), min_size=2, max_size=2))
    def first_class(self, away: list[str]) -> None:
        """The first batch has begun: whoever follows has something to miss."""
        self.opens(0)
        for index, kind in enumerate(away):
            self.attends(0, index, kind)

    @rule(which=ANY)
    def opens(self, which: int) -> None:
        training_session = self.one(TrainingSession.objects.filter(state="scheduled"), which)
        if training_session:
            self.later(training_session.starts_at)
            self.do(open_session, training_session=training_session, actor=self.pic)

    @rule(which=ANY)
    def goes_on(self, which: int) -> None:
        waits = SessionMeeting.objects.filter(training_session__state="open", state="planned")
        if meeting := self.one(waits.select_related("training_session"), which):
            self.later(meeting.starts_at)
            self.do(open_meeting, meeting=meeting, actor=self.pic)

    @rule(
        which=ANY,
        who=ANY,
        kind=st.sampled_from(["present", "absent", "late", "very late", "early", "left at once", ""]),
    )
    def attends(self, which: int, who: int, kind: str) -> None:
        meeting = self._running(which)
        enrolment = meeting and self.one(meeting.training_session.enrolments.filter(removed_at=None), who)
        if not enrolment:
            return
        self.later(meeting.ends_at)
        old = meeting.attendances.filter(enrolment=enrolment).first()
        key, version = enrolment.pk, old.version if old else 0
        cell = {
            "present": RollCell(key, "present", version=version),
            "absent": RollCell(key, "absent", reason="sick", version=version),
            "late": RollCell(key, "late", minutes_late=15, version=version),
            "very late": RollCell(key, "late", minutes_late=16, version=version),
            "early": RollCell(key, "present", minutes_left_early=16, version=version),
            "left at once": RollCell(key, "late", minutes_late=20, minutes_left_early=30, version=version),
            "": RollCell(key, "", version=version),
        }[kind]
        self.do(record_roll, meeting=meeting, cells=[cell], actor=self.pic)

    @rule(which=ANY)
    def rest_is_here(self, which: int) -> None:
        if meeting := self._running(which):
            self.do(mark_rest_present, meeting=meeting, actor=self.pic)

    @rule(which=ANY, who=ANY, right=st.sampled_from([0, 3, 5]))
    def takes_the_test(self, which: int, who: int, right: int) -> None:
        training_session = self.one(TrainingSession.objects.filter(state="open"), which)
        if training_session is None:
            return
        self.do(open_post_test, training_session=training_session, actor=self.pic)
        if enrolment := self.one(training_session.enrolments.filter(removed_at=None), who):
            self.do(self._test, enrolment=enrolment, phase="post", right=right)

    @rule(which=ANY, who=ANY, value=st.sampled_from(["0", "60", "100"]), attempt=st.sampled_from([1, 1, 2]))
    def is_scored(self, which: int, who: int, value: str, attempt: int) -> None:
        enrolments = Enrolment.objects.filter(training_session__state__in=["open", "concluded"], removed_at=None)
        enrolment = self.one(enrolments.select_related("training_session"), which + who)
        if enrolment is None:
            return
        (typed,) = [
            each for each in read_scheme(enrolment.training_session.scheme).parameters if each.source == "trainer"
        ]
        old = enrolment.scores.filter(attempt=attempt).first()
        cell = ScoreCell(enrolment.pk, typed.uuid, Decimal(value), version=old.version if old else 0)
        self.do(
            record_scores,
            training_session=enrolment.training_session,
            cells=[cell],
            attempt=attempt,
            actor=self.pic,
        )

    @rule(which=ANY, early=st.sampled_from([0, 0, 0, 60, 119]))
    def ends(self, which: int, early: int) -> None:
        training_session = self.one(TrainingSession.objects.filter(state="open"), which)
        if training_session is None:
            return
        for meeting in training_session.meetings.exclude(state="concluded").order_by("starts_at"):
            self.later(meeting.ends_at)
            end = min(self.now, meeting.ends_at - early * MINUTE)
            self.do(open_meeting, meeting=meeting, actor=self.pic)
            self.do(
                conclude_meeting,
                meeting=meeting,
                actor=self.pic,
                actual_starts_at=min(meeting.starts_at, end - MINUTE),
                actual_ends_at=end,
            )
        self.later(self.now + 3 * HOUR)
        self.do(conclude_session, training_session=training_session, actor=self.pic, reasons=REASONS)

    # --- Recovery ------------------------------------------------------------------------------------------

    @rule(many=ANY, first=ANY, minutes=st.sampled_from([3, 120, 300]), form=st.sampled_from(["make_up", "one_to_one"]))
    def makes_up(self, many: int, first: int, minutes: int, form: str) -> None:
        waiting = list(self.cases(kind="recovery", state="open").order_by("pk"))
        if not waiting:
            return
        chosen = waiting[first % len(waiting) :][: 1 + many % 3]
        start = self.now + 2 * HOUR
        make_up = MakeUp(
            form=RecoveryForm.objects.get(code=form),
            label="Susulan",
            host_site=self.world.site,
            trainers=[self.world.trainer],
            meetings=[(start, start + minutes * MINUTE)],
        )
        self.do(schedule_make_up, cases=chosen, make_up=make_up, actor=self.pic, reason="Cuti bersama")

    @rule(which=ANY, many=ANY)
    def joins_a_batch(self, which: int, many: int) -> None:
        batch = self.one(TrainingSession.objects.filter(state="scheduled", revision__isnull=False), which)
        waiting = list(self.cases(kind="recovery", state="open").order_by("pk"))[: 1 + many % 2]
        if batch and waiting:
            self.do(
                schedule_in_batch,
                cases=waiting,
                training_session=batch,
                form=RecoveryForm.objects.get(code="another_batch"),
                actor=self.pic,
                reason="Cuti bersama",
            )

    @rule(which=ANY, hours=st.sampled_from([1, 30]))
    def class_moves(self, which: int, hours: int) -> None:
        made = self.one(TrainingSession.objects.filter(state="scheduled", revision=None), which)
        if made:
            start = self.now + hours * HOUR
            self.do(
                move_make_up,
                training_session=made,
                meetings=[(start, start + 2 * HOUR)],
                actor=self.pic,
                reason="Ruang rusak",
            )

    @rule(which=ANY)
    def class_is_cancelled(self, which: int) -> None:
        made = self.one(TrainingSession.objects.filter(state="scheduled", revision=None), which)
        if made:
            self.do(cancel_make_up, training_session=made, reason="Ruang rusak", actor=self.pic)

    @rule(which=ANY, right=st.sampled_from([0, 3, 5]))
    def test_of_a_case(self, which: int, right: int) -> None:
        """Self-study with its post-test, or the remedial test; it may be opened and never taken."""
        case = self.one(self.cases(state="open"), which)
        if case is None:
            return
        form = RecoveryForm.objects.get(code="self_study") if case.kind == "recovery" else None
        if case.test_opened_at is None:
            self.do(open_case_test, case=case, form=form, actor=self.pic)
        else:
            phase = "post" if case.kind == "recovery" else "remedial"
            self.do(self._test, enrolment=case.enrolment, phase=phase, right=right)

    # --- Exceptions ----------------------------------------------------------------------------------------

    @rule(which=ANY)
    def case_is_waived(self, which: int) -> None:
        if case := self.one(self.cases(), which):
            self.do(self._sign_and_waive, case=case)

    @rule(which=ANY)
    def target_is_waived(self, which: int) -> None:
        if outcome := self.one(TargetOutcome.objects.filter(plan__in=self.plans), which):
            self.do(self._sign_and_waive_target, outcome=outcome)

    @rule(which=ANY)
    def leaves(self, which: int) -> None:
        if case := self.one(self.cases(), which):
            PersonAssignment.objects.filter(person=case.enrolment.person).update(site=self.elsewhere)
            self.do(lapse_case, case=case, reason="Pindah", actor=self.manager)

    @rule(who=ANY, where=ANY)
    def target_moves(self, who: int, where: int) -> None:
        """Another batch of the same plan."""
        revision = self.plans[0].approved_revision
        target = self.one(PlanTarget.objects.filter(revision=revision).select_related("revision__plan"), who)
        batch = self.one(revision.sessions.all(), where)
        self.do(adjust_target, target=target, to=batch, extra_minutes=0, actor=self.pic)

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

    # --- Helpers -------------------------------------------------------------------------------------------

    def _running(self, which: int) -> SessionMeeting | None:
        running = SessionMeeting.objects.filter(training_session__state="open", state__in=["open", "concluded"])
        return self.one(running.select_related("training_session"), which)  # type: ignore[no-any-return]

    @staticmethod
    def _test(*, enrolment: Enrolment, phase: str, right: int, now: datetime) -> None:
        take_test(enrolment, phase=phase, right=right, now=now)

    def _sign_and_waive(self, *, case: RecoveryCase, now: datetime) -> None:
        signed = signature(self.manager, case_waiver_hash(case, "Cuti"), now=now, meaning="waived")
        waive_case(case=case, reason="Cuti", signature=signed, actor=self.manager, now=now)

    def _sign_and_waive_target(self, *, outcome: TargetOutcome, now: datetime) -> None:
        signed = signature(self.manager, waiver_hash(outcome, "Cuti"), now=now, meaning="waived")
        waive_outcome(outcome=outcome, reason="Cuti", signature=signed, actor=self.manager, now=now)


def _plans(world: Any) -> Iterable[TrainingPlan]:
    """Two batches of two people a side, and a later batch of somebody else in the same module and scheme."""
    yield approved_plan(world=world, starts_at=START, sessions=2)
    others = replace(world, people=[make_agent(world.site, world.line)])
    yield approved_plan(world=others, starts_at=START + timedelta(days=4), meetings=2)


@pytest.mark.clause("4.3")
@pytest.mark.clause("5.3.1")
def test_both_sums_hold_after_every_step_of_any_order_of_events():
    world = make_world(people=4)
    LedgerMachine.world, LedgerMachine.plans = world, list(_plans(world))
    LedgerMachine.elsewhere = SiteFactory()
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=8,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
