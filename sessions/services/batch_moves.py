"""On the day a whole batch is moved in one action: the new revision is drafted and submitted (APR-3, 5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from planning.models import PlannedSession, PlanRevision
from planning.notices import url_of
from planning.services.amending import amend_plan
from planning.services.approval import Incomplete, submit_revision
from planning.services.drafting import MeetingTimes, save_part, save_session
from planning.services.remarks import comment_on_revision
from sessions.enums import MeetingState, SessionState
from sessions.models import TrainingSession
from sessions.services.common import lock_plans, require_reason
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState
from trainingops.people.models import User
from trainingops.ui.moments import moment_words

#: Where a gap of the new revision is mended on the page that moves a batch; everything else on the plan's own pages.
_FIELD_OF = {"busy_reason": "busy_reason"}


@service
def propose_move(
    *,
    training_session: TrainingSession,
    times: Mapping[UUID, tuple[datetime, datetime]],
    reason: str,
    actor: User,
    now: datetime,
    busy_reason: str = "",
) -> PlanRevision:
    """Give a batch of an approved plan other times: a new revision, submitted at once; the manager decides.

    Until then the approved times hold. Once it is approved the session moves, its participants are told and the due
    time of its report follows (``schedule_from_revision``). The reason stands as a remark at the batch's date.

    Args:
        times: start and end by uuid of the meetings that move; those that have begun stay.
        busy_reason: where the new time lies in a busy interval (5.1.1 f); blank keeps what the plan says.

    Raises:
        NotAllowed: not the PIC of the plan, or without an appointment in force.
        WrongState: no batch of an approved plan, nothing of it still to come, or another revision is open.
        Refused: nothing moves, no reason, a start that has passed, or what the plan lacks at the new time.
    """
    (plan,) = lock_plans([training_session.plan_id])
    training_session = TrainingSession.objects.select_related("site", "plan").get(pk=training_session.pk)
    if training_session.revision_id is None or training_session.state not in (
        SessionState.SCHEDULED,
        SessionState.OPEN,
    ):
        raise WrongState(
            _("%(number)s is “%(state)s”; a batch of the plan is moved before its meetings have begun.")
            % {"number": training_session.number, "state": training_session.get_state_display()}
        )
    require_reason(reason)
    _check_times(training_session, times, now)
    draft = amend_plan(plan=plan, actor=actor, now=now)
    planned = draft.sessions.get(uuid=training_session.uuid)
    _write_times(draft, planned, times, actor=actor, now=now)
    if busy_reason.strip():
        save_part(revision=draft, part="slot", values={"busy_reason": busy_reason.strip()}, actor=actor, now=now)
    try:
        submitted = submit_revision(revision=draft, actor=actor, now=now)
    except Incomplete as incomplete:
        raise _as_refusal(incomplete, training_session) from None
    comment_on_revision(revision=submitted, text=reason, actor=actor, now=now)
    record(
        "session.move_proposed",
        subject=training_session,
        actor=actor,
        now=now,
        data={"revision": submitted.uuid, "times": {str(key): pair for key, pair in times.items()}},
        detail={"reason": reason},
    )
    return submitted


def _check_times(
    training_session: TrainingSession, times: Mapping[UUID, tuple[datetime, datetime]], now: datetime
) -> None:
    """Meetings of this session that have not begun, each at another time and still to come."""
    standing = {each.uuid: each for each in training_session.meetings.filter(state=MeetingState.PLANNED)}
    if not standing or not set(times) <= set(standing):
        raise WrongState(_("This meeting has begun or is over. Reload the page."))
    moved = {key: pair for key, pair in times.items() if pair != (standing[key].starts_at, standing[key].ends_at)}
    if not moved:
        raise Refused(_("The times are as approved. Give another start or end."), field=_name("starts_at", times))
    zone = training_session.site.zone
    for key, (start, _end) in moved.items():
        if start <= now:
            raise Refused(
                _("The start %(start)s lies in the past; it is %(now)s. Choose a time to come.")
                % {"start": moment_words(start, zone), "now": moment_words(now, zone)},
                field=f"starts_at_{key}",
            )


def _name(field: str, times: Mapping[UUID, object]) -> str:
    return f"{field}_{next(iter(times))}"


def _write_times(
    draft: PlanRevision,
    planned: PlannedSession,
    times: Mapping[UUID, tuple[datetime, datetime]],
    *,
    actor: User,
    now: datetime,
) -> None:
    """All meetings of the batch, those that move at their new times."""
    meetings = []
    for each in planned.meetings.all():
        start, end = times.get(each.uuid, (each.starts_at, each.ends_at))
        meetings.append(MeetingTimes(starts_at=start, ends_at=end, uuid=each.uuid))
    save_session(
        revision=draft,
        planned=planned,
        label=planned.label,
        host_site=planned.host_site,
        trainers=list(planned.trainers.all()),
        room=planned.room,
        link=planned.link,
        meetings=meetings,
        actor=actor,
        now=now,
    )


def _as_refusal(incomplete: Incomplete, training_session: TrainingSession) -> Refused:
    """What the plan lacks at the new time, item by item; where it cannot be said here, the plan's page is named."""
    gaps = [item for item in incomplete.items if item.key in _FIELD_OF] or incomplete.items
    words = " ".join(f"{item.label}: {item.gap}" for item in gaps)
    if gaps[0].key in _FIELD_OF:
        return Refused(words, field=_FIELD_OF[gaps[0].key], code="incomplete")
    return Refused(
        _("The plan is not complete at this time. %(gaps)s Whatever remains is changed by a revision on its page.")
        % {"gaps": words},
        code="incomplete",
        url=url_of(training_session.plan),
    )
