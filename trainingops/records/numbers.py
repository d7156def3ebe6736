"""Numbers of records and of things: unique, never used again (DESIGN.md §5.5)."""

from __future__ import annotations

import secrets

from django.db import connection

from trainingops.records.models import RecordNumber

_CODE_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # without i, l, o, u: they are read wrongly


def new_code() -> str:
    """An unguessable code for the QR of a page, 80 random bits: ``9q3m-7tkd-0000-1111``."""
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(16))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def next_number(prefix: str, year: int) -> str:
    """Draw the next number of ``prefix`` in ``year``: ``TR-2026-00001``.

    One statement on one counter row, which stays locked until the caller's transaction ends: call it in a short one.
    A transaction that rolls back gives its number back; a number that was committed is never drawn again.

    Raises:
        ValueError: the prefix is empty, longer than 10 characters, or not capital letters.
    """
    if not (0 < len(prefix) <= 10 and prefix.isascii() and prefix.isalpha() and prefix.isupper()):
        raise ValueError(f"{prefix!r} is no prefix of a number. Use 1 to 10 capital letters, for example LAP.")
    table = RecordNumber._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (prefix, year, last) VALUES (%s, %s, 1) "  # noqa: S608 (our own table's name)
            f"ON CONFLICT (prefix, year) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [prefix, year],
        )
        last: int = cursor.fetchone()[0]
    return f"{prefix}-{year}-{last:05d}"
