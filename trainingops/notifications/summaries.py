"""What a summary says: problems first, one line per object (NTF-2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainingops.notifications.models import OutboxMessage
from trainingops.notifications.registry import get_kind
from trainingops.notifications.texts import notice_text
from trainingops.ui.moments import moment_words

#: So many objects are named; the inbox has the rest.
MOST_LINES = 40


@dataclass
class Line:
    """One object: what was told last, where it is read, and how much was told before."""

    title: str
    url: str
    #: When it was told, in words with the zone of the recipient.
    when: str
    is_problem: bool
    earlier: int = 0


@dataclass(frozen=True)
class Summary:
    """The lines of a mail, in the language that is active."""

    problems: list[Line]
    others: list[Line]
    #: How many objects are not named.
    left_out: int
    subject: str


def summary_of(message: OutboxMessage) -> Summary:
    """What the notices that this mail carries say, newest first; read when it is sent.

    An object is a problem when anything that is told of it is one.
    """
    told: dict[UUID, list[Mapping[str, Any]]] = {}
    rows = message.carried.order_by("-created_at", "-pk").values("subject", "kind", "params", "url", "created_at")
    for row in rows:
        told.setdefault(row["subject"], []).append(row)
    problems = {subject for subject, rows_of in told.items() if any(get_kind(row["kind"]).problem for row in rows_of)}
    order = sorted(told, key=lambda subject: subject not in problems)
    zone = message.recipient.zone if message.recipient else None
    lines = [_line(told[subject], zone, is_problem=subject in problems) for subject in order[:MOST_LINES]]
    return Summary(
        problems=[line for line in lines if line.is_problem],
        others=[line for line in lines if not line.is_problem],
        left_out=len(told) - len(lines),
        subject=_subject(message, len(problems), len(told) - len(problems)),
    )


def _line(rows: Sequence[Mapping[str, Any]], zone: ZoneInfo | None, *, is_problem: bool) -> Line:
    """The newest that is a problem, where one is; else the newest."""
    shown = next((row for row in rows if get_kind(row["kind"]).problem), rows[0]) if is_problem else rows[0]
    return Line(
        title=notice_text(shown["kind"], shown["params"]).title,
        url=shown["url"],
        when=moment_words(shown["created_at"], zone),
        is_problem=is_problem,
        earlier=len(rows) - 1,
    )


def _subject(message: OutboxMessage, problems: int, others: int) -> str:
    counts = []
    if problems:
        counts.append(ngettext("%(n)d problem", "%(n)d problems", problems) % {"n": problems})
    if others and problems:
        counts.append(ngettext("%(n)d other matter", "%(n)d other matters", others) % {"n": others})
    elif others:
        counts.append(ngettext("%(n)d matter", "%(n)d matters", others) % {"n": others})
    title = notice_text(message.kind, message.params).title
    return _("%(title)s: %(counts)s") % {"title": title, "counts": ", ".join(counts)}
