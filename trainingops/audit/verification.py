"""Check the journal, and take an excerpt of it that can be checked without us."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Max, Min

from trainingops.audit.journal import canonical, digest
from trainingops.audit.models import Entry, EntrySeal
from trainingops.audit.sealing import GENESIS, SEALING_LIMIT, link_after, seal_entries


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

    Constant memory, whatever the length. Problems name the sequence and the entry's uuid.
    """
    seal_entries(now=now, everything=True)
    found = Verification()
    link, expected = GENESIS, 1
    for seal in EntrySeal.objects.select_related("entry", "entry__detail").order_by("sequence").iterator(2_000):
        entry = seal.entry
        place = f"#{seal.sequence} ({entry.uuid})"
        if seal.sequence != expected:
            found.problems.append(f"{place}: sequence {expected} is missing")
        actual = digest(entry.text)
        if actual != bytes(seal.digest):
            found.problems.append(f"{place}: the text was changed after it was sealed")
        link = link_after(link, actual)
        if link != bytes(seal.link):
            found.problems.append(f"{place}: the chain is broken")
            link = bytes(seal.link)
        _check_columns(entry, place, found)
        expected = seal.sequence + 1
        found.entries += 1
    found.head = link.hex()
    unsealed = Entry.objects.filter(seal=None, occurred_at__lt=now - SEALING_LIMIT).count()
    if unsealed:
        found.problems.append(f"{unsealed} entries have waited for a seal for more than a minute")
    return found


def _check_columns(entry: Entry, place: str, found: Verification) -> None:
    """The columns that lists filter by must say what the sealed text says, and the detail what its digest says."""
    body = json.loads(entry.text)
    columns = {
        "action": str(entry.action),
        "actor": str(entry.actor) if entry.actor else None,
        "verb": entry.verb,
        "subject_type": entry.subject_type,
        "subject": str(entry.subject),
    }
    for name, value in columns.items():
        if body[name] != value:
            found.problems.append(f"{place}: column {name} says {value}, the sealed text {body[name]}")
    if datetime.fromisoformat(body["at"]) != entry.occurred_at:
        found.problems.append(f"{place}: column occurred_at differs from the sealed text")
    expected = body["detail_sha256"]
    detail = getattr(entry, "detail", None)
    if expected and detail is None:
        found.disposed += 1
    elif detail and hashlib.sha256((detail.salt + detail.text).encode()).hexdigest() != expected:
        found.problems.append(f"{place}: the detail was changed")


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
