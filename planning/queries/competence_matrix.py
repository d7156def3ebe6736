"""Agents beside the modules that they must hold: counted and paged by the database (ISO 9001 7.2).

One statement makes a cell for each agent and module that the lists in force ask of them. What somebody has shown is
found by the index over person, version and day of :class:`~planning.models.Competence`, cell by cell, so that the time
does not grow with what was shown before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Min, OuterRef, QuerySet, Subquery

from planning.enums import LACKING, CompetenceState, PlanState, RevisionState
from planning.models import CompetenceRequirement, PlanTarget, TrainingModule, TrainingPlan
from planning.queries.changes import agents_at_work
from trainingops.people.models import Person, PersonAssignment, Segment, ServiceLine, Site, Team
from trainingops.people.queries import SEES_PEOPLE, in_force

if TYPE_CHECKING:
    from trainingops.people.models import User

_CELLS = """
WITH place(id, person_id, line_id, since) AS ({places}),
list(id, line_id, segment_id, expiring_days, grace_days) AS ({lists}),
required AS (
  SELECT list.*, m.module_id, m.valid_months,
    (SELECT min(r.effective_on) FROM planning_competencerequirement r
     JOIN planning_requiredmodule had ON had.requirement_id = r.id AND had.module_id = m.module_id
     WHERE r.state = 'approved' AND r.line_id = list.line_id AND r.segment_id IS NOT DISTINCT FROM list.segment_id
    ) AS since
  FROM list JOIN planning_requiredmodule m ON m.requirement_id = list.id
  WHERE %s::bigint IS NULL OR m.module_id = %s
),
owed AS (
  SELECT place.person_id, required.module_id, min(required.valid_months) AS months,
    max(required.expiring_days) AS lead, min(greatest(required.since, place.since) + required.grace_days) AS owed_on
  FROM place JOIN required ON required.line_id = place.line_id
  WHERE required.segment_id IS NULL OR EXISTS (
    SELECT FROM people_personassignment_segments s
    WHERE s.personassignment_id = place.id AND s.segment_id = required.segment_id)
  GROUP BY 1, 2
),
cell AS (
  SELECT owed.*, shown.achieved_on, shown.until, CASE
    WHEN shown.achieved_on IS NULL THEN CASE WHEN owed.owed_on > %s THEN 4 ELSE 1 END
    WHEN shown.until < %s THEN 2
    WHEN shown.until <= %s + owed.lead THEN 3
    ELSE 5 END AS rank
  FROM owed LEFT JOIN LATERAL (
    SELECT c.achieved_on, coalesce(c.valid_until, (c.achieved_on + make_interval(months => owed.months))::date) AS until
    FROM planning_moduleversion v CROSS JOIN LATERAL (
      SELECT achieved_on, valid_until FROM planning_competence
      WHERE person_id = owed.person_id AND module_version_id = v.id ORDER BY achieved_on DESC LIMIT 1
    ) c
    WHERE v.module_id = owed.module_id ORDER BY c.achieved_on DESC LIMIT 1
  ) shown ON true
)
"""
_COUNTS = """
SELECT module_id, rank, count(*) FROM cell GROUP BY 1, 2
UNION ALL
SELECT NULL, worst, count(*) FROM (SELECT min(rank) AS worst FROM cell GROUP BY person_id) AS person GROUP BY 2
"""
_PAGE = """
SELECT cell.person_id, json_object_agg(module_id, json_build_array(rank, until, achieved_on, owed_on))
FROM cell JOIN people_person p ON p.id = cell.person_id
GROUP BY cell.person_id, p.name, p.employee_no
HAVING %s::int[] IS NULL OR min(rank) = ANY(%s)
ORDER BY p.name, p.employee_no LIMIT %s OFFSET %s
"""
_PAIRS = "SELECT person_id, module_id FROM cell WHERE rank = ANY(%s)"
_OF_PERSON = """
SELECT m.id, m.code, m.title, json_build_array(rank, until, achieved_on, owed_on)
FROM cell JOIN planning_trainingmodule m ON m.id = cell.module_id ORDER BY m.code
"""
_OF_LIST = ("line", "segment", "expiring_days", "grace_days")
#: How each state looks.
STATE_KINDS = {
    CompetenceState.MISSING: "late",
    CompetenceState.EXPIRED: "late",
    CompetenceState.EXPIRING: "warn",
    CompetenceState.GRACE: "idle",
    CompetenceState.CURRENT: "ok",
}
#: The states from the worst to the best, as the statement ranks them from 1 on.
RANKS = tuple(CompetenceState)


@dataclass(frozen=True, kw_only=True)
class MatrixRule:
    """Whose competences are looked at; a side that is left out means all.

    Args:
        line: None asks of the lists of every line.
        user: sees the agents of their scope only; None: the system itself, everybody.
        module: only this module; the state of an agent is then that of this cell.
    """

    line: ServiceLine | None
    day: date
    user: User | None = None
    site: Site | None = None
    team: Team | None = None
    segment: Segment | None = None
    module: TrainingModule | None = None
    words: str = ""
    people: Collection[int] | None = None

    def places(self) -> QuerySet[PersonAssignment]:
        """Where the agents meant work on the day, with ``since``: their first day on the line."""
        places = agents_at_work(self.day)
        if self.user is not None:
            places = places.filter(self.user.authority.scope(*SEES_PEOPLE, site="site", line="line", team="team"))
        for name, path in (("line", "line"), ("site", "site"), ("team", "team"), ("segment", "segments")):
            if value := getattr(self, name):
                places = places.filter(**{path: value})
        for word in self.words.split():
            places = places.filter(person__name__icontains=word)
        if self.people is not None:
            places = places.filter(person__in=self.people)
        return places


@dataclass(frozen=True)
class Cell:
    """How one agent stands to one module; ``until`` is its last day, ``owed_on`` when a new agent must have it."""

    state: CompetenceState
    until: date | None
    achieved_on: date | None
    owed_on: date


@dataclass(frozen=True)
class AgentRow:
    """One agent with the cells of the modules that are asked of them."""

    place: PersonAssignment
    cells: Mapping[int, Cell]

    @property
    def worst(self) -> CompetenceState:
        """The state that the agent is counted under."""
        return min((cell.state for cell in self.cells.values()), key=RANKS.index)


@dataclass(frozen=True)
class Counts:
    """How many agents stand how: by the worst of their cells, and cell by cell for each module."""

    agents: Counter[str] = field(default_factory=Counter)
    modules: Mapping[int, Counter[str]] = field(default_factory=dict)


def counts_of(rule: MatrixRule) -> Counts:
    """The counts of everybody meant, whatever page is shown: one query."""
    agents: Counter[str] = Counter()
    modules: dict[int, Counter[str]] = {}
    for module, rank, number in _rows(rule, _COUNTS, []):
        counter = agents if module is None else modules.setdefault(module, Counter())
        counter[RANKS[rank - 1]] += number
    return Counts(agents, modules)


def agent_rows(
    rule: MatrixRule, *, states: Collection[str] = (), limit: int | None = None, offset: int = 0
) -> list[AgentRow]:
    """Agents by name, of the whole list or of those whose worst cell has one of ``states``. Two queries."""
    ranks = [RANKS.index(CompetenceState(state)) + 1 for state in states] or None
    found = {
        person: {int(module): _cell(*values) for module, values in cells.items()}
        for person, cells in _rows(rule, _PAGE, [ranks, ranks, limit, offset])
    }
    places = {
        place.person_id: place
        for place in PersonAssignment.objects.filter(in_force(rule.day), person__in=list(found)).select_related(
            "person__user", "team", "site", "line"
        )
    }
    return [AgentRow(places[person], cells) for person, cells in found.items()]


def pairs_in(rule: MatrixRule, states: Collection[CompetenceState]) -> list[tuple[int, int]]:
    """Keys of agent and module of every cell in one of ``states``: one query."""
    return [(person, module) for person, module in _rows(rule, _PAIRS, [[RANKS.index(each) + 1 for each in states]])]


def lacking(rule: MatrixRule, *, module: TrainingModule) -> list[AgentRow]:
    """Who of those meant has not shown ``module``, or shows it no longer or not for long."""
    return agent_rows(replace(rule, module=module), states=LACKING)


def columns_of(line: ServiceLine, *, day: date, segment: Segment | None = None) -> Sequence[TrainingModule]:
    """The modules that the lists in force on a line name, for everybody or for ``segment``; by code."""
    lists = CompetenceRequirement.objects.in_force(day).filter(line=line)
    if segment:
        lists = lists.filter(segment__in=[segment]) | lists.filter(segment=None)
    return list(TrainingModule.objects.filter(required_by__requirement__in=lists.values("pk")).distinct())


def _rows(rule: MatrixRule, statement: str, more: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What a statement over the cells answers."""
    on_line = PersonAssignment.objects.filter(person=OuterRef("person"), line=OuterRef("line")).order_by()
    since = on_line.values("person").annotate(first=Min("starts_on")).values("first")
    places = rule.places().annotate(since=Subquery(since)).order_by().values("pk", "person", "line", "since")
    lists = CompetenceRequirement.objects.in_force(rule.day).order_by()
    if rule.line:
        lists = lists.filter(line=rule.line)
    place_sql, place_params = places.query.sql_with_params()
    list_sql, list_params = lists.values("pk", *_OF_LIST).query.sql_with_params()
    module = rule.module.pk if rule.module else None
    cells = _CELLS.format(places=place_sql, lists=list_sql)
    params = [*place_params, *list_params, module, module, rule.day, rule.day, rule.day, *more]
    with connection.cursor() as cursor:
        cursor.execute(f"{cells} {statement}", params)
        return cursor.fetchall()


def _cell(rank: int, until: str | None, achieved_on: str | None, owed_on: str) -> Cell:
    last, shown = (date.fromisoformat(day) if day else None for day in (until, achieved_on))
    return Cell(RANKS[rank - 1], last, shown, date.fromisoformat(owed_on))


def required_of(person: Person, *, day: date) -> list[tuple[TrainingModule, Cell]]:
    """What is asked of one person where they work on ``day``, and how they stand to it; by code. One query.

    Of a module only code and title are read.
    """
    rows = _rows(MatrixRule(line=None, day=day, people=[person.pk]), _OF_PERSON, [])
    return [(TrainingModule(pk=pk, code=code, title=title), _cell(*cell)) for pk, code, title, cell in rows]


def planned_for(people: Collection[int], modules: Collection[int]) -> dict[tuple[int, int], TrainingPlan]:
    """Who is on target in a plan that has not ended: (person key, module key) → the plan. One query."""
    targets = PlanTarget.objects.filter(
        person__in=list(people),
        revision__module_version__module__in=list(modules),
        revision__state__in=[RevisionState.DRAFT, RevisionState.SUBMITTED, RevisionState.APPROVED],
        revision__plan__state__in=[PlanState.IN_PREPARATION, PlanState.APPROVED, PlanState.UNDER_WAY],
    ).select_related("revision__plan", "revision__module_version")
    return {(each.person_id, each.revision.module_version.module_id): each.revision.plan for each in targets}  # type: ignore[union-attr]
