"""What a draft's meetings do to service: each meeting against the mean week of its line (5.1.1 f)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format, time_format

from planning.content import loaded
from planning.models import PlannedMeeting, PlannedSession, PlanRevision
from planning.queries.traffic import traffic_profile
from planning.slots import Profile, Recommendation, Window, assess, minute_of, recommend
from trainingops.people.models import RosterDay, ServiceLine, Site
from trainingops.ui.charts import HeatMap, heat_map
from trainingops.ui.moments import zone_word

#: The share of calls answered in time below which a meeting needs a written reason.
SERVICE_GOAL = 0.80


@dataclass(frozen=True)
class Impact:
    """One meeting in its interval.

    Attributes:
        leaving: targets of the batch who are rostered then; all of them where nobody has a roster.
        window: None where the traffic of that interval is not known.
    """

    planned: PlannedSession
    meeting: PlannedMeeting
    leaving: int
    window: Window | None

    @property
    def busy(self) -> bool:
        """Whether a written reason is asked for."""
        return self.window is not None and self.window.is_busy(SERVICE_GOAL)


def profile_of(site: Site, line: ServiceLine, until: date) -> Profile:
    """The mean week before ``until``; without half hours where no traffic was imported."""
    return traffic_profile(site=site, line=line, until=until)


def impacts(
    revision: PlanRevision, meetings: Sequence[PlannedMeeting], *, profile: Profile | None = None, until: date
) -> list[Impact]:
    """The effect of each meeting, in time; traffic and roster are read at once for all of them.

    Args:
        meetings: each with its planned session.
    """
    plan = revision.plan
    profile = profile or profile_of(plan.site, plan.line, until)
    if not profile.half_hours:
        return []
    leaving = _on_shift(revision, meetings)
    found = []
    for meeting in meetings:
        local = meeting.starts_at.astimezone(plan.site.zone)
        window = assess(
            profile,
            weekday=local.weekday(),
            minute=minute_of(local.time()),
            duration_minutes=int((meeting.ends_at - meeting.starts_at).total_seconds() // 60),
            leaving=leaving[meeting.pk],
        )
        found.append(Impact(meeting.planned_session, meeting, leaving[meeting.pk], window))
    return sorted(found, key=lambda each: each.meeting.starts_at)


def recommended(revision: PlanRevision, profile: Profile, *, leaving: int) -> Recommendation:
    """The best windows of the site's working hours for a meeting as long as the module suggests."""
    site, version = revision.plan.site, revision.module_version
    return recommend(
        profile,
        duration_minutes=version.duration_minutes if version else 120,
        leaving=leaving,
        earliest=site.opens_at,
        latest=site.closes_at,
    )


def week_map(profile: Profile, meetings: Sequence[PlannedMeeting], *, site: Site, caption: str) -> HeatMap:
    """The mean week by hour, with the hours of the meetings marked."""
    hours = sorted({minute // 60 for minute in profile.minutes})
    rows = [(_weekday(weekday), [_hour(profile, weekday, hour) for hour in hours]) for weekday in profile.weekdays]
    places = {weekday: index for index, weekday in enumerate(profile.weekdays)}
    picked: set[tuple[int, int]] = set()
    for meeting in meetings:
        start, end = (moment.astimezone(site.zone) for moment in (meeting.starts_at, meeting.ends_at))
        last = end.hour + (1 if end.minute else 0) if end.date() == start.date() else 24
        picked |= {
            (places[start.weekday()], hours.index(hour))
            for hour in range(start.hour, last)
            if hour in hours and start.weekday() in places
        }
    return heat_map(caption=caption, columns=[f"{hour:02d}" for hour in hours], rows=rows, picked=frozenset(picked))


def window_words(window: Window, site: Site, now: datetime) -> str:
    """A window of the week in words, with the site's zone: ``Thursday 14.00–16.00 WIB``."""
    starts, ends = (time_format(clock, "TIME_FORMAT") for clock in (window.starts_at, window.ends_at))
    zone = zone_word(now.astimezone(site.zone))
    return f"{_weekday(window.weekday)} {starts}–{ends} {zone}"


def _weekday(weekday: int) -> str:
    return date_format(date(2024, 1, 1 + weekday), "l")


def _hour(profile: Profile, weekday: int, hour: int) -> float | None:
    halves = [profile.half_hours.get((weekday, hour * 60 + minute)) for minute in (0, 30)]
    known = [half.offered for half in halves if half is not None]
    return round(sum(known)) if len(known) == len(halves) else None


def _places(revision: PlanRevision) -> list[tuple[int, int | None]]:
    """Person and batch of each target."""
    if (known := loaded(revision, "targets")) is not None:
        return [(target.person_id, target.planned_session_id) for target in known]
    return list(revision.targets.order_by().values_list("person_id", "planned_session_id"))


def _on_shift(revision: PlanRevision, meetings: Sequence[PlannedMeeting]) -> Mapping[int, int]:
    people: dict[int | None, set[int]] = {}
    for person, batch in _places(revision):
        people.setdefault(batch, set()).add(person)
    if not meetings:
        return {}
    first, last = min(each.starts_at for each in meetings), max(each.ends_at for each in meetings)
    shifts: list[Any] = list(
        RosterDay.objects.filter(
            person__in=set().union(*people.values()), starts_at__lt=last, ends_at__gt=first
        ).values_list("person", "starts_at", "ends_at")
    )
    rostered = {
        meeting.pk: {person for person, start, end in shifts if start < meeting.ends_at and meeting.starts_at < end}
        for meeting in meetings
    }
    wanted = {meeting.pk: people.get(meeting.planned_session_id, set()) for meeting in meetings}
    return {key: len(called & rostered[key] if shifts else called) for key, called in wanted.items()}
