"""Reusable reads of the evaluation stage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, TextField, UUIDField, Value, When
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext_lazy as _

from evaluation.enums import ActionState, Aspect
from evaluation.models import (
    EffectMeasurement,
    EffectStudy,
    Finding,
    ImprovementAction,
    Review,
    ReviewParticipant,
    TrainingDefect,
)
from planning.enums import DefectState
from planning.models import Defect, TrainingPlan
from sessions.enums import OPEN_CASES, CaseKind, OutcomeResult, OutcomeState
from sessions.models import RecoveryCase, TargetOutcome

if TYPE_CHECKING:
    from evaluation.models.improvement import ReviewQuerySet
    from trainingops.people.models import User

#: The aspects in the order in which 5.4 names them: on every page and paper the same.
_ORDER = Case(*(When(aspect=aspect.value, then=place) for place, aspect in enumerate(Aspect)), default=len(Aspect))


def findings_of(review: Review) -> QuerySet[Finding]:
    """The findings that stand, by aspect, with their actions, owners and the kinds these are to remove: two queries."""
    actions = ImprovementAction.objects.exclude(state=ActionState.WITHDRAWN).with_kinds()
    actions = actions.select_related("owner").order_by("pk")
    findings = review.findings.filter(withdrawn_at=None).prefetch_related(Prefetch("actions", actions))
    return findings.order_by(_ORDER, "pk")


def by_aspect(findings: Sequence[Finding]) -> list[tuple[Aspect, list[Finding]]]:
    """Every aspect of 5.4 with its findings: the order of the page, of what is signed and of the record."""
    return [(aspect, [each for each in findings if each.aspect == aspect.value]) for aspect in Aspect]


def with_plans(reviews: ReviewQuerySet) -> QuerySet[Review]:
    """Reviews with the trainings under them, which :func:`plans_in` reads: no query more."""
    chosen, later = Review.plans.through.objects, Review.late_plans.through.objects
    came_later = Exists(later.filter(review=OuterRef("review"), trainingplan=OuterRef("trainingplan")))
    fields = {name: F(f"trainingplan__{name}") for name in ("id", "uuid", "number", "state")}
    rows = chosen.filter(review=OuterRef("pk")).order_by("trainingplan__number")
    return reviews.annotate(listed_plans=ArraySubquery(rows.values(row=JSONObject(**fields, came_later=came_later))))


def plans_in(review: Any) -> list[TrainingPlan]:
    """The trainings under a review read :func:`with_plans`, by number, for reading only.

    ``came_later`` is set for those reported after the invitation.
    """
    found = []
    for row in review.listed_plans:
        plan: Any = TrainingPlan(id=row["id"], uuid=UUID(row["uuid"]), number=row["number"], state=row["state"])
        plan.came_later = row["came_later"]
        found.append(plan)
    return found


@dataclass(frozen=True)
class Written:
    """What the minutes of a review say: read once, for the page and for what is signed on it."""

    findings: list[Finding]
    participants: list[ReviewParticipant]
    plans: list[TrainingPlan]


def written_in(review: Review) -> Written:
    """Findings with actions and training defects, participants by name and trainings by number: six queries."""
    named = TrainingDefect.objects.select_related("training_session", "plan", "absence_reason")
    return Written(
        findings=list(
            findings_of(review).prefetch_related("actions__training_defects", Prefetch("training_defects", named))
        ),
        participants=list(review.participants.select_related("user").order_by("user__name", "pk")),
        plans=list(review.plans.order_by("number")),
    )


@dataclass(frozen=True)
class Unsettled:
    """Somebody of whom a training still waits; ``case`` is none while no case stands for it."""

    name: str
    words: str
    case: UUID | None = None


_WAITS_FOR = {
    CaseKind.REMEDIAL: _("remedial"),
    CaseKind.RECOVERY: _("recovery"),
    OutcomeState.TRAINED: _("remedial"),
    OutcomeState.OUTSTANDING: _("not trained yet"),
}


def unsettled_of(plans: Iterable[TrainingPlan]) -> list[tuple[TrainingPlan, list[Unsettled]]]:
    """The trainings that cannot close, with whom they wait for: open cases, targets outstanding (5.3.1). One query."""
    rows = {plan.pk: (plan, list[Unsettled]()) for plan in plans}
    in_remedial = Q(state=OutcomeState.TRAINED, result=OutcomeResult.IN_REMEDIAL)
    waiting = TargetOutcome.objects.filter(Q(state=OutcomeState.OUTSTANDING) | in_remedial, plan__in=rows)
    cases = RecoveryCase.objects.filter(enrolment__training_session__plan__in=rows, state__in=OPEN_CASES)
    plan, person = F("enrolment__training_session__plan"), F("enrolment__person")
    found = cases.order_by().values_list(plan, person, F("enrolment__person__name"), "kind", "uuid", "pk")
    no_case = Value(None, output_field=UUIDField())
    targets = waiting.order_by().values_list("plan", "person", "person__name", "state", no_case, "pk")
    named = set()
    for plan_id, person_id, name, what, case, _pk in sorted(
        found.union(targets, all=True), key=lambda row: (row[4] is None, row[5])
    ):
        if case is None and (plan_id, person_id) in named:
            continue
        named.add((plan_id, person_id))
        rows[plan_id][1].append(Unsettled(name, str(_WAITS_FOR[what]), case))
    return [(plan, people) for plan, people in rows.values() if people]


def annulled_since(study: EffectStudy, moment: datetime) -> int:
    """How many findings that it rests on were annulled after ``moment``: of its class in its windows, or of those days
    that chose the participants; on its line."""
    windows = Q(occurred_on__range=(study.before_from, study.before_until))
    windows |= Q(occurred_on__range=(study.after_from, study.after_until))
    windows &= Q(error_class=study.effect_class)
    if study.selected_from:
        windows |= Q(occurred_on__range=(study.selected_from, study.selected_until))
    annulled = Defect.objects.filter(windows, line=study.plan.line_id, state=DefectState.ANNULLED)
    return annulled.filter(decided_at__gt=moment).count()


def with_effects(reviews: QuerySet[Review], user: User) -> QuerySet[Review]:
    """Reviews with the measured effects that they look at, which :func:`effects_in` reads: no query more.

    Those of their trainings, and those of their place whose window after ended within their period.
    """
    trainings = Review.plans.through.objects.filter(review=OuterRef(OuterRef("pk"))).values("trainingplan")
    here = Q(plan__site=OuterRef("site"), plan__line=OuterRef("line"))
    here &= Q(after_until__range=(OuterRef("period_from"), OuterRef("period_to")))
    rows = EffectStudy.objects.visible_to(user).filter(here | Q(plan__in=trainings), latest__isnull=False)
    shown: dict[str, Any] = {name: F(name) for name in ("uuid", "state", "effect_class", "plan__number", "plan__title")}
    shown |= {name: F(f"latest__{name}") for name in ("verdict", "trained", "compared")}
    shown |= {name: Cast(f"latest__{name}", TextField()) for name in ("rate_trained", "rate_compared")}
    rows = rows.order_by("-latest__measured_at", "pk")
    return reviews.annotate(listed_effects=ArraySubquery(rows.values(row=JSONObject(**shown))))


def effects_in(review: Any) -> list[EffectStudy]:
    """The measured effects of a review read :func:`with_effects`, the newest first, for reading only."""
    found = []
    for row in review.listed_effects:
        rates = {name: row[name] and Decimal(row[name]) for name in ("rate_trained", "rate_compared")}
        latest = EffectMeasurement(verdict=row["verdict"], trained=row["trained"], compared=row["compared"], **rates)
        plan = TrainingPlan(number=row["plan__number"], title=row["plan__title"])
        study = EffectStudy(uuid=UUID(row["uuid"]), state=row["state"], effect_class=row["effect_class"], plan=plan)
        study.latest = latest
        found.append(study)
    return found
