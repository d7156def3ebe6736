"""Product and procedure changes: from when they hold, and who was trained on them (5.1.1 b)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, F, Func, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import Exact

from planning.enums import ModuleState, PlanState
from planning.models import (
    ModuleTraining,
    ModuleVersion,
    PlannedMeeting,
    PlanRevision,
    ProductChange,
    TrainingModule,
    TrainingPlan,
)
from planning.queries.plans import shown_revision
from trainingops.people.enums import Role
from trainingops.people.models import Person, PersonAssignment, RoleAssignment
from trainingops.people.queries import in_force

if TYPE_CHECKING:
    from planning.models.changes import ProductChangeQuerySet
    from trainingops.people.models import ServiceLine, User

#: How long before and after its effective day the needs page shows a change.
AHEAD, BEHIND = timedelta(days=45), timedelta(days=30)
#: As many as the needs page shows.
SHOWN = 5


@dataclass(frozen=True)
class Progress:
    """A change, how many days until it holds (negative since), and how many of its agents were trained on it."""

    change: ProductChange
    days: int
    trained: int
    agents: int

    @property
    def is_done(self) -> bool:
        """Everybody was trained; a change without agents waits for nobody."""
        return self.trained >= self.agents


def agents_at_work(day: date) -> QuerySet[PersonAssignment]:
    """Where the agents work on ``day``: nobody who has left, leads a team, or holds an office here."""
    officers = RoleAssignment.objects.filter(in_force(day), user__person=OuterRef("person")).exclude(role=Role.AGENT)
    return PersonAssignment.objects.filter(
        in_force(day), ~Exists(officers), person__in=Person.objects.working(), person__led_teams=None
    )


def touching(user: User, line: ServiceLine | None, *, today: date) -> ProductChangeQuerySet:
    """The next changes around today that the user sees, of one line or of all."""
    found = ProductChange.objects.visible_to(user).filter(effective_on__range=(today - BEHIND, today + AHEAD))
    return (found.filter(lines=line) if line else found).order_by("effective_on", "pk")[:SHOWN]


def changes_answered(*, module: str, line: str) -> QuerySet[ProductChange]:
    """The changes of a line (its code) that a module (its code) answers."""
    return ProductChange.objects.filter(modules__code=module, lines__code=line)


def versions_answering(change: ProductChange) -> QuerySet[ModuleVersion]:
    """The versions that say what changes: of its modules, those approved since the announcement.

    Those before it too, where the change says so (:attr:`ProductChange.earlier_versions`); so counts
    :func:`with_progress`.
    """
    versions = ModuleVersion.objects.filter(module__in=change.modules.all())
    return versions if change.earlier_versions else versions.filter(decided_at__date__gte=change.issued_on)


def modules_too_old(change: ProductChange) -> QuerySet[TrainingModule]:
    """Modules of a change without a version that :func:`versions_answering` takes and that is in use."""
    answering = versions_answering(change).filter(module=OuterRef("pk"), state=ModuleState.APPROVED)
    return change.modules.filter(~Exists(answering))


def plans_answering(change: ProductChange) -> QuerySet[TrainingPlan]:
    """Plans that name a change, and those on one of its lines with a module that answers it, unless held before it.

    So the pages of submission and approval tie a plan to a change (:func:`changes_answered`).
    """
    teach = PlanRevision.objects.filter(pk=OuterRef("shown"), module_version__in=versions_answering(change))
    meetings = PlannedMeeting.objects.filter(planned_session__revision=OuterRef("shown"))
    last = meetings.values("planned_session__revision").annotate(last=Max("ends_at"))
    over = last.filter(last__date__lt=change.issued_on)
    by_module = Exists(teach) & ~Exists(over) & Q(line__in=change.lines.all()) & ~Q(state=PlanState.CANCELLED)
    named = Exists(PlanRevision.objects.filter(plan=OuterRef("pk"), needs__product_change=change))
    return TrainingPlan.objects.annotate(shown=shown_revision()).filter(named | by_module)


def with_progress(changes: QuerySet[ProductChange], *, day: date) -> QuerySet[ProductChange]:
    """Changes with ``agent_count`` and ``trained_count``, counted by the database.

    Trained is who had a module that answers the change since it was announced (passed or not, 4.3), in a version that
    was approved since: an older one cannot say what changed, unless the change says so.
    """
    lines = ProductChange.lines.through.objects.filter(productchange=OuterRef(OuterRef("pk")))
    modules = ProductChange.modules.through.objects.filter(productchange=OuterRef(OuterRef(OuterRef("pk"))))
    had = ModuleTraining.objects.filter(
        Q(Exact(OuterRef(OuterRef("earlier_versions")), True))
        | Q(module_version__decided_at__date__gte=OuterRef(OuterRef("issued_on"))),
        person=OuterRef("person"),
        module_version__module__in=modules.values("trainingmodule"),
        trained_on__gte=OuterRef(OuterRef("issued_on")),
    )
    agents = agents_at_work(day).filter(line__in=lines.values("serviceline"))
    return changes.annotate(agent_count=_count(agents), trained_count=_count(agents.filter(Exists(had))))


def progress_of(changes: QuerySet[ProductChange], *, day: date) -> list[Progress]:
    """How far the training on each change is: one query, whatever the changes and agents."""
    return [
        Progress(change, change.days_left(day), change.trained_count, change.agent_count)  # type: ignore[attr-defined]
        for change in with_progress(changes, day=day)
    ]


def _count(places: QuerySet[PersonAssignment]) -> Subquery:
    """How many rows a query of a change has."""
    counted = places.order_by().annotate(n=Func(F("person"), function="COUNT")).values("n")
    return Subquery(counted, output_field=IntegerField())


def not_trained(change: ProductChange, *, day: date) -> QuerySet[PersonAssignment]:
    """Where the agents work who still need a training on ``change``."""
    had = ModuleTraining.objects.filter(
        person=OuterRef("person"), module_version__in=versions_answering(change), trained_on__gte=change.issued_on
    )
    return agents_at_work(day).filter(~Exists(had), line__in=change.lines.all()).order_by(F("person__name"))
