"""Defective contacts among the random samples, by person, class, week and parameter (2.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import TruncWeek

from evaluation.control_charts import p_chart
from evaluation.models import EffectStudy
from planning.enums import SampleKind
from planning.models import Defect, MonitoringSample, SampleCount


@dataclass(frozen=True)
class Window:
    """Days, both ends inclusive."""

    since: date
    until: date


@dataclass
class Counts:
    """Of one window: inspected contacts by person, and defective ones by person and class."""

    inspected: Mapping[int, int]
    defective: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    def of(self, error_class: str, people: Iterable[int]) -> tuple[int, int]:
        """Defective and inspected contacts of ``people``."""
        wanted = set(people)
        found = self.defective.get(error_class, {})
        return (
            sum(count for person, count in found.items() if person in wanted),
            sum(count for person, count in self.inspected.items() if person in wanted),
        )


def random_samples(study: EffectStudy, window: Window, people: Collection[int]) -> QuerySet[MonitoringSample]:
    """The random samples that count, of these people on the plan's line."""
    samples: QuerySet[MonitoringSample] = MonitoringSample.objects.counting().filter(
        kind=SampleKind.RANDOM,
        line=study.plan.line_id,
        person__in=list(people),
        contacted_on__range=(window.since, window.until),
    )
    return samples.order_by()


def counts_of(study: EffectStudy, window: Window, people: Collection[int]) -> Counts:
    """The counts of one window; two queries."""
    samples = random_samples(study, window, people)
    inspected = dict(samples.values_list("person").annotate(n=Sum("inspected")))
    defective: dict[str, dict[int, int]] = {}
    rows = (
        SampleCount.objects.filter(sample__in=samples)
        .order_by()
        .values_list("sample__person", "error_class")
        .annotate(n=Sum("defective"))
    )
    for person, error_class, count in rows:
        defective.setdefault(error_class, {})[person] = count
    return Counts(inspected, defective)


def weekly(study: EffectStudy, people: Collection[int]) -> dict[str, Any]:
    """The p-chart of the class by weeks, from the window before to the window after; two queries.

    The centre is set by the weeks of the window before: those that chose the participants are too high by choice.
    """
    whole = Window(study.before_from, study.after_until)
    samples = random_samples(study, whole, people).annotate(week=TruncWeek("contacted_on"))
    inspected = dict(samples.values_list("week").annotate(n=Sum("inspected")))
    counted = SampleCount.objects.filter(
        sample__in=random_samples(study, whole, people), error_class=study.effect_class
    ).annotate(week=TruncWeek("sample__contacted_on"))
    defective = dict(counted.order_by().values_list("week").annotate(n=Sum("defective")))
    weeks = list(_weeks(whole))
    baseline = sum(week <= study.before_until for week in weeks)
    sizes = [inspected.get(week, 0) for week in weeks]
    # Several evaluations of one contact are settled before they count; a sheet never has more defective than inspected.
    found = [min(defective.get(week, 0), size) for week, size in zip(weeks, sizes, strict=True)]
    chart = p_chart(found, sizes, baseline=baseline)
    return {
        "weeks": [week.isoformat() for week in weeks],
        "defective": found,
        "inspected": sizes,
        "lower": list(chart.lower),
        "upper": list(chart.upper),
        "center": chart.center,
        "signals": list(chart.signals),
        "baseline": baseline,
    }


def _weeks(window: Window) -> Iterable[date]:
    """The Mondays of the weeks that a window touches."""
    day = window.since - timedelta(days=window.since.weekday())
    while day <= window.until:
        yield day
        day += timedelta(days=7)


def by_parameter(study: EffectStudy, window: Window, people: Collection[int]) -> list[list[Any]]:
    """Defects of the class on randomly sampled contacts: code and name of the parameter, count; most first."""
    found = (
        _on_random_contacts(study, window, people)
        .filter(error_class=study.effect_class)
        .values_list("parameter__code", "parameter__name")
        .annotate(n=Count("pk"))
    )
    return [list(row) for row in sorted(found, key=lambda row: (-row[2], row[0]))]


def with_parameter(study: EffectStudy, window: Window, people: Collection[int]) -> int:
    """How many randomly sampled contacts have a defect of the parameter that concerns the training."""
    found = _on_random_contacts(study, window, people).filter(parameter=study.effect_parameter_id)
    return found.values("source", "contact_reference").distinct().count()


def _on_random_contacts(study: EffectStudy, window: Window, people: Collection[int]) -> QuerySet[Defect]:
    contact = random_samples(study, window, people).filter(
        source=OuterRef("source"), contact_reference=OuterRef("contact_reference"), person=OuterRef("person")
    )
    return (
        Defect.objects.counting()
        .filter(
            Exists(contact),
            line=study.plan.line_id,
            person__in=list(people),
            occurred_on__range=(window.since, window.until),
        )
        .exclude(contact_reference="")
        .order_by()
    )
