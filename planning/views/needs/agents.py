"""From a bar to the agents behind it, and from them to an improvement plan (5.1.1 c)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from planning.forms.quality import AgentsForm, ImprovementForm, Wanted
from planning.models import Defect, ModuleVersion
from planning.queries.needs import RECENTLY, Agent, agents_of, trained_since
from planning.services.improvement import plan_improvement
from planning.tables.needs import CLASS_SHORT
from planning.views.common import posted, url, wrong_ticks
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Person
from trainingops.ui.errors import Line
from trainingops.ui.exports import workbook_response

#: Rows of the page; a plan takes those ticked on it.
SHOWN = 150


@require_http_methods(["GET", "POST"])
def need_agents(request: SignedInRequest) -> HttpResponse:
    """Whose the defects are; those ticked become the participants of an improvement, each with the reason."""
    today = timezone.localdate()
    form = AgentsForm(request.GET or None, user=request.user, today=today)
    wanted = form.wanted
    is_wrong = form.is_bound and not form.is_valid()
    data = form.cleaned_data if form.is_bound and not is_wrong else {}
    minimum, module = data.get("minimum") or 1, data.get("module")
    # What is asked for wrongly finds nobody: a list of others would be taken for the answer, and planned.
    agents = [] if is_wrong else agents_of(wanted.defects(Defect.objects.visible_to(request.user)), minimum=minimum)
    shown = agents if request.GET.get("export") == "xlsx" else agents[:SHOWN]
    trained = trained_since([each.person for each in shown], module.module, today - RECENTLY) if module else {}
    if request.GET.get("export") == "xlsx":
        return _export(agents, trained, module)
    ticked = set(request.POST.getlist("person")) if request.method == "POST" else None
    plan_form = ImprovementForm(
        posted(request), user=request.user, day=today, line=wanted.line, initial={"title": _title(wanted, module)}
    )
    errors: list[Line] = []
    if ticked is not None and shown:
        people = [each.person for each in shown]
        errors = wrong_ticks(request, people, str(_("Agents")), [people[0].pk])
    if request.method == "POST" and plan_form.is_valid() and not errors and not is_wrong:
        chosen = [each.person for each in shown if str(each.person.pk) in (ticked or ())]
        try:
            return _begin(request, plan_form, wanted, chosen, minimum=minimum, module=module)
        except Refused as refused:
            plan_form.add_refusal(refused)
    context = {
        "form": form,
        "plan_form": plan_form,
        "errors": errors,
        "wanted": wanted,
        "narrowed": _narrowed(wanted),
        "minimum": minimum,
        "module": module.module if module else None,
        "rows": [_row(each, trained, ticked) for each in shown],
        "hidden": len(agents) - len(shown),
        "list_url": f"{url('defect_list')}?{wanted.query(state='counting')}",
        "may_plan": request.user.authority.has("trainer") and bool(plan_form.fields["place"].rows),  # type: ignore[attr-defined]
        "title": _("Agents with these defects"),
    }
    return render(request, "planning/need_agents.html", context, status=422 if plan_form.is_bound else 200)


def _begin(
    request: SignedInRequest,
    form: ImprovementForm,
    wanted: Wanted,
    people: list[Person],
    *,
    minimum: int,
    module: ModuleVersion | None,
) -> HttpResponse:
    place = form.cleaned_data["place"]
    plan = plan_improvement(
        title=form.cleaned_data["title"],
        site=place.site,
        line=place.line,
        filters=wanted,
        minimum_count=minimum,
        people=people,
        module_version=module,
        template=form.cleaned_data["template"],
        actor=request.user,
        now=request.now,
    )
    messages.success(request, _("The draft holds the agents ticked, each with the defects that are the reason."))
    return redirect("plan_when" if plan.template_id else "plan_detail", uuid=plan.uuid)


def _export(agents: list[Agent], trained: dict[int, Any], module: ModuleVersion | None) -> HttpResponse:
    """All who match, not only those on the page (EXP-1)."""
    head = [_("Employee number"), _("Name"), _("Defects"), _("of them disputed"), _("Last one")]
    head += [_("Trained in %(module)s") % {"module": module.module.code}] if module else []
    rows = (
        [
            each.person.employee_no,
            each.person.name,
            each.count,
            each.disputed,
            each.last_on,
            trained.get(each.person.pk),
        ]
        for each in agents
    )
    return workbook_response(head, (row[: len(head)] for row in rows), name="agent-defect")


def _row(agent: Agent, trained: dict[int, Any], ticked: set[str] | None) -> dict[str, Any]:
    """A row: who was trained recently is not ticked beforehand."""
    had = trained.get(agent.person.pk)
    return {
        "agent": agent,
        "trained_on": had,
        "ticked": had is None if ticked is None else str(agent.person.pk) in ticked,
    }


def _narrowed(wanted: Wanted) -> str:
    """What the page is narrowed to, in words."""
    cause = dict(Defect._meta.get_field("root_cause").flatchoices).get(wanted.root_cause, "")
    parts = [
        str(wanted.parameter or ""),
        str(CLASS_SHORT.get(wanted.error_class, "")),
        _("Not determined yet") if wanted.root_cause == "none" else str(cause),
        str(wanted.team or ""),
    ]
    return ", ".join(part for part in parts if part)


def _title(wanted: Wanted, module: ModuleVersion | None) -> str:
    """What the plan may be called."""
    about = module.module.title if module else str(wanted.parameter.name if wanted.parameter else _narrowed(wanted))
    return (_("Improvement: %(about)s") % {"about": about})[:160] if about else _("Improvement")
