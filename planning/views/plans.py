"""A plan from its first draft to the questions before it is submitted."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planning.completeness import Snapshot, check, lost, sent
from planning.completeness.scoring import remarks_on_papers
from planning.content import CHOICES, content_of, load
from planning.coordinating import about_content
from planning.enums import PlanState, RevisionState, TrainingKind
from planning.forms.plans import HandOverForm, PlanForm, ReasonForm, RemarkForm
from planning.lists import with_lists
from planning.models import (
    Appointment,
    NeedSource,
    PlanRevision,
    PlanTemplate,
    ProductChange,
    TrainingPlan,
)
from planning.policies.plans import (
    can_cancel_plan,
    can_comment,
    can_decide_revision,
    can_edit_plan,
    can_hand_over,
    can_read_template,
    can_write_template,
)
from planning.queries.hand_overs import hand_over_rows, hand_overs_of
from planning.queries.plans import local_day, pics_for
from planning.queries.releases import release_lines, releases_of_plan
from planning.queries.remarks import remark_rows, remarks_of
from planning.services import (
    Incomplete,
    amend_plan,
    cancel_plan,
    create_plan,
    hand_over_plan,
    submit_revision,
    withdraw_revision,
)
from planning.services.bookings import clashes_of
from planning.services.handing_over import OVER
from planning.views.consultations import coordination
from planning.views.plan_list import STATE_KINDS
from planning.views.task_list import task_list
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
                template=form.cleaned_data["template"],
                actor=request.user,
                now=now,
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            return redirect(_after_beginning(plan, change))
    return render(request, "planning/plan_new.html", {"form": form, "title": _("New plan")})


def _after_beginning(plan: TrainingPlan, change: ProductChange | None) -> str:
    """Where the PIC goes on: who is on target where the way there is known, else the task list."""
    if change:
        return f"{reverse('plan_targets_group', args=[plan.uuid])}?change={change.uuid}&site={plan.site_id}"
    if plan.template_id is None:
        return reverse("plan_detail", args=[plan.uuid])
    if plan.kind == TrainingKind.IMPROVEMENT:
        return f"{reverse('plan_targets_defects', args=[plan.uuid])}?minimum_count=1"
    # Every agent of the line at the plan's site, to be narrowed or widened there.
    return f"{reverse('plan_targets_group', args=[plan.uuid])}?site={plan.site_id}"


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
        place = (
            Appointment.objects.in_force(timezone.localdate(request.now))
            .filter(user=request.user, line__code=line)
            .first()
        )
        initial["place"] = place.pk if place else None
    if change:
        initial["needs"] = list(NeedSource.objects.filter(product_change=change).values_list("pk", flat=True))
        initial["title"] = change.title
    if template := _template_named(request):
        initial |= {"template": template.uuid, "kind": template.kind, "purpose": template.purpose}
        initial.setdefault("title", template.title or template.name)
    return initial


def _template_named(request: SignedInRequest) -> PlanTemplate | None:
    """The template that the address names, as far as the reader may use it."""
    try:
        uuid = UUID(request.GET.get("template", ""))
    except ValueError:
        return None
    return PlanTemplate.objects.visible_to(request.user).in_use().filter(uuid=uuid).first()


@require_GET
def plan_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A plan: what to do next, its parts as a task list while a draft, else what its revision says."""
    return plan_page(request, uuid)


def plan_page(request: SignedInRequest, uuid: UUID, remark: RemarkForm | None = None) -> HttpResponse:
    """The page of a plan; with ``remark``, one that was refused, as an answer to it (APR-4)."""
    known = _in_sight(request, uuid).select_related(
        "decision__decided_by", "decision__on_behalf_of", "submitted_by", *_PLAN, *CHOICES
    )
    revisions = list(
        with_lists(known, now=request.now).annotate(
            remark_rows=remark_rows(), release_rows=releases_of_plan(), hand_over_rows=hand_over_rows()
        )
    )
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
        "hand_overs": hand_overs_of(revision.hand_over_rows),
        "may_hand_over": plan.state not in OVER and can_hand_over(request.user, plan),
        "may_keep": plan.approved_revision_id and can_write_template(request.user, line=plan.line),
        "may_read_template": plan.template and can_read_template(request.user, plan.template),
        "may_adjust": mine
        and revision.state not in {RevisionState.DRAFT, RevisionState.SUBMITTED}
        and plan.approved_revision_id
        and plan.state in {PlanState.APPROVED, PlanState.UNDER_WAY},
        "may_amend": mine
        and not plan.is_filed
        and revision.state not in {RevisionState.DRAFT, RevisionState.SUBMITTED}
        and plan.state in {PlanState.IN_PREPARATION, PlanState.APPROVED, PlanState.UNDER_WAY},
        "releases": release_lines(revision.release_rows, plan=plan, reader=request.user)
        if plan.approved_revision_id
        else [],
        "title": plan.title,
    }
    context |= _standing(sent(revisions, now=request.now))
    remarks = remarks_of(revision, reader=request.user)
    rows: list[Row] = []
    about = None
    if revision.state == RevisionState.DRAFT:
        load(revision)
        context |= task_list(check(Snapshot(revision, request.now)), plan)
        about = about_content(content_of(revision), number=revision.number)
    elif revision.content:
        wording = Wording(revision, contents=[content := json.loads(revision.content)])
        rows = wording.rows({}, content, remarks)
        context |= {"rows": rows, "nine": wording.nine(content)}
        about = about_content(content, number=revision.number)
    context |= coordination(plan, request, about)
    context["comments"] = unplaced(remarks, rows)
    if revision.state == RevisionState.SUBMITTED and can_comment(request.user, revision) and not context["may_decide"]:
        context["remark"] = form = remark or RemarkForm()
        form.offer([(row.key, f"{row.label} {row.about}".strip()) for row in rows])
        context["errors"] = form
    return render(request, "planning/plan_detail.html", context, status=422 if remark else 200)


def _standing(snapshot: Snapshot | None) -> dict[str, Any]:
    """What the plan lost since it was sent, and the batches that became busy with a reason since its approval."""
    if snapshot is None:
        return {"lost": []}
    written = any(planned.busy_reason for planned in snapshot.sessions)
    became = [each for each in snapshot.impacts if each.busy and each.planned.busy_reason] if written else []
    return {"lost": lost(snapshot), "impacts": became}


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
    content = content_of(revision)
    wording = Wording(revision, contents=[content])
    context = {
        "plan": plan,
        "revision": revision,
        "clashes": clashes_of(revision, reader=request.user),
        "held_before": wording.held_before(content),
        "remarks_on_papers": remarks_on_papers(revision),
        "errors": errors,
        "title": _("Check and submit"),
        **task_list(check(Snapshot(revision, request.now)), plan, wording.rows({}, content)),
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


@require_http_methods(["GET", "POST"])
def plan_hand_over(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The manager gives a plan to another PIC, with the reason (5.1.1 a)."""
    plan = get_plan(request, uuid)
    require(can_hand_over(request.user, plan), _("Only the manager hands a plan over to another PIC."))
    pics = pics_for(plan, day=local_day(request.now, plan.site)).exclude(pk__in=[plan.pic_id, request.user.pk])
    form = HandOverForm(request.POST or None, pics=pics.order_by("name"))
    if request.method == "POST" and form.is_valid():
        try:
            hand_over_plan(plan=plan, **form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            said = {"plan": plan.number, "pic": form.cleaned_data["to"]}
            messages.success(request, _("%(plan)s is handed over to %(pic)s.") % said)
            return redirect("plan_detail", uuid=plan.uuid)
    context = {"form": form, "plan": plan, "title": _("Hand over to another PIC")}
    return render(request, "planning/plan_hand_over.html", context, status=422 if form.is_bound else 200)


def get_plan(request: SignedInRequest, uuid: UUID) -> TrainingPlan:
    """The plan if the reader may know of it; else 404."""
    plans = TrainingPlan.objects.visible_to(request.user).select_related("site", "line", "pic", "approved_revision")
    return get_object_or_404(plans, uuid=uuid)


def _in_sight(request: SignedInRequest, uuid: UUID) -> QuerySet[PlanRevision]:
    """The revisions of a plan that the reader may know of, the newest first, with plan and choices."""
    visible = TrainingPlan.objects.visible_to(request.user)
    revisions = PlanRevision.objects.filter(plan__in=visible, plan__uuid=uuid)
    return revisions.select_related(*_PLAN, *CHOICES).order_by("-number")


#: A plan, read together with its revision.
_PLAN = ("plan__site", "plan__line", "plan__pic", "plan__approved_revision", "plan__template")


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
