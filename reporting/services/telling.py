"""Notices of this stage: times are written in each recipient's language, in the zone of the host site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from reporting.figures import figures_of
from reporting.times import days_words
from reporting.wording import not_held_words
from trainingops.notifications.services import notify
from trainingops.ui.figures import format_figure
from trainingops.ui.stored import stored_moment

if TYPE_CHECKING:
    from reporting.content import Frozen
    from reporting.models import ReportObligation, ReportVersion, TrainingReport
    from sessions.models import TrainingSession
    from trainingops.people.models import User


def tell(
    *,
    kind: str,
    recipients: Iterable[User],
    subject: models.Model,
    url: str,
    now: datetime,
    params: Callable[[], Mapping[str, Any]],
    step: str = "",
    bulk: bool = False,
    urgent: bool | None = None,
) -> None:
    """:func:`notify` with ``params`` made once for each language among the recipients (NTF-3)."""
    by_language: dict[str, list[User]] = {}
    for user in recipients:
        by_language.setdefault(user.language, []).append(user)
    for language, users in by_language.items():
        with translation.override(language):
            notify(
                kind=kind,
                recipients=users,
                subject=subject,
                url=url,
                now=now,
                params=params(),
                step=step,
                bulk=bulk,
                urgent=urgent,
            )


def subject_words(training_session: TrainingSession) -> dict[str, str]:
    """What every notice of this stage says about its session."""
    return {"title": training_session.plan.title, "batch": training_session.label, "number": training_session.number}


def overdue_words(obligation: ReportObligation) -> dict[str, Any]:
    """What is said of a report that is missing; the same in every language until it is read."""
    return {
        **subject_words(obligation.training_session),
        "owner": obligation.owner.name,
        "due": stored_moment(obligation.last_minute, obligation.zone),
    }


def address_of(obligation: ReportObligation) -> str:
    """Where an obligation is read; the link carries no credential (RPT-2)."""
    return reverse("obligation_detail", args=[obligation.uuid])


def report_address(report: TrainingReport) -> str:
    """Where a report is read."""
    return reverse("report_detail", args=[report.uuid])


def reader_words(version: ReportVersion, frozen: Frozen) -> dict[str, str]:
    """The numbers of the report in plain text: the mail says what the page says (RPT-5)."""
    figures = figures_of(frozen.data)
    mean = _("none yet") if figures.mean_final is None else format_figure(figures.mean_final, figures.decimals)
    if figures.not_scored or not figures.with_result:
        mean = f"{mean}; {figures.unscored_words}"
    training_session = version.report.obligation.training_session
    return {
        **subject_words(training_session),
        "batch": f"{training_session.label}, {days_words(frozen.data)}",
        "report": version.report.number,
        "passed": str(figures.passed) if figures.with_result else capfirst(_("none yet")),
        "participants": str(figures.participants),
        "absent": str(figures.absent),
        "not_recorded": str(figures.not_recorded or ""),
        "remedial": str(figures.remedial),
        "actions": str(figures.actions),
        "mean": mean,
        "version": str(version.number),
        "reason": version.reason,
        "not_held": not_held_words(frozen.data) if figures.not_held else "",
    }
