"""What goes wrong in live service, how often, and whose it is (2.3, 5.1.1 c)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DateField, Max, OuterRef, Q, QuerySet, Subquery, Sum

from planning.enums import DefectState, SampleKind
from planning.models import ModuleTraining, QualityParameter, SampleCount
from trainingops.people.models import Person, Team

if TYPE_CHECKING:
    from planning.models import TrainingModule
    from planning.models.needs import DefectQuerySet, ScopedQuerySet

#: Who had a module within this time is marked where participants are chosen for it.
RECENTLY = timedelta(days=90)
#: How defects can be counted: name in the address → field.
DIMENSIONS = {"parameter": "parameter", "error_class": "error_class", "root_cause": "root_cause", "team": "team"}


@dataclass(frozen=True, kw_only=True)
class DefectFilter:
    """Which defects are meant; an empty side means any, the cause ``none`` means not determined yet."""

    since: date
    until: date
    error_class: str = ""
    root_cause: str = ""
    parameter: QualityParameter | None = None
    team: Team | None = None

    @property
    def narrowed_to(self) -> dict[str, str]:
        """What is meant beside the period, as codes and a team's name."""
        return {
            "parameter": self.parameter.code if self.parameter else "",
            "error_class": self.error_class,
            "root_cause": self.root_cause,
            "team": self.team.name if self.team else "",
        }

    def narrow(self, defects: DefectQuerySet) -> DefectQuerySet:
        """Those of ``defects`` that are meant."""
        found = defects.filter(occurred_on__range=(self.since, self.until))
        for name in ("error_class", "root_cause", "parameter", "team"):
            if value := getattr(self, name):
                found = found.filter(**{name: "" if value == "none" else value})
        return found


@dataclass(frozen=True)
class Cell:
    """How many defects have one parameter, class, cause or team; ``code`` and ``name`` where it has them."""

    key: str
    name: str
    count: int
    disputed: int


def defect_counts(defects: DefectQuerySet, by: str) -> list[Cell]:
    """How many defects that count there are by one of :data:`DIMENSIONS`: one pass over the period, one for names.

    Blank keys are defects without root cause or team.
    """
    rows = list(
        defects.counting()
        .order_by()
        .values_list(DIMENSIONS[by])
        .annotate(count=Count("pk"), disputed=Count("pk", filter=Q(state=DefectState.DISPUTED)))
    )
    words = _words(by, [key for key, *_counts in rows if key])
    return [Cell(*words.get(key, (str(key or ""), "")), count, disputed) for key, count, disputed in rows]


def _words(by: str, keys: Iterable[Any]) -> Mapping[Any, tuple[str, str]]:
    """Code and name of parameters and teams; classes and causes are their own key."""
    models: dict[str, type[QualityParameter] | type[Team]] = {"parameter": QualityParameter, "team": Team}
    if by not in models:
        return {}
    found: QuerySet[Any] = models[by]._default_manager.filter(pk__in=list(keys))
    return {pk: (code, name) for pk, code, name in found.values_list("pk", "code", "name")}


@dataclass(frozen=True)
class Rate:
    """Inspected contacts of one kind of sample, and how many of them were defective by class."""

    kind: str
    inspected: int
    defective: Mapping[str, int] = field(default_factory=dict)


def sample_rates(samples: ScopedQuerySet) -> list[Rate]:
    """Inspected and defective contacts by kind of sample and class: two queries. Give it samples that count.

    Only ``random`` samples speak for all contacts; targeted ones and complaints are never added to them (2.3).
    """
    inspected = dict(
        samples.order_by().values_list("kind").annotate(total=Sum("inspected")).values_list("kind", "total")
    )
    if not inspected:
        return []
    defective = (
        SampleCount.objects.filter(sample__in=samples.order_by())
        .order_by()
        .values_list("sample__kind", "error_class")
        .annotate(total=Sum("defective"))
    )
    by_kind: dict[str, dict[str, int]] = {}
    for kind, error_class, total in defective:
        by_kind.setdefault(kind, {})[error_class] = total
    return [Rate(kind, inspected[kind], by_kind.get(kind, {})) for kind in SampleKind.values if inspected.get(kind)]


@dataclass(frozen=True)
class Agent:
    """Somebody with defects: how many count, how many of those are disputed, and when the last one happened."""

    person: Person
    count: int
    disputed: int
    last_on: date


def agents_of(defects: DefectQuerySet, *, minimum: int = 1) -> list[Agent]:
    """Working people with at least ``minimum`` of the defects that count, most first: two queries.

    The defects are grouped once, so that people without any cost nothing.
    """
    counted = (
        defects.counting()
        .order_by()
        .values("person")
        .annotate(
            count=Count("pk"),
            disputed=Count("pk", filter=Q(state=DefectState.DISPUTED)),
            last_on=Max("occurred_on"),
        )
        .filter(count__gte=minimum)
    )
    found = {row.pop("person"): row for row in counted}
    people = Person.objects.working().filter(pk__in=found)
    agents = [Agent(person, **found[person.pk]) for person in people]
    return sorted(agents, key=lambda agent: (-agent.count, agent.person.name.casefold()))


def trained_since(people: Iterable[Person], module: TrainingModule, since: date) -> dict[int, date]:
    """Who of ``people`` had ``module`` on or after ``since``, and when last: person key → day. One query."""
    return dict(
        ModuleTraining.objects.filter(
            person__in=[person.pk for person in people], module_version__module=module, trained_on__gte=since
        )
        .order_by()
        .values_list("person")
        .annotate(last=Max("trained_on"))
    )


def last_trained(modules: Iterable[Any]) -> Subquery:
    """The day on which a person (the outer row) last had one of ``modules``, or nothing."""
    had = ModuleTraining.objects.filter(person=OuterRef("pk"), module_version__module__in=list(modules))
    return Subquery(had.order_by("-trained_on").values("trained_on")[:1], output_field=DateField())
