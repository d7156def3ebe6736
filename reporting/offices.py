"""Who holds the offices that a report goes to, and where: the places of a class and their parties (5.3.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import FilteredRelation, Q, QuerySet

from sessions.models import Enrolment
from trainingops.people.enums import Employment, Role
from trainingops.people.models import RoleAssignment, ServiceLine, Site, User
from trainingops.people.queries import in_force

if TYPE_CHECKING:
    from sessions.models import TrainingSession


@dataclass(frozen=True)
class Place:
    """A site with a line."""

    site: Site
    line: ServiceLine

    def __str__(self) -> str:
        return f"{self.line} {self.site}"


def groups_of(training_sessions: Iterable[TrainingSession]) -> QuerySet[Enrolment]:
    """A participant of each site, line and team of each class, as they were then."""
    people = Enrolment.objects.filter(training_session__in=training_sessions, removed_at=None)
    kept = ("training_session_id", "site_id", "line_id", "team_id")
    return people.select_related("site", "line").order_by(*kept).distinct(*kept)


def places_of(training_session: TrainingSession, people: Iterable[Enrolment]) -> list[Place]:
    """Where a class belongs and where ``people`` of it come from; its own place first."""
    own = Place(training_session.site, training_session.line)
    # Who came without an assignment belongs to no place.
    others = {Place(each.site, each.line) for each in people if each.site and each.line}
    return [own, *sorted(others - {own}, key=str)]


@dataclass(frozen=True)
class Holding:
    """An account that holds a role, of its own or by delegation; an empty scope means everywhere."""

    user: User
    role: str
    sites: frozenset[int]
    lines: frozenset[int]
    teams: frozenset[int]

    def covers(self, place: Place) -> bool:
        """Whether the place lies inside."""
        inside = not self.sites or place.site.pk in self.sites
        return inside and (not self.lines or place.line.pk in self.lines)

    @property
    def is_house_wide(self) -> bool:
        """Whether it names no site and no line."""
        return not self.sites and not self.lines


class Offices:
    """Everybody who can act and holds one of ``roles`` on ``day``: one query, asked often."""

    def __init__(self, roles: Collection[str], day: date) -> None:
        given = {"user__delegations_given__starts_on__lte": day, "user__delegations_given__ends_on__gte": day}
        rows: Iterable[Any] = (
            RoleAssignment.objects.filter(in_force(day), role__in=roles)
            .annotate(lent=FilteredRelation("user__delegations_given", condition=Q(**given)))
            .select_related("user__person", "lent__delegate__person")  # type: ignore[misc]
            .annotate(
                **{
                    f"{name}_keys": ArrayAgg(name, filter=Q(**{f"{name}__isnull": False}), distinct=True, default=[])
                    for name in ("sites", "lines", "teams")
                }
            )
            .order_by("user__login", "pk", "lent__pk")
        )
        held = [
            Holding(user, row.role, frozenset(row.sites_keys), frozenset(row.lines_keys), frozenset(row.teams_keys))
            for row in rows
            for user in _acting(row)
            if can_be_reached(user)
        ]
        self.holdings = list(dict.fromkeys(held))  # a row comes once for each delegation of its holder
        self._at: dict[tuple[str, Place], list[Holding]] = {}

    def holders(self, role: str, place: Place) -> list[User]:
        """The accounts that hold ``role`` at ``place``."""
        return _once(each.user for each in self._there(role, place))

    def assigned(self, role: str, place: Place) -> list[User]:
        """Those of :meth:`holders` whose assignment names the site or the line, not the whole house."""
        return _once(each.user for each in self._there(role, place) if not each.is_house_wide)

    def _there(self, role: str, place: Place) -> list[Holding]:
        if (role, place) not in self._at:
            found = [each for each in self.holdings if each.role == role and each.covers(place)]
            self._at[role, place] = found
        return self._at[role, place]

    def holds(self, user: User, role: str, place: Place) -> bool:
        """Whether this account does."""
        return user in self.holders(role, place)

    def leaders(self, teams: Collection[int]) -> list[User]:
        """Who leads one of these teams."""
        return _once(each.user for each in self.holdings if each.role == Role.TEAM_LEADER and each.teams & set(teams))


def _acting(row: Any) -> list[User]:
    """Who holds the role of an assignment: its own user, and who acts for them by the delegation beside it."""
    lent = getattr(row, "lent", None)
    return [row.user, lent.delegate] if lent and lent.role == row.role else [row.user]


def can_be_reached(user: User) -> bool:
    """Whether an account is open and its person still works here."""
    return user.is_active and (user.person is None or user.person.employment != Employment.LEFT)


def _once(users: Iterable[User]) -> list[User]:
    return list(dict.fromkeys(users))
