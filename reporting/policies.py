"""Who may do what in this stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessions.policies import is_trainer_of
from trainingops.people.enums import Role

if TYPE_CHECKING:
    from reporting.models import Distribution, ReportObligation, TrainingReport
    from trainingops.people.models import ServiceLine, Site, User


def can_write(user: User, report: TrainingReport, *, teaches: bool | None = None) -> bool:
    """Whoever is PIC of the plan now, and whoever taught a meeting of the session.

    Args:
        teaches: whether they did, where that is known already.
    """
    obligation = report.obligation
    if obligation.training_session.plan.pic_id == user.pk:
        return True
    if not user.authority.has(Role.TRAINER):
        return False
    return is_trainer_of(user, obligation.training_session) if teaches is None else teaches


def can_send(user: User, report: TrainingReport) -> bool:
    """Remind recipients, add one, note where it was shared: who may write it, and the manager in scope."""
    return can_remind(user, report.obligation) or can_write(user, report)


def can_remind(user: User, obligation: ReportObligation) -> bool:
    """Whoever is PIC of the plan now, and the manager in scope."""
    training_session = obligation.training_session
    return training_session.plan.pic_id == user.pk or user.authority.covers(
        Role.MANAGER, site_id=training_session.site_id, line_id=training_session.line_id
    )


def is_outside(user: User) -> bool:
    """The client, and whoever else holds no office of the house: they read parties, not the people who stand for them
    (5.3.2)."""
    return not user.authority.has(*(role for role in Role if role not in (Role.CLIENT, Role.AGENT)))


def can_acknowledge(user: User, distribution: Distribution) -> bool:
    """Everybody for oneself."""
    return distribution.user_id == user.pk


def can_edit_rules(user: User, site: Site | None) -> bool:
    """Administrators; managers for the sites of their scope, for the whole house only without a limit to sites."""
    if user.authority.has(Role.ADMINISTRATOR):
        return True
    if site is not None:
        return user.authority.covers(Role.MANAGER, site_id=site.pk)
    return any(grant.role == Role.MANAGER and not grant.sites for grant in user.authority.grants)


def can_decide_client_names(user: User, line: ServiceLine) -> bool:
    """A manager of the line at every site where it has teams: the decision is about the people of all of them."""
    sites = {team.site_id for team in line.teams.all()}
    return user.authority.covers(Role.MANAGER, line_id=line.pk) and all(
        user.authority.covers(Role.MANAGER, site_id=each, line_id=line.pk) for each in sites
    )
