"""Whether what was signed is still what the rows say. Each stage registers what it has signed when it starts."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from trainingops.audit.models import Entry
from trainingops.domain import Registry
from trainingops.people.models import Signature

_BATCH = 1_000


@dataclass(frozen=True)
class Signed:
    """One signed thing: ``hashes`` are what its rows give now, and its signature covers one of them.

    Several only where one signature covers a thing by what it belongs to, as a waived target covers its cases.
    """

    what: str
    signature: Signature
    hashes: Collection[str]


@dataclass(frozen=True)
class SignedKind:
    """``read`` recomputes every signed thing of a kind, in constant memory."""

    name: str
    read: Callable[[], Iterable[Signed]]


@dataclass
class SignatureCheck:
    """What a look through all signatures found; problems name the thing or the signature."""

    things: int = 0
    signatures: int = 0
    problems: list[str] = field(default_factory=list)


def agreed(*hashes: str) -> set[str]:
    """The one hash that the rows and all that was kept of them say; none where they differ."""
    return set(hashes) if len(set(hashes)) == 1 else set()


_kinds: Registry[SignedKind] = Registry("signed kind")


def register_signed(kind: SignedKind) -> None:
    """Make a kind of signed thing known. Registering two under one name is an error."""
    _kinds.add(kind)


def verify_signatures() -> SignatureCheck:
    """Recompute the hash of everything signed, and hold every signature against its entry in the journal."""
    found = SignatureCheck()
    for name in sorted(_kinds):
        for signed in _kinds[name].read():
            found.things += 1
            if signed.signature.content_hash not in signed.hashes:
                found.problems.append(f"{name} {signed.what}: it is not what was signed any more")
    for batch in _batches(Signature.objects.select_related("user").order_by("pk").iterator(_BATCH)):
        entries = Entry.objects.filter(verb="signature.made", subject__in=[each.uuid for each in batch])
        noted = {entry.subject: entry for entry in entries}
        for signature in batch:
            found.signatures += 1
            if problem := _differs(signature, noted.get(signature.uuid)):
                found.problems.append(f"signature {signature.uuid}: {problem}")
    return found


def _differs(signature: Signature, entry: Entry | None) -> str:
    """Empty, or how a signature differs from what the journal says of its making."""
    if entry is None:
        return "the journal does not know it"
    try:
        data = json.loads(entry.text)["data"]
        said = (entry.actor, entry.occurred_at, *(data[name] for name in ("role", "meaning", "content_hash")))
    except (ValueError, KeyError, TypeError, RecursionError):
        return "its entry in the journal is damaged"
    stands = (signature.user.uuid, signature.signed_at, signature.role, signature.meaning, signature.content_hash)
    return "" if said == stands else "it differs from its entry in the journal"


def _batches(rows: Iterator[Signature]) -> Iterator[list[Signature]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch
