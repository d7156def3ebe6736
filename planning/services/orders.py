"""What becomes of overtime orders when their meeting moves or goes, or their agent leaves it (5.1.1 f)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from planning.enums import PlanState, RevisionState
from planning.models import OvertimeOrder, PlannedMeeting, PlanRevision, TrainingPlan
from planning.notices import words_of
from trainingops.audit.journal import record
from trainingops.notifications.services import notify
from trainingops.people.models import User
from trainingops.ui.stored import stored_moment


def withdraw_pointless_orders(*, plan: TrainingPlan, actor: User, now: datetime) -> int:
    """Withdraw the orders to come that :func:`pointless` finds, and tell the agents who have an account.

    For the services that move, remove or give up, inside their transaction.

    Returns:
        how many were withdrawn.
    """
    orders = list(pointless(plan).filter(starts_at__gt=now).order_by("pk"))
    if not orders:
        return 0
    OvertimeOrder.objects.filter(pk__in=[each.pk for each in orders]).update(withdrawn_at=now)
    tell_agents(orders, plan, kind="overtime_withdrawn", actor=actor, now=now)
    record("overtime.withdrawn", subject=plan, actor=actor, now=now, data={"orders": [each.uuid for each in orders]})
    return len(orders)


def pointless(plan: TrainingPlan) -> QuerySet[OvertimeOrder]:
    """Live orders whose meeting moved or went, or whose agent is not in it any more.

    What the approved revision says keeps its orders, and so does the revision in preparation.
    """
    live = OvertimeOrder.objects.filter(plan=plan, withdrawn_at=None)
    if plan.state == PlanState.CANCELLED:
        return live
    newer = PlanRevision.objects.filter(plan=plan, number__gt=OuterRef("number"))
    # What was returned is mended in the next revision, which is copied from it.
    held = PlanRevision.objects.filter(
        Q(state__in=[RevisionState.DRAFT, RevisionState.SUBMITTED, RevisionState.APPROVED])
        | Q(~Exists(newer), state=RevisionState.RETURNED),
        plan=plan,
    )
    expected = PlannedMeeting.objects.filter(
        uuid=OuterRef("meeting"),
        starts_at=OuterRef("starts_at"),
        ends_at=OuterRef("ends_at"),
        planned_session__revision__in=held,
        planned_session__targets__person=OuterRef("person"),
    )
    return live.filter(~Exists(expected))


def tell_agents(orders: Sequence[OvertimeOrder], plan: TrainingPlan, *, kind: str, actor: User, now: datetime) -> None:
    """A notice about an overtime order to its agent, where they have an account."""
    accounts = {user.person_id: user for user in User.objects.filter(person__in=[each.person_id for each in orders])}
    for order in orders:
        if user := accounts.get(order.person_id):
            notify(
                kind=kind,
                recipients=[user],
                subject=order,
                url=reverse("overtime_answer", args=[order.uuid]),
                params={**words_of(plan, actor), "when": stored_moment(order.starts_at, plan.site.zone)},
                now=now,
            )
