"""Fixtures for tests that commit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection


@pytest.fixture
def committed_db(transactional_db: None) -> Iterator[None]:
    """Like ``transactional_db``, for guarded tables too: at the end their guards are lifted and the rows removed.

    The one place where guards are lifted (DESIGN.md §5.7); the flush of ``transactional_db`` then finds them empty.
    """
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'guard_all'")
        tables = [row[0] for row in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        if tables:
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
