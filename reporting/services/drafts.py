"""The draft of a report: opened by the system when the session is concluded, written by PIC and trainers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from reporting.models import ReportObligation, TrainingReport
from reporting.policies import can_write
from trainingops.audit.journal import record, service
from trainingops.domain import StaleVersion, WrongState, require
from trainingops.records.numbers import next_number

if TYPE_CHECKING:
    from trainingops.people.models import User


@service
def open_draft(*, obligation: ReportObligation, actor: User | None, now: datetime) -> TrainingReport:
    """The report on an obligation; made with its number the first time."""
    report = TrainingReport.objects.filter(obligation=obligation).first()
    if report is not None:
        return report
    local = now.astimezone(obligation.training_session.site.zone)
    report = TrainingReport.objects.create(obligation=obligation, number=next_number("LH", local.year))
    record("report.opened", subject=report, actor=actor, now=now, data={"obligation": obligation.uuid})
    return report


@service
def save_draft(
    *, report: TrainingReport, version: int, course: str, obstacles: str, follow_up: str, actor: User, now: datetime
) -> TrainingReport:
    """Save the narrative of a draft, or of the next version of a submitted report.

    Args:
        version: the row version that the writer has read.
        follow_up: one action a line.

    Raises:
        NotAllowed: neither PIC nor trainer of the session.
        WrongState: no report is owed.
        StaleVersion: somebody saved in between; nothing was written.
    """
    report = locked_report(report)
    require(can_write(actor, report))
    require_owed(report)
    if report.version != version:
        raise StaleVersion(
            _("%(name)s changed this report meanwhile. Your text was kept below; compare and save again.")
            % {"name": report.updated_by.name if report.updated_by else ""},
            code="stale",
        )
    texts = {"course": course.strip(), "obstacles": obstacles.strip(), "follow_up": follow_up.strip()}
    changed = [name for name, text in texts.items() if getattr(report, name) != text]
    if not changed:
        return report
    for name, text in texts.items():
        setattr(report, name, text)
    report.version += 1
    report.updated_by, report.updated_at = actor, now
    report.save(update_fields=[*texts, "version", "updated_by", "updated_at"])
    record("report.saved", subject=report, actor=actor, now=now, data={"fields": changed, "version": report.version})
    return report


def require_owed(report: TrainingReport) -> None:
    """Refuse to go on with a draft whose class was withdrawn: nothing of it would ever be sent."""
    obligation = report.obligation
    if obligation.is_void:
        raise WrongState(
            _("No report is owed on session %(number)s: %(reason)s. There is nothing to write or to send.")
            % {"number": obligation.training_session.number, "reason": obligation.void_reason.rstrip(".")},
            url=reverse("obligation_detail", args=[obligation.uuid]),
        )


def locked_report(report: TrainingReport) -> TrainingReport:
    """The report locked, with what its page and policies ask for loaded."""
    return (
        TrainingReport.objects.select_for_update(no_key=True, of=("self",))
        .select_related("obligation__owner", "obligation__training_session__plan", "obligation__training_session__site")
        .get(pk=report.pk)
    )
