"""Words for keys of several kinds, looked up together by one query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

#: Texts that a row has beside its kind.
_COLUMNS = 5


def texts(kind: str, rows: QuerySet[Any], *fields: str) -> QuerySet[Any]:
    """``rows`` as ``(kind, text of each field …)``: at most five fields, the first is the key."""
    columns: list[Any] = [Coalesce(Cast(F(name), TextField()), Value("", TextField())) for name in fields]
    blanks = [Value("", TextField())] * (_COLUMNS - len(columns))
    return rows.order_by().values_list(Value(kind, TextField()), *columns, *blanks)


def look_up(parts: Iterable[QuerySet[Any]]) -> dict[str, list[tuple[str, ...]]]:
    """The rows of every part of :func:`texts` by kind; one query, none without parts."""
    found: dict[str, list[tuple[str, ...]]] = {}
    asked = list(parts)
    if asked:
        for kind, *row in asked[0].union(*asked[1:], all=True):
            found.setdefault(kind, []).append(tuple(row))
    return found
