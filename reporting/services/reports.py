"""Submitting and amending a report (clause 5.3.2)."""

from __future__ import annotations

from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from planning.models import TrainingPlan
from reporting.content import Frozen, freeze
from reporting.enums import OBLIGATION_TRANSITIONS, REPORT_TRANSITIONS, ObligationState, ReportState
from reporting.models import ReportObligation, ReportVersion, TrainingReport
from reporting.policies import can_write
from reporting.reaction import before_later_answers
from reporting.services.breaches import mark_breach
from reporting.services.drafts import locked_report, require_owed
from reporting.services.obligations import advance_when_reported
from reporting.services.sending import send_version
from reporting.signals import report_submitted
from reporting.wording import missing_sections
from sessions.enums import HELD, SessionState
from trainingops.audit.journal import canonical, record, service
from trainingops.domain import Refused, StaleVersion, require, require_transition
from trainingops.people.enums import Role, SignatureMeaning
from trainingops.people.services import require_signature, sign

if TYPE_CHECKING:
    from trainingops.people.models import Signature, User

OVER = (*HELD, SessionState.CANCELLED)


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
    require_owed(report)
    require_transition(report, ReportState.SUBMITTED, REPORT_TRANSITIONS)
    obligation = ReportObligation.objects.select_for_update(no_key=True).get(pk=report.obligation_id)
    require_transition(obligation, ObligationState.SUBMITTED, OBLIGATION_TRANSITIONS)
    _require_complete(report)
    frozen = _require_unchanged(report, content_hash, number=1, now=now)
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
    send_version(version, frozen, kind="report.submitted", actor=actor, now=now)
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
    frozen = _require_unchanged(report, content_hash, number=last.number + 1, now=now)
    if _without_number(frozen) == _without_number(Frozen(last.content)):
        raise Refused(_("Nothing differs from version %(number)d.") % {"number": last.number}, code="nothing_changed")
    require_signature(signature, user=actor, content_hash=content_hash, now=now)
    report.state, report.changed_at, report.changed_what = ReportState.AMENDED, None, []
    report.save(update_fields=["state", "changed_at", "changed_what"])
    version = _freeze_version(
        report, frozen, signature, number=last.number + 1, reason=reason.strip(), actor=actor, now=now
    )
    send_version(version, frozen, kind="report.amended", actor=actor, now=now)
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


# --- Steps of submitting -----------------------------------------------------------------------------------


def _locked(report: TrainingReport) -> TrainingReport:
    """Plan, then obligation, then report: the order of every service (DESIGN.md §1)."""
    obligation = ReportObligation.objects.select_related("training_session").get(report=report)
    TrainingPlan.objects.select_for_update(no_key=True).get(pk=obligation.training_session.plan_id)
    ReportObligation.objects.select_for_update(no_key=True).get(pk=obligation.pk)
    return locked_report(report)


def _require_complete(report: TrainingReport) -> None:
    training_session = report.obligation.training_session
    if training_session.state not in OVER:
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


def _require_unchanged(report: TrainingReport, content_hash: str, *, number: int, now: datetime) -> Frozen:
    frozen = freeze(report, number=number, now=now)
    earlier = (Frozen(canonical(each)) for each in before_later_answers(frozen.data))
    shown = next((each for each in chain([frozen], earlier) if each.hash == content_hash), None)
    if shown is None:
        raise StaleVersion(
            _("The report changed since you opened this page. Read it again below, then sign."), code="stale"
        )
    return shown


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
