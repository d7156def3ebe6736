"""The charts of a measured effect, drawn from what the measurement stored (UX.md CHT; 5.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from evaluation.models import EffectMeasurement, EffectStudy
from planning.effect_windows import class_word
from trainingops.ui.charts import Chart, pareto_chart
from trainingops.ui.moments import day_words
from trainingops.ui.rate_charts import RateRow, Span, control_chart, interval_chart

#: Bars of a Pareto chart that can be told apart.
_BARS = 8


def class_chart(of_class: Mapping[str, Any]) -> Chart:
    """The rates of one class before and after: those trained, all targets, those compared with."""
    names = {"trained": _("Trained"), "targets": _("All on target"), "compared": _("Compared with")}
    sides = (("before", _("before")), ("after", pgettext("window", "after")))
    rows = [
        RateRow(f"{names[row['group']]}, {word}", *_rate(row[side])) for row in of_class["rows"] for side, word in sides
    ]
    word = class_word(of_class["class"])
    text = _("Defective contacts of those inspected at random, with the 95 % interval of each rate.")
    return interval_chart(rows, title=_("%(cls)s before and after") % {"cls": word}, text=text)


def _rate(side: Mapping[str, Any]) -> tuple[int, int, tuple[float, float] | None]:
    return side["defective"], side["inspected"], tuple(side["interval"]) if side["interval"] else None


def weekly_chart(measurement: EffectMeasurement, study: EffectStudy) -> Chart | None:
    """The p-chart of the class by weeks with the training and both windows marked; None without a base line."""
    chart = measurement.result["chart"]
    if chart["center"] is None:
        return None
    weeks = [date.fromisoformat(week) for week in chart["weeks"]]
    rates = [found / size if size else None for found, size in zip(chart["defective"], chart["inspected"], strict=True)]
    return control_chart(
        [day_words(week, "short") for week in weeks],
        rates,
        chart["lower"],
        chart["upper"],
        chart["center"],
        signals=chart["signals"],
        sizes=chart["inspected"],
        marks=_training(measurement, weeks),
        spans=_windows(measurement, study, weeks),
        title=_("%(cls)s of those trained by week") % {"cls": class_word(measurement.effect_class)},
        text=_weekly_words(len(chart["signals"])),
    )


def _weekly_words(signals: int) -> str:
    limits = _("Dashes: the limits of each week, from the rate of the window before.")
    outside = ngettext(
        "%(n)d week lies outside its limits (filled diamond).",
        "%(n)d weeks lie outside their limits (filled diamonds).",
        signals,
    )
    said = outside % {"n": signals} if signals else _("No week lies outside its limits.")
    return f"{limits} {said}"


def _training(measurement: EffectMeasurement, weeks: Sequence[date]) -> list[tuple[int, str]]:
    """The week of the first class; the window after begins when the last has ended."""
    first = measurement.result["training"][0]
    place = _place(date.fromisoformat(first), weeks) if first else None
    return [] if place is None else [(place, pgettext("mark", "Training"))]


def _windows(measurement: EffectMeasurement, study: EffectStudy, weeks: Sequence[date]) -> list[Span]:
    """The windows as bands; the one that chose the participants too, so that nobody reads it as "before"."""
    wanted = [
        (measurement.before_from, measurement.before_until, _("before")),
        (measurement.after_from, measurement.after_until, pgettext("window", "after")),
    ]
    if study.selected_from and study.selected_until:
        wanted.append((study.selected_from, study.selected_until, _("chose")))
    bands = []
    for since, until, name in wanted:
        first, last = _place(since, weeks), _place(until, weeks)
        if first is not None and last is not None:
            bands.append(Span(first, last, name))
    return bands


def _place(day: date, weeks: Sequence[date]) -> int | None:
    return next((place for place, week in enumerate(weeks) if week <= day < week + timedelta(days=7)), None)


def pareto_charts(measurement: EffectMeasurement) -> list[Chart]:
    """Which parameters made up the class before and after, each with its own total; none without findings."""
    heads = (_("Which parameters before"), _("Which parameters after"))
    inspected = measurement.result["classes"][0]["rows"][0]
    sides = (inspected["before"]["inspected"], inspected["after"]["inspected"])
    return [
        _pareto(rows, title, size)
        for rows, title, size in zip(measurement.result["pareto"], heads, sides, strict=True)
        if rows
    ]


def _pareto(rows: Sequence[Sequence[Any]], title: str, inspected: int) -> Chart:
    counts = [count for _code, _name, count in rows]
    total = sum(counts)
    text = _("%(n)d findings of those trained on %(inspected)d contacts inspected at random. Most: %(most)s.") % {
        "n": total,
        "inspected": inspected,
        "most": f"{rows[0][0]} {rows[0][1]}",
    }
    return pareto_chart(
        [code for code, _name, _count in rows[:_BARS]],
        counts[:_BARS],
        [each / total for each in accumulate(counts)][:_BARS],
        title=title,
        text=text,
        unit=_("findings"),
    )
