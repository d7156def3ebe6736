"""What only the clock brings into the register: overdue cases, starts that passed without approval (4.1, 4.4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from evaluation.enums import TrainingDefectKind
from evaluation.models import TrainingDefect
from evaluation.services.defects import Occurrence, register_training_defects, withdraw_training_defects
from planning.models import TrainingPlan
from sessions.enums import OPEN_CASES, CaseState
from sessions.models import RecoveryCase
from trainingops.audit.journal import service
from trainingops.people.models import User

#: The sweep looks back as far for cases that were settled late before it came by.
LOOK_BACK = timedelta(days=2)
BATCH = 500


def register_what_is_late(*, now: datetime) -> int:
    """The register as the clock has it: overdue cases and missed starts come, what was moved or voided goes.

    Right when it runs late, twice or on several workers: each source is one row of the register.

    Returns:
        how many are new.
    """
    withdraw_moved_cases(now=now)
    return register_overdue_cases(now=now) + register_missed_starts(now=now)


@service
def register_overdue_cases(*, now: datetime) -> int:
    """A recovery or remedial that was not settled by its due date is a training defect, at that date (5.3.1)."""
    open_late = Q(state__in=OPEN_CASES, due_at__lte=now)
    settled_late = Q(state=CaseState.RESOLVED, due_at__range=(now - LOOK_BACK, now), settled_at__gt=F("due_at"))
    cases = RecoveryCase.objects.filter(open_late | settled_late).filter(
        ~Exists(_registered(TrainingDefectKind.RECOVERY_OVERDUE))
    )
    found = cases.select_related("enrolment__training_session__plan").order_by("due_at", "pk")[:BATCH]
    new = register_training_defects(
        occurrences=[
            Occurrence(
                kind=TrainingDefectKind.RECOVERY_OVERDUE,
                plan=each.enrolment.training_session.plan,
                training_session=each.enrolment.training_session,
                occurred_at=each.due_at,
                source=each.uuid,
            )
            for each in found
        ],
        now=now,
    )
    return len(new)


@service
def withdraw_moved_cases(*, now: datetime) -> int:
    """A case that a correction voided, or whose due date an absence moved, was not overdue; nor is its row."""
    moved = RecoveryCase.objects.filter(uuid=OuterRef("source")).filter(
        Q(state=CaseState.VOIDED) | Q(state__in=OPEN_CASES, due_at__gt=now)
    )
    rows = TrainingDefect.objects.filter(
        Exists(moved), kind=TrainingDefectKind.RECOVERY_OVERDUE, findings=None, decision=""
    )
    return len(withdraw_training_defects(defects=list(rows.select_related("plan")), actor=None, now=now))


@service
def register_missed_starts(*, now: datetime, plans: Iterable[int] | None = None, actor: User | None = None) -> int:
    """A plan whose first start passed before any approval was approved late, or never (4.1).

    Args:
        plans: keys of those to look at; all when missing.
    """
    missed = TrainingPlan.objects.filter(
        ~Exists(_registered(TrainingDefectKind.LATE_APPROVAL)), missed_start_at__isnull=False, is_filed=False
    )
    if plans is not None:
        missed = missed.filter(pk__in=list(plans))
    new = register_training_defects(
        occurrences=[
            Occurrence(
                kind=TrainingDefectKind.LATE_APPROVAL,
                plan=each,
                training_session=None,
                occurred_at=each.missed_start_at,
                source=each.uuid,
            )
            for each in missed.order_by("pk")[:BATCH]
            if each.missed_start_at
        ],
        actor=actor,
        now=now,
    )
    return len(new)


def _registered(kind: TrainingDefectKind) -> QuerySet[TrainingDefect]:
    return TrainingDefect.objects.filter(kind=kind, source=OuterRef("uuid"))
