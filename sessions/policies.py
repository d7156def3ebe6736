"""Who may do what in the execution stage; scope and state are decided here, roles coarsely by the access table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessions.models import (
    AttendanceCorrection,
    Enrolment,
    MeetingTrainer,
    ParameterScore,
    RecoveryCase,
    TrainingSession,
)

if TYPE_CHECKING:
    from planning.models import TrainingPlan
    from sessions.models import ScanPage, TargetOutcome
    from trainingops.people.models import User


def can_run_session(user: User, training_session: TrainingSession, *, teaches: bool | None = None) -> bool:
    """Open, take attendance, score, conclude: the PIC who answers for it, and who teaches it (clause "Words").

    Args:
        teaches: whether they teach it, where that is known already.
    """
    if training_session.plan.pic_id == user.pk:
        return True
    return is_trainer_of(user, training_session) if teaches is None else teaches


def is_trainer_of(user: User, training_session: TrainingSession) -> bool:
    """Whether the user is an executing trainer of any of its meetings."""
    return MeetingTrainer.objects.filter(meeting__training_session=training_session, trainer__user=user).exists()


def can_recover(user: User, plan: TrainingPlan) -> bool:
    """Arrange recovery: the PIC of the plan, or the manager of its site and line."""
    return plan.pic_id == user.pk or can_decide(user, plan)


def can_decide(user: User, plan: TrainingPlan) -> bool:
    """Waive, confirm that somebody left, acknowledge a deviation: the manager of site and line."""
    return user.authority.covers("manager", site_id=plan.site_id, line_id=plan.line_id)


def can_waive_outcome(user: User, outcome: TargetOutcome, plan: TrainingPlan) -> bool:
    """The manager, but never of their own plan or over their own training (separation of duties)."""
    return can_decide(user, plan) and plan.pic_id != user.pk and outcome.person_id != user.person_id


def can_confirm_lapse(user: User, outcome: TargetOutcome, plan: TrainingPlan) -> bool:
    """The manager, and the PIC where the system proposed it; never about oneself."""
    if outcome.person_id == user.person_id:
        return False
    proposed = outcome.lapse_proposed_at is not None and plan.pic_id == user.pk
    return proposed or can_decide(user, plan)


def can_waive(user: User, case: RecoveryCase, plan: TrainingPlan) -> bool:
    """The manager, but never over a case that they own, or that is about themselves (separation of duties)."""
    mine = case.owner_id == user.pk or case.enrolment.person_id == user.person_id
    return can_decide(user, plan) and plan.pic_id != user.pk and not mine


def can_decide_correction(user: User, correction: AttendanceCorrection) -> bool:
    """Who runs the session decides what a participant asks, the PIC what a trainer proposes; nobody over themselves."""
    participant, training_session = correction.enrolment.person_id, correction.meeting.training_session
    if participant == user.person_id:
        return False
    if correction.requested_by.person_id == participant:
        return can_run_session(user, training_session)
    return training_session.plan.pic_id == user.pk


def can_amend_score(user: User, score: ParameterScore, training_session: TrainingSession, *, several: bool) -> bool:
    """Of those who run the session: the PIC, who answers for the scores; of several assessors else only the giver."""
    return not several or score.assessor_id == user.pk or training_session.plan.pic_id == user.pk


def can_take_tests(user: User, enrolment: Enrolment) -> bool:
    """The enrolled person themselves."""
    return user.person_id is not None and enrolment.person_id == user.person_id and enrolment.removed_at is None


def can_answer_survey(user: User, enrolment: Enrolment) -> bool:
    """As a test: the enrolled person themselves."""
    return can_take_tests(user, enrolment)


#: Who prints lists to be signed, and files what was signed.
PAPER_ROLES = ("manager", "trainer", "sso_training", "team_leader")


def can_upload_scans(user: User) -> bool:
    """Bring in scans; where each page may be filed is decided page by page."""
    return user.authority.has(*PAPER_ROLES)


def can_handle_paper(user: User, training_session: TrainingSession) -> bool:
    """Print its attendance list and file its scans: who runs it, and those roles where it takes place."""
    return has_paper_role(user, training_session) or can_run_session(user, training_session)


def has_paper_role(user: User, training_session: TrainingSession) -> bool:
    """Whether one of those roles is held where the session takes place."""
    place = {"site_id": training_session.site_id, "line_id": training_session.line_id}
    return user.authority.covers(*PAPER_ROLES, **place)


def can_discard_page(user: User, page: ScanPage) -> bool:
    """Who uploaded it, first or again, or a manager of its site and line."""
    scan = page.scan
    if user.pk in (scan.uploaded_by_id, scan.job.owner_id):
        return True
    return user.authority.covers("manager", site_id=scan.site_id, line_id=scan.line_key())
