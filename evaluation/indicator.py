"""Indicator 4.4: training defects by kind, frequency and impact against the period before; what actions achieved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from evaluation.enums import ActionState, TrainingDefectKind
from evaluation.frequency import Span
from evaluation.models import ImprovementAction, TrainingDefect
from planning.queries.indicator import Counted
from sessions.enums import HELD
from sessions.models import TrainingSession
from trainingops.people.models import User
from trainingops.people.queries import day_there, midnight

Places = Mapping[str, Any]

#: Between the first meeting of a class and its last, for the index on starts.
LONGEST_CLASS = timedelta(days=120)

#: What an action that was due came to; the links from the indicator lead to the list with one of them.
RESULTS = {
    "on_time": Q(state__in=[ActionState.DONE, ActionState.EFFECTIVE], done_at__lte=F("due_at")),
    "closed": Q(state__in=[ActionState.DONE, ActionState.EFFECTIVE]),
    "effective": Q(state=ActionState.EFFECTIVE),
}


@dataclass
class Kind:
    """A kind of training defect in a period and in as many days before, by impact."""

    kind: str
    now: int = 0
    before: int = 0
    impact: Counter[str] = field(default_factory=Counter)

    @property
    def label(self) -> str:
        return str(TrainingDefectKind(self.kind).label)

    @property
    def difference(self) -> int:
        """Negative: fewer than before."""
        return self.now - self.before


def kinds_in(user: User, span: Span, places: Places) -> list[Kind]:
    """Every kind that occurred in the period or before it, the most frequent first; two queries."""
    found: dict[str, Kind] = {}
    for is_now, days in ((True, span), (False, span.before)):
        rows = TrainingDefect.objects.visible_to(user).in_days(days.since, days.until).filter(**places)
        counted = rows.order_by().values_list("kind", "impact_level").annotate(number=Count("pk"))
        for kind, level, number in counted:
            each = found.setdefault(kind, Kind(kind))
            if is_now:
                each.now += number
                each.impact[level] += number
            else:
                each.before += number
    return sorted(found.values(), key=lambda each: (-each.now, -each.before, each.label))


def per_hundred(kinds: list[Kind], user: User, span: Span, places: Places) -> tuple[Decimal | None, Decimal | None]:
    """Training defects for every hundred classes held, in the period and before; two queries. None without a class."""
    now, before = (classes_in(user, each, places) for each in (span, span.before))
    return (
        Decimal(100 * sum(each.now for each in kinds)) / now if now else None,
        Decimal(100 * sum(each.before for each in kinds)) / before if before else None,
    )


def classes_in(user: User, span: Span, places: Places) -> int:
    """The classes in sight that were held and ended on these days at their site."""
    rows = held_among(TrainingSession.objects.visible_to_staff(user).filter(**places), span)
    return rows.values("pk").distinct().count()


def held_among(sessions: QuerySet[TrainingSession], span: Span) -> QuerySet[TrainingSession]:
    """Of ``sessions`` those that were held and ended on these days at their site."""
    near = (midnight(span.since - LONGEST_CLASS), midnight(span.until + timedelta(days=2)))
    return _on_days(sessions.filter(state__in=HELD, starts_at__range=near), "ends_at", "site__timezone", span)


def actions_due(user: User, span: Span, places: Places, now: datetime) -> QuerySet[ImprovementAction]:
    """The actions in sight that were due on these days, at the site of their review, and by now."""
    where = {f"finding__review__{name}": value for name, value in places.items()}
    return actions_among(ImprovementAction.objects.visible_to(user).filter(**where), span, now)


def actions_among(actions: QuerySet[ImprovementAction], span: Span, now: datetime) -> QuerySet[ImprovementAction]:
    """Of ``actions`` those that were due on these days, at the site of their review, and by now."""
    near = (midnight(span.since - timedelta(days=1)), midnight(span.until + timedelta(days=2)))
    rows = actions.filter(due_at__lte=now, due_at__range=near).exclude(state=ActionState.WITHDRAWN)
    return _on_days(rows, "due_at", "finding__review__site__timezone", span)


def _on_days(rows: Any, moment: str, zone: str, span: Span) -> Any:
    there = rows.annotate(local_day=day_there(moment, zone))
    return there.filter(local_day__range=(span.since, span.until))


def achieved(actions: QuerySet[ImprovementAction]) -> dict[str, Counted]:
    """Closed on time ÷ due; verified effective ÷ closed; one query."""
    found = actions.order_by().aggregate(
        due=Count("pk", distinct=True),
        **{name: Count("pk", filter=condition, distinct=True) for name, condition in RESULTS.items()},
    )
    return {
        "on_time": Counted(due=found["due"], met=found["on_time"]),
        "effective": Counted(due=found["closed"], met=found["effective"]),
    }
