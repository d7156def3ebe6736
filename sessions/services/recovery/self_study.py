"""Self-study with a post-test instead of a class (5.3.1)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from planning.enums import PlanState
from planning.models import RecoveryForm
from planning.queries.plans import local_day
from sessions.enums import (
    AttemptState,
    CaseKind,
    CaseState,
    SessionState,
    TestPhase,
)
from sessions.models import RecoveryCase
from sessions.policies import can_recover, can_run_session
from sessions.services.cases import settle_case
from sessions.services.common import (
    refresh_summary,
    tell_participants,
)
from sessions.services.elsewhere import require_employed
from sessions.services.outcomes import lock_case, outcomes_touched_by, refresh_outcomes
from sessions.services.recovery.cases import check_form
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.people.models import User


@service
def open_case_test(*, case: RecoveryCase, form: RecoveryForm | None, actor: User, now: datetime) -> RecoveryCase:
    """Open the test of a case: self-study ends with a post-test, a remedial case with the remedial test.

    The person takes it from their own page; its submission settles the case.

    Args:
        form: the form without session, for a recovery case; None for a remedial one.

    Raises:
        NotAllowed: neither PIC nor manager nor executing trainer.
        WrongState: the case is not open, the session is not concluded yet, or the training is closed.
        Refused: the plan does not allow the form, the session has no post-test, or the person has left.
    """
    plan, case = lock_case(case)
    training_session = case.enrolment.training_session
    require(can_recover(actor, plan) or can_run_session(actor, training_session))
    if case.state != CaseState.OPEN or training_session.state != SessionState.CONCLUDED:
        raise WrongState(
            _("The case is “%(case)s”, its session “%(session)s”. A test opens for open cases of a concluded session.")
            % {"case": case.get_state_display(), "session": training_session.get_state_display()}
        )
    if plan.state == PlanState.CLOSED:
        raise WrongState(_("The training %(number)s is closed. Waive or lapse the case.") % {"number": plan.number})
    if case.kind == CaseKind.RECOVERY:
        if form is None or form.has_session:
            raise Refused(_("Choose a form of recovery without a class, such as self-study."), field="form")
        check_form(form, [plan])
    if training_session.post_paper_id is None and case.kind == CaseKind.RECOVERY:
        raise Refused(_("The plan has no post-test, so self-study cannot be shown. Choose a class."), field="form")
    require_employed([case.enrolment.person], [local_day(now, training_session.site)], field="form")
    case.test_opened_at, case.form = now, form
    case.save(update_fields=["test_opened_at", "form"])
    record("case.test_opened", subject=case, actor=actor, now=now, data={"form": form.code if form else "remedial"})
    tell_participants("test_opened", training_session, [case.enrolment], subject=case, step=now.isoformat(), now=now)
    return case


@service
def settle_self_study(*, case: RecoveryCase, actor: User, now: datetime) -> RecoveryCase:
    """Settle a self-study case by hand whose post-test was submitted; a submission settles it by itself otherwise.

    Raises:
        Refused: no submitted post-test since the case opened it.
    """
    plan, case = lock_case(case)
    require(can_recover(actor, plan))
    shown = (
        case.test_opened_at is not None
        and case.enrolment.attempts.filter(
            phase=TestPhase.POST, state=AttemptState.SUBMITTED, started_at__gte=case.test_opened_at
        ).exists()
    )
    if not shown:
        raise Refused(_("%(name)s has not submitted the post-test yet.") % {"name": case.enrolment.person.name})
    settle_case(case, CaseState.RESOLVED, actor=actor, now=now)
    touched = outcomes_touched_by(case.enrolment.training_session, [case.enrolment.person_id])
    refresh_outcomes(touched, actor=actor, now=now)
    refresh_summary(case.enrolment.training_session)
    return case
