"""The calendar of a month or a week (CAL)."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from reporting.calendar import off_days
from trainingops.dashboard.calendar import Period, days_of, entries_between
from trainingops.dashboard.calendar.feed import AHEAD, BACK, feed_of
from trainingops.dashboard.calendar.periods import DAY
from trainingops.people.http import SignedInRequest
from trainingops.people.models import CalendarFeed
from trainingops.people.services.feeds import close_calendar_feed, open_calendar_feed, owner_of_feed
from trainingops.ui import navigation

#: How many entries a day shows in a month, and in a week or an agenda; the others are counted.
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
        most_in_agenda=_IN_WEEK,
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


def calendar_feed(request: SignedInRequest) -> HttpResponse:
    """The address for the reader's own calendar application: open a new one, or let it be dead (CAL-3)."""
    address = ""
    if request.method == "POST":
        if request.POST.get("to") == "close":
            close_calendar_feed(user=request.user, now=request.now)
            messages.success(request, _("The address is dead. Your calendar application gets nothing more."))
            return redirect("calendar_feed")
        token = open_calendar_feed(user=request.user, now=request.now)
        address = urljoin(settings.BASE_URL, reverse("calendar_file", args=[token]))
    feed = CalendarFeed.objects.filter(user=request.user).first()
    return render(request, "dashboard/calendar_feed.html", {"feed": feed, "address": address})


def calendar_file(_request: HttpRequest, token: str) -> HttpResponse:
    """What the owner of the address has to do, for a calendar application; a dead address is not found."""
    user = owner_of_feed(token)
    if user is None:
        raise Http404
    now = timezone.now()
    today = now.astimezone(user.zone).date()
    with translation.override(user.language):
        entries = entries_between(
            user,
            today - BACK,
            today + AHEAD,
            may_open=partial(navigation.may_open, user.authority.role_names),
            own=True,
        )
        file = feed_of(entries, at=now)
    return HttpResponse(file, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private"})
