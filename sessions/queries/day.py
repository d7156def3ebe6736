"""What the page of a session shows of its day: tests, licences, what was planned and what was (4.2, 5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, JSONObject, TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.enums import BookingRole, Method, RevisionState
from planning.models import Booking, ModuleMaterial, PlannedMeeting, TrainerProfile
from sessions.enums import (
    HELD,
    AttemptState,
    ClassFileKind,
    DeviationKind,
    MeetingState,
    SessionKind,
    SessionState,
    TestPhase,
)
from sessions.frozen import TESTED_BY
from sessions.models import (
    ClassFile,
    Deviation,
    MeetingTrainer,
    ParameterScore,
    SessionMeeting,
    TestAttempt,
    TrainingSession,
)
from sessions.queries.pages import people_without_score
from sessions.suspension import LONG, READ_KINDS, long_absences
from trainingops.people.models import LongLeave, RosterDay, User
from trainingops.ui.moments import day_words, hours_words
from trainingops.ui.stored import said, stored_span

#: How far around a class the roster is read for absences of several days.
_AROUND = timedelta(days=2 * LONG)


@dataclass(frozen=True)
class Taken:
    """How far the tests of one phase are: handed in, still being taken, waiting for marks; scored without it."""

    handed_in: int = 0
    running: int = 0
    to_mark: int = 0
    elsewhere: int = 0


#: A test of the plan: its phase, how far it is, whether participants can begin it now.
Phase = tuple[TestPhase, Taken, bool]


def phases_in_order(training_session: TrainingSession) -> list[Phase]:
    """Pre- and post-test of a session of :func:`with_day`, and whether participants can begin them now."""
    rows: list[dict[str, Any]] = training_session.test_rows  # type: ignore[attr-defined]
    elsewhere: dict[str, int] = {TESTED_BY[row["source"]]: row["n"] for row in training_session.elsewhere_rows}  # type: ignore[attr-defined]
    found = {row.pop("phase"): row for row in map(dict, rows)}
    taken = {phase: Taken(**found.get(phase, {}), elsewhere=elsewhere.get(phase, 0)) for phase in TESTED_BY.values()}
    is_open = training_session.state == SessionState.OPEN
    posted = training_session.post_opened_at is not None
    papers = (
        (TestPhase.PRE, training_session.pre_paper_id, is_open and not posted),
        (TestPhase.POST, training_session.post_paper_id, is_open and posted),
    )
    return [(phase, taken[phase], begins) for phase, paper, begins in papers if paper]


def move_awaiting(training_session: TrainingSession, meetings: Iterable[SessionMeeting]) -> list[PlannedMeeting]:
    """The meetings of a batch of :func:`with_day` as a submitted revision has them, where they differ."""
    rows: list[dict[str, str]] = training_session.asked_rows  # type: ignore[attr-defined]
    asked = [
        PlannedMeeting(
            uuid=UUID(row["uuid"]),
            starts_at=datetime.fromisoformat(row["starts_at"]),
            ends_at=datetime.fromisoformat(row["ends_at"]),
        )
        for row in rows
    ]
    known = {(each.uuid, each.starts_at, each.ends_at) for each in meetings}
    return [each for each in asked if (each.uuid, each.starts_at, each.ends_at) not in known]


def deviations_in(training_session: TrainingSession) -> list[Deviation]:
    """The deviations of a session of :func:`with_day`, the oldest first, with what its page shows of them."""
    rows: list[dict[str, Any]] = training_session.deviation_rows  # type: ignore[attr-defined]
    return [Deviation(**row) for row in rows]


@dataclass(frozen=True)
class Kept:
    """A photo or a paper of the class as its page shows it."""

    uuid: str
    kind: str
    name: str
    by: str
    at: datetime


def files_in(training_session: TrainingSession, kind: ClassFileKind) -> list[Kept]:
    """What is kept beside a session of :func:`with_day`, in the order in which it came."""
    rows: list[dict[str, Any]] = training_session.file_rows  # type: ignore[attr-defined]
    return [Kept(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in rows if row["kind"] == kind]


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

    Of a filed class nothing was planned. Without a query for a session of :func:`with_day`.
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
    is_over = training_session.state in HELD or training_session.is_withdrawn
    found = []
    for kind, planned, actual in rows:
        mine = by_kind.pop(kind, [])
        known = is_over or kind in _KNOWN_BEFORE
        said = "; ".join(each.actual_words for each in mine) if mine and kind in _SAID else actual
        was_planned = "" if training_session.kind == SessionKind.FILED else planned
        found.append(Compared(str(kind.label), was_planned, said if known or mine else "", mine))
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
    planned: list[str] = training_session.planned_trainers  # type: ignore[attr-defined]
    taught = sorted({row.trainer.name for each in meetings for row in each.meeting_trainers.all()})
    return ", ".join(planned), ", ".join(taught)


def with_day(sessions: QuerySet[TrainingSession], user: User) -> QuerySet[TrainingSession]:
    """Sessions with everything of few words that their page shows, so that it costs no query more.

    ``is_taught`` (by ``user``), ``planned_trainers``, ``material_rows``, ``licences`` (seats booked), ``test_rows``,
    ``elsewhere_rows``, ``unscored``, ``asked_rows`` (times of a submitted revision), ``deviation_rows``, ``file_rows``,
    ``leave_rows``, ``roster_rows`` (days off, of leave and sickness around the class).
    """
    this, batch = OuterRef("pk"), OuterRef("planned")
    seats = Booking.objects.filter(planned_meeting__planned_session=batch, role=BookingRole.SEAT, live=True)
    materials = ModuleMaterial.objects.filter(version=OuterRef("module_version")).order_by("pk")
    deviations = Deviation.objects.filter(training_session=this).order_by("reported_at", "pk")
    enrolled = {"person__enrolments__training_session": this, "person__enrolments__removed_at": None}
    leaves = LongLeave.objects.filter(**enrolled)
    days_off = RosterDay.objects.filter(
        **enrolled,
        code__kind__in=READ_KINDS,
        day__gte=TruncDate(ExpressionWrapper(OuterRef("starts_at") - _AROUND, DateTimeField())),
        day__lte=TruncDate(ExpressionWrapper(OuterRef("ends_at") + _AROUND, DateTimeField())),
    )
    files = ClassFile.objects.filter(training_session=this, removed_at=None).order_by("pk")
    asked = PlannedMeeting.objects.filter(
        planned_session__uuid=OuterRef("uuid"), planned_session__revision__state=RevisionState.SUBMITTED
    )
    return sessions.select_related("revision__application", "held_version__module", "notes_by").annotate(
        is_taught=Exists(MeetingTrainer.objects.filter(meeting__training_session=this, trainer__user=user)),
        planned_trainers=ArraySubquery(
            TrainerProfile.objects.filter(planned_sessions=batch).order_by("name").values("name")
        ),
        leave_rows=ArraySubquery(
            leaves.order_by("pk").values(
                row=JSONObject(person="person_id", name="person__name", first="starts_on", last="ends_on")
            )
        ),
        roster_rows=ArraySubquery(
            days_off.order_by("pk").values(
                row=JSONObject(person="person_id", name="person__name", day="day", kind="code__kind")
            )
        ),
        material_rows=ArraySubquery(
            materials.values(row=JSONObject(uuid="uuid", title="title", url="url", file="file_id"))
        ),
        licences=_counted(seats.order_by(), "planned_meeting__planned_session", "seat"),
        test_rows=ArraySubquery(_taken(this)),
        elsewhere_rows=ArraySubquery(_elsewhere(this)),
        unscored=_counted(people_without_score().filter(training_session=this), "training_session", "pk"),
        asked_rows=ArraySubquery(
            asked.order_by("starts_at").values(row=JSONObject(uuid="uuid", starts_at="starts_at", ends_at="ends_at"))
        ),
        deviation_rows=ArraySubquery(
            deviations.values(
                row=JSONObject(
                    kind="kind",
                    planned="planned",
                    actual="actual",
                    measured="measured",
                    reason="reason",
                    acknowledged_at="acknowledged_at",
                )
            )
        ),
        file_rows=ArraySubquery(
            files.values(row=JSONObject(uuid="uuid", kind="kind", name="file_name", by="added_by__name", at="added_at"))
        ),
    )


def away_then(training_session: TrainingSession) -> list[str]:
    """Who of a class to come is away for long on one of its days, for a session of :func:`with_day` (5.3.1).

    A long absence is what suspends a case: a long leave, or leave or sickness of some days in a row by the roster.
    """
    zone = training_session.site.zone
    first, last = (each.astimezone(zone).date() for each in (training_session.starts_at, training_session.ends_at))
    names: dict[int, str] = {}
    leaves: dict[int, list[tuple[date, date | None]]] = {}
    roster: dict[int, dict[date, str]] = {}
    for row in training_session.leave_rows:  # type: ignore[attr-defined]
        names[row["person"]] = row["name"]
        ends_on = date.fromisoformat(row["last"]) if row["last"] else None
        leaves.setdefault(row["person"], []).append((date.fromisoformat(row["first"]), ends_on))
    for row in training_session.roster_rows:  # type: ignore[attr-defined]
        names[row["person"]] = row["name"]
        roster.setdefault(row["person"], {})[date.fromisoformat(row["day"])] = row["kind"]
    return sorted(
        name
        for person, name in names.items()
        if any(
            each.first <= last and (each.last is None or first <= each.last)
            for each in long_absences(roster.get(person, {}), leaves.get(person, ()))
        )
    )


def runs_it(training_session: Any, user: User) -> bool:
    """As :func:`sessions.policies.can_run_session`, without a query for a session of :func:`with_day`."""
    return bool(training_session.plan.pic_id == user.pk or training_session.is_taught)


def _counted(rows: QuerySet[Any], group: str, what: str) -> Coalesce:
    """How many different ``what`` a correlated subquery has; none is 0."""
    counted = rows.order_by().values(group).annotate(n=Count(what, distinct=True)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def _taken(training_session: OuterRef) -> QuerySet[Any, Any]:
    """Each phase that somebody took, as :class:`Taken` says it."""
    rows = TestAttempt.objects.filter(enrolment__training_session=training_session, enrolment__removed_at=None)
    is_in = Q(state=AttemptState.SUBMITTED)
    return (
        rows.order_by()
        .values("phase")
        .annotate(
            row=JSONObject(
                phase="phase",
                handed_in=Count("enrolment", filter=is_in, distinct=True),
                running=Count("pk", filter=Q(state=AttemptState.IN_PROGRESS)),
                to_mark=Count("pk", filter=is_in & Q(points=None)),
            )
        )
        .values("row")
    )


def _elsewhere(training_session: OuterRef) -> QuerySet[Any, Any]:
    """How many have the score of a test, from paper or a file, without having taken it here."""
    phase = Case(*(When(parameter__source=source, then=Value(str(phase))) for source, phase in TESTED_BY.items()))
    here = TestAttempt.objects.filter(enrolment=OuterRef("enrolment"), phase=OuterRef("phase"))
    rows = ParameterScore.objects.filter(
        enrolment__training_session=training_session, enrolment__removed_at=None, value__isnull=False, attempt=1
    )
    rows = rows.filter(parameter__source__in=TESTED_BY).annotate(phase=phase).exclude(Exists(here)).order_by()
    counted = rows.values("parameter__source").annotate(n=Count("enrolment", distinct=True))
    return counted.values(row=JSONObject(source="parameter__source", n="n"))


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
    """What is still missing before an open session of :func:`with_day` can be concluded."""
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
    if count := training_session.unscored:  # type: ignore[attr-defined]
        words = ngettext(
            "%(n)d participant has no complete score.", "%(n)d participants have no complete score.", count
        )
        found.append(Lacking(words % {"n": count}, reverse("session_scores", args=[training_session.uuid])))
    return found


def _lacking_tests(training_session: TrainingSession, tests: Sequence[Phase]) -> Iterator[Lacking]:
    page = f"{reverse('session_detail', args=[training_session.uuid])}#tests"
    came = training_session.summary.present + training_session.summary.late
    for phase, taken, begins in tests:
        untaken = came and not (taken.handed_in or taken.running or taken.elsewhere)
        if phase == TestPhase.POST and not begins and came and not taken.elsewhere:
            yield Lacking(_("The post-test is not open yet."), page)
        elif untaken:
            yield Lacking(_("Nobody has taken the %(test)s.") % {"test": phase.label}, page)
        if count := taken.running:
            words = ngettext(
                "%(n)d participant is still taking a test.", "%(n)d participants are still taking a test.", count
            )
            yield Lacking(words % {"n": count}, page)
        if taken.to_mark:
            words = ngettext("%(n)d test waits for a mark.", "%(n)d tests wait for a mark.", taken.to_mark)
            yield Lacking(words % {"n": taken.to_mark}, reverse("session_marking", args=[training_session.uuid]))
