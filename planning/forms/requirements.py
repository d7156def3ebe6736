"""The forms of the lists of required modules, and of the plan that mends what is lacking (ISO 9001 7.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from planning.enums import TrainingKind
from planning.forms.catalogue import area
from planning.forms.quality import ImprovementForm
from planning.models import CompetenceRequirement, TrainingModule
from planning.services.requirements import Needed, RequirementText
from trainingops.ui.forms import PageForm, PlannedDayField, WholeField

#: The longest that a competence may hold before it is shown anew.
MOST_MONTHS = 120


class RequirementForm(PageForm):
    """Which modules of a line must be held, each for how many months; from when; why."""

    effective_on = PlannedDayField(label=_("In force from"))
    expiring_days = WholeField(
        label=_("Days before the end that it counts as “expires soon”"),
        min_value=0,
        max_value=365,
        initial=60,
        help_text=_("From then on it stands in the weekly reminder of the PIC."),
    )
    grace_days = WholeField(
        label=_("Days that new agents have"),
        min_value=0,
        max_value=365,
        initial=30,
        help_text=_("Also everybody, after a module has become required. Until then it is not counted as missing."),
    )
    reason = forms.CharField(label=_("Why is the list like this?"), widget=area(3), max_length=2000)

    def __init__(
        self,
        *args: Any,
        modules: Iterable[TrainingModule],
        former: CompetenceRequirement | None,
        today: date,
        **kwargs: Any,
    ) -> None:
        known = {row.module_id: row.valid_months for row in former.modules.all()} if former else {}
        initial: dict[str, Any] = {"effective_on": today}
        if former:
            initial |= {"expiring_days": former.expiring_days, "grace_days": former.grace_days}
        self.modules = list(modules)
        for module in self.modules:
            initial |= {f"module-{module.pk}": module.pk in known, f"months-{module.pk}": known.get(module.pk)}
        super().__init__(*args, initial=initial, **kwargs)
        for module in self.modules:
            self.fields[f"module-{module.pk}"] = forms.BooleanField(label=str(module), required=False)
            self.fields[f"months-{module.pk}"] = WholeField(
                label=_("Months, %(module)s") % {"module": module.code},
                min_value=1,
                max_value=MOST_MONTHS,
                required=False,
            )

    @property
    def rows(self) -> Iterator[tuple[TrainingModule, BoundField, BoundField]]:
        """Each module with its box and its months."""
        for module in self.modules:
            yield module, self[f"module-{module.pk}"], self[f"months-{module.pk}"]

    @property
    def heads(self) -> Iterator[BoundField]:
        """The fields that are about the list as a whole."""
        return (self[name] for name in ("effective_on", "expiring_days", "grace_days", "reason"))

    @property
    def content(self) -> RequirementText:
        """What was written."""
        data = self.cleaned_data
        return RequirementText(
            modules=[
                Needed(module, data[f"months-{module.pk}"]) for module in self.modules if data[f"module-{module.pk}"]
            ],
            **{name: data[name] for name in ("effective_on", "expiring_days", "grace_days", "reason")},
        )


class RefreshmentForm(ImprovementForm):
    """Begin a refreshment for the agents ticked."""

    kind = TrainingKind.REFRESHMENT
