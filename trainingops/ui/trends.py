"""The trend of a figure over months, drawn by the server with the parts of :mod:`trainingops.ui.charts`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from trainingops.ui.charts import (
    DATA,
    Chart,
    Figure,
    chart_frame,
    column_links,
    line_through,
    number,
    x_names,
)
from trainingops.ui.figures import format_figure

#: Limits and targets, always dashed: told from the data without colour, too (CHT-5).
AIM = "#cf4a3a"


def trend_chart(
    labels: Sequence[str],
    values: Sequence[Figure | None],
    *,
    title: str,
    text: str,
    unit: str,
    target: Figure | None = None,
    target_word: str = "",
    urls: Sequence[str] = (),
    head: Sequence[str] = (),
    rows: Sequence[Sequence[Any]] = (),
    places: int = 1,
) -> Chart:
    """A figure month by month as a line from zero, each point with its figure; the target as a dashed line.

    Args:
        labels: of the months; ``values`` has None where nothing was due, which is a gap.
        unit: what the figures are, in the table of numbers where ``head`` and ``rows`` say nothing else.
        target: what is aimed at, with ``target_word`` beside its line.
        urls: where each month leads; empty where it leads nowhere.
    """
    width, height, left, right, top, bottom = 640, 220, 16, 16, 36, 176
    known = [float(each) for each in (*values, target) if each is not None]
    most = max([*known, 1.0]) * 1.08
    step = (width - left - right) / max(len(labels), 1)
    middles = [left + step * (index + 0.5) for index in range(len(labels))]

    def y(value: Figure) -> float:
        return bottom - float(value) / most * (bottom - top)

    points = [None if value is None else (x, y(value)) for x, value in zip(middles, values, strict=True)]
    words = [None if value is None else format_figure(value, places) for value in values]
    dots = format_html_join(
        "",
        '<circle cx="{}" cy="{}" r="3" fill="{}"/><text x="{}" y="{}" text-anchor="middle">{}</text>',
        (
            (number(point[0]), number(point[1]), DATA, number(point[0]), number(point[1] - 8), word)
            for point, word in zip(points, words, strict=True)
            if point
        ),
    )
    axis = format_html(
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="currentColor" stroke-opacity=".5"/>',
        left,
        width - right,
        bottom,
        bottom,
    )
    aim = mark_safe("") if target is None else _aim(number(y(target)), left, width - right, target_word)
    ways = [(url, f"{label}: {word}") for url, label, word in zip(urls, labels, words, strict=False) if word]
    known_middles = [x for x, word in zip(middles, words, strict=True) if word]
    links = column_links(ways, known_middles, step, top, height - top)
    body = format_html(
        "{}{}{}{}{}{}", axis, aim, line_through(points), dots, x_names(labels, middles, bottom + 20), links
    )
    frame = chart_frame(title, text, body, width, height, role="group" if links else "img")
    numbers = rows or [(label, value) for label, value in zip(labels, values, strict=True)]
    return Chart(title, text, head or ["", unit], numbers, frame)


def _aim(y: str, left: float, right: float, word: str) -> SafeString:
    """The line of a target, told from the data by its dashes (CHT-5)."""
    return format_html(
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="{}" stroke-width="1.5" stroke-dasharray="5 4"/>'
        '<text x="{}" y="14">{}</text>',
        left,
        right,
        y,
        y,
        AIM,
        left,
        word,
    )
