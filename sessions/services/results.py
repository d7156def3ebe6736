"""Scores in, results out (clause 5.1.2): versions a cell, one frozen scheme, the explanation stored with the figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from planning.models import ScoringParameter
from sessions import evidence
from sessions.enums import HELD, ResultStatus, SessionState
from sessions.frozen import FrozenParameter, FrozenScheme, fills_itself, read_scheme
from sessions.models import ParameterScore, SessionResult, TrainingSession
from sessions.queries.pages import remedial_people
from sessions.scoring import Score, evaluate, explain
from sessions.services.common import Clash, GridConflict, lock_session_of_plan, refresh_summary, stands_for
from sessions.services.gain import note_changed_tests
from sessions.services.outcomes import settle_results
from sessions.services.reach import Reach, reach_of
from sessions.services.reported import amends_report, report_is_in, require_amendment
from sessions.services.rework import SCORES, note_amended
from sessions.services.score_checks import check_score, require_took_part
from sessions.services.standing import Standing, Stored, from_files, given_scores, is_typed, on_paper, standing_of
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.imports.models import ImportRun
from trainingops.people.models import User

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


@dataclass(frozen=True)
class ScoreSource:
    """The file that scores come from: the import that wrote it."""

    run: ImportRun | None


@service
def record_scores(
    *,
    training_session: TrainingSession,
    cells: Sequence[ScoreCell],
    actor: User,
    now: datetime,
    attempt: int = 1,
    source: ScoreSource | None = None,
    reason: str = "",
) -> dict[int, Standing]:
    """Save scores of the trainer's parameters: all or none; results follow in the same transaction.

    Of a parameter with several assessors each writes a score of their own, ``actor``'s here, and nobody another's.
    Once a session is concluded, the result of a test on paper is typed too, for whom no test is handed in.

    While the session is open any cell; once it is concluded only blanks, because its record stands. A cell that asks
    for what stands there already is left as it is, whatever its version: there is nothing to decide.

    Args:
        attempt: 1, or 2 for those whose remedial case is open.
        source: the paper or file that the scores come from. Such scores may stand for a test of the session, too, for
            whom no test is handed in, also while it is under way.
        reason: why, once the report was submitted: then a blank filled is an amendment, and the report owes its next
            version (5.3.2).

    Returns:
        what stands now of each person of the cells, by enrolment.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer nor asked to assess.
        GridConflict: another value stands in a cell since the page was opened; nothing was written.
        Refused: a score outside its scale, a parameter that a test fills, or one of somebody absent; the message names
            person and limit. Or no reason after the report.
    """
    training_session = lock_session_of_plan(training_session)
    reach = reach_of(actor, training_session)
    require(bool(reach))
    if training_session.state not in (SessionState.OPEN, *HELD):
        raise WrongState(
            _("Scores cannot be recorded: the session is “%(state)s”.")
            % {"state": training_session.get_state_display()}
        )
    people = _standing(training_session, {cell.enrolment for cell in cells}, attempt)
    known = {each.uuid: each for each in read_scheme(training_session.scheme).parameters}
    old = {cell: _stored(cell, people, known, attempt, actor) for cell in cells}
    cells = [cell for cell in cells if not _stands(cell, old[cell])]
    if not cells:
        return people
    _refuse_clashes(cells, old, people, known)
    amends = amends_report(training_session, attempt) or bool(source and report_is_in(training_session))
    if amends:
        require_amendment(training_session, reason)
    require_took_part([people[cell.enrolment] for cell in cells if cell.value is not None])
    for cell in cells:
        _check_place(cell, people[cell.enrolment], known, training_session, attempt, source, reach)
        _check_value(cell, old[cell], people[cell.enrolment], known, training_session, attempt)
    _upsert(cells, old, people, attempt, actor, now, source.run if source else None)
    recompute(training_session, people.values(), attempt, actor, now, why=reason.strip() if amends else "")
    uuids = {key: each.enrolment.uuid for key, each in people.items()}
    record(
        "scores.recorded",
        subject=training_session,
        actor=actor,
        now=now,
        data={
            "attempt": attempt,
            **({"import": source.run.uuid} if source and source.run else {}),
            "cells": [[uuids[cell.enrolment], cell.parameter, cell.version + 1] for cell in cells],
            **stands_for(actor, training_session),
        },
        detail={
            "values": [[uuids[cell.enrolment], cell.parameter, cell.value] for cell in cells],
            **({"reason": reason.strip()} if amends else {}),
        },
    )
    return people


@service
def compute_results(
    *,
    training_session: TrainingSession,
    now: datetime,
    enrolments: Iterable[int] | None = None,
    attempt: int = 1,
) -> list[SessionResult]:
    """Apply the frozen scheme to the scores and tests of a locked session; writes only what changed.

    Somebody without any score has no result: absent is a status of its own, never an incomplete one. A test whose short
    answers wait for the trainer makes the result incomplete, never 0. Points of a test count unrounded, brought to the
    parameter's scale. Attempt 2 takes the better of the remedial test and the post-test, and of a score given
    again and the first; the scheme's cap holds. Whose scores are all blank again in a session under way has no result.

    Returns:
        the results that are new.
    """
    people = training_session.enrolments.filter(removed_at=None)
    if enrolments is not None:
        people = people.filter(pk__in=list(enrolments))
    return _compute(training_session, standing_of(people), attempt, now)


def _compute(
    training_session: TrainingSession, people: Iterable[Standing], attempt: int, now: datetime
) -> list[SessionResult]:
    frozen = read_scheme(training_session.scheme)
    replaced, blanked, new = [], [], []
    for each in people:
        given, old = given_scores(training_session, each, attempt=attempt), each.result
        # A test not marked yet, or a score that waits for another assessor: incomplete, not unscored.
        waits = None in each.tests.values() or each.has_begun(attempt)
        if old and old.attempt > attempt:
            continue
        if not waits and all(value is None for value in given.values()):
            if old and training_session.state == SessionState.OPEN:
                blanked.append(old.pk)
                each.result = None
            continue
        result = _result(frozen, given, each, training_session, attempt, now)
        if paper := on_paper(training_session, each):
            result.explanation["on_paper"] = paper
        if files := from_files(training_session, each, attempt):
            result.explanation["from_files"] = files
        if attempt > 1 and result.final is None:
            continue  # the first result stands until the remedial one is complete
        if old and (old.final, old.passed, old.explanation) == (result.final, result.passed, result.explanation):
            continue
        if old and training_session.state == SessionState.OPEN:
            result.uuid = old.uuid  # nobody has relied on it yet
        elif old:
            replaced.append(old.pk)
        each.result = result
        new.append(result)
    if blanked:
        SessionResult.objects.filter(pk__in=blanked).delete()
    if replaced:
        SessionResult.objects.filter(pk__in=replaced).update(current=False)
    return SessionResult.objects.bulk_create(
        new,
        update_conflicts=True,
        unique_fields=["uuid"],
        update_fields=["scheme_hash", "status", "final", "passed", "explanation", "computed_at"],
    )


def typed_parameters(training_session: TrainingSession) -> list[FrozenParameter]:
    """The parameters that the trainer scores by hand."""
    frozen = read_scheme(training_session.scheme)
    return [each for each in frozen.parameters if not fills_itself(training_session, each)]


def _result(
    frozen: FrozenScheme,
    given: dict[str, Score | None],
    standing: Standing,
    training_session: TrainingSession,
    attempt: int,
    now: datetime,
) -> SessionResult:
    outcome = evaluate(frozen.scheme, given, attempt=attempt)
    assessed = {each.name: standing.assessed(each, standing.counting(each, attempt)) for each in frozen.parameters}
    return SessionResult(
        enrolment=standing.enrolment,
        attempt=attempt,
        scheme_hash=training_session.scheme_hash,
        status=outcome.status,
        final=outcome.final,
        passed=outcome.passed,
        explanation=explain(frozen.scheme, given, attempt=attempt, assessed=assessed),
        computed_at=now,
    )


def _standing(training_session: TrainingSession, wanted: set[int], attempt: int) -> dict[int, Standing]:
    people = remedial_people(training_session) if attempt > 1 else training_session.enrolments.filter(removed_at=None)
    found = {each.enrolment.pk: each for each in standing_of(people.filter(pk__in=wanted))}
    if len(found) != len(wanted):
        raise Refused(_("Somebody on the page is no longer enrolled. Reload the page."), code="not_enrolled")
    return found


def _stored(
    cell: ScoreCell, people: dict[int, Standing], known: dict[UUID, FrozenParameter], attempt: int, actor: User
) -> Stored | None:
    """What stands in the cell: of a parameter with several assessors, what ``actor`` gave."""
    parameter = known.get(cell.parameter)
    return people[cell.enrolment].cell(parameter, attempt, actor.pk) if parameter else None


def _stands(cell: ScoreCell, old: Stored | None) -> bool:
    """Whether the cell asks for what is stored: also when its page is older than that."""
    return old is not None and old.value == cell.value


def _refuse_clashes(
    cells: Sequence[ScoreCell],
    stored: dict[ScoreCell, Stored | None],
    people: dict[int, Standing],
    known: dict[UUID, FrozenParameter],
) -> None:
    clashes = [
        Clash(
            enrolment=people[cell.enrolment].enrolment,
            mine=cell,
            theirs=old.value if old else None,
            by=old.by if old else "",
            at=old.at if old else None,
            version=_version(old),
            parameter=known[cell.parameter].name if cell.parameter in known else "",
        )
        for cell in cells
        if _version(old := stored[cell]) != cell.version
    ]
    if clashes:
        raise GridConflict(clashes)


def _version(stored: Stored | None) -> int:
    return stored.version if stored else 0


def _check_place(
    cell: ScoreCell,
    standing: Standing,
    known: dict[UUID, FrozenParameter],
    training_session: TrainingSession,
    attempt: int,
    source: ScoreSource | None,
    reach: Reach,
) -> None:
    """The cell is typed by somebody, and by this one."""
    who, parameter = standing.enrolment.person.name, known.get(cell.parameter)
    field = f"score-{cell.enrolment}-{cell.parameter}"
    if parameter is None or not is_typed(training_session, parameter, standing, attempt, from_file=source is not None):
        raise Refused(_("%(who)s: this parameter is filled by its test.") % {"who": who}, field=field)
    if why := reach.why_not(standing, parameter, attempt):
        about = {"who": who, "parameter": parameter.name, "why": why}
        raise Refused(_("%(who)s, %(parameter)s: %(why)s.") % about, field=field, code="not_yours")


def _check_value(
    cell: ScoreCell,
    old: Stored | None,
    standing: Standing,
    known: dict[UUID, FrozenParameter],
    training_session: TrainingSession,
    attempt: int,
) -> None:
    """The value fits the scale, and nothing that is part of a record changes."""
    parameter, field = known[cell.parameter], f"score-{cell.enrolment}-{cell.parameter}"
    about = {"who": standing.enrolment.person.name, "parameter": parameter.name}
    check_score(cell.value, parameter, who=about["who"], field=field)
    concluded = attempt == 1 and training_session.state in HELD
    if concluded and old is not None and old.value is not None and old.value != cell.value:
        raise WrongState(
            _("%(who)s, %(parameter)s: the session is concluded and its record stands; only blanks can be filled.")
            % about
        )


def _upsert(
    cells: Sequence[ScoreCell],
    stored: dict[ScoreCell, Stored | None],
    people: dict[int, Standing],
    attempt: int,
    actor: User,
    now: datetime,
    run: ImportRun | None,
) -> None:
    """Write the cells, and note them with what stands of their people."""
    new = {cell.parameter for cell in cells if stored[cell] is None}
    keys = dict(ScoringParameter.objects.filter(uuid__in=new).values_list("uuid", "pk")) if new else {}
    rows = []
    for cell in cells:
        old = stored[cell]
        row = ParameterScore(
            enrolment_id=cell.enrolment,
            parameter_id=old.parameter_id if old else keys[cell.parameter],
            attempt=attempt,
            assessor_id=old.assessor_id if old else actor.pk,
            value=cell.value,
            recorded_by=actor,
            recorded_at=now,
            imported=run,
            version=cell.version + 1,
        )
        rows.append(row)
        written = Stored(
            row.parameter_id,
            row.assessor_id,
            cell.value,
            row.version,
            by=str(actor),
            at=now,
            file=run.file_name if run else "",
            system=run.system if run else "",
            assessor_uuid=old.assessor_uuid if old else str(actor.uuid),
            assessor=old.assessor if old else actor.name,
        )
        people[cell.enrolment].note((cell.parameter, attempt), written)
    ParameterScore.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["enrolment", "attempt", "parameter", "assessor"],
        update_fields=["value", "recorded_by", "recorded_at", "imported", "version"],
    )


def recompute(
    training_session: TrainingSession,
    people: Iterable[Standing],
    attempt: int,
    actor: User,
    now: datetime,
    *,
    why: str = "",
) -> None:
    """Results, and once the session is concluded cases, ledger, figures and record, after scores or marks changed.

    Args:
        why: the reason, where a submitted report is amended: it owes its next version.
    """
    people = list(people)
    _compute(training_session, people, attempt, now)
    if training_session.state in HELD:
        keys = [each.enrolment.pk for each in people]
        settle_results(training_session, keys, attempt=attempt, actor=actor, now=now)
        if why:
            note_amended(training_session, what=SCORES, why=why, actor=actor, now=now)
        else:
            _record_again(training_session, actor, now)
            note_changed_tests(training_session, now=now)
    refresh_summary(training_session)


def _record_again(training_session: TrainingSession, actor: User, now: datetime) -> None:
    """Once the last missing score of a concluded session is in, its results become a record again."""
    results = SessionResult.objects.filter(enrolment__training_session=training_session, current=True)
    if not results.filter(status=ResultStatus.INCOMPLETE).exists():
        evidence.request_test_results(training_session, actor=actor, now=now)
