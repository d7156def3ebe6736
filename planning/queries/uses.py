"""What uses a part of plans, shown before the part is taken out of use (2.1, 5.1.2, 7.1.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Window
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from planning.enums import RevisionState
from planning.models import ModuleVersion, PlanRevision, PlanTemplate, ScoringScheme, TrainingPlan

if TYPE_CHECKING:
    from planning.models.plans import TrainingPlanQuerySet
    from trainingops.people.models import User

#: Names shown of what uses a part; the count says how many there are.
_SHOWN = 10


@dataclass(frozen=True)
class Use:
    """What uses a part: how many, and the first of them by name, with an address where the reader may go."""

    label: str | Promise
    count: int
    named: list[tuple[str, str]]

    @property
    def more(self) -> int:
        return self.count - len(self.named)


def plans_keeping(part: ModuleVersion | ScoringScheme) -> TrainingPlanQuerySet:
    """Plans that were approved with a part: they keep it when it goes out of use, also in their later revisions."""
    return TrainingPlan.objects.filter(**{f"approved_revision__{_field(part)}": part})


def plans_losing(part: ModuleVersion | ScoringScheme) -> TrainingPlanQuerySet:
    """Plans whose draft, or whose revision that waits for approval, needs another part when this one goes."""
    open_states = [RevisionState.DRAFT, RevisionState.SUBMITTED]
    waiting = PlanRevision.objects.filter(**{_field(part): part}, state__in=open_states)
    return TrainingPlan.objects.filter(pk__in=waiting.values("plan")).exclude(pk__in=plans_keeping(part).values("pk"))


def _field(part: ModuleVersion | ScoringScheme) -> str:
    """What a revision calls the part."""
    return "scheme" if isinstance(part, ScoringScheme) else "module_version"


def plans_and_templates(
    part: ModuleVersion | ScoringScheme, templates: QuerySet[PlanTemplate], *, user: User
) -> list[Use]:
    """The plans that keep a part, those that lose it, and the templates that begin with it. Three queries."""
    return [
        _linked(_("Approved plans, which keep it"), plans_keeping(part), "plan_detail", user),
        _linked(_("Drafts and plans that wait for approval"), plans_losing(part), "plan_detail", user),
        _linked(_("Plan templates"), templates, "plan_template_detail", user),
    ]


def uses_of_scheme(scheme: ScoringScheme, *, user: User) -> list[Use]:
    """What uses a scoring scheme (5.1.2)."""
    return plans_and_templates(scheme, PlanTemplate.objects.in_use().filter(scheme=scheme), user=user)


def _linked(label: Promise, rows: Any, page: str, user: User) -> Use:
    """All rows counted; those that the reader may see lead to their page. One query."""
    seen = Exists(rows.model.objects.visible_to(user).filter(pk=OuterRef("pk")))
    found = list(rows.annotate(seen=seen, total=Window(Count("pk"))).order_by("-seen", "pk")[:_SHOWN])
    named = [(str(row), reverse(page, args=[row.uuid])) for row in found if row.seen]
    return Use(label, found[0].total if found else 0, named)


def named(label: Promise, rows: QuerySet[Any]) -> Use:
    """All rows are few, so they are read once and counted here."""
    found = [str(row) for row in rows]
    return Use(label, len(found), [(each, "") for each in found[:_SHOWN]])
