"""The link by which mails of a kind are switched off without signing in (NTF-4, RFC 8058).

What it carries names one account and one kind, signed for this purpose. It opens nothing and does nothing else, so it
need not expire: a mail may be old.
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from trainingops.notifications.models import OutboxMessage
from trainingops.notifications.registry import DIGEST, NoticeKind, get_kind
from trainingops.people.models import User

_SALT = "notifications.unsubscribe"


class Wish(NamedTuple):
    """Whose mails of which kind."""

    user: User
    kind: NoticeKind


def address_for(message: OutboxMessage) -> str:
    """Where the recipient switches mails like this one off; empty where they cannot."""
    kinds = [message.kind] if message.kind != DIGEST.name else message.carried.values_list("kind", flat=True)
    if message.recipient is None or all(get_kind(kind).mandatory for kind in kinds):
        return ""
    signed = signing.dumps([message.recipient.uuid.hex, message.kind], salt=_SALT)
    return f"{settings.BASE_URL}{reverse('unsubscribe', args=[signed])}"


def read_wish(signed: str) -> Wish | None:
    """What a link wishes; nothing for one that we did not sign, or whose account or kind is gone."""
    try:
        user, kind = signing.loads(signed, salt=_SALT)
        return Wish(User.objects.get(uuid=UUID(user), is_active=True), get_kind(kind))
    except (signing.BadSignature, User.DoesNotExist, LookupError):
        return None
