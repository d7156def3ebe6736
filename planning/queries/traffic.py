"""Reads of traffic: the mean week of a line, its reference, and what the line must hold (5.1.1 f)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DateTimeField, F, Func, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import JSONObject, TruncDate

from planning.enums import FORECAST_SOURCE, LoadMethod
from planning.models import LineTarget, MarkedDay, TrafficInterval
from planning.queries.away import Away, away_of_line
from planning.slots import (
    BY_CAPACITY,
    BY_CONTACT_RATE,
    BY_SERVICE_LEVEL,
    BY_VOLUME,
    REFERENCE_WEEKS,
    SLOT_MINUTES,
    Interval,
    Profile,
    Target,
    build_profile,
    reference_start,
)
from trainingops.people.days_off import days_off, days_off_in
from trainingops.people.enums import ChannelKind
from trainingops.people.models import ServiceLine, Site

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from planning.models.needs import TrafficQuerySet

WEEKS, FORECAST = "weeks", "forecast"
#: How many days of a forecast, from the day of the training on, make the week that is read.
FORECAST_DAYS = 7

_BASIS = {
    LoadMethod.ERLANG_C: BY_SERVICE_LEVEL,
    LoadMethod.CHAT: BY_CAPACITY,
    LoadMethod.VOLUME: BY_VOLUME,
    LoadMethod.CONTACT_RATE: BY_CONTACT_RATE,
}
#: Which methods describe a channel (5.1.1 f); the first where the line has no target of its own.
METHODS_OF_CHANNEL = {
    ChannelKind.INBOUND: (LoadMethod.ERLANG_C,),
    ChannelKind.OUTBOUND: (LoadMethod.CONTACT_RATE,),
    ChannelKind.DIGITAL: (LoadMethod.VOLUME, LoadMethod.CHAT),
}


@dataclass(frozen=True)
class LineGoal:
    """What a line must hold and by which method, for pages and calculations."""

    method: LoadMethod
    target: Target

    @property
    def goal_percent(self) -> float:
        return self.target.goal * 100


@dataclass(frozen=True)
class Reference:
    """What a mean week was read from.

    Attributes:
        kind: :data:`WEEKS` (the same weekdays of the weeks before) or :data:`FORECAST`.
        first, until: the days that were read; ``until`` is not.
        skipped: days left out by name: holidays, collective leave, marked days.
        incomplete: how many intervals were left out because they were not over when the report was made.
    """

    kind: str
    first: date
    until: date
    profile: Profile
    skipped: Mapping[date, str] = field(default_factory=dict)
    incomplete: int = 0

    @property
    def missing(self) -> list[date]:
        """Days without data that nobody left out."""
        return [day for day in self.profile.missing if day not in self.skipped]


def newest_interval(intervals: TrafficQuerySet) -> TrafficInterval | None:
    """The newest measured one of ``intervals``, with its site and line: which source and day there are data of."""
    measured = intervals.exclude(source=FORECAST_SOURCE)
    return measured.select_related("site", "line__target").order_by("-starts_at").first()


def latest_source(site: Site, line: ServiceLine) -> QuerySet[TrafficInterval, tuple[str]]:
    """The source with the newest measured interval of a line at a site: one row, or none; to stand in another query."""
    measured = TrafficInterval.objects.filter(site=site, line=line).exclude(source=FORECAST_SOURCE)
    return measured.order_by("-starts_at").values_list("source")[:1]


def goal_of(line: ServiceLine) -> LineGoal:
    """The target of a line; without one of its own: inbound 80 % in 20 seconds by Erlang C, others by their channel."""
    return _goal(line, getattr(line, "target", None))


def _goal(line: ServiceLine, row: LineTarget | None) -> LineGoal:
    if row is None:
        method = METHODS_OF_CHANNEL[ChannelKind(line.channel)][0]
        return LineGoal(method, Target(basis=_BASIS[method]))
    method = LoadMethod(row.method)
    target = Target(
        basis=_BASIS[method],
        goal=float(row.goal_percent) / 100,
        answer_seconds=row.answer_seconds,
        concurrency=row.concurrency,
    )
    return LineGoal(method, target)


@dataclass(frozen=True)
class LineLoad:
    """The mean week of a line, what it must hold, and who is off the floor already."""

    profile: Profile
    goal: LineGoal
    away: Away = field(default_factory=Away)


def load_ahead(*, site: Site, line: ServiceLine, today: date) -> LineLoad:
    """:func:`load_of_line` with who is in other trainings from ``today`` on: two queries, one without traffic."""
    known = load_of_line(site=site, line=line, until=today)
    if not known.profile.half_hours:
        return known
    return replace(known, away=away_of_line(site=site, line=line, since=today))


def load_of_line(*, site: Site, line: ServiceLine, until: date) -> LineLoad:
    """The mean week before ``until`` without holidays and marked days, and the target: one query, for plan pages.

    Without half hours where no traffic was imported.
    """
    first = reference_start(until)
    local = TruncDate("starts_at", tzinfo=site.zone)
    marked = MarkedDay.objects.filter(site=site, line=line, day__gte=first, day__lt=until).values("day")
    rows = _rows(site, line, until, "", first).annotate(local_day=local).exclude(local_day__in=marked)
    for off in days_off_in(site, first, until):
        rows = rows.exclude(local_day__in=off)
    target = LineTarget.objects.filter(line=line).values(
        json=JSONObject(
            method="method", goal_percent="goal_percent", answer_seconds="answer_seconds", concurrency="concurrency"
        )
    )[:1]
    bins = _bins(rows.annotate(line_target=Subquery(target)), "line_target")
    stored = bins[0]["line_target"] if bins else None
    return LineLoad(_profile(bins, site.zone, frozenset()), _goal(line, LineTarget(**stored) if stored else None))


def reference_of(
    *, site: Site, line: ServiceLine, until: date, kind: str = WEEKS, source: str = "", weeks: int = REFERENCE_WEEKS
) -> Reference:
    """The mean week to judge a training by, and what was left out of it: four queries, whatever is stored.

    Args:
        until: the first day that is not read; with a forecast the first day that is.
        kind: :data:`WEEKS` or :data:`FORECAST`.
    """
    if kind == FORECAST:
        last = until + timedelta(days=FORECAST_DAYS)
        return Reference(kind, until, last, traffic_profile(site=site, line=line, until=last, source=FORECAST_SOURCE,
                                                            first=until))  # fmt: skip
    first = reference_start(until, weeks)
    marked = MarkedDay.objects.filter(site=site, line=line, day__gte=first, day__lt=until).values_list("day", "reason")
    skipped = {**days_off(site, first, until), **dict(marked)}
    bins = _bins(_rows(site, line, until, source, first))
    profile = _profile(bins, site.zone, frozenset(skipped))
    return Reference(kind, first, until, profile, skipped, sum(each["unfinished"] for each in bins))


def traffic_profile(
    *,
    site: Site,
    line: ServiceLine,
    until: date,
    source: str = "",
    weeks: int | None = REFERENCE_WEEKS,
    first: date | None = None,
    skipped: Collection[date] = (),
) -> Profile:
    """The mean week of a line at a site, from the same weekdays of the last eight weeks before ``until`` (5.1.1 f).

    Aggregated to half hours by the database. Two sources are never added: the one with the newest data is read
    unless one is named. The queues of a source are added.

    Args:
        until: the first day that is not read (today, or the day of the training).
        weeks: how far back; ``None`` reads everything.
        first: the first day that is read, instead of ``weeks``.
        skipped: days that are no reference.
    """
    begin = first or (reference_start(until, weeks) if weeks is not None else None)
    return _profile(_bins(_rows(site, line, until, source, begin)), site.zone, frozenset(skipped))


def _rows(site: Site, line: ServiceLine, until: date, source: str, first: date | None) -> QuerySet[TrafficInterval]:
    rows = TrafficInterval.objects.filter(
        site=site,
        line=line,
        source=source or Subquery(latest_source(site, line)),
        starts_at__lt=datetime.combine(until, time(), tzinfo=site.zone),
    )
    return rows.filter(starts_at__gte=datetime.combine(first, time(), tzinfo=site.zone)) if first else rows


def _bins(rows: QuerySet[TrafficInterval], *more: str) -> list[dict[str, Any]]:
    """The half hours of the clock with the sums of their intervals; whole hours count half into each half hour."""
    done = Q(is_complete=True)
    bins: Any = (
        rows.order_by()
        .annotate(slot=_slot(timedelta(minutes=SLOT_MINUTES)))
        .values("slot", *more)
        .annotate(
            length=Sum("minutes", filter=done),
            queues=Count("queue", distinct=True, filter=done),
            total=Sum("offered", filter=done),
            work=Sum(F("offered") * F("aht_seconds"), filter=done),
            with_aht=Sum("offered", filter=done & Q(aht_seconds__isnull=False)),
            reached=Sum("answered", filter=done),
            staff=Sum(F("agents") * F("minutes"), filter=done),
            rows=Count("pk", filter=done),
            staffed=Count("agents", filter=done),
            counted=Count("answered", filter=done),
            unfinished=Count("pk", filter=~done),
        )
    )
    return list(bins)


def _profile(bins: list[dict[str, Any]], zone: ZoneInfo, skipped: frozenset[date]) -> Profile:
    """The mean week of the bins, without the days that are no reference."""
    intervals = (_as_interval(each, zone) for each in bins if each["rows"])
    return build_profile(each for each in intervals if each.starts_at.date() not in skipped)


def _as_interval(bin_: dict[str, Any], zone: ZoneInfo) -> Interval:
    """A half hour summed over its intervals and queues; minutes are those of one queue, so that a stub is seen.

    An hour is one interval of 60 minutes that begins in its first half hour: it is spread over both.
    """
    minutes = bin_["length"] / bin_["queues"]
    whole = minutes == int(minutes)
    return Interval(
        starts_at=bin_["slot"].astimezone(zone),
        minutes=int(minutes) if whole else max(1, int(min(minutes, SLOT_MINUTES - 1))),
        offered=bin_["total"],
        aht_seconds=float(bin_["work"]) / bin_["total"]
        if bin_["total"] and bin_["with_aht"] == bin_["total"]
        else None,
        agents=float(bin_["staff"]) / minutes if bin_["staffed"] == bin_["rows"] else None,
        answered=bin_["reached"] if bin_["counted"] == bin_["rows"] else None,
    )


def _slot(width: timedelta) -> Func:
    """The half hour of the clock that an interval begins in; zones of whole or half hours share its bounds."""
    return Func(
        Value(width),
        F("starts_at"),
        Value(datetime(2000, 1, 1, tzinfo=UTC)),
        function="date_bin",
        output_field=DateTimeField(),
    )
