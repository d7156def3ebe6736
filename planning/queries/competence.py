"""Who has shown what: the record of one person, and of those in somebody's reach (ISO 9001 7.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    CharField,
    DateField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Cast, Coalesce, JSONObject, Least

from planning.models import (
    Competence,
    CompetenceRequirement,
    RequiredModule,
    TrainerModule,
    TrainerQualification,
)
from trainingops.people.models import Person, PersonAssignment
from trainingops.people.queries import in_force

if TYPE_CHECKING:
    from trainingops.people.models import User


def with_end(competences: QuerySet[Competence], day: date) -> QuerySet[Competence]:
    """Competences with ``ends_on``: their own last day, else what the lists in force on ``day`` give them.

    The lists are those of the line and segments where the person works on that day; of several the shortest time
    counts. None: without end.
    """
    at_work = PersonAssignment.objects.filter(
        in_force(day), person=OuterRef(OuterRef("person")), line=OuterRef("requirement__line")
    )
    in_segment = at_work.filter(segments=OuterRef("requirement__segment"))
    required = RequiredModule.objects.filter(
        Q(requirement__segment=None) & Exists(at_work) | Exists(in_segment),
        requirement__in=CompetenceRequirement.objects.in_force(day),
        module=OuterRef("module_version__module"),
    )
    months = Subquery(required.order_by(F("valid_months").asc(nulls_last=True)).values("valid_months")[:1])
    after = Func(months, template="make_interval(months => %(expressions)s)", output_field=DurationField())
    end = Cast(ExpressionWrapper(F("achieved_on") + after, output_field=DateTimeField()), DateField())
    return competences.annotate(ends_on=Coalesce("valid_until", end))


def competences_of(person: Person, day: date) -> QuerySet[Any]:
    """The record of one person, the latest first; each with ``ends_on`` as of ``day``."""
    found = Competence.objects.filter(person=person).select_related("module_version__module")
    return with_end(found, day).order_by("-achieved_on")


@dataclass(frozen=True)
class ShownModule:
    """A competence in a few plain values, for a line of a page."""

    code: str
    title: str
    version: str
    achieved_on: date
    result: Decimal | None
    ends_on: date | None


def with_competences(people: QuerySet[Person], day: date) -> list[tuple[Person, list[ShownModule]]]:
    """People with what each has shown, the latest first: one query."""
    shown = with_end(Competence.objects.filter(person=OuterRef("pk")), day).order_by("-achieved_on")
    row = JSONObject(
        code="module_version__module__code",
        title="module_version__module__title",
        version="module_version__number",
        achieved_on="achieved_on",
        result=Cast("result", CharField()),
        ends_on="ends_on",
    )
    found = people.annotate(shown=ArraySubquery(shown.values(row=row)))
    return [(person, [_shown(**each) for each in person.shown]) for person in found]


def _shown(*, achieved_on: str, result: str | None, ends_on: str | None, **said: str) -> ShownModule:
    return ShownModule(
        **said,
        achieved_on=date.fromisoformat(achieved_on),
        result=Decimal(result) if result else None,
        ends_on=date.fromisoformat(ends_on) if ends_on else None,
    )


def competences_visible_to(user: User, day: date) -> QuerySet[Competence]:
    """Of the people whom ``user`` sees, themselves included; each with ``site``, ``line`` and ``team`` of ``day``."""
    here = PersonAssignment.objects.filter(in_force(day), person=OuterRef("person"))
    places = {f"{place}_name": Subquery(here.values(f"{place}__name")[:1]) for place in ("site", "line", "team")}
    found = with_end(Competence.objects.all(), day)
    return (
        found.filter(person__in=Person.objects.visible_to(user))
        .select_related("person", "module_version__module")
        .annotate(**places)
        .order_by("-achieved_on", "person__name", "pk")
    )


def trainer_competences() -> QuerySet[TrainerModule]:
    """Each trainer with each module that they may teach, and ``ends_on``: when permit, profile or certificates end.

    Of several certificates the last one counts; one without end counts as none ending (5.1.1 a, ISO 7.2).
    """
    certificates = TrainerQualification.objects.filter(trainer=OuterRef("trainerprofile")).order_by()
    endless = certificates.filter(valid_until=None).values("trainer")
    last = certificates.values("trainer").annotate(last=Max("valid_until")).values("last")
    certified = Case(When(trainerprofile__in=Subquery(endless), then=None), default=Subquery(last))
    return (
        TrainerModule.objects.select_related("trainerprofile", "trainingmodule")
        .prefetch_related("trainerprofile__qualifications")
        .annotate(ends_on=Least(F("valid_until"), F("trainerprofile__valid_until"), certified))
        .order_by("trainerprofile__name", "trainingmodule__code")
    )
