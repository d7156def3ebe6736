"""The rule of H+1 and the days off that a new installation begins with (DESIGN.md §2)."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from reporting.enums import DayOffCategory
from reporting.models import DayOff, DeadlinePolicy

#: The procedure's Rev 01 is in force since this day (clause 7); H+1 is counted in calendar days.
PROCEDURE_IN_FORCE = date(2025, 9, 25)
YEARS = range(2025, 2028)
PUBLISHED = (DayOffCategory.PUBLIC, DayOffCategory.COLLECTIVE_LEAVE)


def ensure_reference(**_: Any) -> None:
    """Write what is missing. A rule or day that somebody removed stays removed; nothing present is changed."""
    if not DeadlinePolicy.objects.exists():
        DeadlinePolicy.objects.create(effective_on=PROCEDURE_IN_FORCE)
    known = set(DayOff.objects.filter(site=None).values_list("day", "category"))
    DayOff.objects.bulk_create(
        (
            DayOff(day=day, name=name, name_en=_published(category, "en_US").get(day, ""), category=category)
            for category in PUBLISHED
            for day, name in _published(category).items()
            if (day, category.value) not in known
        ),
        ignore_conflicts=True,
    )


@cache
def _published(category: DayOffCategory, language: str = "id") -> dict[date, str]:
    """Indonesia's days of one category, by the ``holidays`` package."""
    import holidays  # 8 MB that only a migration needs

    return dict(holidays.country_holidays("ID", years=list(YEARS), language=language, categories=(category.value,)))
