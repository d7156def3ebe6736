"""Notices of this stage: times are written in each recipient's language, in the zone of the host site."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.urls import reverse
from django.utils import translation

from trainingops.notifications.services import notify

if TYPE_CHECKING:
    from reporting.models import ReportObligation, TrainingReport
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
) -> None:
    """:func:`notify` with ``params`` made once for each language among the recipients (NTF-3)."""
    by_language: dict[str, list[User]] = {}
    for user in recipients:
        by_language.setdefault(user.language, []).append(user)
    for language, users in by_language.items():
        with translation.override(language):
            notify(kind=kind, recipients=users, subject=subject, url=url, now=now, params=params(), step=step)


def subject_words(training_session: TrainingSession) -> dict[str, str]:
    """What every notice of this stage says about its session."""
    return {"title": training_session.plan.title, "batch": training_session.label, "number": training_session.number}


def address_of(obligation: ReportObligation) -> str:
    """Where an obligation is read; the link carries no credential (RPT-2)."""
    return reverse("obligation_detail", args=[obligation.uuid])


def report_address(report: TrainingReport) -> str:
    """Where a report is read."""
    return reverse("report_detail", args=[report.uuid])
