"""What the stages below tell this one; each receiver calls its service in the sender's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from planning.models import TrainingPlan
from planning.signals import plan_handed_over
from reporting.evidence import COPY
from reporting.models import ReportObligation
from reporting.services import (
    cancel_obligation,
    draft_recap,
    extend_obligation,
    mail_copy,
    open_draft,
    owe_next_version,
    pass_on_obligations,
    reschedule_obligation,
    schedule_obligation,
)
from sessions.models import TrainingSession
from sessions.signals import (
    report_asked,
    session_amended,
    session_cancelled,
    session_concluded,
    session_ended_later,
    session_rescheduled,
    session_scheduled,
    targets_settled,
)
from trainingops.records.models import EvidenceRecord
from trainingops.records.signals import record_produced


@receiver(report_asked)
def on_report_asked(training_session: TrainingSession, **_: Any) -> bool:
    """Whether the report on it was submitted."""
    return ReportObligation.objects.filter(training_session=training_session, submitted_at__isnull=False).exists()


@receiver(session_scheduled)
def on_scheduled(training_session: TrainingSession, actor: Any, now: datetime, **_: Any) -> None:
    """The obligation begins."""
    schedule_obligation(training_session=training_session, actor=actor, now=now)


@receiver(session_rescheduled)
def on_rescheduled(training_session: TrainingSession, actor: Any, now: datetime, **_: Any) -> None:
    """The due time follows the approved revision."""
    reschedule_obligation(training_session=training_session, actor=actor, now=now)


@receiver(session_ended_later)
def on_ended_later(
    training_session: TrainingSession,
    last_end: datetime,
    reason: str,
    actor: Any,
    now: datetime,
    in_tolerance: bool = False,
    **_: Any,
) -> None:
    """The due time follows an actual end later than planned."""
    extend_obligation(
        training_session=training_session,
        last_end=last_end,
        reason=reason,
        in_tolerance=in_tolerance,
        actor=actor,
        now=now,
    )


@receiver(session_cancelled)
def on_cancelled(training_session: TrainingSession, reason: str, actor: Any, now: datetime, **_: Any) -> None:
    """The obligation is void, or its breach stays."""
    cancel_obligation(training_session=training_session, reason=reason, actor=actor, now=now)


@receiver(session_concluded)
def on_concluded(training_session: TrainingSession, actor: Any, now: datetime, **_: Any) -> None:
    """The draft is there when the trainer looks for it; an obligation that was missing is made."""
    obligation: ReportObligation = schedule_obligation(training_session=training_session, actor=actor, now=now)
    open_draft(obligation=obligation, actor=actor, now=now)


@receiver(session_amended)
def on_amended(training_session: TrainingSession, what: str, actor: Any, now: datetime, **_: Any) -> None:
    """A report that was submitted owes its next version."""
    owe_next_version(training_session=training_session, what=what, actor=actor, now=now)


@receiver(record_produced)
def on_produced(record: EvidenceRecord, now: datetime, **_: Any) -> None:
    """The sealed copy of a report goes to its recipients without account."""
    if record.kind == COPY:
        mail_copy(record=record, now=now)


@receiver(plan_handed_over)
def on_handed_over(plan: TrainingPlan, actor: Any, now: datetime, **_: Any) -> None:
    """The reports that are still owed go to the new PIC."""
    pass_on_obligations(plan=plan, actor=actor, now=now)


@receiver(targets_settled)
def on_settled(plan: TrainingPlan, actor: Any, now: datetime, **_: Any) -> None:
    """The recap of a training whose last case closed."""
    draft_recap(plan=plan, actor=actor, now=now)
