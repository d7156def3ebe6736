"""Submitting, amending and reading a report (clause 5.3.2)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from planning.models import TrainingPlan
from reporting.content import Frozen, freeze
from reporting.enums import OBLIGATION_TRANSITIONS, REPORT_TRANSITIONS, ObligationState, ReportState
from reporting.evidence import request_report_record
from reporting.models import Distribution, ReportObligation, ReportShare, ReportVersion, TrainingReport
from reporting.policies import can_acknowledge, can_send, can_write
from reporting.queries import administrators, managers_in_scope
from reporting.reading import figures_of
from reporting.services.breaches import mark_breach
from reporting.services.drafts import locked_report
from reporting.services.obligations import advance_when_reported
from reporting.services.recipients import Recipients, distribute, recipients_of
from reporting.services.telling import address_of, report_address, subject_words, tell
from reporting.signals import report_submitted
from reporting.wording import missing_sections
from sessions.enums import SessionState
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, StaleVersion, WrongState, require, require_transition
from trainingops.notifications.models import OutboxMessage
from trainingops.people.enums import Role, SignatureMeaning
from trainingops.people.services import require_signature, sign
from trainingops.ui.figures import format_figure

if TYPE_CHECKING:
    from trainingops.people.models import Signature, User

HELD = (SessionState.CONCLUDED, SessionState.FILED, SessionState.CANCELLED)


@service
def sign_and_send(
    *,
    report: TrainingReport,
    content_hash: str,
    authenticated_at: datetime | None,
    actor: User,
    now: datetime,
    reason: str = "",
) -> ReportVersion:
    """Sign what was shown and submit it, or amend what was submitted, in one transaction: what the page calls.

    Raises as :func:`submit_report` and :func:`amend_report`, and ``Refused`` when the log-in is not fresh.
    """
    require(can_write(actor, report))
    signature = sign(
        user=actor,
        role=Role.TRAINER,
        meaning=SignatureMeaning.SUBMITTED,
        content_hash=content_hash,
        authenticated_at=authenticated_at,
        now=now,
    )
    signed: dict[str, Any] = {"report": report, "content_hash": content_hash, "signature": signature}
    if report.state == ReportState.DRAFT:
        return submit_report(**signed, actor=actor, now=now)
    return amend_report(**signed, reason=reason, actor=actor, now=now)


@service
def submit_report(
    *, report: TrainingReport, content_hash: str, signature: Signature, actor: User, now: datetime
) -> ReportVersion:
    """Submit the report: freeze it, stop the clock, send it to every party.

    It is on time when it is submitted before ``due_at``; later it is submitted all the same, and the breach stays.

    Raises:
        NotAllowed: neither PIC nor trainer of the session.
        WrongState: submitted already, or nothing is owed.
        Refused: the session is not concluded, a part is blank, or the signature does not cover the content.
        StaleVersion: the facts or the text changed since they were shown.
    """
    report = _locked(report)
    require(can_write(actor, report))
    require_transition(report, ReportState.SUBMITTED, REPORT_TRANSITIONS)
    obligation = ReportObligation.objects.select_for_update(no_key=True).get(pk=report.obligation_id)
    require_transition(obligation, ObligationState.SUBMITTED, OBLIGATION_TRANSITIONS)
    _require_complete(report)
    frozen = _require_unchanged(report, content_hash, number=1)
    require_signature(signature, user=actor, content_hash=content_hash, now=now)
    mark_breach(obligation=report.obligation, now=now)
    obligation.refresh_from_db()
    # Whoever noted the breach while this request was on its way was first.
    submitted_at = max(now, obligation.due_at) if obligation.breached_at else now
    ReportObligation.objects.filter(pk=obligation.pk).update(
        state=ObligationState.SUBMITTED, submitted_at=submitted_at, submitted_by=actor
    )
    report.obligation.refresh_from_db()
    report.state = ReportState.SUBMITTED
    report.save(update_fields=["state"])
    version = _freeze_version(report, frozen, signature, number=1, reason="", actor=actor, now=submitted_at)
    _send(version, frozen, kind="report.submitted", actor=actor, now=now)
    advance_when_reported(plan=report.obligation.training_session.plan, actor=actor, now=now)
    report_submitted.send(sender=ReportVersion, version=version, actor=actor, now=now)
    record(
        "report.submitted",
        subject=report,
        actor=actor,
        now=now,
        data={
            "version": 1,
            "content_hash": content_hash,
            "signature": signature.uuid,
            "due_at": obligation.due_at,
            "submitted_at": submitted_at,
        },
    )
    return version


@service
def amend_report(
    *, report: TrainingReport, content_hash: str, signature: Signature, reason: str, actor: User, now: datetime
) -> ReportVersion:
    """Submit the next version with the reason; versions before it never change, and the clock stays as it stopped.

    Raises as :func:`submit_report`; ``Refused`` also without a reason, or when nothing changed.
    """
    report = _locked(report)
    require(can_write(actor, report))
    require_transition(report, ReportState.AMENDED, REPORT_TRANSITIONS)
    if not reason.strip():
        raise Refused(
            _("What changed: write it in a sentence; every reader sees it."), field="reason", code="reason_missing"
        )
    _require_complete(report)
    last = report.versions.order_by("-number").first()
    assert last is not None  # a submitted report has a version
    frozen = _require_unchanged(report, content_hash, number=last.number + 1)
    if _without_number(frozen) == _without_number(Frozen(last.content)):
        raise Refused(_("Nothing differs from version %(number)d.") % {"number": last.number}, code="nothing_changed")
    require_signature(signature, user=actor, content_hash=content_hash, now=now)
    report.state = ReportState.AMENDED
    report.save(update_fields=["state"])
    version = _freeze_version(
        report, frozen, signature, number=last.number + 1, reason=reason.strip(), actor=actor, now=now
    )
    _send(version, frozen, kind="report.amended", actor=actor, now=now)
    report_submitted.send(sender=ReportVersion, version=version, actor=actor, now=now)
    record(
        "report.amended",
        subject=report,
        actor=actor,
        now=now,
        data={"version": version.number, "content_hash": content_hash, "signature": signature.uuid},
        detail={"reason": reason.strip()},
    )
    return version


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
def remind_recipient(*, distribution: Distribution, actor: User, now: datetime) -> None:
    """Remind one recipient with one click, at most once in a minute (RPT-4).

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
    if report.versions.filter(number__gt=version.number).exists():
        raise WrongState(_("This version was superseded. Remind from the page of the latest one."))
    tell(
        kind="report.unread",
        recipients=[distribution.user],
        subject=distribution,
        step=f"{now:%Y-%m-%dT%H:%M}",
        url=report_address(report),
        now=now,
        params=lambda: {
            **subject_words(report.obligation.training_session),
            "sender": actor.name,
            "report": report.number,
        },
    )
    record("report.recipient_reminded", subject=distribution, actor=actor, now=now, data={"version": version.uuid})


@service
def note_share(*, version: ReportVersion, group: str, actor: User, now: datetime) -> ReportShare:
    """The sender notes that they shared the summary in a group (RPT-6)."""
    report = locked_report(version.report)
    require(can_send(actor, report))
    if not group.strip():
        raise Refused(_("Group: write where you shared the summary."), field="group", code="group_missing")
    share = ReportShare.objects.create(version=version, group=group.strip(), shared_by=actor, shared_at=now)
    record("report.shared", subject=share, actor=actor, now=now, data={"version": version.uuid})
    return share


@service
def add_recipient(*, version: ReportVersion, party: str, user: User, actor: User, now: datetime) -> Distribution:
    """Send the latest version to one more person, for a party whose recipient could not be reached.

    Raises:
        Refused: sent to them for this party already, or the account is closed.
    """
    report = locked_report(version.report)
    require(can_send(actor, report))
    if not user.is_active:
        raise Refused(_("Recipient: the account of %(name)s is closed.") % {"name": user.name}, field="user")
    made, is_new = Distribution.objects.get_or_create(
        version=version, party=party, user=user, address=user.email, defaults={"sent_at": now}
    )
    if not is_new:
        raise Refused(_("Recipient: %(name)s has it already.") % {"name": user.name}, field="user")
    frozen = Frozen(version.content)
    _tell_readers(version, frozen, [user], kind="report.submitted", now=now)
    record("report.recipient_added", subject=made, actor=actor, now=now, data={"version": version.uuid, "party": party})
    return made


# --- Steps of submitting -----------------------------------------------------------------------------------


def _locked(report: TrainingReport) -> TrainingReport:
    """Plan, then obligation, then report: the order of every service (DESIGN.md §1)."""
    obligation = ReportObligation.objects.select_related("training_session").get(report=report)
    TrainingPlan.objects.select_for_update(no_key=True).get(pk=obligation.training_session.plan_id)
    ReportObligation.objects.select_for_update(no_key=True).get(pk=obligation.pk)
    return locked_report(report)


def _require_complete(report: TrainingReport) -> None:
    training_session = report.obligation.training_session
    if training_session.state not in HELD:
        raise Refused(
            _("Session %(number)s is not concluded yet. Conclude it, then submit the report.")
            % {"number": training_session.number},
            code="not_concluded",
        )
    missing = missing_sections(report)
    if missing:
        labels = ", ".join(str(TrainingReport._meta.get_field(name).verbose_name) for name in missing)  # type: ignore[union-attr]
        raise Refused(
            _("Still blank: %(parts)s. Write “none” where there is nothing to tell.") % {"parts": labels},
            field=missing[0],
            code="incomplete",
        )


def _require_unchanged(report: TrainingReport, content_hash: str, *, number: int) -> Frozen:
    frozen = freeze(report, number=number)
    if frozen.hash != content_hash:
        raise StaleVersion(
            _("The report changed since you opened this page. Read it again below, then sign."), code="stale"
        )
    return frozen


def _without_number(frozen: Frozen) -> dict[str, Any]:
    return {key: value for key, value in frozen.data.items() if key != "version"}


def _freeze_version(
    report: TrainingReport,
    frozen: Frozen,
    signature: Signature,
    *,
    number: int,
    reason: str,
    actor: User,
    now: datetime,
) -> ReportVersion:
    return ReportVersion.objects.create(
        report=report,
        number=number,
        content=frozen.text,
        content_hash=frozen.hash,
        reason=reason,
        submitted_by=actor,
        submitted_at=now,
        signature=signature,
    )


def _send(version: ReportVersion, frozen: Frozen, *, kind: str, actor: User, now: datetime) -> None:
    """Rows for every recipient, notices and mail, the record; word to manager and administrator of who is missed."""
    training_session = version.report.obligation.training_session
    recipients = recipients_of(training_session, now)
    distribute(version, recipients, sent_at=now)
    readers = [each.user for each in recipients.all if each.user]
    _tell_readers(version, frozen, readers, kind=kind, now=now)
    _mail_outsiders(version, frozen, recipients, kind=kind, now=now)
    request_report_record(version=version, frozen=frozen, recipients=recipients, actor=actor, now=now)
    _tell_of_missing(version, recipients, now)


def _reader_words(version: ReportVersion, frozen: Frozen) -> dict[str, str]:
    """The numbers of the report in plain text: the mail says what the page says (RPT-5)."""
    figures = figures_of(frozen.data)
    mean = _("not recorded") if figures.mean_final is None else format_figure(figures.mean_final, 1)
    return {
        **subject_words(version.report.obligation.training_session),
        "passed": str(figures.passed),
        "participants": str(figures.participants),
        "absent": str(figures.absent),
        "remedial": str(figures.remedial),
        "actions": str(figures.actions),
        "mean": mean,
        "version": str(version.number),
        "reason": version.reason,
    }


def _tell_readers(version: ReportVersion, frozen: Frozen, users: list[User], *, kind: str, now: datetime) -> None:
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
