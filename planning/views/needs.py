"""Needs: what goes wrong in live service, how often, and who asked for what (2.3, 5.1.1 c, d)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from planning.enums import DEFECT_TRANSITIONS, DefectState, ErrorClass, RootCause, SampleKind
from planning.forms.catalogue import ReasonForm
from planning.forms.needs import DefectFilter, DefectForm, NeedSourceForm, PeriodForm, SampleFilter
from planning.imports.defects import DEFECTS
from planning.models import Defect, MonitoringSample, NeedSource
from planning.models.needs import SEES_NEEDS
from planning.policies.catalogue import NEED_WRITERS, can_dispute_defect, can_judge_defect
from planning.queries.catalogue import defect_cells, sample_rates
from planning.services import defects as defect_services
from planning.services import needs as services
from planning.tables.catalogue import CLASS_SHORT, DEFECT_KINDS, DefectTable, NeedSourceTable, SampleTable
from planning.views.common import form_page, posted, url
from trainingops.people.enums import Role
from trainingops.people.http import SignedInRequest
from trainingops.ui.charts import bar_chart
from trainingops.ui.exports import table_response, workbook_response
from trainingops.ui.moments import day_words
from trainingops.ui.navigation import address
from trainingops.ui.tables import configure

#: How defects can be counted: key in the address → word and the cell's keys for value and name.
DIMENSIONS: dict[str, tuple[Any, str, str]] = {
    "parameter": (gettext_lazy("Parameter"), "parameter__code", "parameter__name"),
    "error_class": (gettext_lazy("Class"), "error_class", ""),
    "root_cause": (gettext_lazy("Root cause"), "root_cause", ""),
    "team": (gettext_lazy("Team"), "team__code", "team__name"),
}
_LABELS: dict[str, dict[str, Any]] = {"error_class": dict(ErrorClass.choices), "root_cause": dict(RootCause.choices)}


@dataclass(frozen=True)
class ParetoRow:
    """One bar: how many defects, its share, and the share of all bars up to it."""

    key: str
    name: str
    count: int
    share: float
    cumulative: float
    list_url: str
    plan_url: str


def need_overview(request: SignedInRequest) -> HttpResponse:
    """What goes wrong most, in a period: Pareto, rates of the samples, and the way to a plan (5.1.1 c)."""
    form = PeriodForm(request.GET or None, user=request.user)
    since, until = form.period(timezone.localdate())
    line = form.line_chosen()
    by = request.GET.get("by", "parameter")
    by = by if by in DIMENSIONS else "parameter"
    defects = Defect.objects.visible_to(request.user).filter(occurred_on__range=(since, until))
    samples = MonitoringSample.objects.visible_to(request.user).filter(contacted_on__range=(since, until))
    if line:
        defects, samples = defects.filter(line=line), samples.filter(line=line)
    rows = _pareto(request, defect_cells(defects), by, since, until, line)
    top = rows[:12]
    context = {
        "form": form,
        "since": since,
        "until": until,
        "line": line,
        "by": by,
        "by_word": DIMENSIONS[by][0],
        "dimensions": [(key, word) for key, (word, _value, _name) in DIMENSIONS.items()],
        "rows": rows,
        "total": sum(row.count for row in rows),
        "chart": bar_chart(
            [_short(row, by) for row in top],
            [row.count for row in top],
            title=_("Service defects by %(by)s") % {"by": str(DIMENSIONS[by][0]).lower()},
            text=_sentence(rows),
            unit=_("defects"),
        )
        if rows
        else None,
        "rates": _rates(sample_rates(samples)),
        "classes": list(CLASS_SHORT.values()),
        "may_plan": bool(address(request, "plan_new")),
    }
    return render(request, "planning/need_overview.html", context)


def _pareto(
    request: SignedInRequest, cells: list[dict[str, Any]], by: str, since: Any, until: Any, line: Any
) -> list[ParetoRow]:
    """The cells summed by one dimension, most first."""
    _word, value_key, name_key = DIMENSIONS[by]
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for cell in cells:
        key = str(cell[value_key] or "")
        counts[key] += cell["count"]
        names[key] = str(cell[name_key] or "") if name_key else str(_LABELS[by].get(key, ""))
    total, so_far, rows = sum(counts.values()), 0, []
    period = {"since": since.isoformat(), "until": until.isoformat(), **({"line": line.code} if line else {})}
    plan = address(request, "plan_new")
    for key, count in counts.most_common():
        so_far += count
        plan_query = {
            "kind": "improvement",
            **({"line": line.code} if line else {}),
            by: key,
            "from": since.isoformat(),
            "to": until.isoformat(),
        }
        listed = {**period, by: key or "none"} if key or by == "root_cause" else period
        rows.append(
            ParetoRow(
                key=key,
                name=names[key] or (_("Not determined yet") if by == "root_cause" else _("Without team")),
                count=count,
                share=count / total,
                cumulative=so_far / total,
                list_url=f"{url('defect_list')}?{urlencode(listed)}",
                plan_url=f"{plan}?{urlencode(plan_query)}" if plan and key else "",
            )
        )
    return rows


def _short(row: ParetoRow, by: str) -> str:
    """The name of a bar: the code where there is one."""
    if by == "error_class":
        return str(CLASS_SHORT[row.key])
    return row.name if by == "root_cause" else row.key or "–"


def _sentence(rows: list[ParetoRow]) -> str:
    """What the chart says: how few make up four fifths."""
    if not rows:
        return ""
    few = next(n for n, row in enumerate(rows, 1) if row.cumulative >= 0.8 - 1e-9)
    return _("%(few)s of %(all)s make up four fifths of the %(total)s defects; most often: %(name)s (%(count)s).") % {
        "few": few,
        "all": len(rows),
        "total": sum(row.count for row in rows),
        "name": rows[0].name,
        "count": rows[0].count,
    }


def _rates(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows for the page: kind, inspected, and for each class defective contacts and their share."""
    return [
        {
            "kind": row["kind"],
            "label": SampleKind(row["kind"]).label,
            "counts": row["kind"] == SampleKind.RANDOM,
            "inspected": row["inspected"],
            "classes": [
                (short, count := row["defective"].get(each, 0), count / row["inspected"])
                for each, short in CLASS_SHORT.items()
            ],
        }
        for row in found
    ]


def defect_list(request: SignedInRequest) -> HttpResponse:
    """The register of service defects; the filter stands in the address, ``export=xlsx`` gives the same rows."""
    everything = Defect.objects.visible_to(request.user)
    chosen = DefectFilter(request.GET, queryset=everything, user=request.user)
    rows = chosen.qs.select_related("person", "team", "parameter")
    table = configure(request, DefectTable(rows))
    if request.GET.get("export") == "xlsx":
        return _export(rows)
    context = {
        "table": table,
        "filter": chosen,
        "facets": _facets(request, everything),
        "may_add": request.user.authority.has(Role.QC),
    }
    return render(request, "planning/defect_list.html", context)


def _export(defects: Any) -> HttpResponse:
    """Exactly these rows with the columns of the import, so that they can be corrected and imported again (EXP-1)."""
    head = [str(column.label) for column in DEFECTS.columns]
    rows = (
        (
            each.occurred_on,
            each.contact_reference,
            each.person.employee_no,
            each.channel,
            each.parameter.code,
            "Non Critical" if each.error_class == ErrorClass.NON_CRITICAL else str(CLASS_SHORT[each.error_class]),
            each.note,
            each.root_cause,
            each.root_cause_by,
            each.get_state_display(),
        )
        for each in defects.iterator(chunk_size=2000)
    )
    return workbook_response(head, rows, name="defect-layanan")


def _facets(request: SignedInRequest, everything: Any) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """States and classes with their counts under the other filters: one grouped query."""
    query = request.GET.copy()
    for key in ("state", "error_class"):
        query.pop(key, None)
    base = DefectFilter(query, queryset=everything, user=request.user).qs
    cells = list(base.order_by().values_list("state", "error_class").annotate(n=Count("pk")))
    state, error_class = request.GET.get("state", ""), request.GET.get("error_class", "")
    states = [
        (value, str(label), sum(n for s, c, n in cells if s == value and error_class in ("", c)))
        for value, label in DefectState.choices
    ]
    classes = [
        (value, str(CLASS_SHORT[value]), sum(n for s, c, n in cells if c == value and state in ("", s)))
        for value in ErrorClass.values
    ]
    return [("state", state, states), ("error_class", error_class, classes)]


def defect_new(request: SignedInRequest) -> HttpResponse:
    """Add one finding."""

    def act(form: DefectForm) -> tuple[str, str]:
        data = {key: value for key, value in form.cleaned_data.items() if key != "employee_no"}
        cause_by = request.user.name if data["root_cause"] else ""
        assert form.person is not None
        defect = defect_services.add_defect(
            person=form.person, root_cause_by=cause_by, **data, actor=request.user, now=request.now
        )
        return url("defect_detail", defect), _("Finding saved.")

    return form_page(
        request,
        DefectForm(posted(request), user=request.user),
        act,
        title=_("Add a finding"),
        parent=(url("defect_list"), _("Service defects")),
        submit=_("Save finding"),
    )


def _defect(request: SignedInRequest, uuid: UUID) -> Defect:
    return get_object_or_404(
        Defect.objects.visible_to(request.user).select_related(
            "person", "site", "line", "team", "parameter", "decided_by"
        ),
        uuid=uuid,
    )


def defect_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A finding, and what may be done with it."""
    defect = _defect(request, uuid)
    possible = DEFECT_TRANSITIONS.get(defect.state, ())
    judges = can_judge_defect(request.user, defect)
    context = {
        "defect": defect,
        "status": DEFECT_KINDS[defect.state],
        "may_dispute": DefectState.DISPUTED in possible and can_dispute_defect(request.user, defect),
        "may_uphold": DefectState.VALID in possible and judges,
        "may_annul": DefectState.ANNULLED in possible and judges,
    }
    return render(request, "planning/defect_detail.html", context)


def defect_decide(request: SignedInRequest, uuid: UUID, verb: str) -> HttpResponse:
    """Dispute, uphold or annul a finding, with a reason."""
    defect = _defect(request, uuid)
    verbs = {
        "dispute": (defect_services.dispute_defect, _("Dispute the finding"), _("Dispute recorded.")),
        "uphold": (defect_services.uphold_defect, _("Uphold the finding"), _("The finding stands.")),
        "annul": (defect_services.annul_defect, _("Annul the finding"), _("Annulled. It leaves the rates.")),
    }
    if verb not in verbs:
        raise Http404
    decide, word, said = verbs[verb]

    def act(form: ReasonForm) -> tuple[str, str]:
        decide(defect=defect, reason=form.cleaned_data["reason"], actor=request.user, now=request.now)
        return url("defect_detail", defect), said

    return form_page(
        request,
        ReasonForm(posted(request)),
        act,
        title=word,
        parent=(url("defect_detail", defect), f"{defect.parameter.code}, {day_words(defect.occurred_on)}"),
        submit=word,
        danger=verb == "annul",
    )


def sample_list(request: SignedInRequest) -> HttpResponse:
    """Monitoring samples with their rates; random ones only speak for all contacts (2.3)."""
    chosen = SampleFilter(request.GET, queryset=MonitoringSample.objects.visible_to(request.user), user=request.user)
    table = configure(request, SampleTable(chosen.qs.select_related("person").prefetch_related("counts")))
    if request.GET.get("export") == "xlsx":
        return table_response(table, name="sampel-tapping")
    context = {
        "table": table,
        "filter": chosen,
        "rates": _rates(sample_rates(chosen.qs)),
        "may_add": request.user.authority.has(Role.QC),
        "classes": list(CLASS_SHORT.values()),
    }
    return render(request, "planning/sample_list.html", context)


def need_source_list(request: SignedInRequest) -> HttpResponse:
    """Who asked for what (5.1.1 d)."""
    rows = NeedSource.objects.visible_to(request.user).select_related("line")
    context = {
        "table": configure(request, NeedSourceTable(rows)),
        "may_add": request.user.authority.has(*NEED_WRITERS),
        "see_needs": request.user.authority.has(*SEES_NEEDS),
    }
    return render(request, "planning/need_source_list.html", context)


def need_source_new(request: SignedInRequest) -> HttpResponse:
    """Register a source."""

    def act(form: NeedSourceForm) -> tuple[str, str]:
        services.add_need_source(**form.cleaned_data, actor=request.user, now=request.now)
        return url("need_source_list"), _("Source registered.")

    return form_page(
        request,
        NeedSourceForm(posted(request), user=request.user, roles=NEED_WRITERS),
        act,
        title=_("Register a source"),
        parent=(url("need_source_list"), _("Sources of needs")),
        submit=pgettext("verb", "Register"),
    )
