"""Reads of the lists of required modules (ISO 9001 7.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from planning.content import hash_of
from planning.models import CompetenceRequirement, RequiredModule
from trainingops.ui.shown import Shown

#: What the page of the decision shows, and the word for it.
SHOWN_OF_REQUIREMENT: Mapping[str, Any] = {
    "modules": _("modules"),
    "effective_on": _("in force from"),
    "days": _("days before the end, or for new agents"),
    "reason": _("reason"),
}


def about_requirement(requirement: CompetenceRequirement) -> Shown:
    """What a manager approves."""
    return {
        "modules": [[each.module_id, each.valid_months] for each in requirement.modules.order_by("module")],
        "effective_on": requirement.effective_on.isoformat(),
        "days": [requirement.expiring_days, requirement.grace_days],
        "reason": hash_of(requirement.reason),
    }


@dataclass(frozen=True)
class Changed:
    """A module of a revision beside the one before: ``kind`` is ``added``, ``removed``, ``changed`` or empty."""

    row: RequiredModule
    kind: str = ""
    before: int | None = None


def beside(requirement: CompetenceRequirement, former: CompetenceRequirement | None) -> list[Changed]:
    """The modules of a revision, each with what is different from ``former``; those taken out come last."""
    rows = list(requirement.modules.select_related("module"))
    if former is None:
        return [Changed(row) for row in rows]
    known = {row.module_id: row for row in former.modules.select_related("module")}
    found = [_beside(row, known.pop(row.module_id, None)) for row in rows]
    return [*found, *(Changed(row, "removed") for row in known.values())]


def _beside(row: RequiredModule, before: RequiredModule | None) -> Changed:
    if before is None:
        return Changed(row, "added")
    return Changed(row, "" if before.valid_months == row.valid_months else "changed", before.valid_months)
