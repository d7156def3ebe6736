"""A case that was sent to a class by mistake, or for which that class no longer fits, waits again (5.3.1)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from sessions.enums import CaseState, SessionState
from sessions.models import RecoveryCase
from sessions.policies import can_recover
from sessions.services.cases import leave_class, settle_case
from sessions.services.common import lock_session, refresh_summary, require_reason, tell_participants
from sessions.services.outcomes import lock_case
from trainingops.audit.journal import service
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
