"""What each source of volumes writes, turned into one table: Avaya, Genesys, UCCX, Asterisk, sheets kept by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from planning.imports.traffic.queue_log import INTERVAL_SECONDS, QueueInterval, intervals_of, is_queue_log
from trainingops.imports.registry import Cell, Source
from trainingops.imports.values import as_text, heading_key

AVAYA, GENESYS, UCCX, ASTERISK = "avaya", "genesys", "uccx", "asterisk"
_LINES_SEARCHED = 20
#: Headings that only this source has; all of them must be there.
_SIGNS = {
    AVAYA: {"acdcalls", "abancalls", "avgacdtime"},
    GENESYS: {"intervalcomplete", "mediatype", "queueid"},
    UCCX: {"csqname", "intervalstarttime", "callspresented"},
}


def reshape_traffic(source: Source) -> Source:
    """The table of a source, with ``facts["source"]`` naming it; other files stay as they are."""
    if is_queue_log(source.rows):
        rows = [_LOG_HEAD, *(_log_row(each) for each in intervals_of(source.rows))]
        return replace(source, rows=rows, facts={"source": ASTERISK})
    for at, row in enumerate(source.rows[:_LINES_SEARCHED]):
        keys = {heading_key(as_text(cell)) for cell in row}
        for name, signs in _SIGNS.items():
            if signs <= keys:
                found = replace(source, facts={"source": name})
                return _with_labels(found, at) if name == AVAYA else found
    return source


def _with_labels(source: Source, at: int) -> Source:
    """Avaya's date and split stand above the table: they become columns of it, so that their reading can be asked."""
    labels = {heading_key(as_text(row[0])): row[1] for row in source.rows[:at] if len(row) > 1}
    day, split = labels.get("date"), labels.get("splitskill") or labels.get("split") or labels.get("skill")
    width = max(len(row) for row in source.rows)
    rows: list[list[Cell]] = []
    for number, row in enumerate(source.rows):
        if number < at or not any(as_text(cell) for cell in row):
            rows.append(row)
            continue
        more: list[Cell] = ["Tanggal", "Split/Skill"] if number == at else [day, split]
        rows.append([*row, *[None] * (width - len(row)), *more])
    return replace(source, rows=rows)


_LOG_HEAD: list[Cell] = [
    "interval_start", "interval_minutes", "Queue Name", "Offered", "Answered", "Abandoned", "Timed out", "Without end",
    "AHT (detik)", "ASA (detik)", "SL 20 detik",
]  # fmt: skip


def _log_row(each: QueueInterval) -> list[Cell]:
    return [
        datetime.fromtimestamp(each.start, UTC),
        INTERVAL_SECONDS // 60,
        each.queue,
        each.offered,
        each.answered,
        each.abandoned,
        each.timed_out,
        each.no_end,
        _figure(each.aht_seconds),
        _figure(each.asa_seconds),
        f"{100 * each.within_target / each.offered:.2f}%",
    ]


def _figure(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(round(value, 3)))


def queues_of(cells: Sequence[str]) -> list[str]:
    """The names of queues in the order of the file, without the joined names of summary rows."""
    return [name for name in dict.fromkeys(cells) if name and ";" not in name]
