"""Tell people: rows first, sending afterwards (DESIGN.md §5.4)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import WrongState, require
from trainingops.jobs.wake import wake
from trainingops.notifications.models import Notice, NoticeQuerySet, OutboxMessage, OutboxState
from trainingops.notifications.registry import get_kind

if TYPE_CHECKING:
    from trainingops.people.models import User


def notify(
    *,
    kind: str,
    recipients: Iterable[User],
    subject: models.Model,
    url: str,
    now: datetime,
    params: Mapping[str, Any] | None = None,
    step: str = "",
) -> None:
    """Write a notice for each recipient, and a mail where the kind has one and an address is known.

    Called inside a service: the rows commit with the change. The unique key (subject, kind, recipient, step) makes
    a second call do nothing. Two queries, whatever the number of recipients.

    Args:
        subject: an ``Identified`` row.
        url: path inside the site; carries no credential.
        params: plain values for the kind's texts. Nothing that the recipient may not know.
        step: which of several notices of this kind about this subject.
    """
    described = get_kind(kind)
    people = {user.pk: user for user in recipients if user.is_active}
    if not people:
        return
    about: dict[str, Any] = {
        "kind": kind,
        "subject_type": subject._meta.label,
        "subject": subject.uuid,  # type: ignore[attr-defined]
        "step": step,
        "url": url,
        "params": dict(params or {}),
        "created_at": now,
    }
    Notice.objects.bulk_create((Notice(recipient=user, **about) for user in people.values()), ignore_conflicts=True)
    if not described.mail:
        return
    from trainingops.notifications.tasks import deliver_mail

    wake(deliver_mail)
    OutboxMessage.objects.bulk_create(
        (
            OutboxMessage(
                recipient=user,
                address=user.email,
                language=user.language,
                message_id=f"<{uuid.uuid4()}@trainingops>",
                not_before=now,
                **about,
            )
            for user in people.values()
            if user.email
        ),
        ignore_conflicts=True,
    )


@service
def mark_read(*, notices: NoticeQuerySet, now: datetime) -> int:
    """Mark the reader's own notices as read; how many were not."""
    return notices.unread().update(read_at=now)


@service
def resend_message(*, message: OutboxMessage, actor: User, now: datetime) -> OutboxMessage:
    """Put a failed message back into the outbox under its Message-ID, with all its attempts before it (NTF-5).

    Raises:
        NotAllowed: no administrator.
        WrongState: the message waits or was sent; nothing to send again.
    """
    message = OutboxMessage.objects.select_for_update(no_key=True).get(pk=message.pk)
    require(actor.authority.has("administrator"))
    if message.state != OutboxState.FAILED:
        raise WrongState(
            _("This mail is not sent again: its state is “%(state)s”. Reload the page.")
            % {"state": message.get_state_display()},
            code="wrong_state",
        )
    message.state, message.attempts, message.error, message.not_before = OutboxState.PENDING, 0, "", now
    message.save(update_fields=["state", "attempts", "error", "not_before"])
    from trainingops.notifications.tasks import deliver_mail

    wake(deliver_mail)
    record("mail.resent", subject=message, actor=actor, now=now, data={"kind": message.kind, "about": message.subject})
    return message
