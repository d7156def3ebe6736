"""Send what waits in the outbox: claim with a lease, send outside the transaction, finish under the token."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from trainingops.notifications.enums import OutboxState
from trainingops.notifications.failures import is_final
from trainingops.notifications.models import OutboxMessage
from trainingops.notifications.registry import DIGEST, get_kind
from trainingops.notifications.summaries import summary_of
from trainingops.notifications.texts import notice_text
from trainingops.notifications.unsubscribing import address_for
from trainingops.people.working import working_from

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=100)
MOST_ATTEMPTS = 8
_BATCH = 20


def send_outbox(*, now: datetime) -> int:
    """Send one batch; the number of messages claimed.

    A message whose sender died is sent again after its lease, under the same Message-ID, so that a mailbox shows it
    once. A failure is tried again after 1, 2, 4 … minutes, and kept as failed after eight attempts, or at once where
    the server refuses for good. What is not urgent waits for the recipient's working hours (NTF-3).
    """
    token = uuid.uuid4()
    claimed = _claim(token, now)
    if not claimed:
        return 0
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:
        for message in claimed:
            _postpone(message, error, now)
        return len(claimed)
    for message in claimed:
        _send(message, connection, now)
    connection.close()
    return len(claimed)


@transaction.atomic
def _claim(token: uuid.UUID, now: datetime) -> list[OutboxMessage]:
    due = (
        OutboxMessage.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now))
        .filter(state=OutboxState.PENDING, not_before__lte=now)
        .order_by("not_before", "pk")
        .select_for_update(skip_locked=True, no_key=True)
        .values_list("pk", flat=True)[:_BATCH]
    )
    keys = list(due)
    OutboxMessage.objects.filter(pk__in=keys).update(token=token, lease_until=now + LEASE, attempts=F("attempts") + 1)
    return list(OutboxMessage.objects.filter(pk__in=keys).select_related("recipient"))


def _send(message: OutboxMessage, connection: BaseEmailBackend, now: datetime) -> None:
    if message.recipient is not None and not message.recipient.is_active:
        _finish(message, state=OutboxState.CLOSED, attempts=F("attempts") - 1, error="")
        return
    if (opens_at := _may_go_at(message, now)) > now:
        _finish(message, not_before=opens_at, attempts=F("attempts") - 1)
        return
    try:
        as_mail(message, connection).send()
    except OSError as error:  # smtplib's errors are OSErrors
        _postpone(message, error, now)
        return
    _finish(message, state=OutboxState.SENT, sent_at=now)


def _may_go_at(message: OutboxMessage, now: datetime) -> datetime:
    """Recipients without account have no hours that we know."""
    return now if message.urgent or message.recipient is None else working_from(message.recipient, now)


def as_mail(message: OutboxMessage, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """The mail in the recipient's language: text and HTML with the same words, links without credential.

    Where the recipient can switch mails like this one off, the header and the last line say how (RFC 8058).
    """
    with translation.override(message.language):
        subject, template, content = _content(message)
        unsubscribe = address_for(message)
        subject = subject.replace("\n", " ")
        context = {
            **content,
            "subject": subject,
            "base": settings.BASE_URL,
            "url": f"{settings.BASE_URL}{message.url}",
            "organisation": settings.ENV.organisation,
            "unit": settings.ENV.unit,
            "language": message.language,
            "unsubscribe": unsubscribe,
            "outside": message.recipient is None,
            "settings_url": f"{settings.BASE_URL}{reverse('notice_preferences')}" if message.recipient else "",
        }
        headers = {"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"}
        if unsubscribe:
            headers |= {"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        mail = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string(f"notifications/{template}.txt", context),
            to=[message.address],
            headers=headers,
            connection=connection,
        )
        mail.attach_alternative(render_to_string(f"notifications/{template}.html", context), "text/html")
        attachment = get_kind(message.kind).attachment
        if attachment is not None and (part := attachment(message)) is not None:
            mail.attach(part)
    return mail


def _content(message: OutboxMessage) -> tuple[str, str, dict[str, object]]:
    """Subject, template and what goes into it."""
    if message.kind == DIGEST.name:
        summary = summary_of(message)
        return summary.subject, "summary", {"summary": summary}
    text = notice_text(message.kind, message.params)
    return text.title, "mail", {"text": text}


def _finish(message: OutboxMessage, **values: object) -> None:
    OutboxMessage.objects.filter(pk=message.pk, token=message.token).update(token=None, lease_until=None, **values)


def _postpone(message: OutboxMessage, error: Exception, now: datetime) -> None:
    log.warning("mail %s: attempt %s failed: %s", message.message_id, message.attempts, error)
    failed = message.attempts >= MOST_ATTEMPTS or is_final(error)
    _finish(
        message,
        state=OutboxState.FAILED if failed else OutboxState.PENDING,
        error=f"{type(error).__name__}: {error}",
        not_before=now + timedelta(minutes=2 ** (message.attempts - 1)),
    )
