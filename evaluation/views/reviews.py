"""Reviews: invite, hold, write, approve, close (5.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from evaluation import services
from evaluation.agenda import defect_trends, figures_by_aspect
from evaluation.effect_words import study_mark
from evaluation.enums import ReviewState
from evaluation.forms import FindingForm, MinutesForm, PresenceForm, ReviewForm
from evaluation.models import Finding, Review, TrainingDefect
from evaluation.models.improvement import ReviewQuerySet
from evaluation.policies import COACHES, can_approve_minutes, can_lead_review, can_write_minutes
from evaluation.queries import (
    Unsettled,
    by_aspect,
    effects_in,
    findings_of,
    plans_in,
    unsettled_of,
    with_effects,
    with_plans,
    written_in,
)
from evaluation.tables import REVIEW_STATES, ReviewTable
from evaluation.views.withdrawing import withdraw_page
from planning.enums import PlanState
from planning.models import TrainingPlan
from trainingops.audit.journal import digest
from trainingops.domain import Refused, StaleVersion, WrongState, require
from trainingops.people.http import SignedInRequest
from trainingops.people.sign_in import authenticated_at, fresh_log_in_required
from trainingops.ui.days_off import warn_of_days_off
from trainingops.ui.navigation import may_open
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page


def review_list(request: SignedInRequest) -> HttpResponse:
    """Reviews that I lead, take part in, or may audit."""
    reviews = Review.objects.visible_to(request.user).select_related("line", "site")
    return list_page(
        request, "evaluation/review_list.html", {"table": configure(request, ReviewTable(reviews))}, file="review"
    )


def review_new(request: SignedInRequest) -> HttpResponse:
    """Invite the PICs of a period; the board of what is owed fills in which."""
    asked = {name: request.GET[name] for name in ("site", "line", "period_from", "period_to") if name in request.GET}
    form = ReviewForm(request.POST or None, user=request.user, initial=asked)
    if request.method == "POST" and form.is_valid():
        try:
            review = services.schedule_review(**form.cleaned_data, actor=request.user, now=request.now)
            warn_of_days_off(request, form)
            return redirect("review_detail", uuid=review.uuid)
        except Refused as refused:
            form.add_refusal(refused)
    return render(request, "evaluation/review_form.html", {"form": form})


def _visible(request: SignedInRequest, uuid: UUID) -> Review:
    return get_object_or_404(_in_sight(request), uuid=uuid)


def _in_sight(request: SignedInRequest) -> ReviewQuerySet:
    reviews = Review.objects.visible_to(request.user)
    return reviews.select_related("site", "line", "chair", "secretary", "minutes__approved_by")


def _defects(review: Review) -> Any:
    """The training defects of the trainings under review, most frequent kinds first read."""
    return (
        TrainingDefect.objects.filter(plan__in=review.plans.all())
        .select_related("training_session", "plan", "absence_reason")
        .order_by("kind", "-occurred_at")
    )


def _unsettled(review: Review, plans: Iterable[TrainingPlan]) -> list[tuple[TrainingPlan, list[Unsettled]]]:
    """The trainings that do not close with the review, once that is the next question."""
    if review.state not in (ReviewState.APPROVED, ReviewState.CLOSED):
        return []
    return unsettled_of(plan for plan in plans if plan.state == PlanState.UNDER_REVIEW)


def review_detail(request: SignedInRequest, uuid: UUID, presence_form: PresenceForm | None = None) -> HttpResponse:
    """The agenda on one page: training defects first, who takes part, minutes, findings by aspect, actions."""
    review = get_object_or_404(with_effects(with_plans(_in_sight(request)), request.user), uuid=uuid)
    findings, plans = list(findings_of(review)), plans_in(review)
    is_open = review.state in (ReviewState.SCHEDULED, ReviewState.HELD)
    may_write = can_write_minutes(request.user, review)
    context = {
        "review": review,
        "status": REVIEW_STATES[review.state],
        "plans": plans,
        "defects": _defects(review)[:100],
        "trend": defect_trends(review),
        "opens_register": may_open(request.authority.role_names, "training_defect_list"),
        "figures": figures_by_aspect(review),
        "effects": [(study, *study_mark(study)) for study in effects_in(review)],
        "aspects": by_aspect(findings),
        "unsettled": _unsettled(review, plans),
        "presence_form": presence_form or PresenceForm(review=review),
        "may_write": may_write and is_open,
        "may_add": may_write and review.state == ReviewState.HELD,
        "may_coach": request.user.authority.has(*COACHES),
        "may_lead": can_lead_review(request.user, review),
        "may_approve": can_approve_minutes(request.user, review) and review.state == ReviewState.HELD,
        "missing": services.missing_before_approval(review, findings) if review.state == ReviewState.HELD else [],
    }
    return render(request, "evaluation/review_detail.html", context)


def review_presence(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Save who is present or excused; "hold" in the form also declares the meeting held."""
    review = _visible(request, uuid)
    if "hold" in request.POST:
        # By itself, so that a PIC who joins stands on the page also where holding is refused.
        services.take_up_reported(review=review, actor=request.user, now=request.now)
    form = PresenceForm(request.POST, review=review, is_held="hold" in request.POST)
    if form.is_valid():
        try:
            act = services.hold_review if "hold" in request.POST else services.note_presence
            act(review=review, presence=form.presence(), actor=request.user, now=request.now)
            return redirect("review_detail", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    return review_detail(request, uuid, presence_form=form)


def review_minutes(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Write the minutes; a clash with somebody else's text keeps what was typed."""
    review = _visible(request, uuid)
    minutes = review.minutes
    form = MinutesForm(request.POST or None, initial={"text": minutes.text, "version": minutes.version})
    if request.method == "POST" and form.is_valid():
        try:
            services.save_minutes(review=review, **form.cleaned_data, actor=request.user, now=request.now)
            messages.success(request, _("The minutes are saved."))
            return redirect("review_detail", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    return render(request, "evaluation/minutes_form.html", {"form": form, "review": review})


def finding_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Answer one aspect."""
    review = _visible(request, uuid)
    require(can_write_minutes(request.user, review))
    form = FindingForm(
        request.POST or None, defects=_defects(review), initial={"aspect": request.GET.get("aspect", "")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.add_finding(review=review, **form.cleaned_data, actor=request.user, now=request.now)
            return redirect("review_detail", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    context = {"form": form, "review": review, "title": _("Answer an aspect")}
    return render(request, "evaluation/finding_form.html", context)


def _standing_finding(request: SignedInRequest, uuid: UUID) -> Finding:
    """A finding that stands, of a review that the reader writes."""
    findings = Finding.objects.filter(review__in=Review.objects.visible_to(request.user), withdrawn_at=None)
    finding = get_object_or_404(findings.select_related("review__site", "review__line"), uuid=uuid)
    require(can_write_minutes(request.user, finding.review))
    return finding


def finding_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Answer otherwise (``uuid`` of the finding), until the minutes are approved."""
    finding = _standing_finding(request, uuid)
    shown = {name: getattr(finding, name) for name in ("aspect", "nothing_found", "text", "no_action_reason")}
    shown["training_defects"] = finding.training_defects.all()
    form = FindingForm(request.POST or None, defects=_defects(finding.review), initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_finding(finding=finding, **form.cleaned_data, actor=request.user, now=request.now)
            messages.success(request, _("The finding is changed."))
            return redirect("review_detail", uuid=finding.review.uuid)
        except Refused as refused:
            form.add_refusal(refused)
    context = {"form": form, "review": finding.review, "title": _("Change the finding")}
    return render(request, "evaluation/finding_form.html", context)


def finding_withdraw(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take an answer back (``uuid`` of the finding), with a reason."""
    finding = _standing_finding(request, uuid)
    what = _("Nothing found") if finding.nothing_found else finding.text
    return withdraw_page(
        request,
        finding.review,
        lambda reason: services.withdraw_finding(finding=finding, reason=reason, actor=request.user, now=request.now),
        title=_("Withdraw the finding"),
        what=f"{finding.get_aspect_display()}: {what}",
        said=_("The finding is withdrawn. Its aspect can be answered again."),
    )


@fresh_log_in_required
def review_approve(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Read the minutes once more and approve them with a fresh log-in."""
    review = _visible(request, uuid)
    written = written_in(review)
    content_hash = digest(services.minutes_content(review, written=written)).hex()
    errors: list[str] = []
    status = 200
    if request.method == "POST":
        try:
            services.sign_and_approve_minutes(
                review=review,
                content_hash=request.POST.get("content_hash", ""),
                authenticated_at=authenticated_at(request),
                actor=request.user,
                now=request.now,
            )
            messages.success(request, _("The minutes are approved. The record is being made."))
            return redirect("review_detail", uuid=uuid)
        except (StaleVersion, WrongState) as moved:
            errors, status = [str(moved)], 409
        except Refused as refused:
            errors = [str(refused)]
    context = {
        "review": review,
        "plans": written.plans,
        "participants": written.participants,
        "aspects": by_aspect(written.findings),
        "content_hash": content_hash,
        "missing": services.missing_before_approval(review, written.findings)
        if review.state == ReviewState.HELD
        else [],
        "errors": errors,
    }
    return render(request, "evaluation/review_approve.html", context, status=status)


def review_close(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Close the review and the trainings whose targets are settled."""
    review = services.close_review(review=_visible(request, uuid), actor=request.user, now=request.now)
    if waiting := _unsettled(review, review.plans.order_by("number")):
        numbers = ", ".join(plan.number for plan, _people in waiting)
        messages.warning(
            request,
            _("The review is closed. Not closed, because somebody is waiting there: %(numbers)s.")
            % {"numbers": numbers},
        )
    return redirect("review_detail", uuid=uuid)


def review_cancel(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Call the review off: those invited are told, and its period is free again."""
    services.cancel_review(review=_visible(request, uuid), actor=request.user, now=request.now)
    messages.success(request, _("The review is called off. Its period can be reviewed by another."))
    return redirect("review_detail", uuid=uuid)
