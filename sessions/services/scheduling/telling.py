"""Who hears that a session is scheduled or has other times; the journal keeps it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from planning.models import PlanRevision
from sessions.enums import (
    MeetingState,
)
from sessions.models import (
    TrainingSession,
)
from sessions.services.common import tell_participants, tell_trainers
from sessions.signals import session_rescheduled, session_scheduled
from trainingops.audit.journal import record
from trainingops.ui.stored import stored_moment


def announce(training_session: TrainingSession, *, actor: Any, now: datetime) -> None:
    """Tell the stages above and the participants that a session is scheduled, and journal it."""
    tell_participants("session_invitation", training_session, now=now)
    session_scheduled.send(sender=TrainingSession, training_session=training_session, actor=actor, now=now)
    record(
        "session.scheduled",
        subject=training_session,
        actor=actor,
        now=now,
        data={
            "plan": training_session.plan.uuid,
            "revision": training_session.revision.uuid if training_session.revision else None,
            "kind": training_session.kind,
            "starts_at": training_session.starts_at,
            "ends_at": training_session.ends_at,
            "scheme_hash": training_session.scheme_hash,
        },
    )


def tell_moved(
    training_session: TrainingSession,
    old_ends_at: datetime,
    *,
    step: str,
    actor: Any,
    now: datetime,
    revision: PlanRevision | None = None,
) -> None:
    """Tell participants, trainers and the stages above that a session has other times, and journal it.

    Args:
        step: what moved it, once for each notice.
    """
    training_session.calendar_sequence += 1
    training_session.save(update_fields=["calendar_sequence"])
    tell_participants("session_moved", training_session, step=step, now=now)
    tell_trainers("session_moved", training_session, step=step, actor=actor, now=now)
    session_rescheduled.send(
        sender=TrainingSession, training_session=training_session, old_ends_at=old_ends_at, actor=actor, now=now
    )
    record(
        "session.rescheduled",
        subject=training_session,
        actor=actor,
        now=now,
        data={"revision": revision.uuid if revision else None, "from": old_ends_at, "to": training_session.ends_at},
    )


def tell_meetings_changed(
    training_session: TrainingSession, changed: int, *, step: str, actor: Any, now: datetime, revision: PlanRevision
) -> None:
    """Meetings between the first start and the last end moved, came or went: nothing is due at another time by it."""
    training_session.calendar_sequence += 1
    training_session.save(update_fields=["calendar_sequence"])
    coming = training_session.meetings.filter(state=MeetingState.PLANNED).order_by("starts_at").first()
    following = stored_moment((coming or training_session).starts_at, training_session.site.zone)
    more = {"count": changed, "next": following}
    tell_participants("meetings_changed", training_session, step=step, more=more, now=now)
    tell_trainers("meetings_changed", training_session, step=step, more=more, actor=actor, now=now)
    record(
        "session.meetings_changed",
        subject=training_session,
        actor=actor,
        now=now,
        data={"revision": revision.uuid, "meetings": changed},
    )
