"""Rows that hold from a day to a day, inclusive."""

from __future__ import annotations

from datetime import date, timedelta

from trainingops.people.models import Delegation, PersonAssignment, RoleAssignment


def end_before(row: RoleAssignment | Delegation | PersonAssignment, day: date) -> None:
    """Let the day before ``day`` be the last; a row that would not have lasted a day goes."""
    if row.starts_on >= day:
        row.delete()
        return
    row.ends_on = day - timedelta(days=1)
    row.save(update_fields=["ends_on"])
