"""Who may do what to a plan."""

from __future__ import annotations

from datetime import date

from planning.models import (
    Appointment,
    Consultation,
    OvertimeOrder,
    PlanRevision,
    PlanTemplate,
    ReleaseConfirmation,
    TrainingPlan,
)
from planning.models.releases import RELEASE_READERS
from planning.models.templates import TEMPLATE_READERS
from trainingops.people.models import ServiceLine, Site, User

#: The teams that a plan is coordinated with (5.1.1 d).
CONSULTED = ("qc", "operations", "operation_support")


def can_create_plan(user: User, *, site: Site, line: ServiceLine, day: date) -> bool:
    """A trainer within scope who holds an appointment in force there on that day (5.1.1 a): a PIC."""
    return (
        user.authority.covers("trainer", site_id=site.pk, line_id=line.pk)
        and Appointment.objects.in_force(day).filter(user=user, site=site, line=line).exists()
    )


def can_edit_plan(user: User, plan: TrainingPlan) -> bool:
    """Its PIC: the one who answers for it (2.2)."""
    return plan.pic_id == user.pk and user.authority.covers("trainer", site_id=plan.site_id, line_id=plan.line_id)


def can_write_template(user: User, *, line: ServiceLine | None) -> bool:
    """Who plans on the line, and its manager: a template only proposes, the approval of each plan decides."""
    return user.authority.covers("trainer", "manager", line_id=line.pk if line else None)


def can_read_template(user: User, template: PlanTemplate) -> bool:
    """Who plans, approves or audits, for their lines; one of every line, any of them."""
    if template.line_id is None:
        return user.authority.has(*TEMPLATE_READERS)
    return user.authority.covers(*TEMPLATE_READERS, line_id=template.line_id)


def deciding_for(user: User, revision: PlanRevision) -> list[int | None]:
    """For whom ``user`` may decide: None for oneself, else keys of absent managers; empty where they may not.

    Nobody decides on what they proposed, neither themselves nor through a delegate (APR-6).
    """
    plan = revision.plan
    involved = {plan.pic_id, revision.submitted_by_id, revision.created_by_id}
    if user.pk in involved:
        return []
    holders = user.authority.acting_for("manager", site_id=plan.site_id, line_id=plan.line_id)
    return [key for key in holders if key is None or key not in involved]


def can_decide_revision(user: User, revision: PlanRevision) -> bool:
    """A manager within scope, or who acts for one; nobody decides on what they proposed (APR-6)."""
    return bool(deciding_for(user, revision))


def can_cancel_plan(user: User, plan: TrainingPlan) -> bool:
    """The manager; before an approval also the PIC."""
    if user.authority.covers("manager", site_id=plan.site_id, line_id=plan.line_id):
        return True
    return plan.approved_revision_id is None and can_edit_plan(user, plan)


def can_hand_over(user: User, plan: TrainingPlan) -> bool:
    """The manager, who appoints the PICs (5.1.1 a)."""
    return user.authority.covers("manager", site_id=plan.site_id, line_id=plan.line_id)


def can_ask_consultation(user: User, plan: TrainingPlan) -> bool:
    """The PIC, and the manager who wants to know more before deciding."""
    return can_edit_plan(user, plan) or user.authority.covers("manager", site_id=plan.site_id, line_id=plan.line_id)


def can_answer_consultation(user: User, consultation: Consultation) -> bool:
    """Somebody of the team that was asked, within scope."""
    plan = consultation.plan
    return user.authority.covers(consultation.party, site_id=plan.site_id, line_id=plan.line_id)


def can_comment(user: User, revision: PlanRevision) -> bool:
    """The PIC, the manager and the teams that are consulted."""
    plan = revision.plan
    return plan.pic_id == user.pk or user.authority.covers(
        "manager", *CONSULTED, site_id=plan.site_id, line_id=plan.line_id
    )


def can_resolve_comment(user: User, plan: TrainingPlan, *, author: int) -> bool:
    """Who wrote the remark (``author``, a key), who answers for the plan, and who decides on it."""
    return user.pk in {author, plan.pic_id} or user.authority.covers(
        "manager", site_id=plan.site_id, line_id=plan.line_id
    )


def can_answer_overtime(user: User, order: OvertimeOrder) -> bool:
    """The agent; or the PIC, who enters an answer given on paper with its document."""
    return user.person_id == order.person_id or can_edit_plan(user, order.plan)


def can_see_release(user: User, plan: TrainingPlan, *, team: int, site: int, line: int) -> bool:
    """The offices and the PIC those of the plan; a leader those of the own teams (``team`` with its site and line)."""
    return (
        plan.pic_id == user.pk
        or user.authority.covers(*RELEASE_READERS, site_id=plan.site_id, line_id=plan.line_id)
        or user.authority.covers("team_leader", team_id=team, site_id=site, line_id=line)
    )


def can_answer_release(user: User, release: ReleaseConfirmation) -> bool:
    """A leader of the team whose agents are needed."""
    return any(grant.role == "team_leader" and release.team_id in grant.teams for grant in user.authority.grants)
