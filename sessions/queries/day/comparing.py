"""Planned against actual (4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from planning.enums import Method
from sessions.enums import (
    HELD,
    DeviationKind,
    SessionKind,
)
from sessions.models import (
    Deviation,
    SessionMeeting,
    TrainingSession,
)
from trainingops.ui.moments import day_words, hours_words
from trainingops.ui.stored import said, stored_span


@dataclass(frozen=True)
class Compared:
    """One aspect of 4.2: as approved, as it was (blank until it is known), and what stands to the difference."""

    label: str
    planned: str
    actual: str
    deviations: Sequence[Deviation] = ()


def compared(
    training_session: TrainingSession, meetings: Sequence[SessionMeeting], deviations: Iterable[Deviation]
) -> list[Compared]:
    """Planned against actual for date, time, duration, trainer, module, method and application (4.2).

    Of a filed class nothing was planned. Without a query for a session of :func:`with_day`.
    """
    by_kind: dict[str, list[Deviation]] = {}
    for each in deviations:
        by_kind.setdefault(each.kind, []).append(each)
    revision = training_session.revision
    rows = [
        (DeviationKind.DATE, *_times(training_session, meetings, _days)),
        (DeviationKind.TIME, *_times(training_session, meetings, _hours)),
        (DeviationKind.DURATION, *_times(training_session, meetings, _length)),
        (DeviationKind.TRAINER, *_trainers(training_session, meetings)),
        (DeviationKind.MODULE, str(training_session.module_version), str(training_session.taught_version)),
    ]
    if revision is not None:
        method = str(Method(revision.method).label) if revision.method else ""
        application = str(revision.application or "")
        rows += [(DeviationKind.METHOD, method, method), (DeviationKind.APPLICATION, application, application)]
    is_over = training_session.state in HELD or training_session.is_withdrawn
    found = []
    for kind, planned, actual in rows:
        mine = by_kind.pop(kind, [])
        known = is_over or kind in _KNOWN_BEFORE
        said = "; ".join(each.actual_words for each in mine) if mine and kind in _SAID else actual
        was_planned = "" if training_session.kind == SessionKind.FILED else planned
        found.append(Compared(str(kind.label), was_planned, said if known or mine else "", mine))
    for kind_left, mine in by_kind.items():
        label = str(DeviationKind(kind_left).label)
        found += [Compared(label, each.planned_words, each.actual_words, [each]) for each in mine]
    return found


#: What the rows tell before the session is over; and what only a deviation tells.
_KNOWN_BEFORE = (DeviationKind.DATE, DeviationKind.TIME, DeviationKind.DURATION, DeviationKind.TRAINER)
_SAID = (DeviationKind.METHOD, DeviationKind.APPLICATION)


def _times(training_session: TrainingSession, meetings: Sequence[SessionMeeting], words: Any) -> tuple[str, str]:
    """The planned and the actual side of every meeting, in words; actual as far as they were held."""
    zone = training_session.site.zone
    planned = [words(each.starts_at, each.ends_at, zone) for each in meetings]
    actual = [
        words(each.actual_starts_at, each.actual_ends_at, zone)
        for each in meetings
        if each.actual_starts_at and each.actual_ends_at
    ]
    return "; ".join(dict.fromkeys(planned)), "; ".join(dict.fromkeys(actual))


def _days(start: datetime, end: datetime, zone: Any) -> str:
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    return day_words(first) if first == last else f"{day_words(first)} – {day_words(last)}"


def _hours(start: datetime, end: datetime, zone: Any) -> str:
    return hours_words(start, end, zone)


def _length(start: datetime, end: datetime, _zone: Any) -> str:
    return str(said(stored_span(end - start)))


def _trainers(training_session: TrainingSession, meetings: Sequence[SessionMeeting]) -> tuple[str, str]:
    planned: list[str] = training_session.planned_trainers  # type: ignore[attr-defined]
    taught = sorted({row.trainer.name for each in meetings for row in each.meeting_trainers.all()})
    return ", ".join(planned), ", ".join(taught)
