"""Reading what the services wrote for the pattern: rows by table, as the lines of PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

#: What belongs to no training, is computed afterwards, or is kept once for all copies.
NOT_COPIED = {
    "audit_accessevent",
    "audit_entryseal",
    "audit_idempotencykey",
    "evaluation_comparisonmonth",
    "evaluation_countedmonth",
    "evaluation_defectmonth",
    "evaluation_indicatormonth",
    "evaluation_itemfigures",
    "evaluation_paperanalysis",
    "evaluation_journalreader",
    "evaluation_reviewobligation",
    "evaluation_traininghours",
    "jobs_heartbeat",
    "jobs_job",
    "notifications_notice",
    "notifications_outboxmessage",
    "planning_questionstatistics",
    "records_recordnumber",
    "records_storedfile",
}
_NOT_OURS = ("account", "admin", "auth", "contenttypes", "imports", "sessions", "sites")


@dataclass(frozen=True)
class Table:
    """A table with integer keys: its columns, which of them name rows of other tables, and its own key's column."""

    name: str
    columns: tuple[str, ...]
    keys: dict[str, str]
    key: str

    @property
    def has_own_keys(self) -> bool:
        """Whether its key is drawn from a sequence, and not that of another table."""
        return self.key not in self.keys


@dataclass(frozen=True)
class Row:
    """One row as COPY writes it: texts escaped, ``\\N`` for nothing."""

    table: Table
    values: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        return self.values[self.table.columns.index(column)]

    @property
    def pk(self) -> int:
        return int(self[self.table.key])

    def get(self, column: str) -> str:
        """The value, blank where the table has no such column."""
        return self[column] if column in self.table.columns else ""


@cache
def tables() -> dict[str, Table]:
    """Every table of the house whose rows the pattern may hold, by name."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.app_label in _NOT_OURS or meta.db_table in NOT_COPIED or not meta.managed:
            continue
        found[meta.db_table] = _table(model)
    return found


def _table(model: type[Model]) -> Table:
    fields: list[Any] = list(model._meta.local_concrete_fields)
    keys = {each.column: each.related_model._meta.db_table for each in fields if each.is_relation}
    key = model._meta.pk
    assert key is not None and key.column is not None
    return Table(
        model._meta.db_table,
        tuple(each.column for each in fields if not getattr(each, "generated", False)),
        keys,
        key.column,
    )


Marks = dict[str, int]


def marks() -> Marks:
    """The highest key of every table now."""
    names = [each.name for each in tables().values() if each.has_own_keys]
    asked = " UNION ALL ".join(f"SELECT '{name}', coalesce(max(id), 0) FROM {name}" for name in names)  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return dict(cursor.fetchall())


def rows_since(mark: Marks) -> list[Row]:
    """Every row with a key above its table's mark, table by table in the order of keys."""
    return [row for table in tables().values() for row in _rows(table, mark)]


def _rows(table: Table, mark: Marks) -> Iterator[Row]:
    above = mark[table.name if table.has_own_keys else table.keys[table.key]]
    columns = ", ".join(f'"{each}"' for each in table.columns)
    asked = f'COPY (SELECT {columns} FROM {table.name} WHERE "{table.key}" > {above} ORDER BY "{table.key}") TO STDOUT'  # noqa: S608
    with connection.cursor() as cursor, cursor.copy(asked) as copied:
        text = b"".join(bytes(part) for part in copied).decode()
    for line in text.splitlines():
        yield Row(table, tuple(line.split("\t")))


def world_uuids(mark: Marks) -> set[str]:
    """The public ids of what stood before the mark: they stay as they are."""
    found = set()
    with connection.cursor() as cursor:
        for table in tables().values():
            if "uuid" in table.columns and table.has_own_keys:
                cursor.execute(f"SELECT uuid::text FROM {table.name} WHERE id <= {mark[table.name]}")  # noqa: S608
                found |= {row[0] for row in cursor.fetchall()}
    return found


def unescaped(value: str) -> str:
    """The text behind a value of COPY."""
    if "\\" not in value:
        return value
    return (
        value.replace("\\\\", "\x00")
        .replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\r", "\r")
        .replace("\x00", "\\")
    )


def escaped(text: str) -> str:
    """A text as COPY wants it."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
