"""Reusable reads of the reporting stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from reporting.models import ReportObligationQuerySet, TrainingReportQuerySet
    from trainingops.people.models import User

OFFICES = ("manager", "trainer", "qc", "operations", "operation_support", "team_leader", "auditor")


def obligations_visible_to(obligations: ReportObligationQuerySet, user: User) -> ReportObligationQuerySet:
    """The offices within their scope, and the owner."""
    inside = user.authority.scope(*OFFICES, site="training_session__site", line="training_session__line")
    return obligations.filter(inside | Q(owner=user))


def reports_visible_to(reports: TrainingReportQuerySet, user: User) -> TrainingReportQuerySet:
    """The offices within their scope, the owner, and everybody it was distributed to."""
    inside = user.authority.scope(
        *OFFICES, site="obligation__training_session__site", line="obligation__training_session__line"
    )
    received = Q(versions__distributions__user=user)
    return reports.filter(
        pk__in=reports.model.objects.filter(inside | Q(obligation__owner=user) | received).values("pk")
    )
