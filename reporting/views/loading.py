"""How the pages of reports load what they show."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from reporting import policies
from reporting.models import Distribution, ReportVersion, TrainingReport, TrainingReportQuerySet
from reporting.queries import with_class
from trainingops.domain import NotAllowed
from trainingops.people.http import SignedInRequest


def reports() -> TrainingReportQuerySet:
    """Reports with what their pages and policies ask for."""
    return TrainingReport.objects.select_related(
        "updated_by",
        "obligation__owner",
        "obligation__training_session__plan__pic",
        "obligation__training_session__plan__approved_revision",
        "obligation__training_session__site",
        "obligation__training_session__line",
        "obligation__training_session__module_version__module",
    )


def visible(request: SignedInRequest, uuid: UUID) -> TrainingReport:
    """The report, or 404."""
    return get_object_or_404(with_class(reports()).visible_to(request.user), uuid=uuid)


def writable(request: SignedInRequest, uuid: UUID) -> Any:
    """The report for those who write it, with ``last_number``: that of its latest version, 0 while a draft."""
    latest = ReportVersion.objects.filter(report=OuterRef("pk")).order_by("-number").values("number")[:1]
    found = with_class(reports()).visible_to(request.user).annotate(last_number=Coalesce(Subquery(latest), 0))
    report = get_object_or_404(found, uuid=uuid)
    if not policies.can_write(request.user, report):
        raise NotAllowed(_("The report is written by its PIC and its trainers."))
    return report


def visible_receipt(request: SignedInRequest, uuid: UUID) -> Distribution:
    """A recipient of a report that the reader sees, or 404."""
    rows = Distribution.objects.select_related("version__report__obligation__training_session", "user")
    return get_object_or_404(
        rows.filter(version__report__in=TrainingReport.objects.visible_to(request.user)), uuid=uuid
    )


def number(text: str | None) -> int:
    """A number that a page sent."""
    return int(text) if text and text.isdecimal() else 0
