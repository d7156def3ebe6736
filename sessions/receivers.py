"""What the execution stage does when planning speaks, and when a session of its own has ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from planning.models import PlanRevision, TrainingPlan
from planning.signals import plan_cancelled, revision_approved, targets_moved
from sessions.enums import SessionState
from sessions.models import TrainingSession
from sessions.services.scheduling import cancel_sessions_of, follow_targets, schedule_from_revision
from sessions.services.survey import open_survey
from sessions.signals import session_concluded


@receiver(revision_approved, dispatch_uid="sessions.schedule")
def on_revision_approved(*, revision: PlanRevision, actor: Any, now: datetime, **_: Any) -> None:
    """An approval makes, moves and cancels sessions, in its own transaction."""
    schedule_from_revision(revision=revision, actor=actor, now=now)


@receiver(plan_cancelled, dispatch_uid="sessions.cancel")
def on_plan_cancelled(*, plan: TrainingPlan, reason: str, actor: Any, now: datetime, **_: Any) -> None:
    """A plan given up takes its sessions with it."""
    cancel_sessions_of(plan=plan, reason=reason, actor=actor, now=now)


@receiver(targets_moved, dispatch_uid="sessions.follow_targets")
def on_targets_moved(*, revision: PlanRevision, now: datetime, **_: Any) -> None:
    """Targets that changed their batch are enrolled in the other session."""
    follow_targets(revision=revision, now=now)


@receiver(session_concluded, dispatch_uid="sessions.open_survey")
def on_session_concluded(*, training_session: TrainingSession, actor: Any, now: datetime, **_: Any) -> None:
    """Who was there is asked how it was; a class that was filed from paper has nobody waiting for the question."""
    if training_session.state == SessionState.CONCLUDED:
        open_survey(training_session=training_session, actor=actor, now=now)
