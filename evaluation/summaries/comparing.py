"""The classes of some days by module, trainer, duration, application and method, as they are compared (5.4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import DurationField, ExpressionWrapper, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from evaluation.enums import ComparedAspect, ComparedMeasure
from evaluation.frequency import Span
from evaluation.indicator import held_among
from sessions.models import MeetingTrainer, SessionMeeting, TrainingSession
from sessions.queries.survey import SETTLED, mean_of, pooled

#: Upper ends of the bands of duration, in minutes; longer is ``longer``.
DURATIONS = (60, 120, 240, 480)
LONGER = "longer"

#: Site, line, aspect, key, measure → the class's figures.
Key = tuple[int, int, str, str, str]
Totals = dict[str, Any]


def compare_in(span: Span, now: datetime) -> dict[Key, Totals]:
    """Sums over the classes that ended on these days; two queries."""
    rows = list(_classes(span))
    trainers: dict[int, set[str]] = defaultdict(set)
    taught = MeetingTrainer.objects.filter(meeting__training_session__in=[row["pk"] for row in rows])
    for training_session, trainer in taught.values_list("meeting__training_session", "trainer__uuid"):
        trainers[training_session].add(str(trainer))
    found: dict[Key, Totals] = defaultdict(lambda: dict.fromkeys(("classes", "n", "x", "nn", "nx", "xx"), Decimal(0)))
    for row in rows:
        measures = dict(_measures(row, now))
        for aspect, key in _keys(row, trainers[row["pk"]]):
            for measure, (n, x) in measures.items():
                _add(found[row["site"], row["line"], aspect, key, measure], n, x)
    return {key: _rounded(totals) for key, totals in found.items()}


def _classes(span: Span) -> Any:
    """Each class with what it was planned as; a make-up class as its plan."""
    length = ExpressionWrapper(F("ends_at") - F("starts_at"), output_field=DurationField())
    meetings = SessionMeeting.objects.filter(training_session=OuterRef("pk")).exclude(state="cancelled")
    minutes = meetings.order_by().values("training_session").annotate(length=Sum(length)).values("length")
    return (
        held_among(TrainingSession.objects.all(), span)
        .order_by()
        .annotate(
            length=Subquery(minutes),
            method=Coalesce("revision__method", "plan__approved_revision__method"),
            used=Coalesce("revision__application", "plan__approved_revision__application"),
        )
        .values(
            "pk",
            "site",
            "line",
            "length",
            "method",
            "used",
            "module_version__module__uuid",
            "summary__present",
            "summary__late",
            "summary__absent",
            "summary__scored",
            "summary__passed",
            "gain__pairs",
            "gain__mean_pre",
            "gain__mean_post",
            "survey__tallies",
            "survey__closes_at",
            "survey__form__least_answers",
        )
    )


def _keys(row: dict[str, Any], trainers: set[str]) -> Iterator[tuple[str, str]]:
    yield ComparedAspect.MODULE, str(row["module_version__module__uuid"])
    for trainer in trainers:
        yield ComparedAspect.TRAINER, trainer
    if row["length"] is not None:
        yield ComparedAspect.DURATION, _band(row["length"].total_seconds() / 60)
    if row["used"] is not None:
        yield ComparedAspect.APPLICATION, str(row["used"])
    if row["method"]:
        yield ComparedAspect.METHOD, row["method"]


def _band(minutes: float) -> str:
    return next((str(end) for end in DURATIONS if minutes <= end), LONGER)


def _measures(row: dict[str, Any], now: datetime) -> Iterator[tuple[str, tuple[int, Decimal]]]:
    """Number and total of a class for each measure that it has."""
    there = (row["summary__present"] or 0) + (row["summary__late"] or 0)
    if invited := there + (row["summary__absent"] or 0):
        yield ComparedMeasure.ATTENDED, (invited, Decimal(there))
    if row["summary__scored"]:
        yield ComparedMeasure.PASSED, (row["summary__scored"], Decimal(row["summary__passed"]))
    if row["gain__pairs"] and row["gain__mean_post"] is not None:
        pairs = row["gain__pairs"]
        yield ComparedMeasure.GAIN, (pairs, pairs * (row["gain__mean_post"] - row["gain__mean_pre"]))
    tallies, closes_at = row["survey__tallies"] or {}, row["survey__closes_at"]
    answered = sum(next(iter(tallies.values()), []))
    # What nobody may read yet, or ever, is in no sum either.
    if closes_at and closes_at + SETTLED <= now and answered >= row["survey__form__least_answers"]:
        mean = mean_of(pooled(tallies.values()))
        if mean is not None:
            yield ComparedMeasure.RATING, (answered, answered * mean)


def _add(totals: Totals, n: int, x: Decimal) -> None:
    totals["classes"] += 1
    for name, value in (("n", n), ("x", x), ("nn", n * n), ("nx", n * x), ("xx", x * x)):
        totals[name] += value


def _rounded(totals: Totals) -> Totals:
    """As the columns keep it."""
    counts = {name: int(totals[name]) for name in ("classes", "n")}
    return counts | {name: round(Decimal(totals[name]), 4) for name in ("x", "nn", "nx", "xx")}
