"""Reusable reads of the evaluation stage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Prefetch, Q, QuerySet, When
from django.utils.translation import gettext as _

from evaluation.enums import ActionState, Aspect
from evaluation.models import Finding, ImprovementAction, Review, ReviewParticipant
from planning.models import TrainingPlan
from sessions.enums import OPEN_CASES, CaseKind, OutcomeResult, OutcomeState
from sessions.models import RecoveryCase, TargetOutcome

#: The aspects in the order in which 5.4 names them: on every page and paper the same.
_ORDER = Case(*(When(aspect=aspect.value, then=place) for place, aspect in enumerate(Aspect)), default=len(Aspect))


def findings_of(review: Review) -> QuerySet[Finding]:
    """The findings that stand, by aspect, with their actions, owners and what these are to remove: three queries."""
    actions = ImprovementAction.objects.exclude(state=ActionState.WITHDRAWN).select_related("owner").order_by("pk")
    actions = actions.prefetch_related("training_defects")
    findings = review.findings.filter(withdrawn_at=None).prefetch_related(Prefetch("actions", actions))
    return findings.order_by(_ORDER, "pk")


def by_aspect(findings: Sequence[Finding]) -> list[tuple[Aspect, list[Finding]]]:
    """Every aspect of 5.4 with its findings: the order of the page, of what is signed and of the record."""
    return [(aspect, [each for each in findings if each.aspect == aspect.value]) for aspect in Aspect]


@dataclass(frozen=True)
class Written:
    """What the minutes of a review say: read once, for the page and for what is signed on it."""

    findings: list[Finding]
    participants: list[ReviewParticipant]
    plans: list[TrainingPlan]


def written_in(review: Review) -> Written:
    """Findings with actions and training defects, participants by name and trainings by number: six queries."""
    return Written(
        findings=list(findings_of(review).prefetch_related("training_defects")),
        participants=list(review.participants.select_related("user").order_by("user__name", "pk")),
        plans=list(review.plans.order_by("number")),
    )


@dataclass(frozen=True)
class Unsettled:
    """Somebody of whom a training still waits; ``case`` is none while no case stands for it."""

    name: str
    words: str
    case: UUID | None = None


def unsettled_of(plans: Iterable[TrainingPlan]) -> list[tuple[TrainingPlan, list[Unsettled]]]:
    """The trainings that cannot close, with whom they wait for: open cases, targets outstanding (5.3.1)."""
    rows = {plan.pk: (plan, list[Unsettled]()) for plan in plans}
    named = set()
    cases = RecoveryCase.objects.filter(enrolment__training_session__plan__in=rows, state__in=OPEN_CASES)
    for case in cases.select_related("enrolment__person", "enrolment__training_session").order_by("pk"):
        plan, person = case.enrolment.training_session.plan_id, case.enrolment.person
        named.add((plan, person.pk))
        words = _("remedial") if case.kind == CaseKind.REMEDIAL else _("recovery")
        rows[plan][1].append(Unsettled(person.name, words, case.uuid))
    in_remedial = Q(state=OutcomeState.TRAINED, result=OutcomeResult.IN_REMEDIAL)
    waiting = TargetOutcome.objects.filter(Q(state=OutcomeState.OUTSTANDING) | in_remedial, plan__in=rows)
    for outcome in waiting.select_related("person").order_by("pk"):
        if (outcome.plan_id, outcome.person_id) not in named:
            words = _("remedial") if outcome.state == OutcomeState.TRAINED else _("not trained yet")
            rows[outcome.plan_id][1].append(Unsettled(outcome.person.name, words))
    return [(plan, people) for plan, people in rows.values() if people]
