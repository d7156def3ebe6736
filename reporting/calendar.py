"""The house's calendar: the rule and the days off that hold at a site on a day, and what follows for a due time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from reporting.deadlines import Explanation, explain, local_day
from reporting.enums import DayOffCategory
from reporting.models import DayOff, DeadlinePolicy
from trainingops.people.models import Site
from trainingops.ui.days_off import OffDay


@dataclass(frozen=True)
class Counted:
    """A due time with the rule that made it; without ``policy`` the procedure's own rule holds: calendar days."""

    policy: DeadlinePolicy | None
    steps: Explanation
    english: Mapping[date, str]

    @property
    def due_at(self) -> datetime:
        return self.steps.due_at

    def as_json(self) -> dict[str, Any]:
        """What is stored beside the due time and shown as "how it was counted" (UX.md DLN-2)."""
        steps = self.steps
        return {
            "last_end": steps.last_end.isoformat(),
            "timezone": steps.timezone.key,
            "counted_from": steps.counted_from.isoformat(),
            "ended_at_midnight": steps.ended_at_midnight,
            "rule": "business" if steps.business_days else "calendar",
            "policy_from": self.policy.effective_on.isoformat() if self.policy else None,
            "collective_leave_is_off": bool(self.policy and self.policy.collective_leave_is_off),
            "skipped": [
                {"day": each.day.isoformat(), "name": each.name, "name_en": self.english.get(each.day, "")}
                for each in steps.skipped
            ],
            "due_day": steps.due_day.isoformat(),
            "due_at": steps.due_at.isoformat(),
        }


class HouseCalendar:
    """Rules and days off, loaded once by two queries and asked often."""

    def __init__(self) -> None:
        self._policies = list(DeadlinePolicy.objects.filter(removed_at=None).order_by("-effective_on"))
        self._days_off = list(
            DayOff.objects.filter(removed_at=None).values_list("day", "name", "name_en", "category", "site_id")
        )

    def policy_on(self, site: Site | None, day: date) -> DeadlinePolicy | None:
        """The rule in force on ``day``: the site's own latest one, else the latest one of the house.

        Without a site that of the house.
        """
        here = site.pk if site else None
        in_force = [each for each in self._policies if each.effective_on <= day and each.site_id in (None, here)]
        own = [each for each in in_force if each.site_id == here]
        return next(iter(own or in_force), None)

    def days_off(self, site: Site, *, collective_leave: bool) -> tuple[dict[date, str], dict[date, str]]:
        """Names of the days off at a site, and their English names; collective leave only where it is a day off."""
        names: dict[date, list[str]] = {}
        english: dict[date, list[str]] = {}
        for day, name, name_en, category, site_id in self._days_off:
            if site_id in (None, site.pk) and (collective_leave or category != DayOffCategory.COLLECTIVE_LEAVE):
                names.setdefault(day, []).append(name)
                english.setdefault(day, []).append(name_en or name)
        return _joined(names), _joined(english)

    def count(self, *, site: Site, last_end: datetime) -> Counted:
        """When the report on a session that ended at ``last_end`` is due, by the rule of that local day."""
        day, _at_midnight = local_day(last_end, site.zone)
        policy = self.policy_on(site, day)
        business_days = bool(policy and policy.business_days)
        off, english = self.days_off(site, collective_leave=bool(policy and policy.collective_leave_is_off))
        steps = explain(last_end, timezone=site.zone, business_days=business_days, days_off=off)
        return Counted(policy, steps, english)


def _joined(names: Mapping[date, list[str]]) -> dict[date, str]:
    return {day: "; ".join(each) for day, each in names.items()}


def off_days(first: date, until: date) -> list[OffDay]:
    """All days off from ``first`` to ``until``, both included, for the dates of every form (ui.days_off): one query."""
    rows = DayOff.objects.filter(removed_at=None, day__range=(first, until)).select_related("site")
    return [OffDay(each.day, each.shown_name, each.site.name if each.site else "") for each in rows]


def days_off_between(site: Site | None, first: date, until: date) -> QuerySet[DayOff]:
    """Holidays and collective leave at a site, or of the house alone, for the stages below (people.days_off)."""
    here = Q(site=None) | Q(site=site)
    return DayOff.objects.filter(here, removed_at=None, day__gte=first, day__lt=until).order_by("day", "-category")
