"""What a plan must hold before it can be submitted: everything that 4.1 and 5.1.1 e name, item by item.

Some of it may be lost while nobody writes in the plan: these items are asked again by the approval and its page, and
stand on the page of a plan that waits or was approved (:func:`lost`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from planning.completeness import effect, people, scoring, teaching, times
from planning.completeness.items import Item, Snapshot, Tally
from planning.completeness.people import crowded
from planning.completeness.scoring import plain
from planning.completeness.teaching import unqualified
from planning.completeness.times import lacks_room
from planning.enums import PlanState, RevisionState
from planning.models import PlanRevision

__all__ = [
    "Item",
    "Snapshot",
    "Tally",
    "check",
    "crowded",
    "lacks_room",
    "lost",
    "plain",
    "sent",
    "unqualified",
]


def check(snapshot: Snapshot) -> list[Item]:
    """Every item in the order of the task list; a plan may be submitted when none has a gap."""
    return [
        teaching.module(snapshot),
        teaching.pic(snapshot),
        teaching.trainers(snapshot),
        teaching.qualification(snapshot),
        times.dates(snapshot),
        times.duration(snapshot),
        teaching.application(snapshot),
        teaching.method(snapshot),
        scoring.papers(snapshot),
        scoring.parameters(snapshot),
        scoring.pass_mark(snapshot),
        *effect.measuring(snapshot),
        times.busy(snapshot),
        times.overtime(snapshot),
        people.need(snapshot),
        people.targets(snapshot),
        people.seats(snapshot),
        people.recovery(snapshot),
        people.recipients(snapshot),
    ]


def lost(snapshot: Snapshot) -> list[Item]:
    """What a plan stands on and does not have now, as :func:`check` says it: its gaps.

    The module version (2.1), the scoring scheme (5.1.2), the PIC's appointment and the trainers' qualification
    (5.1.1 a), a reason where it became busy and who of the targets can come (5.1.1 f), and a recipient for every
    mandatory party (5.3.2).
    """
    standing = (
        teaching.module,
        teaching.pic,
        teaching.qualification,
        scoring.parameters,
        times.busy,
        times.overtime,
        people.recipients,
    )
    return [item for item in (ask(snapshot) for ask in standing) if not item.complete]


def sent(revisions: Sequence[PlanRevision], *, now: datetime) -> Snapshot | None:
    """What a plan was submitted with, or approved with as long as a meeting lies ahead; :func:`lost` is asked of it.

    Args:
        revisions: of one plan, the newest first. A draft says in its task list what it lacks: None.
    """
    newest, plan = revisions[0], revisions[0].plan
    if newest.state == RevisionState.SUBMITTED:
        return Snapshot(newest, now)
    approved = next((each for each in revisions if each.pk == plan.approved_revision_id), None)
    if (
        not approved
        or newest.state == RevisionState.DRAFT
        or plan.state not in {PlanState.APPROVED, PlanState.UNDER_WAY}
    ):
        return None
    snapshot = Snapshot(approved, now)
    return snapshot if any(meeting.starts_at > now for meeting in snapshot.meetings) else None
