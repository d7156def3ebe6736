"""The register of service defects, and the lines of QC's sheet (2.3, 5.1.1 c)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from planning.enums import DEFECT_TRANSITIONS, DefectState, ErrorClass
from planning.forms.catalogue import ReasonForm
from planning.forms.needs import COUNTING, DefectForm, DefectListFilter, with_usual_period
from planning.forms.quality import CauseForm, ParameterForm
from planning.imports.defects import DEFECTS
from planning.models import Defect, PlanTarget, QualityParameter, TrainingPlan
from planning.policies.catalogue import can_dispute_defect, can_judge_defect, can_keep_parameters
from planning.services import defects as services
from planning.services.parameters import save_parameter
from planning.tables.needs import CLASS_SHORT, DEFECT_KINDS, DefectTable, ParameterTable
from planning.views.common import form_page, posted, settled, url
from trainingops.domain import require
from trainingops.people.enums import Role
from trainingops.people.http import SignedInRequest
from trainingops.ui.exports import workbook_response
from trainingops.ui.moments import day_words
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page

#: How long back the list of parameters counts.
_COUNTED = timedelta(days=90)
#: What the import reads, whatever the reader's language.
_STATES = {DefectState.VALID: "Valid", DefectState.DISPUTED: "Disanggah", DefectState.ANNULLED: "Dianulir"}


def defect_list(request: SignedInRequest) -> HttpResponse:
    """The register of a year unless the address says otherwise; ``export=xlsx`` gives the same rows (EXP-1)."""
    everything = Defect.objects.visible_to(request.user)
    query = with_usual_period(request.GET, timezone.localdate())
    chosen = DefectListFilter(query, queryset=everything, user=request.user)
    rows = chosen.qs.select_related("person", "team", "parameter")
    table = configure(request, DefectTable(rows))
    if request.GET.get("export") == "xlsx":
        return _export(rows)
    context = {
        "table": table,
        "filter": chosen,
        "facets": _facets(request, query, everything),
        "may_add": request.user.authority.has(Role.QC),
        "since": chosen.form.cleaned_data.get("since") if chosen.is_valid() else None,
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
            _STATES[DefectState(each.state)],
        )
        for each in defects.iterator(chunk_size=2000)
    )
    return workbook_response(head, rows, name="defect-layanan")


def _facets(request: SignedInRequest, query: Any, everything: Any) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """States and classes with their counts under the other filters: one grouped query."""
    others = query.copy()
    for key in ("state", "error_class"):
        others.pop(key, None)
    base = DefectListFilter(others, queryset=everything, user=request.user).qs
    cells = list(base.order_by().values_list("state", "error_class").annotate(n=Count("pk")))
    state, error_class = request.GET.get("state", ""), request.GET.get("error_class", "")
    counting = {str(DefectState.VALID), str(DefectState.DISPUTED)}
    wanted = {"": set(DefectState.values), COUNTING: counting}.get(state, {state})
    states = [
        (value, str(label), sum(n for s, c, n in cells if s == value and error_class in ("", c)))
        for value, label in DefectState.choices
    ]
    classes = [
        (value, str(CLASS_SHORT[value]), sum(n for s, c, n in cells if c == value and s in wanted))
        for value in ErrorClass.values
    ]
    return [("state", state, states), ("error_class", error_class, classes)]


def defect_new(request: SignedInRequest) -> HttpResponse:
    """Add one finding."""

    def act(form: DefectForm) -> tuple[str, str]:
        data = {key: value for key, value in form.cleaned_data.items() if key != "employee_no"}
        data["root_cause_by"] = (data["root_cause_by"] or request.user.name) if data["root_cause"] else ""
        assert form.person is not None
        defect = services.add_defect(person=form.person, **data, actor=request.user, now=request.now)
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
    """A finding, the plans that answer it, and what may be done with it."""
    defect = _defect(request, uuid)
    possible = DEFECT_TRANSITIONS.get(defect.state, ())
    judges = can_judge_defect(request.user, defect)
    targets = PlanTarget.objects.filter(defects=defect)
    context = {
        "defect": defect,
        "status": DEFECT_KINDS[defect.state],
        "may_dispute": DefectState.DISPUTED in possible and can_dispute_defect(request.user, defect),
        "may_uphold": DefectState.VALID in possible and judges,
        "may_annul": DefectState.ANNULLED in possible and judges,
        "may_set_cause": judges and defect.state != DefectState.ANNULLED,
        "plans": TrainingPlan.objects.visible_to(request.user).filter(revisions__targets__in=targets).distinct(),
    }
    return render(request, "planning/defect_detail.html", context)


def defect_decide(request: SignedInRequest, uuid: UUID, verb: str) -> HttpResponse:
    """Dispute, uphold or annul a finding, with a reason."""
    defect = _defect(request, uuid)
    annulled = _("Annulled. It leaves the rates.")
    verbs = {
        "dispute": (services.dispute_defect, DefectState.DISPUTED, _("Dispute the finding"), _("Dispute recorded.")),
        "uphold": (services.uphold_defect, DefectState.VALID, _("Uphold the finding"), _("The finding stands.")),
        "annul": (services.annul_defect, DefectState.ANNULLED, _("Annul the finding"), annulled),
    }
    if verb not in verbs:
        raise Http404
    decide, to, word, said = verbs[verb]
    is_possible = to in DEFECT_TRANSITIONS.get(defect.state, ())
    require((can_dispute_defect if verb == "dispute" else can_judge_defect)(request.user, defect))

    def act(form: ReasonForm) -> tuple[str, str]:
        decide(defect=defect, reason=form.cleaned_data["reason"], actor=request.user, now=request.now)
        return url("defect_detail", defect), said

    return form_page(
        request,
        ReasonForm(posted(request)),
        act,
        title=word,
        parent=(url("defect_detail", defect), _name(defect)),
        submit=word,
        danger=verb == "annul",
        closed="" if is_possible else settled(_name(defect), defect.get_state_display()),
    )


def defect_cause(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Say why a finding happened, and who found that out (5.1.1 c)."""
    defect = _defect(request, uuid)
    require(can_judge_defect(request.user, defect))

    def act(form: CauseForm) -> tuple[str, str]:
        services.set_root_cause(defect=defect, **form.cleaned_data, actor=request.user, now=request.now)
        return url("defect_detail", defect), _("Root cause saved.")

    initial = {"root_cause": defect.root_cause, "set_by": defect.root_cause_by or request.user.name}
    return form_page(
        request,
        CauseForm(posted(request), initial=initial),
        act,
        title=_("Root cause"),
        parent=(url("defect_detail", defect), _name(defect)),
        submit=_("Save the root cause"),
        closed=settled(_name(defect), defect.get_state_display()) if defect.state == DefectState.ANNULLED else "",
    )


def _name(defect: Defect) -> str:
    return f"{defect.parameter.code}, {day_words(defect.occurred_on)}"


def parameter_list(request: SignedInRequest) -> HttpResponse:
    """The lines of QC's sheet; each is a column of its import."""
    recent = Q(defects__occurred_on__gt=timezone.localdate() - _COUNTED) & ~Q(defects__state=DefectState.ANNULLED)
    rows = QualityParameter.objects.annotate(defect_count=Count("defects", filter=recent)).order_by("code")
    may_keep = can_keep_parameters(request.user)
    context = {"table": configure(request, ParameterTable(rows, may_keep=may_keep)), "may_keep": may_keep}
    return list_page(request, "planning/parameter_list.html", context, file="parameter-qc")


def parameter_new(request: SignedInRequest) -> HttpResponse:
    """Add a line."""
    return _parameter_page(request, None, ParameterForm(posted(request)), title=_("Add a parameter"))


def parameter_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Name, class and weight of a line; its code stays once findings name it."""
    parameter = get_object_or_404(QualityParameter, uuid=uuid)
    initial = {name: getattr(parameter, name) for name in ("code", "name", "error_class", "weight")}
    form = ParameterForm(posted(request), initial=initial)
    return _parameter_page(request, parameter, form, title=str(parameter))


def _parameter_page(
    request: SignedInRequest, parameter: QualityParameter | None, form: ParameterForm, *, title: str
) -> HttpResponse:
    def act(form: ParameterForm) -> tuple[str, str]:
        save_parameter(parameter=parameter, **form.cleaned_data, actor=request.user, now=request.now)
        return url("parameter_list"), _("Parameter saved.")

    parent = (url("parameter_list"), _("Parameters of Quality Control"))
    return form_page(request, form, act, title=title, parent=parent, submit=_("Save parameter"))
