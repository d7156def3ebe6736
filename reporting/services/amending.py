"""Facts of a session change after its report was submitted: the next version is owed (clause 5.3.2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from reporting.enums import ReportState
from reporting.models import TrainingReport
from reporting.services.telling import subject_words, tell
from trainingops.audit.journal import record, service

if TYPE_CHECKING:
    from sessions.models import TrainingSession
    from trainingops.people.models import User


@service
def owe_next_version(
    *, training_session: TrainingSession, what: str, actor: User | None, now: datetime
) -> TrainingReport | None:
    """Note that a submitted report no longer says what the session says; a draft follows by itself.

    The version that was sent stays readable and says so; its PIC signs the next one, which :func:`amend_report` sends
    to every recipient.

    Args:
        what: "attendance", "scores" or "participants".
    """
    report = (
        TrainingReport.objects.select_for_update(no_key=True, of=("self",))
        .filter(obligation__training_session=training_session)
        .exclude(state=ReportState.DRAFT)
        .first()
    )
    if report is None:
        return None
    is_first = report.changed_at is None
    report.changed_at = report.changed_at or now
    report.changed_what = sorted({*report.changed_what, what})
    report.save(update_fields=["changed_at", "changed_what"])
    record("report.facts_changed", subject=report, actor=actor, now=now, data={"what": what})
    if is_first:
        tell(
            kind="report.to_amend",
            recipients=[training_session.plan.pic],
            subject=report,
            step=now.isoformat(),
            url=reverse("report_submit", args=[report.uuid]),
            now=now,
            params=lambda: {**subject_words(training_session), "report": report.number},
        )
    return report
