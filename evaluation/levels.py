"""The four levels of Kirkpatrick of one training: what is known, from how many, and what is missing (5.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy

from evaluation.models import EffectStudy
from planning.models import ServiceMeasure, TrainingPlan
from sessions.enums import HELD, OutcomeState
from sessions.models import ReactionSurvey, TargetOutcome, TrainingSession
from sessions.queries.survey import Reaction, mean_of, pooled, reaction_of, surveys_with_detail
from trainingops.people.models import User

LEVELS = {
    "agents": gettext_lazy("agents trained"),
    "site": gettext_lazy("line at the site"),
    "line": gettext_lazy("line at all sites"),
}


@dataclass(frozen=True)
class FigureRow:
    """One measure before and after; ``before`` and ``after`` are None where there is no figure."""

    measure: ServiceMeasure
    level: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


def figure_rows(figures: Iterable[Mapping[str, Any]]) -> list[FigureRow]:
    """The stored figures beside an effect with their measures; one query."""
    stored = list(figures)
    measures = ServiceMeasure.objects.in_bulk([each["measure"] for each in stored])
    return [
        FigureRow(measures[each["measure"]], str(LEVELS[each["level"]]), _side(each["before"]), _side(each["after"]))
        for each in stored
        if each["measure"] in measures
    ]


def _side(stored: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return stored and {**stored, "value": Decimal(stored["value"])}


@dataclass(frozen=True)
class Levels:
    """What is known of one training.

    Attributes:
        reactions: the survey of each class held; sessions: the classes held, with summary and gain.
        mean: of every statement of the surveys that may be read, 1 to 5; answered, present: over all classes.
        outcomes: how many targets there are by state, and how many passed.
        study: how the effect on defects is measured; None where the plan says nothing of it.
    """

    reactions: list[Reaction]
    sessions: list[TrainingSession]
    outcomes: Mapping[str, int]
    passed: int
    study: EffectStudy | None
    figures: list[FigureRow]

    @property
    def readable(self) -> list[Reaction]:
        """The surveys with answers enough."""
        return [each for each in self.reactions if not each.why]

    @property
    def mean(self) -> Decimal | None:
        """Over all answers that may be read."""
        return (
            mean_of(pooled(one.counts for each in self.readable for one in each.statements)) if self.readable else None
        )

    @property
    def answered(self) -> int:
        return sum(each.answered for each in self.reactions)

    @property
    def present(self) -> int:
        return sum(each.present for each in self.reactions)

    @property
    def targets(self) -> int:
        return sum(self.outcomes.values())

    @property
    def trained(self) -> int:
        return self.outcomes.get(OutcomeState.TRAINED, 0)

    @property
    def gains(self) -> list[TrainingSession]:
        """The classes whose gain is known."""
        return [each for each in self.sessions if (gain := getattr(each, "gain", None)) and gain.class_gain is not None]


def levels_of(plan: TrainingPlan, user: User, now: datetime) -> Levels:
    """Read all four levels; six queries."""
    surveys = surveys_with_detail(ReactionSurvey.objects.filter(training_session__plan=plan))
    sessions = TrainingSession.objects.filter(plan=plan, state__in=HELD)
    counts = TargetOutcome.objects.filter(plan=plan).order_by().values_list("state", "result").annotate(n=Count("pk"))
    outcomes: dict[str, int] = {}
    passed = 0
    for state, result, count in counts:
        outcomes[state] = outcomes.get(state, 0) + count
        passed += count if result == "passed" else 0
    study = EffectStudy.objects.visible_to(user).filter(plan=plan).select_related("latest").first()
    latest = study.latest if study else None
    return Levels(
        reactions=[reaction_of(each, present=each.present, now=now) for each in surveys.order_by("training_session")],  # type: ignore[attr-defined]
        sessions=list(sessions.select_related("summary", "gain").order_by("starts_at")),
        outcomes=outcomes,
        passed=passed,
        study=study,
        figures=figure_rows(latest.result["figures"]) if latest else [],
    )
