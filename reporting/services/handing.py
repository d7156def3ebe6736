"""Recipients whom a mail did not reach: handed over by the sender, or mailed again (5.3.2, RPT-4)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from reporting.models import Distribution, ReportDelivery
from reporting.policies import can_send
from reporting.queries import mails_to
from reporting.services.drafts import locked_report
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.notifications.enums import OutboxState
from trainingops.notifications.services import wait_again
from trainingops.records.documents import keep_document
from trainingops.ui.moments import moment_words

if TYPE_CHECKING:
    from trainingops.people.models import User


@service
def record_delivery(
    *,
    distribution: Distribution,
    channel: str,
    delivered_at: datetime,
    received_by: str,
    file: Any,
    actor: User,
    now: datetime,
) -> ReportDelivery:
    """Note that a recipient without account was handed the report.

    Args:
        received_by: who took it.
        file: the proof, if there is one: a signed receipt, a screenshot, a mail.

    Raises:
        NotAllowed: neither PIC or trainer of the session nor manager in scope.
        WrongState: the recipient has an account, and confirms it there.
        Refused: before the version was sent or in the future, nobody named, or a file that is no document.
    """
    version = distribution.version
    report = locked_report(version.report)
    require(can_send(actor, report))
    if distribution.user_id is not None:
        raise WrongState(_("%(name)s has an account and confirms the report there.") % {"name": distribution.words})
    zone = report.obligation.zone
    # A form knows minutes: the minute of the submission counts from its beginning.
    if not version.submitted_at.replace(second=0, microsecond=0) <= delivered_at <= now:
        raise Refused(
            _("%(given)s does not lie between the submission, %(from)s, and now, %(now)s. Correct the time.")
            % {
                "given": moment_words(delivered_at, zone),
                "from": moment_words(version.submitted_at, zone),
                "now": moment_words(now, zone),
            },
            field="delivered_at",
        )
    if not received_by.strip():
        raise Refused(_("Write who took the report."), field="received_by")
    stored, name = keep_document(file, now=now) if file else (None, "")
    made = ReportDelivery.objects.create(
        distribution=distribution,
        channel=channel,
        delivered_at=max(delivered_at, version.submitted_at),
        received_by=received_by.strip(),
        file=stored,
        file_name=name,
        recorded_by=actor,
        recorded_at=now,
    )
    record(
        "report.delivered_by_hand",
        subject=made,
        actor=actor,
        now=now,
        data={"version": version.uuid, "channel": channel, "delivered_at": delivered_at},
        detail={"received_by": made.received_by},
    )
    return made


@service
def resend_to_recipient(*, distribution: Distribution, actor: User, now: datetime) -> None:
    """Mail a recipient again whose mail failed: the same mail under its Message-ID, to the address that holds now.

    Raises:
        NotAllowed: neither PIC or trainer of the session nor manager in scope.
        WrongState: no mail to them has failed.
    """
    report = locked_report(distribution.version.report)
    require(can_send(actor, report))
    failed = [each for each in mails_to([distribution]) if each.state == OutboxState.FAILED]
    if not failed:
        raise WrongState(_("No mail to %(name)s has failed. Reload the page.") % {"name": distribution.words})
    for message in failed:
        wait_again(message, actor, now)
    record(
        "report.mailed_again",
        subject=distribution,
        actor=actor,
        now=now,
        data={"version": distribution.version.uuid},
    )
