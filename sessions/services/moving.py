"""A make-up class at other times, or not at all: it has no revision that could move or cancel it (clause 5.3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from planning.queries.plans import local_day
from planning.services.bookings import move_bookings, release
from sessions.enums import CaseState, SessionState
from sessions.models import SessionMeeting, TrainingSession
from sessions.policies import can_recover, can_run_session
from sessions.services.common import lock_plans, lock_session, plans_recovering_in, require_reason
from sessions.services.deviations import MEASURED, Difference, write_differences
from sessions.services.elsewhere import require_employed
from sessions.services.make_up_times import check_times, require_reason_for, shortcomings
from sessions.services.scheduling import cancel_locked, tell_moved
from trainingops.audit.journal import record, service
from trainingops.domain import NotAllowed, Refused, WrongState, require
from trainingops.people.models import User


@service
def move_make_up(
    *,
    training_session: TrainingSession,
    meetings: Sequence[tuple[datetime, datetime]],
    actor: User,
    now: datetime,
    reason: str = "",
) -> TrainingSession:
    """Give a make-up class other times: bookings, invitations and the due time of its report follow.

    A class of the plan is moved by a revision, never here. Times are checked as in :func:`schedule_make_up`.

    Args:
        meetings: start and end of each meeting of the class, in their order.

    Raises:
        NotAllowed: neither PIC, manager nor trainer; or a class of the plan.
        WrongState: it has begun, is over or was cancelled.
        Refused: times that cannot be, or that it has already, or no reason where one is needed; a double booking names
            who or what is taken.
    """
    plans = lock_plans([training_session.plan_id])
    training_session = lock_session(training_session)
    require(can_recover(actor, plans[0]) or can_run_session(actor, training_session))
    if training_session.revision_id is not None:
        raise NotAllowed(_("A class of the plan is moved by a new revision of the plan."))
    if training_session.state != SessionState.SCHEDULED:
        raise WrongState(
            _("%(number)s is “%(state)s”; a class is moved before it begins.")
            % {"number": training_session.number, "state": training_session.get_state_display()}
        )
    standing = list(training_session.meetings.order_by("starts_at"))
    if len(standing) != len(meetings):
        raise Refused(_("Give the start and end of each meeting of the class."), field="starts_at")
    if [(each.starts_at, each.ends_at) for each in standing] == list(meetings):
        raise Refused(
            _("%(number)s has these times already. Give other ones, or leave it as it is.")
            % {"number": training_session.number},
            field="starts_at",
            code="unchanged",
        )
    cases = list(
        training_session.recovers.filter(state=CaseState.SCHEDULED).select_related("enrolment__person", "meeting")
    )
    if not cases:
        raise Refused(_("No recovery case waits for this class any more. Cancel it."), code="no_case")
    check_times(meetings, cases, training_session.site, now)
    days = {local_day(start, training_session.site) for start, _end in meetings}
    require_employed([case.enrolment.person for case in cases], days, field="starts_at")
    lacks = shortcomings(meetings, cases, training_session.site)
    require_reason_for(lacks, reason)
    old_ends_at = training_session.ends_at
    _set_times(training_session, standing, meetings)
    revision = cases[0].enrolment.training_session.plan.approved_revision
    move_bookings(training_session.planned, application=revision.application if revision else None, reader=actor)
    _replace_shortcomings(training_session, lacks, reason, actor, now)
    tell_moved(training_session, old_ends_at, step=f"moved {now.isoformat()}", actor=actor, now=now)
    return training_session


@service
def cancel_make_up(*, training_session: TrainingSession, reason: str, actor: User, now: datetime) -> TrainingSession:
    """A make-up class does not take place: bookings are given back and its cases are open again.

    A class of the plan is cancelled by a revision, never here.
    """
    plans = lock_plans([training_session.plan_id, *plans_recovering_in(training_session)])
    plan = next(each for each in plans if each.pk == training_session.plan_id)
    training_session = lock_session(training_session)
    require(can_recover(actor, plan) or can_run_session(actor, training_session))
    if training_session.revision_id is not None:
        raise NotAllowed(_("A class of the plan is cancelled by a new revision of the plan."))
    require_reason(reason)
    cancel_locked(training_session, reason=reason.strip(), actor=actor, now=now)
    release(planned=training_session.planned)
    return training_session


def _set_times(
    training_session: TrainingSession, standing: list[SessionMeeting], times: Sequence[tuple[datetime, datetime]]
) -> None:
    """The meetings of a class and of its plan, under the same uuids."""
    planned = {each.uuid: each for each in training_session.planned.meetings.all()}
    for meeting, (start, end) in zip(standing, times, strict=True):
        for row in (meeting, planned[meeting.uuid]):
            row.starts_at, row.ends_at = start, end
            row.save(update_fields=["starts_at", "ends_at"])
    training_session.starts_at = min(start for start, _end in times)
    training_session.ends_at = max(end for _start, end in times)
    training_session.save(update_fields=["starts_at", "ends_at"])


def _replace_shortcomings(
    training_session: TrainingSession, lacks: list[Difference], reason: str, actor: User, now: datetime
) -> None:
    """What the class lacked at its old times and nobody acknowledged yet gives way to what it lacks now."""
    for each in training_session.deviations.filter(kind__in=MEASURED, acknowledged_at=None).exclude(measured=[]):
        record("deviation.withdrawn", subject=each, actor=actor, now=now, data={"kind": each.kind})
        each.delete()
    write_differences(training_session, lacks, {each.kind: reason for each in lacks}, actor=actor, now=now)
