"""Reads about the people of a class as account holders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.db.models.functions import Lower

from sessions.models import TrainingSession
from trainingops.people.models import Person
from trainingops.people.policies import people_helped_by, users_helped_by

if TYPE_CHECKING:
    from trainingops.people.models import User


@dataclass(frozen=True)
class ClassPeople:
    """The participants of a class who still work here, by name, with ``user`` joined.

    The ``others`` are of another place than the reader's, or their account can do more than an agent's: an
    administrator helps them.
    """

    helped: list[Person]
    others: list[Person]

    @property
    def choices(self) -> QuerySet[Person]:
        """Those to whom the reader may give a code, to choose from."""
        keys = [each.pk for each in self.helped]
        return Person.objects.filter(pk__in=keys).order_by(Lower("name"), "pk")


def people_of_class(training_session: TrainingSession, reader: User) -> ClassPeople:
    """The participants, by whether ``reader`` may give them a code."""
    enrolled = training_session.enrolments.filter(removed_at=None)
    people = Person.objects.working().filter(pk__in=enrolled.values("person")).select_related("user")
    known = list(people.order_by(Lower("name"), "pk"))
    accounts = {person.pk: person.user for person in known if hasattr(person, "user")}
    reached, usable = people_helped_by(reader, known), users_helped_by(reader, list(accounts.values()))
    helped = {
        person.pk
        for person in known
        if person.pk in reached and (person.pk not in accounts or accounts[person.pk].pk in usable)
    }
    return ClassPeople(
        helped=[each for each in known if each.pk in helped], others=[each for each in known if each.pk not in helped]
    )
