"""What differs between two frozen contents of a plan, field by field, and whether it is material (APR-3, APR-5).

Pure: plain data in, plain data out. The page finds the words and resolves people by name (:mod:`planning.wording`).
Sessions, meetings, parameters and persons are matched by uuid, so that a renamed batch is one change and not two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Content = Mapping[str, Any]
Kind = Literal["added", "removed", "changed"]

#: Fields whose change needs the manager again (UX.md APR-3); a change of the rest is told but not material.
MATERIAL = frozenset(
    {
        "module",
        "method",
        "application",
        "scheme",
        "parameter",
        "pass_mark",
        "pre_paper",
        "post_paper",
        "session",
        "trainers",
        "trainer_reason",
        "seats_reason",
        "meeting",
        "duration",
        "target",
        "effect",
    }
)

_PLAIN = (
    "title",
    "purpose",
    "needs",
    "module",
    "method",
    "application",
    "class_types",
    "scheme",
    "pass_mark",
    "pre_paper",
    "post_paper",
    "tolerance_minutes",
    "recovery_days",
    "recovery_forms",
    "busy_reason",
    "trainer_reason",
    "seats_reason",
    "effect",
)
_OF_A_SESSION = ("label", "host_site", "trainers", "room", "link")


@dataclass(frozen=True)
class Change:
    """One difference.

    Attributes:
        field: what differs, such as ``pass_mark``, ``meeting`` or ``target``.
        kind: ``added``, ``removed`` or ``changed``.
        before, after: the values as they stand in the contents; None where there was or is nothing.
        session: uuid of the session that it concerns, or empty.
    """

    field: str
    kind: Kind
    before: Any
    after: Any
    session: str = ""

    @property
    def material(self) -> bool:
        """Whether it needs a new approval."""
        return self.field in MATERIAL


def difference(old: Content, new: Content) -> list[Change]:
    """Every difference from ``old`` to ``new`` in the order of the page; none for equal contents.

    ``old`` may be empty: then everything that ``new`` says is added.
    """
    return [
        *_plain_changes(old, new),
        *_parameters(old, new),
        *_sessions(old, new),
        *_targets(old, new),
        *_recipients(old, new),
    ]


def _value(content: Content, field: str) -> Any:
    """A plain field; figures of the scheme and the plan's title are found where they stand."""
    scheme = content.get("scheme") or {}
    if field == "title":
        return (content.get("plan") or {}).get("title")
    if field == "pass_mark":
        return scheme.get("pass_mark")
    if field == "scheme":
        kept = ("name", "decimals", "remedial_cap")
        remedials = {"remedial_attempts": scheme.get("remedial_attempts", 1)}
        return {name: scheme.get(name) for name in kept} | remedials if scheme else None
    return content.get(field)


def _plain_changes(old: Content, new: Content) -> Iterator[Change]:
    for field in _PLAIN:
        yield from _compare(field, _value(old, field), _value(new, field))


def _compare(field: str, before: Any, after: Any, session: str = "") -> Iterator[Change]:
    before, after = _nothing(before), _nothing(after)
    if before == after:
        return
    kind: Kind = "changed"
    if before is None:
        kind = "added"
    elif after is None:
        kind = "removed"
    yield Change(field, kind, before, after, session)


def _nothing(value: Any) -> Any:
    """Blank texts and empty lists are nothing."""
    return None if value in ("", [], {}) else value


def _by(key: str, rows: Any) -> dict[str, Any]:
    return {row[key]: row for row in rows or ()}


def _rows(field: str, old: dict[str, Any], new: dict[str, Any], session: str = "") -> Iterator[Change]:
    """Changes of rows that have a key: those gone, those new, those that differ."""
    for key in [*old, *(key for key in new if key not in old)]:
        yield from _compare(field, old.get(key), new.get(key), session)


def _parameters(old: Content, new: Content) -> Iterator[Change]:
    before, after = (_by("uuid", (content.get("scheme") or {}).get("parameters")) for content in (old, new))
    yield from _rows("parameter", before, after)


def _sessions(old: Content, new: Content) -> Iterator[Change]:
    before, after = _by("uuid", old.get("sessions")), _by("uuid", new.get("sessions"))
    for key in [*before, *(key for key in after if key not in before)]:
        if key not in before or key not in after:
            yield from _compare("session", before.get(key), after.get(key), key)
            continue
        for field in _OF_A_SESSION:
            yield from _compare(field, before[key].get(field), after[key].get(field), key)
        yield from _meetings(before[key], after[key], key)


def _meetings(before: Any, after: Any, session: str) -> Iterator[Change]:
    old, new = _by("uuid", before["meetings"]), _by("uuid", after["meetings"])
    for change in _rows("meeting", old, new, session):
        yield change
        if change.kind == "changed" and length(change.before) != length(change.after):
            yield Change("duration", "changed", length(change.before), length(change.after), session)


def length(meeting: Mapping[str, str]) -> int:
    """The length of a meeting in minutes."""
    start, end = (datetime.fromisoformat(meeting[side]) for side in ("starts_at", "ends_at"))
    return int((end - start).total_seconds() // 60)


def _targets(old: Content, new: Content) -> Iterator[Change]:
    before, after = _by("person", old.get("targets")), _by("person", new.get("targets"))
    for key in [*before, *(key for key in after if key not in before)]:
        one, two = before.get(key), after.get(key)
        if one is None or two is None:
            yield from _compare("target", one, two)
            continue
        yield from _compare(
            "batch", {"person": key, "session": one["session"]}, {"person": key, "session": two["session"]}
        )
        told, tells = ({"person": key, "reason": each["reason"], "defects": each["defects"]} for each in (one, two))
        yield from _compare("reason", told, tells)


def _recipients(old: Content, new: Content) -> Iterator[Change]:
    def key(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return (row["party"], row["user"], row["email_sha256"])

    before = {key(row): row for row in old.get("recipients") or ()}
    after = {key(row): row for row in new.get("recipients") or ()}
    for each in [*before, *(each for each in after if each not in before)]:
        yield from _compare("recipient", before.get(each), after.get(each))
