"""Reusable reads of modules and needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from planning.enums import ModuleState
from planning.models import (
    Appointment,
    ModuleVersion,
    Topic,
    TrainingModule,
)
from trainingops.people.enums import Role
from trainingops.people.models import RoleAssignment, ServiceLine, User
from trainingops.people.queries import in_force


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
