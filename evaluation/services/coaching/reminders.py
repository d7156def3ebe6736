"""Reminders of follow-up dates: the day before, and once when one has passed (clause 6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from evaluation.enums import COACHING_UNDER_WAY
from evaluation.models import CoachingFollowUp
from evaluation.services.coaching.common import today_of
from trainingops.notifications.services import Told, notify_many
from trainingops.ui.stored import stored_day

#: A date is told of from the day before; one long past is not told of any more.
_LEAD, _STALE = timedelta(days=1), timedelta(days=30)


def remind_follow_ups(*, now: datetime) -> int:
    """Tell each coach of the dates that come and of those that passed without a note: each once, late or twice alike.

    The mails are written by ``finish_bulk``: one for each coach, however many dates.

    Returns:
        of how many dates that wait was told, now or before.
    """
    today = timezone.localdate(now)
    waiting = CoachingFollowUp.objects.filter(
        seen_at=None,
        form__state__in=COACHING_UNDER_WAY,
        # A day more on both sides: the sites' own days decide.
        due_on__range=(today - _STALE, today + 2 * _LEAD),
    ).select_related("form__site", "form__coach", "form__person")
    soon, over = [], []
    for each in waiting.order_by("due_on", "pk"):
        day = today_of(each.form, now)
        if each.due_on < day:
            over.append(each)
        elif each.due_on <= day + _LEAD:
            soon.append(each)
    notify_many(kind="coaching.reminder", told=[_told(each) for each in soon], now=now)
    notify_many(kind="coaching.overdue", told=[_told(each) for each in over], now=now)
    return len(soon) + len(over)


def _told(follow_up: CoachingFollowUp) -> Told:
    form = follow_up.form
    params = {"number": form.number, "name": form.person.name, "day": stored_day(follow_up.due_on)}
    url = reverse("coaching_detail", args=[form.uuid])
    return Told(form, [form.coach], url, params, step=follow_up.due_on.isoformat())
