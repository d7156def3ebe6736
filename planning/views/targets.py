"""The pages where the PIC puts people on target: the list, from defects, by hand (5.1.1 b, c)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from planning.enums import DefectState
from planning.forms.plans import (
    DefectChoiceForm,
    PeopleChoiceForm,
)
from planning.models import PlanRevision, PlanTarget, QualityParameter, TrainingPlan
from planning.queries.needs import RECENTLY, DefectFilter, trained_since
from planning.queries.plans import agents_with_defects, local_day
from planning.services import (
    add_targets,
    choose_targets_from_defects,
    place_targets,
    remove_targets,
)
from planning.services.targets import Chosen
from planning.views.common import wrong_ticks
from planning.views.plans import get_draft
from planning.views.task_list import PARTS
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Person, PersonAssignment, Team
from trainingops.people.queries import in_force
from trainingops.ui.errors import Line
from trainingops.ui.exports import workbook_response
from trainingops.ui.forms import PageForm
from trainingops.ui.remedies import not_a_choice

#: Targets on one page; a refreshment may be for a whole line.
_PER_PAGE = 100


@require_http_methods(["GET", "POST"])
def plan_targets(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Who is on target and why; take off, or put into a batch."""
    revision = get_draft(request, uuid)
    plan = revision.plan
    targets = (
        revision.targets.select_related("person", "planned_session")
        .annotate(
            defect_count=Count("defects"),
            disputed_count=Count("defects", filter=Q(defects__state=DefectState.DISPUTED)),
            annulled_count=Count("defects", filter=Q(defects__state=DefectState.ANNULLED)),
        )
        .prefetch_related(_present_teams(request))
        .order_by("person__name", "pk")
    )
    if request.GET.get("export") == "xlsx":
        return _export(targets, plan)
    page = Paginator(targets, _PER_PAGE).get_page(request.GET.get("page"))
    errors: list[Line] = []
    if request.method == "POST":
        errors = _act_on_targets(request, revision, page)
        if not errors:
            return redirect(request.get_full_path())
    context = {
        "plan": plan,
        "revision": revision,
        "targets": page.object_list,
        "page_obj": page,
        "batches": list(revision.sessions.all()),
        "errors": errors,
        "title": PARTS["targets"],
    }
    return render(request, "planning/plan_targets.html", context, status=422 if errors else 200)


def _act_on_targets(request: SignedInRequest, revision: PlanRevision, shown: Page[Any]) -> list[Line]:
    """Take those ticked off target, or put them into a batch; the lines of what stands against it."""
    people = list(Person.objects.filter(plan_targets__revision=revision, pk__in=_ticked(request)))
    batches = {str(each.pk): each for each in revision.sessions.all()}
    batch = request.POST.get("batch", "")
    errors = wrong_ticks(request, people, _("Targets"), [each.person_id for each in shown][:1])
    if batch and batch not in batches:
        errors.append(Line(_("Put those ticked into"), not_a_choice(batch), "batch"))
    removes = request.POST.get("action") == "remove"
    if not errors and not removes and not batch:
        errors = [Line(_("Put those ticked into"), _("Choose the batch."), "batch")]
    if errors:
        return errors
    if removes:
        count = remove_targets(revision=revision, people=people, actor=request.user, now=request.now)
        messages.success(request, _("%(count)d taken off target.") % {"count": count})
    else:
        planned = batches[batch]
        place_targets(revision=revision, people=people, planned=planned, actor=request.user, now=request.now)
        messages.success(request, _("Now in %(batch)s: %(count)d.") % {"batch": planned, "count": len(people)})
    return []


def _ticked(request: SignedInRequest) -> list[str]:
    return [key for key in request.POST.getlist("person") if key.isdecimal()]


def _export(targets: QuerySet[PlanTarget], plan: TrainingPlan) -> HttpResponse:
    """Everybody on target with the reason (EXP-1)."""
    head = [_("Employee number"), _("Name"), _("Team"), _("Batch"), _("Reason"), _("Reason in words"), _("Defects")]
    head += [_("of them disputed"), _("of them annulled")]
    rows = (
        [
            each.person.employee_no,
            each.person.name,
            ", ".join(str(at.team) for at in each.person.here if at.team),  # type: ignore[attr-defined]
            str(each.planned_session or ""),
            each.get_reason_display(),
            each.reason_words,
            each.defect_count,  # type: ignore[attr-defined]
            each.disputed_count,  # type: ignore[attr-defined]
            each.annulled_count,  # type: ignore[attr-defined]
        ]
        for each in targets
    )
    return workbook_response(head, rows, name=f"target-{plan.number}")


def take_over(
    request: SignedInRequest, form: PageForm, plan: TrainingPlan, choose: Callable[[], Chosen]
) -> HttpResponse | None:
    """Put the choice on target and say what it did, back on the list; a refusal goes to ``form``."""
    try:
        chosen = choose()
    except Refused as refused:
        form.add_refusal(refused)
        return None
    words = _("Put on target: %(added)d. Already on target: %(already)d.")
    messages.success(request, words % {"added": chosen.added, "already": chosen.already})
    # A plan from a template lacks only when and where: that is the next page.
    if plan.template_id and not plan.planned_sessions.exists():
        return redirect("plan_when", uuid=plan.uuid)
    return redirect("plan_targets", uuid=plan.uuid)


@require_http_methods(["GET", "POST"])
def plan_targets_defects(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Choose from the register of defects: shown first, taken over by POST (5.1.1 c)."""
    revision = get_draft(request, uuid)
    plan = revision.plan
    today = local_day(request.now, plan.site)
    asked: Mapping[str, Any] | None = (request.POST if request.method == "POST" else request.GET) or None
    form = DefectChoiceForm(_with_defaults(asked, today), revision=revision, today=today)
    people: Any = None
    if form.is_bound and form.is_valid():
        filters = _filters(form.cleaned_data)
        minimum = form.cleaned_data["minimum_count"]
        if request.method == "POST":
            choose = partial(
                choose_targets_from_defects,
                revision=revision,
                filters=filters,
                minimum_count=minimum,
                planned=form.cleaned_data["batch"],
                actor=request.user,
                now=request.now,
            )
            if added := take_over(request, form, plan, choose):
                return added
        people = agents_with_defects(plan, filters, minimum_count=minimum, user=request.user)
    version = revision.module_version
    context = {
        "plan": plan,
        "form": form,
        "people": people,
        "module": version.module if version else None,
        "trained": trained_since([agent.person for agent in people], version.module, today - RECENTLY)
        if people and version
        else {},
        "title": _("Choose from defects"),
    }
    return render(request, "planning/plan_targets_defects.html", context)


def _with_defaults(asked: Mapping[str, Any] | None, today: Any) -> dict[str, Any] | None:
    """An address may give only some of the fields, and a parameter by its code."""
    if asked is None:
        return None
    values = {
        "since": (today - timedelta(days=30)).isoformat(),
        "until": today.isoformat(),
        "minimum_count": "1",
        **{key: asked[key] for key in asked},
    }
    for name, model in (("parameter", QualityParameter), ("team", Team)):
        code = values.get(name, "")
        if code and not str(code).isdigit():
            values[name] = model.objects.filter(code=code).values_list("pk", flat=True).first() or ""
    return values


def _filters(cleaned: dict[str, Any]) -> DefectFilter:
    return DefectFilter(
        since=cleaned["since"],
        until=cleaned["until"],
        error_class=cleaned["defect_class"],
        root_cause=cleaned["root_cause"],
        parameter=cleaned["parameter"],
        team=cleaned["team"],
    )


@require_http_methods(["GET", "POST"])
def plan_targets_add(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Put people of the line on target by hand, with the reason (5.1.1 b)."""
    revision = get_draft(request, uuid)
    plan = revision.plan
    form = PeopleChoiceForm(request.POST or None, revision=revision)
    people = _people_to_add(request, plan, revision)
    errors: list[Line] = []
    if request.method == "POST":
        chosen_people = _chosen_people(request)
        errors = wrong_ticks(request, chosen_people, _("People"), [each.pk for each in people[:1]])
        if form.is_valid() and not errors:
            choose = partial(
                add_targets,
                revision=revision,
                people=chosen_people,
                reason=form.cleaned_data["reason"],
                note=form.cleaned_data["note"],
                planned=form.cleaned_data["batch"],
                actor=request.user,
                now=request.now,
            )
            if added := take_over(request, form, plan, choose):
                return added
    context = {
        "plan": plan,
        "form": form,
        "errors": errors,
        "query": request.GET.get("q", ""),
        "people": people,
        "ticked": set(request.POST.getlist("person")),
        "title": _("Add people"),
    }
    return render(request, "planning/plan_targets_add.html", context)


def _people_to_add(request: SignedInRequest, plan: TrainingPlan, revision: PlanRevision) -> list[Person]:
    """Working people of the line in the reader's scope who are not yet on target, at most 200; ``q`` narrows."""
    day = local_day(request.now, plan.site)
    here = PersonAssignment.objects.filter(in_force(day), line=plan.line_id)
    people = (
        Person.objects.visible_to(request.user)
        .working()
        .filter(pk__in=here.values("person"))
        .exclude(pk__in=revision.targets.values("person"))
    )
    if query := request.GET.get("q", "").strip():
        team = PersonAssignment.objects.filter(in_force(day), team__name__icontains=query).values("person")
        people = people.filter(Q(name__icontains=query) | Q(employee_no__icontains=query) | Q(pk__in=team))
    return list(
        people.prefetch_related(
            Prefetch(
                "assignments", PersonAssignment.objects.filter(in_force(day)).select_related("team", "site"), "here"
            )
        )[:200]
    )


def _chosen_people(request: SignedInRequest) -> list[Person]:
    """The people ticked, as far as the reader may know of them."""
    return list(Person.objects.visible_to(request.user).filter(pk__in=_ticked(request)))


def _present_teams(request: SignedInRequest) -> Prefetch[Any]:
    today = in_force(timezone.localdate(request.now))
    return Prefetch(
        "person__assignments", PersonAssignment.objects.filter(today).select_related("team", "site"), "here"
    )
