"""The ledger of targets (clause 4.3): trained, passed, waived, lapsed; and when nothing is outstanding any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from planning.models import TrainingPlan
from planning.services.history import withdraw_trainings
from sessions.enums import (
    HELD,
    OPEN_CASES,
    AttemptState,
    AttendanceStatus,
    CaseKind,
    CaseState,
    MeetingState,
    OutcomeResult,
    OutcomeState,
    ResultStatus,
    SessionState,
    TestPhase,
)
from sessions.frozen import read_scheme
from sessions.models import (
    Attendance,
    Enrolment,
    RecoveryCase,
    SessionMeeting,
    SessionResult,
    TargetOutcome,
    TestAttempt,
    TrainingSession,
)
from sessions.queries.reached import Place
from sessions.services.cases import open_remedial_cases, settle_case, shortfall
from sessions.services.common import lock_plans
from sessions.services.filed_history import note_filed
from sessions.services.shown import tell_beyond_target, tell_shown, withdraw_shown
from sessions.services.standing import left_to_score, standing_of
from sessions.signals import targets_settled
from trainingops.audit.journal import record


@dataclass
class _Rows:
    """What the outcomes of some targets follow from, loaded at once."""

    meetings: dict[int, list[SessionMeeting]] = field(default_factory=dict)
    attendance: dict[tuple[int, int], Attendance] = field(default_factory=dict)
    cases: dict[int, list[RecoveryCase]] = field(default_factory=dict)
    results: dict[tuple[int, int], SessionResult] = field(default_factory=dict)


def refresh_outcomes(outcomes: Iterable[TargetOutcome], *, actor: Any, now: datetime) -> None:
    """Bring outcomes in line with attendance, recovery and results; competence for those who passed.

    Called inside a service that holds the locks. Waived and lapsed ones stay. A correction may make outstanding again
    who was trained. Eight queries or so, whatever the number.
    """
    live = [
        each
        for each in outcomes
        if each.enrolment_id and each.state in (OutcomeState.OUTSTANDING, OutcomeState.TRAINED)
    ]
    rows = _load(live)
    changed, shown, lost = [], [], []
    for outcome in live:
        before = (outcome.state, outcome.result, outcome.on_schedule)
        enrolment: Enrolment = outcome.enrolment  # type: ignore[assignment]
        result = _bring_in_line(outcome, enrolment, rows, now)
        is_changed = (outcome.state, outcome.result, outcome.on_schedule) != before
        if is_changed:
            changed.append((outcome, before))
        if result is not None and (is_changed or result.computed_at == now):
            shown.append((outcome, result))
        elif result is None and before[1] == OutcomeResult.PASSED:
            lost.append(outcome)
    TargetOutcome.objects.bulk_update(
        [outcome for outcome, _before in changed], ["state", "result", "settled_at", "on_schedule"]
    )
    trained = [each for each, old in changed if each.state == OutcomeState.TRAINED and old[0] != each.state]
    untrained = [each for each, old in changed if old[0] == OutcomeState.TRAINED and old[0] != each.state]
    places = {each.pk: _places_of(each, rows) for each in [*trained, *(outcome for outcome, _result in shown)]}
    tell_shown(trained, shown, places, actor=actor, now=now)
    withdraw_trainings(each.uuid for each in untrained)
    withdraw_shown(lost, actor=actor, now=now)
    for outcome, _before in changed:
        record(
            "target.settled",
            subject=outcome,
            actor=actor,
            now=now,
            data={"state": outcome.state, "result": outcome.result, "on_schedule": outcome.on_schedule},
        )
    tell_settled({outcome.plan_id for outcome, _before in changed}, actor, now)


def _bring_in_line(outcome: TargetOutcome, enrolment: Enrolment, rows: _Rows, now: datetime) -> SessionResult | None:
    """Set what an outcome is by its rows; the result where it is passed."""
    missed = _missed_meetings(enrolment, rows)
    recovered = {each.meeting_id for each in _recovery(enrolment, rows) if each.state == CaseState.RESOLVED}
    if missed is None or not missed <= recovered:
        outcome.state, outcome.settled_at, outcome.on_schedule = OutcomeState.OUTSTANDING, None, None
        outcome.result = OutcomeResult.NOT_SCORED
        return None
    if outcome.state == OutcomeState.OUTSTANDING:
        outcome.state, outcome.settled_at = OutcomeState.TRAINED, now
    outcome.on_schedule = not missed
    result = _deciding_result(enrolment, rows)
    outcome.result = _verdict(result, rows)
    return result if outcome.result == OutcomeResult.PASSED else None


def outcomes_touched_by(training_session: TrainingSession, people: Iterable[int] | None = None) -> list[TargetOutcome]:
    """Outcomes of the targets of a session, and of those who recover, or recovered, in it."""
    rows = TargetOutcome.objects.select_related("person", "plan", "enrolment__training_session").filter(
        Q(enrolment__training_session=training_session) | Q(enrolment__cases__scheduled_in=training_session)
    )
    if people is not None:
        rows = rows.filter(person__in=list(people))
    return list(rows.distinct().order_by("pk"))


def settle_results(
    training_session: TrainingSession, enrolments: Iterable[int], *, attempt: int, actor: Any, now: datetime
) -> None:
    """Results of a concluded session changed: open or end remedial cases, then the ledger.

    A filed class has neither: nobody was on target of an approved plan.
    """
    keys = list(enrolments)
    if training_session.state == SessionState.FILED:
        note_filed(training_session, keys, actor=actor, now=now)
        return
    if attempt == 1:
        open_remedial_cases(training_session, keys, actor=actor, now=now)
    else:
        _end_remedial(training_session, keys, attempt, actor, now)
    places = list(Enrolment.objects.filter(pk__in=keys))
    people = [each.person_id for each in places]
    refresh_outcomes(outcomes_touched_by(training_session, people), actor=actor, now=now)
    if beyond := [each.person_id for each in places if each.is_beyond_target]:
        tell_beyond_target(training_session, beyond, actor=actor, now=now)
    if attempt > 1:
        tell_settled({training_session.plan_id}, actor, now)


def settle_self_study_of(attempt: TestAttempt, *, actor: Any, now: datetime) -> None:
    """A submitted post-test settles the self-study cases that opened it."""
    cases = RecoveryCase.objects.select_for_update(no_key=True).filter(
        enrolment=attempt.enrolment_id,
        kind=CaseKind.RECOVERY,
        state=CaseState.OPEN,
        test_opened_at__lte=attempt.started_at,
    )
    for case in cases.order_by("pk"):
        settle_case(case, CaseState.RESOLVED, actor=actor, now=now, attempt=attempt.uuid)


def lock_cases(keys: Iterable[int]) -> tuple[list[TrainingPlan], list[RecoveryCase]]:
    """The cases with their plans and the sessions in which they arose: locked in the order of the house."""
    wanted = list(keys)
    sessions = TrainingSession.objects.filter(enrolments__cases__in=wanted)
    plans = lock_plans(sessions.values_list("plan", flat=True))
    held = TrainingSession.objects.filter(pk__in=sessions.values("pk")).order_by("pk")
    list(held.select_for_update(no_key=True).values("pk"))
    locked = RecoveryCase.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=wanted)
    related = ("enrolment__person", "enrolment__training_session__plan", "enrolment__training_session__site", "meeting")
    return plans, list(locked.select_related(*related, "owner", "leader").order_by("enrolment", "pk"))


def lock_case(case: RecoveryCase) -> tuple[TrainingPlan, RecoveryCase]:
    """Plan, session and case, locked in this order."""
    training_session = case.enrolment.training_session
    (plan,) = lock_plans([training_session.plan_id])
    list(TrainingSession.objects.select_for_update(no_key=True).filter(pk=training_session.pk).values("pk"))
    locked = (
        RecoveryCase.objects.select_for_update(no_key=True, of=("self",))
        .select_related(
            "enrolment__person", "enrolment__training_session__plan__pic", "enrolment__training_session__site"
        )
        .get(pk=case.pk)
    )
    return plan, locked


def _end_remedial(training_session: TrainingSession, keys: list[int], attempt: int, actor: Any, now: datetime) -> None:
    """A remedial result ends its case when it is passed or nothing more can make it so (5.1.2).

    With a test left by the scheme the case stays open and its test closed, until the trainer opens it again; with a
    score that was not given again and could still make it passed it waits for that.
    """
    results = {
        each.enrolment_id: each
        for each in SessionResult.objects.filter(enrolment__in=keys, current=True, attempt=attempt)
    }
    cases = RecoveryCase.objects.select_for_update(no_key=True).filter(
        enrolment__in=results.keys(), kind=CaseKind.REMEDIAL, state__in=OPEN_CASES
    )
    allowed, taken = read_scheme(training_session.scheme).remedial_attempts, _remedial_tests(results.keys())
    waiting = set(
        TestAttempt.objects.filter(
            enrolment__in=results.keys(), phase=TestPhase.REMEDIAL, state=AttemptState.SUBMITTED, points=None
        ).values_list("enrolment", flat=True)
    )
    failed = Enrolment.objects.filter(pk__in=[key for key, each in results.items() if not each.passed])
    for each in standing_of(failed):
        if left_to_score(training_session, each, attempt) and not 0 < taken.get(each.enrolment.pk, 0) < allowed:
            waiting.add(each.enrolment.pk)
    for case in cases.exclude(enrolment__in=waiting).order_by("pk"):
        passed, tests = results[case.enrolment_id].passed, taken.get(case.enrolment_id, 0)
        if not passed and 0 < tests < allowed:
            case.test_opened_at = None
            case.save(update_fields=["test_opened_at"])
            record("case.failed_again", subject=case, actor=actor, now=now, data={"tests": tests, "allowed": allowed})
        else:
            settle_case(case, CaseState.RESOLVED, actor=actor, now=now, passed=passed, attempt=attempt)


def _remedial_tests(enrolments: Iterable[int]) -> dict[int, int]:
    """How many remedial tests each has handed in."""
    tests = TestAttempt.objects.filter(
        enrolment__in=list(enrolments), phase=TestPhase.REMEDIAL, state=AttemptState.SUBMITTED
    )
    return dict(tests.values_list("enrolment").annotate(count=Count("pk")).order_by())


def _load(outcomes: list[TargetOutcome]) -> _Rows:
    enrolments = [each.enrolment_id for each in outcomes]
    rows = _Rows()
    cases = RecoveryCase.objects.filter(
        Q(enrolment__in=enrolments)
        | Q(enrolment__person__in=[each.person_id for each in outcomes], kind=CaseKind.REMEDIAL)
    ).select_related("enrolment")
    for case in cases:
        rows.cases.setdefault(case.enrolment_id, []).append(case)
    sessions = {each.enrolment.training_session_id for each in outcomes if each.enrolment}
    for meeting in SessionMeeting.objects.filter(training_session__in=sessions).exclude(state=MeetingState.CANCELLED):
        rows.meetings.setdefault(meeting.training_session_id, []).append(meeting)
    for row in Attendance.objects.filter(enrolment__in=enrolments):
        rows.attendance[row.enrolment_id, row.meeting_id] = row
    held = sessions | {case.scheduled_in_id for group in rows.cases.values() for case in group if case.scheduled_in_id}
    results = SessionResult.objects.filter(
        enrolment__training_session__in=held,
        enrolment__person__in=[each.person_id for each in outcomes],
        current=True,
        status=ResultStatus.SCORED,
    ).select_related("enrolment")
    for result in results:
        rows.results[result.enrolment.training_session_id, result.enrolment.person_id] = result
    return rows


def _recovery(enrolment: Enrolment, rows: _Rows) -> list[RecoveryCase]:
    return [each for each in rows.cases.get(enrolment.pk, []) if each.kind == CaseKind.RECOVERY]


def _missed_meetings(enrolment: Enrolment, rows: _Rows) -> set[int] | None:
    """Keys of the meetings that were not attended within tolerance; None before the session is concluded."""
    training_session = enrolment.training_session
    if training_session.state not in HELD:
        return None
    missed = set()
    for meeting in rows.meetings.get(training_session.pk, []):
        row = rows.attendance.get((enrolment.pk, meeting.pk))
        attended = (
            row is not None
            and row.status in (AttendanceStatus.PRESENT, AttendanceStatus.LATE)
            and shortfall(row, meeting, training_session.tolerance_minutes) is None
        )
        if not attended:
            missed.add(meeting.pk)
    return missed


def _places_of(outcome: TargetOutcome, rows: _Rows) -> set[Place]:
    """Where a target had the training: in their session, and in the classes that recovered what they missed."""
    enrolment: Enrolment = outcome.enrolment  # type: ignore[assignment]
    recovered = {each.scheduled_in_id for each in _recovery(enrolment, rows) if each.state == CaseState.RESOLVED}
    return {(outcome.person_id, key) for key in {enrolment.training_session_id, *recovered} if key is not None}


def _deciding_result(enrolment: Enrolment, rows: _Rows) -> SessionResult | None:
    """The newest scored result: of the session itself, or of a class in which the person recovered."""
    held = {enrolment.training_session_id} | {
        each.scheduled_in_id
        for each in _recovery(enrolment, rows)
        if each.scheduled_in_id and each.state != CaseState.VOIDED
    }
    found = [rows.results[key, enrolment.person_id] for key in held if (key, enrolment.person_id) in rows.results]
    return max(found, key=lambda each: (each.computed_at, each.pk), default=None)


def _verdict(result: SessionResult | None, rows: _Rows) -> str:
    if result is None:
        return OutcomeResult.NOT_SCORED
    if result.passed:
        return OutcomeResult.PASSED
    remedial = [each for each in rows.cases.get(result.enrolment_id, []) if each.kind == CaseKind.REMEDIAL]
    return OutcomeResult.IN_REMEDIAL if any(each.state in OPEN_CASES for each in remedial) else OutcomeResult.NOT_PASSED


def tell_settled(plan_ids: set[int], actor: Any, now: datetime) -> None:
    """Tell the stages above of each plan that has nothing outstanding any more."""
    open_plans = set(
        TargetOutcome.objects.filter(plan__in=plan_ids, state=OutcomeState.OUTSTANDING).values_list("plan", flat=True)
    )
    for plan in TrainingPlan.objects.filter(pk__in=plan_ids - open_plans).order_by("pk"):
        targets_settled.send(sender=TargetOutcome, plan=plan, actor=actor, now=now)
