"""The chain over the journal: entries are sealed after their commit, by one sealer at a time (DESIGN.md §5.6)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef

from trainingops.audit.journal import digest
from trainingops.audit.models import Entry, EntrySeal

#: What stands before the first link.
GENESIS = bytes(32)
#: An entry unsealed for longer than this means that nobody seals.
SEALING_LIMIT = timedelta(seconds=60)
_BATCH = 2_000
#: How far behind the newest sealed entry a late commit is still looked for by the frequent sweep. Keys are drawn
#: before commits, so a slow transaction commits a smaller key; the verification looks through all.
_LOOK_BACK = 100_000
_LOCK_KEY = 0x7472_6F70_7331


def link_after(previous: bytes, entry_digest: bytes) -> bytes:
    """``sha256(previous link ‖ entry digest)``."""
    return hashlib.sha256(previous + entry_digest).digest()


def seal_entries(*, now: datetime, everything: bool = False) -> int:
    """Seal committed entries that have no seal yet, in the order of their keys; the number sealed.

    Safe to call from any number of processes: one seals, the others return 0 at once.

    Args:
        everything: look through the whole journal, not only its newest part.
    """
    sealed = 0
    while True:
        count = _seal_batch(now=now, everything=everything)
        sealed += count
        if count < _BATCH:
            return sealed


@transaction.atomic
def _seal_batch(*, now: datetime, everything: bool) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK_KEY])
        if not cursor.fetchone()[0]:
            return 0
    last = EntrySeal.objects.order_by("-sequence").first()
    waiting = Entry.objects.filter(~Exists(EntrySeal.objects.filter(entry=OuterRef("pk")))).order_by("pk")
    if last and not everything:
        newest = EntrySeal.objects.aggregate(newest=Max("entry_id"))["newest"]
        waiting = waiting.filter(pk__gt=newest - _LOOK_BACK)
    sequence, link = (last.sequence, bytes(last.link)) if last else (0, GENESIS)
    seals = []
    for key, text in waiting.values_list("pk", "text")[:_BATCH]:
        sequence += 1
        entry_digest = digest(text)
        link = link_after(link, entry_digest)
        seals.append(EntrySeal(entry_id=key, sequence=sequence, digest=entry_digest, link=link, sealed_at=now))
    EntrySeal.objects.bulk_create(seals)
    return len(seals)


def chain_head() -> tuple[int, str]:
    """Sequence and link (hexadecimal) of the newest seal; ``(0, 64 zeros)`` for an empty journal."""
    last = EntrySeal.objects.order_by("-sequence").first()
    return (last.sequence, bytes(last.link).hex()) if last else (0, GENESIS.hex())


def unsealed_too_long(now: datetime) -> str:
    """For readiness: empty, or how many entries have waited for more than a minute and what to do."""
    newest = EntrySeal.objects.aggregate(newest=Max("entry_id"))["newest"] or 0
    waiting = Entry.objects.filter(seal=None, pk__gt=newest - _LOOK_BACK, occurred_at__lt=now - SEALING_LIMIT).count()
    return f"{waiting} journal entries wait for a seal. Start beat and the clock worker." if waiting else ""
