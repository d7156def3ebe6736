"""What people fill in during execution."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planning.models import RecoveryForm, Room, TrainerProfile
from sessions import codes
from sessions.enums import Agreement, DeviationKind
from sessions.models import RecoveryCase, SessionMeeting, SurveyForm, TrainingSession
from sessions.services.recovery import ANOTHER_BATCH, MakeUp
from sessions.services.reported import amends_report
from sessions.services.survey import LONGEST_TEXT
from trainingops.people.models import Site
from trainingops.ui.forms import MomentField, PageForm, PlannedMomentField
from trainingops.ui.moments import moment_words, zone_word


def site_and_zone(site: Site) -> str:
    """A site with the word of its zone: the times of a form are in the zone of the site chosen there."""
    return f"{site} ({zone_word(timezone.now().astimezone(site.zone))})"


class MeetingEndForm(PageForm):
    """When a meeting really began and ended."""

    actual_starts_at = MomentField(label=_("Began"))
    actual_ends_at = MomentField(label=_("Ended"))

    def __init__(self, *args: Any, meeting: SessionMeeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("actual_starts_at", "actual_ends_at"):
            self.fields[name].zone = meeting.training_session.site.zone  # type: ignore[attr-defined]


class ReasonForm(PageForm):
    """One reason in words."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class AmendmentForm(ReasonForm):
    """Why something that a submitted report says changes (5.3.2), on a page whose other fields are no form."""

    @classmethod
    def where_reported(
        cls, training_session: TrainingSession, attempt: int = 1, posted: Any = None
    ) -> AmendmentForm | None:
        """The form where a score or mark written now would be an amendment; else None."""
        return cls(posted or None) if amends_report(training_session, attempt) else None


class DeviationForm(PageForm):
    """Something differs from the plan on the day itself.

    Who teaches instead of somebody is put in by :class:`~sessions.day_forms.SubstituteForm`, which books them; what was
    held without approval is filed.
    """

    kind = forms.ChoiceField(
        label=_("What differs"), choices=[each for each in DeviationKind.choices if each[0] != DeviationKind.APPROVAL]
    )
    planned = forms.CharField(label=_("As planned"), max_length=200)
    actual = forms.CharField(label=_("What happened"), max_length=200)
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class RecoveryScheduleForm(PageForm):
    """A make-up class, one to one, or another batch for the cases chosen."""

    form = forms.ModelChoiceField(label=_("Form of recovery"), queryset=RecoveryForm.objects.filter(has_session=True))
    batch = forms.ModelChoiceField(
        label=_("Session (for another batch)"), queryset=TrainingSession.objects.none(), required=False
    )
    label = forms.CharField(label=_("Name of the class"), max_length=60, required=False)
    host_site = forms.ModelChoiceField(
        label=_("Site"),
        queryset=Site.objects.all(),
        required=False,
        help_text=_("Times are in the zone of this site."),
    )
    trainers = forms.ModelMultipleChoiceField(
        label=_("Trainers"), queryset=TrainerProfile.objects.order_by("name"), required=False
    )
    starts_at = PlannedMomentField(label=_("Start"), required=False)
    ends_at = PlannedMomentField(label=_("End"), required=False)
    room = forms.ModelChoiceField(label=_("Room"), queryset=Room.objects.select_related("site"), required=False)
    link = forms.URLField(label=_("Link (online)"), required=False, assume_scheme="https")
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed when the class ends after a case is due, or is shorter than what was missed."),
    )

    def __init__(self, *args: Any, cases: list[RecoveryCase], batches: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        missed = cases[0].enrolment.training_session
        allowed = missed.plan.approved_revision.recovery_forms.filter(has_session=True)  # type: ignore[union-attr]
        if batches.exists():
            self.fields["batch"].queryset = batches  # type: ignore[attr-defined]
        else:
            del self.fields["batch"]
            allowed = allowed.exclude(code=ANOTHER_BATCH)
            self.fields["form"].help_text = _("No other session of this module is to come that they could join.")
        self.fields["form"].queryset = allowed  # type: ignore[attr-defined]
        self.fields["trainers"].queryset = TrainerProfile.objects.filter(  # type: ignore[attr-defined]
            modules=missed.module_version.module_id
        ).order_by("name")
        self.fields["room"].label_from_instance = lambda room: f"{room.name}, {room.site}"  # type: ignore[attr-defined]
        self.fields["host_site"].initial = missed.site
        sites = {str(each.pk): each for each in Site.objects.all()}
        chosen = sites.get(self.data.get(self.add_prefix("host_site"), ""))
        self.fields["host_site"].label_from_instance = site_and_zone  # type: ignore[attr-defined]
        for name in ("starts_at", "ends_at"):
            self.fields[name].zone = (chosen or missed.site).zone  # type: ignore[attr-defined]
            if chosen is None and len({each.timezone for each in sites.values()}) > 1:
                self.fields[name].widget.zone_said = _("time of the site")

    def clean(self) -> dict[str, Any]:
        """Another batch needs a session; a class needs its name, site and times."""
        cleaned = super().clean() or {}
        form = cleaned.get("form")
        if form is None:
            return cleaned
        needed = (
            ("batch",) if form.code == ANOTHER_BATCH else ("label", "host_site", "trainers", "starts_at", "ends_at")
        )
        for name in needed:
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Fill this in for “%(form)s”.") % {"form": form})
        self._refuse_what_goes_unused(form, cleaned)
        return cleaned

    def _refuse_what_goes_unused(self, form: RecoveryForm, cleaned: dict[str, Any]) -> None:
        """Refuse a class beside another batch, and a batch beside a class: one of the two would be left out unsaid."""
        of_a_class = ("label", "trainers", "starts_at", "ends_at", "room", "link")
        for name in of_a_class if form.code == ANOTHER_BATCH else ("batch",):
            value = cleaned.get(name)
            if not value:
                continue
            if isinstance(value, datetime):
                shown = moment_words(value, self.fields[name].zone)  # type: ignore[attr-defined]
            else:
                shown = ", ".join(map(str, value)) if name == "trainers" else str(value)
            self.add_error(
                name,
                _("“%(form)s” has no use for “%(value)s”. Empty this field, or choose another form of recovery.")
                % {"form": form, "value": shown},
            )

    def make_up(self) -> MakeUp:
        """What was planned."""
        said = self.cleaned_data
        return MakeUp(
            form=said["form"],
            label=said["label"],
            host_site=said["host_site"],
            trainers=list(said["trainers"]),
            meetings=[(said["starts_at"], said["ends_at"])],
            room=said["room"],
            link=said["link"],
        )


class MoveForm(PageForm):
    """Other times of a make-up class."""

    starts_at = PlannedMomentField(label=_("Start"))
    ends_at = PlannedMomentField(label=_("End"))
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed when the class ends after a case is due, or is shorter than what was missed."),
    )

    def __init__(self, *args: Any, training_session: TrainingSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_at", "ends_at"):
            self.fields[name].zone = training_session.site.zone  # type: ignore[attr-defined]


class CaseTestForm(PageForm):
    """Which form without a class recovers a case."""

    form = forms.ModelChoiceField(label=_("Form of recovery"), queryset=RecoveryForm.objects.none())

    def __init__(self, *args: Any, case: RecoveryCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        revision = case.enrolment.training_session.plan.approved_revision
        allowed = revision.recovery_forms.filter(has_session=False) if revision else RecoveryForm.objects.none()
        self.fields["form"].queryset = allowed  # type: ignore[attr-defined]


class CheckInForm(PageForm):
    """The code of the screen, typed."""

    code = forms.CharField(
        label=_("Code on the screen"),
        max_length=12,
        help_text=_("Six characters, as the screen shows them now. Capitals and blanks do not matter."),
        error_messages={"required": _("Type the six characters that stand on the screen.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "code-input"}
        ),
    )

    def clean_code(self) -> str:
        """As the screen shows it."""
        typed = str(self.cleaned_data["code"])
        if code := codes.tidy(typed):
            return code
        raise forms.ValidationError(
            _("“%(typed)s” is no code: it has six characters, and never %(never)s. Compare it with the screen.")
            % {"typed": typed, "never": "0 O 1 I L 2 Z 5 S 8 B"}
        )


class PinForm(PageForm):
    """Employee number and PIN at a shared PC; the browser keeps neither."""

    login = forms.CharField(
        label=_("Employee number"),
        max_length=40,
        error_messages={"required": _("Enter your employee number")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}
        ),
    )
    pin = forms.CharField(
        label=_("PIN for shared PCs"),
        max_length=20,
        error_messages={"required": _("Enter your six digits")},
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )


class SurveyAnswerForm(PageForm):
    """The statements of a survey with the five steps in words, and the open question."""

    text = forms.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("May stay empty. The trainer reads it without your name: leave out what gives you away."),
    )

    def __init__(self, *args: Any, questions: SurveyForm, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        text = self.fields.pop("text")
        for code, words in questions.statements_shown:
            self.fields[code] = forms.TypedChoiceField(
                label=words, choices=Agreement.choices, coerce=int, widget=forms.RadioSelect
            )
        text.label = questions.question_shown
        self.fields["text"] = text

    def ratings(self) -> dict[str, int]:
        """The chosen step by the code of its statement."""
        return {code: value for code, value in self.cleaned_data.items() if code != "text"}

    def text_given(self) -> str:
        """What was written in one's own words."""
        return str(self.cleaned_data["text"])
