"""Reads of what a class learned (5.4)."""

from __future__ import annotations

from sessions.models import SessionGain, TrainingSession


def gain_of(training_session: TrainingSession) -> SessionGain | None:
    """The gain of a session that has a pre-test, or scores of one; none where there is nothing to compare."""
    gain = SessionGain.objects.filter(training_session=training_session).first()
    return gain if gain and (gain.pairs or training_session.pre_paper_id) else None
