"""A version on its way: rows for its recipients, notices, mail, the record (clause 5.3.2)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from reporting.content import Frozen
from reporting.evidence import request_report_record
from reporting.models import ReportVersion
from reporting.queries import administrators, managers_in_scope
from reporting.reading import figures_of
from reporting.services.recipients import Recipients, distribute, recipients_of
from reporting.services.telling import address_of, report_address, subject_words, tell
from trainingops.notifications.models import OutboxMessage
from trainingops.ui.figures import format_figure

if TYPE_CHECKING:
    from trainingops.people.models import User


def send_version(version: ReportVersion, frozen: Frozen, *, kind: str, actor: User, now: datetime) -> None:
    """Rows for every recipient, notices and mail, the record; word to manager and administrator of who is missed."""
    training_session = version.report.obligation.training_session
    recipients = recipients_of(training_session, now)
    distribute(version, recipients, sent_at=now)
    readers = [each.user for each in recipients.all if each.user]
    tell_readers(version, frozen, readers, kind=kind, now=now)
    _mail_outsiders(version, frozen, recipients, kind=kind, now=now)
    request_report_record(version=version, frozen=frozen, recipients=recipients, actor=actor, now=now)
    _tell_of_missing(version, recipients, now)


def _reader_words(version: ReportVersion, frozen: Frozen) -> dict[str, str]:
    """The numbers of the report in plain text: the mail says what the page says (RPT-5)."""
    figures = figures_of(frozen.data)
    mean = _("not recorded") if figures.mean_final is None else format_figure(figures.mean_final, figures.decimals)
    if figures.not_scored or not figures.with_result:
        mean = f"{mean}; {figures.unscored_words}"
    return {
        **subject_words(version.report.obligation.training_session),
        "passed": str(figures.passed) if figures.with_result else "–",
        "participants": str(figures.participants),
        "absent": str(figures.absent),
        "remedial": str(figures.remedial),
        "actions": str(figures.actions),
        "mean": mean,
        "version": str(version.number),
        "reason": version.reason,
    }


def tell_readers(version: ReportVersion, frozen: Frozen, users: list[User], *, kind: str, now: datetime) -> None:
    tell(
        kind=kind,
        recipients=users,
        subject=version,
        url=report_address(version.report),
        now=now,
        params=lambda: _reader_words(version, frozen),
    )


def _mail_outsiders(
    version: ReportVersion, frozen: Frozen, recipients: Recipients, *, kind: str, now: datetime
) -> None:
    """Recipients without account get the numbers by mail; the link asks for a log-in."""
    with translation.override("id"):
        words = _reader_words(version, frozen)
    OutboxMessage.objects.bulk_create(
        (
            OutboxMessage(
                subject_type=version._meta.label,
                subject=version.uuid,
                kind=kind,
                address=each.address,
                url=report_address(version.report),
                params=words,
                message_id=f"<{uuid.uuid4()}@trainingops>",
                not_before=now,
                created_at=now,
            )
            for each in recipients.all
            if each.user is None
        ),
        ignore_conflicts=True,
    )


def _tell_of_missing(version: ReportVersion, recipients: Recipients, now: datetime) -> None:
    names = [each.words for each in recipients.unreachable] + recipients.parties_without
    if not names:
        return
    obligation = version.report.obligation
    training_session = obligation.training_session
    managers = managers_in_scope(training_session, now)
    told: list[tuple[list[User], str]] = [
        (managers, report_address(version.report)),
        ([each for each in administrators(now) if each not in managers], address_of(obligation)),
    ]
    for users, url in told:
        tell(
            kind="report.recipient_missing",
            recipients=users,
            subject=version,
            url=url,
            now=now,
            params=lambda: {
                **subject_words(training_session),
                "report": version.report.number,
                "names": ", ".join(names),
            },
        )
