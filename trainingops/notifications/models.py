"""What people are told: notices in the app exactly once, mail at least once under one Message-ID (DESIGN.md §5.4)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from trainingops.domain import Identified
from trainingops.notifications.enums import Channel, OutboxState
from trainingops.people.models import User

#: What no mail has carried yet and one is to carry: the daily summary, or one mail for many of a sweep.
WAITS_FOR_MAIL = Q(carrier=None) & (Q(channel=Channel.DIGEST) | Q(gathered=True))


class Preference(models.Model):
    """What somebody chose for a kind of notice, where that is not the kind's own channel (NTF-1)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=6, choices=Channel)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="preference_once_a_kind")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}: {self.channel}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> NoticeQuerySet:
        """Everybody reads their own inbox only, without what they have switched off."""
        return self.filter(recipient=user).exclude(channel=Channel.OFF)

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)

    def waiting(self) -> NoticeQuerySet:
        """What a summary is to tell to somebody who can be written to."""
        return self.filter(WAITS_FOR_MAIL, recipient__is_active=True).exclude(recipient__email="")


class Notice(Identified):
    """One line in somebody's inbox. Its words are made from ``kind`` and ``params`` in the reader's language.

    A kind that is switched off leaves its row, which nobody is shown: sweeps see by it what they have told.
    """

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject = models.UUIDField()
    step = models.CharField(max_length=60, blank=True, help_text="which of several notices of this kind")
    url = models.CharField(max_length=300)
    params = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    channel = models.CharField(max_length=6, choices=Channel, default=Channel.APP, help_text="as it was chosen then")
    gathered = models.BooleanField(default=False, help_text="one mail tells the many of a sweep")
    carrier = models.ForeignKey(
        "OutboxMessage",
        models.SET_NULL,
        null=True,
        related_name="carried",
        help_text="the mail that told it together with others",
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind", "recipient", "step"], name="notice_exactly_once")
        ]
        indexes = [
            models.Index(fields=["recipient", "read_at", "-created_at"]),
            models.Index(fields=["recipient", "created_at"], name="notice_waits_for_mail", condition=WAITS_FOR_MAIL),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.recipient_id}"


class OutboxMessage(Identified):
    """A mail to send, written in the transaction that causes it and sent outside it."""

    subject_type = models.CharField(max_length=60)
    subject = models.UUIDField()
    kind = models.CharField(max_length=60)
    step = models.CharField(max_length=60, blank=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="outbox"
    )
    address = models.EmailField(help_text="where it goes; recipients without account have only this")
    language = models.CharField(max_length=5, default="id")
    url = models.CharField(max_length=300, blank=True)
    params = models.JSONField(default=dict)
    message_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=8, choices=OutboxState, default=OutboxState.PENDING)
    not_before = models.DateTimeField()
    urgent = models.BooleanField(default=False, help_text="does not wait for the recipient's working hours")
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind", "address", "step"], name="outbox_message_once")
        ]
        indexes = [models.Index(fields=["state", "not_before", "lease_until"])]

    def __str__(self) -> str:
        return f"{self.kind} → {self.address}"
