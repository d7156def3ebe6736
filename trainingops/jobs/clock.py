"""What time it is for work that the clock decides: never later than either clock says (DESIGN.md §5.1)."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone


def agreed_now() -> datetime:
    """The earlier of this host's time and the database's.

    A clock that runs ahead, of either, must not make anything late that is not; one that runs behind only delays, and
    what is delayed is noted at the time that it was due. ``manage.py doctor`` tells when the two differ.
    """
    return min(timezone.now(), database_now())


def database_now() -> datetime:
    """The time of the database's host, not of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment
