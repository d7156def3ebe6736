"""Reading the objectives of a year (ISO 9001 6.2)."""

from __future__ import annotations

from django.db.models import Q

from evaluation.enums import ObjectiveState
from evaluation.indicators import Place
from evaluation.models import ObjectiveRevision


def targets_of(year: int, place: Place) -> dict[str, ObjectiveRevision]:
    """What holds in a year for a place, by indicator: its own objective, else that of the line, the site, the house.

    One query.
    """
    here = Q(objective__site=None) | Q(objective__site=place.site)
    here &= Q(objective__line=None) | Q(objective__line=place.line)
    rows = ObjectiveRevision.objects.filter(here, objective__year=year, state=ObjectiveState.APPROVED)
    found = rows.select_related("objective__site", "objective__line", "owner")
    narrowest = sorted(found, key=lambda each: (each.objective.line_id is not None, each.objective.site_id is not None))
    return {each.objective.indicator: each for each in narrowest}
