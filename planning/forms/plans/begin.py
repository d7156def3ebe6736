"""The form that begins a plan."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planning.enums import TrainingKind
from planning.forms.plans.common import Checkboxes, offer_needs, text_area
from planning.models import (
    Appointment,
    NeedSource,
    PlanTemplate,
)
from trainingops.people.models import User
from trainingops.ui.forms import LoadedChoiceField, PageForm


class PlaceField(forms.ModelChoiceField):
    """An appointment in force, shown as the site and line that it is for."""

    def label_from_instance(self, obj: Appointment) -> str:
        return f"{obj.site}, {obj.line} ({obj.number})"


#: What a plan takes over from its template, read with it.
_CARRIED = ("module", "application", "scheme", "pre_paper", "post_paper")


def _template_word(template: PlanTemplate) -> str:
    return f"{template.name} ({template.get_kind_display()})"


class PlanForm(PageForm):
    """Begin a plan: kind, title, where, why."""

    kind = forms.ChoiceField(label=_("Kind"), choices=TrainingKind, widget=forms.RadioSelect)
    template = LoadedChoiceField(
        label=_("Template"),
        required=False,
        empty_label=_("Without a template"),
        help_text=_("Brings all of 4.1 but who, when and where; each part can be changed afterwards."),
    )
    title = forms.CharField(
        label=_("Title"),
        max_length=160,
        required=False,
        help_text=_("What the training is about. Blank: the title of the template."),
    )
    place = PlaceField(
        label=_("Site and service line"),
        queryset=Appointment.objects.none(),
        empty_label=None,
        help_text=_("Where your appointment as PIC is in force."),
    )
    purpose = forms.CharField(label=_("Why this training"), widget=text_area(), required=False)
    needs = forms.ModelMultipleChoiceField(
        label=_("Sources of the need"), queryset=NeedSource.objects.none(), widget=Checkboxes, required=False
    )

    def __init__(self, *args: Any, user: User, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Appointment.objects.in_force(day).filter(user=user).select_related("site", "line")
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        templates = list(
            PlanTemplate.objects.visible_to(user).in_use().select_related(*_CARRIED).order_by("-kind", "name")
        )
        self.fields["template"].load(templates, key="uuid", label=_template_word)  # type: ignore[attr-defined]
        if not templates:
            del self.fields["template"]
            self.fields["title"].help_text = _("What the training is about.")
        offer_needs(self.fields["needs"], NeedSource.objects.visible_to(user))

    def clean(self) -> dict[str, Any]:
        """A blank title is the template's."""
        cleaned: dict[str, Any] = super().clean() or {}
        template = cleaned.setdefault("template", None)
        if template and not cleaned.get("title"):
            cleaned["title"] = template.title or template.name
        elif "title" in cleaned and not cleaned["title"]:
            self.add_error("title", _("The title is blank. Write what the training is about."))
        return cleaned
