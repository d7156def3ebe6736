"""Who may change people, accounts, roles and places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils import timezone

from trainingops.people.enums import Role
from trainingops.people.models import Delegation, Person, PersonAssignment, RoleAssignment, Site, Team, User
from trainingops.people.queries import in_force

#: Who hands out one-time codes within their scope, besides administrators.
HELPS_IN = (Role.TRAINER, Role.TEAM_LEADER)


def can_manage_people(user: User) -> bool:
    """People, places, accounts and roles are the administrator's."""
    return user.authority.has(Role.ADMINISTRATOR)


def can_grant_role(user: User) -> bool:
    """Roles are granted and ended by administrators."""
    return user.authority.has(Role.ADMINISTRATOR)


def people_helped_by(actor: User, people: Iterable[Person]) -> set[int]:
    """Keys of those to whom ``actor`` may give a one-time code as far as the place decides: one query.

    Trainers and team leaders may for people whose present assignment lies in their scope.
    """
    keys = {person.pk for person in people}
    if actor.authority.has(Role.ADMINISTRATOR):
        return keys
    if not actor.authority.has(*HELPS_IN):
        return set()
    places = PersonAssignment.objects.filter(in_force(timezone.localdate()), person__in=keys)
    # No team is not every team: the key 0 lies in no scope of teams.
    return {
        place.person_id
        for place in places
        if actor.authority.covers(*HELPS_IN, site_id=place.site_id, line_id=place.line_id, team_id=place.team_id or 0)
    }


def users_helped_by(actor: User, users: Sequence[User]) -> set[int]:
    """Keys of the accounts to which ``actor`` may give a one-time code: three queries.

    Only administrators may for accounts that hold more than the role of an agent, by grant or delegation: a code is a
    way to become them.
    """
    if actor.authority.has(Role.ADMINISTRATOR):
        return {user.pk for user in users}
    today = in_force(timezone.localdate())
    people = people_helped_by(actor, [user.person for user in users if user.person is not None])
    granted = (
        RoleAssignment.objects.filter(today, user__in=users).exclude(role=Role.AGENT).values_list("user", flat=True)
    )
    delegated = Delegation.objects.filter(today, delegate__in=users).values_list("delegate", flat=True)
    more = {*granted, *delegated}
    return {user.pk for user in users if user.person_id in people and user.pk not in more}


def teams_helped_by(actor: User) -> QuerySet[Team]:
    """The teams to whose people ``actor`` may give one-time codes."""
    scope = actor.authority.scope(Role.ADMINISTRATOR, *HELPS_IN, site="site", line="line", team="pk")
    return Team.objects.filter(scope)


def can_help_person_in(actor: User, person: Person) -> bool:
    """Whether ``actor`` may open an account for ``person`` and give them a one-time code."""
    return person.pk in people_helped_by(actor, [person])


def can_issue_code(actor: User, user: User) -> bool:
    """Whether ``actor`` may give ``user`` a one-time code."""
    return user.pk in users_helped_by(actor, [user])


#: Who keeps the roster: workforce management sits in Operation or Operation Support.
ROSTER_KEEPERS = (Role.OPERATIONS, Role.OPERATION_SUPPORT, Role.MANAGER, Role.ADMINISTRATOR)


def can_keep_roster(user: User, *, site_id: int, line_id: int) -> bool:
    """Those who keep the roster, for their own sites and lines (5.1.1 f)."""
    return user.authority.covers(*ROSTER_KEEPERS, site_id=site_id, line_id=line_id)


def can_record_leave(user: User, person: Person) -> bool:
    """Who keeps the roster, trainers and team leaders, where the person works today; never for oneself."""
    place = PersonAssignment.objects.filter(in_force(timezone.localdate()), person=person).first()
    return place is not None and can_record_leave_at(user, place)


def can_record_leave_at(user: User, place: PersonAssignment) -> bool:
    """The same, where the present place of the person is known."""
    return place.person_id != user.person_id and user.authority.covers(
        *ROSTER_KEEPERS, *HELPS_IN, site_id=place.site_id, line_id=place.line_id, team_id=place.team_id or 0
    )


def can_keep_codes(user: User) -> bool:
    """The codes of the roster are the whole house's: those who keep the roster without a limit to sites."""
    return any(grant.role in ROSTER_KEEPERS and not grant.sites for grant in user.authority.grants)


def can_set_hours(user: User, site: Site) -> bool:
    """The hours of a code at a site: those who keep the roster there."""
    return user.authority.covers(*ROSTER_KEEPERS, site_id=site.pk)


def can_delegate(actor: User, principal: User) -> bool:
    """A manager of their own right for themselves; an administrator for a manager who is away already."""
    return actor.authority.has(Role.ADMINISTRATOR) or (
        actor == principal
        and any(grant.role == Role.MANAGER and grant.principal is None for grant in actor.authority.grants)
    )
