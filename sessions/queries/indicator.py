"""Indicator 4.2: sessions held as approved ÷ sessions due in the period."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery

from planning.enums import Decision
from planning.models import ApprovalDecision
from planning.queries.indicator import Counted, count
from sessions.enums import HELD, OF_THE_PLAN, DeviationKind, SessionKind, SessionState
from sessions.models import Deviation, TrainingSession
from trainingops.people.models import User


def sessions_due(user: User, *, since: date, until: date, now: datetime) -> QuerySet[Any]:
    """The sessions in sight that were due in the period: classes of a plan, and those filed without approval (4.2).

    Due is what was to end by ``now``, or is over already. Make-up classes stand on open cases, not on a plan of their
    own, and are left out, as are filed ones that were withdrawn; a class of a plan that was cancelled is in the rows,
    and :func:`in_period` tells whether it counts.
    Each comes with ``approved_at`` (the first approval of it), ``held_at`` (its first actual start) and ``deviates``
    (the kinds that differed, of those that the clause names). The period is wide by a day on both sides here.
    """
    begin = datetime.combine(since - timedelta(days=1), time(), ZoneInfo("UTC"))
    end = datetime.combine(until + timedelta(days=2), time(), ZoneInfo("UTC"))
    decisions = ApprovalDecision.objects.filter(
        revision__plan=OuterRef("plan"), revision__sessions__uuid=OuterRef("uuid"), decision=Decision.APPROVED
    )
    differed = Deviation.objects.filter(training_session=OuterRef("pk"), kind__in=OF_THE_PLAN)
    return (
        TrainingSession.objects.visible_to_staff(user)
        .filter(
            Q(ends_at__lte=now) | Q(state__in=[*HELD, SessionState.CANCELLED]),
            kind__in=[SessionKind.REGULAR, SessionKind.FILED],
            starts_at__gte=begin,
            starts_at__lt=end,
        )
        .exclude(kind=SessionKind.FILED, state=SessionState.CANCELLED)
        .annotate(
            approved_at=Subquery(decisions.order_by("decided_at").values("decided_at")[:1]),
            held_at=Min("meetings__actual_starts_at"),
            deviates=ArraySubquery(differed.order_by("kind").values("kind").distinct()),
        )
    )


def in_period(sessions: Iterable[TrainingSession], *, since: date, until: date) -> tuple[list[TrainingSession], int]:
    """Those due in the period by the day at their site, each with ``day`` and ``is_met``, and how many are left out.

    Held as approved is what was concluded without deviation in date, time, duration, trainer, module, method and
    application, and approved before it began. What was not held, not concluded, or held without approval counts as due
    and not met; only a session that was cancelled before its start is left out, and counted.
    """
    due, left_out = [], 0
    for each in sessions:
        row: Any = each
        row.day = each.starts_at.astimezone(each.site.zone).date()
        if not since <= row.day <= until:
            continue
        if each.state == SessionState.CANCELLED and (each.cancelled_at is None or each.cancelled_at < each.starts_at):
            left_out += 1
            continue
        row.is_met = each.state == SessionState.CONCLUDED and not row.deviates and _was_approved_first(row)
        due.append(each)
    return due, left_out


def figure_of(user: User, *, since: date, until: date, now: datetime) -> Counted:
    """The figure of a period over all that the user sees, for a line on another page; one query."""
    rows = sessions_due(user, since=since, until=until, now=now).select_related("site")
    return count(in_period(rows, since=since, until=until)[0])


def differed_in(training_session: Any) -> list[str]:
    """The aspects in which a session of :func:`sessions_due` differed, in words."""
    return [str(DeviationKind(kind).label) for kind in training_session.deviates]


def _was_approved_first(row: Any) -> bool:
    return row.approved_at is not None and row.held_at is not None and row.approved_at <= row.held_at
