"""The calendar of a month or a week (CAL)."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reporting.calendar import off_days
from trainingops.dashboard.calendar import Period, days_of, entries_between
from trainingops.dashboard.calendar.periods import DAY
from trainingops.people.http import SignedInRequest
from trainingops.ui import navigation

#: How many entries a day shows in a month, and in a week; the others are counted.
_IN_MONTH, _IN_WEEK = 4, 40


def calendar(request: SignedInRequest) -> HttpResponse:
    """What lies on each day in sight: ``?month=2026-12`` or ``?week=2026-12-09``; ``&own=1`` the reader's own."""
    today = request.now.astimezone(timezone.get_current_timezone()).date()
    period = Period.read(month=request.GET.get("month", ""), week=request.GET.get("week", ""), today=today)
    may_open = partial(navigation.may_open, request.authority.role_names)
    may_choose = may_open("session_detail")
    own = may_choose and request.GET.get("own") == "1"
    entries = entries_between(request.user, period.first, period.until, may_open=may_open, own=own)
    days = days_of(
        period,
        entries,
        off_days(period.first, period.until - DAY),
        today=today,
        most=_IN_MONTH if period.by_month else _IN_WEEK,
    )

    def address(other: Period, *, own: bool = own) -> str:
        return "?" + urlencode({**other.query, **({"own": "1"} if own else {})})

    near = today if today in period.days else period.day
    context = {
        "period": period,
        "days": days,
        "is_empty": not entries,
        "earlier": address(period.earlier),
        "later": address(period.later),
        "present": address(Period.of_month(today) if period.by_month else Period.of_week(today)),
        "month": address(Period.of_month(near)),
        "week": address(Period.of_week(near)),
        "more": {
            each.day: address(Period.of_week(each.day)) if period.by_month else reverse("session_list")
            for each in days
            if each.more
        },
        "may_choose": may_choose,
        "own": own,
        "all_url": address(period, own=False),
        "own_url": address(period, own=True),
    }
    return render(request, "dashboard/calendar.html", context)
