"""Who may do what in the evaluation stage. Scope and state are decided here; the access table is coarse."""

from __future__ import annotations

from evaluation.models import (
    CoachingForm,
    EffectStudy,
    ImprovementAction,
    Objective,
    ObjectiveRevision,
    Review,
    TrainingDefect,
)
from trainingops.people.enums import Role
from trainingops.people.models import Person, ServiceLine, Site, User
from trainingops.people.queries import people_visible_to

#: Who reads indicators, objectives and management reports of their sites and lines.
READS_INDICATORS = ("manager", "trainer", "qc", "operations", "operation_support", "auditor")
#: Who coaches, as which they sign.
COACHES = (Role.TEAM_LEADER, Role.TRAINER, Role.MANAGER)


def compares_trainers(user: User) -> bool:
    """Managers and auditors see every trainer in a comparison; others see their own classes beside all (5.4)."""
    return user.authority.has("manager", "auditor")


def can_schedule_review(user: User, site: Site, line: ServiceLine) -> bool:
    """The manager of the site and line (5.4)."""
    return user.authority.covers("manager", site_id=site.pk, line_id=line.pk)


def can_lead_review(user: User, review: Review) -> bool:
    """The manager in scope, or who was delegated: the review is not held without one."""
    return user.authority.covers("manager", site_id=review.site_id, line_id=review.line_id)


def can_approve_minutes(user: User, review: Review) -> bool:
    """The manager in scope, never the secretary who wrote them (DESIGN.md §2)."""
    return user.pk != review.secretary_id and can_lead_review(user, review)


def can_write_minutes(user: User, review: Review) -> bool:
    """One secretary writes; the manager may help out. The participants comment in the meeting."""
    return user.pk == review.secretary_id or can_lead_review(user, review)


def can_record_defect(user: User, site: Site, line: ServiceLine) -> bool:
    """People who run or watch trainings."""
    return user.authority.covers(
        "manager", "trainer", "qc", "operations", "operation_support", site_id=site.pk, line_id=line.pk
    )


def can_decide_defect(user: User, defect: TrainingDefect) -> bool:
    """The manager in scope, or the PIC of the training."""
    return user.pk == defect.plan.pic_id or user.authority.covers(
        "manager", site_id=defect.site_id, line_id=defect.line_id
    )


def can_carry_out(user: User, action: ImprovementAction) -> bool:
    """The owner."""
    return user.pk == action.owner_id


def can_check_effect(user: User, action: ImprovementAction) -> bool:
    """Manager or QC in scope, never the owner (DESIGN.md §4)."""
    review = action.finding.review
    return user.pk != action.owner_id and user.authority.covers(
        "manager", "qc", site_id=review.site_id, line_id=review.line_id
    )


def can_ask_measurement(user: User, study: EffectStudy) -> bool:
    """The PIC of the training, manager or QC in scope: who may know that findings were annulled."""
    plan = study.plan
    return user.pk == plan.pic_id or user.authority.covers("manager", "qc", site_id=plan.site_id, line_id=plan.line_id)


def can_coach(user: User, person: Person) -> bool:
    """Team leaders, trainers and managers within their scope, never oneself."""
    if user.person_id == person.pk or not user.authority.has(*COACHES):
        return False
    return people_visible_to(Person.objects.filter(pk=person.pk), user).exists()


def can_write_coaching(user: User, form: CoachingForm) -> bool:
    """Its coach."""
    return user.pk == form.coach_id


def can_follow_up(user: User, form: CoachingForm) -> bool:
    """Its coach, or the manager of the place; never the person coached."""
    if user.person_id == form.person_id:
        return False
    return user.pk == form.coach_id or user.authority.covers("manager", site_id=form.site_id, line_id=form.line_id)


def can_comment(user: User, form: CoachingForm) -> bool:
    """The person coached."""
    return user.person_id is not None and user.person_id == form.person_id


def can_write_objective(user: User, objective: Objective) -> bool:
    """Manager, trainer or QC of the place; what holds for the whole house any of them may propose (ISO 9001 6.2)."""
    return user.authority.covers("manager", "trainer", "qc", site_id=objective.site_id, line_id=objective.line_id)


def can_decide_objective(user: User, revision: ObjectiveRevision) -> bool:
    """A manager of the place, never who wrote it; of the whole house one without limit to places (DESIGN.md §2)."""
    objective = revision.objective
    limits = (("sites", objective.site_id), ("lines", objective.line_id))
    answers = any(
        grant.role == "manager" and all(not getattr(grant, name) or key in getattr(grant, name) for name, key in limits)
        for grant in user.authority.grants
    )
    mine = user.pk == revision.written_by_id
    return (
        not mine and answers and user.authority.covers("manager", site_id=objective.site_id, line_id=objective.line_id)
    )
