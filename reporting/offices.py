"""Who holds the offices that a report goes to, and where: the places of a class and their parties (5.3.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from sessions.models import Enrolment
from trainingops.people.enums import Employment, Role
from trainingops.people.models import Delegation, RoleAssignment, ServiceLine, Site, User
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


def places_of(training_session: TrainingSession) -> list[Place]:
    """Where a class belongs and where its participants come from; its own place first, one query."""
    own = Place(training_session.site, training_session.line)
    people = Enrolment.objects.filter(training_session=training_session, removed_at=None)
    rows = people.select_related("site", "line").order_by("site_id", "line_id").distinct("site_id", "line_id")
    # Who came without an assignment belongs to no place.
    others = {Place(each.site, each.line) for each in rows if each.site and each.line}
    return [own, *sorted(others - {own}, key=str)]


def teams_of(training_session: TrainingSession) -> set[int]:
    """Keys of the teams of its participants as they were then."""
    rows = Enrolment.objects.filter(training_session=training_session, removed_at=None, team__isnull=False)
    return set(rows.values_list("team", flat=True))


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


class Offices:
    """Everybody who can act and holds one of ``roles`` on ``day``: two queries, asked often."""

    def __init__(self, roles: Collection[str], day: date) -> None:
        assigned = (
            RoleAssignment.objects.filter(in_force(day), role__in=roles)
            .select_related("user__person")
            .annotate(
                **{
                    f"{name}_keys": ArrayAgg(name, filter=Q(**{f"{name}__isnull": False}), distinct=True, default=[])
                    for name in ("sites", "lines", "teams")
                }
            )
            .order_by("user__login", "pk")
        )
        lent: dict[tuple[int, str], list[User]] = {}
        for each in Delegation.objects.filter(in_force(day), role__in=roles).select_related("delegate__person"):
            lent.setdefault((each.principal_id, each.role), []).append(each.delegate)
        self.holdings = [
            Holding(user, row.role, frozenset(row.sites_keys), frozenset(row.lines_keys), frozenset(row.teams_keys))  # type: ignore[attr-defined]
            for row in assigned
            for user in (row.user, *lent.get((row.user_id, row.role), ()))
            if can_be_reached(user)
        ]

    def holders(self, role: str, place: Place) -> list[User]:
        """The accounts that hold ``role`` at ``place``."""
        return _once(each.user for each in self.holdings if each.role == role and each.covers(place))

    def holds(self, user: User, role: str, place: Place) -> bool:
        """Whether this account does."""
        return user in self.holders(role, place)

    def leaders(self, teams: Collection[int]) -> list[User]:
        """Who leads one of these teams."""
        return _once(each.user for each in self.holdings if each.role == Role.TEAM_LEADER and each.teams & set(teams))


def can_be_reached(user: User) -> bool:
    """Whether an account is open and its person still works here."""
    return user.is_active and (user.person is None or user.person.employment != Employment.LEFT)


def _once(users: Iterable[User]) -> list[User]:
    return list(dict.fromkeys(users))
