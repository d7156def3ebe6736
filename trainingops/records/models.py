"""Evidence: what is kept, for how long, under which clause, and how it can be checked (clause 6, DESIGN.md §5.5)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trainingops.domain import Identified
from trainingops.people.models import Person, ServiceLine, Signature, Site, Unit, User
from trainingops.records.registry import subject_of


class ControlledProcedure(Identified):
    """A revision of the procedure with its day of effect (clause 7). Each record names the one in force."""

    title = models.CharField(max_length=200)
    revision = models.CharField(max_length=10)
    effective_on = models.DateField()
    change_note = models.TextField(blank=True)

    class Meta:
        ordering = ["-effective_on"]
        constraints = [models.UniqueConstraint(fields=["title", "revision"], name="procedure_revision_once")]

    def __str__(self) -> str:
        return f"{self.title}, Rev {self.revision}"


class Clause(models.Model):
    """A clause of the procedure or of ISO 9001; evidence kinds name the clauses they answer."""

    class Source(models.TextChoices):
        PROCEDURE = "procedure", _("Procedure")
        ISO9001 = "iso9001", "ISO 9001:2015"

    source = models.CharField(max_length=10, choices=Source)
    number = models.CharField(max_length=12)
    title_id = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["source", "order"]
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="clause_once")]

    def __str__(self) -> str:
        return self.number


class RecordNumber(models.Model):
    """The counter behind record numbers, one row a prefix and year; numbers are unique and never used again."""

    prefix = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="record_counter_once")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.last:05d}"


class EvidencePayload(Identified):
    """The data of a record as canonical JSON; names and scores live here and nowhere else in a record.

    The text carries a random ``salt``, so that its hash tells nothing about it once it has been disposed of, and is
    attached to the PDF byte for byte.
    """

    text = models.TextField()
    sha256 = models.CharField(max_length=64, help_text="of the text in UTF-8")

    def __str__(self) -> str:
        return self.sha256


class EvidenceRequestQuerySet(models.QuerySet["EvidenceRequest"]):
    def visible_to(self, user: User) -> EvidenceRequestQuerySet:
        """As the record that will come of it."""
        from trainingops.records.queries import readable

        return self.filter(readable(user))


class EvidenceRequest(Identified):
    """The order to make a record, written in the transaction that causes it; the PDF worker carries it out."""

    class State(models.TextChoices):
        PENDING = "pending", _("Being made")
        PRODUCED = "produced", _("Made")
        FAILED = "failed", _("Failed")

    kind = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=60)
    subject = models.UUIDField()
    training = models.UUIDField(null=True, help_text="the plan it belongs to: its records fall due together")
    title = models.CharField(max_length=200)
    payload = models.ForeignKey(EvidencePayload, models.SET_NULL, null=True, related_name="requests")
    language = models.CharField(max_length=5, default="id")
    evidence_date = models.DateField(help_text="what the evidence is about")
    supports_until = models.DateField(null=True, help_text="the end of what it supports, where known")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    requested_by = models.UUIDField(null=True)
    requested_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    number = models.CharField(max_length=30, blank=True, help_text="drawn once, before rendering")
    verify_code = models.CharField(max_length=24, blank=True, help_text="drawn with the number; in the page's QR")
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    draft = models.JSONField(default=dict, help_text="hashes of the sealed file, noted before its bytes are kept")
    error = models.TextField(blank=True)

    objects = EvidenceRequestQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject", "payload"], name="evidence_request_once"),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="evidence_request_number_once"),
        ]
        indexes = [models.Index(fields=["state", "lease_until"]), models.Index(fields=["subject"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def about(self) -> str:
        """The title without the words of the kind."""
        return subject_of(self.kind, self.title)


class StoredFile(Identified):
    """Bytes that never change, named by their SHA-256; several records may share them."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=80)
    stored_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, help_text="bytes gone after the last disposal; the row stays")

    def __str__(self) -> str:
        return self.sha256[:12]


class EvidenceRecordQuerySet(models.QuerySet["EvidenceRecord"]):
    def visible_to(self, user: User) -> EvidenceRecordQuerySet:
        """The roles that read evidence, within their scope; forms about a person only their kind's readers."""
        from trainingops.records.queries import readable

        return self.filter(readable(user))


class EvidenceRecord(Identified):
    """A piece of objective evidence. The row never changes; its state follows from holds and disposals."""

    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=30, unique=True)
    version = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=200)
    subject_type = models.CharField(max_length=60)
    subject = models.UUIDField()
    training = models.UUIDField(null=True)
    evidence_date = models.DateField()
    supports_until = models.DateField(null=True)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    procedure = models.ForeignKey(ControlledProcedure, models.PROTECT, related_name="+")
    template_version = models.CharField(max_length=20)
    language = models.CharField(max_length=5)
    request = models.OneToOneField(EvidenceRequest, models.PROTECT, null=True, related_name="record")
    # Without a constraint in the database: a disposal deletes the payload, and the row here may not change.
    payload = models.ForeignKey(
        EvidencePayload, models.DO_NOTHING, null=True, related_name="records", db_constraint=False
    )
    payload_sha256 = models.CharField(max_length=64, blank=True)
    unsigned_sha256 = models.CharField(max_length=64, blank=True)
    certificate_sha256 = models.CharField(max_length=64, blank=True, help_text="of the seal's certificate (DER)")
    sealed = models.ForeignKey(StoredFile, models.PROTECT, related_name="records")
    verify_code = models.CharField(max_length=24, unique=True, help_text="unguessable; in the QR of the page")
    paper_place = models.CharField(max_length=120, blank=True, help_text="room, rack and box of a paper original")
    created_at = models.DateTimeField()

    objects = EvidenceRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-evidence_date", "-id"]
        indexes = [
            models.Index(fields=["kind", "evidence_date"]),
            models.Index(fields=["subject"]),
            models.Index(fields=["training"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def about(self) -> str:
        """The title without the words of the kind."""
        return subject_of(self.kind, self.title)


class RecordHold(Identified):
    """While it lasts, the record is not disposed of."""

    record = models.ForeignKey(EvidenceRecord, models.PROTECT, related_name="holds")
    reason = models.TextField()
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"hold on {self.record_id}"


class Disposal(Identified):
    """An approved removal of file and personal data, by somebody else than who proposed it; the certificate stays."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        CARRIED_OUT = "carried_out", _("Carried out")
        REJECTED = "rejected", _("Rejected")

    records = models.ManyToManyField(EvidenceRecord, related_name="disposals")
    state = models.CharField(max_length=12, choices=State, default=State.PROPOSED)
    reason = models.TextField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signature = models.OneToOneField(Signature, models.PROTECT, null=True, related_name="+")
    carried_out_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")), name="disposal_approved_by_another"
            )
        ]

    def __str__(self) -> str:
        return f"disposal {self.state}"


class Erasure(Identified):
    """A person's data outside retained evidence, erased by pseudonym with the legal basis recorded (UU PDP)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="erasures")
    legal_basis = models.TextField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField()
    carried_out_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("requested_by")), name="erasure_approved_by_another"
            )
        ]

    def __str__(self) -> str:
        return f"erasure of {self.person_id}"


class ArchiveQuerySet(models.QuerySet["Archive"]):
    def visible_to(self, user: User) -> ArchiveQuerySet:
        """Who asked for it."""
        return self.filter(requested_by=user)


class Archive(Identified):
    """A downloadable set of evidence, exactly what the filter showed, until it expires."""

    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="archives")
    requested_at = models.DateTimeField()
    filters = models.JSONField(default=dict)
    job = models.OneToOneField("jobs.Job", models.PROTECT, null=True, related_name="archive")
    path = models.CharField(max_length=300, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    records_count = models.PositiveIntegerField(default=0)
    warnings = models.JSONField(default=list)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    objects = ArchiveQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]

    def __str__(self) -> str:
        return f"archive {self.uuid}"
