"""Imports: upload → map → preview → apply (IMP points)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from trainingops.domain import Identified
from trainingops.imports.registry import RowStatus
from trainingops.people.models import User
from trainingops.records.models import StoredFile


class Upload(Identified):
    """A file as it came, kept in the database where every web worker can read it, until it expires."""

    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    original = models.BinaryField(null=True, help_text="the file itself, where the import keeps it once applied")
    head = models.JSONField(default=dict, help_text="headings, samples and number of rows, without the cells")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="uploads")
    uploaded_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", _("Columns to confirm")
    CHECKING = "checking", _("Being checked")
    PREVIEWED = "previewed", _("Preview")
    APPLYING = "applying", _("Being applied")
    APPLIED = "applied", _("Applied")
    EXPIRED = "expired", _("Expired")


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def visible_to(self, user: User) -> ImportRunQuerySet:
        """One's own; administrators see all."""
        if user.authority.has("administrator"):
            return self
        return self.filter(owner=user)


class ImportRun(Identified):
    """One import of one upload by one importer (``kind``)."""

    kind = models.CharField(max_length=40)
    upload = models.ForeignKey(Upload, models.SET_NULL, null=True, related_name="runs")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="import_runs")
    subject = models.UUIDField(null=True, help_text="what the file is about: a meeting, a session")
    file_name = models.CharField(max_length=160, blank=True)
    system = models.CharField(max_length=40, blank=True, help_text="which application wrote the file")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", help_text="kept once applied")
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.UPLOADED)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict, help_text="answers to what the file leaves open")
    preview = models.JSONField(default=dict, help_text="counts, open questions, notices; the rows stand beside it")
    counts = models.JSONField(default=dict)
    only_valid_rows = models.BooleanField(default=False)
    job = models.OneToOneField("jobs.Job", models.PROTECT, null=True, related_name="import_run")
    created_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["subject"], condition=models.Q(subject__isnull=False), name="import_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d}"


class PreviewRow(models.Model):
    """A row of a preview that is worth a look: what would change, or what is wrong by column."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="of the row in the file, from 1")
    status = models.CharField(max_length=8, choices=RowStatus)
    body = models.JSONField(help_text="key, changes, problems, warnings")

    class Meta:
        ordering = ["number", "pk"]
        indexes = [models.Index(fields=["run", "number"]), models.Index(fields=["run", "status", "number"])]

    def __str__(self) -> str:
        return f"{self.number} {self.status}"


class RememberedMapping(models.Model):
    """The columns that were confirmed for a layout, so that the question is asked once."""

    kind = models.CharField(max_length=40)
    layout = models.CharField(max_length=64, help_text="SHA-256 of the headings")
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "layout"], name="one_mapping_a_layout")]

    def __str__(self) -> str:
        return f"{self.kind} {self.layout[:8]}"
