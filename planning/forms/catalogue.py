"""Forms for questions, papers, places and trainers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from planning.enums import MultipleRule, Qualification, QuestionKind
from planning.models import QuestionVersion, Topic, TrainingModule
from planning.services.questions import OPTION_KEYS, TRUE_FALSE, QuestionText
from trainingops.people.models import Site, Unit
from trainingops.ui.bounds import not_past
from trainingops.ui.forms import FigureField, PageForm, PlannedDayField, WholeField


def area(rows: int = 4) -> forms.Textarea:
    """A text of some lines."""
    return forms.Textarea(attrs={"rows": rows})


class NoteForm(PageForm):
    """A decision that may carry a note."""

    note = forms.CharField(label=_("Note"), widget=area(3), required=False)


class ReasonForm(PageForm):
    """A step that needs a reason."""

    reason = forms.CharField(label=_("Reason"), widget=area(3), max_length=2000)


class QuestionForm(PageForm):
    """A question with up to six options, or a short answer."""

    code = forms.CharField(label=_("Code"), max_length=30, help_text=_("For example KCA-001."))
    topic = forms.ModelChoiceField(label=_("Topic"), queryset=Topic.objects.all())
    kind = forms.ChoiceField(label=_("Kind"), choices=QuestionKind.choices, initial=QuestionKind.SINGLE)
    text = forms.CharField(label=_("Question"), widget=area(3))
    option_a = forms.CharField(
        label=_("Option A"),
        required=False,
        help_text=_("True or false: leave all options blank for A Benar, B Salah. Short answers have none."),
    )
    option_b = forms.CharField(label=_("Option B"), required=False)
    option_c = forms.CharField(label=_("Option C"), required=False)
    option_d = forms.CharField(label=_("Option D"), required=False)
    option_e = forms.CharField(label=_("Option E"), required=False)
    option_f = forms.CharField(label=_("Option F"), required=False)
    correct = forms.MultipleChoiceField(
        label=_("Right option"),
        choices=[(key, key) for key in OPTION_KEYS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    accepted = forms.CharField(
        label=_("Accepted answers"),
        widget=area(2),
        required=False,
        help_text=_("For short answers, one a line. Capitals and blanks do not count."),
    )
    explanation = forms.CharField(
        label=_("Explanation"), widget=area(2), required=False, help_text=_("Shown after the test.")
    )

    def __init__(self, *args: Any, version: QuestionVersion | None = None, **kwargs: Any) -> None:
        if version is not None:
            kwargs["initial"] = {
                "kind": version.kind,
                "text": version.text,
                "correct": version.correct,
                "accepted": "\n".join(version.correct),
                "explanation": version.explanation,
                **{f"option_{each['key'].lower()}": each["text"] for each in version.options},
            }
        super().__init__(*args, **kwargs)
        if version is not None:
            del self.fields["code"], self.fields["topic"]

    def content(self) -> QuestionText:
        """What was typed, for the service."""
        data = self.cleaned_data
        if data["kind"] == QuestionKind.SHORT:
            accepted = tuple(line.strip() for line in data["accepted"].splitlines() if line.strip())
            return QuestionText(data["kind"], data["text"], {}, accepted, data["explanation"])
        options = {key: text for key in OPTION_KEYS if (text := data[f"option_{key.lower()}"].strip())}
        if data["kind"] == QuestionKind.TRUE_FALSE and not options:
            options = dict(TRUE_FALSE)
        return QuestionText(data["kind"], data["text"], options, tuple(data["correct"]), data["explanation"])


class PaperForm(PageForm):
    """A test paper of chosen questions, each worth the same."""

    code = forms.CharField(label=_("Code"), max_length=30, help_text=_("For example KCA-A."))
    title = forms.CharField(label=_("Title"), max_length=120)
    form = forms.ChoiceField(
        label=pgettext_lazy("test paper", "Form"),
        choices=[("A", "A"), ("B", "B")],
        widget=forms.RadioSelect,
        initial="A",
    )
    duration_minutes = WholeField(label=_("Time (minutes)"), min_value=1, max_value=240, initial=20)
    multiple_rule = forms.ChoiceField(
        label=_("Points of a multiple choice"),
        choices=MultipleRule.choices,
        widget=forms.RadioSelect,
        initial=MultipleRule.WHOLE,
    )
    points = FigureField(
        label=_("Points for each question"),
        min_value=Decimal("0.01"),
        max_value=Decimal(1000),
        max_digits=6,
        decimal_places=2,
        initial=Decimal(1),
    )
    questions = forms.ModelMultipleChoiceField(
        label=_("Questions"),
        queryset=QuestionVersion.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("In the order of their codes."),
    )

    def __init__(self, *args: Any, questions: QuerySet[QuestionVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["questions"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = questions
        field.label_from_instance = lambda version: f"{version.question.code}: {version.text}"  # type: ignore[method-assign,assignment]


class RoomForm(PageForm):
    """A room of a site."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.all())
    name = forms.CharField(label=_("Name"), max_length=80)
    capacity = WholeField(label=_("Seats"), min_value=1, max_value=1000, initial=20)


class RoomEditForm(PageForm):
    """What is corrected of a room; it stays at its site."""

    name = forms.CharField(label=_("Name"), max_length=80)
    capacity = WholeField(label=_("Seats"), min_value=1, max_value=1000)


class ApplicationEditForm(PageForm):
    """What is corrected of an application; licences are asked for where it needs any."""

    name = forms.CharField(label=_("Name"), max_length=80)
    seats = WholeField(label=_("Number of licences"), min_value=1, max_value=2000)
    is_active = forms.BooleanField(
        label=_("In use"), required=False, help_text=_("Out of use no plan chooses it; what was planned stays.")
    )

    def __init__(self, *args: Any, needs_licence: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_licence:
            del self.fields["seats"]


class ApplicationForm(PageForm):
    """An application that trainings use."""

    name = forms.CharField(label=_("Name"), max_length=80)
    needs_licence = forms.BooleanField(label=_("Each user needs a licence"), required=False)
    seats = WholeField(label=_("Number of licences"), min_value=0, max_value=2000, required=False)


class TrainerForm(PageForm):
    """Somebody who teaches without account here."""

    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(
        label=_("From"),
        choices=[choice for choice in Qualification.choices if choice[0] != Qualification.INTERNAL],
        widget=forms.RadioSelect,
    )
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.all(), required=False)
    modules = forms.ModelMultipleChoiceField(
        label=_("Modules they may teach"),
        queryset=TrainingModule.objects.all(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    valid_until = PlannedDayField(label=_("Qualified until"), required=False, validators=[not_past])


class QualificationForm(PageForm):
    """Which modules a trainer may teach, and until when."""

    modules = forms.ModelMultipleChoiceField(
        label=_("Modules they may teach"),
        queryset=TrainingModule.objects.all(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    valid_until = PlannedDayField(label=_("Qualified until"), required=False, validators=[not_past])
