"""How the scores of several assessors become one, in words (5.1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.enums import SettledBy
from planning.wording.figures import figure

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


def scheme_words(value: Mapping[str, Any]) -> str:
    """A frozen scheme: its name, the decimals of the result, and the remedial rule with its cap."""
    attempts = value.get("remedial_attempts", 1)
    words = [
        str(value["name"]),
        ngettext("%(n)d decimal", "%(n)d decimals", value["decimals"]) % {"n": value["decimals"]},
        ngettext("%(n)d remedial attempt", "%(n)d remedial attempts", attempts) % {"n": attempts},
    ]
    if value.get("remedial_cap"):
        words.insert(2, _("remedial at most %(cap)s") % {"cap": figure(value["remedial_cap"])})
    return ", ".join(words)
