"""Roles with scope and period: granted and ended, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Set
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.people.enums import Role
from trainingops.people.models import RoleAssignment, ServiceLine, Site, Team, User
from trainingops.people.policies import can_grant_role
from trainingops.people.queries import in_force
from trainingops.people.services.periods import end_before
from trainingops.people.signals import leaders_changed
from trainingops.ui.bounds import reversed_words
from trainingops.ui.moments import day_words


@service
def grant_role(
    *,
    user: User,
    role: str,
    actor: User,
    now: datetime,
    starts_on: date,
    ends_on: date | None = None,
    sites: Iterable[Site] = (),
    lines: Iterable[ServiceLine] = (),
    teams: Iterable[Team] = (),
) -> RoleAssignment:
    """Let ``user`` hold ``role`` from a day until a day (inclusive), within sites, lines and teams; none: everywhere.

    Raises:
        Refused: it ends before it starts or is over already, a team leader without team, or the user holds the same
            role within the same scope on a day of the period already.
    """
    require(can_grant_role(actor))
    scope: dict[str, list[Any]] = {"sites": list(sites), "lines": list(lines), "teams": list(teams)}
    if ends_on is not None and ends_on < starts_on:
        raise Refused(reversed_words(starts_on, ends_on), field="ends_on", code="period")
    if ends_on is not None and ends_on < now.astimezone(actor.zone).date():
        raise Refused(
            _("%(end)s is over: nobody holds a role in the past. Choose today or a later last day.")
            % {"end": day_words(ends_on)},
            field="ends_on",
            code="over",
        )
    if role == Role.TEAM_LEADER and not scope["teams"]:
        raise Refused(_("A team leader needs a team. Choose at least one."), field="teams", code="team_missing")
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # one grant to a user at a time
    _require_new(user, role, (starts_on, ends_on), {place for places in scope.values() for place in places})
    assignment = RoleAssignment.objects.create(user=user, role=role, starts_on=starts_on, ends_on=ends_on)
    for name, places in scope.items():
        getattr(assignment, name).set(places)
    record(
        "role.granted",
        subject=assignment,
        actor=actor,
        now=now,
        data={
            "user": user.uuid,
            "role": role,
            "starts_on": starts_on,
            "ends_on": ends_on,
            **{name: [place.uuid for place in places] for name, places in scope.items()},
        },
    )
    _tell_leaders(role, [team.pk for team in scope["teams"]], actor, now)
    return assignment


def _require_new(user: User, role: str, period: tuple[date, date | None], scope: Set[Any]) -> None:
    """Refuse what the user holds already: a role twice would have to be ended twice."""
    starts_on, ends_on = period
    held = user.role_assignments.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on), role=role)
    if ends_on is not None:
        held = held.filter(starts_on__lte=ends_on)
    for each in held.order_by("starts_on").prefetch_related("sites", "lines", "teams"):
        if set(each.places) == scope:
            told = {"name": user.name, "role": Role(role).label, "start": day_words(each.starts_on)}
            if each.ends_on is None:
                raise Refused(
                    _(
                        "%(name)s holds the role %(role)s with this scope already, from %(start)s on. End that one "
                        "first, or choose another scope."
                    )
                    % told,
                    field="role",
                    code="held_already",
                )
            raise Refused(
                _(
                    "%(name)s holds the role %(role)s with this scope already, from %(start)s to %(end)s. Let this one "
                    "begin after that day, or end that one first."
                )
                % {**told, "end": day_words(each.ends_on)},
                field="starts_on",
                code="held_already",
            )


@service
def end_role(*, assignment: RoleAssignment, actor: User, now: datetime) -> None:
    """End a role now: yesterday was its last day; one that began today leaves nothing but its journal entries.

    Raises:
        Refused: it has ended already, or it is the last administrator's.
    """
    require(can_grant_role(actor))
    # The administrators' rows in one order, so that two who end each other cannot both succeed.
    administrators = list(
        RoleAssignment.objects.select_for_update(no_key=True).filter(role=Role.ADMINISTRATOR).order_by("pk")
    )
    assignment = RoleAssignment.objects.select_for_update(no_key=True).get(pk=assignment.pk)
    today = now.astimezone(actor.zone).date()
    if assignment.ends_on is not None and assignment.ends_on < today:
        raise Refused(_("This role has ended already."), code="ended")
    if assignment.role == Role.ADMINISTRATOR and not _another_administrator(administrators, assignment, today):
        raise Refused(
            _("This is the last administrator. Grant the role to somebody else first."), code="last_administrator"
        )
    data = {"user": assignment.user.uuid, "role": assignment.role, "starts_on": assignment.starts_on}
    record("role.ended", subject=assignment, actor=actor, now=now, data=data)
    teams = list(assignment.teams.values_list("pk", flat=True))
    end_before(assignment, today)
    _tell_leaders(assignment.role, teams, actor, now)


def _tell_leaders(role: str, teams: Collection[int], actor: User, now: datetime) -> None:
    """Teams have another leader: what their leaders answer for follows."""
    if role == Role.TEAM_LEADER and teams:
        leaders_changed.send(sender=RoleAssignment, teams=list(teams), actor=actor, now=now)


def _another_administrator(rows: list[RoleAssignment], ended: RoleAssignment, today: date) -> bool:
    others = [row.pk for row in rows if row.pk != ended.pk]
    return RoleAssignment.objects.filter(in_force(today), pk__in=others, user__is_active=True).exists()
