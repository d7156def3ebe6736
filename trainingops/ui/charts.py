"""Charts drawn by the server as SVG: one drawing for the page and for the PDF (UX.md CHT-1).

Presentation attributes only, because a strict CSP forbids inline styles and WeasyPrint ignores the page's CSS inside
an SVG. Ink is ``currentColor``; the data's mid-tone holds 3:1 on paper, on white and on dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from trainingops.ui.figures import format_figure

DATA = "#2a8a68"
Figure = Decimal | float | int


def number(value: float) -> str:
    """A coordinate: a point, one decimal, whatever the language."""
    return f"{value:.1f}"


def _span(values: Sequence[Figure | None]) -> tuple[float, float]:
    """Lowest and highest of what is known; never equal, so that a flat line has a place."""
    known = [float(value) for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    return (low - 0.5, high + 0.5) if low == high else (low, high)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The unbroken stretches of a line: where nothing is known there is a gap, not a zero."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def line_through(points: Sequence[tuple[float, float] | None]) -> SafeString:
    """A line through the known points; a point alone is a dot."""
    drawn = []
    for run in _runs(points):
        if len(run) == 1:
            drawn.append(
                format_html('<circle cx="{}" cy="{}" r="2" fill="{}"/>', number(run[0][0]), number(run[0][1]), DATA)
            )
            continue
        path = " ".join(f"{number(x)},{number(y)}" for x, y in run)
        drawn.append(
            format_html(
                '<polyline points="{}" fill="none" stroke="{}" stroke-width="1.75" stroke-linejoin="round"'
                ' stroke-linecap="round"/>',
                path,
                DATA,
            )
        )
    return mark_safe("".join(drawn))


def spark(values: Sequence[Figure | None], title: str) -> SafeString:
    """A line of the size of a word, its last point marked: ``{{ spark }}`` in a table beside the figure itself."""
    low, high = _span(values)
    step = 96 / max(len(values) - 1, 1)
    points = [
        None if value is None else (4 + index * step, 24 - (float(value) - low) / (high - low) * 20)
        for index, value in enumerate(values)
    ]
    last = points[-1] if points else None
    dot = (
        format_html('<circle cx="{}" cy="{}" r="2.75" fill="{}"/>', number(last[0]), number(last[1]), DATA)
        if last
        else ""
    )
    return format_html(
        '<svg class="spark" viewBox="0 0 104 28" role="img" aria-label="{}"><title>{}</title>{}{}</svg>',
        title,
        title,
        line_through(points),
        dot,
    )


@dataclass(frozen=True)
class Chart:
    """A drawing with its words and its numbers, shown by ``ui/chart.html``.

    Args:
        title: what it shows, in a few words.
        text: what it says, in a sentence (the ``<desc>``, and the figure's caption).
        head: the heads of the table of numbers.
        rows: the numbers behind the drawing.
        svg: the drawing.
    """

    title: str
    text: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    svg: SafeString = field(default=mark_safe(""))


def chart_frame(title: str, text: str, body: SafeString, width: int, height: int, *, role: str = "img") -> SafeString:
    """The SVG around a drawing, with its name and description for a screen reader; a ``group`` has links inside."""
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="{}" font-size="12" fill="currentColor">'
        "<title>{}</title><desc>{}</desc>{}</svg>",
        width,
        height,
        role,
        title,
        text,
        body,
    )


def pareto_chart(
    labels: Sequence[str],
    counts: Sequence[int],
    cumulative: Sequence[float],
    *,
    title: str,
    text: str,
    unit: str,
    urls: Sequence[str] = (),
) -> Chart:
    """Bars most first with their figures, and the line of what they make up together; one axis of shares for both.

    Args:
        counts: of the bars that are drawn; their share of all follows from the first of ``cumulative``.
        cumulative: the share of all up to each bar, from 0 to 1. Bars and line are told apart by shape (CHT-5).
        urls: where each bar leads; empty where it leads nowhere.
    """
    width, height, left, right, top, bottom = 640, 240, 48, 44, 28, 196
    inner = width - left - right
    total = counts[0] / cumulative[0] if counts and cumulative[0] else 1
    step = inner / max(len(counts), 1)
    middles = [left + step * (index + 0.5) for index in range(len(counts))]
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/><text x="{}" y="{}" text-anchor="middle">{}</text>',
        (
            (
                number(middle - step * 0.32),
                number(bottom - (tall := count / total * (bottom - top))),
                number(step * 0.64),
                number(tall),
                DATA,
                number(middle),
                number(bottom + 34),
                format_figure(count),
            )
            for middle, count in zip(middles, counts, strict=True)
        ),
    )
    heights = [number(bottom - share * (bottom - top)) for share in cumulative]
    points = [(number(middle), y) for middle, y in zip(middles, heights, strict=True)]
    line = format_html(
        '<polyline points="{}" fill="none" stroke="currentColor" stroke-width="1.5"/>',
        " ".join(f"{x},{y}" for x, y in points),
    )
    dots = format_html_join("", '<circle cx="{}" cy="{}" r="3" fill="currentColor"/>', points)
    axis = _share_axis(top, bottom, left, width - right)
    names = x_names(labels, middles, bottom + 18)
    ways = [
        (url, f"{label}: {format_figure(count)} {unit}")
        for url, label, count in zip(urls, labels, counts, strict=False)
    ]
    links = column_links(ways, middles, step, top, height)
    body = format_html("{}{}{}{}{}{}", axis, bars, line, dots, names, links)
    rows = [
        (label, count, Decimal(str(round(share * 100, 2))))
        for label, count, share in zip(labels, counts, cumulative, strict=True)
    ]
    head = ["", unit, _("Up to here (%)")]
    frame = chart_frame(title, text, body, width, height, role="group" if links else "img")
    return Chart(title, text, head, rows, frame)


def column_links(
    ways: Sequence[tuple[str, str]], middles: Sequence[float], step: float, top: float, height: float
) -> SafeString:
    """A link over each column, down to its name, so that a low bar is hit as well as a high one.

    Args:
        ways: address and words of each column; without an address it has no link.
    """
    return format_html_join(
        "",
        '<a href="{}" aria-label="{}"><title>{}</title>'
        '<rect x="{}" y="{}" width="{}" height="{}" fill="transparent"/></a>',
        (
            (url, words, words, number(middle - step / 2), top, number(step), height - top)
            for (url, words), middle in zip(ways, middles, strict=False)
            if url
        ),
    )


def _share_axis(top: float, bottom: float, left: float, right: float) -> SafeString:
    """Lines at nothing, half, four fifths (dashed: what the most frequent causes make up) and all."""
    return format_html_join(
        "",
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="currentColor" stroke-opacity="{}"{}/>'
        '<text x="{}" y="{}">{}</text>',
        (
            (
                left,
                right,
                number(y),
                number(y),
                ".5" if share == 0.8 else ".18",
                mark_safe(' stroke-dasharray="5 4"') if share == 0.8 else "",
                right + 6,
                number(y + 4),
                f"{share:.0%}".replace("%", " %"),
            )
            for share in (0, 0.5, 0.8, 1)
            for y in (bottom - share * (bottom - top),)
        ),
    )


def x_names(labels: Sequence[str], places: Sequence[float], y: float) -> SafeString:
    """The names under the axis, as many as there is room for."""
    every = max(1, -(-len(labels) // 12))
    named = list(zip(places, labels, strict=True))[::every]
    shown = ((number(x), y, label) for x, label in named)
    return format_html_join("", '<text x="{}" y="{}" text-anchor="middle">{}</text>', shown)


# --- Heat map: a real table --------------------------------------------------------------------------------


@dataclass(frozen=True)
class HeatCell:
    """One interval: its figure in words, one of five steps (0: not recorded), whether it is the chosen one."""

    text: str
    step: int
    picked: bool


@dataclass(frozen=True)
class HeatMap:
    """Shown by ``{% include "ui/heat.html" with heat=heat %}``; add ``csv_url`` and ``picked_word`` there."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[HeatCell]]]
    lowest: str

    def __bool__(self) -> bool:
        return bool(self.rows)


def heat_map(
    *,
    caption: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Figure | None]]],
    picked: frozenset[tuple[int, int]] = frozenset(),
    places: int = 0,
) -> HeatMap:
    """A table of figures in five steps of one hue, cut at even distances between the lowest and the highest.

    Args:
        caption: what is counted, where and when.
        columns: the heads (hours).
        rows: label and figures of each line (days); None is not recorded and gets no colour.
        picked: (row, column) of the chosen intervals, marked with ◆ so that they survive greyscale.
        places: decimals shown.
    """
    known = [float(value) for _label, values in rows for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    cuts = [low + (high - low) * share / 5 for share in range(1, 5)]

    def cell(row: int, column: int, value: Figure | None) -> HeatCell:
        chosen = (row, column) in picked
        if value is None:
            return HeatCell("–", 0, chosen)
        return HeatCell(format_figure(value, places), 1 + sum(float(value) > cut for cut in cuts), chosen)

    lines = [(label, [cell(r, c, value) for c, value in enumerate(values)]) for r, (label, values) in enumerate(rows)]
    return HeatMap(caption, columns, lines, _lowest_sentence(columns, rows, places))


def _lowest_sentence(columns: Sequence[str], rows: Sequence[tuple[str, Sequence[Figure | None]]], places: int) -> str:
    """The lowest interval in words (CHT-3); the first of several."""
    found = [
        (float(value), label, columns[index])
        for label, values in rows
        for index, value in enumerate(values)
        if value is not None
    ]
    if not found:
        return ""
    value, label, column = min(found, key=lambda each: each[0])
    words = {"row": label, "column": column, "value": format_figure(value, places)}
    return _("Lowest interval: %(row)s, %(column)s (%(value)s).") % words


def render_chart(chart: Chart, csv_url: str = "") -> SafeString:
    """A chart with its caption, its numbers as a table and the link to its CSV, for pages and PDFs."""
    return mark_safe(render_to_string("ui/chart.html", {"chart": chart, "csv_url": csv_url}))
