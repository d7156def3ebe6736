"""Improvement actions: decide, begin, finish, check (4.4, 5.4)."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from evaluation import services
from evaluation.enums import ActionState, ReviewState, TrainingDefectKind
from evaluation.forms import ActionForm, CheckForm, FinishForm
from evaluation.frequency import Span
from evaluation.indicator import RESULTS, actions_due
from evaluation.models import Finding, ImprovementAction, Review
from evaluation.policies import can_carry_out, can_check_effect, can_write_minutes
from evaluation.recount import Recount, recount
from evaluation.tables import ACTION_STATES, ActionTable
from evaluation.views.withdrawing import withdraw_page
from planning.views.indicator import IndicatorForm
from trainingops.domain import Refused, require
from trainingops.people.http import SignedInRequest
from trainingops.ui.days_off import warn_of_days_off
from trainingops.ui.moments import day_words
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page


def action_list(request: SignedInRequest) -> HttpResponse:
    """Actions by due time, filtered by state, with counts; of those behind indicator 4.4 where the address asks."""
    visible, behind = _behind_indicator(request)
    counts = dict(visible.order_by().values_list("state").annotate(number=Count("pk", distinct=True)))
    state = request.GET.get("state", "")
    chosen = visible.filter(state=state) if state in ActionState.values else visible
    table = ActionTable(chosen.select_related("owner", "finding__review__site"))
    states = [(value, label, counts.get(value, 0)) for value, label in ActionState.choices]
    context = {"table": configure(request, table), "states": states, "state": state, "total": sum(counts.values())}
    context["behind"] = behind
    return list_page(request, "evaluation/action_list.html", context, file="tindakan")


def _behind_indicator(request: SignedInRequest) -> tuple[QuerySet[ImprovementAction], str]:
    """All in sight; or those that were due in a period with one result, and that in words."""
    words = {
        "due": _("due"),
        "on_time": _("closed on time"),
        "closed": _("done"),
        "effective": _("verified effective"),
    }
    form = IndicatorForm(request.GET)
    result = request.GET.get("result", "")
    if result not in words or not form.is_valid():
        return ImprovementAction.objects.visible_to(request.user), ""
    given = form.cleaned_data
    span = Span(given["since"], given["until"])
    places = {name: given[name] for name in ("line", "site") if given[name]}
    due = actions_due(request.user, span, places, request.now)
    said = {"result": words[result], "start": day_words(span.since), "end": day_words(span.until)}
    return due.filter(RESULTS.get(result, Q())), _("Due from %(start)s to %(end)s: %(result)s.") % said


def action_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Decide an action about a finding (``uuid``)."""
    findings = Finding.objects.filter(review__in=Review.objects.visible_to(request.user))
    standing = findings.filter(withdrawn_at=None).select_related("review__site", "review__line")
    finding = get_object_or_404(standing, uuid=uuid)
    require(can_write_minutes(request.user, finding.review))
    form = ActionForm(request.POST or None, finding=finding)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_action(finding=finding, **form.cleaned_data, actor=request.user, now=request.now)
            warn_of_days_off(request, form)
            return redirect("review_detail", uuid=finding.review.uuid)
        except Refused as refused:
            form.add_refusal(refused)
    return render(request, "evaluation/action_form.html", {"form": form, "finding": finding})


def _visible(request: SignedInRequest, uuid: UUID) -> ImprovementAction:
    actions = ImprovementAction.objects.visible_to(request.user).select_related(
        "owner", "finding__review__site", "finding__review__line"
    )
    return get_object_or_404(actions, uuid=uuid)


def action_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One action with its checks and the next step."""
    action = _visible(request, uuid)
    context = {
        "action": action,
        "status": ACTION_STATES[action.state],
        "defects": action.training_defects.select_related("training_session", "plan", "absence_reason"),
        "has_defects": action.finding.training_defects.exists(),
        "checks": action.checks.select_related("checked_by"),
        "opens_review": Review.objects.visible_to(request.user).filter(pk=action.finding.review_id).exists(),
        "may_start": can_carry_out(request.user, action) and action.state == ActionState.OPEN,
        "may_finish": can_carry_out(request.user, action) and action.is_unfinished,
        "may_withdraw": can_write_minutes(request.user, action.finding.review)
        and action.finding.review.state == ReviewState.HELD
        and action.is_unfinished,
        "may_check": can_check_effect(request.user, action) and action.state == ActionState.DONE,
    }
    return render(request, "evaluation/action_detail.html", context)


def action_start(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The owner begins."""
    services.start_action(action=_visible(request, uuid), actor=request.user, now=request.now)
    return redirect("action_detail", uuid=uuid)


def action_finish(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The owner names what shows that it is done."""
    action = _visible(request, uuid)
    form = FinishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.finish_action(action=action, **form.cleaned_data, actor=request.user, now=request.now)
            return redirect("action_detail", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    context = {"form": form, "action": action, "step": _("It is done")}
    return render(request, "evaluation/action_step.html", context)


def action_withdraw(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take back what was decided by mistake, with a reason, until the minutes are approved."""
    action = _visible(request, uuid)
    review = action.finding.review
    require(can_write_minutes(request.user, review))
    return withdraw_page(
        request,
        review,
        lambda reason: services.withdraw_action(action=action, reason=reason, actor=request.user, now=request.now),
        title=_("Withdraw the action"),
        what=f"{action.number}: {action.text}",
        said=_("The action is withdrawn. Its owner is told."),
    )


def action_check(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Somebody else judges the effect."""
    action = _visible(request, uuid)
    form = CheckForm(request.POST or None, review=action.finding.review)
    if request.method == "POST" and form.is_valid():
        try:
            services.check_action(action=action, **form.cleaned_data, actor=request.user, now=request.now)
            return redirect("action_detail", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    context = {
        "form": form,
        "action": action,
        "step": _("Check the effect"),
        "recount": _with_labels(recount(action, request.now)),
    }
    return render(request, "evaluation/action_step.html", context)


def _with_labels(counted: Recount) -> tuple[Recount, str] | None:
    """The count and the kinds in words; none where no training defect is to vanish."""
    kinds = ", ".join(str(TrainingDefectKind(kind).label) for kind in counted.kinds)
    return (counted, kinds) if kinds else None
