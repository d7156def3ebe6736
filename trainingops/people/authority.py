"""A user's roles and scopes in force, loaded by one query."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.utils import timezone

from trainingops.audit.journal import note_principal

if TYPE_CHECKING:
    from trainingops.people.models import User


@dataclass(frozen=True)
class Grant:
    """One role with its scope, as keys; an empty set means everywhere.

    A grant narrowed to teams is narrowed to their sites and lines too, so that a thing without a team of its own,
    such as a plan or a session, never opens to a team leader of another place.
    """

    role: str
    sites: frozenset[int]
    lines: frozenset[int]
    teams: frozenset[int]
    #: Key of the account for which somebody acts by delegation; none for a role of one's own.
    principal: int | None = None
    principal_uuid: UUID | None = None

    def covers(self, *, site_id: int | None, line_id: int | None, team_id: int | None) -> bool:
        """Whether a thing at this site, line and team is inside. What a thing does not have does not exclude it."""
        return all(
            not scope or key is None or key in scope
            for scope, key in ((self.sites, site_id), (self.lines, line_id), (self.teams, team_id))
        )


@dataclass(frozen=True)
class Authority:
    """What somebody may be here and now."""

    grants: tuple[Grant, ...]
    #: Whose authority it is; none for nobody's.
    holder: UUID | None = None

    @cached_property
    def role_names(self) -> frozenset[str]:
        return frozenset(grant.role for grant in self.grants)

    @property
    def title(self) -> str:
        """The roles in words, for the bar on top."""
        from trainingops.people.enums import Role

        return ", ".join(str(role.label) for role in Role if role in self.role_names)

    def has(self, *roles: str) -> bool:
        """Whether any of the roles is held, in whatever scope."""
        return not self.role_names.isdisjoint(roles)

    def covers(
        self, *roles: str, site_id: int | None = None, line_id: int | None = None, team_id: int | None = None
    ) -> bool:
        """Whether one of the roles is held in a scope that covers the place.

        Inside a service where only a delegation allows it, the journal notes on whose behalf.
        """
        fitting = [
            grant
            for grant in self.grants
            if grant.role in roles and grant.covers(site_id=site_id, line_id=line_id, team_id=team_id)
        ]
        if self.holder and fitting and all(grant.principal_uuid for grant in fitting):
            principal = min(fitting, key=lambda grant: grant.principal or 0).principal_uuid
            assert principal is not None
            note_principal(actor=self.holder, principal=principal)
        return bool(fitting)

    def acting_for(self, role: str, *, site_id: int, line_id: int) -> list[int | None]:
        """For whom this role is held at the place: None for oneself, which comes first, or the key of a principal."""
        keys = {
            grant.principal
            for grant in self.grants
            if grant.role == role and grant.covers(site_id=site_id, line_id=line_id, team_id=None)
        }
        return sorted(keys, key=lambda key: (key is not None, key or 0))

    def scope(self, *roles: str, site: str = "", line: str = "", team: str = "") -> Q:
        """A filter for rows inside the scope of these roles.

        Args:
            site, line, team: lookup paths to the foreign keys of the row, such as ``site`` or ``plan__line``;
                an empty path leaves that side of the scope out.

        Returns:
            A ``Q`` that matches nothing when none of the roles is held.
        """
        allowed = Q(pk__in=[])
        for grant in self.grants:
            if grant.role not in roles:
                continue
            inside = Q()
            for path, keys in ((site, grant.sites), (line, grant.lines), (team, grant.teams)):
                if path and keys:
                    inside &= Q(**{f"{path}__in": keys})
            if not inside:
                # Not an empty Q: "everything, or one's own" would read as "one's own".
                return Q(pk__isnull=False)
            allowed |= inside
        return allowed


NOBODY = Authority(grants=())


def load_authority(user: User) -> Authority:
    """The grants in force today in the user's zone, those held by delegation included: one query for each."""
    from trainingops.people.models import RoleAssignment

    today = timezone.localdate(timezone=user.zone)
    in_force = Q(starts_on__lte=today) & (Q(ends_on=None) | Q(ends_on__gte=today))
    delegated = Q(
        user__delegations_given__delegate=user,
        user__delegations_given__starts_on__lte=today,
        user__delegations_given__ends_on__gte=today,
        role=_delegated_role(),
    )
    rows = (
        RoleAssignment.objects.filter(in_force & (Q(user=user) | delegated))
        .values_list("pk", "role", "user", "user__uuid")
        .annotate(
            site_keys=ArrayAgg("sites", filter=Q(sites__isnull=False), distinct=True, default=[]),
            line_keys=ArrayAgg("lines", filter=Q(lines__isnull=False), distinct=True, default=[]),
            team_keys=ArrayAgg("teams", filter=Q(teams__isnull=False), distinct=True, default=[]),
            team_sites=ArrayAgg("teams__site", filter=Q(teams__isnull=False), distinct=True, default=[]),
            team_lines=ArrayAgg("teams__line", filter=Q(teams__isnull=False), distinct=True, default=[]),
        )
    )
    return Authority(
        holder=user.uuid,
        grants=tuple(
            Grant(
                role=role,
                sites=frozenset(sites or team_sites),
                lines=frozenset(lines or team_lines),
                teams=frozenset(teams),
                principal=None if holder == user.pk else holder,
                principal_uuid=None if holder == user.pk else uuid,
            )
            for _key, role, holder, uuid, sites, lines, teams, team_sites, team_lines in rows
        ),
    )


def _delegated_role() -> object:
    from django.db.models import F

    return F("user__delegations_given__role")
