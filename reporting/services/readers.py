"""What happens with a version that was sent: opened, acknowledged, reminded, shared (RPT)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from reporting.models import Distribution, ReportShare, ReportVersion
from reporting.policies import can_acknowledge, can_send
from reporting.services.drafts import locked_report
from reporting.services.telling import report_address, subject_words, tell
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.notifications.models import Notice

if TYPE_CHECKING:
    from reporting.models import TrainingReport
    from trainingops.people.models import User


@service
def open_report(*, version: ReportVersion, actor: User, now: datetime) -> None:
    """The reader's page says by POST that it is open; a GET never does (RPT-1)."""
    Distribution.objects.filter(version=version, user=actor, opened_at=None).update(opened_at=now)


@service
def acknowledge_report(*, version: ReportVersion, actor: User, now: datetime) -> None:
    """ "I have read it": the receipt of one recipient for one version; a second one changes nothing.

    Raises:
        NotAllowed: the version was not sent to this user.
    """
    mine = list(Distribution.objects.select_for_update(no_key=True).filter(version=version, user=actor))
    require(bool(mine) and all(can_acknowledge(actor, each) for each in mine))
    for each in mine:
        if each.acknowledged_at is None:
            each.opened_at = each.opened_at or now
            each.acknowledged_at = now
            each.save(update_fields=["opened_at", "acknowledged_at"])
            record("report.acknowledged", subject=each, actor=actor, now=now, data={"version": version.uuid})


@service
def remind_recipient(*, distribution: Distribution, actor: User, now: datetime) -> bool:
    """Remind one recipient with one click, at most once in a minute; whether they were told now (RPT-4).

    Raises:
        NotAllowed: neither PIC or trainer of the session nor manager in scope.
        WrongState: read already, superseded, or without an account to remind.
    """
    version = distribution.version
    report = locked_report(version.report)
    require(can_send(actor, report))
    if distribution.acknowledged_at is not None:
        raise WrongState(_("%(name)s has read the report already.") % {"name": distribution.user or distribution.name})
    if distribution.user is None or not distribution.user.is_active:
        raise WrongState(_("This recipient has no open account. Add another recipient."))
    _require_latest(version)
    return bool(_remind([distribution], report, actor, now))


@service
def remind_unread(*, version: ReportVersion, actor: User, now: datetime) -> int:
    """Remind everybody who can sign in and has not read the version, with one click; how many were told (RPT-4).

    Nobody is told twice in a minute.

    Raises:
        NotAllowed: as :func:`remind_recipient`.
        WrongState: superseded, or nobody is left to remind.
    """
    report = locked_report(version.report)
    require(can_send(actor, report))
    _require_latest(version)
    unread = version.distributions.filter(acknowledged_at=None, user__is_active=True, unreachable=False).select_related(
        "user"
    )
    waiting = {each.user_id: each for each in unread}
    if not waiting:
        raise WrongState(_("Everybody who can be reminded has read the report."))
    return _remind(list(waiting.values()), report, actor, now)


def _require_latest(version: ReportVersion) -> None:
    if version.report.versions.filter(number__gt=version.number).exists():
        raise WrongState(_("This version was superseded. Remind from the page of the latest one."))


def _remind(distributions: Collection[Distribution], report: TrainingReport, actor: User, now: datetime) -> int:
    """Tell those who were not told in this minute already; how many."""
    step = f"{now:%Y-%m-%dT%H:%M}"
    known = Notice.objects.filter(kind="report.unread", step=step, subject__in=[each.uuid for each in distributions])
    told = set(known.values_list("subject", flat=True))
    fresh = [each for each in distributions if each.uuid not in told]
    for each in fresh:
        assert each.user is not None  # asked before
        tell(
            kind="report.unread",
            recipients=[each.user],
            subject=each,
            step=step,
            url=report_address(report),
            now=now,
            params=lambda: {
                **subject_words(report.obligation.training_session),
                "sender": actor.name,
                "report": report.number,
            },
        )
        data = {"version": each.version.uuid}
        record("report.recipient_reminded", subject=each, actor=actor, now=now, data=data)
    return len(fresh)


@service
def note_share(*, version: ReportVersion, group: str, actor: User, now: datetime) -> ReportShare:
    """The sender notes that they shared the summary in a group (RPT-6)."""
    report = locked_report(version.report)
    require(can_send(actor, report))
    if not group.strip():
        raise Refused(_("Write where you shared the summary."), field="group", code="group_missing")
    share = ReportShare.objects.create(version=version, group=group.strip(), shared_by=actor, shared_at=now)
    record("report.shared", subject=share, actor=actor, now=now, data={"version": version.uuid})
    return share
