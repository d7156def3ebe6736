"""From an approved revision to sessions: made, moved or cancelled by their uuid (DESIGN.md §3)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from planning.models import PlannedSession, PlanRevision, PlanTarget, TrainingPlan
from sessions.enums import (
    BEYOND_TARGET,
    MEETING_TRANSITIONS,
    SESSION_TRANSITIONS,
    EnrolmentOrigin,
    MeetingState,
    OutcomeState,
    SessionKind,
    SessionState,
)
from sessions.frozen import write_scheme
from sessions.models import (
    Attendance,
    Enrolment,
    ParameterScore,
    RecoveryCase,
    SessionMeeting,
    SessionSummary,
    TargetOutcome,
    TestAttempt,
    TrainingSession,
)
from sessions.services.cases import reopen_cases_of
from sessions.services.common import refresh_summary, tell_participants
from sessions.services.scheduling.telling import announce, tell_meetings_changed, tell_moved
from sessions.services.stand_in import follow_revision, set_trainers
from sessions.signals import session_cancelled
from trainingops.audit.journal import record, service
from trainingops.domain import require_transition
from trainingops.people.models import Person, PersonAssignment
from trainingops.people.queries import in_force


@service
def schedule_from_revision(*, revision: PlanRevision, actor: Any, now: datetime) -> list[TrainingSession]:
    """Bring the sessions of a plan in line with the revision just approved, in the approval's transaction.

    A planned session that is known by its uuid is moved, a new one made, one that is gone cancelled. Concluded
    sessions stay as they were held. Targets are enrolled in their batch with the site, line and team of that day.
    """
    standing = {each.uuid: each for each in _locked(revision.plan).filter(kind=SessionKind.REGULAR)}
    planned = list(
        revision.sessions.select_related("host_site").prefetch_related("meetings", "trainers").order_by("id")
    )
    made, moved = [], []
    for each in planned:
        old = standing.pop(each.uuid, None)
        if old is None:
            made.append(_make(each, revision))
        elif old.state in (SessionState.SCHEDULED, SessionState.OPEN):
            times = (old.starts_at, old.ends_at)
            moved.append((old, times, _move(old, each, revision)))
    for gone in standing.values():
        if gone.state == SessionState.SCHEDULED:
            cancel_locked(
                gone, reason=_("Not in revision %(number)d") % {"number": revision.number}, actor=actor, now=now
            )
    in_force_now = {each.uuid: each for each in [*made, *(each for each, _times, _changed in moved)]}
    _bring_targets_in_line(revision, in_force_now, now)
    for training_session in in_force_now.values():
        refresh_summary(training_session)
    for training_session in made:
        announce(training_session, actor=actor, now=now)
    step = f"revision {revision.number}"
    for training_session, times, changed in moved:
        if times != (training_session.starts_at, training_session.ends_at):
            tell_moved(training_session, times[1], step=step, actor=actor, now=now, revision=revision)
        elif changed:
            tell_meetings_changed(training_session, changed, step=step, actor=actor, now=now, revision=revision)
    return list(in_force_now.values())


@service
def follow_targets(*, revision: PlanRevision, now: datetime) -> None:
    """Enrol the targets of the approved revision where their batch is now; who is new in a session is invited."""
    held = _locked(revision.plan).filter(
        kind=SessionKind.REGULAR, state__in=[SessionState.SCHEDULED, SessionState.OPEN]
    )
    sessions = {each.uuid: each for each in held}
    _bring_targets_in_line(revision, sessions, now)
    for training_session in sessions.values():
        refresh_summary(training_session)
        tell_participants("session_invitation", training_session, now=now)  # once a person and session


@service
def cancel_sessions_of(*, plan: TrainingPlan, reason: str, actor: Any, now: datetime) -> None:
    """Cancel what a plan that is given up had scheduled; called when planning cancels it."""
    for training_session in _locked(plan).filter(state=SessionState.SCHEDULED):
        cancel_locked(training_session, reason=reason, actor=actor, now=now)


def _locked(plan: TrainingPlan) -> QuerySet[TrainingSession]:
    """The sessions of a plan, locked as they are read."""
    rows = TrainingSession.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("plan__pic", "site", "line").filter(plan=plan).order_by("pk")


def cancel_locked(training_session: TrainingSession, *, reason: str, actor: Any, now: datetime) -> None:
    """Cancel a locked session: meetings, notices, signal, journal."""
    require_transition(training_session, SessionState.CANCELLED, SESSION_TRANSITIONS)
    for meeting in training_session.meetings.exclude(state=MeetingState.CANCELLED):
        require_transition(meeting, MeetingState.CANCELLED, MEETING_TRANSITIONS)
    training_session.meetings.update(state=MeetingState.CANCELLED)
    training_session.state, training_session.cancel_reason = SessionState.CANCELLED, reason
    training_session.cancelled_at = now
    training_session.calendar_sequence += 1
    training_session.save(update_fields=["state", "cancel_reason", "cancelled_at", "calendar_sequence"])
    reopen_cases_of(training_session, actor=actor, now=now)
    tell_participants("session_cancelled", training_session, now=now)
    session_cancelled.send(
        sender=TrainingSession, training_session=training_session, reason=reason, actor=actor, now=now
    )
    record("session.cancelled", subject=training_session, actor=actor, now=now, detail={"reason": reason})


def assignments_on(people: Iterable[Person], training_session: TrainingSession) -> dict[int, PersonAssignment]:
    """Where each person works on the day the session starts, by the person's key."""
    day = training_session.starts_at.astimezone(training_session.site.zone).date()
    rows = PersonAssignment.objects.filter(in_force(day), person__in=[person.pk for person in people])
    return {each.person_id: each for each in rows}


def add_meetings(training_session: TrainingSession, planned: PlannedSession) -> None:
    """The meetings of a new session with their trainers, under the uuids that the plan gave them."""
    meetings = SessionMeeting.objects.bulk_create(
        SessionMeeting(
            uuid=each.uuid, training_session=training_session, starts_at=each.starts_at, ends_at=each.ends_at
        )
        for each in planned.meetings.all()
    )
    set_trainers(meetings, planned)


def _make(planned: PlannedSession, revision: PlanRevision) -> TrainingSession:
    assert revision.module_version is not None  # completeness was checked at submission
    content = json.loads(revision.content)
    scheme, scheme_hash = write_scheme(content["scheme"])
    plan, meetings = revision.plan, list(planned.meetings.all())
    training_session = TrainingSession.objects.create(
        uuid=planned.uuid,
        number=next_number(plan),
        plan=plan,
        revision=revision,
        planned=planned,
        label=planned.label,
        site=planned.host_site,
        line=plan.line,
        module_version=revision.module_version,
        scheme=scheme,
        scheme_hash=scheme_hash,
        pre_paper=revision.pre_paper,
        post_paper=revision.post_paper,
        tolerance_minutes=revision.tolerance_minutes,
        recovery_days=revision.recovery_days,
        starts_at=min(each.starts_at for each in meetings),
        ends_at=max(each.ends_at for each in meetings),
    )
    SessionSummary.objects.create(training_session=training_session)
    add_meetings(training_session, planned)
    return training_session


def next_number(plan: TrainingPlan) -> str:
    """The plan's number and a running one; the plan's lock is held, and sessions are never deleted."""
    return f"{plan.number}-{TrainingSession.objects.filter(plan=plan).count() + 1:02d}"


def _move(training_session: TrainingSession, planned: PlannedSession, revision: PlanRevision) -> int:
    """Follow the revision; meetings that have begun stay as they were. How many moved, came or went."""
    content = json.loads(revision.content)
    standing = {each.uuid: each for each in training_session.meetings.all()}
    wanted = {each.uuid: each for each in planned.meetings.all()}
    changed = 0
    for uuid, meeting in standing.items():
        if meeting.state != MeetingState.PLANNED:
            continue
        before = (meeting.starts_at, meeting.ends_at, meeting.state)
        if uuid in wanted:
            meeting.starts_at, meeting.ends_at = wanted[uuid].starts_at, wanted[uuid].ends_at
        else:
            meeting.state = MeetingState.CANCELLED
        changed += before != (meeting.starts_at, meeting.ends_at, meeting.state)
    SessionMeeting.objects.bulk_update(standing.values(), ["starts_at", "ends_at", "state"])
    new = SessionMeeting.objects.bulk_create(
        SessionMeeting(uuid=uuid, training_session=training_session, starts_at=each.starts_at, ends_at=each.ends_at)
        for uuid, each in wanted.items()
        if uuid not in standing
    )
    set_trainers(new, planned)
    left = [each for each in standing.values() if each.state == MeetingState.PLANNED]
    follow_revision(left, was=training_session.planned, planned=planned)
    held = [each for each in [*standing.values(), *new] if each.state != MeetingState.CANCELLED]
    training_session.revision, training_session.planned = revision, planned
    training_session.label, training_session.site = planned.label, planned.host_site
    training_session.starts_at = min(each.starts_at for each in held)
    training_session.ends_at = max(each.ends_at for each in held)
    if training_session.state == SessionState.SCHEDULED:
        training_session.scheme, training_session.scheme_hash = write_scheme(content["scheme"])
        training_session.module_version = revision.module_version  # type: ignore[assignment]
        training_session.pre_paper, training_session.post_paper = revision.pre_paper, revision.post_paper
        training_session.tolerance_minutes = revision.tolerance_minutes
        training_session.recovery_days = revision.recovery_days
    training_session.save()
    return changed + len(new)


def _bring_targets_in_line(revision: PlanRevision, sessions: dict[Any, TrainingSession], now: datetime) -> None:
    """Enrol targets in their batch, take out those no longer on target where nothing happened yet."""
    targets = list(revision.targets.select_related("person", "planned_session"))
    standing = list(
        Enrolment.objects.select_related("training_session__plan", "training_session__site", "person").filter(
            training_session__plan=revision.plan,
            training_session__kind=SessionKind.REGULAR,
            origin=EnrolmentOrigin.TARGET,
        )
    )
    touched = happened_to(standing)
    batch = {target.person_id: _batch_of(target, sessions) for target in targets}
    done = {
        each.person_id: each
        for each in standing
        if each.pk in touched or each.training_session.state == SessionState.CONCLUDED
    }
    leaving = [
        each
        for each in standing
        if each.removed_at is None
        and each.pk not in touched
        and batch.get(each.person_id) != each.training_session
        and each.training_session.state in (SessionState.SCHEDULED, SessionState.OPEN, SessionState.CANCELLED)
    ]
    Enrolment.objects.filter(pk__in=[each.pk for each in leaving]).update(removed_at=now)
    _tell_leaving(leaving, now)
    outcomes = {each.person_id: each for each in TargetOutcome.objects.filter(plan=revision.plan)}
    gone = {person for person, each in outcomes.items() if each.state == OutcomeState.LAPSED}
    expected = [target for target in targets if target.person_id not in done.keys() | gone]
    enrolled = _enrol_targets(expected, batch, standing)
    _keep_outcomes(revision.plan, targets, {**enrolled, **done}, outcomes)


def _tell_leaving(leaving: list[Enrolment], now: datetime) -> None:
    """Who is taken out of a class that is held takes it out of the calendar; of a cancelled one everybody was told."""
    groups: dict[TrainingSession, list[Enrolment]] = {}
    for each in leaving:
        if each.training_session.state != SessionState.CANCELLED:
            groups.setdefault(each.training_session, []).append(each)
    for training_session, group in groups.items():
        tell_participants("session_left", training_session, group, step=now.isoformat(), now=now)


def _batch_of(target: PlanTarget, sessions: dict[Any, TrainingSession]) -> TrainingSession | None:
    if target.planned_session is not None:
        return sessions.get(target.planned_session.uuid)
    return next(iter(sessions.values()), None)


def happened_to(enrolments: list[Enrolment]) -> set[int]:
    """Enrolments in which something has happened: their rows are evidence and stay."""
    keys = [each.pk for each in enrolments]
    happened: set[int] = set()
    for rows in (
        Attendance.objects.filter(enrolment__in=keys).exclude(status=""),
        TestAttempt.objects.filter(enrolment__in=keys),
        ParameterScore.objects.filter(enrolment__in=keys),
        RecoveryCase.objects.filter(enrolment__in=keys),
    ):
        happened.update(rows.values_list("enrolment", flat=True))
    return happened


def _enrol_targets(
    targets: list[PlanTarget], batch: dict[int, TrainingSession | None], standing: list[Enrolment]
) -> dict[int, Enrolment]:
    known = {(each.training_session_id, each.person_id): each for each in standing}
    guests = Enrolment.objects.filter(
        training_session__in=[each for each in batch.values() if each],
        person__in=[target.person_id for target in targets],
        origin__in=BEYOND_TARGET,
    )
    known |= {(each.training_session_id, each.person_id): each for each in guests}
    groups: dict[TrainingSession, list[PlanTarget]] = {}
    for target in targets:
        if training_session := batch[target.person_id]:
            groups.setdefault(training_session, []).append(target)
    enrolled: dict[int, Enrolment] = {}
    for training_session, group in groups.items():
        where = assignments_on([target.person for target in group], training_session)
        for target in group:
            old = known.get((training_session.pk, target.person_id))
            row = old or Enrolment(training_session=training_session, person=target.person)
            row.removed_at, row.origin, row.instead_of = None, EnrolmentOrigin.TARGET, None
            place(row, where.get(target.person_id))
            enrolled[target.person_id] = row
    Enrolment.objects.bulk_create(row for row in enrolled.values() if row.pk is None)
    Enrolment.objects.bulk_update(
        [row for row in enrolled.values() if (row.training_session_id, row.person_id) in known],
        ["removed_at", "origin", "instead_of", "site", "line", "team"],
    )
    return enrolled


def place(enrolment: Enrolment, assignment: PersonAssignment | None) -> None:
    """What happened then keeps the site, line and team of then."""
    enrolment.site_id = assignment.site_id if assignment else None
    enrolment.line_id = assignment.line_id if assignment else None
    enrolment.team_id = assignment.team_id if assignment else None


def _keep_outcomes(
    plan: TrainingPlan,
    targets: list[PlanTarget],
    enrolments: dict[int, Enrolment],
    standing: dict[int, TargetOutcome],
) -> None:
    """One outcome for each target; that of a target taken out goes only where nothing happened."""
    on_target = {target.person_id for target in targets}
    idle = [each.pk for person, each in standing.items() if person not in on_target and person not in enrolments]
    TargetOutcome.objects.filter(pk__in=idle, state=OutcomeState.OUTSTANDING).delete()
    TargetOutcome.objects.bulk_create(
        TargetOutcome(plan=plan, person=target.person, enrolment=enrolments.get(target.person_id))
        for target in targets
        if target.person_id not in standing
    )
    changed = []
    for person in on_target & standing.keys():
        outcome, enrolment = standing[person], enrolments.get(person)
        if enrolment is not None and outcome.enrolment_id != enrolment.pk:
            outcome.enrolment = enrolment
            changed.append(outcome)
    TargetOutcome.objects.bulk_update(changed, ["enrolment"])
