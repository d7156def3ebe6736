"""What is stored of the people of a session, by one query: scores, tests, result, presence (DESIGN.md §5.8)."""

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

from sessions.enums import HELD, AttemptState, TestPhase
from sessions.frozen import TESTED_BY, FrozenParameter, fills_itself, read_scheme
from sessions.models import (
    AskedAssessor,
    Attendance,
    Enrolment,
    ParameterScore,
    SessionResult,
    TestAttempt,
    TrainingSession,
)
from sessions.queries.ledger import is_trained
from sessions.queries.pages import Presence
from sessions.scoring import Assessed, Given, Score, evaluate, settle

#: A parameter and an attempt.
Place = tuple[UUID, int]


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
    assessor_uuid: str = ""
    assessor: str = ""


@dataclass(frozen=True)
class Asked:
    """Who was asked for a second opinion."""

    assessor_id: int
    assessor_uuid: str
    name: str


@dataclass
class Standing:
    """One person: scores by parameter and attempt, the share of points by phase of the last tests, the result.

    A share is None while a short answer of the test waits for the trainer.

    Attributes:
        rows: the score of each assessor, the first one first.
        asked: second opinions that were asked for.
        presence: how far they were there.
    """

    enrolment: Enrolment
    rows: dict[Place, list[Stored]]
    tests: dict[str, Fraction | None]
    result: SessionResult | None
    asked: dict[Place, Asked]
    presence: Presence

    @property
    def scores(self) -> dict[Place, Stored]:
        """The score of a parameter that one assessor gives; of several, the first assessor's."""
        return {place: rows[0] for place, rows in self.rows.items()}

    def cell(self, parameter: FrozenParameter, attempt: int, assessor: int) -> Stored | None:
        """The score that ``assessor`` writes: their own of a parameter with several assessors, else the only one."""
        rows = self.rows.get((parameter.uuid, attempt), [])
        if parameter.parameter.has_several:
            rows = [row for row in rows if row.assessor_id == assessor]
        return rows[0] if rows else None

    def note(self, place: Place, stored: Stored) -> None:
        """Put a score that was just written where the old one of its assessor stood."""
        rows = self.rows.setdefault(place, [])
        at = next((at for at, row in enumerate(rows) if row.assessor_id == stored.assessor_id), len(rows))
        rows[at : at + 1] = [stored]

    def assessed(self, parameter: FrozenParameter, attempt: int) -> Assessed:
        """What assessors gave in one attempt, as the calculation takes it."""
        place = (parameter.uuid, attempt)
        given = [Given(row.assessor_uuid, row.value) for row in self.rows.get(place, []) if row.value is not None]
        asked = self.asked.get(place)
        return Assessed(given, asked.assessor_uuid if asked else "")

    def settled(self, parameter: FrozenParameter, attempt: int) -> Score | None:
        """The score that one attempt gives."""
        return settle(parameter.parameter, self.assessed(parameter, attempt))

    def counting(self, parameter: FrozenParameter, attempt: int) -> int:
        """The attempt up to ``attempt`` whose score counts: the best, the earlier of two that are the same."""
        scored = [number for number in range(1, attempt + 1) if self.settled(parameter, number) is not None]
        return max(scored, key=lambda number: (self.settled(parameter, number), -number), default=attempt)

    def has_begun(self, attempt: int) -> bool:
        """Whether somebody gave a score in this attempt, even one that waits for another assessor."""
        return any(row.value is not None for (_, at), rows in self.rows.items() if at == attempt for row in rows)


def standing_of(enrolments: QuerySet[Enrolment]) -> list[Standing]:
    """Each person with what is stored of them, in the order of ``enrolments``; one query, whatever their number."""
    rows = enrolments.annotate(
        stored_scores=ArraySubquery(_scores()),
        stored_tests=ArraySubquery(_tests()),
        stored_opinions=ArraySubquery(_opinions()),
        attended=ArraySubquery(_attended()),
        trained=is_trained(),
        current_result=FilteredRelation("results", condition=Q(results__current=True)),
    ).select_related("person", "current_result")  # type: ignore[misc]
    return [
        Standing(
            each,
            rows=_by_place(each.stored_scores),
            tests={said["phase"]: _share(said) for said in each.stored_tests},
            result=getattr(each, "current_result", None),  # Django leaves it out where there is none
            asked={(UUID(said["parameter"]), said["attempt"]): _asked(said) for said in each.stored_opinions},
            presence=Presence(each.attended, each.trained),
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


def left_to_score(training_session: TrainingSession, standing: Standing, attempt: int) -> list[FrozenParameter]:
    """The parameters that were not scored again in a remedial and, scored well, would still make it passed (5.1.2)."""
    frozen = read_scheme(training_session.scheme)
    left = [
        each
        for each in frozen.parameters
        if not fills_itself(training_session, each) and standing.settled(each, attempt) is None
    ]
    best = given_scores(training_session, standing, attempt=attempt)
    best |= {each.name: each.parameter.maximum_score for each in left}
    return left if evaluate(frozen.scheme, best, attempt=attempt).passed else []


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
    of a test held in another application, needs not wait for the end; one that stands can be changed, or taken away.
    """
    if not fills_itself(training_session, parameter):
        return True
    tested = TESTED_BY[parameter.source] in standing.tests  # type: ignore[index]
    stands = standing.settled(parameter, attempt) is not None
    over = from_file or stands or training_session.state in HELD
    return attempt == 1 and over and not tested


def from_files(training_session: TrainingSession, standing: Standing, attempt: int) -> list[list[str]]:
    """The scores that count and came with a file: name of the parameter, application, name of the file."""
    found = []
    for each in read_scheme(training_session.scheme).parameters:
        if fills_itself(training_session, each) and TESTED_BY[each.source] in standing.tests:  # type: ignore[index]
            continue
        rows = [row for number in range(1, attempt + 1) for row in standing.rows.get((each.uuid, number), [])]
        best = max((row for row in rows if row.value is not None), key=lambda row: row.value or 0, default=None)
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
    """The best score that assessors gave up to an attempt, each attempt settled by itself."""
    return standing.settled(parameter, standing.counting(parameter, attempt))


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
            assessor_uuid="assessor__uuid",
            assessor_name="assessor__name",
            value=_exact("value"),
            version="version",
            by="recorded_by__name",
            at="recorded_at",
            file=Coalesce("imported__file_name", Value("")),
            system=Coalesce("imported__system", Value("")),
        )
    )


def _attended() -> QuerySet[Any, Any]:
    return Attendance.objects.filter(enrolment=OuterRef("pk")).exclude(status="").order_by().values("status")


def _opinions() -> QuerySet[Any, Any]:
    rows = AskedAssessor.objects.in_force().filter(enrolment=OuterRef("pk")).order_by()
    return rows.values(
        said=JSONObject(
            parameter="parameter__uuid",
            attempt="attempt",
            assessor="assessor",
            uuid="assessor__uuid",
            name="assessor__name",
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


def _by_place(stored: list[dict[str, Any]]) -> dict[Place, list[Stored]]:
    rows: dict[Place, list[Stored]] = {}
    for said in stored:
        rows.setdefault((UUID(said["parameter"]), said["attempt"]), []).append(_score(said))
    return rows


def _asked(said: dict[str, Any]) -> Asked:
    return Asked(said["assessor"], said["uuid"], said["name"])


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
        assessor_uuid=said["assessor_uuid"],
        assessor=said["assessor_name"],
    )
