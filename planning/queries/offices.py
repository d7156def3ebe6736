"""Who was no agent on a day: findings and samples are about agents (2.3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from trainingops.people.enums import Role
from trainingops.people.models import Person, PersonAssignment, RoleAssignment, Team


class OfficesThen:
    """The offices and teams of people, read by two queries for all of them."""

    def __init__(self, people: Iterable[Person]) -> None:
        keys = {person.pk for person in people}
        self._held: dict[int, list[tuple[date, date | None]]] = {}
        offices = RoleAssignment.objects.filter(user__person__in=keys).exclude(role=Role.AGENT)
        for person, starts_on, ends_on in offices.values_list("user__person", "starts_on", "ends_on"):
            self._held.setdefault(person, []).append((starts_on, ends_on))
        self._leads = set(Team.leaders.through.objects.filter(person__in=keys).values_list("person", "team"))

    def held(self, place: PersonAssignment, day: date) -> bool:
        """Whether who worked at ``place`` held an office on ``day``, or leads that team."""
        periods = self._held.get(place.person_id, ())
        inside = any(starts_on <= day and (ends_on is None or day <= ends_on) for starts_on, ends_on in periods)
        return inside or (place.person_id, place.team_id) in self._leads
