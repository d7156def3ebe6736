"""The competence matrix: agents beside the modules that they must hold, and the plan for those who lack one (7.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from planning.enums import LACKING, CompetenceState, ModuleState
from planning.forms.competence import MatrixForm
from planning.forms.requirements import RefreshmentForm
from planning.models import Appointment, ModuleVersion, TrainingModule
from planning.queries.competence_matrix import (
    STATE_KINDS,
    AgentRow,
    Counts,
    MatrixRule,
    agent_rows,
    counts_of,
    lacking,
    planned_for,
)
from planning.services.competences import plan_for_competence
from planning.views.common import posted, url, wrong_ticks
from trainingops.domain import Refused
from trainingops.people.enums import Role
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Person
from trainingops.ui.errors import Line
from trainingops.ui.exports import workbook_response
from trainingops.ui.navigation import address

#: Agents on a page of the matrix, and on the page of a plan, which takes those ticked there.
PER_PAGE, SHOWN = 50, 150


class MatrixPages(Paginator):
    """Pages of agents, read from the database page by page; their number is known from the counts."""

    def __init__(self, rule: MatrixRule, states: Sequence[str], count: int) -> None:
        self.rule, self.states, self.known = rule, states, count
        super().__init__([], PER_PAGE)

    @property
    def count(self) -> int:
        return self.known

    def page(self, number: int | str) -> Any:
        """One page with the agents on it."""
        number = self.validate_number(number)
        offset = (number - 1) * PER_PAGE
        return Page(agent_rows(self.rule, states=self.states, limit=PER_PAGE, offset=offset), number, self)


@dataclass(frozen=True)
class Facet:
    """A state to narrow to, with how many agents are in it."""

    value: str
    word: str
    count: int


def competence_matrix(request: SignedInRequest) -> HttpResponse:
    """Who holds what is required, whose competence ends, who lacks it; by line, team, segment and module."""
    form = MatrixForm(request.GET, user=request.user, day=timezone.localdate())
    rule = form.rule
    state = request.GET.get("state", "")
    states = [state] if state in CompetenceState.values else []
    context: dict[str, Any] = {
        "form": form,
        "line": form.on_line,
        "modules": form.modules,
        "chosen": {"state": state},
        "trainers_url": address(request, "competence_trainers"),
    }
    if rule is None or not form.modules:
        return render(request, "planning/competence_matrix.html", context)
    columns = [rule.module] if rule.module else list(form.modules)
    if request.GET.get("export") == "xlsx":
        return _export(agent_rows(rule, states=states), columns)
    counts = counts_of(replace(rule, module=None))
    agents = counts.modules.get(rule.module.pk, Counts().agents) if rule.module else counts.agents
    page = MatrixPages(rule, states, agents[state] if states else agents.total()).get_page(request.GET.get("page"))
    context |= {
        "rule": rule,
        "columns": columns,
        "page_obj": page,
        "rows": [(row, [(module, row.cells.get(module.pk)) for module in columns]) for row in page],
        "facets": [(_("State"), "state", [Facet(each, str(each.label), agents[each]) for each in CompetenceState])],
        "states": list(CompetenceState),
        "sums": [_sum(rule, module, counts) for module in columns],
        "agents": agents.total(),
        "may_plan": _appointed(request, rule),
        "kinds": STATE_KINDS,
    }
    return render(request, "planning/competence_matrix.html", context)


def _sum(rule: MatrixRule, module: TrainingModule, counts: Counts) -> dict[str, Any]:
    """A module with how many stand how, each number with the list behind it, and whom a plan would be for."""
    counted = counts.modules.get(module.pk, Counts().agents)
    here = _query(rule, module=module)
    return {
        "module": module,
        "counts": [(each, counted[each], f"?{_query(rule, module=module, state=each)}") for each in CompetenceState],
        "lacking": sum(counted[each] for each in LACKING),
        "plan_url": f"{url('competence_plan')}?{here}",
    }


def _query(rule: MatrixRule, **more: Any) -> str:
    """The rule in an address, with ``more`` on top of it."""
    said = {
        "line": rule.line.code if rule.line else "",
        "team": rule.team.code if rule.team else "",
        "segment": rule.segment.code if rule.segment else "",
        "q": rule.words,
        "module": rule.module.code if rule.module else "",
        **{name: getattr(value, "code", value) for name, value in more.items()},
    }
    return urlencode({name: value for name, value in said.items() if value})


def _appointed(request: SignedInRequest, rule: MatrixRule) -> bool:
    """Whether the reader is a PIC of the line today."""
    appointed = Appointment.objects.in_force(rule.day).filter(user=request.user, line=rule.line)
    return request.user.authority.has(Role.TRAINER) and appointed.exists()


def _export(rows: Sequence[AgentRow], columns: Sequence[TrainingModule]) -> HttpResponse:
    """The matrix of all who match: for each module the state and its last day (EXP-1)."""
    head = [_("Employee number"), _("Name"), _("Team"), _("Site")]
    for module in columns:
        head += [module.code, _("%(module)s until") % {"module": module.code}]
    return workbook_response(head, (_file_row(row, columns) for row in rows), name="matriks-kompetensi")


def _file_row(row: AgentRow, columns: Sequence[TrainingModule]) -> list[Any]:
    person, place = row.place.person, row.place
    said: list[Any] = [person.employee_no, person.name, place.team.name if place.team else None, place.site.name]
    for module in columns:
        cell = row.cells.get(module.pk)
        said += [str(cell.state.label), cell.until] if cell else [None, None]
    return said


def competence_plan(request: SignedInRequest) -> HttpResponse:
    """Who lacks one module; those ticked become the participants of a refreshment, each with the reason."""
    day = timezone.localdate()
    chosen = MatrixForm(request.GET, user=request.user, day=day)
    rule, line = chosen.rule, chosen.on_line
    if rule is None or rule.module is None or line is None:
        return redirect("competence_matrix")
    module = rule.module
    version = ModuleVersion.objects.filter(module=module, state=ModuleState.APPROVED).first()
    if version is None:
        raise Http404
    found = lacking(rule, module=module)
    shown = found[:SHOWN]
    planned = planned_for([row.place.person_id for row in shown], [module.pk])
    plans = {person: plan for (person, _module), plan in planned.items()}
    ticked = set(request.POST.getlist("person")) if request.method == "POST" else None
    title = (_("Refreshment: %(module)s") % {"module": module.title})[:160]
    form = RefreshmentForm(posted(request), user=request.user, day=day, line=line, initial={"title": title})
    people = [row.place.person for row in shown]
    errors: list[Line] = []
    if ticked is not None and people:
        errors = wrong_ticks(request, people, str(_("Agents")), [people[0].pk])
    if request.method == "POST" and form.is_valid() and not errors:
        try:
            return _begin(request, form, version, [each for each in people if str(each.pk) in (ticked or ())])
        except Refused as refused:
            form.add_refusal(refused)
    context = {
        "form": form,
        "errors": errors,
        "module": module,
        "rule": rule,
        "rows": [
            {
                "row": row,
                "cell": row.cells[module.pk],
                "plan": plans.get(row.place.person_id),
                "ticked": row.place.person_id not in plans if ticked is None else str(row.place.person_id) in ticked,
            }
            for row in shown
        ],
        "hidden": len(found) - len(shown),
        "kinds": STATE_KINDS,
        "back": f"{url('competence_matrix')}?{_query(rule)}",
        "may_plan": bool(form.fields["place"].rows),  # type: ignore[attr-defined]
        "title": _("Who lacks %(module)s") % {"module": module.code},
    }
    return render(request, "planning/competence_plan.html", context, status=422 if form.is_bound else 200)


def _begin(
    request: SignedInRequest, form: RefreshmentForm, version: ModuleVersion, people: list[Person]
) -> HttpResponse:
    place = form.cleaned_data["place"]
    plan = plan_for_competence(
        title=form.cleaned_data["title"],
        site=place.site,
        line=place.line,
        module_version=version,
        people=people,
        template=form.cleaned_data["template"],
        actor=request.user,
        now=request.now,
    )
    messages.success(request, _("The draft holds the agents ticked, each with the reason."))
    return redirect("plan_when" if plan.template_id else "plan_detail", uuid=plan.uuid)
