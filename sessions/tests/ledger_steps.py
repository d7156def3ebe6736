"""The steps of the ledger's machine: a class that is held, what is made up for, what is excepted."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from planning.models import PlanTarget, RecoveryForm
from planning.services.adjusting import adjust_target
from planning.tests.factories import signature
from sessions.enums import DeviationKind
from sessions.frozen import read_scheme
from sessions.models import Enrolment, RecoveryCase, SessionMeeting, TargetOutcome, TrainingSession
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
from sessions.tests.ledger_machine import ANY, HOUR, MINUTE, LedgerMachine
from trainingops.people.models import PersonAssignment

REASONS = dict.fromkeys(DeviationKind.values, "Jaringan putus")


class ClassSteps(LedgerMachine):
    """A class is opened, attended, tested, scored and ended."""

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


class RecoverySteps(LedgerMachine):
    """What was missed is made up for: in a class, in another batch, by a test."""

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


class ExceptionSteps(LedgerMachine):
    """Somebody is waived, leaves, or moves to another batch."""

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
            PersonAssignment.objects.filter(person=case.enrolment.person).update(line=self.elsewhere)
            self.do(lapse_case, case=case, reason="Pindah", actor=self.manager)

    @rule(who=ANY, where=ANY)
    def target_moves(self, who: int, where: int) -> None:
        """Another batch of the same plan."""
        revision = self.plans[0].approved_revision
        target = self.one(PlanTarget.objects.filter(revision=revision).select_related("revision__plan"), who)
        batch = self.one(revision.sessions.all(), where)
        self.do(adjust_target, target=target, to=batch, extra_minutes=0, actor=self.pic)

    def _sign_and_waive(self, *, case: RecoveryCase, now: datetime) -> None:
        signed = signature(self.manager, case_waiver_hash(case, "Cuti"), now=now, meaning="waived")
        waive_case(case=case, reason="Cuti", signature=signed, actor=self.manager, now=now)

    def _sign_and_waive_target(self, *, outcome: TargetOutcome, now: datetime) -> None:
        signed = signature(self.manager, waiver_hash(outcome, "Cuti"), now=now, meaning="waived")
        waive_outcome(outcome=outcome, reason="Cuti", signature=signed, actor=self.manager, now=now)
