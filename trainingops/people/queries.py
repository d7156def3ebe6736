"""Reusable reads about people."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, DateTimeField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from trainingops.people.models import PersonAssignment, User
    from trainingops.people.models.persons import PersonQuerySet

SEES_PEOPLE = (
    "manager",
    "trainer",
    "qc",
    "operations",
    "operation_support",
    "team_leader",
    "auditor",
    "administrator",
)


#: When somebody without roster and site can be reminded.
OPENING, CLOSING = 8, 17


def in_force(day: date) -> Q:
    """Assignments that hold on ``day``."""
    return Q(starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))


def midnight(day: date) -> datetime:
    """UTC: with a day to spare on each side, the bound of a day for an index, whatever the calendar of a site."""
    return datetime.combine(day, time(), UTC)


def day_there(moment: str, zone: str) -> Cast:
    """For an annotation: the day of the field ``moment`` by the calendar of the time zone in the field ``zone``."""
    return Cast(Func(F(zone), F(moment), function="timezone", output_field=DateTimeField()), DateField())


def people_visible_to(people: PersonQuerySet, user: User) -> PersonQuerySet:
    """Those whose present assignment lies in the user's scope; people without one for administrators; oneself."""
    from trainingops.people.models import PersonAssignment

    if user.authority.has("administrator"):
        return people
    scope = user.authority.scope(*SEES_PEOPLE, site="site", line="line", team="team")
    inside = PersonAssignment.objects.filter(scope, in_force(timezone.localdate()), person=OuterRef("pk"))
    return people.filter(Exists(inside) | Q(pk=user.person_id))


def assignment_on(person_id: int, day: date) -> PersonAssignment | None:
    """Where somebody was on ``day``, with site, line and team loaded."""
    from trainingops.people.models import PersonAssignment

    return (
        PersonAssignment.objects.filter(in_force(day), person=person_id).select_related("site", "line", "team").first()
    )


def present_assignments(person_ids: Sequence[int], now: datetime) -> dict[int, PersonAssignment]:
    """Where each of these people works today, or worked last: two queries, segments included.

    Today is each site's own: at 00:30 in Jakarta it is still yesterday in UTC, and already another hour in Jayapura.

    Returns:
        person key → assignment with site, line, team and segments loaded; people without one are missing.
    """
    from trainingops.people.models import PersonAssignment

    local = Func(F("site__timezone"), Value(now), function="timezone", output_field=DateTimeField())
    rows = (
        PersonAssignment.objects.filter(person__in=person_ids, starts_on__lte=Cast(local, DateField()))
        .order_by("person_id", "-starts_on")
        .distinct("person_id")
        .select_related("site", "line", "team")
        .prefetch_related("segments")
    )
    return {row.person_id: row for row in rows}


def users_with_role(*roles: str) -> QuerySet[User]:
    """Active accounts that hold one of the roles today, by name."""
    from trainingops.people.models import RoleAssignment, User

    holding = RoleAssignment.objects.filter(in_force(timezone.localdate()), user=OuterRef("pk"), role__in=roles)
    return User.objects.filter(Exists(holding), is_active=True)


def leaders_by_person(person_ids: Iterable[int], day: date) -> dict[int, list[int]]:
    """Keys of the accounts that lead the team in which each of these people works on ``day``: one query.

    Who holds the role for the team; where nobody does, who stands as its leader. Those on long leave are left out;
    people without a team are missing.
    """
    from trainingops.people.models import LongLeave, PersonAssignment, RoleAssignment, User

    away = LongLeave.objects.filter(in_force(day), person=OuterRef("person"))
    present = User.objects.filter(~Exists(away), is_active=True).order_by("login")
    holding = RoleAssignment.objects.filter(
        in_force(day), role="team_leader", teams=OuterRef(OuterRef("team")), user=OuterRef("pk")
    )
    rows = (
        PersonAssignment.objects.filter(in_force(day), person__in=list(person_ids), team__isnull=False)
        .annotate(
            appointed=ArraySubquery(present.filter(Exists(holding)).values("pk")),
            standing=ArraySubquery(present.filter(person__led_teams=OuterRef("team")).values("pk")),
        )
        .values_list("person", "appointed", "standing")
    )
    return {person: appointed or standing for person, appointed, standing in rows}


def delegates_of(principals: Iterable[User], *, day: date) -> QuerySet[User]:
    """The active accounts that act for one of ``principals`` on ``day``."""
    from trainingops.people.models import Delegation, User

    held = Delegation.objects.filter(in_force(day), principal__in=[each.pk for each in principals])
    return User.objects.filter(is_active=True, pk__in=held.values("delegate"))
