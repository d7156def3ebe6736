"""The life of an obligation: from scheduling, through what may move it, to void (clause 5.3.2, DESIGN.md §2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from planning import services as planning_services
from planning.enums import PlanState
from planning.models import TrainingPlan
from reporting.calendar import Counted, HouseCalendar
from reporting.enums import OBLIGATION_TRANSITIONS, ChangeCause, ObligationState
from reporting.models import ObligationChange, ReportObligation
from reporting.queries import held_without_report, managers_in_scope, sessions_without_obligation
from reporting.services.breaches import mark_breach
from reporting.services.drafts import open_draft
from reporting.services.telling import address_of, subject_words, tell
from reporting.wording import later_end_words
from sessions.models import TrainingSession
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require_transition
from trainingops.ui.moments import moment_words
from trainingops.ui.stored import stored_moment

if TYPE_CHECKING:
    from trainingops.people.models import User


@service
def schedule_obligation(*, training_session: TrainingSession, actor: User | None, now: datetime) -> ReportObligation:
    """The obligation of a session begins when the session is scheduled, from the planned end of its last meeting.

    Asking again for the same session returns the obligation that is there.
    """
    counted = HouseCalendar().count(site=training_session.site, last_end=training_session.ends_at)
    obligation, is_new = ReportObligation.objects.get_or_create(
        training_session=training_session,
        defaults={
            "owner": training_session.plan.pic,
            "last_end": training_session.ends_at,
            "due_at": counted.due_at,
            "timezone": training_session.site.timezone,
            "policy": counted.policy,
            "explanation": counted.as_json(),
            "created_at": now,
        },
    )
    if is_new:
        _note_change(obligation, ChangeCause.SCHEDULED, old=None, actor=actor, reason="", now=now)
        record(
            "obligation.scheduled",
            subject=obligation,
            actor=actor,
            now=now,
            data={"session": training_session.uuid, "due_at": obligation.due_at},
        )
    return obligation


@service
def reschedule_obligation(*, training_session: TrainingSession, actor: User | None, now: datetime) -> bool:
    """An approved revision moved the session: count again from its new planned end. Whether the due time moved."""
    obligation = _locked(training_session)
    if obligation is None:
        return False
    return _move(
        obligation,
        last_end=training_session.ends_at,
        counted=HouseCalendar().count(site=training_session.site, last_end=training_session.ends_at),
        cause=ChangeCause.RESCHEDULED,
        actor=actor,
        now=now,
    )


@service
def extend_obligation(
    *,
    training_session: TrainingSession,
    last_end: datetime,
    reason: str,
    actor: User | None,
    now: datetime,
    in_tolerance: bool = False,
) -> bool:
    """The last meeting really ended later than planned: count from then, and tell the manager why.

    An end that is not later than the one counted from leaves everything as it is: H+1 never shrinks afterwards.

    Args:
        last_end: the actual end; not in the future.
        reason: what the manager reads.
        in_tolerance: so little later that it is no deviation from the plan: without a reason the system says so
            (:func:`reporting.wording.later_end_words`).

    Returns:
        Whether the due time moved.

    Raises:
        Refused: the end is in the future, or the reason is empty where one is needed.
    """
    obligation = _locked(training_session)
    if obligation is None or last_end <= obligation.last_end:
        return False
    if last_end > now:
        raise Refused(
            _("Actual end: %(end)s has not come yet. Record the end when the meeting is over.")
            % {"end": moment_words(last_end, obligation.zone)},
            field="actual_ends_at",
            code="end_in_future",
        )
    if not (in_tolerance or reason.strip()):
        raise Refused(
            _("Reason: write why the meeting ended later than planned; the manager reads it."),
            field="reason",
            code="reason_missing",
        )
    counted = HouseCalendar().count(site=training_session.site, last_end=last_end)
    old_due_at, late = obligation.due_at, last_end - obligation.last_end
    moved = _move(
        obligation,
        last_end=last_end,
        counted=counted,
        cause=ChangeCause.LATER_END,
        actor=actor,
        now=now,
        reason=reason.strip(),
    )
    if moved and obligation.due_at != old_due_at:
        _tell_due_moved(obligation, training_session, reason.strip(), late, now)
    return moved


def _tell_due_moved(
    obligation: ReportObligation, training_session: TrainingSession, reason: str, late: timedelta, now: datetime
) -> None:
    tell(
        kind="report.due_moved",
        recipients=managers_in_scope(training_session, now),
        subject=obligation,
        step=obligation.due_at.isoformat(),
        url=address_of(obligation),
        now=now,
        params=lambda: {
            **subject_words(training_session),
            "due": stored_moment(obligation.last_minute, obligation.zone),
            "reason": reason or later_end_words(late),
        },
    )


@service
def cancel_obligation(*, training_session: TrainingSession, reason: str, actor: User | None, now: datetime) -> None:
    """The session was cancelled. Before the due time the obligation is void; from then on the breach stays.

    After the due time a report is still owed: it says that the session was not held, and its draft is opened.
    """
    TrainingPlan.objects.select_for_update(no_key=True).get(pk=training_session.plan_id)
    obligation = _locked(training_session)
    if obligation is None or obligation.state != ObligationState.PENDING:
        return
    if now >= obligation.due_at:
        mark_breach(obligation=obligation, now=now)
        open_draft(obligation=obligation, actor=actor, now=now)
        return
    if not reason.strip():
        raise Refused(_("Reason: write why the session is cancelled."), field="reason", code="reason_missing")
    require_transition(obligation, ObligationState.VOID, OBLIGATION_TRANSITIONS)
    obligation.state = ObligationState.VOID
    obligation.void_reason = reason.strip()
    obligation.save(update_fields=["state", "void_reason"])
    _note_change(obligation, ChangeCause.CANCELLED, old=obligation, actor=actor, reason=reason.strip(), now=now)
    record("obligation.voided", subject=obligation, actor=actor, now=now, detail={"reason": reason.strip()})
    advance_when_reported(plan=training_session.plan, actor=actor, now=now)


@service
def recount_obligations(*, cause: ChangeCause, actor: User, now: datetime, reason: str = "") -> int:
    """A rule or a day off changed: count every obligation again that is pending and not yet due. How many moved."""
    calendar = HouseCalendar()
    pending = (
        ReportObligation.objects.select_for_update(no_key=True, of=("self",))
        .filter(state=ObligationState.PENDING, due_at__gt=now)
        .select_related("training_session__site")
        .order_by("pk")
    )
    moved = 0
    for obligation in pending:
        counted = calendar.count(site=obligation.training_session.site, last_end=obligation.last_end)
        moved += _move(
            obligation,
            last_end=obligation.last_end,
            counted=counted,
            cause=cause,
            actor=actor,
            now=now,
            reason=reason,
        )
    return moved


@service
def reconcile_obligations(*, now: datetime) -> dict[str, int]:
    """Make what sessions lack that were made outside the services (generator, restore); counts by kind.

    In normal running all counts are 0.
    """
    scheduled = [
        schedule_obligation(training_session=each, actor=None, now=now) for each in sessions_without_obligation()
    ]
    drafts = [open_draft(obligation=each, actor=None, now=now) for each in held_without_report()]
    return {"obligations": len(scheduled), "drafts": len(drafts)}


def advance_when_reported(*, plan: TrainingPlan, actor: User | None, now: datetime) -> None:
    """Call with the plan locked: reported as soon as every obligation is submitted or void (DESIGN.md §4)."""
    plan.refresh_from_db(fields=["state"])
    waiting = ReportObligation.objects.filter(training_session__plan=plan, state=ObligationState.PENDING)
    if plan.state == PlanState.UNDER_WAY and not waiting.exists():
        planning_services.advance_plan(plan=plan, to=PlanState.REPORTED, actor=actor, now=now)


def _locked(training_session: TrainingSession) -> ReportObligation | None:
    return (
        ReportObligation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("training_session")
        .filter(training_session=training_session)
        .first()
    )


def _move(
    obligation: ReportObligation,
    *,
    last_end: datetime,
    counted: Counted,
    cause: ChangeCause,
    actor: User | None,
    now: datetime,
    reason: str = "",
) -> bool:
    """Move a locked obligation as DESIGN.md §2 allows: only while it is pending and its due time has not come.

    A change that would make the report late the moment it is recorded leaves the due time: nobody is made late
    looking back. Whether anything was written.
    """
    if obligation.state != ObligationState.PENDING or now >= obligation.due_at or counted.due_at <= now:
        record("obligation.left", subject=obligation, actor=actor, now=now, data={"cause": cause})
        return False
    policy_id = counted.policy.pk if counted.policy else None
    if (last_end, counted.due_at, policy_id) == (obligation.last_end, obligation.due_at, obligation.policy_id):
        return False
    old = ReportObligation(due_at=obligation.due_at, last_end=obligation.last_end)
    obligation.last_end = last_end
    obligation.due_at = counted.due_at
    obligation.timezone = counted.steps.timezone.key
    obligation.policy = counted.policy
    obligation.explanation = counted.as_json()
    obligation.save(update_fields=["last_end", "due_at", "timezone", "policy", "explanation"])
    _note_change(obligation, cause, old=old, actor=actor, reason=reason, now=now)
    record(
        "obligation.moved",
        subject=obligation,
        actor=actor,
        now=now,
        data={"cause": cause, "old_due_at": old.due_at, "new_due_at": obligation.due_at},
        detail={"reason": reason} if reason else None,
    )
    return True


def _note_change(
    obligation: ReportObligation,
    cause: ChangeCause,
    *,
    old: ReportObligation | None,
    actor: User | None,
    reason: str,
    now: datetime,
) -> None:
    ObligationChange.objects.create(
        obligation=obligation,
        cause=cause,
        old_due_at=old.due_at if old else None,
        new_due_at=obligation.due_at,
        old_last_end=old.last_end if old else None,
        new_last_end=obligation.last_end,
        actor=actor,
        reason=reason,
        explanation=obligation.explanation,
        changed_at=now,
    )
