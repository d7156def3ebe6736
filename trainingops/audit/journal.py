"""How services write the journal.

A service is decorated with :func:`service`. Inside it, :func:`record` collects entries; the outermost service writes
them by one INSERT as its last statement, in its transaction and without a lock (DESIGN.md §5.6).
"""

from __future__ import annotations

import functools
import hashlib
import json
import secrets
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, ParamSpec, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from trainingops.audit.models import Entry

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class _Action:
    """The entries of one user action, collected until the outermost service ends."""

    id: uuid.UUID = field(default_factory=uuid.uuid4)
    entries: list[tuple[Entry, str, str]] = field(default_factory=list)
    #: Who acts for whom, by uuid: see :func:`note_principal`.
    principals: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)


_action: ContextVar[_Action | None] = ContextVar("journal_action", default=None)


def service(function: Callable[P, R]) -> Callable[P, R]:
    """Make ``function`` a service: one transaction, and the journal written at the end of the outermost one.

    An exception rolls back what was written and drops the entries collected since the service began.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = _action.get()
        if outer is not None:
            return _within(outer, function, *args, **kwargs)
        action = _Action()
        token = _action.set(action)
        try:
            with transaction.atomic():
                result = function(*args, **kwargs)
                _write(action)
                return result
        finally:
            _action.reset(token)

    return run


def _within(outer: _Action, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """A service inside another: a failure that the outer one survives takes its entries back with its rows."""
    before = len(outer.entries)
    try:
        with transaction.atomic():
            return function(*args, **kwargs)
    except BaseException:
        del outer.entries[before:]
        raise


def recorded() -> int:
    """How many entries the running service has collected so far; 0 outside one."""
    action = _action.get()
    return len(action.entries) if action else 0


def note_principal(*, actor: uuid.UUID, principal: uuid.UUID) -> None:
    """The running service is allowed to ``actor`` only because ``principal`` delegated to them: its entries name both.

    Nothing outside a service.
    """
    action = _action.get()
    if action is not None:
        action.principals[actor] = principal


def record(
    verb: str,
    *,
    subject: models.Model,
    actor: Any,
    now: datetime,
    data: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Note in the journal that ``actor`` did ``verb`` to ``subject`` at ``now``.

    Args:
        verb: ``thing.past_participle``, such as ``plan.submitted``.
        subject: an :class:`~trainingops.domain.Identified` row.
        actor: the user, or ``None`` for the clock.
        data: uuids, hashes, states, counts. Nothing personal: it can never be removed.
        detail: names, reasons, before and after. May be disposed of later; its salted digest stays.

    Raises:
        RuntimeError: called outside a service.
    """
    action = _action.get()
    if action is None:
        raise RuntimeError(f"{verb}: record() works only inside a function decorated with @service")
    who = getattr(actor, "uuid", None)
    behalf = {"on_behalf_of": action.principals[who]} if who in action.principals else {}
    salt = secrets.token_hex(16) if detail else ""
    detail_text = canonical(detail) if detail else ""
    body = {
        "action": action.id,
        "at": now.isoformat(),
        "actor": who,
        "verb": verb,
        "subject_type": subject._meta.label,
        "subject": subject.uuid,  # type: ignore[attr-defined]
        "data": {**behalf, **(data or {})},
        "detail_sha256": hashlib.sha256((salt + detail_text).encode()).hexdigest() if detail else None,
    }
    entry = Entry(
        action=action.id,
        occurred_at=now,
        actor=body["actor"],
        verb=verb,
        subject_type=subject._meta.label,
        subject=body["subject"],
        text=canonical(body),
    )
    action.entries.append((entry, salt, detail_text))


def canonical(value: Any) -> str:
    """JSON in one form only: sorted keys, no blanks, Unicode kept, decimals and times as strings."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, cls=_Encoder)


def digest(text: str) -> bytes:
    """SHA-256 of a canonical text."""
    return hashlib.sha256(text.encode()).digest()


class _Encoder(DjangoJSONEncoder):
    """Django's, with times kept to the microsecond and decimals as written."""

    def default(self, o: Any) -> Any:
        if isinstance(o, datetime):
            return o.isoformat()
        if isinstance(o, Decimal):
            return str(o)
        if isinstance(o, frozenset | set):
            return sorted(o)
        return super().default(o)


#: Entries and their details by one statement, the entries in the order in which they were recorded.
_INSERT = """
WITH given AS (
    SELECT * FROM unnest(
        %s::uuid[], %s::timestamptz[], %s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::text[], %s::text[],
        %s::text[]
    ) WITH ORDINALITY
    AS row (uuid, occurred_at, actor, verb, subject_type, subject, text, salt, detail, place)
), written AS (
    INSERT INTO audit_entry (uuid, action, occurred_at, actor, verb, subject_type, subject, text)
    SELECT uuid, %s::uuid, occurred_at, actor, verb, subject_type, subject, text FROM given ORDER BY place
    RETURNING id, uuid
)
INSERT INTO audit_entrydetail (entry_id, salt, text)
SELECT written.id, given.salt, given.detail FROM written JOIN given USING (uuid)
WHERE given.detail <> '' ORDER BY given.place
"""


def _write(action: _Action) -> None:
    if not action.entries:
        return
    rows = (
        (e.uuid, e.occurred_at, e.actor, e.verb, e.subject_type, e.subject, e.text, salt, detail)
        for e, salt, detail in action.entries
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*map(list, zip(*rows, strict=True)), action.id])
