"""What the page of a session shows of its day: tests, licences, what was planned and what was (4.2, 5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.enums import BookingRole, Method, RevisionState
from planning.models import Booking, PlannedMeeting
from sessions.enums import HELD, AttemptState, DeviationKind, MeetingState, TestPhase
from sessions.models import Deviation, SessionMeeting, TestAttempt, TrainingSession
from sessions.queries.pages import people_without_score
from trainingops.ui.moments import day_words, hours_words
from trainingops.ui.stored import said, stored_span


@dataclass(frozen=True)
class Taken:
    """How far the tests of one phase are: handed in, still being taken, waiting for marks."""

    handed_in: int = 0
    running: int = 0
    to_mark: int = 0


#: A test of the plan: its phase, how far it is, whether participants can begin it now.
Phase = tuple[TestPhase, Taken, bool]


def tests_of(training_session: TrainingSession) -> dict[str, Taken]:
    """Each phase that somebody took; one query."""
    rows = (
        TestAttempt.objects.filter(enrolment__training_session=training_session, enrolment__removed_at=None)
        .order_by()
        .values("phase")
        .annotate(
            handed_in=Count("enrolment", filter=Q(state=AttemptState.SUBMITTED), distinct=True),
            running=Count("pk", filter=Q(state=AttemptState.IN_PROGRESS)),
            to_mark=Count("pk", filter=Q(state=AttemptState.SUBMITTED, points=None)),
        )
    )
    return {row.pop("phase"): Taken(**row) for row in rows}


def phases_in_order(training_session: TrainingSession) -> list[Phase]:
    """Pre- and post-test of the plan with how far they are, and whether participants can begin them now."""
    taken, is_open = tests_of(training_session), training_session.state == "open"
    posted = training_session.post_opened_at is not None
    papers = (
        (TestPhase.PRE, training_session.pre_paper_id, is_open and not posted),
        (TestPhase.POST, training_session.post_paper_id, is_open and posted),
    )
    return [(phase, taken.get(phase, Taken()), begins) for phase, paper, begins in papers if paper]


def licences_of(training_session: TrainingSession) -> int:
    """How many seats of the application are booked for a meeting of it; one query, none where it needs no licence."""
    revision = training_session.revision
    if revision is None or revision.application is None or not revision.application.needs_licence:
        return 0
    seats = Booking.objects.filter(
        planned_meeting__planned_session=training_session.planned_id, role=BookingRole.SEAT, live=True
    )
    return seats.values("seat").distinct().count()


def move_awaiting(training_session: TrainingSession) -> list[PlannedMeeting]:
    """The meetings of this batch as a submitted revision has them, where they differ from what is approved."""
    asked = PlannedMeeting.objects.filter(
        planned_session__uuid=training_session.uuid, planned_session__revision__state=RevisionState.SUBMITTED
    ).select_related("planned_session__revision__plan")
    rows = list(asked.order_by("starts_at"))
    if not rows:
        return []
    standing = training_session.meetings.exclude(state=MeetingState.CANCELLED)
    known = {(each.uuid, each.starts_at, each.ends_at) for each in standing}
    return [each for each in rows if (each.uuid, each.starts_at, each.ends_at) not in known]


@dataclass(frozen=True)
class Compared:
    """One aspect of 4.2: as approved, as it was (blank until it is known), and what stands to the difference."""

    label: str
    planned: str
    actual: str
    deviations: Sequence[Deviation] = ()


def compared(
    training_session: TrainingSession, meetings: Sequence[SessionMeeting], deviations: Iterable[Deviation]
) -> list[Compared]:
    """Planned against actual for date, time, duration, trainer, module, method and application (4.2).

    Without a query: the session brings its revision with the application, and ``planned`` its trainers.
    """
    by_kind: dict[str, list[Deviation]] = {}
    for each in deviations:
        by_kind.setdefault(each.kind, []).append(each)
    revision = training_session.revision
    rows = [
        (DeviationKind.DATE, *_times(training_session, meetings, _days)),
        (DeviationKind.TIME, *_times(training_session, meetings, _hours)),
        (DeviationKind.DURATION, *_times(training_session, meetings, _length)),
        (DeviationKind.TRAINER, *_trainers(training_session, meetings)),
        (DeviationKind.MODULE, str(training_session.module_version), str(training_session.taught_version)),
    ]
    if revision is not None:
        method = str(Method(revision.method).label) if revision.method else ""
        application = str(revision.application or "")
        rows += [(DeviationKind.METHOD, method, method), (DeviationKind.APPLICATION, application, application)]
    is_over = training_session.state in HELD
    found = []
    for kind, planned, actual in rows:
        mine = by_kind.pop(kind, [])
        known = is_over or kind in _KNOWN_BEFORE
        said = "; ".join(each.actual_words for each in mine) if mine and kind in _SAID else actual
        found.append(Compared(str(kind.label), planned, said if known or mine else "", mine))
    for kind_left, mine in by_kind.items():
        label = str(DeviationKind(kind_left).label)
        found += [Compared(label, each.planned_words, each.actual_words, [each]) for each in mine]
    return found


#: What the rows tell before the session is over; and what only a deviation tells.
_KNOWN_BEFORE = (DeviationKind.DATE, DeviationKind.TIME, DeviationKind.DURATION, DeviationKind.TRAINER)
_SAID = (DeviationKind.METHOD, DeviationKind.APPLICATION)


def _times(training_session: TrainingSession, meetings: Sequence[SessionMeeting], words: Any) -> tuple[str, str]:
    """The planned and the actual side of every meeting, in words; actual as far as they were held."""
    zone = training_session.site.zone
    planned = [words(each.starts_at, each.ends_at, zone) for each in meetings]
    actual = [
        words(each.actual_starts_at, each.actual_ends_at, zone)
        for each in meetings
        if each.actual_starts_at and each.actual_ends_at
    ]
    return "; ".join(dict.fromkeys(planned)), "; ".join(dict.fromkeys(actual))


def _days(start: datetime, end: datetime, zone: Any) -> str:
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    return day_words(first) if first == last else f"{day_words(first)} – {day_words(last)}"


def _hours(start: datetime, end: datetime, zone: Any) -> str:
    return hours_words(start, end, zone)


def _length(start: datetime, end: datetime, _zone: Any) -> str:
    return str(said(stored_span(end - start)))


def _trainers(training_session: TrainingSession, meetings: Sequence[SessionMeeting]) -> tuple[str, str]:
    planned = sorted(each.name for each in training_session.planned.trainers.all())
    taught = sorted({row.trainer.name for each in meetings for row in each.meeting_trainers.all()})
    return ", ".join(planned), ", ".join(taught)


def with_revision(sessions: QuerySet[TrainingSession]) -> QuerySet[TrainingSession]:
    """Sessions with what :func:`compared` and :func:`licences_of` read of them (one query more)."""
    more = ("revision__application", "held_version__module", "notes_by", "concluded_by")
    return sessions.select_related(*more).prefetch_related("planned__trainers")


@dataclass(frozen=True)
class Lacking:
    """Something that keeps a session from its end, or would be worth doing before; where it is done."""

    text: str
    url: str

    def __str__(self) -> str:
        return self.text


def lacking(
    training_session: TrainingSession, meetings: Sequence[SessionMeeting], tests: Sequence[Phase]
) -> list[Lacking]:
    """What is still missing before an open session can be concluded; one query."""
    summary, found = training_session.summary, []
    roll = next((each for each in meetings if each.state != MeetingState.CONCLUDED), meetings[-1] if meetings else None)
    attendance = reverse("meeting_roll", args=[roll.uuid]) if roll else ""
    if count := sum(each.state != MeetingState.CONCLUDED for each in meetings):
        found.append(
            Lacking(
                ngettext("%(n)d meeting is not concluded.", "%(n)d meetings are not concluded.", count) % {"n": count},
                attendance,
            )
        )
    if count := summary.enrolled - summary.recorded:
        words = ngettext(
            "The attendance of %(n)d participant is not recorded; it becomes a recovery case.",
            "The attendance of %(n)d participants is not recorded; it becomes a recovery case.",
            count,
        )
        found.append(Lacking(words % {"n": count}, attendance))
    found += _lacking_tests(training_session, tests)
    if count := people_without_score().filter(training_session=training_session).count():
        words = ngettext(
            "%(n)d participant has no complete score.", "%(n)d participants have no complete score.", count
        )
        found.append(Lacking(words % {"n": count}, reverse("session_scores", args=[training_session.uuid])))
    return found


def _lacking_tests(training_session: TrainingSession, tests: Sequence[Phase]) -> Iterator[Lacking]:
    page = f"{reverse('session_detail', args=[training_session.uuid])}#tests"
    came = training_session.summary.present + training_session.summary.late
    for phase, taken, begins in tests:
        if phase == TestPhase.POST and not begins and came:
            yield Lacking(_("The post-test is not open yet."), page)
        elif came and not (taken.handed_in or taken.running):
            yield Lacking(_("Nobody has taken the %(test)s.") % {"test": phase.label}, page)
        if count := taken.running:
            words = ngettext(
                "%(n)d participant is still taking a test.", "%(n)d participants are still taking a test.", count
            )
            yield Lacking(words % {"n": count}, page)
        if taken.to_mark:
            words = ngettext("%(n)d test waits for a mark.", "%(n)d tests wait for a mark.", taken.to_mark)
            yield Lacking(words % {"n": taken.to_mark}, reverse("session_marking", args=[training_session.uuid]))
