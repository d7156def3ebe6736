"""Reusable reads of modules, needs and traffic."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Avg, Count, DateTimeField, F, Func, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value

from planning.enums import ModuleState, SampleKind
from planning.models import (
    Appointment,
    ModuleVersion,
    SampleCount,
    Topic,
    TrafficInterval,
    TrainingModule,
)
from planning.slots import REFERENCE_WEEKS, SLOT_MINUTES, Interval, Profile, build_profile, reference_start
from trainingops.people.enums import Role
from trainingops.people.models import RoleAssignment, ServiceLine, Site, User
from trainingops.people.queries import in_force

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from planning.models.needs import DefectQuerySet, ScopedQuerySet, TrafficQuerySet


def managers_of_lines(lines: Iterable[ServiceLine], *, now: datetime, besides: User) -> QuerySet[User]:
    """Active managers whose scope touches one of the lines, without ``besides``."""
    grants = RoleAssignment.objects.filter(in_force(now.date()), role=Role.MANAGER).filter(
        Q(lines=None) | Q(lines__in=list(lines))
    )
    return User.objects.filter(is_active=True, pk__in=grants.values("user")).exclude(pk=besides.pk)


def with_versions(modules: QuerySet[TrainingModule]) -> QuerySet[TrainingModule]:
    """Modules with ``approved_number`` and ``open_state``, for lists."""
    versions = ModuleVersion.objects.filter(module=OuterRef("pk"))
    open_states = [ModuleState.DRAFT, ModuleState.SUBMITTED, ModuleState.RETURNED]
    return modules.annotate(
        approved_number=Subquery(versions.filter(state=ModuleState.APPROVED).values("number")[:1]),
        open_state=Subquery(versions.filter(state__in=open_states).values("state")[:1]),
    ).prefetch_related("lines")


def standard_modules(line: ServiceLine) -> list[tuple[Topic, list[ModuleVersion]]]:
    """*Daftar Modul Standar* of a line: every topic with its approved modules, or none (2.1). Two queries."""
    versions = (
        ModuleVersion.objects.filter(state=ModuleState.APPROVED, module__lines=line)
        .select_related("module")
        .prefetch_related("module__topics")
        .order_by("module__code")
    )
    by_topic: dict[int, list[ModuleVersion]] = {}
    for version in versions:
        for topic in version.module.topics.all():
            by_topic.setdefault(topic.pk, []).append(version)
    return [(topic, by_topic.get(topic.pk, [])) for topic in Topic.objects.all()]


def pic_appointments(user: User, day: date) -> QuerySet[Appointment]:
    """Where ``user`` is PIC on ``day``, with site and line."""
    return Appointment.objects.in_force(day).filter(user=user).select_related("site", "line")


# --- Needs -------------------------------------------------------------------------------------------------


def defect_cells(defects: DefectQuerySet) -> list[dict[str, object]]:
    """How often each combination of parameter, class, root cause and team occurs: one query over the index.

    The Pareto of any of the four is a sum over these cells, of which there are hundreds, whatever the defects.
    """
    return list(
        defects.counting()
        .order_by()
        .values("parameter__code", "parameter__name", "error_class", "root_cause", "team__code", "team__name")
        .annotate(count=Count("pk"))
    )


def sample_rates(samples: ScopedQuerySet) -> list[dict[str, object]]:
    """Inspected and defective contacts by kind of sample and class: two queries.

    Only ``random`` samples speak for all contacts; targeted ones and complaints are never added to them (2.3).
    """
    inspected = dict(
        samples.order_by().values_list("kind").annotate(total=Sum("inspected")).values_list("kind", "total")
    )
    defective = {
        (row["sample__kind"], row["error_class"]): row["total"]
        for row in SampleCount.objects.filter(sample__in=samples.order_by())
        .order_by()
        .values("sample__kind", "error_class")
        .annotate(total=Sum("defective"))
    }
    return [
        {
            "kind": kind,
            "inspected": inspected[kind],
            "defective": {cls: total for (k, cls), total in defective.items() if k == kind},
        }
        for kind in SampleKind.values
        if kind in inspected
    ]


# --- Traffic -----------------------------------------------------------------------------------------------


def newest_interval(intervals: TrafficQuerySet) -> TrafficInterval | None:
    """The newest of ``intervals``, with its site and line: which source and day there are data of."""
    return intervals.select_related("site", "line").order_by("-starts_at").first()


def latest_source(site: Site, line: ServiceLine) -> QuerySet[TrafficInterval, tuple[str]]:
    """The source with the newest interval of a line at a site: one row, or none; made to stand in another query."""
    return TrafficInterval.objects.filter(site=site, line=line).order_by("-starts_at").values_list("source")[:1]


def traffic_profile(
    *, site: Site, line: ServiceLine, until: date, source: str = "", weeks: int | None = REFERENCE_WEEKS
) -> Profile:
    """The mean week of a line at a site, from the same weekdays of the last eight weeks before ``until`` (5.1.1 f).

    Aggregated to half hours by the database. Two sources are never added: the one with the newest data is read
    unless one is named.

    Args:
        until: the first day that is not read (today, or the day of the training).
        weeks: how far back; ``None`` reads everything.
    """
    zone = site.zone
    rows = TrafficInterval.objects.filter(
        site=site,
        line=line,
        source=source or Subquery(latest_source(site, line)),
        starts_at__lt=datetime.combine(until, time(), tzinfo=zone),
    )
    if weeks is not None:
        rows = rows.filter(starts_at__gte=datetime.combine(reference_start(until, weeks), time(), tzinfo=zone))
    width = timedelta(minutes=SLOT_MINUTES)
    bins = (
        rows.order_by()
        .annotate(slot=_slot(width))
        .values("slot")
        .annotate(
            length=Sum("minutes"),
            total=Sum("offered"),
            work=Sum(F("offered") * F("aht_seconds")),
            with_aht=Sum("offered", filter=Q(aht_seconds__isnull=False)),
            staff=Avg("agents"),
            rows=Count("pk"),
            staffed=Count("agents"),
            longest=Max("minutes"),
        )
    )
    if any(bin_["longest"] > SLOT_MINUTES for bin_ in bins):  # whole hours are spread over the half hours they cover
        return build_profile(_as_interval(row, zone) for row in rows)
    found = [
        Interval(
            starts_at=bin_["slot"].astimezone(zone),
            minutes=bin_["length"],
            offered=bin_["total"],
            aht_seconds=float(bin_["work"]) / bin_["total"]
            if bin_["total"] and bin_["with_aht"] == bin_["total"]
            else None,
            agents=float(bin_["staff"]) if bin_["staffed"] == bin_["rows"] else None,
        )
        for bin_ in bins
    ]
    return build_profile(found)


def _as_interval(row: TrafficInterval, zone: ZoneInfo) -> Interval:
    """A stored interval in the time of its site."""
    return Interval(
        starts_at=row.starts_at.astimezone(zone),
        minutes=row.minutes,
        offered=row.offered,
        aht_seconds=float(row.aht_seconds) if row.aht_seconds is not None else None,
        agents=row.agents,
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
