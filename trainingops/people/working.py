"""When somebody works: by their roster where there is one, else by the hours of their site (NTF-3, DLN-3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from trainingops.people.days_off import days_off, is_working_day
from trainingops.people.models import PersonAssignment, RosterDay, User
from trainingops.people.queries import CLOSING, OPENING, assignment_on, present_assignments
from trainingops.people.shifts import span

#: From when to when somebody works.
Span = tuple[datetime, datetime]
#: How many days ahead a shift is looked for; about who is away for longer one asks again then.
_AHEAD = 14


def is_working(user: User, now: datetime, *, every_day: bool = False) -> bool:
    """Whether a reminder may reach ``user`` now: :func:`working_days` of one. At most four queries."""
    works = working_days([user], now, every_day=every_day).get(user.pk)
    return works is not None and works[1][0] <= now < works[1][1]


def working_from(user: User, now: datetime) -> datetime:
    """When ``user`` may be written to: ``now`` in their working hours, else when these begin. At most seven queries."""
    if is_working(user, now):
        return now
    today = timezone.localdate(now, user.zone)
    days = [today + timedelta(days=ahead) for ahead in range(_AHEAD)]
    shifts: dict[date, datetime | None] = {}
    opens_at, zone, site = time(OPENING), user.zone, None
    if user.person_id is not None:
        rostered = RosterDay.objects.filter(person=user.person_id, day__range=(days[0], days[-1]))
        shifts = dict(rostered.values_list("day", "starts_at"))
        if place := assignment_on(user.person_id, today):
            opens_at, zone, site = place.site.opens_at, place.site.zone, place.site
    off = days_off(site, days[0], days[-1] + timedelta(days=1))
    for day in days:
        if day not in shifts and is_working_day(day, off):
            shifts[day] = datetime.combine(day, opens_at, zone)
    begins = (shifts.get(day) for day in days)
    return next((moment for moment in begins if moment and moment > now), now + timedelta(days=_AHEAD))


def working_days(users: Iterable[User], now: datetime, *, every_day: bool = False) -> dict[int, tuple[date, Span]]:
    """Of each user who works today, by key: the day and when they work on it. Three queries, and one for each site.

    A shift that began yesterday and still lasts counts as its own day. Without a roster Monday to Friday are working
    days, but for the days off of the site or the house, with the hours of the site or 08.00–17.00 in the user's zone.

    Args:
        every_day: without a roster weekends and days off count too, as they do for what falls due by calendar days.
    """
    asked = list(users)
    if not asked:
        return {}
    today = {user.pk: timezone.localdate(now, user.zone) for user in asked}
    people = [user.person_id for user in asked if user.person_id is not None]
    first, last = min(today.values()) - timedelta(days=1), max(today.values())
    rosters: dict[int, list[RosterDay]] = {}
    for row in RosterDay.objects.filter(person__in=people, day__range=(first, last)):
        rosters.setdefault(row.person_id, []).append(row)
    places = present_assignments(people, now)
    sites = {places[key].site if (key := user.person_id or 0) in places else None for user in asked}
    off = {site: days_off(site, first, last + timedelta(days=1)) for site in sites}
    found = {}
    for user in asked:
        day, place = today[user.pk], places.get(user.person_id or 0)
        rows = rosters.get(user.person_id or 0, [])
        if shift := _shift(rows, day, now):
            found[user.pk] = shift
        elif not any(row.day == day for row in rows) and (
            every_day or is_working_day(day, off[place.site if place else None])
        ):
            found[user.pk] = (day, _hours(place, user, day))
    return found


def _shift(rows: Sequence[RosterDay], day: date, now: datetime) -> tuple[date, Span] | None:
    """The shift that lasts at ``now``, else the one of ``day``."""
    shifts = [(row.day, (row.starts_at, row.ends_at)) for row in rows if row.starts_at and row.ends_at]
    lasting = (shift for shift in shifts if shift[1][0] <= now < shift[1][1])
    return next(lasting, None) or next((shift for shift in shifts if shift[0] == day), None)


def _hours(place: PersonAssignment | None, user: User, day: date) -> Span:
    if place is None:
        return span(day, time(OPENING), time(CLOSING), user.zone)
    return span(day, place.site.opens_at, place.site.closes_at, place.site.zone)
