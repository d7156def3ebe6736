"""The plan of a month: every meeting of the plans in sight, by the day at the place where it is held (4.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Case, Count, DateField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Cast, Coalesce

from planning.enums import PlanState, RevisionState, TrainingKind
from planning.models import PlannedMeeting, PlannedSession, PlanTarget, TrainingPlan
from planning.months import Month
from planning.queries.facets import Facets, count_facets
from planning.queries.plans import SEES_PLANS, change_waits, shown_revision
from trainingops.people.models import RoleAssignment, ServiceLine, Site, User
from trainingops.people.queries import in_force

#: What a plan's state is called in the plan of a month: while in preparation, the state of its revision.
STANDINGS = {
    **{
        str(state): state.label
        for state in (
            RevisionState.DRAFT,
            RevisionState.SUBMITTED,
            RevisionState.RETURNED,
            RevisionState.REJECTED,
            RevisionState.WITHDRAWN,
        )
    },
    **{str(state): state.label for state in PlanState if state != PlanState.IN_PREPARATION},
}
#: The facets beside the site: parameter of the address → path from a meeting.
FACETS = {
    "state": "standing",
    "kind": "planned_session__plan__kind",
    "line": "planned_session__plan__line__code",
    "pic": "planned_session__plan__pic__uuid",
}


def meetings_of_month(user: User, month: Month) -> QuerySet[PlannedMeeting]:
    """The meetings in ``month`` of the plans in sight, with ``day`` and ``standing`` of their plan; by day and time."""
    plan, revision = "planned_session__plan", "planned_session__revision"
    there: Any = Func(F("planned_session__host_site__timezone"), F("starts_at"), function="timezone")
    return (
        PlannedMeeting.objects.filter(**_around(month), **{f"{plan}__in": TrainingPlan.objects.visible_to(user)})
        .annotate(
            shown=shown_revision(plan),
            day=Cast(there, DateField()),
            standing=Case(
                When(**{f"{plan}__state": PlanState.IN_PREPARATION}, then=F(f"{revision}__state")),
                default=F(f"{plan}__state"),
            ),
        )
        .filter(**{revision: F("shown")}, day__gte=month.first, day__lt=month.until)
        .order_by("day", "starts_at", "pk")
    )


def _around(month: Month) -> dict[str, datetime]:
    """A day more on both sides, whatever the zone: what the index answers."""
    first = datetime.combine(month.first, time(), UTC) - timedelta(days=1)
    until = datetime.combine(month.until, time(), UTC) + timedelta(days=1)
    return {"starts_at__gte": first, "starts_at__lt": until}


def with_rows(meetings: QuerySet[PlannedMeeting]) -> QuerySet[PlannedMeeting]:
    """Meetings with all that a line of the month says: ``people`` of the batch, ``unplaced`` ones of the plan, and
    ``change_waits``.

    Submission puts everybody into the only batch: there they count already.
    """
    targets = PlanTarget.objects.order_by()
    of_batch = targets.filter(planned_session=OuterRef("planned_session")).values("planned_session")
    of_none = targets.filter(revision=OuterRef("planned_session__revision"), planned_session=None).values("revision")
    others = PlannedSession.objects.filter(revision=OuterRef("planned_session__revision")).exclude(
        pk=OuterRef("planned_session")
    )
    return (
        meetings.select_related(
            "planned_session__plan__line",
            "planned_session__plan__pic",
            "planned_session__plan__site",
            "planned_session__host_site",
            "planned_session__room",
        )
        .prefetch_related("planned_session__trainers")
        .annotate(
            placed=Coalesce(Subquery(of_batch.annotate(n=Count("pk")).values("n")), 0),
            lost=Coalesce(Subquery(of_none.annotate(n=Count("pk")).values("n")), 0),
            has_others=Exists(others),
        )
        .annotate(
            people=Case(When(has_others=True, then=F("placed")), default=F("placed") + F("lost")),
            unplaced=Case(When(has_others=True, then=F("lost")), default=0),
            change_waits=change_waits("planned_session__plan"),
        )
    )


def undated_drafts(user: User, site: Site) -> QuerySet[TrainingPlan]:
    """Plans at a site that are being prepared and have no meeting yet: no month has them."""
    dated = PlannedMeeting.objects.filter(planned_session__revision=OuterRef("shown"))
    return (
        TrainingPlan.objects.visible_to(user)
        .filter(site=site, state=PlanState.IN_PREPARATION, revisions__state=RevisionState.DRAFT)
        .annotate(shown=shown_revision(), dated=Subquery(dated.order_by().values("pk")[:1]))
        .filter(dated=None)
        .select_related("line", "pic")
    )


def sites_in_sight(user: User) -> QuerySet[Site]:
    """The sites whose plans somebody may see, with how many plans there are: their own (``mine``) and all."""
    seen = Site.objects.filter(user.authority.scope(*SEES_PLANS, site="pk") | Q(pk__in=user.plans.values("site")))
    return seen.annotate(mine=Count("plans", filter=Q(plans__pic=user)), all_plans=Count("plans")).order_by("name")


@dataclass(frozen=True)
class MonthFacets:
    """The filters of a month and what is chosen in them; ``sites``: how many meetings there are at each."""

    sites: Mapping[int, int]
    facets: Facets
    chosen: Mapping[str, str]


def facets_of(meetings: QuerySet[PlannedMeeting], *, site: Site, asked: Mapping[str, str]) -> MonthFacets:
    """Count the meetings of a month by site, and those of ``site`` by the other filters: one query.

    The list behind a filter has a row a meeting, and so many does the filter say (DSH-4).

    Args:
        asked: what the address asks for; a value that no plan of the month has is not chosen.
    """
    plan = "planned_session__plan"
    rows = list(
        meetings.order_by().values_list(f"{plan}__site", *FACETS.values(), f"{plan}__line__name", f"{plan}__pic__name")
    )
    here = [tuple(map(str, row[1:])) for row in rows if row[0] == site.pk]
    words: dict[str, Mapping[str, Any]] = {
        "state": STANDINGS,
        "kind": dict(TrainingKind.choices),
        "line": {row[2]: row[4] for row in here},
        "pic": {row[3]: row[5] for row in here},
    }
    names = list(FACETS)
    chosen = {
        name: value
        for name in names
        if (value := asked.get(name, "")) and any(row[names.index(name)] == value for row in here)
    }
    facets = count_facets(((row[: len(FACETS)], 1) for row in here), words, chosen)
    return MonthFacets(Counter(row[0] for row in rows), facets, chosen)


def chosen_meetings(
    meetings: QuerySet[PlannedMeeting], *, site: Site, chosen: Mapping[str, str]
) -> QuerySet[PlannedMeeting]:
    """Those of a site that the filters leave."""
    return meetings.filter(planned_session__plan__site=site, **{FACETS[name]: value for name, value in chosen.items()})


def holders_for_lines(
    roles: Collection[str], *, site: Site, lines: Collection[ServiceLine], day: date
) -> QuerySet[RoleAssignment]:
    """The grants of ``roles`` to active accounts on ``day`` that cover a site and all of these lines, by name."""
    return (
        RoleAssignment.objects.filter(in_force(day), role__in=roles, user__is_active=True)
        .filter(Q(sites=None) | Q(sites=site))
        .annotate(all_lines=Count("lines", distinct=True))
        .annotate(theirs=Count("lines", filter=Q(lines__in=lines), distinct=True))
        .filter(Q(all_lines=0) | Q(theirs=len(set(lines))))
        .select_related("user")
        .order_by("user__name", "role")
    )
