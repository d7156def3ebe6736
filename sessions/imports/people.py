"""Whom a row of another application means: an id of their own, or an employee number in the name shown (IMP-7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trainingops.imports.matching import tokens_of
from trainingops.imports.registry import Batch, Row
from trainingops.people.models import Person


class Named:
    """People by the rows that name them; one query, whatever the number of rows.

    Args:
        ids: columns that hold ids; the first that is filled decides where ``strict``, else the first that is known.
        name: the column of the name shown, which counts only for an employee number in it, or where it was picked.
    """

    def __init__(
        self, batch: Batch, rows: Iterable[Row], *, ids: Sequence[str], name: str, strict: Sequence[str] = ()
    ) -> None:
        self._ids, self._name, self._strict = ids, name, strict
        self._picked = {text.strip().upper() for text in batch.options.get("people", {})}
        self._people = batch.people(text for row in rows for column in (*ids, name) if (text := row.text(column)))

    def column(self, row: Row) -> str:
        """The column that a picker asks about: the first id of the row, else its name."""
        return next((column for column in self._ids if row.text(column)), self._name)

    def person(self, row: Row) -> Person | None:
        """Who is meant, or ``None`` when nobody surely is."""
        for column in self._ids:
            text = row.text(column)
            if text and (found := self._people.get(text)) is not None:
                return found
            if text and column in self._strict:
                return None
        text = row.text(self._name)
        found = self._people.get(text) if text else None
        if found is None or text.upper() in self._picked:
            return found
        return found if found.employee_no.upper() in tokens_of(text) else None
