"""Reusable reads of modules and needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from planning.enums import ModuleState, SampleKind
from planning.models import (
    Appointment,
    ModuleVersion,
    SampleCount,
    Topic,
    TrainingModule,
)
from trainingops.people.enums import Role
from trainingops.people.models import RoleAssignment, ServiceLine, User
from trainingops.people.queries import in_force

if TYPE_CHECKING:
    from planning.models.needs import DefectQuerySet, ScopedQuerySet


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
