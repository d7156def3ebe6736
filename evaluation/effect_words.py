"""What a measured effect says, in words: the verdict with its reason first, then what describes it (2.3, 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from evaluation.effect import FEWEST_EXPECTED
from evaluation.enums import EffectVerdict, StudyState
from evaluation.models import EffectMeasurement, EffectStudy
from planning.effect_windows import class_word
from trainingops.ui.figures import format_figure

#: The mark of each verdict; a rise needs somebody, what cannot be said is no fault.
VERDICT_MARKS = {
    EffectVerdict.LOWER: "ok",
    EffectVerdict.HIGHER: "late",
    EffectVerdict.NOT_DIFFERENT: "idle",
    EffectVerdict.NO_COMPARISON: "warn",
    EffectVerdict.TOO_FEW: "idle",
}
_STATE_MARKS = {StudyState.WAITING: "info", StudyState.DROPPED: "waive"}


def study_mark(study: EffectStudy) -> tuple[str, str]:
    """Kind of the mark and words: the verdict once there is one, else where the study stands."""
    if study.latest is not None and study.state == StudyState.MEASURED:
        return VERDICT_MARKS[EffectVerdict(study.latest.verdict)], str(study.latest.get_verdict_display())
    return _STATE_MARKS.get(StudyState(study.state), "info"), str(study.get_state_display())


def percent(rate: Decimal | float | None) -> str:
    """A rate as a share in per cent with one decimal; a dash where there is none."""
    return "–" if rate is None else f"{format_figure(Decimal(rate) * 100, 1)} %"


def points(difference: Decimal | float) -> str:
    """A difference of two rates in percentage points, with its sign."""
    value = round(Decimal(difference) * 100, 1)
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return _("%(points)s points") % {"points": f"{sign}{format_figure(abs(value), 1)}"}


def p_words(p_value: Decimal | float | None) -> str:
    """A p-value; a tiny one is below the smallest that is shown."""
    if p_value is None:
        return "–"
    smallest = Decimal("0.001")
    if p_value < smallest:
        return f"p < {format_figure(smallest, 3)}"
    return f"p = {format_figure(Decimal(str(p_value)), 3)}"


def verdict_reason(measurement: EffectMeasurement) -> str:
    """Why the verdict is what it is, in one or two sentences."""
    decision: Mapping[str, Any] = measurement.result["decision"]
    cls = class_word(measurement.effect_class)
    if measurement.verdict == EffectVerdict.NO_COMPARISON:
        return _(
            "Nobody who met the same rule in the same days stayed untrained and was sampled. Who is chosen for many "
            "defects has fewer in other weeks, trained or not; before and after alone cannot tell the two apart."
        )
    if measurement.verdict == EffectVerdict.TOO_FEW:
        return _too_few(measurement)
    said = _(
        "In the window after, %(trained)s of the contacts of %(n)d trained agents had a %(cls)s defect, and "
        "%(compared)s of those of %(m)d agents who met the same rule and were not trained: %(difference)s."
    ) % {
        "trained": percent(measurement.rate_trained),
        "n": measurement.trained,
        "cls": cls,
        "compared": percent(measurement.rate_compared),
        "m": measurement.compared,
        "difference": points(measurement.difference or 0),
    }
    return f"{said} {_chance(measurement.verdict, decision)}"


def _too_few(measurement: EffectMeasurement) -> str:
    agents = _("%(n)d trained agents and %(m)d to compare with have random samples in the window after.") % {
        "n": measurement.trained,
        "m": measurement.compared,
    }
    remedy = _(
        "A verdict needs so many contacts that %(least)d defects would be expected in each group, and agents enough "
        "that chance alone would rarely divide them so."
    )
    return f"{agents} {remedy % {'least': FEWEST_EXPECTED}}"


def _chance(verdict: str, decision: Mapping[str, Any]) -> str:
    """How often chance alone would divide the same agents so, and what that means."""
    ways: dict[str, object] = {"n": format_figure(decision["divisions"]), "p": p_words(decision["p_value"])}
    if decision["exact"]:
        how = _("All %(n)s ways to divide these agents were compared (%(p)s).") % ways
    else:
        how = _("%(n)s random ways to divide these agents were compared (%(p)s).") % ways
    meaning = _("Chance alone makes so large a difference in fewer than 5 of 100 cases.")
    if verdict == EffectVerdict.NOT_DIFFERENT:
        meaning = _("Chance makes such a difference often: neither an effect nor its absence is shown.")
    return f"{how} {meaning}"


def described(of_class: Mapping[str, Any]) -> str:
    """What the contacts of those trained say before and after; it describes and decides nothing."""
    if of_class["difference"] is None:
        return _("No contact of those trained was inspected in one of the windows.")
    low, high = of_class["interval"]
    words = _(
        "Those trained: %(difference)s from before to after (95 %% interval %(low)s to %(high)s, Fisher %(p)s)."
    ) % {
        "difference": points(of_class["difference"]),
        "low": points(low),
        "high": points(high),
        "p": p_words(of_class["p_value"]),
    }
    caution = _("Too few contacts to read much into it.")
    return f"{words} {caution}" if of_class["too_few"] else words


#: Everybody counted, by key of the stored counts: the label, and what it means where the label does not say it.
_PEOPLE = {
    "targets": (gettext_lazy("On target as approved"), ""),
    "trained": (gettext_lazy("Trained before the window after"), ""),
    "otherwise": (gettext_lazy("Trained, on target for another reason"), gettext_lazy("shown, not compared")),
    "late": (gettext_lazy("Trained within the window after"), gettext_lazy("left out")),
    "untrained": (gettext_lazy("Not trained by its end"), ""),
    "waiting": (gettext_lazy("Compared with: on target, not trained yet"), ""),
    "matched": (gettext_lazy("Compared with: met the same rule, not on target"), ""),
    "elsewhere": (gettext_lazy("Had the module in another training"), gettext_lazy("left out")),
    "trained_without_samples": (gettext_lazy("Trained, without random samples after"), ""),
    "compared_without_samples": (gettext_lazy("Compared with, without random samples after"), ""),
    "left": (gettext_lazy("On target, left since"), ""),
    "moved": (gettext_lazy("On target, moved to another line"), ""),
}
#: Those of them that are read only where there are any.
_RARE = {"otherwise", "late", "elsewhere"}


def people_rows(people: Mapping[str, int]) -> list[tuple[str, int, str]]:
    """Everybody counted: label, how many, and what it means where the label does not say it."""
    return [
        (str(label), people[key], str(note))
        for key, (label, note) in _PEOPLE.items()
        if people[key] or key not in _RARE
    ]


def annulled_words(count: int) -> str:
    """That findings were annulled since the last measurement."""
    return ngettext(
        "%(n)d finding of these windows was annulled since the last measurement.",
        "%(n)d findings of these windows were annulled since the last measurement.",
        count,
    ) % {"n": count}
