"""The forms of a batch and its meetings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from planning.enums import Qualification
from planning.forms.plans.common import Checkboxes
from planning.models import (
    PlanRevision,
    Room,
    TrainerModule,
    TrainerProfile,
)
from trainingops.people.models import Site
from trainingops.ui.forms import LoadedChoiceField, PageForm, PlannedMomentField


def trainers_for(revision: PlanRevision) -> QuerySet[TrainerProfile]:
    """All who may be chosen; those who may teach the module of the revision (``may``) first."""
    module = revision.module_version.module_id if revision.module_version else None
    permits = TrainerModule.objects.filter(trainerprofile=OuterRef("pk"), trainingmodule=module)
    return TrainerProfile.objects.annotate(may=Exists(permits)).order_by("-may", "name")


def trainer_name(trainer: Any) -> str:
    """Who may not teach the module is offered last, and said so: it takes a written reason."""
    if trainer.may or trainer.kind != Qualification.INTERNAL:
        return str(trainer)
    return _("%(trainer)s (not qualified for the module)") % {"trainer": trainer}


class SessionForm(PageForm):
    """One batch: where, who teaches."""

    label = forms.CharField(label=_("Name of the batch"), max_length=60)
    host_site = LoadedChoiceField(label=_("Host site"), help_text=_("Times are in the zone of this site."))
    trainers = forms.ModelMultipleChoiceField(
        label=_("Trainers"), queryset=TrainerProfile.objects.none(), widget=Checkboxes, required=False
    )
    room = forms.ModelChoiceField(label=_("Room"), queryset=Room.objects.none(), required=False)
    link = forms.URLField(label=_("Link"), required=False, assume_scheme="https")

    def __init__(self, *args: Any, revision: PlanRevision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host_site"].load(Site.objects.all())  # type: ignore[attr-defined]
        self.fields["trainers"].queryset = trainers_for(revision)  # type: ignore[attr-defined]
        self.fields["trainers"].label_from_instance = trainer_name  # type: ignore[attr-defined]
        self.fields["room"].queryset = Room.objects.select_related("site")  # type: ignore[attr-defined]
        self.fields["room"].label_from_instance = lambda room: f"{room.name}, {room.site}"  # type: ignore[attr-defined]


class MeetingForm(PageForm):
    """One meeting of a batch."""

    uuid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    starts_at = PlannedMomentField(label=_("Starts"), required=False)
    ends_at = PlannedMomentField(label=_("Ends"), required=False)

    def __init__(self, *args: Any, zone: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_at", "ends_at"):
            self.fields[name].zone = zone  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        one, two = cleaned.get("starts_at"), cleaned.get("ends_at")
        if not self.errors and bool(one) != bool(two):
            self.add_error("ends_at" if one else "starts_at", str(_("Give both the start and the end of the meeting.")))
        return cleaned


MeetingFormSet = forms.formset_factory(MeetingForm, extra=2, can_delete=True, max_num=40, validate_max=True)
