"""Several kinds of rows as plain values by one query: for pages that need a few words of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONObject

Row = dict[str, Any]


def packed(rows: QuerySet[Any], *names: str, **renamed: str) -> QuerySet[Any]:
    """The rows as :func:`plain_rows` takes them: the fields named, and others under another name."""
    return rows.values(data=JSONObject(**{name: name for name in names}, **renamed))


def plain_rows(one: QuerySet[Any], kinds: Mapping[str, QuerySet[Any]]) -> dict[str, list[Row]]:
    """The rows of each kind, read beside the single row of ``one``.

    Args:
        kinds: the rows of each, :func:`packed`. Keys that end in ``_at`` come back as times, in ``_on`` as
            dates: JSON has neither.

    Raises:
        ObjectDoesNotExist: ``one`` finds nothing.
    """
    if not kinds:
        return {}
    found = one.values(**{f"rows_{name}": ArraySubquery(rows) for name, rows in kinds.items()}).get()
    return {name: [_with_times(row) for row in found[f"rows_{name}"]] for name in kinds}


def _with_times(row: Row) -> Row:
    for name, value in row.items():
        if value is not None and name.endswith("_at"):
            row[name] = datetime.fromisoformat(value)
        elif value is not None and name.endswith("_on"):
            row[name] = datetime.fromisoformat(value).date()
    return row
