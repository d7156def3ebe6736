"""Forms for scoring schemes, and for the example on a scheme's page (5.1.2)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from planning.enums import ParameterSource, SettledBy
from planning.models import ScoringParameter, ScoringScheme
from planning.scoring import Assessed, Given, Scheme, Score, settle
from planning.services.schemes import MOST_ASSESSORS, MOST_REMEDIALS, ParameterText, check_assessors
from planning.wording.settling import settling_words
from trainingops.domain import Refused
from trainingops.ui.figures import format_figure, input_figure
from trainingops.ui.forms import FigureField, PageForm, WholeField

#: The sample scores that the example starts with: this part of each parameter's scale.
SAMPLE = Decimal("0.85")
#: The maximum of a line that names none.
FULL_SCORE = Decimal(100)


def settlings() -> list[tuple[str, str]]:
    """The ways in which assessors are settled, each number of an average a choice of its own: ``average 2``."""
    averages = [
        (f"{SettledBy.AVERAGE} {n}", settling_words(SettledBy.AVERAGE, n)) for n in range(2, MOST_ASSESSORS + 1)
    ]
    return [(SettledBy.ONE, str(SettledBy.ONE.label)), *averages, (SettledBy.SECOND, str(SettledBy.SECOND.label))]


class SchemeForm(PageForm):
    """What a scoring scheme says besides its parameters (5.1.2)."""

    name = forms.CharField(label=_("Name"), max_length=120)
    pass_mark = FigureField(
        label=_("Suggested pass mark"), min_value=0, max_value=100, max_digits=6, decimal_places=2, initial=Decimal(80)
    )
    decimals = WholeField(
        label=_("Decimals"), min_value=0, max_value=4, initial=2, help_text=_("Rounded once, half up.")
    )
    remedial_attempts = WholeField(
        label=_("Remedial attempts"),
        min_value=0,
        max_value=MOST_REMEDIALS,
        initial=1,
        help_text=_("How often somebody below the pass mark may try again; 0 for never."),
    )
    remedial_cap = FigureField(
        label=_("Cap of a remedial"),
        min_value=0,
        max_value=100,
        max_digits=6,
        decimal_places=2,
        required=False,
        help_text=_("The best result that a remedial attempt can give; blank for none."),
    )


class ParameterForm(PageForm):
    """One line of a scheme; a line without name is left out."""

    name = forms.CharField(label=_("Parameter"), max_length=80, required=False)
    weight = FigureField(label=_("Weight"), max_digits=7, decimal_places=3, required=False)
    maximum_score = FigureField(label=_("Maximum"), max_digits=7, decimal_places=2, required=False, initial=FULL_SCORE)
    minimum = FigureField(label=_("Minimum"), max_digits=7, decimal_places=2, required=False)
    source = forms.ChoiceField(
        label=_("Scored by"), choices=ParameterSource.choices, initial=ParameterSource.TRAINER, required=False
    )
    settling = forms.ChoiceField(label=_("Assessors"), choices=settlings, initial=SettledBy.ONE, required=False)

    def clean(self) -> dict[str, Any]:
        """A line with a name needs its weight; a weight needs a name."""
        data = super().clean() or {}
        if data.get("name") and "weight" in data and data["weight"] is None:
            self.add_error("weight", _("Give this parameter a weight, for example 40."))
        if data.get("weight") is not None and not data.get("name"):
            self.add_error("name", _("Name the parameter of this weight."))
        self._check_scale(data)
        if data.get("name") and "settling" in data and data.get("weight") is not None:
            try:
                check_assessors(self.text())
            except Refused as refused:
                self.add_error("settling", str(refused))
        return data

    def text(self) -> ParameterText:
        """The line for the service."""
        data = self.cleaned_data
        rule, _space, assessors = (data.get("settling") or SettledBy.ONE).partition(" ")
        most = data.get("maximum_score")
        return ParameterText(
            name=data["name"].strip(),
            weight=data["weight"],
            maximum_score=most if most is not None else FULL_SCORE,
            minimum=data.get("minimum"),
            source=data.get("source") or ParameterSource.TRAINER,
            settled_by=rule,
            assessors=int(assessors or 1),
        )

    def _check_scale(self, data: dict[str, Any]) -> None:
        """Refuse figures with which no result could come about, each at its field and with its value."""
        for name in ("weight", "maximum_score"):
            if (figure := data.get(name)) is not None and figure <= 0:
                self.add_error(name, gettext("%(value)s is not above 0.") % {"value": format_figure(figure)})
        minimum, most = data.get("minimum"), data.get("maximum_score") or FULL_SCORE
        if minimum is not None and not 0 <= minimum <= most:
            said = {"value": format_figure(minimum), "most": format_figure(most)}
            self.add_error("minimum", gettext("%(value)s is not between 0 and the maximum of %(most)s.") % said)


class _ParameterFormSet(forms.BaseFormSet):
    """The lines of a scheme."""

    def clean(self) -> None:
        """At least one parameter, and each name once; said at the line's name."""
        named = [(form, name) for form in self.forms if (name := form.cleaned_data.get("name", "").strip())]
        if not named and self.forms and not any(form.errors for form in self.forms):
            self.forms[0].add_error("name", gettext("Write at least one parameter, with its name and weight."))
        seen: set[str] = set()
        for form, name in named:
            if name.casefold() in seen:
                form.add_error(
                    "name", gettext("“%(name)s” stands twice. Give each line its own name.") % {"name": name}
                )
            seen.add(name.casefold())

    def parameters(self) -> list[ParameterText]:
        """Those that have a name, for the service."""
        return [form.text() for form in self.forms if getattr(form, "cleaned_data", {}).get("name")]


#: Twelve lines, as wide as a score grid is, so that it works without JavaScript.
ParameterFormSet: type[_ParameterFormSet] = forms.formset_factory(  # type: ignore[assignment]
    ParameterForm, formset=_ParameterFormSet, extra=12, max_num=12
)


class SchemeCopyForm(SchemeForm):
    """A changed copy of a scheme, which never changes itself."""

    retire = forms.BooleanField(required=False)

    def __init__(self, *args: Any, scheme: ScoringScheme, losing: int | None, **kwargs: Any) -> None:
        """``losing``: how many drafts and waiting plans need another scheme then; None where it may not go."""
        kwargs["initial"] = {
            "pass_mark": scheme.pass_mark,
            "decimals": scheme.decimals,
            "remedial_attempts": scheme.remedial_attempts,
            "remedial_cap": scheme.remedial_cap,
        }
        super().__init__(*args, **kwargs)
        if losing is None:
            del self.fields["retire"]
            return
        self.fields["retire"].label = _("Take “%(name)s” out of use") % {"name": scheme.name}
        if losing:
            self.fields["retire"].help_text = ngettext(
                "%(n)d draft or plan that waits for approval needs another scheme then; its PIC is told.",
                "%(n)d drafts and plans that wait for approval need another scheme then; their PICs are told.",
                losing,
            ) % {"n": losing}


def lines_of(scheme: ScoringScheme) -> list[dict[str, Any]]:
    """The parameters of a scheme as the lines of its copy begin."""
    names = ("name", "weight", "maximum_score", "minimum", "source", "settled_by", "assessors")
    lines = list(scheme.parameters.values(*names))
    for line in lines:
        rule, assessors = line.pop("settled_by"), line.pop("assessors")
        line["settling"] = f"{rule} {assessors}" if rule == SettledBy.AVERAGE else rule
    return lines


class ExampleForm(PageForm):
    """Sample scores for the parameters of a scheme, one a parameter and assessor; nothing of it is kept."""

    attempt = forms.ChoiceField(
        label=_("Attempt"), choices=[("1", _("First")), ("2", "Remedial")], initial="1", required=False
    )

    def __init__(self, *args: Any, parameters: Iterable[ScoringParameter], **kwargs: Any) -> None:
        self.parameters = list(parameters)
        super().__init__(*args, **kwargs)
        for number, each in enumerate(self.parameters, 1):
            for place, assessor in enumerate(_assessors(each), 1):
                # Nobody has asked for a second opinion yet.
                asked = each.settled_by == SettledBy.SECOND and place > 1
                self.fields[_field(number, place)] = FigureField(
                    label=f"{each.name}, {assessor}" if assessor else each.name,
                    min_value=0,
                    max_value=each.maximum_score,
                    max_digits=7,
                    decimal_places=2,
                    required=False,
                    initial=None if asked else input_figure(_sample(each)),
                )

    def rows(self) -> list[tuple[ScoringParameter, forms.BoundField]]:
        """Each parameter with its fields, one an assessor, for the page."""
        return [
            (each, self[_field(number, place)])
            for number, each in enumerate(self.parameters, 1)
            for place in range(1, len(_assessors(each)) + 1)
        ]

    def assessed(self) -> dict[str, Assessed]:
        """What each assessor gave, by parameter name: those sent, else the samples; what cannot be read is missing."""
        said: dict[str, Any] = {}
        if self.is_bound:
            said = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        found = {}
        for number, each in enumerate(self.parameters, 1):
            given = []
            for place, assessor in enumerate(_assessors(each), 1):
                name = _field(number, place)
                value = said.get(name) if self.is_bound else (_sample(each) if self.fields[name].initial else None)
                if value is not None:
                    given.append(Given(assessor, value))
            second = _assessors(each)[-1] if each.settled_by == SettledBy.SECOND else ""
            asked = any(one.by == second for one in given)
            found[each.name] = Assessed(given, second if asked else "")
        return found

    def scores(self, scheme: Scheme) -> dict[str, Score | None]:
        """The scores that count, by parameter name."""
        assessed = self.assessed()
        return {each.name: settle(each, assessed[each.name]) for each in scheme.parameters}

    def number(self) -> int:
        """Which attempt the example is about."""
        return 2 if self.is_bound and self.is_valid() and self.cleaned_data["attempt"] == "2" else 1


def _assessors(parameter: ScoringParameter) -> list[str]:
    """The assessors of an example in words; one without a word where there is only one."""
    if parameter.settled_by == SettledBy.AVERAGE:
        return [gettext("assessor %(n)d") % {"n": number} for number in range(1, parameter.assessors + 1)]
    if parameter.settled_by == SettledBy.SECOND:
        return [gettext("first assessor"), gettext("second opinion")]
    return [""]


def _field(number: int, place: int) -> str:
    return f"score_{number}" if place == 1 else f"score_{number}_{place}"


def _sample(parameter: ScoringParameter) -> Decimal:
    return (parameter.maximum_score * SAMPLE).quantize(Decimal(1))
