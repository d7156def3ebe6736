"""Check the journal, and take an excerpt of it that can be checked without us."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import Max, Min

from trainingops.audit.journal import canonical, digest
from trainingops.audit.models import Entry, EntryDetail, EntrySeal
from trainingops.audit.sealing import GENESIS, SEALING_LIMIT, link_after, seal_entries

_BATCH = 2_000


@dataclass
class Verification:
    """What a look through the journal found. ``disposed`` details went by an approved disposal, which is in order."""

    entries: int = 0
    head: str = ""
    disposed: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not self.problems


def verify_journal(*, now: datetime) -> Verification:
    """Seal what waits, then recompute every digest, link and detail digest.

    Constant memory, whatever the length. Problems name the sequence and the entry's uuid; none ends the check.
    """
    seal_entries(now=now, everything=True)
    found = Verification()
    link, expected = GENESIS, 1
    gone: dict[int, str] = {}
    for seal in EntrySeal.objects.order_by("sequence").prefetch_related("entry__detail").iterator(_BATCH):
        entry = _entry_of(seal)
        place = f"#{seal.sequence} ({entry.uuid if entry else f'entry {seal.entry_id}'})"
        if seal.sequence != expected:
            found.problems.append(f"{place}: {_span(expected, seal.sequence - 1)} missing")
        # Of an entry that is gone, the seal's own digest goes on with the chain.
        actual = digest(entry.text) if entry else bytes(seal.digest)
        if actual != bytes(seal.digest):
            found.problems.append(f"{place}: the text was changed after it was sealed")
        link = link_after(link, actual)
        if link != bytes(seal.link):
            found.problems.append(f"{place}: the chain is broken")
            link = bytes(seal.link)
        if entry is None:
            found.problems.append(f"{place}: the entry is missing")
        else:
            _check_entry(entry, place, found, gone)
        expected = seal.sequence + 1
        found.entries += 1
        if len(gone) == _BATCH:
            _check_gone(gone, found)
    _check_gone(gone, found)
    found.head = link.hex()
    unsealed = Entry.objects.filter(seal=None, occurred_at__lt=now - SEALING_LIMIT).count()
    if unsealed:
        found.problems.append(f"{unsealed} entries have waited for a seal for more than a minute")
    return found


def _entry_of(seal: EntrySeal) -> Entry | None:
    """The sealed entry, unless somebody deleted it behind the foreign key's back."""
    try:
        return seal.entry
    except ObjectDoesNotExist:
        return None


def _span(first: int, last: int) -> str:
    return f"sequence {first} is" if first == last else f"sequences {first} to {last} are"


def _check_entry(entry: Entry, place: str, found: Verification, gone: dict[int, str]) -> None:
    """The columns that lists filter by must say what the sealed text says, and the detail what its digest says.

    A detail that the text promises and that is not there is noted in ``gone`` under the entry's key.
    """
    body = _body(entry.text)
    detail: EntryDetail | None = getattr(entry, "detail", None)
    if body is None:
        found.problems.append(f"{place}: the text is no JSON object")
        return
    columns: dict[str, str | None] = {
        "action": str(entry.action),
        "actor": str(entry.actor) if entry.actor else None,
        "verb": entry.verb,
        "subject_type": entry.subject_type,
        "subject": str(entry.subject),
    }
    missing = [name for name in (*columns, "at", "data", "detail_sha256") if name not in body]
    found.problems.extend(f"{place}: the text lacks {name}" for name in missing)
    for name, value in columns.items():
        if name in body and body[name] != value:
            found.problems.append(f"{place}: column {name} says {value}, the sealed text {body[name]}")
    if "at" in body and _moment(body["at"]) != entry.occurred_at:
        found.problems.append(f"{place}: column occurred_at differs from the sealed text")
    promised = body.get("detail_sha256")
    if detail is None:
        if promised:
            gone[entry.pk] = place
    elif hashlib.sha256((detail.salt + detail.text).encode()).hexdigest() != promised:
        found.problems.append(f"{place}: the detail was changed")


def _body(text: str) -> dict[str, Any] | None:
    """The object that an entry's text holds; None for anything else, however damaged."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _moment(written: object) -> datetime | None:
    try:
        return datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None


def _check_gone(gone: dict[int, str], found: Verification) -> None:
    """Empty ``gone``: details may go by an approved disposal or erasure, which the records room knows, only."""
    if not gone:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM unnest(%s::bigint[]) key WHERE audit_detail_was_disposed(key)", [list(gone)])
        rightly = {row[0] for row in cursor.fetchall()}
    found.disposed += len(rightly)
    found.problems.extend(
        f"{place}: the detail is missing, and no approved disposal names it"
        for key, place in gone.items()
        if key not in rightly
    )
    gone.clear()


def journal_excerpt(*, subjects: Collection[UUID]) -> Iterator[str]:
    """Lines of JSON: every digest and link from the first to the last entry about ``subjects``, and their bodies.

    The first line names the link before the range, so that the chain can be recomputed from the file alone.
    Bodies hold uuids only; details stay here.
    """
    about = EntrySeal.objects.filter(entry__subject__in=subjects)
    ends = about.aggregate(first=Min("sequence"), last=Max("sequence"))
    if ends["first"] is None:
        yield canonical({"first": None, "last": None, "link_before": GENESIS.hex()})
        return
    before = EntrySeal.objects.filter(sequence=ends["first"] - 1).first()
    yield canonical({**ends, "link_before": (bytes(before.link) if before else GENESIS).hex()})
    own = set(subjects)
    seals = EntrySeal.objects.filter(sequence__range=(ends["first"], ends["last"])).select_related("entry")
    for seal in seals.order_by("sequence").iterator(2_000):
        line: dict[str, object] = {
            "sequence": seal.sequence,
            "digest": bytes(seal.digest).hex(),
            "link": bytes(seal.link).hex(),
        }
        if seal.entry.subject in own:
            line["text"] = seal.entry.text
        yield canonical(line)
