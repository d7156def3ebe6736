"""A start that passed without an approval stays a miss of indicator 4.1, whatever becomes of the draft."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from planning.models import PlannedMeeting, TrainingPlan
from trainingops.audit.journal import record
from trainingops.people.models import User


def keep_missed_start(plan: TrainingPlan, meetings: Iterable[PlannedMeeting], *, actor: User, now: datetime) -> None:
    """Note on a plan that was never approved the first start that it missed, before the draft gives it up (4.1).

    The PIC goes on freely: another time, another batch. Missed is what was set while it lay ahead and then passed;
    a day that had passed when it was written is a slip of the pen and leaves no trace. Called inside a service, with
    the plan locked; one query more only where there is something to note.

    Args:
        meetings: those that are moved, removed, or approved too late.
    """
    if plan.approved_revision_id:
        return
    missed = [
        each.starts_at
        for each in meetings
        if each.starts_at <= now and (each.set_at is None or each.set_at < each.starts_at)
    ]
    first = min(missed, default=None)
    if first is None or (plan.missed_start_at and plan.missed_start_at <= first):
        return
    plan.missed_start_at = first
    plan.save(update_fields=["missed_start_at"])
    record("plan.start_missed", subject=plan, actor=actor, now=now, data={"starts_at": first})
