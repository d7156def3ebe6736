"""Whom a refreshment is for: by line, place, team, segment, tenure, what they were trained in (5.1.1 b)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import F, Prefetch, QuerySet

from planning.models import ModuleTraining, ProductChange, TrainingModule
from planning.months import Month
from planning.queries.changes import agents_at_work
from planning.queries.needs import last_trained
from trainingops.people.models import Person, PersonAssignment, Segment, ServiceLine, Site, Team
from trainingops.people.queries import in_force

if TYPE_CHECKING:
    from trainingops.people.models import User


@dataclass(frozen=True, kw_only=True)
class GroupRule:
    """Who belongs to a group; a side that is left out means any.

    Args:
        joined_months, joined_at_most: tenure in whole months, from and to.
        module, since: not trained in this module since this day.
        change: a product or procedure change; who was trained on it already is left out.
    """

    line: ServiceLine
    site: Site | None = None
    team: Team | None = None
    segment: Segment | None = None
    joined_months: int | None = None
    joined_at_most: int | None = None
    module: TrainingModule | None = None
    since: date | None = None
    change: ProductChange | None = None


def members(rule: GroupRule, *, user: User, day: date) -> QuerySet[Person]:
    """The agents at work who match, in the user's scope, by name; with ``last_trained`` and ``here`` (their place).

    Three queries, whatever the number; the rule is one of them.
    """
    places = agents_at_work(day).filter(line=rule.line)
    if rule.site:
        places = places.filter(site=rule.site)
    if rule.team:
        places = places.filter(team=rule.team)
    if rule.segment:
        places = places.filter(segments=rule.segment)
    found: QuerySet[Person] = Person.objects.visible_to(user).filter(pk__in=places.values("person"))
    if rule.joined_months is not None:
        found = found.filter(joined_on__lte=months_before(day, rule.joined_months))
    if rule.joined_at_most is not None:
        found = found.filter(joined_on__gt=months_before(day, rule.joined_at_most))
    found = _without_trained(found, rule)
    modules = [rule.module.pk] if rule.module else list(rule.change.modules.all()) if rule.change else []
    if modules:
        found = found.annotate(last_trained=last_trained(modules))
    here = PersonAssignment.objects.filter(in_force(day)).select_related("team", "site")
    return found.order_by(F("name").asc(), "employee_no").prefetch_related(Prefetch("assignments", here, "here"))


def _without_trained(people: QuerySet[Person], rule: GroupRule) -> QuerySet[Person]:
    had = ModuleTraining.objects.all()
    if rule.module:
        recent = had.filter(module_version__module=rule.module)
        if rule.since:
            recent = recent.filter(trained_on__gte=rule.since)
        people = people.exclude(pk__in=recent.values("person"))
    if rule.change:
        after = had.filter(module_version__module__in=rule.change.modules.all(), trained_on__gte=rule.change.issued_on)
        people = people.exclude(pk__in=after.values("person"))
    return people


def months_before(day: date, months: int) -> date:
    """The day ``months`` months before ``day``; the last of the month where there is no such day."""
    month = Month.of(day).moved(-months)
    return min(month.first + timedelta(days=day.day - 1), month.until - timedelta(days=1))
