"""Half hours from the event log of Asterisk's queues. Pure: no Django, no clock.

Source: ``doc/queuelog.txt`` of Asterisk: ``time|call|queue|agent|EVENT|data…``; times are Unix seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

INTERVAL_SECONDS = 1_800
TARGET_SECONDS = 20
#: Where each event that ends a talk keeps the talking time.
_TALK = {"COMPLETEAGENT": 1, "COMPLETECALLER": 1, "BLINDTRANSFER": 3, "ATTENDEDTRANSFER": 1, "TRANSFER": 3}
_TIMED_OUT = frozenset({"EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY"})


@dataclass
class _Call:
    queue: str
    entered: int
    hold: int | None = None
    talk: int | None = None
    abandoned: bool = False
    timed_out: bool = False


@dataclass(frozen=True)
class QueueInterval:
    """One half hour of one queue, by when its calls entered.

    Attributes:
        start: Unix seconds of the half hour.
        no_end: calls of which the log holds no end, a known defect; they count as offered.
        talk_seconds: talking time of the calls that ended; this log knows no after-call work.
        talked: how many those are; calls still talking at the end are left out of the handling time.
        hold_seconds: waiting time of the answered calls, all together.
        within_target: answered within 20 seconds.
    """

    queue: str
    start: int
    offered: int
    answered: int
    abandoned: int
    timed_out: int
    no_end: int
    talk_seconds: int
    talked: int
    hold_seconds: int
    within_target: int

    @property
    def aht_seconds(self) -> float | None:
        """Mean talking time; ``None`` when no call has ended."""
        return self.talk_seconds / self.talked if self.talked else None

    @property
    def asa_seconds(self) -> float | None:
        """Mean time to answer; ``None`` when nobody was answered."""
        return self.hold_seconds / self.answered if self.answered else None


def is_queue_log(rows: Sequence[Sequence[object]]) -> bool:
    """Whether the first lines look like ``time|call|queue|agent|EVENT``."""
    head = [row for row in rows[:5] if any(row)]
    return bool(head) and all(
        len(row) >= 5 and str(row[0]).isdigit() and len(str(row[0])) == 10 and str(row[4]).isupper() for row in head
    )


def intervals_of(rows: Iterable[Sequence[object]]) -> list[QueueInterval]:
    """The half hours of each queue, by queue and time; a call counts where it entered."""
    calls: dict[str, _Call] = {}
    for row in rows:
        if len(row) >= 5:
            _read(calls, [str(cell if cell is not None else "") for cell in row])
    found: dict[tuple[str, int], list[_Call]] = {}
    for call in calls.values():
        found.setdefault((call.queue, call.entered - call.entered % INTERVAL_SECONDS), []).append(call)
    return [_interval(queue, start, found[queue, start]) for queue, start in sorted(found)]


def _read(calls: dict[str, _Call], row: Sequence[str]) -> None:
    moment, key, queue, _agent, event, *data = row
    if event == "ENTERQUEUE":
        calls[key] = _Call(queue, int(moment))
    call = calls.get(key)
    if call is None:
        return
    if event == "CONNECT":
        call.hold = _number(data, 0)
    elif event in _TALK:
        call.talk = _number(data, _TALK[event])
    elif event == "ABANDON":
        call.abandoned = True
    elif event in _TIMED_OUT:
        call.timed_out = True


def _number(data: Sequence[str], at: int) -> int | None:
    return int(data[at]) if at < len(data) and data[at].isdigit() else None


def _interval(queue: str, start: int, calls: Sequence[_Call]) -> QueueInterval:
    holds = [call.hold for call in calls if call.hold is not None]
    talks = [call.talk for call in calls if call.talk is not None]
    return QueueInterval(
        queue=queue,
        start=start,
        offered=len(calls),
        answered=len(holds),
        abandoned=sum(call.abandoned for call in calls),
        timed_out=sum(call.timed_out for call in calls),
        no_end=sum(call.hold is None and not call.abandoned and not call.timed_out for call in calls),
        talk_seconds=sum(talks),
        talked=len(talks),
        hold_seconds=sum(holds),
        within_target=sum(hold <= TARGET_SECONDS for hold in holds),
    )
