"""Whether the summaries still say what the rows say (DESIGN.md §3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from sessions.models import SessionSummary, TrainingSession
from sessions.services.common import refresh_summary


@dataclass(frozen=True)
class Difference:
    """A figure of a summary that the rows do not give."""

    training_session: TrainingSession
    name: str
    kept: Any
    counted: Any


def wrong_summaries(*, mend: bool = False) -> Iterator[Difference]:
    """Recount every session as its services do, and say what differs.

    Args:
        mend: keep the new count; otherwise nothing is written.
    """
    for key in TrainingSession.objects.order_by("pk").values_list("pk", flat=True).iterator():
        with transaction.atomic():
            training_session = TrainingSession.objects.select_for_update(no_key=True).get(pk=key)
            kept = _figures(training_session)
            refresh_summary(training_session)
            counted = _figures(training_session)
            transaction.set_rollback(not mend)
        for name, value in counted.items():
            if kept.get(name) != value:
                yield Difference(training_session, name, kept.get(name), value)


def _figures(training_session: TrainingSession) -> dict[str, Any]:
    return dict(SessionSummary.objects.filter(training_session=training_session).values().first() or {})
