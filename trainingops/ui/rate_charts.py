"""Charts of rates: a p-chart with what happened marked, and rates with their intervals (UX.md CHT; 5.4).

Drawn like those of :mod:`trainingops.ui.charts`: presentation attributes only, one drawing for page and PDF, and told
apart by shape as well as by colour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from trainingops.ui.charts import DATA, Chart, chart_frame, line_through, number, x_names
from trainingops.ui.figures import format_figure

Rate = float | None


@dataclass(frozen=True)
class Span:
    """A stretch of a chart with its name: places from 0, both ends inclusive; drawn as a band behind the points."""

    first: int
    last: int
    name: str


def control_chart(
    labels: Sequence[str],
    rates: Sequence[Rate],
    lower: Sequence[Rate],
    upper: Sequence[Rate],
    center: float,
    *,
    signals: Sequence[int],
    sizes: Sequence[int],
    marks: Sequence[tuple[int, str]],
    spans: Sequence[Span],
    title: str,
    text: str,
) -> Chart:
    """A rate by sample with the limits of each sample; None is a gap.

    Args:
        signals: places of points outside their limits, drawn as filled diamonds, the others as open circles.
        sizes: how many were inspected in each sample, for the table.
        marks: places where something happened, with its name: a dashed line from top to bottom.
        spans: the windows that are compared.
    """
    width, height, left, right, top, bottom = 640, 260, 16, 48, 40, 216
    step = (width - left - right) / max(len(labels), 1)
    places = [left + step * (index + 0.5) for index in range(len(labels))]
    highest = _ceiling([*rates, *upper, center])

    def y(rate: float) -> float:
        return bottom - rate / highest * (bottom - top)

    points = [None if rate is None else (x, y(rate)) for x, rate in zip(places, rates, strict=True)]
    outside = set(signals)
    dots = format_html_join(
        "",
        '<path d="{}" fill="{}" stroke="{}" stroke-width="1.75"/>',
        (
            (_diamond(*point), "currentColor", "currentColor") if place in outside else (_ring(*point), "none", DATA)
            for place, point in enumerate(points)
            if point
        ),
    )
    body = format_html(
        "{}{}{}{}{}{}{}{}",
        _bands(spans, places, step, top, bottom),
        _rate_axis(highest, top, bottom, left, width - right),
        _limits(places, step, [*zip(lower, upper, strict=True)], y),
        _center(left, width - right, y(center)),
        line_through(points),
        dots,
        _marks(marks, places, top, bottom),
        x_names(labels, places, bottom + 18),
    )
    rows = [
        (label, size, *(_percent(each) for each in (rate, low, high)))
        for label, size, rate, low, high in zip(labels, sizes, rates, lower, upper, strict=True)
    ]
    head = ["", _("Inspected"), _("Rate (%)"), _("Lower limit (%)"), _("Upper limit (%)")]
    return Chart(title, text, head, rows, chart_frame(title, text, body, width, height))


@dataclass(frozen=True)
class RateRow:
    """One rate with its interval: ``defective`` of ``inspected``; None where nothing was inspected."""

    label: str
    defective: int
    inspected: int
    interval: tuple[float, float] | None

    @property
    def rate(self) -> Rate:
        """0 … 1."""
        return self.defective / self.inspected if self.inspected else None


def interval_chart(rows: Sequence[RateRow], *, title: str, text: str) -> Chart:
    """Rates below each other, each a point with its 95 % interval as a bar; one without contacts says so."""
    width, left, right, top, line = 640, 220, 110, 30, 34
    bottom = top + line * len(rows)
    highest = _ceiling([row.interval[1] for row in rows if row.interval])

    def x(rate: float) -> float:
        return left + rate / highest * (width - left - right)

    drawn = []
    for index, row in enumerate(rows):
        y = top + line * (index + 0.5)
        said = _("no contact inspected")
        shape = SafeString("")
        if row.interval and row.rate is not None:
            low, high, here = x(row.interval[0]), x(row.interval[1]), x(row.rate)
            said = f"{format_figure(_percent(row.rate) or 0, 1)} %"
            shape = format_html(
                '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="{}" stroke-width="3" stroke-opacity=".55"/>'
                '<circle cx="{}" cy="{}" r="5" fill="{}"/>',
                *(number(low), number(high), number(y), number(y), DATA, number(here), number(y), DATA),
            )
        drawn.append(
            format_html(
                '<text x="{}" y="{}" text-anchor="end">{}</text>{}<text x="{}" y="{}">{}</text>',
                *(left - 12, number(y + 4), row.label, shape, width - right + 8, number(y + 4), said),
            )
        )
    grid = format_html_join(
        "",
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="currentColor" stroke-opacity=".18"/>'
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        (
            (number(x(share)), number(x(share)), top, bottom, number(x(share)), top - 8, _axis_word(share))
            for share in (0, highest / 2, highest)
        ),
    )
    body = format_html("{}{}", grid, format_html_join("", "{}", ((each,) for each in drawn)))
    numbers = [
        (
            row.label,
            row.defective,
            row.inspected,
            _percent(row.rate),
            *(_percent(each) for each in row.interval or (None, None)),
        )
        for row in rows
    ]
    head = ["", _("Defective"), _("Inspected"), _("Rate (%)"), _("Interval from (%)"), _("Interval to (%)")]
    return Chart(title, text, head, numbers, chart_frame(title, text, body, width, bottom + 10))


def _percent(rate: Rate) -> Decimal | None:
    return None if rate is None else round(Decimal(rate * 100), 1)


def _ceiling(rates: Sequence[Rate]) -> float:
    """The top of the axis: the highest that is drawn, up to the next even step."""
    highest = max((rate for rate in rates if rate is not None), default=0.0)
    return next((step for step in (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8) if highest <= step), 1.0)


def _axis_word(share: float) -> str:
    return f"{format_figure(round(Decimal(share * 100), 1).normalize())} %"


def _rate_axis(highest: float, top: float, bottom: float, left: float, right: float) -> SafeString:
    """Lines at nothing, half of the top, and the top."""
    shares = (0, highest / 2, highest)
    heights = [(share, number(bottom - share / highest * (bottom - top))) for share in shares]
    lines = format_html_join(
        "",
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="currentColor" stroke-opacity=".18"/>',
        ((left, right, y, y) for _share, y in heights),
    )
    words = ((right + 6, y, _axis_word(share)) for share, y in heights)
    return lines + format_html_join("", '<text x="{}" y="{}" dy="4">{}</text>', words)


def _center(left: float, right: float, y: float) -> SafeString:
    return format_html(
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="currentColor" stroke-opacity=".6"/>',
        *(left, right, number(y), number(y)),
    )


def _limits(
    places: Sequence[float], step: float, limits: Sequence[tuple[Rate, Rate]], y: Callable[[float], float]
) -> SafeString:
    """The limits of each sample, a short dash above and below its point."""
    return format_html_join(
        "",
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="currentColor" stroke-opacity=".45" stroke-dasharray="3 2"/>',
        (
            (number(x - step / 2), number(x + step / 2), number(y(limit)), number(y(limit)))
            for x, pair in zip(places, limits, strict=True)
            for limit in pair
            if limit is not None
        ),
    )


def _marks(marks: Sequence[tuple[int, str]], places: Sequence[float], top: float, bottom: float) -> SafeString:
    return format_html_join(
        "",
        '<line x1="{}" x2="{}" y1="{}" y2="{}" stroke="currentColor" stroke-width="1.5" stroke-dasharray="6 4"/>'
        '<text x="{}" y="{}" text-anchor="middle" font-weight="600">{}</text>',
        (
            (number(places[place]), number(places[place]), top - 8, bottom, number(places[place]), top - 26, name)
            for place, name in marks
        ),
    )


def _bands(spans: Sequence[Span], places: Sequence[float], step: float, top: float, bottom: float) -> SafeString:
    return format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="{}" fill="currentColor" fill-opacity=".06"/>'
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        (
            (
                number(places[span.first] - step / 2),
                top,
                number(step * (span.last - span.first + 1)),
                bottom - top,
                number((places[span.first] + places[span.last]) / 2),
                top - 10,
                span.name,
            )
            for span in spans
        ),
    )


def _ring(x: float, y: float) -> str:
    """A circle as a path, so that one template draws every point."""
    return f"M{number(x - 3)},{number(y)}a3,3 0 1,0 6,0a3,3 0 1,0 -6,0z"


def _diamond(x: float, y: float) -> str:
    return f"M{number(x)},{number(y - 6)}l5,6l-5,6l-5,-6z"
