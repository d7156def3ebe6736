"""Exceptions from the ledger that the manager decides and signs (4.3): waivers."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from planning.models import TrainingPlan
from sessions.enums import OPEN_CASES, CaseKind, CaseState, OutcomeState
from sessions.models import Enrolment, RecoveryCase, TargetOutcome, TrainingSession
from sessions.policies import can_waive, can_waive_outcome
from sessions.services.cases import settle_case
from sessions.services.common import lock_plans, refresh_summary, require_reason
from sessions.services.outcomes import lock_case, refresh_outcomes, tell_settled
from trainingops.audit.journal import canonical, digest, record, service
from trainingops.domain import WrongState, require
from trainingops.people.enums import Role, SignatureMeaning
from trainingops.people.models import Signature, User
from trainingops.people.services import require_signature, sign


def waiver_hash(outcome: TargetOutcome, reason: str) -> str:
    """SHA-256 of what the manager signs when they waive a target."""
    return digest(canonical({"outcome": outcome.uuid, "reason": reason})).hex()


def case_waiver_hash(case: RecoveryCase, reason: str) -> str:
    """SHA-256 of what the manager signs when they waive a case."""
    return digest(canonical({"case": case.uuid, "reason": reason})).hex()


@service
def waive_outcome(
    *, outcome: TargetOutcome, reason: str, signature: Signature, actor: User, now: datetime
) -> TargetOutcome:
    """The manager excuses a target from being trained; it stays in the denominator of 4.3a. Open cases end with it.

    Raises:
        NotAllowed: not the manager of site and line, or the PIC of the plan themselves.
        WrongState: no longer outstanding.
        Refused: no reason, or a signature that does not cover this waiver.
    """
    plan, outcome = lock_outcome(outcome)
    require(can_waive_outcome(actor, outcome, plan))
    require_reason(reason)
    require_signature(signature, user=actor, content_hash=waiver_hash(outcome, reason), now=now)
    _waive(outcome, reason, signature, actor, now)
    if outcome.enrolment is not None:
        refresh_summary(outcome.enrolment.training_session)
    return outcome


@service
def sign_and_waive_case(
    *, case: RecoveryCase, reason: str, authenticated_at: datetime | None, actor: User, now: datetime
) -> RecoveryCase:
    """Sign the reason and waive the case, in one transaction: what the page calls.

    Raises as :func:`waive_case`, and ``Refused`` when the log-in is not fresh; a refusal leaves no signature behind.
    """
    signature = sign(
        user=actor,
        role=Role.MANAGER,
        meaning=SignatureMeaning.WAIVED,
        content_hash=case_waiver_hash(case, reason),
        authenticated_at=authenticated_at,
        now=now,
    )
    return waive_case(case=case, reason=reason, signature=signature, actor=actor, now=now)


@service
def waive_case(*, case: RecoveryCase, reason: str, signature: Signature, actor: User, now: datetime) -> RecoveryCase:
    """The manager excuses one case. Without the missed meeting nobody is trained: the target is waived with it.

    Raises: as :func:`waive_outcome`; the owner of a case never waives it.
    """
    plan, case = lock_case(case)
    require(can_waive(actor, case, plan))
    require_reason(reason)
    require_signature(signature, user=actor, content_hash=case_waiver_hash(case, reason), now=now)
    require_open(case)
    outcome = outcome_of(case)
    if case.kind == CaseKind.RECOVERY and outcome is not None and outcome.state == OutcomeState.OUTSTANDING:
        _waive(outcome, reason, signature, actor, now)
    else:
        case.signature = signature
        settle_case(case, CaseState.WAIVED, actor=actor, now=now, note=reason, signature=signature.uuid)
        if outcome is not None:
            refresh_outcomes([outcome], actor=actor, now=now)
        tell_settled({plan.pk}, actor, now)
    refresh_summary(case.enrolment.training_session)
    case.refresh_from_db()
    return case


def outcome_of(case: RecoveryCase) -> TargetOutcome | None:
    """The target whose case this is: its own enrolment's, or the one that was recovered in the case's session."""
    return (
        TargetOutcome.objects.select_related("person", "plan", "enrolment__training_session")
        .filter(
            Q(enrolment=case.enrolment_id)
            | Q(
                person=case.enrolment.person_id,
                enrolment__cases__scheduled_in=case.enrolment.training_session_id,
            )
        )
        .first()
    )


def _waive(outcome: TargetOutcome, reason: str, signature: Signature, actor: User, now: datetime) -> None:
    if outcome.state != OutcomeState.OUTSTANDING:
        raise WrongState(_("The target is “%(state)s” already.") % {"state": outcome.get_state_display()})
    outcome.state, outcome.settled_at, outcome.reason = OutcomeState.WAIVED, now, reason
    outcome.decided_by, outcome.signature = actor, signature
    outcome.save()
    if outcome.enrolment is not None:
        for case in open_cases_of(outcome.enrolment):
            case.signature = signature
            settle_case(case, CaseState.WAIVED, actor=actor, now=now, note=reason, signature=signature.uuid)
    record(
        "target.waived",
        subject=outcome,
        actor=actor,
        now=now,
        data={"signature": signature.uuid},
        detail={"reason": reason},
    )
    tell_settled({outcome.plan_id}, actor, now)


def open_cases_of(enrolment: Enrolment) -> list[RecoveryCase]:
    """Recovery and remedial alike: nobody goes on with either who is excused or gone."""
    return list(
        RecoveryCase.objects.select_for_update(no_key=True, of=("self",))
        .filter(enrolment=enrolment, state__in=OPEN_CASES)
        .order_by("pk")
    )


def lock_outcome(outcome: TargetOutcome) -> tuple[TrainingPlan, TargetOutcome]:
    """Plan, session and target, locked in this order."""
    (plan,) = lock_plans([outcome.plan_id])
    sessions = TrainingSession.objects.filter(enrolments=outcome.enrolment_id)
    list(sessions.select_for_update(no_key=True).values("pk"))
    locked = (
        TargetOutcome.objects.select_for_update(no_key=True, of=("self",))
        .select_related("person", "plan", "enrolment__training_session")
        .get(pk=outcome.pk)
    )
    return plan, locked


def require_open(case: RecoveryCase) -> None:
    """Raise ``WrongState`` for a case that is settled."""
    if case.state not in OPEN_CASES:
        raise WrongState(_("The case is “%(state)s” already.") % {"state": case.get_state_display()})
