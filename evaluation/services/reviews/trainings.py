"""The trainings that a review looks at, and the PICs who take part with them (5.4)."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from evaluation.enums import ReviewState
from evaluation.models import Review, ReviewParticipant
from evaluation.services.reviews.open import locked_review
from planning.enums import PlanState
from planning.models import TrainingPlan
from planning.services import advance_plan
from trainingops.audit.journal import record, service
from trainingops.notifications.services import notify
from trainingops.people.models import User


def plans_of_period(review: Review) -> list[TrainingPlan]:
    """Trainings of the line and site with a session that ended in the period, reported or already under review."""
    zone = review.site.zone
    start = datetime.combine(review.period_from, datetime.min.time(), tzinfo=zone)
    end = datetime.combine(review.period_to, datetime.max.time(), tzinfo=zone)
    held = Q(training_sessions__ends_at__range=(start, end))
    return list(
        TrainingPlan.objects.filter(
            held, site=review.site, line=review.line, state__in=[PlanState.REPORTED, PlanState.UNDER_REVIEW]
        )
        .select_related("pic")
        .distinct()
        .order_by("pk")
    )


def invite(review: Review, people: Mapping[int, User], *, required: Container[int], now: datetime) -> None:
    """Ask people to take part; those whose key is in ``required``, the PICs, must be present or excused."""
    ReviewParticipant.objects.bulk_create(
        ReviewParticipant(review=review, user=user, is_required=key in required) for key, user in people.items()
    )
    notify(
        kind="review.scheduled",
        recipients=people.values(),
        subject=review,
        url=reverse("review_detail", args=[review.uuid]),
        params={"number": review.number, "line": review.line.name, "site": review.site.name},
        now=now,
    )


@service
def take_up_plan(*, plan: TrainingPlan, actor: User | None, now: datetime) -> None:
    """A training was reported: the scheduled reviews of its line look whether it belongs to their period."""
    waiting = Review.objects.filter(site=plan.site_id, line=plan.line_id, state=ReviewState.SCHEDULED)
    for review in waiting.select_related("site", "line").order_by("pk"):
        take_up_reported(review=review, actor=actor, now=now)


@service
def take_up_reported(*, review: Review, actor: User | None, now: datetime) -> list[TrainingPlan]:
    """Take what was reported since the invitation into a scheduled review; its PICs are invited and required.

    Returns:
        the trainings that are new; nothing once the review was held.
    """
    # Plans before the review, as everywhere: who reports a plan has locked it already.
    plans = plans_of_period(review)
    list(TrainingPlan.objects.select_for_update(no_key=True).filter(pk__in=[plan.pk for plan in plans]).order_by("pk"))
    review = locked_review(review)
    if review.state != ReviewState.SCHEDULED:
        return []
    for plan in plans:
        if plan.state == PlanState.REPORTED:
            advance_plan(plan=plan, to=PlanState.UNDER_REVIEW, actor=actor, now=now)
    known = set(review.plans.values_list("pk", flat=True))
    late = [plan for plan in plans if plan.pk not in known]
    if late:
        review.plans.add(*late)
        review.late_plans.add(*late)
        _require_pics(review, late, now)
        data = {"plans": [plan.uuid for plan in late]}
        record("review.trainings_joined", subject=review, actor=actor, now=now, data=data)
    return late


def _require_pics(review: Review, plans: list[TrainingPlan], now: datetime) -> None:
    """The PICs of these trainings take part: also one who was invited as something else."""
    pics = {plan.pic_id: plan.pic for plan in plans}
    here = review.participants.filter(user__in=pics)
    invited = set(here.values_list("user", flat=True))
    here.update(is_required=True)
    new = {key: user for key, user in pics.items() if key not in invited}
    if new:
        invite(review, new, required=new, now=now)
