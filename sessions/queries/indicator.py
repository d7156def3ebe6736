"""Indicator 4.2: sessions held as approved ÷ sessions due in the period."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from planning.enums import Decision
from planning.models import ApprovalDecision
from planning.queries.indicator import Counted, by_place, met_where, total
from sessions.enums import HELD, OF_THE_PLAN, DeviationKind, SessionKind, SessionState
from sessions.models import Deviation, SessionMeeting, TrainingSession
from trainingops.people.models import User
from trainingops.people.queries import day_there


def sessions_due(user: User, *, since: date, until: date, now: datetime) -> QuerySet[Any]:
    """The sessions in sight that :func:`due_among` finds."""
    return due_among(TrainingSession.objects.visible_to_staff(user), since=since, until=until, now=now)


def due_among(sessions: QuerySet[TrainingSession], *, since: date, until: date, now: datetime) -> QuerySet[Any]:
    """Of ``sessions`` those that were due in the period by the day at their site: classes of a plan, and filed ones.

    Due is what was to end by ``now``, or is over already. Make-up classes stand on open cases, not on a plan of their
    own, and are left out, as are filed ones that were withdrawn.

    Each comes with ``day``, ``approved_at`` (the first approval of it), ``held_at`` (its first actual start),
    ``deviates`` (the kinds that differed, of those that the clause names), ``is_left_out`` (cancelled before its
    start: counted apart, :func:`counted`) and ``is_met``: concluded without deviation in date, time, duration,
    trainer, module, method and application, and approved before it began. What was not held, not concluded, or held
    without approval is not met.
    """
    begin = datetime.combine(since - timedelta(days=1), time(), ZoneInfo("UTC"))
    end = datetime.combine(until + timedelta(days=2), time(), ZoneInfo("UTC"))
    decisions = ApprovalDecision.objects.filter(
        revision__plan=OuterRef("plan"), revision__sessions__uuid=OuterRef("uuid"), decision=Decision.APPROVED
    )
    differed = Deviation.objects.filter(training_session=OuterRef("pk"), kind__in=OF_THE_PLAN)
    started = SessionMeeting.objects.filter(training_session=OuterRef("pk"), actual_starts_at__isnull=False)
    cancelled = Q(state=SessionState.CANCELLED)
    as_approved = Q(state=SessionState.CONCLUDED, approved_at__lte=F("held_at")) & ~Q(Exists(differed))
    return (
        sessions.filter(
            Q(ends_at__lte=now) | Q(state__in=[*HELD, SessionState.CANCELLED]),
            kind__in=[SessionKind.REGULAR, SessionKind.FILED],
            starts_at__gte=begin,
            starts_at__lt=end,
        )
        .exclude(kind=SessionKind.FILED, state=SessionState.CANCELLED)
        .annotate(
            day=day_there("starts_at", "site__timezone"),
            approved_at=Subquery(decisions.order_by("decided_at").values("decided_at")[:1]),
            held_at=Subquery(started.order_by("actual_starts_at").values("actual_starts_at")[:1]),
            deviates=ArraySubquery(differed.order_by("kind").values("kind").distinct()),
        )
        .annotate(
            is_left_out=met_where(cancelled & (Q(cancelled_at=None) | Q(cancelled_at__lt=F("starts_at")))),
            is_met=met_where(as_approved),
        )
        .filter(day__range=(since, until))
    )


def counted(sessions: QuerySet[Any]) -> QuerySet[Any]:
    """Those of :func:`due_among` that the indicator counts."""
    return sessions.filter(is_left_out=False)


def figure_of(user: User, *, since: date, until: date, now: datetime) -> Counted:
    """The figure of a period over all that the user sees, for a line on another page; one query."""
    return total(by_place(counted(sessions_due(user, since=since, until=until, now=now))))


def differed_in(training_session: Any) -> list[str]:
    """The aspects in which a session of :func:`sessions_due` differed, in words."""
    return [str(DeviationKind(kind).label) for kind in training_session.deviates]
