"""Who may change people, accounts, roles and places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from trainingops.people.enums import Role
from trainingops.people.queries import assignment_on

if TYPE_CHECKING:
    from trainingops.people.models import Person, User

#: Who hands out one-time codes within their scope, besides administrators.
HELPS_IN = (Role.TRAINER, Role.TEAM_LEADER)


def can_manage_people(user: User) -> bool:
    """People, places, accounts and roles are the administrator's."""
    return user.authority.has(Role.ADMINISTRATOR)


def can_grant_role(user: User) -> bool:
    """Roles are granted and ended by administrators."""
    return user.authority.has(Role.ADMINISTRATOR)


def can_help_person_in(actor: User, person: Person) -> bool:
    """Whether ``actor`` may give ``person`` a one-time code as far as the place decides.

    Trainers and team leaders may for people whose present assignment lies in their scope.
    """
    if actor.authority.has(Role.ADMINISTRATOR):
        return True
    if not actor.authority.has(*HELPS_IN):
        return False
    place = assignment_on(person.pk, timezone.localdate())
    # No team is not every team: the key 0 lies in no scope of teams.
    return place is not None and actor.authority.covers(
        *HELPS_IN, site_id=place.site_id, line_id=place.line_id, team_id=place.team_id or 0
    )


def can_issue_code(actor: User, user: User) -> bool:
    """Whether ``actor`` may give ``user`` a one-time code.

    Only administrators may for accounts that hold more than the role of an agent: a code is a way to become them.
    """
    if actor.authority.has(Role.ADMINISTRATOR):
        return True
    if user.person is None or user.authority.role_names - {Role.AGENT}:
        return False
    return can_help_person_in(actor, user.person)
