"""What is stored of the people of a session, by one query: scores, tests, result (DESIGN.md §5.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, FilteredRelation, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, JSONObject

from sessions.enums import AttemptState, SessionState, TestPhase
from sessions.frozen import TESTED_BY, FrozenParameter, fills_itself, read_scheme
from sessions.models import Enrolment, ParameterScore, SessionResult, TestAttempt, TrainingSession
from sessions.scoring import Score


@dataclass(frozen=True)
class Stored:
    """A score as it stands: who gave it, who wrote it last and when."""

    parameter_id: int
    assessor_id: int
    value: Decimal | None
    version: int
    by: str
    at: datetime
    file: str = ""
    system: str = ""


@dataclass
class Standing:
    """One person: scores by parameter and attempt, the share of points by phase of the last tests, the result.

    A share is None while a short answer of the test waits for the trainer.
    """

    enrolment: Enrolment
    scores: dict[tuple[UUID, int], Stored]
    tests: dict[str, Fraction | None]
    result: SessionResult | None


def standing_of(enrolments: QuerySet[Enrolment]) -> list[Standing]:
    """Each person with what is stored of them, in the order of ``enrolments``; one query, whatever their number."""
    rows = enrolments.annotate(
        stored_scores=ArraySubquery(_scores()),
        stored_tests=ArraySubquery(_tests()),
        current_result=FilteredRelation("results", condition=Q(results__current=True)),
    ).select_related("person", "current_result")  # type: ignore[misc]
    return [
        Standing(
            each,
            scores={(UUID(said["parameter"]), said["attempt"]): _score(said) for said in each.stored_scores},
            tests={said["phase"]: _share(said) for said in each.stored_tests},
            result=getattr(each, "current_result", None),  # Django leaves it out where there is none
        )
        for each in rows
    ]


def given_scores(training_session: TrainingSession, standing: Standing, *, attempt: int = 1) -> dict[str, Score | None]:
    """Scores by parameter name, in each parameter's own scale; None where there is none.

    Attempt 2 takes the remedial test for the post-test, and the score of attempt 1 where that was better or it was not
    scored again: a remedial never lowers. A test result on paper is a typed score.
    """
    given: dict[str, Score | None] = {}
    for each in read_scheme(training_session.scheme).parameters:
        if not fills_itself(training_session, each):
            given[each.name] = _best(standing, each, attempt)
            continue
        phase = TESTED_BY[each.source]  # type: ignore[index]
        first = _tested(standing, each, phase) if phase in standing.tests else _best(standing, each, 1)
        if attempt > 1 and phase == TestPhase.POST:
            again = _tested(standing, each, TestPhase.REMEDIAL)
            given[each.name] = again if again is None or first is None else max(again, first)
        else:
            given[each.name] = first
    return given


def is_typed(
    training_session: TrainingSession,
    parameter: FrozenParameter,
    standing: Standing,
    attempt: int,
    *,
    from_file: bool = False,
) -> bool:
    """Whether somebody types this score: no test gives it, or the session ended without this person's test.

    The second is the result of a test on paper; a test that is handed in later counts instead. A result ``from_file``,
    of a test held in another application, needs not wait for the end.
    """
    if not fills_itself(training_session, parameter):
        return True
    tested = TESTED_BY[parameter.source] in standing.tests  # type: ignore[index]
    over = from_file or training_session.state == SessionState.CONCLUDED
    return attempt == 1 and over and not tested


def from_files(training_session: TrainingSession, standing: Standing, attempt: int) -> list[list[str]]:
    """The scores that count and came with a file: name of the parameter, application, name of the file."""
    found = []
    for each in read_scheme(training_session.scheme).parameters:
        if fills_itself(training_session, each) and TESTED_BY[each.source] in standing.tests:  # type: ignore[index]
            continue
        rows = [standing.scores.get((each.uuid, number)) for number in range(1, attempt + 1)]
        best = max((row for row in rows if row and row.value is not None), key=lambda row: row.value or 0, default=None)
        if best and best.file:
            found.append([each.name, best.system, best.file])
    return found


def on_paper(training_session: TrainingSession, standing: Standing) -> list[str]:
    """Names of the tests whose result was typed from paper."""
    return [
        each.name
        for each in read_scheme(training_session.scheme).parameters
        if fills_itself(training_session, each)
        and TESTED_BY[each.source] not in standing.tests  # type: ignore[index]
        and _best(standing, each, 1) is not None
        and not standing.scores[each.uuid, 1].file
    ]


def _best(standing: Standing, parameter: FrozenParameter, attempt: int) -> Score | None:
    """The best score that was typed up to an attempt."""
    typed = (standing.scores.get((parameter.uuid, number)) for number in range(1, attempt + 1))
    return max((found.value for found in typed if found and found.value is not None), default=None)


def _tested(standing: Standing, parameter: FrozenParameter, phase: str) -> Score | None:
    """What a test gives in the parameter's scale; None without one, or while it waits for the trainer."""
    share = standing.tests.get(phase)
    return None if share is None else share * Fraction(parameter.parameter.maximum_score)


def _scores() -> QuerySet[Any, Any]:
    rows = ParameterScore.objects.filter(enrolment=OuterRef("pk")).order_by("attempt", "pk")
    return rows.values(
        said=JSONObject(
            parameter="parameter__uuid",
            parameter_id="parameter",
            attempt="attempt",
            assessor="assessor",
            value=_exact("value"),
            version="version",
            by="recorded_by__name",
            at="recorded_at",
            file=Coalesce("imported__file_name", Value("")),
            system=Coalesce("imported__system", Value("")),
        )
    )


def _tests() -> QuerySet[Any, Any]:
    """Submitted attempts, the last of each phase last."""
    rows = TestAttempt.objects.filter(enrolment=OuterRef("pk"), state=AttemptState.SUBMITTED, maximum__gt=0)
    return rows.order_by("number", "pk").values(
        said=JSONObject(phase="phase", points=_exact("points"), maximum=_exact("maximum"))
    )


def _exact(name: str) -> Cast:
    """A decimal as text: as a number of JSON it would become a float."""
    return Cast(F(name), CharField())


def _share(said: dict[str, Any]) -> Fraction | None:
    return None if said["points"] is None else Fraction(said["points"]) / Fraction(said["maximum"])


def _score(said: dict[str, Any]) -> Stored:
    return Stored(
        parameter_id=said["parameter_id"],
        assessor_id=said["assessor"],
        value=None if said["value"] is None else Decimal(said["value"]),
        version=said["version"],
        by=said["by"],
        at=datetime.fromisoformat(said["at"]),
        file=said["file"],
        system=said["system"],
    )
