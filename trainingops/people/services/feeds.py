"""The address of one's own calendar: opened, replaced and closed by its owner (CAL-3)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from trainingops.audit.journal import record, service
from trainingops.people.models import CalendarFeed, User

_TOKEN_BYTES = 32


@service
def open_calendar_feed(*, user: User, now: datetime) -> str:
    """A new address for the calendar of ``user``; the one before is dead from now on.

    Returns:
        the token in plain: it is shown once and stored nowhere.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    CalendarFeed.objects.update_or_create(user=user, defaults={"token_hash": _hash(token), "opened_at": now})
    record("calendar_feed.opened", subject=user, actor=user, now=now)
    return token


@service
def close_calendar_feed(*, user: User, now: datetime) -> None:
    """Let the address of the calendar be dead; nothing happens where there is none."""
    closed, _rows = CalendarFeed.objects.filter(user=user).delete()
    if closed:
        record("calendar_feed.closed", subject=user, actor=user, now=now)


def owner_of_feed(token: str) -> User | None:
    """Whose calendar is read under this token; nobody's once it is closed, replaced, or the account is closed."""
    feed = CalendarFeed.objects.select_related("user").filter(token_hash=_hash(token), user__is_active=True).first()
    return feed.user if feed else None


def _hash(token: str) -> str:
    """256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
