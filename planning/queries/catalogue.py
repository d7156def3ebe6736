"""Reusable reads of who decides on modules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from trainingops.people.enums import Role
from trainingops.people.models import RoleAssignment, ServiceLine, User
from trainingops.people.queries import in_force


def managers_of_lines(lines: Iterable[ServiceLine], *, now: datetime, besides: User) -> QuerySet[User]:
    """Active managers whose scope touches one of the lines, without ``besides``."""
    grants = RoleAssignment.objects.filter(in_force(timezone.localdate(now)), role=Role.MANAGER).filter(
        Q(lines=None) | Q(lines__in=list(lines))
    )
    return User.objects.filter(is_active=True, pk__in=grants.values("user")).exclude(pk=besides.pk)
