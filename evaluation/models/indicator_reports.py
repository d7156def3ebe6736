"""The management report, and the recap of a month for the client (4.4; ISO 9001 9.1)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from evaluation.enums import IndicatorReportKind
from trainingops.domain import Identified
from trainingops.jobs.models import Job
from trainingops.people.models import ServiceLine, Site, User
from trainingops.records.models import StoredFile


class IndicatorReportQuerySet(models.QuerySet["IndicatorReport"]):
    def visible_to(self, user: User) -> IndicatorReportQuerySet:
        """Management reports to the offices in scope; recaps for the client to the client of the line, too."""
        from evaluation.policies import READS_INDICATORS

        offices = user.authority.scope(*READS_INDICATORS, site="site", line="line")
        client = user.authority.scope("client", site="site", line="line")
        made = Q(kind=IndicatorReportKind.CLIENT, made_at__isnull=False)
        return self.filter(offices | (client & made))


class IndicatorReport(Identified):
    """The figures of a period as they were when it was made; the PDF is a sealed record, the XLSX beside it."""

    kind = models.CharField(max_length=10, choices=IndicatorReportKind)
    month = models.DateField(help_text="first day of the period")
    months = models.PositiveSmallIntegerField(help_text="a month or a quarter")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, null=True, blank=True, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", help_text="the workbook")
    file_name = models.CharField(max_length=160, blank=True)
    made_at = models.DateTimeField(null=True)

    objects = IndicatorReportQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(condition=Q(months__in=[1, 3]), name="indicator_report_of_month_or_quarter"),
            models.CheckConstraint(
                condition=~Q(kind="client") | Q(months=1, line__isnull=False), name="client_recap_of_a_month_and_line"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.month:%Y-%m}"
