"""More minutes for the tests of one person (QUZ-4): by the plan, or by the trainer before or during a test."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from planning.enums import PlanState
from planning.models import PlanTarget
from planning.services.adjusting import MOST_EXTRA
from sessions.enums import AttemptState, SessionState
from sessions.models import Enrolment, ExtraTime
from sessions.policies import can_run_session
from sessions.services.common import lock_session, require_reason, stands_for
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.people.models import User


def extra_minutes(enrolment: Enrolment) -> int:
    """What this person has for each test of the session: as the trainer gave it last, else as the plan says."""
    given = enrolment.extra_times.order_by("given_at", "pk").values_list("minutes", flat=True).last()
    if given is not None:
        return given
    planned = PlanTarget.objects.filter(
        person=enrolment.person_id, revision__approved_for=enrolment.training_session.plan_id
    )
    return planned.values_list("extra_minutes", flat=True).first() or 0


@service
def give_extra_time(*, enrolment: Enrolment, minutes: int, reason: str, actor: User, now: datetime) -> ExtraTime:
    """Give somebody more time for each test of this session. A test that is running gets it at once; none ends earlier.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: the session was cancelled, or the training is closed.
        Refused: no reason, or minutes that make no sense.
    """
    training_session = lock_session(enrolment.training_session)
    require(can_run_session(actor, training_session))
    if training_session.state == SessionState.CANCELLED or training_session.plan.state == PlanState.CLOSED:
        raise WrongState(_("No test of this session opens any more, so there is no time to give."))
    if not 0 <= minutes <= MOST_EXTRA:
        raise Refused(
            _("%(given)d minutes are not possible. Give 0 to %(most)d.") % {"given": minutes, "most": MOST_EXTRA},
            field="minutes",
        )
    require_reason(reason)
    before = extra_minutes(enrolment)
    given = ExtraTime.objects.create(
        enrolment=enrolment, minutes=minutes, reason=reason.strip(), given_by=actor, given_at=now
    )
    running = enrolment.attempts.select_for_update(no_key=True, of=("self",)).select_related("paper")
    for attempt in running.filter(state=AttemptState.IN_PROGRESS):
        ends = attempt.started_at + timedelta(minutes=attempt.paper.duration_minutes + minutes)
        attempt.due_at = max(attempt.due_at, ends)
        attempt.save(update_fields=["due_at"])
    record(
        "test.extra_time_given",
        subject=enrolment,
        actor=actor,
        now=now,
        data={"before": before, "after": minutes, **stands_for(actor, training_session)},
        detail={"reason": given.reason},
    )
    return given
