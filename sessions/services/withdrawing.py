"""A class filed afterwards is taken back: filed by mistake, or twice (clause 5.2)."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from planning.queries.plans import holders, local_day
from planning.services.filing import withdraw_filed_plan
from planning.services.history import withdraw_competences, withdraw_trainings
from sessions.enums import FILED_TRANSITIONS, SessionKind, SessionState
from sessions.models import TrainingSession
from sessions.notices import about
from sessions.policies import can_recover
from sessions.services.common import lock_plans, lock_session, refresh_summary, require_reason
from sessions.services.reported import report_is_in
from sessions.signals import session_cancelled
from trainingops.audit.journal import record, service
from trainingops.domain import WrongState, require, require_transition
from trainingops.notifications.services import notify
from trainingops.people.models import User


def why_not_withdrawn(training_session: TrainingSession) -> str:
    """Why a class cannot be withdrawn, and what helps; empty while it can."""
    if training_session.kind != SessionKind.FILED:
        return _("Only a class that was filed afterwards is withdrawn; a class of a plan is cancelled by a revision.")
    if report_is_in(training_session):
        return _(
            "The report on %(number)s was submitted: the class stands. Correct its attendance or scores with a reason; "
            "the next version of the report says so."
        ) % {"number": training_session.number}
    return ""


@service
def withdraw_filed(*, training_session: TrainingSession, reason: str, actor: User, now: datetime) -> TrainingSession:
    """Withdraw a class filed afterwards: everything recorded of it stays, and nothing follows from it any more.

    Who came has not had the module by it, who passed has not shown it (7.2); the plan made for it is cancelled, and
    neither indicator counts it. Its record, paper and journal stay. Where its report was due already, it is still owed
    and says so: a due time that has passed is a fact (5.3.2).

    Raises:
        NotAllowed: neither the PIC nor the manager of site and line.
        WrongState: no class filed afterwards, withdrawn already, or its report was submitted.
        Refused: no reason.
    """
    (plan,) = lock_plans([training_session.plan_id])
    training_session = lock_session(training_session)
    require(can_recover(actor, plan))
    if why := why_not_withdrawn(training_session):
        raise WrongState(why)
    require_transition(training_session, SessionState.CANCELLED, FILED_TRANSITIONS)
    require_reason(reason)
    _take_back_what_followed(training_session, actor, now)
    training_session.state, training_session.cancel_reason = SessionState.CANCELLED, reason.strip()
    training_session.cancelled_at = now
    training_session.save(update_fields=["state", "cancel_reason", "cancelled_at"])
    withdraw_filed_plan(plan=plan, actor=actor, now=now)
    session_cancelled.send(
        sender=TrainingSession, training_session=training_session, reason=reason.strip(), actor=actor, now=now
    )
    refresh_summary(training_session)
    record(
        "session.withdrawn",
        subject=training_session,
        actor=actor,
        now=now,
        data={"plan": plan.uuid},
        detail={"reason": reason.strip()},
    )
    managers = holders("manager", site=plan.site, line=plan.line, day=local_day(now, plan.site))
    notify(
        kind="filed_withdrawn",
        recipients=[user for user in {plan.pic, *managers} if user != actor],
        subject=training_session,
        url=reverse("session_detail", args=[training_session.uuid]),
        params=about(training_session),
        now=now,
    )
    return training_session


def _take_back_what_followed(training_session: TrainingSession, actor: User, now: datetime) -> None:
    """The trainings and competences that it gave, and what nobody acknowledged yet."""
    sources = set(training_session.enrolments.values_list("uuid", flat=True))
    withdraw_trainings(sources)
    withdraw_competences(sources=sources, actor=actor, now=now)
    for each in training_session.deviations.filter(acknowledged_at=None):
        record("deviation.withdrawn", subject=each, actor=actor, now=now, data={"kind": each.kind})
        each.delete()
