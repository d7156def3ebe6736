"""A session with everything for its day, in one query."""

from __future__ import annotations

from collections.abc import Iterable
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

from planning.enums import BookingRole, RevisionState
from planning.models import Booking, ModuleMaterial, PlannedMeeting, TrainerProfile
from sessions.enums import (
    AttemptState,
    ClassFileKind,
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
from sessions.suspension import READ_KINDS, long_absences
from trainingops.people.models import LongLeave, RosterDay, User
from trainingops.people.shifts import LONG_ABSENCE

#: How far around a class the roster is read for absences of several days.
_AROUND = timedelta(days=2 * LONG_ABSENCE)


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
