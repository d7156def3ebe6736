"""Reusable reads of notices and outbox."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from trainingops.notifications.models import Notice, OutboxMessage, OutboxState


def mail_waits(*, now: datetime) -> bool:
    """Whether a message is due and nobody holds it."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return OutboxMessage.objects.filter(free, state=OutboxState.PENDING, not_before__lte=now).exists()


def menu_counts(request: HttpRequest) -> dict[str, QuerySet[Notice]]:
    """The unread notices, for the bar on top."""
    if not request.user.is_authenticated:
        return {}
    return {"inbox": Notice.objects.filter(recipient=request.user).unread()}
