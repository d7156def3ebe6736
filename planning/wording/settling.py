"""How the scores of several assessors become one, in words (5.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from planning.enums import SettledBy

if TYPE_CHECKING:
    from planning.models import ScoringParameter


def settling_words(settled_by: str, assessors: int) -> str:
    """The rule with its number: ``average of 2 assessors``."""
    if settled_by == SettledBy.AVERAGE:
        return _("average of %(n)d assessors") % {"n": assessors}
    return str(SettledBy(settled_by).label)


def scored_by(parameter: ScoringParameter) -> str:
    """Who or what scores a parameter, and how several assessors are settled where there are several."""
    source = parameter.get_source_display()
    if parameter.settled_by == SettledBy.ONE:
        return source
    return f"{source}, {settling_words(parameter.settled_by, parameter.assessors)}"
