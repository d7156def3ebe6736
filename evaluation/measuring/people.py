"""Who is compared with whom: those trained, and those who met the same rule and were not (yet) trained (2.3, 5.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q

from evaluation.models import EffectStudy
from planning.enums import TargetReason
from planning.models import Defect, ModuleTraining, PlanTarget
from sessions.models import TargetOutcome
from trainingops.people.models import Person


@dataclass(frozen=True)
class Rule:
    """Which defects in which days chose somebody, and the fewest that anybody chosen by it had."""

    parameter: str
    error_class: str
    root_cause: str
    team: str
    since: date
    until: date
    least: int


@dataclass
class Groups:
    """People of a study, by key.

    Attributes:
        targets: everybody on target as approved.
        trained: of them, trained before the window after begins, and chosen by the rule where there is one.
        otherwise: trained likewise, but put on target for another reason than the rule: shown, not compared.
        late: trained within the window after: neither trained nor untrained in it.
        waiting: on target and not trained by the end of the window.
        matched: not on target, met the same rule in the same days.
        elsewhere: would be compared with, but had the same module in another training.
    """

    targets: set[int] = field(default_factory=set)
    trained: set[int] = field(default_factory=set)
    otherwise: set[int] = field(default_factory=set)
    late: set[int] = field(default_factory=set)
    waiting: set[int] = field(default_factory=set)
    matched: set[int] = field(default_factory=set)
    elsewhere: set[int] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)
    first_trained: date | None = None
    last_trained: date | None = None

    @property
    def compared(self) -> set[int]:
        """Those with whom the trained are compared."""
        return self.waiting | self.matched

    @property
    def everybody(self) -> set[int]:
        """All whose samples are counted."""
        return self.targets | self.matched


def groups_of(study: EffectStudy) -> Groups:
    """The people of a study as the rows say now; five queries."""
    found = Groups()
    chosen: dict[int, list[Any]] = {}
    for person, reason, facts in PlanTarget.objects.filter(revision=study.revision_id).values_list(
        "person", "reason", "reason_facts"
    ):
        found.targets.add(person)
        if reason == TargetReason.DEFECTS and facts:
            chosen[person] = [fact for fact in facts if "defects" in fact]
    found.rules = _rules(chosen.values())
    days = _trained_on(study)
    trained = {person for person in found.targets if person in days and days[person] < study.after_from}
    found.late = {person for person in found.targets - trained if person in days and days[person] <= study.after_until}
    found.trained = trained & chosen.keys() if found.rules else trained
    found.otherwise = trained - found.trained
    waiting = found.targets - trained - found.late
    if found.rules:
        waiting &= chosen.keys()
    matched = _who_met(found.rules, study) - found.targets
    found.elsewhere = _had_module(study, waiting | matched)
    found.waiting, found.matched = waiting - found.elsewhere, matched - found.elsewhere
    found.first_trained = min((days[person] for person in trained), default=None)
    found.last_trained = max((days[person] for person in trained), default=None)
    return found


def _rules(chosen: Iterable[list[Any]]) -> list[Rule]:
    """The rules by which targets were chosen; the fewest defects of anybody chosen is what others must have had."""
    least: dict[tuple[str, str, str, str, str, str], int] = {}
    for facts in chosen:
        for fact in facts:
            key = (
                fact["parameter"], fact["error_class"], fact["root_cause"], fact["team"], fact["since"], fact["until"],
            )  # fmt: skip
            least[key] = min(least.get(key, fact["defects"]), fact["defects"])
    return [
        Rule(parameter, error_class, cause, team, date.fromisoformat(since), date.fromisoformat(until), count)
        for (parameter, error_class, cause, team, since, until), count in sorted(least.items())
    ]


def _trained_on(study: EffectStudy) -> dict[int, date]:
    """When each target of the plan was trained: the day of the class or recovery that settled it."""
    settled = TargetOutcome.objects.filter(plan=study.plan_id).values("uuid")
    return dict(ModuleTraining.objects.filter(source__in=settled).order_by().values_list("person", "trained_on"))


def _who_met(rules: Iterable[Rule], study: EffectStudy) -> set[int]:
    """Who else met one of the rules on the plan's line at its sites; annulled defects do not count."""
    sites = {study.plan.site_id, *study.revision.sessions.values_list("host_site", flat=True)}
    met: set[int] = set()
    for rule in rules:
        found = Defect.objects.counting().filter(
            line=study.plan.line_id, site__in=sites, occurred_on__range=(rule.since, rule.until)
        )
        if rule.parameter:
            found = found.filter(parameter__code=rule.parameter)
        if rule.error_class:
            found = found.filter(error_class=rule.error_class)
        if rule.root_cause:
            found = found.filter(root_cause="" if rule.root_cause == "none" else rule.root_cause)
        if rule.team:
            found = found.filter(team__name=rule.team)
        counted = found.order_by().values("person").annotate(n=Count("pk")).filter(n__gte=rule.least)
        met.update(counted.values_list("person", flat=True))
    return met


def _had_module(study: EffectStudy, people: Iterable[int]) -> set[int]:
    """Who of them had the same module in any training, from the window before to the end of the window after."""
    had = ModuleTraining.objects.filter(
        person__in=list(people),
        module_version__module__versions=study.revision.module_version_id,
        trained_on__range=(study.before_from, study.after_until),
    )
    return set(had.order_by().values_list("person", flat=True))


def left_or_moved(study: EffectStudy, people: Iterable[int]) -> tuple[int, int]:
    """How many had left by the end of the window after, and how many worked elsewhere than on the line then."""
    wanted = set(people)
    day = study.after_until
    left = set(
        Person.objects.filter(pk__in=wanted, employment="left")
        .filter(Q(left_on=None) | Q(left_on__lte=day))
        .values_list("pk", flat=True)
    )
    here = Person.objects.filter(
        Q(assignments__ends_on=None) | Q(assignments__ends_on__gte=day),
        pk__in=wanted,
        assignments__line=study.plan.line_id,
        assignments__starts_on__lte=day,
    )
    return len(left), len(wanted - left - set(here.values_list("pk", flat=True)))
