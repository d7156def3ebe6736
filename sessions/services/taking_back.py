"""A case that was sent to a class by mistake, or for which class or test no longer fit, waits again (5.3.1)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from sessions.enums import CaseState, SessionState
from sessions.models import RecoveryCase
from sessions.policies import can_recover, can_run_session
from sessions.services.cases import leave_class, settle_case
from sessions.services.common import lock_session, refresh_summary, require_reason, tell_participants
from sessions.services.outcomes import lock_case
from trainingops.audit.journal import record, service
from trainingops.domain import WrongState, require
from trainingops.people.models import User


@service
def take_back_case(*, case: RecoveryCase, reason: str, actor: User, now: datetime) -> RecoveryCase:
    """Take a case out of the class or batch in which it was to be made up for: it is open again.

    Who has no other case in that class is free at its time, and told; their licence is given back.

    Raises:
        NotAllowed: neither PIC nor manager.
        WrongState: it waits for no class, or that class has begun.
        Refused: no reason.
    """
    plan, case = lock_case(case)
    require(can_recover(actor, plan))
    require_reason(reason)
    if case.state != CaseState.SCHEDULED or case.scheduled_in is None:
        raise WrongState(_("The case is “%(state)s”: it waits for no class.") % {"state": case.get_state_display()})
    held = lock_session(case.scheduled_in)
    if held.state != SessionState.SCHEDULED:
        raise WrongState(
            _("%(number)s is “%(state)s”. A case is taken back before its class begins.")
            % {"number": held.number, "state": held.get_state_display()}
        )
    settle_case(case, CaseState.OPEN, actor=actor, now=now, note=reason.strip(), taken_from=held.uuid)
    if leave_class(held, case.enrolment, now):
        tell_participants("recovery_taken_back", held, [case.enrolment], subject=case, step=now.isoformat(), now=now)
    refresh_summary(case.enrolment.training_session)
    return case


@service
def take_back_test(*, case: RecoveryCase, reason: str, actor: User, now: datetime) -> RecoveryCase:
    """Close the test that a case opened, so that it can be made up for otherwise; the person is told.

    Raises:
        NotAllowed: neither PIC nor manager nor executing trainer.
        WrongState: the case opened no test, or the person has begun it.
        Refused: no reason.
    """
    plan, case = lock_case(case)
    training_session = case.enrolment.training_session
    require(can_recover(actor, plan) or can_run_session(actor, training_session))
    require_reason(reason)
    if case.state != CaseState.OPEN or case.test_opened_at is None:
        raise WrongState(_("The case is “%(case)s” and no test of it is open.") % {"case": case.get_state_display()})
    if has_begun_test(case):
        raise WrongState(
            _("%(name)s has begun the test already. Wait until it is handed in.") % {"name": case.enrolment.person.name}
        )
    case.test_opened_at, case.form = None, None
    case.save(update_fields=["test_opened_at", "form"])
    record("case.test_taken_back", subject=case, actor=actor, now=now, detail={"note": reason.strip()})
    tell_participants(
        "test_taken_back", training_session, [case.enrolment], subject=case, step=now.isoformat(), now=now
    )
    return case


def has_begun_test(case: RecoveryCase) -> bool:
    """Whether the person has begun the test that a case opened."""
    return case.enrolment.attempts.filter(started_at__gte=case.test_opened_at).exists()
