"""What people are told: notices in the app exactly once, mail at least once under one Message-ID (DESIGN.md §5.4)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from trainingops.domain import Identified
from trainingops.people.models import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> NoticeQuerySet:
        """Everybody reads their own inbox only."""
        return self.filter(recipient=user)

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)


class Notice(Identified):
    """One line in somebody's inbox. Its words are made from ``kind`` and ``params`` in the reader's language."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject = models.UUIDField()
    step = models.CharField(max_length=40, blank=True, help_text="which of several notices of this kind")
    url = models.CharField(max_length=300)
    params = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "kind", "recipient", "step"], name="notice_exactly_once")
        ]
        indexes = [models.Index(fields=["recipient", "read_at", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.recipient_id}"


class OutboxState(models.TextChoices):
    PENDING = "pending", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class OutboxMessage(Identified):
    """A mail to send, written in the transaction that causes it and sent outside it."""

    subject_type = models.CharField(max_length=60)
    subject = models.UUIDField()
    kind = models.CharField(max_length=60)
    step = models.CharField(max_length=40, blank=True)
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
