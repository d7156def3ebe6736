"""What the execution stage does when planning or the room of people speaks, and when a session of its own has ended."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from planning.models import PlanRevision, TrainingPlan
from planning.signals import plan_cancelled, plan_handed_over, revision_approved, targets_moved
from sessions.enums import SessionState
from sessions.models import TrainingSession
from sessions.services.inheriting import inherit_cases, pass_on_cases
from sessions.services.lapsing import propose_lapses
from sessions.services.scheduling import cancel_sessions_of, follow_targets, schedule_from_revision
from sessions.services.survey import open_survey
from sessions.services.suspending import suspend_cases
from sessions.signals import session_concluded
from trainingops.people.enums import Role
from trainingops.people.models import RoleAssignment, Team
from trainingops.people.signals import absences_changed, leaders_changed, places_changed


@receiver(revision_approved, dispatch_uid="sessions.schedule")
def on_revision_approved(*, revision: PlanRevision, actor: Any, now: datetime, **_: Any) -> None:
    """An approval makes, moves and cancels sessions, in its own transaction."""
    schedule_from_revision(revision=revision, actor=actor, now=now)


@receiver(plan_cancelled, dispatch_uid="sessions.cancel")
def on_plan_cancelled(*, plan: TrainingPlan, reason: str, actor: Any, now: datetime, **_: Any) -> None:
    """A plan given up takes its sessions with it."""
    cancel_sessions_of(plan=plan, reason=reason, actor=actor, now=now)


@receiver(plan_handed_over, dispatch_uid="sessions.pass_on")
def on_plan_handed_over(*, plan: TrainingPlan, actor: Any, now: datetime, **_: Any) -> None:
    """The new PIC arranges the recoveries that are open."""
    pass_on_cases(plan=plan, actor=actor, now=now)


@receiver(targets_moved, dispatch_uid="sessions.follow_targets")
def on_targets_moved(*, revision: PlanRevision, now: datetime, **_: Any) -> None:
    """Targets that changed their batch are enrolled in the other session."""
    follow_targets(revision=revision, now=now)


@receiver(session_concluded, dispatch_uid="sessions.open_survey")
def on_session_concluded(*, training_session: TrainingSession, actor: Any, now: datetime, **_: Any) -> None:
    """Who was there is asked how it was; a class that was filed from paper has nobody waiting for the question."""
    if training_session.state == SessionState.CONCLUDED:
        open_survey(training_session=training_session, actor=actor, now=now)


@receiver(places_changed, dispatch_uid="sessions.places_changed")
def on_places_changed(*, people: Collection[int], actor: Any, now: datetime, **_: Any) -> None:
    """Who works elsewhere may have another leader, or nothing more to be trained for."""
    inherit_cases(people=people, actor=actor, now=now)
    propose_lapses(people=people, actor=actor, now=now)


@receiver(leaders_changed, dispatch_uid="sessions.leaders_changed")
def on_leaders_changed(*, teams: Collection[int], actor: Any, now: datetime, **_: Any) -> None:
    """The new leader of a team inherits its cases."""
    inherit_cases(teams=teams, actor=actor, now=now)


@receiver(absences_changed, dispatch_uid="sessions.absences_changed")
def on_absences_changed(*, people: Collection[int], actor: Any, now: datetime, **_: Any) -> None:
    """What is due of somebody who is away for long waits; whom a leader led who is away goes to another."""
    suspend_cases(people=people, actor=actor, now=now)
    appointed = RoleAssignment.objects.filter(role=Role.TEAM_LEADER, user__person__in=people)
    led = Team.objects.filter(Q(leaders__in=people) | Q(pk__in=appointed.values("teams")))
    if teams := list(led.distinct().values_list("pk", flat=True)):
        inherit_cases(teams=teams, actor=actor, now=now)
