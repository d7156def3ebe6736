"""Who has shown what: the record of one person, and of those in somebody's reach (ISO 9001 7.2)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import OuterRef, QuerySet, Subquery

from planning.models import Competence
from trainingops.people.models import Person, PersonAssignment
from trainingops.people.queries import in_force

if TYPE_CHECKING:
    from trainingops.people.models import User


def competences_of(person: Person) -> QuerySet[Competence]:
    """The record of one person, the latest first."""
    return Competence.objects.filter(person=person).select_related("module_version__module").order_by("-achieved_on")


def competences_visible_to(user: User, day: date) -> QuerySet[Competence]:
    """Of the people whom ``user`` sees, themselves included; each with ``site``, ``line`` and ``team`` of ``day``."""
    here = PersonAssignment.objects.filter(in_force(day), person=OuterRef("person"))
    places = {f"{place}_name": Subquery(here.values(f"{place}__name")[:1]) for place in ("site", "line", "team")}
    return (
        Competence.objects.filter(person__in=Person.objects.visible_to(user))
        .select_related("person", "module_version__module")
        .annotate(**places)
        .order_by("-achieved_on", "person__name", "pk")
    )
