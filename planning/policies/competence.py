"""Who may say what agents must have shown (ISO 9001 7.2)."""

from __future__ import annotations

from datetime import date

from planning.models import Appointment, CompetenceRequirement
from trainingops.people.enums import Role
from trainingops.people.models import ServiceLine, User


def can_submit_requirement(user: User, line: ServiceLine, *, day: date) -> bool:
    """A PIC with an appointment in force on the line, or its manager, whose own list another manager decides on."""
    if user.authority.covers(Role.MANAGER, line_id=line.pk):
        return True
    appointed = Appointment.objects.in_force(day).filter(user=user, line=line)
    return user.authority.covers(Role.TRAINER, line_id=line.pk) and appointed.exists()


def can_decide_requirement(user: User, requirement: CompetenceRequirement) -> bool:
    """A manager of the line, never who submitted it (DESIGN.md §2)."""
    mine = requirement.submitted_by_id == user.pk
    return not mine and user.authority.covers(Role.MANAGER, line_id=requirement.line_id)


def can_withdraw_requirement(user: User, requirement: CompetenceRequirement) -> bool:
    """Who submitted it."""
    return requirement.submitted_by_id == user.pk
