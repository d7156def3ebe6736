"""Many rows by COPY: indexes and constraints are put aside and built again, so that the database checks it all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

#: So many characters of one table are collected before they are sent.
_CHUNK = 16 * 1024 * 1024


class Writer:
    """Collects lines of tables and sends them in large pieces."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
        self._sizes: dict[tuple[str, tuple[str, ...]], int] = defaultdict(int)
        self.rows = 0

    def add(self, table: str, columns: tuple[str, ...], lines: str, count: int) -> None:
        """Rows of a table as COPY reads them, one a line."""
        where = (table, columns)
        self._waiting[where].append(lines)
        self._sizes[where] += len(lines)
        self.rows += count
        if self._sizes[where] > _CHUNK:
            self._send(where)

    def finish(self) -> None:
        """Send what is left."""
        for where in list(self._waiting):
            self._send(where)

    def _send(self, where: tuple[str, tuple[str, ...]]) -> None:
        table, columns = where
        named = ", ".join(f'"{each}"' for each in columns)
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copied:
            for lines in self._waiting.pop(where):
                copied.write(lines)
        self._sizes[where] = 0


_CONSTRAINTS = """
    SELECT conname, conrelid::regclass::text, contype, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE contype IN ('f', 'u', 'x') AND conrelid::regclass::text = ANY(%s)
    ORDER BY contype = 'f', conrelid::regclass::text, conname
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index
    WHERE indrelid::regclass::text = ANY(%s) AND NOT indisprimary
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('u', 'x', 'p'))
"""


@contextmanager
def bare_tables(tables: Iterable[str], say: Callable[[str], None]) -> Iterator[None]:
    """Tables without indexes, unique, exclusion and foreign keys; then all of them again, checked over every row.

    Check constraints and triggers stay in force meanwhile. Belongs into one transaction: a failure brings back all.
    """
    names = list(tables)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_CONSTRAINTS, [names])
        constraints = cursor.fetchall()
        cursor.execute(_INDEXES, [names])
        indexes = cursor.fetchall()
        for name, table, _kind, _definition in reversed(constraints):
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        say(f"building {len(indexes)} indexes …")
        for _name, definition in indexes:
            cursor.execute(definition)
        say(f"checking {len(constraints)} constraints …")
        for name, table, _kind, definition in constraints:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def reset_sequences(tables: Iterable[str]) -> None:
    """The next key of each table is above its rows."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 0) + 1, false) FROM {table}"  # noqa: S608
            )
