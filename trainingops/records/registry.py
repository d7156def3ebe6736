"""Kinds of evidence. Each stage registers its own when it starts (DESIGN.md §1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils.functional import Promise

from trainingops.domain import Registry

if TYPE_CHECKING:
    from trainingops.records.models import EvidenceRecord

#: Who reads evidence unless a kind says otherwise.
READERS = ("auditor", "manager", "trainer", "qc", "operations", "operation_support", "administrator")


@dataclass(frozen=True, kw_only=True)
class EvidenceKind:
    """One form of the procedure.

    Attributes:
        prefix: of the record's number, such as ``LAP`` in ``LAP-2026-00386``.
        form_number, form_revision: printed in the head and foot, such as ``FR-CC-TRN-04``, ``01``.
        template: the page, ``<app>/print/<name>.html`` on ``records/print/base.html``; it gets ``payload`` and
            ``frame`` and nothing else (docs/records.md).
        template_version: raise it with every change of the template; payload and version reproduce the unsigned bytes.
        clauses: of the procedure that this evidence answers; the first is printed when the payload names none.
        iso_clauses: of ISO 9001 that it answers.
        readers: the roles that may open it, within their scope; narrower for forms about one person.
        retention_years: calendar years that it is kept (clause 6).
        expected: ``(period_from, period_to, user) -> rows``, where a stage can tell what is missing; one query reads
            the rows of all kinds, so each row is one text, ``values_list("what")``.
        expected_title: the words around that text, such as ``_("Attendance list of %(what)s")``.
        pictures: ``payload -> {name: JPEG}``, shown by ``<img src="trainingops:pictures/<name>">``; the same payload
            must give the same bytes.
        superseded: ``record -> words`` that a later one took its place, for whoever checks it; empty while it stands.
        title_began: how its titles began while they still repeated the kind, in Indonesian; such records are sealed.
    """

    name: str
    label: Promise | str
    prefix: str
    form_number: str
    template: str
    template_version: str
    clauses: tuple[str, ...]
    form_revision: str = "01"
    iso_clauses: tuple[str, ...] = ()
    readers: tuple[str, ...] = READERS
    retention_years: int = 2
    expected: Callable[[date, date, Any], QuerySet[Any, tuple[str]]] | None = None
    expected_title: Promise | str = "%(what)s"
    pictures: Callable[[Mapping[str, Any]], Mapping[str, bytes]] | None = None
    superseded: Callable[[EvidenceRecord], str] | None = None
    title_began: str = ""


@dataclass(frozen=True, kw_only=True)
class Support:
    """Something of a stage that evidence supports, and that may end after the evidence was made (clause 6).

    Attributes:
        until: makes an expression over a row with ``subject`` and ``training`` (both uuids, by ``OuterRef``): its last
            day, null where there is none.
        words: why a record is kept, with ``%(day)s``.
    """

    name: str
    until: Callable[[], Combinable]
    words: Promise | str


@dataclass(frozen=True, kw_only=True)
class Removable:
    """Rows of a model with a file that may be removed while the row stays; then it keeps the bytes no longer.

    Attributes:
        removed: which rows were.
        training: the path to the uuid of the plan: while a record of it is under a hold, they keep their bytes.
    """

    removed: Q
    training: str


_removable: dict[type[Model], Removable] = {}
_kinds: Registry[EvidenceKind] = Registry("evidence kind")
_supports: Registry[Support] = Registry("support")


def register_support(support: Support) -> None:
    """Make something known that evidence supports. Registering two under one name is an error."""
    _supports.add(support)


def all_supports() -> list[Support]:
    """Everything that evidence supports, by name."""
    return [_supports[name] for name in sorted(_supports)]


def register_removable(model: type[Model], removable: Removable) -> None:
    """Say which rows of a model keep the bytes of their file no longer."""
    _removable[model] = removable


def all_removable() -> list[tuple[type[Model], Removable]]:
    """Every model of which it was said."""
    return list(_removable.items())


def register_kind(kind: EvidenceKind) -> None:
    """Make a kind known. Registering two under one name is an error."""
    _kinds.add(kind)


def get_kind(name: str) -> EvidenceKind:
    """The kind of that name.

    Raises:
        LookupError: nobody registered it.
    """
    return _kinds.find(name)


def subject_of(kind: str, title: str) -> str:
    """What a record is about, without the words of its kind: those are shown beside it in the reader's language."""
    return title.removeprefix(_kinds[kind].title_began) if kind in _kinds else title


def all_kinds() -> list[EvidenceKind]:
    """Every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]
