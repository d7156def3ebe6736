"""A plan has another PIC: the reports that are still owed go along (2.2, 5.3.2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from planning.models import TrainingPlan
from reporting.enums import ObligationState
from reporting.models import ReportObligation
from reporting.services.telling import address_of, tell
from trainingops.audit.journal import record, service
from trainingops.ui.stored import stored_moment

if TYPE_CHECKING:
    from trainingops.people.models import User


@service
def pass_on_obligations(*, plan: TrainingPlan, actor: User | None, now: datetime) -> int:
    """Make the PIC of a plan the owner of its reports that are not in, and tell them of those; how many there are.

    What was submitted keeps the name of who answered for it then; the next version is the present PIC's all the same
    (:func:`reporting.policies.can_write`). Call it with the plan locked.
    """
    owed = list(
        ReportObligation.objects.select_for_update(no_key=True, of=("self",))
        .filter(training_session__plan=plan, state=ObligationState.PENDING)
        .exclude(owner=plan.pic)
        .select_related("owner", "training_session")
        .order_by("pk")
    )
    for obligation in owed:
        data = {"from": obligation.owner.uuid, "to": plan.pic.uuid}
        record("obligation.passed_on", subject=obligation, actor=actor, now=now, data=data)
        obligation.owner = plan.pic
    ReportObligation.objects.bulk_update(owed, ["owner"])
    if owed:
        _tell_owner(plan, min(owed, key=lambda each: each.due_at), len(owed), now)
    return len(owed)


def _tell_owner(plan: TrainingPlan, first: ReportObligation, count: int, now: datetime) -> None:
    """One notice for all of them; it leads to the one that is due first."""
    tell(
        kind="report.passed_on",
        recipients=[plan.pic],
        subject=first,
        step=now.isoformat(),
        url=address_of(first),
        now=now,
        params=lambda: {
            "title": plan.title,
            "plan": plan.number,
            "count": str(count),
            "batch": first.training_session.label,
            "due": stored_moment(first.last_minute, first.zone),
        },
    )
