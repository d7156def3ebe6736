"""The journal: append-only entries, sealed afterwards into a hash chain (DESIGN.md §5.6 and §5.7)."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from trainingops.domain import Identified


class Entry(Identified):
    """One thing that a service did. ``text`` is the canonical JSON whose SHA-256 goes into the chain.

    Holds uuids only: names and reasons live in :class:`EntryDetail`, whose digest stands in ``text``.
    There is no foreign key to what it describes, so that it survives it.
    """

    action = models.UUIDField(default=uuid.uuid4, help_text="the same for all entries of one user action")
    occurred_at = models.DateTimeField()
    actor = models.UUIDField(null=True, help_text="uuid of the user; none for the clock")
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject = models.UUIDField()
    text = models.TextField()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject", "id"]),
            models.Index(fields=["verb", "occurred_at"]),
            models.Index(fields=["actor", "occurred_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject}"


class EntryDetail(models.Model):
    """What is personal in an entry: salted text whose digest the entry keeps; the only part that may be deleted."""

    entry = models.OneToOneField(Entry, models.PROTECT, related_name="detail")
    salt = models.CharField(max_length=32)
    text = models.TextField()

    def __str__(self) -> str:
        return f"detail of {self.entry_id}"


class EntrySeal(models.Model):
    """The place of a committed entry in the chain: ``link = sha256(previous link ‖ entry digest)``."""

    entry = models.OneToOneField(Entry, models.PROTECT, related_name="seal")
    sequence = models.BigIntegerField(unique=True)
    digest = models.BinaryField(max_length=32)
    link = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["sequence"]

    def __str__(self) -> str:
        return f"#{self.sequence}"


class AccessEvent(models.Model):
    """A download, a reading of evidence, a refusal, a sign-in, a look-up on the verify page. Not chained."""

    class Kind(models.TextChoices):
        DOWNLOAD = "download", _("Download")
        READING = "reading", _("Reading")
        REFUSAL = "refusal", _("Refusal")
        SIGN_IN = "sign_in", _("Sign-in")
        SIGN_IN_FAILED = "sign_in_failed", _("Failed sign-in")
        VERIFICATION = "verification", _("Verification")

    occurred_at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=Kind)
    user = models.UUIDField(null=True)
    subject_type = models.CharField(max_length=60, blank=True)
    subject = models.UUIDField(null=True)
    address = models.GenericIPAddressField(null=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["occurred_at"]), models.Index(fields=["subject", "occurred_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.occurred_at:%Y-%m-%d %H:%M}"


class IdempotencyKey(models.Model):
    """The key of a POST that has been carried out, stored in its transaction: the same form sent twice acts once.

    ``content`` is blank while the first request with this key is at work.
    """

    user = models.UUIDField()
    key = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    content = models.CharField(max_length=64, blank=True, db_default="", help_text="SHA-256 of what was sent last")
    location = models.CharField(max_length=500, blank=True, help_text="where the first answer led")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
