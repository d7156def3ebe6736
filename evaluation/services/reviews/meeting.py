"""The review of manager and PICs: invitation, presence, held, closed (5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluation.enums import REVIEW_TRANSITIONS, Presence, ReviewState
from evaluation.models import Minutes, Review, ReviewParticipant
from evaluation.policies import can_lead_review, can_schedule_review, can_write_minutes
from evaluation.queries import unsettled_of
from evaluation.services.duties import meet_obligations
from evaluation.services.reviews.open import locked_review, require_open
from evaluation.services.reviews.trainings import invite, plans_of_period, take_up_reported
from planning.enums import PlanState
from planning.models import TrainingPlan
from planning.services import advance_plan
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require, require_transition
from trainingops.notifications.services import notify
from trainingops.people.models import ServiceLine, Site, User
from trainingops.records.numbers import next_number
from trainingops.ui.moments import day_words, moment_words

#: A review looks at a year at most (5.4.1).
LONGEST_PERIOD = timedelta(days=366)

#: How long after a meeting it may still be entered.
LATE_INVITATION = timedelta(days=7)

#: How long after the meeting the period may end: a week or month that is not quite over.
PERIOD_AHEAD = timedelta(days=7)


@service
def schedule_review(
    *,
    site: Site,
    line: ServiceLine,
    period_from: date,
    period_to: date,
    scheduled_at: datetime,
    secretary: User,
    actor: User,
    now: datetime,
) -> Review:
    """Invite to a review of the trainings whose sessions ended in the period; they go under review.

    The PICs of these trainings take part, present or excused; the manager leads.

    Raises:
        NotAllowed: the actor is not the manager of this site and line.
        Refused: the period is reversed, lies in the future, or overlaps another review's; or the secretary is the
            manager who will approve the minutes.
    """
    require(can_schedule_review(actor, site, line))
    _check_times(site, period_from, period_to, scheduled_at, now)
    _require_free_period(site, line, period_from, period_to)
    if secretary.pk == actor.pk:
        raise Refused(
            _("The secretary writes what the manager approves. Choose somebody else as secretary."), field="secretary"
        )
    review = Review.objects.create(
        number=next_number("TV", now.year),
        site=site,
        line=line,
        period_from=period_from,
        period_to=period_to,
        scheduled_at=scheduled_at,
        chair=actor,
        secretary=secretary,
        created_at=now,
    )
    Minutes.objects.create(review=review, written_by=secretary)
    plans = plans_of_period(review)
    review.plans.set(plans)
    for plan in plans:
        if plan.state == PlanState.REPORTED:
            advance_plan(plan=plan, to=PlanState.UNDER_REVIEW, actor=actor, now=now)
    pics = {plan.pic_id: plan.pic for plan in plans}
    invite(review, {actor.pk: actor, secretary.pk: secretary, **pics}, required=pics, now=now)
    record(
        "review.scheduled",
        subject=review,
        actor=actor,
        now=now,
        data={"number": review.number, "plans": [plan.uuid for plan in plans], "at": scheduled_at},
    )
    return review


def _check_times(site: Site, period_from: date, period_to: date, scheduled_at: datetime, now: datetime) -> None:
    """A period of a year at most, and a meeting that is neither before it nor more than a week ago."""
    said = {
        "start": day_words(period_from),
        "end": day_words(period_to),
        "at": moment_words(scheduled_at, site.zone),
    }
    if period_to < period_from:
        raise Refused(
            _("The period ends on %(end)s, before it begins on %(start)s. Choose a later end.") % said,
            field="period_to",
        )
    if period_to - period_from > LONGEST_PERIOD:
        raise Refused(
            _("From %(start)s to %(end)s is longer than a year. Choose a shorter period.") % said, field="period_to"
        )
    if period_from > now.astimezone(site.zone).date():
        raise Refused(
            _("The period begins on %(start)s, in the future. Choose a period that has begun.") % said,
            field="period_from",
        )
    meeting_day = scheduled_at.astimezone(site.zone).date()
    if meeting_day < period_from:
        raise Refused(
            _("%(at)s lies before the period begins on %(start)s. Choose when the review meets.") % said,
            field="scheduled_at",
        )
    if period_to > meeting_day + PERIOD_AHEAD:
        raise Refused(
            _("The period ends on %(end)s, more than a week after the meeting of %(at)s. Choose an earlier end.")
            % said,
            field="period_to",
        )
    if scheduled_at > now + LONGEST_PERIOD:
        raise Refused(_("%(at)s is more than a year ahead. Choose when the review meets.") % said, field="scheduled_at")
    if scheduled_at < now - LATE_INVITATION:
        raise Refused(_("%(at)s is more than a week ago. Choose when the review meets.") % said, field="scheduled_at")


def _require_free_period(site: Site, line: ServiceLine, period_from: date, period_to: date) -> None:
    """One review looks at a day of a line: the database refuses a second one too (``review_period_once``).

    Who schedules at the same moment waits for the lock of the line, and then sees the other.
    """
    ServiceLine.objects.select_for_update(no_key=True).get(pk=line.pk)
    others = Review.objects.filter(
        site=site, line=line, period_from__lte=period_to, period_to__gte=period_from
    ).exclude(state=ReviewState.CANCELLED)
    if other := others.order_by("period_from").first():
        raise Refused(
            _("Review %(number)s already looks at %(start)s to %(end)s. Choose a period outside it, or call it off.")
            % {
                "number": other.number,
                "start": day_words(other.period_from),
                "end": day_words(other.period_to),
            },
            field="period_from",
            code="period_taken",
        )


@service
def note_presence(*, review: Review, presence: Mapping[int, tuple[str, str]], actor: User, now: datetime) -> None:
    """Note who is present or excused, by key of the user: ``(presence, excuse)``.

    Raises:
        Refused: somebody is excused without a word, or the minutes are approved already.
    """
    review = locked_review(review)
    require(can_write_minutes(actor, review))
    require_open(review)
    participants = list(review.participants.select_related("user"))
    for participant in participants:
        participant.presence, participant.excuse = presence.get(
            participant.user_id, (participant.presence, participant.excuse)
        )
        if participant.presence == Presence.EXCUSED and not participant.excuse.strip():
            raise Refused(
                _("%(name)s is excused without a reason. Write it beside the name.") % {"name": participant.user.name},
                field=f"excuse_{participant.user_id}",
            )
    ReviewParticipant.objects.bulk_update(participants, ["presence", "excuse"])
    record(
        "review.presence_noted",
        subject=review,
        actor=actor,
        now=now,
        data={"present": sum(p.presence == Presence.PRESENT for p in participants)},
    )


@service
def hold_review(
    *, review: Review, actor: User, now: datetime, presence: Mapping[int, tuple[str, str]] | None = None
) -> Review:
    """Declare the meeting held: led by the manager, every PIC of the period present or excused (5.4).

    The trainings are derived again: one reported since the invitation joins, and its PIC must be there too.

    Args:
        presence: who came, as for :func:`note_presence`; noted with it or, where the meeting is refused, not at all.

    Raises:
        NotAllowed: the actor is no manager in scope.
        Refused: a PIC is neither present nor excused, the manager is not present, or the day has not come.
        WrongState: not scheduled.
    """
    require(can_lead_review(actor, review))
    take_up_reported(review=review, actor=actor, now=now)
    review = locked_review(review)
    require_transition(review, ReviewState.HELD, REVIEW_TRANSITIONS)
    _require_its_day(review, now)
    if presence is not None:
        note_presence(review=review, presence=presence, actor=actor, now=now)
    participants = list(review.participants.select_related("user"))
    waiting = [p for p in participants if p.is_required and p.presence == Presence.INVITED]
    if waiting:
        raise Refused(
            _("Neither present nor excused: %(names)s. Note it for each PIC.")
            % {"names": ", ".join(p.user.name for p in waiting)},
            field=f"presence_{waiting[0].user_id}",
        )
    if not any(p.user_id == actor.pk and p.presence == Presence.PRESENT for p in participants):
        raise Refused(_("A review needs its manager. Note yourself as present."), field=f"presence_{actor.pk}")
    review.state, review.held_at = ReviewState.HELD, now
    review.save(update_fields=["state", "held_at"])
    meet_obligations(review=review, now=now)
    record("review.held", subject=review, actor=actor, now=now)
    return review


def _require_its_day(review: Review, now: datetime) -> None:
    """A meeting may begin earlier than planned, but not before its day at the site."""
    zone = review.site.zone
    if now.astimezone(zone).date() < review.scheduled_at.astimezone(zone).date():
        raise Refused(
            _(
                "The meeting is on %(at)s. Declare it held on that day; if it met earlier, call this review off and "
                "schedule it for when it met."
            )
            % {"at": moment_words(review.scheduled_at, zone)},
            code="not_its_day",
        )


@service
def cancel_review(*, review: Review, actor: User, now: datetime) -> Review:
    """Call a review off before it was held: its period is free for another, which takes its trainings up.

    Raises:
        NotAllowed: no manager in scope.
        WrongState: it was held, or called off already.
    """
    review = locked_review(review)
    require(can_lead_review(actor, review))
    require_transition(review, ReviewState.CANCELLED, REVIEW_TRANSITIONS)
    review.state = ReviewState.CANCELLED
    review.save(update_fields=["state"])
    notify(
        kind="review.cancelled",
        recipients=[participant.user for participant in review.participants.select_related("user")],
        subject=review,
        url=reverse("review_detail", args=[review.uuid]),
        params={"number": review.number, "line": review.line.name, "site": review.site.name},
        now=now,
    )
    record("review.cancelled", subject=review, actor=actor, now=now)
    return review


@service
def close_review(*, review: Review, actor: User, now: datetime) -> Review:
    """Close the review and the trainings in it that wait for nobody any more (DESIGN.md §4).

    A training with a target outstanding or an open case, remedial ones too, stays under review and closes with the
    last of them (:func:`close_settled_plan`).

    Raises:
        NotAllowed: no manager in scope.
        WrongState: the minutes are not approved.
    """
    review = locked_review(review)
    require(can_lead_review(actor, review))
    require_transition(review, ReviewState.CLOSED, REVIEW_TRANSITIONS)
    review.state, review.closed_at = ReviewState.CLOSED, now
    review.save(update_fields=["state", "closed_at"])
    plans = list(review.plans.filter(state=PlanState.UNDER_REVIEW).order_by("pk"))
    waiting = {plan.pk for plan, _people in unsettled_of(plans)}
    closing = [plan for plan in plans if plan.pk not in waiting]
    for plan in closing:
        advance_plan(plan=plan, to=PlanState.CLOSED, actor=actor, now=now)
    data = {
        "plans": [plan.uuid for plan in closing],
        "waiting": [plan.uuid for plan in plans if plan.pk in waiting],
    }
    record("review.closed", subject=review, actor=actor, now=now, data=data)
    return review


@service
def close_settled_plan(*, plan: TrainingPlan, actor: User | None, now: datetime) -> bool:
    """The last case of a training whose review is closed was settled: the training closes too. Whether it did."""
    if plan.state != PlanState.UNDER_REVIEW or unsettled_of([plan]):
        return False
    states = set(plan.reviews.exclude(state=ReviewState.CANCELLED).values_list("state", flat=True))
    if states != {ReviewState.CLOSED}:
        return False
    advance_plan(plan=plan, to=PlanState.CLOSED, actor=actor, now=now)
    return True
