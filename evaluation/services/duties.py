"""The duty to review: owed for each line and period, met by a review, told of like a missing report (5.4)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import DateField, DateTimeField, F, Func, Q
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.enums import MOST_DAYS
from evaluation.models import Review, ReviewObligation, ReviewPolicy
from evaluation.periods import Period, period_of, policies
from reporting.policies import can_edit_rules
from reporting.queries import office_holders
from sessions.enums import HELD
from sessions.models import TrainingSession
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.notifications.services import Told, notify_many
from trainingops.people.enums import Role
from trainingops.people.models import ServiceLine, Site, User
from trainingops.ui.moments import day_words
from trainingops.ui.stored import stored_day, stored_moment

#: The sweep looks for trainings of this long ago: the longest period, and the one before it.
LOOK_BACK = timedelta(days=2 * 366)
#: What a rule may say.
MONTHS = (1, 2, 3, 4, 6, 12)


def watch_reviews(*, now: datetime) -> None:
    """What the clock does: periods with trainings come to be owed, and who leads reviews is reminded."""
    owe_reviews(now=now)
    tell_of_reviews(now=now)


@service
def owe_reviews(*, now: datetime) -> int:
    """Note, for each line of a site with a training in the current period or the one before, that a review is owed.

    Returns:
        how many are new.
    """
    rules, sites, lines = policies(), Site.objects.in_bulk(), ServiceLine.objects.in_bulk()
    known = set(ReviewObligation.objects.values_list("site", "line", "period_from"))
    wanted = [
        ReviewObligation(
            site=sites[site],
            line=lines[line],
            period_from=period.since,
            period_to=period.until,
            policy=period.policy,
            due_at=period.due_at(sites[site].zone),
            created_at=now,
        )
        for site, line, period in _periods_with_trainings(rules, sites, now)
        if (site, line, period.since) not in known
    ]
    new = ReviewObligation.objects.bulk_create(wanted, ignore_conflicts=True)
    for each in new:
        data = {"period": [each.period_from, each.period_to], "due_at": each.due_at}
        record("review_obligation.made", subject=each, actor=None, now=now, data=data)
    if new:
        meet_obligations(now=now)
    return len(new)


def _periods_with_trainings(
    rules: list[ReviewPolicy], sites: dict[int, Site], now: datetime
) -> list[tuple[int, int, Period]]:
    """Site, line and period of the classes that were held, by the day on which they ended there.

    The current period and the one before it; what lies further back was over before anybody could be told.
    """
    ended = Func(F("site__timezone"), F("ends_at"), function="timezone", output_field=DateTimeField())
    rows = (
        TrainingSession.objects.filter(state__in=HELD, ends_at__range=(now - LOOK_BACK, now))
        .annotate(day=Cast(ended, DateField()))
        .order_by()
        .values_list("site", "line", "day")
        .distinct()
    )
    found: dict[tuple[int, int, date], Period] = {}
    for site, line, day in rows:
        period = period_of(day, rules)
        current = period_of(timezone.localdate(now, sites[site].zone), rules)
        if period and current and period.until >= current.since - timedelta(days=1):
            found[site, line, period.since] = period
    return [(site, line, period) for (site, line, _since), period in found.items()]


@service
def meet_obligations(*, now: datetime, review: Review | None = None) -> int:
    """Note which reviews that were held meet what is owed: those whose period ends in it, or holds all of it.

    Args:
        review: the one just held; all when missing.
    """
    open_now = ReviewObligation.objects.select_for_update(no_key=True).filter(review=None).order_by("pk")
    if review is not None:
        open_now = open_now.filter(site=review.site_id, line=review.line_id)
    met = []
    for each in open_now:
        held = Review.objects.filter(_meets(each), held_at__isnull=False).order_by("held_at", "pk").first()
        if held is not None:
            each.review, each.held_at = held, held.held_at
            met.append(each)
            data = {"review": held.uuid, "in_time": each.is_in_time}
            record("review_obligation.met", subject=each, actor=None, now=now, data=data)
    ReviewObligation.objects.bulk_update(met, ["review", "held_at"])
    return len(met)


def _meets(owed: ReviewObligation) -> Q:
    ends_in_it = Q(period_to__range=(owed.period_from, owed.period_to))
    holds_it = Q(period_from__lte=owed.period_from, period_to__gte=owed.period_to)
    return Q(site=owed.site_id, line=owed.line_id) & (ends_in_it | holds_it)


# --- Reminders and escalation ------------------------------------------------------------------------------


def _steps(owed: ReviewObligation) -> list[tuple[datetime, str, str, tuple[str, ...]]]:
    """When who is told: the moment, the field that keeps it, the kind of the notice, the offices."""
    rule, due_at = owed.policy, owed.due_at
    above = (Role.MANAGER, Role.QC, Role.OPERATIONS)
    return [
        (due_at - timedelta(days=rule.reminder_days), "reminded_at", "review.reminder", (Role.MANAGER,)),
        (due_at, "overdue_told_at", "review.overdue", (Role.MANAGER,)),
        (due_at + timedelta(days=rule.escalation_days), "escalated_at", "review.escalated", above),
    ]


@service
def tell_of_reviews(*, now: datetime) -> int:
    """Tell of each review that is owed at the times of its rule, each step once; of several that passed the last.

    Everybody gets one mail a sweep, however many lines it is about (``finish_bulk``).

    Returns:
        of how many was told.
    """
    waiting = ReviewObligation.objects.select_for_update(no_key=True, skip_locked=True, of=("self",)).filter(
        review=None
    )
    told: dict[str, list[Told]] = {}
    changed = []
    for owed in waiting.order_by("due_at", "pk"):
        reached = [each for each in _steps(owed) if each[0] <= now]
        if not reached or getattr(owed, reached[-1][1]) is not None:
            continue
        _at, field, kind, offices = reached[-1]
        setattr(owed, field, now)
        changed.append(owed)
        people = office_holders(offices, owed, now)
        told.setdefault(kind, []).append(Told(owed, people, reverse("review_due_list"), _words(owed), step=field))
        record("review_obligation.told", subject=owed, actor=None, now=now, data={"step": field})
    ReviewObligation.objects.bulk_update(changed, ["reminded_at", "overdue_told_at", "escalated_at"])
    for kind, each_told in told.items():
        notify_many(kind=kind, told=each_told, now=now)
    return len(changed)


def _words(owed: ReviewObligation) -> dict[str, Any]:
    return {
        "line": owed.line.name,
        "site": owed.site.name,
        "start": stored_day(owed.period_from),
        "end": stored_day(owed.period_to),
        "due": stored_moment(owed.last_minute, owed.site.zone),
    }


# --- The rule ----------------------------------------------------------------------------------------------


@service
def add_review_policy(
    *,
    effective_on: date,
    months: int,
    due_days: int,
    reminder_days: int,
    escalation_days: int,
    action_reminder_days: int,
    check_days: int,
    actor: User,
    now: datetime,
) -> ReviewPolicy:
    """Owe reviews by another rule from a day on; periods that are owed already keep theirs.

    Raises:
        NotAllowed: neither administrator nor manager of the whole house.
        Refused: the day is over, a rule begins then already, or a number of days is out of range.
    """
    require(can_edit_rules(actor, None))
    if effective_on < now.astimezone(actor.zone).date():
        raise Refused(
            _("%(day)s is over; the rule of then counted what was due. Choose today or later.")
            % {"day": day_words(effective_on)},
            field="effective_on",
        )
    if ReviewPolicy.objects.filter(effective_on=effective_on, removed_at=None).exists():
        raise Refused(
            _("A rule begins on %(day)s already. Remove it first, or choose another day.")
            % {"day": day_words(effective_on)},
            field="effective_on",
        )
    rule = {
        "months": months,
        "due_days": due_days,
        "reminder_days": reminder_days,
        "escalation_days": escalation_days,
        "action_reminder_days": action_reminder_days,
        "check_days": check_days,
    }
    _require_sensible(rule)
    policy = ReviewPolicy.objects.create(effective_on=effective_on, **rule)
    record("review_policy.added", subject=policy, actor=actor, now=now, data={"effective_on": effective_on, **rule})
    return policy


def _require_sensible(rule: dict[str, int]) -> None:
    if rule["months"] not in MONTHS:
        raise Refused(
            _("%(months)d months do not divide the year. Choose 1, 2, 3, 4, 6 or 12.") % {"months": rule["months"]},
            field="months",
        )
    for field, days in rule.items():
        if field != "months" and not 1 <= days <= MOST_DAYS:
            raise Refused(_("%(days)d days: write 1 to %(most)d.") % {"days": days, "most": MOST_DAYS}, field=field)


@service
def remove_review_policy(*, policy: ReviewPolicy, actor: User, now: datetime) -> None:
    """Take a rule out of force that has not begun.

    Raises:
        NotAllowed: neither administrator nor manager of the whole house.
        WrongState: removed already.
        Refused: it has begun: what was owed by it stays explained.
    """
    policy = ReviewPolicy.objects.select_for_update(no_key=True).get(pk=policy.pk)
    require(can_edit_rules(actor, None))
    if policy.removed_at is not None:
        raise WrongState(_("This rule was removed already. Reload the page."))
    if policy.effective_on <= now.astimezone(actor.zone).date():
        raise Refused(
            _("The rule in force from %(day)s has begun and stays. Add the rule that holds instead.")
            % {"day": day_words(policy.effective_on)}
        )
    policy.removed_at = now
    policy.save(update_fields=["removed_at"])
    record("review_policy.removed", subject=policy, actor=actor, now=now, data={"effective_on": policy.effective_on})
