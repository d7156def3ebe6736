"""A plan from its first draft to the questions before it is submitted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planning.completeness import Item, Snapshot, check
from planning.content import content_of, load
from planning.enums import PlanState, RevisionState, TrainingKind
from planning.forms.plans import PlanForm, ReasonForm
from planning.lists import with_lists
from planning.models import Appointment, NeedSource, PlanRevision, ProductChange, TrainingPlan
from planning.policies.plans import can_cancel_plan, can_decide_revision, can_edit_plan
from planning.queries.releases import release_lines, releases_of_plan
from planning.queries.remarks import remarks_of
from planning.services import (
    Incomplete,
    amend_plan,
    cancel_plan,
    create_plan,
    submit_revision,
    withdraw_revision,
)
from planning.services.bookings import clashes_of
from planning.views.consultations import coordination
from planning.views.plan_list import STATE_KINDS
from planning.wording import Wording, unplaced
from planning.wording.rows import Row
from trainingops.domain import Refused, WrongState, require
from trainingops.people.http import SignedInRequest
from trainingops.ui.errors import Line

REVISION_KINDS = {
    RevisionState.DRAFT: "idle",
    RevisionState.SUBMITTED: "info",
    RevisionState.APPROVED: "ok",
    RevisionState.RETURNED: "warn",
    RevisionState.REJECTED: "late",
    RevisionState.WITHDRAWN: "waive",
    RevisionState.SUPERSEDED: "idle",
}


@require_http_methods(["GET", "POST"])
def plan_new(request: SignedInRequest) -> HttpResponse:
    """Begin a plan; the page of a product change hands over kind, line and change in the address."""
    now = request.now
    day = now.astimezone(request.user.zone).date()
    change = _change_named(request)
    form = PlanForm(request.POST or None, user=request.user, day=day, initial=_from_need(request, change))
    if request.method == "POST" and form.is_valid():
        place: Appointment = form.cleaned_data["place"]
        try:
            plan = create_plan(
                kind=form.cleaned_data["kind"],
                title=form.cleaned_data["title"],
                site=place.site,
                line=place.line,
                purpose=form.cleaned_data["purpose"],
                needs=form.cleaned_data["needs"],
                actor=request.user,
                now=now,
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            if change:
                return redirect(f"{reverse('plan_targets_group', args=[plan.uuid])}?change={change.uuid}")
            return redirect("plan_detail", uuid=plan.uuid)
    return render(request, "planning/plan_new.html", {"form": form, "title": _("New plan")})


def _change_named(request: SignedInRequest) -> ProductChange | None:
    """The product change that the address names, as far as the reader may know of it."""
    try:
        uuid = UUID(request.GET.get("change", ""))
    except ValueError:
        return None
    return ProductChange.objects.visible_to(request.user).filter(uuid=uuid).first()


def _from_need(request: SignedInRequest, change: ProductChange | None) -> dict[str, Any]:
    """What the page before hands over: the kind, the appointment for its line, the change as source of the need."""
    initial: dict[str, Any] = {"kind": request.GET.get("kind", TrainingKind.REFRESHMENT)}
    if line := request.GET.get("line", ""):
        place = Appointment.objects.in_force(request.now.date()).filter(user=request.user, line__code=line).first()
        initial["place"] = place.pk if place else None
    if change:
        initial["needs"] = list(NeedSource.objects.filter(product_change=change).values_list("pk", flat=True))
        initial["title"] = change.title
    return initial


@require_GET
def plan_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A plan: what to do next, its parts as a task list while a draft, else what its revision says."""
    known = _in_sight(request, uuid).select_related(
        "decision__decided_by", "decision__on_behalf_of", "submitted_by", *_PLAN, *_CHOICES
    )
    revisions = list(with_lists(known, now=request.now))
    if not revisions:
        raise Http404
    revision = revisions[0]
    plan = revision.plan
    mine = can_edit_plan(request.user, plan)
    context: dict[str, Any] = {
        "plan": plan,
        "revision": revision,
        "revisions": [(each, REVISION_KINDS[RevisionState(each.state)]) for each in revisions],
        "state_kind": STATE_KINDS[PlanState(plan.state)],
        "revision_kind": REVISION_KINDS[RevisionState(revision.state)],
        "mine": mine,
        "may_decide": revision.state == RevisionState.SUBMITTED and can_decide_revision(request.user, revision),
        "may_cancel": plan.state in {PlanState.IN_PREPARATION, PlanState.APPROVED}
        and can_cancel_plan(request.user, plan),
        "may_adjust": mine and plan.approved_revision_id and plan.state in {PlanState.APPROVED, PlanState.UNDER_WAY},
        "may_amend": mine
        and revision.state not in {RevisionState.DRAFT, RevisionState.SUBMITTED}
        and plan.state in {PlanState.IN_PREPARATION, PlanState.APPROVED, PlanState.UNDER_WAY},
        **coordination(plan, request),
        "releases": release_lines(releases_of_plan(plan), plan=plan, reader=request.user)
        if plan.approved_revision_id
        else [],
        "title": plan.title,
    }
    remarks = remarks_of(revision, reader=request.user)
    rows: list[Row] = []
    if revision.state == RevisionState.DRAFT:
        items = check(Snapshot(revision, request.now))
        context |= tally(items, plan)
    elif revision.content:
        wording = Wording(revision, contents=[content := json.loads(revision.content)])
        rows = wording.rows({}, content, remarks)
        context |= {"rows": rows, "nine": wording.nine(content)}
    context["comments"] = unplaced(remarks, rows)
    return render(request, "planning/plan_detail.html", context)


@require_GET
def plan_revision(request: SignedInRequest, uuid: UUID, number: int) -> HttpResponse:
    """What one submitted revision said, whole."""
    plan = get_plan(request, uuid)
    revision = get_object_or_404(plan.revisions.exclude(content=""), number=number)
    content = json.loads(revision.content)
    wording = Wording(revision, contents=[content])
    context = {
        "plan": plan,
        "revision": revision,
        "revision_kind": REVISION_KINDS[RevisionState(revision.state)],
        "rows": wording.rows({}, content),
        "title": _("%(plan)s, revision %(number)d") % {"plan": plan.number, "number": number},
    }
    return render(request, "planning/plan_revision.html", context)


@require_http_methods(["GET", "POST"])
def plan_submit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Check the answers, then ask the manager; what is missing is listed by name with its page."""
    revision = get_draft(request, uuid, lists=True)
    plan = revision.plan
    errors: list[Line] = []
    if request.method == "POST":
        try:
            submit_revision(revision=revision, actor=request.user, now=request.now)
        except Incomplete as incomplete:
            errors = [Line(str(item.label), item.gap, "") for item in incomplete.items]
        except Refused as refused:
            errors = [Line("", str(refused), "")]
        else:
            messages.success(request, _("The plan awaits the manager's decision."))
            return redirect("plan_detail", uuid=plan.uuid)
    load(revision)
    items = check(Snapshot(revision, request.now))
    content = content_of(revision)
    wording = Wording(revision, contents=[content])
    context = {
        "plan": plan,
        "revision": revision,
        "rows": wording.rows({}, content),
        "clashes": clashes_of(revision, reader=request.user),
        "held_before": wording.held_before(content),
        "errors": errors,
        "title": _("Check and submit"),
        **tally(items, plan),
    }
    return render(request, "planning/plan_submit.html", context, status=422 if errors else 200)


@require_POST
def plan_withdraw(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take back a draft or a submitted revision."""
    plan = get_plan(request, uuid)
    revision = plan.revisions.order_by("-number")[0]
    withdraw_revision(revision=revision, actor=request.user, now=request.now)
    messages.success(request, _("Revision %(number)d is withdrawn.") % {"number": revision.number})
    return redirect("plan_detail", uuid=plan.uuid)


@require_POST
def plan_amend(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Begin the next revision."""
    plan = get_plan(request, uuid)
    amend_plan(plan=plan, actor=request.user, now=request.now)
    return redirect("plan_detail", uuid=plan.uuid)


@require_http_methods(["GET", "POST"])
def plan_cancel(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Cancel a plan before it begins, with the reason."""
    plan = get_plan(request, uuid)
    require(can_cancel_plan(request.user, plan))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cancel_plan(plan=plan, reason=form.cleaned_data["reason"], actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("%(plan)s is cancelled.") % {"plan": plan.number})
            return redirect("plan_detail", uuid=plan.uuid)
    return render(request, "planning/plan_cancel.html", {"form": form, "plan": plan, "title": _("Cancel the plan")})


def get_plan(request: SignedInRequest, uuid: UUID) -> TrainingPlan:
    """The plan if the reader may know of it; else 404."""
    plans = TrainingPlan.objects.visible_to(request.user).select_related("site", "line", "pic", "approved_revision")
    return get_object_or_404(plans, uuid=uuid)


def _in_sight(request: SignedInRequest, uuid: UUID) -> QuerySet[PlanRevision]:
    """The revisions of a plan that the reader may know of, the newest first, with plan and choices."""
    visible = TrainingPlan.objects.visible_to(request.user)
    revisions = PlanRevision.objects.filter(plan__in=visible, plan__uuid=uuid)
    return revisions.select_related(*_PLAN, *_CHOICES).order_by("-number")


#: A plan, read together with its revision.
_PLAN = ("plan__site", "plan__line", "plan__pic", "plan__approved_revision")
#: What a revision chose, read together with it.
_CHOICES = ("module_version__module", "application", "scheme", "pre_paper", "post_paper")


def get_draft(request: SignedInRequest, uuid: UUID, *, lists: bool = False) -> PlanRevision:
    """The draft of a plan with its plan and choices, for its PIC: unknown 404, others 403, no draft any more 409.

    Args:
        lists: with its short lists, for a page that shows all of it.
    """
    drafts = _in_sight(request, uuid).filter(state=RevisionState.DRAFT)
    revision = (with_lists(drafts, now=request.now) if lists else drafts).first()
    plan = revision.plan if revision else get_plan(request, uuid)
    require(can_edit_plan(request.user, plan), _("Only the PIC of this plan can change it."))
    if revision is None:
        raise _without_draft(plan)
    return revision


def _without_draft(plan: TrainingPlan) -> WrongState:
    """What the PIC can do instead: take the submitted revision back, or begin the next one."""
    where = reverse("plan_detail", args=[plan.uuid])
    submitted = plan.revisions.filter(state=RevisionState.SUBMITTED).first()
    if submitted:
        said = _("Revision %(number)d is with the manager and cannot be changed. Withdraw it on the plan's page first.")
        return WrongState(said % {"number": submitted.number}, url=where)
    return WrongState(_("This plan has no draft now. Begin a new revision on its page."), url=where)


@dataclass(frozen=True)
class Part:
    """A page of the task list with the items that it holds."""

    label: Any
    url: str
    items: list[Item]

    @property
    def complete(self) -> bool:
        return all(item.complete for item in self.items)

    @property
    def value(self) -> str:
        """What its items say, in one line."""
        return " · ".join(item.value for item in self.items if item.value)

    @property
    def gaps(self) -> list[str]:
        return [item.gap for item in self.items if item.gap]


PARTS = {
    "need": gettext_lazy("Why this training"),
    "module": gettext_lazy("Module"),
    "method": gettext_lazy("Method, application and class types"),
    "sessions": gettext_lazy("Sessions, times, trainers and rooms"),
    "trainers": gettext_lazy("Trainers without qualification"),
    "targets": gettext_lazy("Targets"),
    "roster": gettext_lazy("Roster and overtime"),
    "scoring": gettext_lazy("Scoring, pass mark and tests"),
    "recovery": "Recovery",
    "recipients": gettext_lazy("Recipients of the report"),
}


def tally(items: Iterable[Item], plan: TrainingPlan) -> dict[str, Any]:
    """The task list with its figures: how much of what 4.1 names is there."""
    rows = list(items)
    named = [item for item in rows if item.clause == "4.1"]
    return {
        "parts": [
            Part(label, part_url(plan, part), [item for item in rows if item.part == part])
            for part, label in PARTS.items()
        ],
        "gaps": [(item, part_url(plan, item.part)) for item in rows if not item.complete],
        "named_complete": sum(item.complete for item in named),
        "named_total": len(named),
    }


def part_url(plan: TrainingPlan, part: str) -> str:
    """The page where a part is written."""
    if part in {"sessions", "targets", "roster", "recipients"}:
        return reverse(f"plan_{part}", args=[plan.uuid])
    return reverse("plan_part", args=[plan.uuid, part])
