"""Actions that fall due or are overdue: each told of once, everybody in one mail a sweep (5.4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from evaluation.enums import UNFINISHED
from evaluation.models import ImprovementAction, ReviewPolicy
from evaluation.periods import policies, policy_on
from reporting.queries import office_holders
from trainingops.audit.journal import record, service
from trainingops.notifications.services import Told, notify_many
from trainingops.people.enums import Role
from trainingops.people.models import User
from trainingops.ui.stored import stored_moment

#: No rule reminds earlier than this.
LONGEST_LEAD = timedelta(days=91)


@service
def tell_of_actions(*, now: datetime) -> int:
    """Remind owners before the due time, tell owner and manager after it; an action that opened again anew.

    The mails are written by ``finish_bulk``: one for each person, however many actions.

    Returns:
        of how many was told.
    """
    rows = ImprovementAction.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
    waiting = list(_waiting(rows, now).select_related("owner", "finding__review__site", "finding__review__line"))
    rules = policies()
    overdue = [each for each in waiting if each.due_at <= now]
    soon = [each for each in waiting if each.due_at > now and now >= each.due_at - _lead(each, rules, now)]
    for each in overdue:
        each.escalated_at = now
    for each in soon:
        each.reminded_at = now
    ImprovementAction.objects.bulk_update([*overdue, *soon], ["reminded_at", "escalated_at"])
    notify_many(kind="action.reminder", told=[_told(each, [each.owner]) for each in soon], now=now)
    above = {each.pk: [each.owner, *office_holders([Role.MANAGER], each.finding.review, now)] for each in overdue}
    notify_many(kind="action.overdue", told=[_told(each, above[each.pk]) for each in overdue], now=now)
    for each in [*overdue, *soon]:
        data = {"step": "overdue" if each.due_at <= now else "reminder", "due_at": each.due_at}
        record("action.told", subject=each, actor=None, now=now, data=data)
    return len(overdue) + len(soon)


def _waiting(rows: QuerySet[ImprovementAction], now: datetime) -> QuerySet[ImprovementAction]:
    """Unfinished, and one of the two steps may have come without being told."""
    late = Q(due_at__lte=now, escalated_at=None)
    near = Q(due_at__gt=now, due_at__lte=now + LONGEST_LEAD, reminded_at=None)
    return rows.filter(late | near, state__in=UNFINISHED).order_by("due_at", "pk")


def _lead(action: ImprovementAction, rules: list[ReviewPolicy], now: datetime) -> timedelta:
    rule = policy_on(timezone.localdate(now, action.finding.review.site.zone), rules)
    return timedelta(days=rule.action_reminder_days if rule else 0)


def _told(action: ImprovementAction, people: list[User]) -> Told:
    """The step names the due time: a due time that moved is told of again."""
    params = {
        "number": action.number,
        "text": action.text[:160],
        "owner": action.owner.name,
        "due": stored_moment(action.due_at, action.finding.review.site.zone),
    }
    url = reverse("action_detail", args=[action.uuid])
    return Told(action, people, url, params, step=f"{action.due_at:%Y-%m-%dT%H:%MZ}")
