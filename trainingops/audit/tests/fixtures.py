"""Fixtures for tests that commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection


@contextmanager
def guards_lifted(*tables: str) -> Iterator[None]:
    """While it lasts the rows of ``tables`` may be put into states that no service brings them to."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def committed_db(transactional_db: None) -> Iterator[None]:
    """Like ``transactional_db``, for guarded tables too: at the end their guards are lifted and the rows removed.

    With ``guards_lifted`` the one place where guards are lifted (DESIGN.md §5.7); the flush of ``transactional_db``
    then finds them empty.
    """
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'guard_all'")
        tables = [row[0] for row in cursor.fetchall()]
        if tables:
            with guards_lifted(*tables):
                cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
