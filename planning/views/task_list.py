"""The task list of a plan: why, who, what, when, how, how scored, who receives the report, check answers (UX.md).

The page of the plan and the page before submission both read it, so that their figures are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from planning.completeness import Item, Tally
from planning.models import TrainingPlan
from planning.wording.rows import Row

PARTS: dict[str, Any] = {
    "need": _("Why this training"),
    "targets": _("Targets"),
    "module": _("Module"),
    "sessions": _("Sessions, times, trainers and rooms"),
    "trainers": _("Trainers without qualification"),
    "roster": _("Roster and overtime"),
    "method": _("Method, application and class types"),
    "recovery": "Recovery",
    "scoring": _("Scoring, pass mark and tests"),
    "effect": _("Measuring the effect"),
    "recipients": _("Recipients of the report"),
}

#: The questions that a plan answers, each with its parts.
SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (pgettext_lazy("task list", "Why"), ("need",)),
    (pgettext_lazy("task list", "Who"), ("targets",)),
    (pgettext_lazy("task list", "What"), ("module",)),
    (_("When and where"), ("sessions", "trainers", "roster")),
    (pgettext_lazy("task list", "How"), ("method", "recovery")),
    (_("How it is scored"), ("scoring",)),
    (_("How its effect is measured"), ("effect",)),
    (_("Who receives the report"), ("recipients",)),
)

#: Parts that are one form; the others have pages of their own below them.
ONE_FORM = frozenset({"need", "module", "trainers", "method", "recovery", "scoring", "effect", "recipients"})

#: The part in which each field of a content is written.
_WRITTEN_IN: dict[str, str] = {
    name: part
    for part, names in {
        "need": ("title", "purpose", "needs"),
        "targets": ("target", "batch", "reason"),
        "module": ("module",),
        "sessions": (
            "session",
            "label",
            "host_site",
            "trainers",
            "room",
            "link",
            "meeting",
            "duration",
            "busy_reason",
            "seats_reason",
        ),
        "trainers": ("trainer_reason",),
        "method": ("method", "application", "class_types"),
        "recovery": ("tolerance_minutes", "recovery_days", "recovery_forms"),
        "scoring": ("scheme", "parameter", "pass_mark", "pre_paper", "post_paper"),
        "effect": ("effect",),
        "recipients": ("recipient",),
    }.items()
    for name in names
}


@dataclass(frozen=True)
class Part:
    """A page of the task list with the items that it holds and, where the answers are checked, what it says."""

    key: str
    label: Any
    url: str
    items: list[Item]
    rows: list[Row] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return not self.gaps

    @property
    def returns(self) -> bool:
        """Whether its page can lead back to where the answers are checked: one form, saved once."""
        return self.key in ONE_FORM

    @property
    def value(self) -> str:
        """What its items say, in one line."""
        return " · ".join(item.value for item in self.items if item.value)

    @property
    def gaps(self) -> list[Item]:
        return [item for item in self.items if not item.complete]


@dataclass(frozen=True)
class Section:
    """One question with its pages."""

    number: int
    label: Any
    parts: list[Part]


def task_list(items: Iterable[Item], plan: TrainingPlan, rows: Iterable[Row] = ()) -> dict[str, Any]:
    """The sections with their parts, and the tally of what is there and what is missing.

    Args:
        rows: what the draft says, for the page where the answers are checked.
    """
    tally = Tally(list(items))
    said = _by_part(rows)
    parts = {
        key: Part(key, label, part_url(plan, key), [each for each in tally.items if each.part == key], said[key])
        for key, label in PARTS.items()
    }
    sections = [
        Section(number, label, [parts[key] for key in keys]) for number, (label, keys) in enumerate(SECTIONS, 1)
    ]
    return {"sections": sections, "tally": tally, "gaps": [(item, parts[item.part].url) for item in tally.missing]}


def _by_part(rows: Iterable[Row]) -> Mapping[str, list[Row]]:
    said: dict[str, list[Row]] = {key: [] for key in PARTS}
    for row in rows:
        said[_WRITTEN_IN[row.key.partition(":")[0]]].append(row)
    return said


def part_url(plan: TrainingPlan, part: str) -> str:
    """The page where a part is written."""
    if part in {"sessions", "targets", "roster", "recipients"}:
        return reverse(f"plan_{part}", args=[plan.uuid])
    return reverse("plan_part", args=[plan.uuid, part])
