"""Scores and marks that change after the session was concluded: only with a reason (clauses 5.1.2, 5.3.2).

While the session is under way the grid changes them. Once it is concluded its record stands, so that a change is an
amendment: what stood before is journalled with the reason, results, cases, ledger, competence and figures follow, the
record gets a new version, and a report that was submitted owes its next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from sessions.enums import HELD
from sessions.frozen import read_scheme
from sessions.models import Enrolment, ParameterScore, SessionResult, TestAnswer, TrainingSession
from sessions.policies import can_amend_score, can_run_session
from sessions.scoring import evaluate
from sessions.services.cases import open_remedial_cases
from sessions.services.common import lock_plans_touched_by, lock_session, require_reason, stands_for
from sessions.services.marking import Mark, check_mark, markable, points_of, stale_mark, write_marks
from sessions.services.outcomes import settle_results
from sessions.services.results import compute_results
from sessions.services.rework import SCORES, follow_up, require_not_closed, void_remedial
from sessions.services.score_checks import check_score, saved_meanwhile
from sessions.services.standing import given_scores, standing_of
from trainingops.audit.journal import record, service
from trainingops.domain import NotAllowed, Refused, StaleVersion, WrongState, require
from trainingops.people.models import User


@dataclass(frozen=True)
class NewScore:
    """Another value for a score that stands; ``value`` None takes it away, which is never 0 (SCR-5).

    Attributes:
        score: key of the :class:`ParameterScore`.
        version: its row version on the page.
    """

    score: int
    value: Decimal | None
    version: int


@service
def amend_results(
    *,
    enrolment: Enrolment,
    scores: Sequence[NewScore] = (),
    marks: Sequence[Mark] = (),
    reason: str,
    actor: User,
    now: datetime,
) -> Enrolment:
    """Change what one person was given in a concluded session: all of it or nothing, with the reason.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer, the own result, or another assessor's score.
        WrongState: the session is not concluded (the grid changes it), or the training is closed.
        StaleVersion: somebody changed one of them since the page was opened; nothing was written, and the message
            says both values of each, who and when.
        Refused: no reason, nothing changed, or a value that cannot be; the message names it.
    """
    lock_plans_touched_by(enrolment.training_session)
    training_session = lock_session(enrolment.training_session)
    _require_amendable(training_session, enrolment, actor)
    require_reason(reason)
    stale: list[str] = []
    rows = _changed_scores(training_session, enrolment, scores, actor, stale)
    answers = _changed_marks(training_session, enrolment, marks, actor, stale)
    if stale:
        raise StaleVersion(" ".join([*stale, _("Compare them: saving again replaces what stands now.")]))
    if not rows and not answers:
        raise Refused(_("Nothing was changed. Write another score or other points."), code="unchanged")
    before = [[str(row.parameter.uuid), row.attempt, row.value] for row, _new in rows]
    marked_before = [answers[mark.answer].points for mark in marks if mark.answer in answers]
    for row, new in rows:
        row.value, row.version, row.recorded_by, row.recorded_at, row.imported = new, row.version + 1, actor, now, None
        row.save(update_fields=["value", "version", "recorded_by", "recorded_at", "imported"])
    write_marks([mark for mark in marks if mark.answer in answers], answers, actor=actor, now=now)
    _compute_again(training_session, enrolment, actor, now)
    record(
        "scores.amended",
        subject=training_session,
        actor=actor,
        now=now,
        data={
            "enrolment": enrolment.uuid,
            "scores": [[row.parameter.uuid, row.attempt, row.version] for row, _new in rows],
            "answers": [answer.question_version.uuid for answer in answers.values()],
            **stands_for(actor, training_session),
        },
        detail={
            "reason": reason.strip(),
            "before": before,
            "after": [[str(row.parameter.uuid), row.attempt, new] for row, new in rows],
            "marks": [marked_before, [mark.points for mark in marks if mark.answer in answers]],
        },
    )
    follow_up(training_session, [enrolment.person_id], what=SCORES, why=reason.strip(), actor=actor, now=now)
    return enrolment


def _require_amendable(training_session: TrainingSession, enrolment: Enrolment, actor: User) -> None:
    require(can_run_session(actor, training_session))
    if actor.person_id is not None and enrolment.person_id == actor.person_id:
        raise NotAllowed(_("Nobody changes their own result. Ask the PIC or another trainer."))
    if training_session.state not in HELD:
        raise WrongState(
            _("The session is “%(state)s”: its scores change in the grid until it is concluded.")
            % {"state": training_session.get_state_display()}
        )
    require_not_closed(training_session)


def _changed_scores(
    training_session: TrainingSession, enrolment: Enrolment, scores: Sequence[NewScore], actor: User, stale: list[str]
) -> list[tuple[ParameterScore, Decimal | None]]:
    """The rows whose value changes, locked, with the new one; into ``stale`` those that changed meanwhile."""
    locked = ParameterScore.objects.select_for_update(no_key=True, of=("self",)).select_related("parameter", "assessor")
    rows = {each.pk: each for each in locked.filter(enrolment=enrolment, pk__in=[each.score for each in scores])}
    known = {each.uuid: each for each in read_scheme(training_session.scheme).parameters}
    changed = []
    for each in scores:
        row, field = rows.get(each.score), f"score_{each.score}"
        if row is None or row.parameter.uuid not in known:
            raise Refused(_("A score on the page is no longer there. Reload the page."), code="gone")
        if row.version != each.version:
            stale.append(
                saved_meanwhile(
                    known[row.parameter.uuid].name,
                    mine=each.value,
                    theirs=row.value,
                    by=row.recorded_by,
                    at=row.recorded_at,
                    reader=actor,
                )
            )
            continue
        if row.value == each.value:
            continue
        parameter = known[row.parameter.uuid]
        if not can_amend_score(actor, row, training_session, several=parameter.parameter.has_several):
            raise NotAllowed(
                _("%(parameter)s was given by %(name)s: they or the PIC change it.")
                % {"parameter": parameter.name, "name": row.assessor.name}
            )
        check_score(each.value, parameter, who=enrolment.person.name, field=field)
        changed.append((row, each.value))
    return changed


def _changed_marks(
    training_session: TrainingSession, enrolment: Enrolment, marks: Sequence[Mark], actor: User, stale: list[str]
) -> dict[int, TestAnswer]:
    """The answers whose points change, locked, by key; into ``stale`` those that were marked meanwhile."""
    found = markable(training_session).filter(attempt__enrolment=enrolment, pk__in=[mark.answer for mark in marks])
    answers = {each.pk: each for each in found.select_for_update(no_key=True, of=("self",))}
    points, changed = points_of(answers.values()), {}
    for mark in marks:
        answer = answers.get(mark.answer)
        if answer is None:
            raise Refused(_("An answer on the page can no longer be marked here. Reload the page."), code="gone")
        if said := stale_mark(mark, answer, actor):
            stale.append(said)
            continue
        check_mark(mark, answer, points, actor)
        if answer.points != mark.points:
            changed[answer.pk] = answer
    return changed


def _compute_again(training_session: TrainingSession, enrolment: Enrolment, actor: Any, now: datetime) -> None:
    """The result that counts now, and the remedial that follows from it: opened, ended, or void without cause."""
    current = SessionResult.objects.filter(enrolment=enrolment, current=True).first()
    attempt = _attempt_that_counts(training_session, enrolment, current)
    if current is not None and (attempt != current.attempt or not _has_scores(training_session, enrolment)):
        SessionResult.objects.filter(pk=current.pk).update(current=False)
    compute_results(training_session=training_session, enrolments=[enrolment.pk], attempt=attempt, now=now)
    if attempt > 1:
        settle_results(training_session, [enrolment.pk], attempt=attempt, actor=actor, now=now)
        return
    open_remedial_cases(training_session, [enrolment.pk], actor=actor, now=now)
    void_remedial(enrolment, was=current, actor=actor, now=now)


def _attempt_that_counts(training_session: TrainingSession, enrolment: Enrolment, current: SessionResult | None) -> int:
    """The first where it is passed now, or the remedial one is no longer complete; else the one that counted."""
    if current is None or current.attempt == 1:
        return 1
    scheme = read_scheme(training_session.scheme).scheme
    (standing,) = standing_of(Enrolment.objects.filter(pk=enrolment.pk))
    first = evaluate(scheme, given_scores(training_session, standing, attempt=1), attempt=1)
    again = evaluate(scheme, given_scores(training_session, standing, attempt=current.attempt), attempt=current.attempt)
    return 1 if first.passed or again.final is None else current.attempt


def _has_scores(training_session: TrainingSession, enrolment: Enrolment) -> bool:
    """Whether anything is left that the scheme could weigh."""
    (standing,) = standing_of(Enrolment.objects.filter(pk=enrolment.pk))
    given = given_scores(training_session, standing, attempt=1)
    return None in standing.tests.values() or standing.has_begun(1) or any(v is not None for v in given.values())
