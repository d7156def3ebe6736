"""The needs page: what goes wrong most, how often, and the way to a plan (2.3, 5.1.1 c)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from planning.enums import RootCause, SampleKind
from planning.forms.quality import NeedsForm, Wanted
from planning.models import Defect, MonitoringSample
from planning.pareto import Bar, pareto, vital_few
from planning.queries.changes import progress_of, touching
from planning.queries.needs import DIMENSIONS, Cell, Rate, defect_counts, sample_rates
from planning.tables.needs import CLASS_SHORT
from planning.views.common import url
from trainingops.people.http import SignedInRequest
from trainingops.ui.charts import Chart, pareto_chart
from trainingops.ui.exports import csv_response
from trainingops.ui.navigation import address

WORDS: dict[str, Any] = {
    "parameter": gettext_lazy("Parameter"),
    "error_class": gettext_lazy("Class"),
    "root_cause": gettext_lazy("Root cause"),
    "team": gettext_lazy("Team"),
}
#: As many bars as the drawing has room for.
BARS = 12
#: Rows of the table; the file holds all.
ROWS = 60


@dataclass(frozen=True)
class Row:
    """One bar with its words, the defects behind it, and the way to a plan."""

    cell: Cell
    name: str
    short: str
    share: float
    cumulative: float
    list_url: str
    agents_url: str


@require_GET
def need_overview(request: SignedInRequest) -> HttpResponse:
    """What goes wrong most in a period: Pareto, rates of the samples, changes ahead (5.1.1 b, c)."""
    form = NeedsForm(request.GET or None, user=request.user, today=timezone.localdate())
    wanted = form.wanted
    by = request.GET.get("by", "parameter")
    by = by if by in DIMENSIONS else "parameter"
    cells = defect_counts(wanted.defects(Defect.objects.visible_to(request.user)), by)
    bars = pareto({cell: cell.count for cell in sorted(cells, key=lambda cell: cell.key)})
    rows = [_row(bar, by, wanted) for bar in bars]
    if request.GET.get("export") == "csv":
        return _csv(rows, by)
    changes = touching(request.user, wanted.line, today=timezone.localdate())
    context = {
        "form": form,
        "wanted": wanted,
        "narrowed": bool(wanted.error_class or wanted.parameter or wanted.root_cause or wanted.team),
        "by": by,
        "by_word": WORDS[by],
        "dimensions": WORDS.items(),
        "rows": rows[:ROWS],
        "more": max(0, len(rows) - ROWS),
        "chart": _chart(rows, bars, by) if rows else None,
        "rates": rate_rows(sample_rates(wanted.samples(MonitoringSample.objects.counting().visible_to(request.user)))),
        "classes": list(CLASS_SHORT.values()),
        "changes": progress_of(changes, day=timezone.localdate()),
        "may_plan": bool(address(request, "plan_new")),
        "see_agents": bool(address(request, "need_agents")),
    }
    return render(request, "planning/need_overview.html", context)


def _row(bar: Bar[Cell], by: str, wanted: Wanted) -> Row:
    cell = bar.key
    name, short = _names(cell, by)
    one = {by: cell.key or ("none" if by == "root_cause" else "")}
    reachable = bool(one[by])
    return Row(
        cell=cell,
        name=name,
        short=short,
        share=float(bar.share),
        cumulative=float(bar.cumulative),
        list_url=f"{url('defect_list')}?{wanted.query(**one, state='counting')}" if reachable else "",
        agents_url=f"{url('need_agents')}?{wanted.query(**one)}" if reachable else "",
    )


def _names(cell: Cell, by: str) -> tuple[str, str]:
    """The name in the table, and the short one under the bar."""
    if by == "error_class":
        return str(CLASS_SHORT[cell.key]), str(CLASS_SHORT[cell.key])
    if by == "root_cause":
        name = str(RootCause(cell.key).label) if cell.key else _("Not determined yet")
        return name, name
    if by == "team":
        return cell.name or _("Without team"), (cell.name or "–")[:12]
    return cell.name, cell.key


def _chart(rows: list[Row], bars: list[Bar[Cell]], by: str) -> Chart:
    shown = rows[:BARS]
    few = len(vital_few(bars))
    text = _("%(few)s of %(all)s make up four fifths of the %(total)s defects; most often: %(name)s (%(count)s).") % {
        "few": few,
        "all": len(rows),
        "total": sum(row.cell.count for row in rows),
        "name": rows[0].name,
        "count": rows[0].cell.count,
    }
    return pareto_chart(
        [row.short for row in shown],
        [row.cell.count for row in shown],
        [row.cumulative for row in shown],
        title=_("Service defects by %(by)s") % {"by": str(WORDS[by]).lower()},
        text=text,
        unit=_("Defects"),
        urls=[row.list_url for row in shown],
    )


def _csv(rows: list[Row], by: str) -> HttpResponse:
    """Every bar as a line of a file (CHT-4)."""
    head = [str(WORDS[by]), _("Name"), _("Defects"), _("of them disputed"), _("Share (%)"), _("Up to here (%)")]
    lines = (
        [
            row.cell.key,
            row.name,
            row.cell.count,
            row.cell.disputed,
            round(row.share * 100, 2),
            round(row.cumulative * 100, 2),
        ]
        for row in rows
    )
    return csv_response(head, lines, name=f"pareto-{by}")


def rate_rows(found: list[Rate]) -> list[dict[str, Any]]:
    """Rows for the page: kind, inspected, and for each class defective contacts, their share, and the accuracy."""
    return [
        {
            "kind": rate.kind,
            "label": SampleKind(rate.kind).label,
            "counts": rate.kind == SampleKind.RANDOM,
            "inspected": rate.inspected,
            "classes": [
                (short, count := rate.defective.get(each, 0), count / rate.inspected, 1 - count / rate.inspected)
                for each, short in CLASS_SHORT.items()
            ],
        }
        for rate in found
    ]
