"""Counting what became of targets (clause 4.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Count, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from sessions.enums import BEYOND_TARGET, OPEN_CASES, CaseKind, CaseState, OutcomeResult, OutcomeState, Verdict
from sessions.models import RecoveryCase, TargetOutcome
from sessions.verdicts import verdict_of

#: Whether an enrolment is trained: no recovery waits or was given up, and each meeting was attended within the
#: tolerance or recovered (clause 4.3); nobody by a class that was cancelled. Every figure of a session, stored or
#: printed, follows from it.
TRAINED = """
SELECT e.id AS enrolment_id, s.state <> 'cancelled' AND NOT EXISTS (
    SELECT FROM training_sessions_recoverycase c WHERE c.enrolment_id = e.id AND c.kind = 'recovery'
        AND c.state IN ('open', 'scheduled', 'waived', 'lapsed')
) AND (EXISTS (
    SELECT FROM training_sessions_recoverycase c WHERE c.enrolment_id = e.id AND c.kind = 'recovery'
        AND c.state = 'resolved'
) OR NOT EXISTS (
    SELECT FROM training_sessions_sessionmeeting m
        LEFT JOIN training_sessions_attendance a ON a.meeting_id = m.id AND a.enrolment_id = e.id
    WHERE m.training_session_id = e.training_session_id AND m.state <> 'cancelled' AND NOT coalesce(
        a.status IN ('present', 'late')
        AND a.minutes_late - greatest(0, coalesce(floor(extract(epoch FROM m.actual_starts_at - m.starts_at) / 60), 0))
            <= s.tolerance_minutes
        AND a.minutes_left_early
            - greatest(0, coalesce(floor(extract(epoch FROM m.ends_at - m.actual_ends_at) / 60), 0))
            <= s.tolerance_minutes, FALSE)
)) AS trained
FROM training_sessions_enrolment e JOIN training_sessions_trainingsession s ON s.id = e.training_session_id
"""


@dataclass(frozen=True)
class Identity:
    """The two sums that always hold; ``on_schedule`` are those trained without recovery."""

    targeted: int
    trained: int
    outstanding: int
    waived: int
    lapsed: int
    passed: int
    in_remedial: int
    not_passed: int
    not_scored: int
    on_schedule: int

    @property
    def holds(self) -> bool:
        """``targeted = trained + outstanding + waived + lapsed``; ``trained`` = what its results say."""
        return (
            self.targeted == self.trained + self.outstanding + self.waived + self.lapsed
            and self.trained == self.passed + self.in_remedial + self.not_passed + self.not_scored
        )


def waived_remedials() -> QuerySet[RecoveryCase]:
    """Of a target: the remedial that the manager waived, of its class or of the one that recovered it (4.3)."""
    made_up = Q(
        enrolment__person=OuterRef("person"),
        enrolment__training_session__recovers__enrolment=OuterRef("enrolment"),
    )
    waived = RecoveryCase.objects.filter(kind=CaseKind.REMEDIAL, state=CaseState.WAIVED)
    return waived.filter(Q(enrolment=OuterRef("enrolment")) | made_up).order_by("-settled_at")


def identity(outcomes: QuerySet[TargetOutcome]) -> Identity:
    """Count outcomes, of a plan or of any period, by one query."""
    trained = Q(state=OutcomeState.TRAINED)
    return Identity(
        **outcomes.order_by().aggregate(
            targeted=Count("pk"),
            trained=Count("pk", filter=trained),
            outstanding=Count("pk", filter=Q(state=OutcomeState.OUTSTANDING)),
            waived=Count("pk", filter=Q(state=OutcomeState.WAIVED)),
            lapsed=Count("pk", filter=Q(state=OutcomeState.LAPSED)),
            passed=Count("pk", filter=trained & Q(result=OutcomeResult.PASSED)),
            in_remedial=Count("pk", filter=trained & Q(result=OutcomeResult.IN_REMEDIAL)),
            not_passed=Count("pk", filter=trained & Q(result=OutcomeResult.NOT_PASSED)),
            not_scored=Count("pk", filter=trained & Q(result=OutcomeResult.NOT_SCORED)),
            on_schedule=Count("pk", filter=trained & Q(on_schedule=True)),
        )
    )


def trained_of(enrolments: Iterable[int]) -> set[int]:
    """Which of these enrolments are trained (:data:`TRAINED`); one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT enrolment_id FROM ({TRAINED} WHERE e.id = ANY(%s)) t WHERE trained",  # noqa: S608
            [list(enrolments)],
        )
        return {key for (key,) in cursor.fetchall()}


def is_trained() -> RawSQL:
    """As :func:`trained_of`, as an annotation of enrolments that are read anyway."""
    sql = f"EXISTS (SELECT FROM ({TRAINED} WHERE e.id = training_sessions_enrolment.id) t WHERE trained)"
    return RawSQL(sql, [], output_field=BooleanField())  # noqa: S611 (no value of anybody is in it)


@dataclass(frozen=True)
class Ledger:
    """What became of the people of a session; the two sums hold as in :class:`Identity`.

    ``given_up`` are waived or lapsed. Who waits for a recovery counts there alone, whatever their test says.
    """

    targeted: int
    trained: int
    waiting: int
    given_up: int
    passed: int
    in_remedial: int
    not_passed: int
    not_scored: int


def on_target(people: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those whom the ledger counts: who came without being targeted is nobody's target (4.3)."""
    return [each for each in people if not is_beyond_target(each)]


def is_beyond_target(person: Mapping[str, Any]) -> bool:
    """Of one person of :func:`sessions.queries.facts.session_facts`, or of a report: came without being targeted."""
    return person.get("origin") in BEYOND_TARGET


def ledger_of(people: Iterable[Mapping[str, Any]], recovery: Iterable[Mapping[str, Any]]) -> Ledger:
    """Count people of :func:`sessions.queries.facts.session_facts`, or of the frozen content of a report.

    Args:
        recovery: the cases beside them; a remedial that waits tells who is in remedial.
    """
    cases = list(recovery)
    remedial, released = _in_remedial(cases), _released(cases)
    found = on_target(people)
    trained = [each for each in found if each["trained"]]
    verdicts = [(verdict_of(each), each["person"] in remedial) for each in trained]
    passed = sum(word == Verdict.PASSED for word, _waits in verdicts)
    below = [waits for word, waits in verdicts if word == Verdict.NOT_PASSED]
    let_go = sum(each["person"] in released for each in found if not each["trained"])
    return Ledger(
        targeted=len(found),
        trained=len(trained),
        waiting=len(found) - len(trained) - let_go,
        given_up=let_go,
        passed=passed,
        in_remedial=sum(below),
        not_passed=len(below) - sum(below),
        not_scored=len(trained) - passed - len(below),
    )


def counted_apart(person: Mapping[str, Any], recovery: Iterable[Mapping[str, Any]]) -> str:
    """Where :func:`ledger_of` counts one person instead of under their verdict; empty where it counts the verdict."""
    cases = list(recovery)
    if is_beyond_target(person):
        return ""
    if not person["trained"]:
        return "given_up" if person["person"] in _released(cases) else "waiting"
    below = verdict_of(person) == Verdict.NOT_PASSED
    return "in_remedial" if below and person["person"] in _in_remedial(cases) else ""


def _in_remedial(cases: Iterable[Mapping[str, Any]]) -> set[str]:
    return {each["person"] for each in cases if each["kind"] == CaseKind.REMEDIAL and each["state"] in OPEN_CASES}


def _released(cases: Iterable[Mapping[str, Any]]) -> set[str]:
    given_up = {CaseState.WAIVED, CaseState.LAPSED}
    return {each["person"] for each in cases if each["kind"] == CaseKind.RECOVERY and each["state"] in given_up}
