"""What the tests of a session say, computed by the stage above outside the request (5.4)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sessions.models import SessionGain, TrainingSession
from sessions.queries.facts import session_facts
from sessions.queries.ledger import on_target
from sessions.signals import tests_changed

Scores = list[Decimal | None]


def note_changed_tests(training_session: TrainingSession, *, now: datetime) -> None:
    """The tests of a session, locked by the caller's service, are to be counted anew."""
    SessionGain.objects.bulk_create(
        [SessionGain(training_session=training_session)],
        update_conflicts=True,
        unique_fields=["training_session"],
        update_fields=["stale"],
    )
    tests_changed.send(sender=TrainingSession, training_session=training_session, now=now)


def paired_scores(training_session: TrainingSession) -> tuple[Scores, Scores]:
    """Pre- and post-test of everybody on target in percent, at the same place; None for who has none."""
    people = list(on_target(session_facts(training_session)["people"]))
    pre, post = ([each[phase] and each[phase]["percentage"] for each in people] for phase in ("pre", "post"))
    return pre, post


def record_gain(*, training_session: TrainingSession, figures: dict[str, Any], now: datetime) -> None:
    """Write what was computed of a session that the caller locked; ``figures`` are fields of :class:`SessionGain`."""
    SessionGain.objects.filter(training_session=training_session).update(**figures, stale=False, computed_at=now)
