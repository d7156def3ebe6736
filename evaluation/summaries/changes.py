"""Which months changed, read from the journal: every service notes there what it did, in its own transaction.

So nothing has to be marked at the place of a change, and no change can be missed: the seals number the committed
entries without gaps (DESIGN.md §5.6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet

from evaluation.models import ImprovementAction, TrainingDefect
from planning.models import PlannedMeeting, TrainingPlan
from planning.months import Month
from reporting.models import ReportObligation
from sessions.models import TrainingSession
from trainingops.audit.models import EntrySeal

#: What an entry may be about, and the path from there to the plan whose months it changes.
PLAN_OF = {
    "planning.TrainingPlan": "pk",
    "planning.PlanRevision": "plan",
    "training_sessions.TrainingSession": "plan",
    "training_sessions.SessionMeeting": "training_session__plan",
    "training_sessions.Enrolment": "training_session__plan",
    "training_sessions.RecoveryCase": "enrolment__training_session__plan",
    "training_sessions.TargetOutcome": "plan",
    "training_sessions.Deviation": "training_session__plan",
    "training_sessions.AttendanceCorrection": "enrolment__training_session__plan",
    "reporting.ReportObligation": "training_session__plan",
    "reporting.TrainingReport": "obligation__training_session__plan",
    "reporting.ReportVersion": "report__obligation__training_session__plan",
    "reporting.Distribution": "version__report__obligation__training_session__plan",
    "evaluation.TrainingDefect": "plan",
}
#: What concerns figures of any recent month: who can read a report, who is rostered, where, and when.
WIDE = (
    "imports.ImportRun",
    "people.Delegation",
    "people.Person",
    "people.RoleAssignment",
    "people.User",
)
#: So many months a wide change may touch.
RECENT = 13


def changed_since(sequence: int, *, now: datetime, most: int = 5_000) -> tuple[set[date], int]:
    """The months (first days) that sealed entries after ``sequence`` concern, and the last sequence looked at."""
    seals = EntrySeal.objects.filter(sequence__gt=sequence).order_by("sequence")
    about: dict[str, set[UUID]] = defaultdict(set)
    last = sequence
    for place, kind, subject in seals.values_list("sequence", "entry__subject_type", "entry__subject")[:most]:
        about[kind].add(subject)
        last = place
    return months_of(about, now=now), last


def months_of(about: dict[str, set[UUID]], *, now: datetime) -> set[date]:
    """The months in which these subjects, by type, are counted."""
    found: set[date] = set()
    plans: set[int] = set()
    for kind, subjects in about.items():
        if path := PLAN_OF.get(kind):
            rows = apps.get_model(kind)._default_manager.filter(uuid__in=subjects)
            plans |= set(rows.values_list(path, flat=True))
        elif kind == ImprovementAction._meta.label:
            rows = ImprovementAction.objects.filter(uuid__in=subjects)
            found |= _months(value for pair in rows.values_list("due_at", "decided_due_at") for value in pair)
        elif kind in WIDE:
            this = Month.of((now + timedelta(days=1)).date())
            found |= {this.moved(-back).first for back in range(RECENT + 1)}
    return found | months_of_plans(plans)


def months_of_plans(plans: Collection[int]) -> set[date]:
    """The months in which anything of these plans is due, was held, or went wrong; one query."""
    if not plans:
        return set()
    moments: list[QuerySet[Any, Any]] = [
        PlannedMeeting.objects.filter(planned_session__plan__in=plans).values_list("starts_at"),
        PlannedMeeting.objects.filter(planned_session__plan__in=plans).values_list("ends_at"),
        TrainingPlan.objects.filter(pk__in=plans).values_list("missed_start_at"),
        TrainingSession.objects.filter(plan__in=plans).values_list("starts_at"),
        TrainingSession.objects.filter(plan__in=plans).values_list("meetings__actual_starts_at"),
        TrainingSession.objects.filter(plan__in=plans).values_list("ends_at"),
        ReportObligation.objects.filter(training_session__plan__in=plans).values_list("due_at"),
        TrainingDefect.objects.filter(plan__in=plans).values_list("occurred_at"),
    ]
    first, *others = (rows.order_by() for rows in moments)
    return _months(moment for (moment,) in first.union(*others))


def first_month() -> date | None:
    """The first month in which anything was planned; none in an empty house."""
    first = PlannedMeeting.objects.order_by("starts_at").values_list("starts_at", flat=True).first()
    return Month.of(first.date()).first if first else None


def _months(moments: Iterable[datetime | None]) -> set[date]:
    """The months of moments, with a day to spare on both sides for the calendars of the sites."""
    near = (timedelta(days=-1), timedelta(days=1))
    return {Month.of((moment + by).date()).first for moment in moments if moment for by in near}
