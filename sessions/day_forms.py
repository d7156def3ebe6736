"""What is filled in on the day of a session: notes, photos, another trainer, other times, what was really used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from planning.enums import Method, ModuleState
from planning.models import ModuleVersion, TrainerProfile, TrainingApplication
from sessions.enums import DeviationKind, MeetingState
from sessions.models import MeetingTrainer, SessionMeeting, TrainingSession
from sessions.services.deviations import Difference, Used, differences_of
from sessions.services.photos import MOST_AT_ONCE
from trainingops.people.models import ServiceLine
from trainingops.records.pictures import PhotosField
from trainingops.ui.forms import LoadedChoiceField, PageForm, PlannedMomentField, WholeField
from trainingops.ui.moments import day_words

#: Nobody has to say more than this about a class.
LONGEST_NOTES = 4_000


class NotesForm(PageForm):
    """Notes on a session; ``version`` is that of the notes on the page."""

    notes = forms.CharField(
        label=_("Notes"), required=False, max_length=LONGEST_NOTES, widget=forms.Textarea(attrs={"rows": 4})
    )
    version = WholeField(min_value=0, widget=forms.HiddenInput())


class PhotosForm(PageForm):
    """Photos of the class, several at once."""

    photos = PhotosField(label=_("Photos of the class"), most=MOST_AT_ONCE)


class SubstituteForm(PageForm):
    """Another trainer teaches what is left."""

    substitute = forms.ModelChoiceField(label=_("Substitute trainer"), queryset=TrainerProfile.objects.order_by("name"))
    replaces = forms.ModelChoiceField(
        label=_("Instead of"),
        queryset=TrainerProfile.objects.none(),
        required=False,
        help_text=_("Blank when one trainer teaches alone. Whoever is replaced is free again at that time."),
    )
    taught_first = forms.TypedChoiceField(
        label=_("Did who is replaced teach until now?"),
        choices=[("yes", _("Yes: both stand with the meeting that is under way")), ("no", _("No"))],
        coerce=lambda said: said == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))
    trainer_reason = forms.CharField(
        label=_("Reason for a trainer without qualification"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only when the substitute is not qualified for this module on these days."),
    )

    def __init__(self, *args: Any, training_session: TrainingSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taught = MeetingTrainer.objects.filter(
            meeting__training_session=training_session, meeting__state__in=[MeetingState.PLANNED, MeetingState.OPEN]
        )
        teaching = TrainerProfile.objects.filter(pk__in=taught.values("trainer")).order_by("name")
        self.fields["replaces"].queryset = teaching  # type: ignore[attr-defined]
        others = TrainerProfile.objects.exclude(pk__in=teaching.values("pk")).order_by("name")
        self.fields["substitute"].queryset = others  # type: ignore[attr-defined]
        if not training_session.meetings.filter(state=MeetingState.OPEN).exists():
            del self.fields["taught_first"]


class ProposeMoveForm(PageForm):
    """Other times for the meetings of a batch that have not begun."""

    def __init__(
        self, *args: Any, training_session: TrainingSession, meetings: Sequence[SessionMeeting], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.meetings, zone = meetings, training_session.site.zone
        for each in meetings:
            named = {"day": day_words(each.starts_at.astimezone(zone).date())} if len(meetings) > 1 else {}
            for name, label, value in (
                ("starts_at", _("Start (now %(day)s)") % named if named else _("Start"), each.starts_at),
                ("ends_at", _("End (now %(day)s)") % named if named else _("End"), each.ends_at),
            ):
                field = PlannedMomentField(label=label, initial=value)
                field.zone = zone
                self.fields[f"{name}_{each.uuid}"] = field
        self.fields["reason"] = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))
        self.fields["busy_reason"] = forms.CharField(
            label=_("Reason for a busy interval"),
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("Only when the new time lies in a busy interval (5.1.1 f)."),
        )

    def times(self) -> dict[UUID, tuple[datetime, datetime]]:
        """Start and end by meeting; a time that was left as it stands keeps its seconds."""
        said = self.cleaned_data
        return {
            each.uuid: (
                same_minute(said[f"starts_at_{each.uuid}"], each.starts_at),
                same_minute(said[f"ends_at_{each.uuid}"], each.ends_at),
            )
            for each in self.meetings
        }


def same_minute(typed: datetime, known: datetime | None) -> datetime:
    """A field shows minutes: what was not changed keeps its seconds."""
    return known if known is not None and typed == known.replace(second=0, microsecond=0) else typed


def versions_of(lines: Iterable[ServiceLine]) -> QuerySet[ModuleVersion]:
    """Module versions that are or were approved for any of the lines, by code, the newest first."""
    states = [ModuleState.APPROVED, ModuleState.RETIRED]
    rows = ModuleVersion.objects.filter(state__in=states, module__lines__in=list(lines)).distinct()
    return rows.select_related("module").order_by("module__code", "-number")


class ConcludeForm(PageForm):
    """What was really used, the reason of each difference from the plan, and notes."""

    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=LONGEST_NOTES,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("They stand with the session."),
    )
    notes_version = WholeField(min_value=0, required=False, widget=forms.HiddenInput())

    def __init__(
        self, *args: Any, training_session: TrainingSession, differences: list[Difference], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.training_session, self.differences = training_session, differences
        notes = {name: self.fields.pop(name) for name in ("notes", "notes_version")}
        notes["notes"].initial = training_session.notes
        notes["notes_version"].initial = training_session.notes_version
        for each in differences:
            self.fields[f"reason_{each.kind}"] = forms.CharField(
                label=_("Reason: %(kind)s") % {"kind": DeviationKind(each.kind).label},
                help_text=_("Planned %(planned)s, actual %(actual)s.")
                % {"planned": each.planned, "actual": each.actual},
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        self._ask_what_was_used()
        self.fields |= notes

    def _ask_what_was_used(self) -> None:
        """Method, application and module, as planned until somebody says otherwise; each difference has its reason."""
        revision = self.training_session.revision
        why = forms.Textarea(attrs={"rows": 2})
        only = _("Only where it differs from the plan.")
        if revision is not None:
            self.fields["method"] = forms.ChoiceField(
                label=_("Method used"), choices=Method.choices, initial=revision.method, required=False
            )
            self.fields["reason_method"] = forms.CharField(
                label=_("Reason for another method"), required=False, widget=why, help_text=only
            )
            applications = LoadedChoiceField(label=_("Application used"), required=False, empty_label=None)
            applications.load(list(TrainingApplication.objects.order_by("name")), key="uuid")
            applications.initial = revision.application.uuid if revision.application else None
            self.fields["application"] = applications
            self.fields["reason_application"] = forms.CharField(
                label=_("Reason for another application"), required=False, widget=why, help_text=only
            )
        planned = self.training_session.module_version
        others = versions_of([self.training_session.line]).exclude(pk=planned.pk)
        versions = LoadedChoiceField(label=_("Module taught"), required=False, empty_label=None)
        versions.load([planned, *others], key="uuid")
        versions.initial = planned.uuid
        self.fields["module_version"] = versions
        self.fields["reason_module"] = forms.CharField(
            label=_("Reason for another module"), required=False, widget=why, help_text=only
        )

    def used(self) -> Used:
        """What was said to have been used."""
        said = self.cleaned_data
        return Used(
            method=said.get("method") or None,
            application=said.get("application") or None,
            module_version=said.get("module_version") or None,
        )

    def clean(self) -> dict[str, Any]:
        """What was used otherwise than approved needs its reason."""
        cleaned: dict[str, Any] = super().clean() or {}
        for each in differences_of(self.training_session, self.used()):
            name = f"reason_{each.kind}"
            if not cleaned.get(name, "").strip():
                words = _("Planned %(planned)s, used %(actual)s. Write the reason.")
                self.add_error(name, words % {"planned": each.planned, "actual": each.actual})
        return cleaned

    def reasons(self) -> dict[str, str]:
        """Reasons by kind of difference."""
        return {
            name.removeprefix("reason_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("reason_") and value
        }
