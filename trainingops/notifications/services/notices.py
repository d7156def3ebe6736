"""Tell people: rows first, sending afterwards (DESIGN.md §5.4)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models

from trainingops.audit.journal import service
from trainingops.jobs.wake import wake
from trainingops.notifications.enums import SETTLED, Channel
from trainingops.notifications.models import Notice, NoticeQuerySet, OutboxMessage
from trainingops.notifications.queries import channels_of
from trainingops.notifications.registry import get_kind
from trainingops.notifications.services.digests import begin_bulk

if TYPE_CHECKING:
    from trainingops.people.models import User

#: Notices and the mails that were sent are kept as long as the evidence they led to (clause 6).
KEPT = timedelta(days=2 * 366)


def notify(
    *,
    kind: str,
    recipients: Iterable[User],
    subject: models.Model,
    url: str,
    now: datetime,
    params: Mapping[str, Any] | None = None,
    step: str = "",
    urgent: bool | None = None,
    bulk: bool = False,
) -> None:
    """Write a notice for each recipient, and a mail for those who get this kind by mail at once and have an address.

    Called inside a service: the rows commit with the change. The unique key (subject, kind, recipient, step) makes
    a second call do nothing. At most three queries, whatever the number of recipients.

    Args:
        subject: an ``Identified`` row.
        url: path inside the site; carries no credential.
        params: plain values for the kind's texts. Nothing that the recipient may not know.
        step: which of several notices of this kind about this subject.
        urgent: whether the mail goes outside the recipient's working hours too; the kind decides unless it is given.
        bulk: one of possibly many of a sweep. No mail is written now: when the sweep calls :func:`finish_bulk`,
            each person gets one mail for all that it told them, an ordinary one where that is a single notice, or
            where they want no summaries.
    """
    described = get_kind(kind)
    people = {user.pk: user for user in recipients if user.is_active}
    if not people:
        return
    channels = channels_of(described, people)
    at_once = {key for key, user in people.items() if channels[key] == Channel.MAIL and user.email}
    about: dict[str, Any] = {
        "kind": kind,
        "subject_type": subject._meta.label,
        "subject": subject.uuid,  # type: ignore[attr-defined]
        "step": step,
        "url": url,
        "params": dict(params or {}),
        "created_at": now,
    }
    if bulk and at_once:
        begin_bulk()
    Notice.objects.bulk_create(
        (
            Notice(recipient=user, channel=channels[key], gathered=bulk and key in at_once, **about)
            for key, user in people.items()
        ),
        ignore_conflicts=True,
    )
    if bulk or not at_once:
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
                urgent=described.urgent if urgent is None else urgent,
                **about,
            )
            for key, user in people.items()
            if key in at_once
        ),
        ignore_conflicts=True,
    )


@dataclass(frozen=True)
class Told:
    """One of many notices of a sweep: its subject, who is told, and what :func:`notify` takes beside."""

    subject: models.Model
    recipients: Iterable[User]
    url: str
    params: Mapping[str, Any]
    step: str = ""


def notify_many(*, kind: str, told: Sequence[Told], now: datetime) -> None:
    """:func:`notify` with ``bulk`` for many subjects: at most three queries, whatever their number."""
    described = get_kind(kind)
    people = {user.pk: user for each in told for user in each.recipients if user.is_active}
    if not people:
        return
    channels = channels_of(described, people)
    at_once = {key for key, user in people.items() if channels[key] == Channel.MAIL and user.email}
    if at_once:
        begin_bulk()
    Notice.objects.bulk_create(
        (
            Notice(
                recipient=user,
                channel=channels[user.pk],
                gathered=user.pk in at_once,
                kind=kind,
                subject_type=each.subject._meta.label,
                subject=each.subject.uuid,  # type: ignore[attr-defined]
                step=each.step,
                url=each.url,
                params=dict(each.params),
                created_at=now,
            )
            for each in told
            for user in dict.fromkeys(each.recipients)
            if user.pk in people
        ),
        ignore_conflicts=True,
    )


@service
def mark_read(*, notices: NoticeQuerySet, now: datetime) -> int:
    """Mark the reader's own notices as read; how many were not."""
    return notices.unread().update(read_at=now)


@service
def forget_old(*, now: datetime) -> int:
    """Remove notices and settled mails older than :data:`KEPT`; how many rows. What could not be sent stays."""
    before = now - KEPT
    notices, _kinds = Notice.objects.filter(created_at__lt=before).delete()
    mails, _kinds = OutboxMessage.objects.filter(created_at__lt=before, state__in=SETTLED).delete()
    return notices + mails
