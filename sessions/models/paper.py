"""Attendance on paper: the sheets that were printed, and the scans of what was signed (6; PRN-3)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from sessions.enums import PageProblem, PageState, ScanProblem
from sessions.models.held import SessionMeeting, TrainingSession
from trainingops.domain import Identified
from trainingops.jobs.models import Job
from trainingops.people.models import PersonAssignment, Site, User
from trainingops.records.models import EvidenceRequest, StoredFile


class PaperSheetQuerySet(models.QuerySet["PaperSheet"]):
    def visible_to(self, user: User) -> PaperSheetQuerySet:
        """Those of the sessions that the user sees as staff."""
        return self.filter(meeting__training_session__in=TrainingSession.objects.visible_to_staff(user))


class PaperSheet(Identified):
    """One print of an attendance list: no record, but its number and QR code lead back to its meeting (PRN-3).

    The PDF is kept for a day only: whoever needs it later prints anew, with those enrolled then.
    """

    meeting = models.ForeignKey(SessionMeeting, models.PROTECT, related_name="sheets")
    number = models.CharField(max_length=30, unique=True)
    code = models.CharField(max_length=24, unique=True, help_text="unguessable; in the QR of every page")
    filled = models.BooleanField(default=False)
    spare_rows = models.PositiveSmallIntegerField(default=0, help_text="empty rows for people who are not enrolled")
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    printed_at = models.DateTimeField()
    pdf = models.BinaryField(null=True)
    error = models.TextField(blank=True)

    objects = PaperSheetQuerySet.as_manager()

    class Meta:
        ordering = ["-printed_at", "-pk"]

    def __str__(self) -> str:
        return self.number


class Scan(Identified):
    """A file of scanned or photographed paper, once however often it is uploaded; its pages are filed one by one."""

    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=160)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    dated = models.DateField(null=True, help_text="when the paper was signed, if the uploader said so")
    paper_place = models.CharField(max_length=120, blank=True, help_text="room, rack and box of the paper original")
    session_said = models.ForeignKey(
        TrainingSession, models.PROTECT, null=True, related_name="+", help_text="from whose page it was uploaded"
    )
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+", help_text="where it was uploaded")
    job = models.ForeignKey(Job, models.PROTECT, related_name="+")
    pages = models.PositiveSmallIntegerField(null=True, help_text="none until the file was opened")
    problem = models.CharField(max_length=14, choices=ScanProblem, blank=True)

    class Meta:
        ordering = ["uploaded_at", "pk"]

    def __str__(self) -> str:
        return f"{self.uuid}"

    def line_key(self) -> int | None:
        """The line that it may belong to; none if nothing says one."""
        return Scan.objects.filter(pk=self.pk).values_list(line_of_scan(), flat=True).first()


def line_of_scan(scan: str = "") -> Coalesce:
    """The line of the session from whose page a scan was uploaded, else where its uploader worked on that day.

    Args:
        scan: the lookup path to the scan, with its underscores.
    """
    day = OuterRef(f"{scan}uploaded_at__date")
    worked = PersonAssignment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day),
        person=OuterRef(f"{scan}uploaded_by__person"),
        starts_on__lte=day,
    )
    return Coalesce(
        F(f"{scan}session_said__line"), Subquery(worked.values("line")[:1]), output_field=models.BigIntegerField()
    )


class ScanPageQuerySet(models.QuerySet["ScanPage"]):
    def visible_to(self, user: User) -> ScanPageQuerySet:
        """One's own uploads, what is filed to sessions that the user sees as staff, and a manager's sites and lines."""
        filed = Q(training_session__in=TrainingSession.objects.visible_to_staff(user))
        managed = user.authority.scope("manager", site="scan__site", line="scan_line")
        in_reach = self.model.objects.annotate(scan_line=line_of_scan("scan__")).filter(managed)
        waits = Q(training_session=None) & Q(pk__in=in_reach.values("pk"))
        again = Q(scan__job__owner=user)
        return self.filter(Q(scan__uploaded_by=user) | again | filed | waits)


class ScanPage(Identified):
    """One page of a scan: filed to its session by its QR code or by somebody, waiting for that, or discarded."""

    scan = models.ForeignKey(Scan, models.PROTECT, related_name="page_rows")
    number = models.PositiveSmallIntegerField()
    picture = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", help_text="the page as a JPEG")
    state = models.CharField(max_length=9, choices=PageState, default=PageState.UNFILED)
    problem = models.CharField(max_length=11, choices=PageProblem, blank=True)
    sheet = models.ForeignKey(PaperSheet, models.PROTECT, null=True, related_name="pages")
    training_session = models.ForeignKey(TrainingSession, models.PROTECT, null=True, related_name="scan_pages")
    meeting = models.ForeignKey(
        SessionMeeting, models.PROTECT, null=True, related_name="+", help_text="none for a list of the whole session"
    )
    evidence_date = models.DateField(null=True)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="none: by its QR code"
    )
    filed_at = models.DateTimeField(null=True)
    request = models.ForeignKey(EvidenceRequest, models.PROTECT, null=True, related_name="+")
    discarded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    discarded_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    objects = ScanPageQuerySet.as_manager()

    class Meta:
        ordering = ["scan__uploaded_at", "scan", "number"]
        indexes = [models.Index(fields=["scan"], condition=Q(state="unfiled"), name="scan_page_unfiled")]
        constraints = [
            models.UniqueConstraint(fields=["scan", "number"], name="scan_page_once"),
            models.CheckConstraint(
                condition=~Q(state="filed")
                | Q(training_session__isnull=False, evidence_date__isnull=False, filed_at__isnull=False),
                name="filed_page_has_session_and_date",
            ),
            models.CheckConstraint(
                condition=~Q(state="discarded") | (Q(discarded_by__isnull=False) & ~Q(reason="")),
                name="discarded_page_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scan_id} p. {self.number}"
