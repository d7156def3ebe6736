"""Who may write needs, modules, questions, schemes, appointments and places."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from planning.enums import ModuleState
from trainingops.people.enums import Role

if TYPE_CHECKING:
    from planning.models import Appointment, Defect, ModuleVersion, MonitoringSample, ProductChange, TrainerRequest
    from planning.models.plans import TrainingPlanQuerySet
    from trainingops.people.models import ServiceLine, User

MODULE_AUTHORS = (Role.TRAINER, Role.SSO_TRAINING, Role.MANAGER)
QUESTION_AUTHORS = (Role.TRAINER, Role.SSO_TRAINING, Role.QC, Role.MANAGER)
SCHEME_AUTHORS = (Role.TRAINER, Role.MANAGER)
NEED_WRITERS = (
    Role.MANAGER,
    Role.TRAINER,
    Role.QC,
    Role.OPERATIONS,
    Role.OPERATION_SUPPORT,
    Role.SSO_TRAINING,
)
DISPUTERS = (Role.TEAM_LEADER, Role.OPERATIONS, Role.MANAGER, Role.QC)
MEASURE_KEEPERS = (Role.MANAGER, Role.QC)
INDICATOR_WRITERS = (Role.QC, Role.OPERATIONS, Role.OPERATION_SUPPORT, Role.MANAGER)
REQUESTERS = (Role.MANAGER, Role.TRAINER)
PLACE_KEEPERS = (Role.MANAGER, Role.ADMINISTRATOR)


def can_write_modules(user: User) -> bool:
    """Trainers, SSO Training and managers write modules (2.1, 5.1.1 d)."""
    return user.authority.has(*MODULE_AUTHORS)


def can_write_for(user: User, lines: Iterable[ServiceLine]) -> bool:
    """Those who write modules, where one of its lines is theirs; the manager of every line approves it."""
    return any(user.authority.covers(*MODULE_AUTHORS, line_id=line.pk) for line in lines)


def can_keep_topics(user: User) -> bool:
    """Who writes modules keeps the tree of topics."""
    return can_write_modules(user)


def can_edit_module(user: User, versions: Iterable[ModuleVersion], *, lines: Iterable[ServiceLine]) -> bool:
    """Who writes for all of ``lines``; once one of the versions was approved, a manager of all of them (2.1)."""
    approved = any(version.state in (ModuleState.APPROVED, ModuleState.RETIRED) for version in versions)
    roles = (Role.MANAGER,) if approved else MODULE_AUTHORS
    return all(user.authority.covers(*roles, line_id=line.pk) for line in lines)


def can_record_standard(user: User, line: ServiceLine) -> bool:
    """The manager of a line, or who writes its modules, has its list of standard modules recorded."""
    return user.authority.covers(*MODULE_AUTHORS, line_id=line.pk)


def can_edit_version(user: User, version: ModuleVersion) -> bool:
    """Its author, or a manager of every line of the module; the state decides whether there is something to edit."""
    return version.author_id == user.pk or all(
        user.authority.covers(Role.MANAGER, line_id=line.pk) for line in version.module.lines.all()
    )


def can_decide_version(user: User, version: ModuleVersion) -> bool:
    """A manager of every line of the module, never its author (2.1)."""
    return version.author_id != user.pk and all(
        user.authority.covers(Role.MANAGER, line_id=line.pk) for line in version.module.lines.all()
    )


def can_write_questions(user: User) -> bool:
    """Those who teach or judge write questions and test papers."""
    return user.authority.has(*QUESTION_AUTHORS)


def can_write_schemes(user: User) -> bool:
    """The trainer sets parameters, scores and pass mark (5.1.2); so may the manager."""
    return user.authority.has(*SCHEME_AUTHORS)


def can_retire_scheme(user: User, losing: TrainingPlanQuerySet) -> bool:
    """A manager; or who writes schemes, where every plan that would lose it lies in their scope."""
    if user.authority.covers(Role.MANAGER):
        return True
    inside = losing.filter(user.authority.scope(*SCHEME_AUTHORS, site="site", line="line"))
    return can_write_schemes(user) and not losing.exclude(pk__in=inside.values("pk")).exists()


def can_edit_change(user: User, change: ProductChange) -> bool:
    """Who registers needs of every line that it touches."""
    return all(can_register_need(user, line) for line in change.lines.all())


def can_register_need(user: User, line: ServiceLine | None) -> bool:
    """The parties that 5.1.1 d names, for their own lines."""
    return user.authority.covers(*NEED_WRITERS, line_id=line.pk if line else None)


def can_add_measure(user: User) -> bool:
    """The list of measures is kept by managers and Quality Control."""
    return user.authority.has(*MEASURE_KEEPERS)


def can_record_indicator(user: User, *, site_id: int | None, line_id: int, team_id: int | None) -> bool:
    """Those who bring figures of the service, for their own lines and places (2.3)."""
    return user.authority.covers(*INDICATOR_WRITERS, site_id=site_id, line_id=line_id, team_id=team_id)


def can_keep_parameters(user: User) -> bool:
    """The parameters of Quality Control's sheet are its own, for the whole house."""
    return user.authority.has(Role.QC)


def can_record_defect(user: User, *, site_id: int, line_id: int, team_id: int | None) -> bool:
    """Quality Control within its scope."""
    return user.authority.covers(Role.QC, site_id=site_id, line_id=line_id, team_id=team_id)


def can_keep_sample(user: User, sample: MonitoringSample) -> bool:
    """Quality Control of the place where the agent worked corrects and annuls samples."""
    return can_record_defect(user, site_id=sample.site_id, line_id=sample.line_id, team_id=sample.team_id)


def can_dispute_defect(user: User, defect: Defect) -> bool:
    """Who answers for the agent, or Quality Control itself."""
    return user.authority.covers(*DISPUTERS, site_id=defect.site_id, line_id=defect.line_id, team_id=defect.team_id)


def can_judge_defect(user: User, defect: Defect) -> bool:
    """Quality Control annuls a finding or upholds it."""
    return can_record_defect(user, site_id=defect.site_id, line_id=defect.line_id, team_id=defect.team_id)


def can_import_traffic(user: User, *, site_id: int, line_id: int) -> bool:
    """Operation, Operation Support, managers and trainers of the place, and administrators."""
    return user.authority.covers(
        Role.OPERATIONS,
        Role.OPERATION_SUPPORT,
        Role.MANAGER,
        Role.TRAINER,
        Role.ADMINISTRATOR,
        site_id=site_id,
        line_id=line_id,
    )


def can_appoint(user: User, *, site_id: int, line_id: int) -> bool:
    """The manager of the site and line appoints PICs (5.1.1 a)."""
    return user.authority.covers(Role.MANAGER, site_id=site_id, line_id=line_id)


def can_revoke(user: User, appointment: Appointment) -> bool:
    """The same manager's office revokes."""
    return can_appoint(user, site_id=appointment.site_id, line_id=appointment.line_id)


def can_keep_places(user: User) -> bool:
    """Rooms, applications and trainers from outside are kept by managers and administrators."""
    return user.authority.has(*PLACE_KEEPERS)


def can_set_target(user: User, line: ServiceLine) -> bool:
    """A manager of the line says what it must hold."""
    return user.authority.covers(Role.MANAGER, line_id=line.pk)


def can_request_trainer(user: User, *, site_id: int, line_id: int) -> bool:
    """The PIC and the manager of a place ask SSO Training for a trainer (5.1.1 a)."""
    return user.authority.covers(*REQUESTERS, site_id=site_id, line_id=line_id)


def can_answer_request(user: User, request: TrainerRequest) -> bool:
    """SSO Training itself."""
    return user.authority.covers(Role.SSO_TRAINING, site_id=request.site_id, line_id=request.line_id)


def can_enter_answer(user: User, request: TrainerRequest) -> bool:
    """Who could have asked enters the answer, with the document that shows it."""
    return can_request_trainer(user, site_id=request.site_id, line_id=request.line_id)
