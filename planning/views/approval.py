"""The manager's queue and the page of the decision, with remarks (APR)."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import django_tables2 as tables
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planning.completeness import Snapshot, crowded, lost, unqualified
from planning.completeness.scoring import remarks_on_papers
from planning.content import content_of, load
from planning.coordinating import about_content
from planning.difference import Content
from planning.enums import RevisionState
from planning.forms.plans import DecisionForm, RemarkForm
from planning.lists import with_lists
from planning.models import (
    ApprovalDecision,
    PlanRevision,
    RevisionComment,
    TrainingPlan,
)
from planning.policies.plans import can_comment, can_decide_revision, can_hand_over, deciding_for
from planning.queries.defects_since import people_with_annulled
from planning.queries.load import week_map
from planning.queries.plans import awaiting_decision, local_day, with_defects_now
from planning.queries.questions import with_paper_remarks
from planning.queries.remarks import remark_rows, remarks_of
from planning.services import (
    comment_on_revision,
    reject_revision,
    reopen_comment,
    resolve_comment,
    return_revision,
    sign_and_approve,
)
from planning.slots import reference_start
from planning.standing import keeps
from planning.views.consultations import consultations_of
from planning.views.plans import plan_page
from planning.views.roster import overtime_warnings
from planning.wording import Wording, first_meeting, unplaced
from trainingops.domain import Refused, StaleVersion, WrongState, require
from trainingops.people.http import SignedInRequest
from trainingops.people.models import User
from trainingops.people.sign_in import authenticated_at, fresh_log_in_required
from trainingops.ui.tables import FigureColumn, MomentColumn, NumberColumn, PageTable, configure
from trainingops.ui.views import list_page


class ApprovalTable(PageTable):
    """Submitted revisions, the earliest start first."""

    caption = gettext_lazy("Plans that await a decision")
    empty_title = gettext_lazy("No plan awaits your decision")
    empty_text = gettext_lazy("A plan appears here when its PIC submits it.")
    row_header = "title"
    title = tables.Column(
        verbose_name=gettext_lazy("Training"),
        accessor="plan__title",
        linkify=("plan_approval", {"uuid": tables.A("uuid")}),
        orderable=False,
    )
    plan_number = NumberColumn(verbose_name=gettext_lazy("Number"), accessor="plan__number", orderable=False)
    number = FigureColumn(verbose_name=gettext_lazy("Revision"), orderable=False)
    pic = tables.Column(verbose_name="PIC", accessor="plan__pic", orderable=False)
    first_at = MomentColumn(verbose_name=gettext_lazy("Starts"), zone="plan__site__zone", orderable=False)
    submitted_at = MomentColumn(verbose_name=gettext_lazy("Submitted"), zone="plan__site__zone", orderable=False)


@require_GET
def plan_approvals(request: SignedInRequest) -> HttpResponse:
    """The queue: one click leads to the difference, and the decision is on that page (APR-1, APR-6)."""
    table = configure(request, ApprovalTable(awaiting_decision(request.user)))
    return list_page(
        request, "planning/plan_approvals.html", {"table": table, "title": _("Approvals")}, file="persetujuan"
    )


@require_http_methods(["GET", "POST"])
@fresh_log_in_required
def plan_approval(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Difference, coordination, completeness, need and the decision on one page (APR-1 to APR-6)."""
    revision, reviewed = _with_last_reviewed(request, uuid)
    require(
        can_decide_revision(request.user, revision),
        _("Only a manager who did not propose this plan decides on it."),
    )
    form = _decision_form(revision, request.POST or None)
    if request.method == "GET" and revision.state != RevisionState.SUBMITTED:
        return redirect("plan_detail", uuid=revision.plan.uuid)
    if request.method == "POST" and form.is_valid():
        try:
            return _decide(request, revision, form.cleaned_data)
        except (StaleVersion, WrongState) as changed:
            return _changed_meanwhile(request, revision, changed)
        except Refused as refused:
            form.add_refusal(refused)
    status = 422 if form.is_bound else 200
    return render(request, "planning/plan_approval.html", _page(request, revision, reviewed, form), status=status)


def _decide(request: SignedInRequest, revision: PlanRevision, given: dict[str, Any]) -> HttpResponse:
    """Carry the decision out and go on to the next plan, or back to the queue."""
    decision, comment = given["decision"], given["comment"]
    queue = list(awaiting_decision(request.user).values_list("uuid", flat=True))
    if decision in {"approve", "approve_next"}:
        sign_and_approve(
            revision=revision,
            content_hash=given["content_hash"],
            authenticated_at=authenticated_at(request),
            comment=comment,
            actor=request.user,
            now=request.now,
        )
        done = _("Revision %(number)d of %(plan)s is approved.")
    else:
        service = return_revision if decision == "return" else reject_revision
        service(revision=revision, comment=comment, actor=request.user, now=request.now)
        done = (
            _("Revision %(number)d of %(plan)s is returned.")
            if decision == "return"
            else _("Revision %(number)d of %(plan)s is rejected.")
        )
    messages.success(request, done % {"number": revision.number, "plan": revision.plan.number})
    if decision != "approve_next":
        return redirect("plan_detail", uuid=revision.plan.uuid)
    rest = [each for each in queue if each != revision.uuid]
    return redirect("plan_approval", uuid=rest[0]) if rest else redirect("plan_approvals")


def _page(
    request: SignedInRequest,
    revision: PlanRevision,
    reviewed: PlanRevision | None,
    form: DecisionForm,
    remark: RemarkForm | None = None,
) -> dict[str, Any]:
    plan = revision.plan
    remark = remark or RemarkForm()
    since = "reviewed" if request.GET.get("since") == "reviewed" and reviewed else "approved"
    base = reviewed if since == "reviewed" else plan.approved_revision
    old, new = (json.loads(each.content) if each and each.content else {} for each in (base, revision))
    shown = [each for each in (base, revision) if each]
    load(*shown, sessions=False)
    wording = Wording(*shown, contents=[old, new])
    comments = remarks_of(revision, reader=request.user)
    rows = wording.rows(old, new, comments)
    rest = wording.fields(new) if old else []
    offered = {row.key: f"{row.label} {row.about}".strip() for row in [*rows, *rest]}
    remark.offer(list(offered.items()))
    snapshot = Snapshot(revision, request.now)
    consultations = consultations_of(plan, request.now, about_content(new, number=revision.number))
    return {
        "plan": plan,
        "revision": revision,
        "base": base,
        "since": since,
        "reviewed": reviewed,
        "rows": rows,
        "changes": sum(row.kind != "kept" for row in rows),
        "material": sum(row.material for row in rows),
        "comments": unplaced(comments, rows),
        "remark": remark,
        "errors": remark,
        "annulled": people_with_annulled(revision) if getattr(revision, "annulled_now", 0) else [],
        **_said(new, wording),
        "consultations": consultations,
        "asks_anew": any(each.ask_again for each in consultations),
        "form": form,
        "remarks_on_papers": remarks_on_papers(revision),
        "kept": revision.module_version if keeps(plan, revision.module_version) else None,
        "lost": lost(snapshot),
        "may_hand_over": can_hand_over(request.user, plan),
        "unqualified": unqualified(snapshot),
        "acts_for": _acts_for(request, revision),
        "title": plan.title,
        **_service_impact(request, snapshot),
    }


def _said(content: Content, wording: Wording) -> dict[str, Any]:
    """What the revision says, for the head and the summary beside its rows."""
    nine = wording.nine(content)
    return {
        "first_at": first_meeting(content),
        "nine": nine,
        "nine_complete": sum(bool(value) for _label, value in nine),
        "needs": [wording.need(each) for each in content.get("needs", ())],
        "held_before": wording.held_before(content),
        "purpose": content["purpose"],
        "defect_count": len({defect for target in content["targets"] for defect in target["defects"]}),
        "busy_reason": content["busy_reason"],
        "trainer_reason": content.get("trainer_reason", ""),
        "seats_reason": content.get("seats_reason", ""),
        "same_paper": (content.get("pre_paper") or {}).get("code", "")
        if content.get("pre_paper") == content.get("post_paper")
        else "",
    }


def _acts_for(request: SignedInRequest, revision: PlanRevision) -> User | None:
    """The absent manager for whom the reader decides, if they do."""
    key = next(iter(deciding_for(request.user, revision)), None)
    return None if key is None else User.objects.get(pk=key)


def _service_impact(request: SignedInRequest, snapshot: Snapshot) -> dict[str, Any]:
    """How the roster stands to the meetings, and what they do to service where traffic was imported (5.1.1 f)."""
    plan, meetings, roster, known = snapshot.revision.plan, snapshot.meetings, snapshot.roster, snapshot.load
    today = local_day(request.now, plan.site)
    floor = {
        "crowded": crowded(snapshot.sessions, Counter(snapshot.batches_of_targets)),
        "outside": [*roster.absent, *roster.overtime],
        "warnings": overtime_warnings(roster, plan),
        "goal": known.goal,
        "reference_days": (reference_start(today), today - timedelta(days=1)),
    }
    if not known.profile.half_hours:
        return {**floor, "impacts": [], "heat": None}
    caption = _("Volume an hour in the mean week, %(line)s %(site)s") % {"line": plan.line, "site": plan.site}
    return {
        **floor,
        "impacts": snapshot.impacts,
        "heat": week_map(known.profile, meetings, site=plan.site, caption=caption),
    }


def _with_last_reviewed(request: SignedInRequest, uuid: UUID) -> tuple[PlanRevision, PlanRevision | None]:
    """A revision, and the newest before it that this manager decided on or remarked on (APR-2); one query."""
    decided = ApprovalDecision.objects.filter(revision=OuterRef("pk"), decided_by=request.user)
    remarked = RevisionComment.objects.filter(revision=OuterRef("pk"), author=request.user)
    known = _submitted(request).filter(Q(uuid=uuid) | Exists(decided) | Exists(remarked), plan__revisions__uuid=uuid)
    found = list(known.select_related("decision").order_by("-number"))
    revision = next((each for each in found if each.uuid == uuid), None)
    if revision is None:
        raise Http404
    return revision, next((each for each in found if each.number < revision.number), None)


def _changed_meanwhile(request: SignedInRequest, revision: PlanRevision, refused: Refused) -> HttpResponse:
    """409 with the difference between what was shown and what is there now (APR-3)."""
    revision.refresh_from_db(fields=["state"])
    newest = (
        revision.plan.revisions.exclude(content="").select_related("plan__site", "plan__line").order_by("-number")[0]
    )
    old = json.loads(revision.content)
    new = json.loads(newest.content) if newest.pk != revision.pk else content_of(revision)
    wording = Wording(revision, newest, contents=[old, new])
    context = {
        "plan": revision.plan,
        "revision": revision,
        "newest": newest,
        "newest_open": newest.state == RevisionState.SUBMITTED and newest.pk != revision.pk,
        "refused": refused,
        "decided": ApprovalDecision.objects.filter(revision=revision)
        .select_related("decided_by", "on_behalf_of")
        .first(),
        "rows": wording.rows(old, new),
        "title": _("This plan has changed meanwhile"),
    }
    return render(request, "planning/plan_changed.html", context, status=409)


@require_POST
def revision_comment(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A remark on a revision or on one of its fields (APR-4); back to where it was written."""
    revision, reviewed = _with_last_reviewed(request, uuid)
    require(can_comment(request.user, revision))
    remark = RemarkForm(request.POST)
    if not remark.is_valid():
        if not _decides(request, revision):
            return plan_page(request, revision.plan.uuid, remark)
        context = _page(request, revision, reviewed, _decision_form(revision), remark)
        return render(request, "planning/plan_approval.html", context, status=422)
    comment_on_revision(revision=revision, **remark.cleaned_data, actor=request.user, now=request.now)
    messages.success(request, _("The remark is saved."))
    return _back(request, revision)


@require_POST
def comment_settle(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Resolve a remark, or take it up again (``again``); back to the page of the decision, or of the plan."""
    comment = get_object_or_404(
        RevisionComment.objects.select_related("revision").filter(revision__in=_in_sight(request)), uuid=uuid
    )
    again = "again" in request.POST
    settle = reopen_comment if again else resolve_comment
    settle(comment=comment, actor=request.user, now=request.now)
    messages.success(request, _("The remark is open again.") if again else _("The remark is resolved."))
    newest = _in_sight(request).filter(plan=comment.revision.plan_id).order_by("-number")[0]
    return _back(request, newest)


def _back(request: SignedInRequest, revision: PlanRevision) -> HttpResponse:
    """To the decision for those who make it, else to the plan."""
    if _decides(request, revision):
        return redirect("plan_approval", uuid=revision.uuid)
    return redirect("plan_detail", uuid=revision.plan.uuid)


def _decides(request: SignedInRequest, revision: PlanRevision) -> bool:
    return revision.state == RevisionState.SUBMITTED and can_decide_revision(request.user, revision)


def _decision_form(revision: PlanRevision, data: QueryDict | None = None) -> DecisionForm:
    return DecisionForm(data, initial={"content_hash": revision.content_hash})


def count_awaiting(request: HttpRequest) -> dict[str, QuerySet[PlanRevision]]:
    """For the menu: the plans that await this manager (equal to the queue, DSH-4)."""
    user = request.user
    if not user.is_authenticated or not user.authority.has("manager"):
        return {}
    return {"approvals": awaiting_decision(user)}


def _in_sight(request: SignedInRequest) -> QuerySet[PlanRevision]:
    return PlanRevision.objects.filter(plan__in=TrainingPlan.objects.visible_to(request.user)).select_related(
        "plan__site", "plan__line", "plan__pic", "plan__approved_revision__decision"
    )


def _submitted(request: SignedInRequest) -> QuerySet[PlanRevision]:
    chosen = ("module_version__module", "scheme", "pre_paper", "post_paper")
    submitted = with_paper_remarks(_in_sight(request).select_related(*chosen).exclude(content=""))
    return with_lists(with_defects_now(submitted), now=request.now).annotate(remark_rows=remark_rows())
