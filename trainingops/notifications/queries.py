"""Reusable reads of notices, preferences and outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from trainingops.notifications.enums import Channel, OutboxState
from trainingops.notifications.models import Notice, OutboxMessage, Preference
from trainingops.notifications.registry import DIGEST, NoticeKind, all_kinds

if TYPE_CHECKING:
    from collections.abc import Collection

    from trainingops.people.models import User


def channels_of(kind: NoticeKind, users: Iterable[int]) -> dict[int, str]:
    """How each of these users is told of this kind now: one query, none for a mandatory kind.

    Who wants no summaries by mail reads a kind of the daily summary in the app.
    """
    channels: dict[int, str] = dict.fromkeys(users, kind.channel)
    if kind.mandatory:
        return channels
    without_summary = set()
    rows = Preference.objects.filter(user__in=channels, kind__in=[kind.name, DIGEST.name])
    for user, name, channel in rows.values_list("user", "kind", "channel"):
        if name == DIGEST.name:
            without_summary.add(user)
        else:
            channels[user] = channel
    for user in without_summary:
        if channels[user] == Channel.DIGEST:
            channels[user] = Channel.APP
    return channels


def kinds_for(roles: Collection[str]) -> list[NoticeKind]:
    """The kinds that can reach somebody with these roles."""
    return [kind for kind in all_kinds() if kind != DIGEST and kind.can_reach(roles)]


def channels_chosen(user: User, kinds: Iterable[NoticeKind]) -> tuple[dict[str, str], bool]:
    """How somebody is told of each of these kinds, and whether summaries come by mail: one query."""
    chosen = dict(Preference.objects.filter(user=user).values_list("kind", "channel"))
    summaries = chosen.get(DIGEST.name, DIGEST.channel) == Channel.MAIL
    return {
        kind.name: kind.channel if kind.mandatory else chosen.get(kind.name, kind.channel) for kind in kinds
    }, summaries


def mail_waits(*, now: datetime) -> bool:
    """Whether a message is due and nobody holds it."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return OutboxMessage.objects.filter(free, state=OutboxState.PENDING, not_before__lte=now).exists()


def menu_counts(request: HttpRequest) -> dict[str, QuerySet[Notice]]:
    """The unread notices, for the bar on top."""
    if not request.user.is_authenticated:
        return {}
    return {"inbox": Notice.objects.visible_to(request.user).unread()}
