"""Reusable reads of plans."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from planning.enums import DefectState, RevisionState
from planning.models.needs import Defect, DefectQuerySet
from planning.models.plans import PlannedMeeting, PlanRevision
from planning.models.resources import Appointment
from planning.queries.needs import Agent, DefectFilter, agents_of
from trainingops.people.authority import Authority
from trainingops.people.enums import MANDATORY_PARTIES
from trainingops.people.models import PersonAssignment, RoleAssignment, ServiceLine, Site, User
from trainingops.people.queries import in_force

if TYPE_CHECKING:
    from planning.models.plans import TrainingPlan, TrainingPlanQuerySet

#: The offices that read plans.
SEES_PLANS = (
    "manager",
    "trainer",
    "qc",
    "operations",
    "operation_support",
    "sso_training",
    "team_leader",
    "auditor",
)


def plans_visible_to(plans: TrainingPlanQuerySet, user: User) -> TrainingPlanQuerySet:
    """The offices within their scope; a PIC their own everywhere. Participants see sessions, not plans."""
    inside = user.authority.scope(*SEES_PLANS, site="site", line="line")
    return plans.filter(inside | Q(pic=user))


def holders(*roles: str, site: Site, line: ServiceLine, day: date) -> QuerySet[User]:
    """The active accounts that hold one of ``roles`` on ``day`` in a scope that covers site and line."""
    grants = _grants(roles, site=site, line=line, day=day)
    return User.objects.filter(is_active=True, pk__in=grants.values("user"))


def pics_for(plan: TrainingPlan, *, day: date) -> QuerySet[User]:
    """Who may be PIC of the plan on ``day``: trainers of its site and line with an appointment in force (5.1.1 a)."""
    appointed = Appointment.objects.in_force(day).filter(site=plan.site_id, line=plan.line_id)
    return holders("trainer", site=plan.site, line=plan.line, day=day).filter(pk__in=appointed.values("user"))


def parties_held(*, site: Site, line: ServiceLine, day: date) -> dict[str, set[int]]:
    """For each mandatory party of 5.3.2 the keys of the active accounts that :func:`holders` finds; one query."""
    found: dict[str, set[int]] = {party: set() for party in MANDATORY_PARTIES}
    grants = _grants(MANDATORY_PARTIES, site=site, line=line, day=day).filter(user__is_active=True)
    for party, user in grants.values_list("role", "user"):
        found[party].add(user)
    return found


def _grants(roles: Collection[str], *, site: Site, line: ServiceLine, day: date) -> QuerySet[RoleAssignment]:
    return (
        RoleAssignment.objects.filter(in_force(day), role__in=roles)
        .filter(Q(sites=None) | Q(sites=site))
        .filter(Q(lines=None) | Q(lines=line))
    )


def leaders_of(revision: PlanRevision, *, day: date) -> QuerySet[User]:
    """The accounts of those who lead the teams of a revision's targets on ``day``."""
    teams = PersonAssignment.objects.filter(in_force(day), person__plan_targets__revision=revision).values("team")
    return User.objects.filter(is_active=True, person__led_teams__in=teams).distinct()


def local_day(moment: datetime, site: Site) -> date:
    """The date of ``moment`` at ``site``."""
    return moment.astimezone(site.zone).date()


def defects_matching(plan: TrainingPlan, filters: DefectFilter, *, user: User) -> DefectQuerySet:
    """The defects that count on the plan's line, in the user's scope, that ``filters`` describes."""
    return filters.narrow(Defect.objects.visible_to(user).counting().filter(line=plan.line_id))


def with_defects_now(revisions: QuerySet[PlanRevision]) -> QuerySet[PlanRevision]:
    """Revisions with how many of the defects behind their targets are ``disputed_now`` and ``annulled_now``.

    The frozen reason of a target stays; pages mark what became of it since.
    """
    behind = Defect.objects.filter(targets__revision=OuterRef("pk")).order_by().values("targets__revision")
    counts = {
        f"{state}_now": Coalesce(
            Subquery(behind.filter(state=state).annotate(n=Count("pk", distinct=True)).values("n")), 0
        )
        for state in (DefectState.DISPUTED, DefectState.ANNULLED)
    }
    return revisions.annotate(**counts)


def agents_with_defects(plan: TrainingPlan, filters: DefectFilter, *, minimum_count: int, user: User) -> list[Agent]:
    """Working people with at least ``minimum_count`` such defects, most first."""
    return agents_of(defects_matching(plan, filters, user=user), minimum=minimum_count)


def with_first_meeting(plans: TrainingPlanQuerySet) -> TrainingPlanQuerySet:
    """Plans with ``first_at``: when the revision that holds begins; and :func:`change_waits`."""
    meetings = PlannedMeeting.objects.filter(planned_session__revision=OuterRef("shown")).order_by("starts_at")
    first_at = Subquery(meetings.values("starts_at")[:1])
    return plans.annotate(shown=shown_revision()).annotate(first_at=first_at, change_waits=change_waits())


def shown_revision(plan: str = "") -> Coalesce:
    """The key of the revision that holds: the approved one, else the newest; ``plan`` is the path to the plan."""
    newest = PlanRevision.objects.filter(plan=OuterRef(_of(plan, "pk"))).order_by("-number")
    return Coalesce(F(_of(plan, "approved_revision")), Subquery(newest.values("pk")[:1]))


def change_waits(plan: str = "") -> Exists:
    """Whether a change of an approved plan awaits its decision: until then the approved revision holds (4.1)."""
    return Exists(
        PlanRevision.objects.filter(
            plan=OuterRef(_of(plan, "pk")), plan__approved_revision__isnull=False, state=RevisionState.SUBMITTED
        )
    )


def _of(plan: str, field: str) -> str:
    return f"{plan}__{field}" if plan else field


def awaiting_decision(user: User) -> QuerySet[PlanRevision]:
    """The submitted revisions that ``user`` may decide on, by start (APR-6), with ``first_at``."""
    meetings = PlannedMeeting.objects.filter(planned_session__revision=OuterRef("pk")).order_by("starts_at")
    return (
        PlanRevision.objects.filter(_managed_by(user), state=RevisionState.SUBMITTED)
        .exclude(plan__pic=user)
        .exclude(submitted_by=user)
        .exclude(created_by=user)
        .select_related("plan__site", "plan__line", "plan__pic")
        .annotate(first_at=Subquery(meetings.values("starts_at")[:1]))
        .order_by("first_at", "pk")
    )


def _managed_by(user: User) -> Q:
    """Revisions in the scope of the user as a manager; what an absent manager proposed is not decided for them."""
    found = Q(pk__in=[])
    for grant in user.authority.grants:
        inside = Authority((grant,)).scope("manager", site="plan__site", line="plan__line")
        if grant.principal is not None:
            theirs = Q(plan__pic=grant.principal) | Q(submitted_by=grant.principal) | Q(created_by=grant.principal)
            inside &= ~theirs
        found |= inside
    return found


def parties_of(roles: Collection[str], *, site: Site, line: ServiceLine, day: date) -> dict[str, list[User]]:
    """For each role its active holders here on ``day``, by name; one query."""
    found: dict[str, list[User]] = {role: [] for role in roles}
    grants = _grants(roles, site=site, line=line, day=day).filter(user__is_active=True)
    for grant in grants.select_related("user").order_by("user__name"):
        if grant.user not in found[grant.role]:
            found[grant.role].append(grant.user)
    return found
