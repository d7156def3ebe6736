"""Counting what a request asks of the database (DESIGN.md §8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from trainingops.records.frames import procedure_line

#: What the database does to keep its books, not to answer.
UNCOUNTED = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@contextmanager
def counted() -> Iterator[list[str]]:
    """The queries of the block, without those that keep the database's books."""
    procedure_line()  # looked up once a minute by the process, not by the page
    queries: list[str] = []

    def note(execute, sql, params, many, context):
        if not sql.startswith(UNCOUNTED):
            queries.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield queries


def shown(sql: str) -> str:
    """A query short enough to read in a list of offenders."""
    return re.sub(r"SELECT .*? FROM", "SELECT … FROM", sql)[:330]
