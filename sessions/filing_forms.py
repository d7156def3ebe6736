"""The form that files a class which was held without approval (5.2)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.enums import Method, TrainingKind
from planning.forms.plans.begin import PlaceField
from planning.models import Appointment, ScoringScheme, TrainerProfile, TrainingApplication
from planning.services.filing import HeldClass
from sessions.day_forms import versions_of
from sessions.services.filing import Came
from trainingops.imports.matching import match_people
from trainingops.people.models import User
from trainingops.records.documents import DocumentField
from trainingops.ui.forms import FigureField, LoadedChoiceField, MomentField, PageForm

#: More people than this were in no class.
MOST_PEOPLE = 300


class FiledClassForm(PageForm):
    """A class as its paper shows it: what, where, when, by whom, who came, and why it was not approved first."""

    place = PlaceField(
        label=gettext_lazy("Site and service line"),
        queryset=Appointment.objects.none(),
        empty_label=None,
        help_text=gettext_lazy("Where your appointment as PIC is in force. Times are in the zone of this site."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=TrainingKind, widget=forms.RadioSelect)
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=160, help_text=gettext_lazy("What the training is about.")
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it was not approved beforehand"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The manager reads and acknowledges it."),
    )
    starts_at = MomentField(label=gettext_lazy("Began"))
    ends_at = MomentField(label=gettext_lazy("Ended"))
    module_version = LoadedChoiceField(label=gettext_lazy("Module taught"), empty_label=gettext_lazy("Choose"))
    method = forms.ChoiceField(label=gettext_lazy("Method"), choices=Method.choices)
    application = LoadedChoiceField(label=gettext_lazy("Application"), empty_label=gettext_lazy("Choose"))
    trainers = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Trainers"),
        queryset=TrainerProfile.objects.order_by("name"),
        widget=forms.CheckboxSelectMultiple,
    )
    beside = forms.CharField(
        label=gettext_lazy("Why it is another class"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Only when a class of the same trainer stands there at that time already."),
    )
    scheme = LoadedChoiceField(
        label=gettext_lazy("Scoring scheme"),
        empty_label=gettext_lazy("Choose"),
        help_text=gettext_lazy("The scores are typed afterwards, on the page of the class."),
    )
    pass_mark = FigureField(label=gettext_lazy("Pass mark"), min_value=0, max_value=100, max_digits=6, decimal_places=2)
    people = forms.CharField(
        label=gettext_lazy("Who came"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocapitalize": "characters"}),
        help_text=gettext_lazy("One employee number a line, as CC0024; who came late with the minutes: CC0024; 12."),
    )
    paper = DocumentField(label=gettext_lazy("Scan or photo of the attendance list"), required=True)

    def __init__(self, *args: Any, user: User, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = list(Appointment.objects.in_force(day).filter(user=user).select_related("site", "line"))
        keys = [each.pk for each in places]
        self.fields["place"].queryset = Appointment.objects.filter(pk__in=keys).select_related(  # type: ignore[attr-defined]
            "site", "line"
        )
        chosen = next((each for each in places if str(each.pk) == self.data.get("place")), None) or next(
            iter(places), None
        )
        for name in ("starts_at", "ends_at"):
            self.fields[name].zone = chosen.site.zone if chosen else user.zone  # type: ignore[attr-defined]
        versions: Any = self.fields["module_version"]
        versions.load(list(versions_of([each.line for each in places])), key="uuid")
        applications: Any = self.fields["application"]
        applications.load(list(TrainingApplication.objects.filter(is_active=True)), key="uuid")
        schemes: Any = self.fields["scheme"]
        schemes.load(list(ScoringScheme.objects.filter(is_active=True)), key="uuid")

    def clean_people(self) -> list[Came]:
        """Everybody named, by employee number; a line that names nobody is shown."""
        lines = [line.strip() for line in str(self.cleaned_data["people"]).splitlines() if line.strip()]
        if len(lines) > MOST_PEOPLE:
            raise forms.ValidationError(
                _("%(count)d lines are too many for a class. Give at most %(most)d.")
                % {"count": len(lines), "most": MOST_PEOPLE}
            )
        named = [_divided(line) for line in lines]
        matches = match_people(number for number, _minutes in named)
        found, problems = [], []
        for (number, minutes), line in zip(named, lines, strict=True):
            person = matches.get(number)
            if person is None:
                problems.append(
                    _("Nobody has the employee number “%(number)s”. Compare it with the list of people.")
                    % {"number": number}
                )
            elif minutes and not minutes.isdecimal():
                problems.append(
                    _("“%(line)s”: write the minutes late as a whole number, as CC0024; 12.") % {"line": line}
                )
            else:
                found.append(Came(person, int(minutes or 0)))
        if problems:
            raise forms.ValidationError(problems)
        return found

    def held(self) -> HeldClass:
        """What was held."""
        said = self.cleaned_data
        return HeldClass(
            kind=said["kind"],
            title=said["title"],
            site=said["place"].site,
            line=said["place"].line,
            starts_at=said["starts_at"],
            ends_at=said["ends_at"],
            module_version=said["module_version"],
            method=said["method"],
            application=said["application"],
            scheme=said["scheme"],
            pass_mark=said["pass_mark"],
            trainers=list(said["trainers"]),
        )


def _divided(line: str) -> tuple[str, str]:
    """The employee number of a line and the minutes late, if any, behind ``;``, ``,`` or a tab."""
    for mark in (";", "\t", ","):
        if mark in line:
            number, minutes = line.split(mark, 1)
            return number.strip(), minutes.strip()
    return line, ""
