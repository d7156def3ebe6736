"""What a draft's meetings do to service: each meeting against the mean week of its line (5.1.1 f)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from planning.models import PlannedMeeting, PlannedSession, PlanRevision
from planning.queries.roster import PlanRoster, roster_of, shifts_between
from planning.queries.traffic import LineLoad, load_ahead
from planning.slots import (
    DayWindow,
    Profile,
    Proposal,
    Window,
    assess,
    floor_of,
    holds_all,
    minute_of,
    propose_batches,
    windows_on,
)
from planning.slots.diary import Diary
from trainingops.people.enums import Presence
from trainingops.people.models import Site
from trainingops.ui.charts import HeatMap, heat_map
from trainingops.ui.figures import format_figure

#: How far ahead a plan's page looks for windows.
DAYS_AHEAD = 14


@dataclass(frozen=True)
class Impact:
    """One meeting in its interval.

    Attributes:
        leaving: targets of the batch whom the floor misses then; all of them where nobody has a roster.
        window: None where the traffic of that interval is not known.
        counts: how many of the batch stand how to their roster; empty where nobody has one.
        goal: what the line must hold.
        elsewhere: how many others of the line are in other approved trainings then.
    """

    planned: PlannedSession
    meeting: PlannedMeeting
    leaving: int
    window: Window | None
    counts: list[tuple[Presence, int]]
    goal: float
    elsewhere: int = 0

    @property
    def busy(self) -> bool:
        """Whether a written reason is asked for."""
        return self.window is not None and self.window.is_busy(self.goal)

    @property
    def level_words(self) -> str:
        """The service level without and with it, and what the line must hold; empty where it is not known."""
        if self.window is None or self.window.service_level is None or self.window.unaffected is None:
            return ""
        before, during, goal = (
            f"{format_figure(Decimal(str(level * 100)), 1)}%"
            for level in (self.window.unaffected, self.window.service_level, self.goal)
        )
        return _("%(before)s → %(during)s, the target is %(goal)s") % {
            "before": before,
            "during": during,
            "goal": goal,
        }


def impacts(
    revision: PlanRevision,
    meetings: Sequence[PlannedMeeting],
    *,
    known: LineLoad | None = None,
    roster: PlanRoster | None = None,
    until: date,
) -> list[Impact]:
    """The effect of each meeting, in time; traffic and roster are read at once for all of them.

    Args:
        meetings: each with its planned session.
    """
    plan = revision.plan
    known = known or load_ahead(site=plan.site, line=plan.line, today=until)
    if not known.profile.half_hours:
        return []
    roster = roster or roster_of(revision, meetings)
    found = []
    for meeting in meetings:
        local, leaving = meeting.starts_at.astimezone(plan.site.zone), roster.leaving(meeting)
        own = {row.person for row in roster.rows if row.meeting.pk == meeting.pk}
        elsewhere = known.away.during(meeting.starts_at, meeting.ends_at, plan=plan.pk, besides=own)
        window = assess(
            known.profile,
            weekday=local.weekday(),
            minute=minute_of(local.time()),
            duration_minutes=int((meeting.ends_at - meeting.starts_at).total_seconds() // 60),
            leaving=leaving,
            target=known.goal.target,
            away=elsewhere,
        )
        counts = roster.counts(meeting) if roster.known else []
        found.append(
            Impact(meeting.planned_session, meeting, leaving, window, counts, known.goal.target.goal, elsewhere)
        )
    return sorted(found, key=lambda each: each.meeting.starts_at)


@dataclass(frozen=True)
class Slots:
    """The windows of the coming days for a group of people, and batches where one window cannot hold them.

    Attributes:
        windows: best first; those that need a written reason last.
        proposal: None where one window holds everybody.
        roster_known: whether anybody has a roster on these days; if not, everybody is assumed on shift.
        without_roster: how many have none.
        people: how many they are.
    """

    windows: list[DayWindow]
    proposal: Proposal | None
    roster_known: bool
    without_roster: int
    people: int


def slots_for(
    people: Sequence[int],
    known: LineLoad,
    *,
    site: Site,
    first: date,
    duration_minutes: int,
    earliest: time | None = None,
    latest: time | None = None,
    seats: int | None = None,
    roster: PlanRoster | None = None,
    diary: Diary | None = None,
    plan: int = 0,
) -> Slots:
    """Windows of the site's working hours from ``first`` on, with those on shift off the floor.

    Args:
        diary: what trainers, rooms and people have taken, for the batches proposed.
        plan: key of the plan, if any: its own approved meetings are no other training.
        roster: of the people on :func:`days_ahead`, where it was read already; else one query.
    """
    span = days_ahead(first)[1:]
    if roster is None:
        known_shifts = shifts_between(people, span[0], span[-1])
        shifts, rostered, leaves = known_shifts.rows, known_shifts.rostered, known_shifts.leaves
    else:
        # The roster may hold days around meetings further ahead: they say nothing about these.
        ahead = set(days_ahead(first))
        near = {person: [each for each in roster.shifts.get(person, ()) if each.day in ahead] for person in people}
        rostered = frozenset(person for person, listed in near.items() if listed)
        leaves = roster.leaves
        shifts = [
            (person, each.starts_at, each.ends_at)
            for person in sorted(rostered)
            for each in near[person]
            if each.starts_at and each.ends_at
        ]
    floor = floor_of(shifts, unrostered=set(people) - rostered, days=span, zone=site.zone, leaves=leaves)
    found = windows_on(
        known.profile,
        days=span,
        duration_minutes=duration_minutes,
        people=people,
        floor=floor,
        target=known.goal.target,
        earliest=site.opens_at if earliest is None else earliest,
        latest=site.closes_at if latest is None else latest,
        away=known.away.floor(site.zone, plan=plan),
    )
    target = known.goal.target
    whole = [each for each in found if not each.window.is_busy(target.goal) and len(each.on_shift) == len(people)]
    proposal = None
    if people and found and not any(holds_all(each, people, target, seats, diary) for each in whole):
        proposal = propose_batches(known.profile, found, people=people, target=target, seats=seats, diary=diary)
    return Slots(found, proposal, bool(rostered), len(set(people) - rostered), len(people))


def days_ahead(first: date) -> list[date]:
    """The days whose roster a choice of windows needs: the night before, and two weeks from ``first`` on."""
    return [first + timedelta(days=step) for step in range(-1, DAYS_AHEAD)]


def duration_of(revision: PlanRevision, meetings: Sequence[PlannedMeeting] = ()) -> int:
    """Minutes of a meeting as the first of ``meetings``; else as template or module say; two hours without any."""
    if meetings:
        return int((meetings[0].ends_at - meetings[0].starts_at).total_seconds() // 60)
    if revision.plan.template:
        return revision.plan.template.minutes
    return revision.module_version.duration_minutes if revision.module_version else 120


def week_map(profile: Profile, meetings: Sequence[PlannedMeeting], *, site: Site, caption: str) -> HeatMap:
    """The mean week by hour, with the hours of the meetings marked."""
    hours = sorted({minute // 60 for minute in profile.minutes})
    rows = [(weekday_name(weekday), [_hour(profile, weekday, hour) for hour in hours]) for weekday in profile.weekdays]
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


def weekday_name(weekday: int) -> str:
    """Monday is 0."""
    return date_format(date(2024, 1, 1 + weekday), "l")


def _hour(profile: Profile, weekday: int, hour: int) -> float | None:
    halves = [profile.half_hours.get((weekday, hour * 60 + minute)) for minute in (0, 30)]
    known = [half.offered for half in halves if half is not None]
    return round(sum(known)) if len(known) == len(halves) else None
