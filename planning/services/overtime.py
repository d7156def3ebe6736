"""Overtime for a training: why, who ordered it, and the agent's consent (5.1.1 f; PP 35/2021, articles 26 and 28)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from planning.enums import CONSENT_TRANSITIONS, Consent, PlanState, RevisionState
from planning.models import OvertimeOrder, PlannedMeeting, PlanRevision, TrainingPlan
from planning.models.resources import untranslated
from planning.notices import words_of
from planning.policies.plans import can_answer_overtime, can_edit_plan
from planning.queries.roster import TargetAtMeeting, roster_of
from planning.services.orders import pointless, tell_agents
from planning.services.plans import locked_plan
from planning.services.targets import place_in_only_session
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require, require_transition
from trainingops.notifications.services import notify
from trainingops.people.models import User
from trainingops.ui.stored import stored_word

#: A person (key) in a meeting (uuid).
Pair = tuple[int, UUID]


@service
def order_overtime(
    *,
    revision: PlanRevision,
    pairs: Collection[Pair],
    reason: str,
    ordered_by: str,
    actor: User,
    now: datetime,
) -> int:
    """Order overtime for targets whose meeting lies outside their shift, and ask them to agree.

    Also for what awaits its decision and for what was approved: the roster may change after both. An order for a
    meeting that moved since, or that was declined, is withdrawn and written anew. In a draft whose only batch is that
    of everybody, those without one are placed in it first, as submission does.

    Returns:
        how many orders were written.

    Raises:
        NotAllowed: not the PIC.
        WrongState: the revision is decided against, superseded or withdrawn, or its training is over.
        Refused: nobody chosen, no reason, nobody who orders, or somebody for whom it is no overtime to come.
    """
    revision = _orderable(revision, actor=actor)
    plan = revision.plan
    _require_said(pairs, reason, ordered_by)
    if revision.state == RevisionState.DRAFT:
        place_in_only_session(revision)
    due = _overtime_due(revision, pairs, now)
    withdrawn = _withdraw(plan, pairs, now=now)
    orders = OvertimeOrder.objects.bulk_create(
        OvertimeOrder(
            plan=plan,
            person_id=person,
            meeting=uuid,
            starts_at=due[person, uuid].meeting.starts_at,
            ends_at=due[person, uuid].meeting.ends_at,
            minutes=due[person, uuid].standing.overtime_minutes,
            reason=reason.strip(),
            ordered_by=ordered_by.strip(),
            entered_by=actor,
            entered_at=now,
        )
        for person, uuid in sorted(pairs)
    )
    # The consent of those without an account is entered by the PIC with its document.
    tell_agents(orders, plan, kind="overtime_asked", actor=actor, now=now)
    record(
        "overtime.ordered",
        subject=plan,
        actor=actor,
        now=now,
        data={"orders": [each.uuid for each in orders], "withdrawn": withdrawn},
        detail={"reason": reason.strip(), "ordered_by": ordered_by.strip()},
    )
    return len(orders)


def _orderable(revision: PlanRevision, *, actor: User) -> PlanRevision:
    """The revision whose meetings people are expected in, its plan locked."""
    plan = locked_plan(revision.plan)
    require(can_edit_plan(actor, plan), _("Only the PIC of this plan can change it."))
    revision = PlanRevision.objects.get(pk=revision.pk)
    revision.plan = plan
    if not takes_orders(revision):
        raise WrongState(
            _("Revision %(number)d is “%(state)s”: no overtime is ordered for it any more.")
            % {"number": revision.number, "state": revision.get_state_display()}
        )
    return revision


def _require_said(pairs: Collection[Pair], reason: str, ordered_by: str) -> None:
    if not pairs:
        raise Refused(_("Nobody is chosen. Tick at least one person."), field="pair")
    if not reason.strip():
        raise Refused(_("The reason is blank. Write why the training lies outside the shift."), field="reason")
    if not ordered_by.strip():
        raise Refused(_("Write who orders the overtime, with the office."), field="ordered_by")


def takes_orders(revision: PlanRevision) -> bool:
    """A draft, what awaits its decision, and what was approved as long as its training is not over."""
    if revision.state == RevisionState.APPROVED:
        return revision.plan.state in {PlanState.APPROVED, PlanState.UNDER_WAY}
    return revision.state in {RevisionState.DRAFT, RevisionState.SUBMITTED}


def _overtime_due(revision: PlanRevision, pairs: Collection[Pair], now: datetime) -> dict[Pair, TargetAtMeeting]:
    """The overtime to come of the revision as the roster has it now, in which every pair stands."""
    meetings = list(
        PlannedMeeting.objects.filter(planned_session__revision=revision, starts_at__gt=now).select_related(
            "planned_session__host_site"
        )
    )
    due = {(row.person, row.meeting.uuid): row for row in roster_of(revision, meetings).overtime}
    if any(pair not in due for pair in pairs):
        raise Refused(_("The roster or the meeting has changed: it is no overtime any more. Reload the page."))
    return due


def _withdraw(plan: TrainingPlan, pairs: Collection[Pair], *, now: datetime) -> int:
    """Take back what was ordered for these pairs before; returns how many orders."""
    live = OvertimeOrder.objects.filter(plan=plan, withdrawn_at=None, meeting__in={uuid for _person, uuid in pairs})
    stale = [row.pk for row in live if (row.person_id, row.meeting) in set(pairs)]
    return OvertimeOrder.objects.filter(pk__in=stale).update(withdrawn_at=now)


@service
def answer_overtime(
    *, order: OvertimeOrder, consent: Consent, actor: User, now: datetime, note: str = ""
) -> OvertimeOrder:
    """The agent agrees or declines; the PIC may enter an answer given on paper, with the document.

    Raises:
        NotAllowed: neither the agent nor the PIC.
        WrongState: withdrawn, begun already, its meeting moved or gone, or the same answer stands.
        Refused: the PIC enters an answer without its document.
    """
    plan = locked_plan(order.plan)
    order = OvertimeOrder.objects.select_for_update(no_key=True, of=("self",)).select_related("person").get(pk=order.pk)
    order.plan = plan
    require(can_answer_overtime(actor, order))
    if order.withdrawn_at:
        raise WrongState(_("This order was withdrawn; a newer one may stand in your inbox."))
    if order.starts_at <= now:
        raise WrongState(_("The meeting has begun; the answer cannot change any more."))
    if pointless(plan).filter(pk=order.pk).exists():
        raise WrongState(_("The meeting of this order was moved or given up: there is nothing to answer any more."))
    own = actor.person_id == order.person_id
    if not own and not note.strip():
        raise Refused(_("Name the document in which the agent answered."), field="note")
    require_transition(order, consent, CONSENT_TRANSITIONS, field="consent")
    order.consent, order.consent_by, order.consent_at, order.consent_note = consent, actor, now, note.strip()
    order.save(update_fields=["consent", "consent_by", "consent_at", "consent_note"])
    if own:
        notify(
            kind="overtime_answered",
            recipients=[plan.pic],
            subject=order,
            step=consent,
            url=reverse("plan_roster", args=[plan.uuid]),
            params={**words_of(plan, actor), "answer": stored_word(untranslated(Consent(consent).label))},
            now=now,
        )
    record(
        "overtime.answered",
        subject=plan,
        actor=actor,
        now=now,
        data={"order": order.uuid, "consent": consent, "by_agent": own},
        detail={"note": note.strip()} if note.strip() else None,
    )
    return order
