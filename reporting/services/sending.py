"""A version on its way: rows for its recipients, notices, mail, the record (clause 5.3.2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from reporting.content import Frozen
from reporting.evidence import KIND, request_report
from reporting.models import Distribution, ReportObligation, ReportVersion
from reporting.queries import administrators, managers_in_scope
from reporting.services.copies import order_copies
from reporting.services.recipients import Recipients, distribute, recipients_of
from reporting.services.telling import address_of, reader_words, report_address, subject_words, tell

if TYPE_CHECKING:
    from trainingops.people.models import User


def send_version(version: ReportVersion, frozen: Frozen, *, kind: str, actor: User, now: datetime) -> None:
    """Rows for every recipient, notices and mail, the record; word to manager and administrator of who is missed."""
    training_session = version.report.obligation.training_session
    recipients = recipients_of(training_session, now)
    sent = distribute(version, recipients, sent_at=now)
    readers = [each.user for each in sent if each.user and not each.unreachable]
    tell_readers(version, frozen, readers, kind=kind, now=now)
    request_report(KIND, version=version, sent=sent, actor=actor, now=now)
    order_copies(version, sent, actor=actor, now=now)
    _tell_of_missing(version, recipients, now)


def tell_readers(version: ReportVersion, frozen: Frozen, users: list[User], *, kind: str, now: datetime) -> None:
    """Notice and mail with the report's own numbers: counts, so that everybody may read them (RPT-5)."""
    tell(
        kind=kind,
        recipients=users,
        subject=version,
        url=report_address(version.report),
        now=now,
        params=lambda: reader_words(version, frozen),
    )


def _tell_of_missing(version: ReportVersion, recipients: Recipients, now: datetime) -> None:
    """Named recipients who cannot be reached, and parties without anybody; the sweep tells of those lost later.

    Of who was missed by the version before nobody is told again.
    """
    obligation = version.report.obligation
    missing = {f"{each.party} {each.place}": each.words for each in recipients.owed if not each.stand}
    known = set(obligation.parties_told) if version.number > 1 else set()
    ReportObligation.objects.filter(pk=obligation.pk).update(parties_told=list(missing))
    before = Distribution.objects.filter(version__report=version.report, version__number=version.number - 1)
    missed = set(before.filter(unreachable=True).values_list("user", flat=True))
    names = [each.words for each in recipients.unreachable if each.user and each.user.pk not in missed]
    names += [words for key, words in missing.items() if key not in known]
    if not names:
        return
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
