"""Classes for those who missed one: of their own, one to one, or another batch (5.3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from planning.models import PlannedMeeting, PlannedSession, RecoveryForm, Room, TrainerProfile, TrainingPlan
from planning.queries.plans import local_day
from planning.services.bookings import book_guests, book_planned_session
from sessions.enums import (
    CASE_TRANSITIONS,
    CaseState,
    DeviationKind,
    EnrolmentOrigin,
    SessionKind,
    SessionState,
)
from sessions.models import Enrolment, RecoveryCase, SessionSummary, TrainingSession
from sessions.policies import can_recover
from sessions.services.common import (
    lock_session,
    refresh_summary,
    tell_participants,
)
from sessions.services.deviations import Difference, write_differences
from sessions.services.elsewhere import require_employed
from sessions.services.make_up_times import (
    check_not_far,
    check_times,
    require_on_shift,
    require_reason_for,
    shortcomings,
)
from sessions.services.recovery.cases import check_form, lock_to_recover, people_of, schedule, under_way_again
from sessions.services.scheduling import (
    add_meetings,
    announce,
    assignments_on,
    next_number,
    place,
)
from trainingops.audit.journal import service
from trainingops.domain import Refused, WrongState, require, require_transition
from trainingops.people.models import Site, User
from trainingops.ui.moments import moment_words

ANOTHER_BATCH = "another_batch"


ONE_TO_ONE = "one_to_one"


@dataclass(frozen=True)
class MakeUp:
    """What is planned for a make-up class: where, by whom, when."""

    form: RecoveryForm
    label: str
    host_site: Site
    trainers: Sequence[TrainerProfile]
    meetings: Sequence[tuple[datetime, datetime]]
    room: Room | None = None
    link: str = ""


@service
def schedule_make_up(
    *, cases: Sequence[RecoveryCase], make_up: MakeUp, actor: User, now: datetime, reason: str = ""
) -> TrainingSession:
    """Gather open cases of one module version and one scheme into a class of its own, with its own H+1 obligation.

    It has no revision: it stands on the approved plans of its cases, which must allow the form. Plans that were
    reported already are under way again.

    Args:
        reason: why the class ends after a case is due, or is shorter than what was missed; the manager acknowledges
            it as a deviation (:mod:`sessions.services.make_up_times`).

    Raises:
        NotAllowed: neither PIC nor manager of each plan.
        WrongState: a case is no longer open.
        Refused: nothing to gather, different modules or schemes, a form that a plan does not allow, times that
            cannot be, somebody who does not work here then, or no reason where one is needed; a double booking names
            who or what is taken.
    """
    plans, cases = lock_to_recover(cases)
    for plan in plans:
        require(can_recover(actor, plan))
    check_form(make_up.form, plans)
    _check_make_up(make_up, cases, now)
    require_employed(people_of(cases), _days(make_up.meetings, make_up.host_site), field="cases")
    for case in cases:
        require_transition(case, CaseState.SCHEDULED, CASE_TRANSITIONS)
    lacks = shortcomings(make_up.meetings, cases, make_up.host_site)
    require_reason_for(lacks, reason)
    first = cases[0].enrolment.training_session
    plan = next(each for each in plans if each.pk == first.plan_id)
    planned = _plan_class(plan, make_up)
    revision = plan.approved_revision
    application = revision.application if revision else None
    book_planned_session(planned, people=people_of(cases), application=application, reader=actor)
    training_session = _make_class(plan, planned, make_up, first)
    _enrol(training_session, cases)
    schedule(cases, training_session, make_up.form, actor, now, note=reason if lacks else "")
    if lacks:
        reasons = {each.kind: reason for each in lacks}
        write_differences(lock_session(training_session), lacks, reasons, actor=actor, now=now)
    under_way_again(plans, actor, now)
    announce(training_session, actor=actor, now=now)
    return training_session


@service
def schedule_in_batch(
    *,
    cases: Sequence[RecoveryCase],
    training_session: TrainingSession,
    form: RecoveryForm,
    actor: User,
    now: datetime,
    reason: str = "",
) -> TrainingSession:
    """Recovery in another batch: a session of the same module version and scheme that is scheduled anyway.

    Args:
        reason: why the batch ends after a case is due; it stands with the cases, since the batch itself is as approved.

    Raises: as :func:`schedule_make_up`; also when somebody is enrolled in that batch themselves.
    """
    plans, cases = lock_to_recover(cases)
    training_session = lock_session(training_session)
    for plan in plans:
        require(can_recover(actor, plan))
    check_form(form, plans)
    if training_session.state != SessionState.SCHEDULED:
        raise WrongState(
            _("%(number)s is “%(state)s”; choose a session that is still to come.")
            % {"number": training_session.number, "state": training_session.get_state_display()}
        )
    lacks = _check_batch(cases, training_session, now)
    meetings = training_session.meetings.values_list("starts_at", "ends_at")
    require_employed(people_of(cases), _days(meetings, training_session.site), field="cases")
    require_reason_for(lacks, reason)
    for case in cases:
        _check_same(case, training_session)
        require_transition(case, CaseState.SCHEDULED, CASE_TRANSITIONS)
    _enrol(training_session, cases)
    revision = training_session.revision
    application = revision.application if revision else None
    book_guests(training_session.planned, people=people_of(cases), application=application, reader=actor)
    schedule(cases, training_session, form, actor, now, note=reason if lacks else "")
    tell_participants("session_invitation", training_session, [case.enrolment for case in cases], now=now)
    return training_session


def _check_make_up(make_up: MakeUp, cases: list[RecoveryCase], now: datetime) -> None:
    if not make_up.form.has_session or make_up.form.code == ANOTHER_BATCH:
        raise Refused(_("“%(form)s” has no class of its own.") % {"form": make_up.form}, field="form")
    first = cases[0].enrolment.training_session
    for case in cases[1:]:
        _check_same(case, first)
    if make_up.form.code == ONE_TO_ONE and len({case.enrolment.person_id for case in cases}) > 1:
        raise Refused(_("One to one is for one person. Choose a make-up class for several."), field="form")
    if not make_up.trainers:
        raise Refused(_("Choose who teaches."), field="trainers")
    if not make_up.meetings:
        raise Refused(_("Give the meeting's start and end."), field="starts_at")
    check_times(make_up.meetings, cases, make_up.host_site, now)
    if make_up.room and make_up.room.site_id != make_up.host_site.pk:
        raise Refused(
            _("%(room)s is not at %(site)s. Choose a room of that site.")
            % {"room": make_up.room, "site": make_up.host_site},
            field="room",
        )


def _check_batch(cases: Sequence[RecoveryCase], batch: TrainingSession, now: datetime) -> list[Difference]:
    """A batch that has not begun and is in sight; the plan that it belongs to answers for its length."""
    if batch.starts_at <= now:
        raise Refused(
            _("%(number)s was to begin on %(start)s; it is %(now)s. Choose a session that is still to come.")
            % {
                "number": batch.number,
                "start": moment_words(batch.starts_at, batch.site.zone),
                "now": moment_words(now, batch.site.zone),
            },
            field="batch",
        )
    if batch.kind == SessionKind.ONE_TO_ONE:
        _require_one_person(batch, cases)
    check_not_far(batch.starts_at, min(case.due_at for case in cases), batch.site, now)
    require_on_shift(list(batch.meetings.values_list("starts_at", "ends_at")), cases, batch.site, field="batch")
    found = shortcomings([(batch.starts_at, batch.ends_at)], cases, batch.site)
    return [each for each in found if each.kind == DeviationKind.DATE]


def _require_one_person(batch: TrainingSession, cases: Sequence[RecoveryCase]) -> None:
    """One to one stays so, whichever way people come into it."""
    people = set(batch.enrolments.filter(removed_at=None).values_list("person", flat=True))
    if len(people | {case.enrolment.person_id for case in cases}) > 1:
        raise Refused(
            _("%(number)s is one to one, for one person. Choose another session.") % {"number": batch.number},
            field="batch",
        )


def _days(meetings: Iterable[tuple[datetime, datetime]], site: Site) -> set[date]:
    """The days of a class, by its site's clock."""
    return {local_day(start, site) for start, _end in meetings}


def _check_same(case: RecoveryCase, other: TrainingSession) -> None:
    mine = case.enrolment.training_session
    if (mine.module_version_id, mine.scheme_hash) != (other.module_version_id, other.scheme_hash):
        raise Refused(
            _("%(name)s missed another module or scoring scheme (%(number)s). Gather it in a class of its own.")
            % {"name": case.enrolment.person.name, "number": mine.number},
            field="cases",
        )


def _plan_class(plan: TrainingPlan, make_up: MakeUp) -> PlannedSession:
    planned = PlannedSession.objects.create(
        plan=plan, label=make_up.label, host_site=make_up.host_site, room=make_up.room, link=make_up.link
    )
    planned.trainers.set(make_up.trainers)
    PlannedMeeting.objects.bulk_create(
        PlannedMeeting(planned_session=planned, starts_at=start, ends_at=end) for start, end in make_up.meetings
    )
    return planned


def _make_class(
    plan: TrainingPlan, planned: PlannedSession, make_up: MakeUp, missed: TrainingSession
) -> TrainingSession:
    """The class with its meetings; what is taught and how it is scored are as in the session that was missed."""
    training_session = TrainingSession.objects.create(
        uuid=planned.uuid,
        number=next_number(plan),
        plan=plan,
        planned=planned,
        kind=SessionKind.ONE_TO_ONE if make_up.form.code == ONE_TO_ONE else SessionKind.MAKE_UP,
        label=make_up.label,
        site=make_up.host_site,
        line=missed.line,
        module_version=missed.module_version,
        scheme=missed.scheme,
        scheme_hash=missed.scheme_hash,
        pre_paper=missed.pre_paper,
        post_paper=missed.post_paper,
        tolerance_minutes=missed.tolerance_minutes,
        recovery_days=missed.recovery_days,
        starts_at=min(start for start, _end in make_up.meetings),
        ends_at=max(end for _start, end in make_up.meetings),
    )
    SessionSummary.objects.create(training_session=training_session)
    add_meetings(training_session, planned)
    return training_session


def _enrol(training_session: TrainingSession, cases: Sequence[RecoveryCase]) -> None:
    """Each person once, however many of their cases the class recovers."""
    people = {case.enrolment.person_id: case.enrolment.person for case in cases}
    standing = {each.person_id: each for each in training_session.enrolments.filter(person__in=people.keys())}
    for taken, enrolment in standing.items():
        if enrolment.origin != EnrolmentOrigin.RECOVERY:
            raise Refused(
                _("%(name)s takes part in %(number)s already.")
                % {"name": people[taken].name, "number": training_session.number},
                field="cases",
            )
    where = assignments_on(people.values(), training_session)
    rows = []
    for key, person in people.items():
        if key not in standing:
            row = Enrolment(training_session=training_session, person=person, origin=EnrolmentOrigin.RECOVERY)
            place(row, where.get(key))
            rows.append(row)
    Enrolment.objects.bulk_create(rows)
    training_session.enrolments.filter(person__in=standing.keys()).update(removed_at=None)
    refresh_summary(training_session)
