"""How the pages of reports load what they show."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from reporting import policies
from reporting.models import AddedRecipient, Distribution, ReportVersion, TrainingReport, TrainingReportQuerySet
from reporting.queries import with_class
from reporting.services.drafts import require_owed
from sessions.models import ClassFile, MeetingTrainer
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


def visible(request: SignedInRequest, uuid: UUID) -> Any:
    """The report, or 404; with whether its reader ``teaches`` the class, ``shown_photos`` of it, who was ``added``."""
    user, place = request.user, OuterRef("obligation__training_session")
    taught = MeetingTrainer.objects.filter(meeting__training_session=place, trainer__user=user)
    photos = ClassFile.objects.visible_to(user).photos().filter(training_session=place)
    found = with_class(reports()).annotate(teaches=Exists(taught), shown_photos=ArraySubquery(photos.values("uuid")))
    latest = ReportVersion.objects.filter(report=OuterRef("pk")).order_by("-number").values("number")[:1]
    added = AddedRecipient.objects.filter(report=OuterRef("pk"), taken_out_at=None).order_by("pk")
    kept = {name: name for name in ("party", "user_id", "name", "address")}
    found = found.annotate(added=ArraySubquery(added.values(row=JSONObject(**kept))))
    found = found.annotate(last_number=Coalesce(Subquery(latest), 0))
    return get_object_or_404(found.visible_to(user), uuid=uuid)


def writable(request: SignedInRequest, uuid: UUID) -> Any:
    """The report of :func:`visible` for those who write it; refused where none is owed any more."""
    report = visible(request, uuid)
    if not policies.can_write(request.user, report, teaches=report.teaches):
        raise NotAllowed(_("The report is written by its PIC and its trainers."))
    require_owed(report)
    return report


def visible_receipt(request: SignedInRequest, uuid: UUID) -> Distribution:
    """A recipient of a report that the reader sees, or 404."""
    rows = Distribution.objects.select_related("version__report__obligation__training_session__plan", "user")
    return get_object_or_404(
        rows.filter(version__report__in=TrainingReport.objects.visible_to(request.user)), uuid=uuid
    )


def number(text: str | None) -> int:
    """A number that a page sent."""
    return int(text) if text and text.isdecimal() else 0
