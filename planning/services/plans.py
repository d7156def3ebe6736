"""A plan's life: begun, coordinated, advanced, cancelled; and the competence that trainings show."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.utils.translation import gettext as _

from planning.enums import FILED_TRANSITIONS, PLAN_TRANSITIONS, PlanState, RevisionState
from planning.models import (
    NeedSource,
    PlanRecipient,
    PlanRevision,
    PlanTemplate,
    RecoveryForm,
    TrainingPlan,
)
from planning.notices import url_of, words_of
from planning.policies.plans import can_cancel_plan, can_create_plan
from planning.queries.plans import holders, leaders_of, local_day, parties_of
from planning.services.bookings import release
from planning.services.orders import withdraw_pointless_orders
from planning.services.templates import check_fits, fill_lists, prefilled
from planning.signals import plan_advanced, plan_cancelled
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require, require_transition
from trainingops.notifications.services import notify
from trainingops.people.enums import MANDATORY_PARTIES
from trainingops.people.models import ServiceLine, Site, User
from trainingops.records.numbers import next_number


def require_appointed(actor: User, *, site: Site, line: ServiceLine, day: date) -> None:
    """Only a PIC with an appointment in force there begins a plan (5.1.1 a)."""
    require(
        can_create_plan(actor, site=site, line=line, day=day),
        _("You need an appointment in force as PIC for %(line)s at %(site)s. Ask the manager for one.")
        % {"line": line, "site": site},
    )


@service
def create_plan(
    *,
    kind: str,
    title: str,
    site: Site,
    line: ServiceLine,
    actor: User,
    now: datetime,
    purpose: str = "",
    needs: Collection[NeedSource] = (),
    template: PlanTemplate | None = None,
) -> TrainingPlan:
    """Begin a plan with its first draft; the PIC is who begins it (2.2, 5.1.1 a).

    The draft proposes every form of recovery and, as recipients, all who stand for a mandatory party in scope.

    Args:
        template: brings all of 4.1 but who, when and where; its purpose counts where ``purpose`` is blank.

    Raises:
        NotAllowed: no trainer there, or without an appointment in force.
        Refused: the title is blank, or the template is for another kind or line.
    """
    today = local_day(now, site)
    require_appointed(actor, site=site, line=line, day=today)
    if not title.strip():
        raise Refused(_("The title is blank. Write what the training is about."), field="title")
    if template is not None:
        check_fits(template, kind=kind, line=line)
    plan = TrainingPlan.objects.create(
        number=next_number("TR", today.year),
        kind=kind,
        title=title.strip(),
        site=site,
        line=line,
        pic=actor,
        template=template,
        created_at=now,
    )
    _first_draft(plan, purpose=purpose, needs=needs, actor=actor, now=now)
    data = {"number": plan.number, "kind": kind, "site": site.uuid, "line": line.uuid}
    if template is not None:
        data["template"] = template.uuid
    record("plan.created", subject=plan, actor=actor, now=now, data=data)
    return plan


def _first_draft(
    plan: TrainingPlan, *, purpose: str, needs: Collection[NeedSource], actor: User, now: datetime
) -> PlanRevision:
    """Revision 1 with what the plan's template brings."""
    template = plan.template
    revision = PlanRevision.objects.create(
        plan=plan,
        number=1,
        purpose=purpose or (template.purpose if template else ""),
        created_by=actor,
        created_at=now,
        **(prefilled(template) if template else {}),
    )
    revision.needs.add(*needs)
    if template:
        fill_lists(revision, template)
    else:
        revision.recovery_forms.add(*RecoveryForm.objects.all())
    parties = [*MANDATORY_PARTIES, *(template.parties if template else ())]
    standing = parties_of(parties, site=plan.site, line=plan.line, day=local_day(now, plan.site))
    PlanRecipient.objects.bulk_create(
        PlanRecipient(revision=revision, party=party, user=user) for party, users in standing.items() for user in users
    )
    return revision


@service
def advance_plan(*, plan: TrainingPlan, to: str, actor: User | None, now: datetime) -> TrainingPlan:
    """Move a plan to its next state: the only way that ``state`` changes; the stages above call it downwards.

    Raises:
        WrongState: the table of transitions does not lead there from the present state.
    """
    plan = locked_plan(plan)
    require_transition(plan, to, FILED_TRANSITIONS if plan.is_filed else PLAN_TRANSITIONS)
    before, plan.state = plan.state, to
    if to == PlanState.CLOSED:
        plan.closed_at = now
    if to == PlanState.CANCELLED:
        plan.cancelled_at = now
    plan.save(update_fields=["state", "closed_at", "cancelled_at"])
    plan_advanced.send(sender=TrainingPlan, plan=plan, actor=actor, now=now)
    record("plan.advanced", subject=plan, actor=actor, now=now, data={"from": before, "to": to})
    return plan


@service
def cancel_plan(*, plan: TrainingPlan, reason: str, actor: User, now: datetime) -> TrainingPlan:
    """Give a plan up before it began: open revisions are withdrawn, bookings given back, the stages above told.

    Raises:
        NotAllowed: neither the manager nor, before an approval, the PIC.
        WrongState: it is under way, or over.
        Refused: no reason.
    """
    plan = locked_plan(plan)
    require(can_cancel_plan(actor, plan))
    require_transition(plan, PlanState.CANCELLED, PLAN_TRANSITIONS)
    if not reason.strip():
        raise Refused(_("The reason is blank. Write why the plan is cancelled."), field="reason")
    was_approved = plan.approved_revision
    plan.revisions.filter(state__in=[RevisionState.DRAFT, RevisionState.SUBMITTED]).update(
        state=RevisionState.WITHDRAWN
    )
    freed = release(plan=plan)
    advance_plan(plan=plan, to=PlanState.CANCELLED, actor=actor, now=now)
    plan.state = PlanState.CANCELLED
    withdraw_pointless_orders(plan=plan, actor=actor, now=now)
    told = [plan.pic, *holders("manager", site=plan.site, line=plan.line, day=local_day(now, plan.site))]
    if was_approved:
        told += leaders_of(was_approved, day=local_day(now, plan.site))
    notify(
        kind="plan_cancelled",
        recipients=[user for user in told if user != actor],
        subject=plan,
        url=url_of(plan),
        params=words_of(plan, actor),
        now=now,
    )
    plan_cancelled.send(sender=TrainingPlan, plan=plan, reason=reason, actor=actor, now=now)
    record(
        "plan.cancelled", subject=plan, actor=actor, now=now, data={"bookings_freed": freed}, detail={"reason": reason}
    )
    return plan


def locked_plan(plan: TrainingPlan) -> TrainingPlan:
    """The plan as it is now, locked until the transaction ends; always the first lock (DESIGN.md, "Locks")."""
    return (
        TrainingPlan.objects.select_for_update(no_key=True, of=("self",))
        .select_related("site", "line", "pic", "approved_revision")
        .get(pk=plan.pk)
    )
