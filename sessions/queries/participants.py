"""Reads about the people of a class as account holders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.db.models.functions import Lower

from sessions.models import TrainingSession
from trainingops.people.models import Person
from trainingops.people.policies import people_helped_by, users_helped_by

if TYPE_CHECKING:
    from trainingops.people.models import User


def people_of_class(training_session: TrainingSession, reader: User) -> tuple[QuerySet[Person], list[Person]]:
    """Participants to whom ``reader`` may give a code, with ``user`` joined, and the others who still work here.

    The others are of another place, or their account can do more than an agent's: an administrator helps them.
    """
    enrolled = training_session.enrolments.filter(removed_at=None)
    people = Person.objects.working().filter(pk__in=enrolled.values("person")).select_related("user")
    known = list(people.order_by(Lower("name"), "pk"))
    users = [person.user for person in known if getattr(person, "user", None)]
    helped, accounts = people_helped_by(reader, known), users_helped_by(reader, users)
    mine = {
        person.pk
        for person in known
        if person.pk in helped and (not hasattr(person, "user") or person.user.pk in accounts)
    }
    return people.filter(pk__in=mine).order_by(Lower("name"), "pk"), [each for each in known if each.pk not in mine]
