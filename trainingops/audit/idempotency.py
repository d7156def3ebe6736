"""The same form sent twice acts once: its key is stored in the transaction of what it does (DESIGN.md §5.8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from trainingops.audit.journal import service
from trainingops.audit.models import IdempotencyKey


@service
def run_once(*, user: Any, key: str, now: datetime, act: Callable[[], str]) -> str:
    """Run ``act`` unless a form with this key was carried out already; the address to redirect to either way.

    A second request with the same key waits for the first one's commit and then gets its address. A form without a
    key (``key`` empty) simply acts.

    Args:
        act: calls one service and returns the address of what it made. What it raises leaves the key unused.
    """
    if not key:
        return act()
    kept, first = IdempotencyKey.objects.get_or_create(user=user.uuid, key=key[:64], defaults={"created_at": now})
    if not first:
        return kept.location
    kept.location = act()
    kept.save(update_fields=["location"])
    return kept.location
