"""Scores in, results out (clause 5.1.2): versions a cell, one frozen scheme, the explanation stored with the figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from django.utils.translation import gettext as _

from planning.models import ScoringParameter
from sessions import evidence
from sessions.enums import AttemptState, CaseKind, CaseState, ResultStatus, SessionState, TestPhase
from sessions.frozen import TESTED_BY, FrozenParameter, FrozenScheme, read_scheme
from sessions.models import Enrolment, ParameterScore, RecoveryCase, SessionResult, TestAttempt, TrainingSession
from sessions.policies import can_run_session
from sessions.scoring import Score, evaluate, explain
from sessions.services.common import Clash, GridConflict, lock_session, refresh_summary
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.people.models import User
from trainingops.ui.figures import format_figure

REMEDIAL_ATTEMPT = 2


@dataclass(frozen=True)
class ScoreCell:
    """A score that somebody wants to stand in one cell; ``value`` None blanks it, which is never 0 (SCR-5).

    Attributes:
        version: the version that was on the page; 0 where there was no row.
    """

    enrolment: int
    parameter: UUID
    value: Decimal | None
    version: int = 0


@service
def record_scores(
    *, training_session: TrainingSession, cells: Sequence[ScoreCell], actor: User, now: datetime, attempt: int = 1
) -> list[ParameterScore]:
    """Save scores of the trainer's parameters: all or none; results follow in the same transaction.

    While the session is open any cell; once it is concluded only blanks, because its record stands.

    Args:
        attempt: 1, or 2 for those whose remedial case is open.

    Raises:
        GridConflict: somebody changed a cell meanwhile; nothing was written.
        Refused: a score outside its scale, or a parameter that a test fills; the message names person and limit.
    """
    training_session = lock_session(training_session)
    require(can_run_session(actor, training_session))
    if training_session.state not in (SessionState.OPEN, SessionState.CONCLUDED):
        raise WrongState(
            _("Scores cannot be recorded: the session is “%(state)s”.")
            % {"state": training_session.get_state_display()}
        )
    enrolments = _enrolments(training_session, {cell.enrolment for cell in cells}, attempt)
    typed = {each.uuid: each for each in typed_parameters(training_session)}
    standing = {
        (row.enrolment_id, row.parameter.uuid): row
        for row in ParameterScore.objects.filter(enrolment__in=enrolments.keys(), attempt=attempt).select_related(
            "parameter", "recorded_by"
        )
    }
    _refuse_clashes(cells, standing, enrolments, typed)
    for cell in cells:
        _check(cell, standing.get((cell.enrolment, cell.parameter)), enrolments, typed, training_session, attempt)
    rows = _upsert(cells, standing, typed, attempt, actor, now)
    _recompute(training_session, enrolments.keys(), attempt, actor, now)
    record(
        "scores.recorded",
        subject=training_session,
        actor=actor,
        now=now,
        data={
            "attempt": attempt,
            "cells": [[enrolments[cell.enrolment].uuid, cell.parameter, cell.version + 1] for cell in cells],
        },
        detail={"values": [[enrolments[cell.enrolment].uuid, cell.parameter, cell.value] for cell in cells]},
    )
    return rows


@service
def compute_results(
    *,
    training_session: TrainingSession,
    now: datetime,
    enrolments: Iterable[int] | None = None,
    attempt: int = 1,
) -> list[SessionResult]:
    """Apply the frozen scheme to the scores and tests of a locked session; writes only what changed.

    Somebody without any score has no result: absent is a status of its own, never an incomplete one. Points of a test
    count unrounded, brought to the parameter's scale. Attempt 2 takes the remedial test and, where it was not scored
    again, the score of attempt 1; the scheme's cap holds.

    Returns:
        the results that are new.
    """
    frozen = read_scheme(training_session.scheme)
    keys = training_session.enrolments.filter(removed_at=None)
    if enrolments is not None:
        keys = keys.filter(pk__in=list(enrolments))
    people = list(keys)
    scores = collect_scores(training_session, people, attempt=attempt)
    current = {each.enrolment_id: each for each in SessionResult.objects.filter(enrolment__in=people, current=True)}
    replaced, new = [], []
    for enrolment in people:
        given, old = scores[enrolment.pk], current.get(enrolment.pk)
        if all(value is None for value in given.values()) or (old and old.attempt > attempt):
            continue
        result = _result(frozen, given, enrolment, training_session, attempt, now)
        if attempt > 1 and result.final is None:
            continue  # the first result stands until the remedial one is complete
        if old and (old.final, old.passed, old.explanation) == (result.final, result.passed, result.explanation):
            continue
        if old:
            replaced.append(old.pk)
        new.append(result)
    SessionResult.objects.filter(pk__in=replaced).update(current=False)
    SessionResult.objects.bulk_create(new)
    return new


def collect_scores(
    training_session: TrainingSession, enrolments: Iterable[Enrolment], *, attempt: int = 1
) -> dict[int, dict[str, Score | None]]:
    """Scores by enrolment and parameter name, in each parameter's own scale; None where there is none (two queries)."""
    people = list(enrolments)
    frozen = read_scheme(training_session.scheme)
    typed: dict[tuple[int, UUID], Decimal | None] = {}
    rows = ParameterScore.objects.filter(enrolment__in=people, attempt__lte=attempt).order_by("attempt")
    for key, parameter, value in rows.values_list("enrolment", "parameter__uuid", "value"):
        if value is not None:
            typed[key, parameter] = value
    tests = latest_tests(people, remedial=attempt > 1)
    filled = {each.uuid: each for each in frozen.parameters if fills_itself(training_session, each)}
    collected: dict[int, dict[str, Score | None]] = {}
    for enrolment in people:
        given: dict[str, Score | None] = {}
        for each in frozen.parameters:
            if each.uuid in filled:
                test = tests.get((enrolment.pk, TESTED_BY[each.source]))  # type: ignore[index]
                given[each.name] = None if test is None else _to_scale(test, each)
            else:
                given[each.name] = typed.get((enrolment.pk, each.uuid))
        collected[enrolment.pk] = given
    return collected


def latest_tests(enrolments: Iterable[Enrolment], *, remedial: bool = False) -> dict[tuple[int, str], TestAttempt]:
    """The last submitted attempt by enrolment and phase; with ``remedial`` that test stands for the post-test."""
    found: dict[tuple[int, str], TestAttempt] = {}
    attempts = TestAttempt.objects.filter(enrolment__in=list(enrolments), state=AttemptState.SUBMITTED)
    for each in attempts.order_by("number", "pk"):
        found[each.enrolment_id, each.phase] = each
    if not remedial:
        return found
    again = {(key, TestPhase.POST): each for (key, phase), each in found.items() if phase == TestPhase.REMEDIAL}
    return {place: each for place, each in found.items() if place[1] == TestPhase.PRE} | again


def fills_itself(training_session: TrainingSession, parameter: FrozenParameter) -> bool:
    """Whether a test of the session gives this parameter its score; without a paper the trainer types it."""
    paper = {
        TestPhase.PRE: training_session.pre_paper_id,
        TestPhase.POST: training_session.post_paper_id,
    }
    phase = TESTED_BY.get(parameter.source)  # type: ignore[call-overload]
    return phase is not None and paper[phase] is not None


def typed_parameters(training_session: TrainingSession) -> list[FrozenParameter]:
    """The parameters that the trainer scores by hand."""
    frozen = read_scheme(training_session.scheme)
    return [each for each in frozen.parameters if not fills_itself(training_session, each)]


def _to_scale(test: TestAttempt, parameter: FrozenParameter) -> Fraction:
    return Fraction(test.points or 0) * Fraction(parameter.parameter.maximum_score) / Fraction(test.maximum)


def _result(
    frozen: FrozenScheme,
    given: dict[str, Score | None],
    enrolment: Enrolment,
    training_session: TrainingSession,
    attempt: int,
    now: datetime,
) -> SessionResult:
    outcome = evaluate(frozen.scheme, given, attempt=attempt)
    return SessionResult(
        enrolment=enrolment,
        attempt=attempt,
        scheme_hash=training_session.scheme_hash,
        status=outcome.status,
        final=outcome.final,
        passed=outcome.passed,
        explanation=explain(frozen.scheme, given, attempt=attempt),
        computed_at=now,
    )


def _enrolments(training_session: TrainingSession, wanted: set[int], attempt: int) -> dict[int, Enrolment]:
    people = training_session.enrolments.filter(pk__in=wanted, removed_at=None).select_related("person")
    if attempt > 1:
        cases = RecoveryCase.objects.filter(kind=CaseKind.REMEDIAL, state=CaseState.OPEN, test_opened_at__isnull=False)
        people = people.filter(cases__in=cases)
    found = {each.pk: each for each in people}
    if len(found) != len(wanted):
        raise Refused(_("Somebody on the page is no longer enrolled. Reload the page."), code="not_enrolled")
    return found


def _refuse_clashes(
    cells: Sequence[ScoreCell],
    standing: dict[tuple[int, UUID], ParameterScore],
    enrolments: dict[int, Enrolment],
    typed: dict[UUID, FrozenParameter],
) -> None:
    clashes = []
    for cell in cells:
        old = standing.get((cell.enrolment, cell.parameter))
        if (old.version if old else 0) != cell.version:
            clashes.append(
                Clash(
                    enrolment=enrolments[cell.enrolment],
                    mine=cell,
                    theirs=old.value if old else None,
                    by=str(old.recorded_by) if old else "",
                    at=old.recorded_at if old else None,
                    version=old.version if old else 0,
                    parameter=typed[cell.parameter].name if cell.parameter in typed else "",
                )
            )
    if clashes:
        raise GridConflict(clashes)


def _check(
    cell: ScoreCell,
    old: ParameterScore | None,
    enrolments: dict[int, Enrolment],
    typed: dict[UUID, FrozenParameter],
    training_session: TrainingSession,
    attempt: int,
) -> None:
    who, field = enrolments[cell.enrolment].person.name, f"score-{cell.enrolment}-{cell.parameter}"
    parameter = typed.get(cell.parameter)
    if parameter is None:
        raise Refused(_("%(who)s: this parameter is filled by its test.") % {"who": who}, field=field)
    maximum = parameter.parameter.maximum_score
    if cell.value is not None and not 0 <= cell.value <= maximum:
        raise Refused(
            _("%(who)s, %(parameter)s: %(value)s is outside 0–%(maximum)s.")
            % {
                "who": who,
                "parameter": parameter.name,
                "value": format_figure(cell.value),
                "maximum": format_figure(maximum),
            },
            field=field,
        )
    if cell.value is not None and cell.value != cell.value.quantize(Decimal("0.01")):
        raise Refused(
            _("%(who)s, %(parameter)s: %(value)s has more than two decimals.")
            % {"who": who, "parameter": parameter.name, "value": format_figure(cell.value)},
            field=field,
        )
    concluded = attempt == 1 and training_session.state == SessionState.CONCLUDED
    if concluded and old is not None and old.value is not None and old.value != cell.value:
        raise WrongState(
            _("%(who)s, %(parameter)s: the session is concluded and its record stands; only blanks can be filled.")
            % {"who": who, "parameter": parameter.name}
        )


def _upsert(
    cells: Sequence[ScoreCell],
    standing: dict[tuple[int, UUID], ParameterScore],
    typed: dict[UUID, FrozenParameter],
    attempt: int,
    actor: User,
    now: datetime,
) -> list[ParameterScore]:
    keys = dict(ScoringParameter.objects.filter(uuid__in=typed).values_list("uuid", "pk"))
    rows = []
    for cell in cells:
        row = standing.get((cell.enrolment, cell.parameter)) or ParameterScore(
            enrolment_id=cell.enrolment, parameter_id=keys[cell.parameter], attempt=attempt, assessor=actor, version=0
        )
        row.value, row.recorded_by, row.recorded_at, row.version = cell.value, actor, now, row.version + 1
        rows.append(row)
    return ParameterScore.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["enrolment", "attempt", "parameter", "assessor"],
        update_fields=["value", "recorded_by", "recorded_at", "version"],
    )


def _recompute(
    training_session: TrainingSession, enrolments: Iterable[int], attempt: int, actor: User, now: datetime
) -> None:
    keys = list(enrolments)
    compute_results(training_session=training_session, enrolments=keys, attempt=attempt, now=now)
    if training_session.state == SessionState.CONCLUDED:
        from sessions.services.outcomes import settle_results

        settle_results(training_session, keys, attempt=attempt, actor=actor, now=now)
        _record_again(training_session, actor, now)
    refresh_summary(training_session)


def _record_again(training_session: TrainingSession, actor: User, now: datetime) -> None:
    """Once the last missing score of a concluded session is in, its results become a record again."""
    results = SessionResult.objects.filter(enrolment__training_session=training_session, current=True)
    if not results.filter(status=ResultStatus.INCOMPLETE).exists():
        evidence.request_test_results(training_session, actor=actor, now=now)
