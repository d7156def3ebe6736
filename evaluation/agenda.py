"""The agenda of a review, filled with figures by aspect of the procedure: training defects first (4.4, 5.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluation.enums import Aspect, TrainingDefectKind
from evaluation.frequency import Span, Trend, defects_of, trends
from evaluation.models import Review
from planning.enums import Method, ModuleKind
from sessions.enums import HELD, DeviationKind
from sessions.models import Deviation, Enrolment, MeetingTrainer, SessionMeeting, SessionResult, TrainingSession

#: What of the plan each aspect is about; a deviation of it stands beside the aspect.
DEVIATIONS = {
    Aspect.TRAINERS: (DeviationKind.TRAINER,),
    Aspect.DURATION: (DeviationKind.DURATION, DeviationKind.DATE, DeviationKind.TIME),
    Aspect.APPLICATION: (DeviationKind.APPLICATION,),
    Aspect.METHOD: (DeviationKind.METHOD,),
}


@dataclass
class Line:
    """One row under an aspect: classes, participants, and those of them with a result who passed."""

    label: str
    classes: int = 0
    participants: int = 0
    scored: int = 0
    passed: int = 0

    @property
    def share(self) -> Decimal | None:
        """Passed of those with a result, 0 to 1; None without any."""
        return Decimal(self.passed) / Decimal(self.scored) if self.scored else None


@dataclass
class Figures:
    """What stands under one aspect."""

    lines: list[Line]
    deviations: int = 0


def defect_trends(review: Review) -> tuple[Span, list[tuple[str, Trend]]]:
    """Training defects of the period at its place by kind, against as many days before; one query."""
    span = Span(review.period_from, review.period_to)
    now, before = (defects_of(review.site, review.line, each) for each in (span, span.before))
    return span, trends(now, before, "kind", dict(TrainingDefectKind.choices))


def figures_by_aspect(review: Review) -> dict[str, Figures]:
    """What the classes of the trainings under review say of each aspect; one query."""
    held = list(_classes(review))

    def of_kind(kind: ModuleKind) -> list[Line]:
        return _by((row for row in held if row["module_kind"] == kind), lambda row: [row["module"]])

    lines = {
        Aspect.SOFT_MODULES: of_kind(ModuleKind.SOFT),
        Aspect.HARD_MODULES: of_kind(ModuleKind.HARD),
        Aspect.TRAINERS: _by(held, lambda row: row["trainers"]),
        Aspect.DURATION: _by(held, lambda row: [_minutes(row["length"])] if row["length"] else []),
        Aspect.APPLICATION: _by(held, lambda row: [row["application"] or _("without application")]),
        Aspect.METHOD: _by(held, lambda row: [str(Method(row["method"]).label)] if row["method"] else []),
    }
    return {
        aspect: Figures(each, sum(kind in DEVIATIONS.get(aspect, ()) for row in held for kind in row["differed"]))
        for aspect, each in lines.items()
    }


def _classes(review: Review) -> QuerySet[Any, Any]:
    """The classes held of the trainings under review, as plain values."""
    taught = MeetingTrainer.objects.filter(meeting__training_session=OuterRef("pk")).order_by("trainer__name")
    length = SessionMeeting.objects.filter(training_session=OuterRef("pk")).order_by().values("training_session")
    present = Enrolment.objects.filter(training_session=OuterRef("pk"), removed_at=None).order_by()
    results = SessionResult.objects.filter(
        enrolment__training_session=OuterRef("pk"), current=True, passed__isnull=False
    ).order_by()
    differed = Deviation.objects.filter(training_session=OuterRef("pk")).order_by("pk")
    return (
        TrainingSession.objects.filter(plan__in=review.plans.all(), state__in=HELD)
        .order_by("starts_at", "pk")
        .values(
            module=F("module_version__module__title"),
            module_kind=F("module_version__module__kind"),
            method=F("revision__method"),
            application=F("revision__application__name"),
            trainers=ArraySubquery(taught.values("trainer__name").distinct()),
            length=Subquery(length.annotate(all=Sum(F("ends_at") - F("starts_at"))).values("all")),
            participants=_number(present.values("training_session")),
            scored=_number(results.values("enrolment__training_session")),
            passed=_number(results.filter(passed=True).values("enrolment__training_session")),
            differed=ArraySubquery(differed.values("kind")),
        )
    )


def _minutes(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def _number(rows: QuerySet[Any, Any]) -> Subquery:
    """How many rows there are of a session; none where there are no rows."""
    return Subquery(rows.annotate(number=Count("pk")).values("number"), output_field=IntegerField())


def _by(held: Iterable[dict[str, Any]], labels: Callable[[dict[str, Any]], Iterable[str]]) -> list[Line]:
    """The classes under each of their labels, by label; a class of two trainers stands under both."""
    found: dict[str, Line] = {}
    for row in held:
        for label in labels(row):
            line = found.setdefault(label, Line(label))
            line.classes += 1
            for name in ("participants", "scored", "passed"):
                setattr(line, name, getattr(line, name) + (row[name] or 0))
    return [found[label] for label in sorted(found)]
