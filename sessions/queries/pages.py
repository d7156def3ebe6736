"""Reads behind the pages: lists, what is missing, a participant's own trainings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, Exists, FilteredRelation, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject

from planning.enums import QuestionKind
from sessions.enums import (
    FAILED,
    AttemptState,
    AttendanceStatus,
    CaseKind,
    CaseState,
    MeetingState,
    OutcomeState,
    ResultStatus,
    SessionKind,
    SessionState,
    TestPhase,
)
from sessions.frozen import TESTED_BY, fills_itself, read_scheme
from sessions.models import (
    Attendance,
    AttendanceCorrection,
    Deviation,
    Enrolment,
    MeetingTrainer,
    ParameterScore,
    RecoveryCase,
    SessionMeeting,
    SessionResult,
    TargetOutcome,
    TestAnswer,
    TestAttempt,
    TrainingSession,
)
from sessions.queries.ledger import TRAINED, is_trained
from sessions.queries.survey import JOINED
from sessions.verdicts import stayed_away

if TYPE_CHECKING:
    from trainingops.people.models import User

TABS = ("mine", "today", "open", "scheduled", "concluded", "cancelled", "all")


def with_detail(sessions: QuerySet[TrainingSession]) -> QuerySet[TrainingSession]:
    """Sessions with what a list or a heading shows of them; ``waits``: a short answer is not marked yet."""
    short = TestAnswer.objects.filter(
        attempt__enrolment__training_session=OuterRef("pk"),
        attempt__state=AttemptState.SUBMITTED,
        question_version__kind=QuestionKind.SHORT,
    )
    rows = ("plan__pic", "site", "line", "summary", "planned__room", "module_version__module")
    return sessions.select_related(*rows).annotate(
        has_short_answers=Exists(short), waits=Exists(short.filter(points=None))
    )


@dataclass(frozen=True)
class Presence:
    """The status at each meeting that was recorded, and whether all of it counts as trained (4.3)."""

    statuses: Sequence[str]
    trained: bool

    @property
    def is_away(self) -> bool:
        """Whether they stayed away and have not made up for it: then no score is theirs."""
        return not self.trained and stayed_away(self.statuses)


def attendance_of(enrolments: Iterable[Enrolment]) -> dict[int, Presence]:
    """How far each of them was there, by enrolment; one query."""
    recorded = "SELECT array_agg(a.status) FROM training_sessions_attendance a WHERE a.enrolment_id = t.enrolment_id"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.enrolment_id, ({recorded} AND a.status <> ''), t.trained "  # noqa: S608
            f"FROM ({TRAINED} WHERE e.id = ANY(%s)) t",
            [[each.pk for each in enrolments]],
        )
        return {key: Presence(statuses or (), trained) for key, statuses, trained in cursor.fetchall()}


def roll_of(meeting: SessionMeeting) -> QuerySet[Enrolment]:
    """Everybody enrolled with what is recorded of them at a meeting (:func:`recorded_at`); one query."""
    recorded = FilteredRelation("attendances", condition=Q(attendances__meeting=meeting.pk))
    people = Enrolment.objects.filter(training_session=meeting.training_session_id, removed_at=None)
    return people.annotate(recorded=recorded).select_related(
        "person", "instead_of__person", "recorded__reason", "recorded__recorded_by"
    )  # type: ignore[misc]


def recorded_at(enrolment: Enrolment) -> Attendance | None:
    """The attendance of a row of :func:`roll_of`; Django leaves it out where there is none."""
    return getattr(enrolment, "recorded", None)


def mine(user: User) -> Q:
    """Sessions that the user answers for or teaches."""
    teaching = MeetingTrainer.objects.filter(meeting__training_session=OuterRef("pk"), trainer__user=user)
    return Q(plan__pic=user) | Q(Exists(teaching))


def of_today(now: datetime, user: User) -> Q:
    """Sessions with a meeting today, by the reader's calendar."""
    start = datetime.combine(now.astimezone(user.zone).date(), time(), user.zone)
    met = SessionMeeting.objects.filter(
        training_session=OuterRef("pk"), starts_at__lt=start + timedelta(days=1), ends_at__gte=start
    ).exclude(state=MeetingState.CANCELLED)
    return Q(Exists(met))


def by_tab(tab: str, user: User, now: datetime) -> Q:
    """The rows of one tab of the list of sessions."""
    if tab == "mine":
        return mine(user)
    if tab == "today":
        return of_today(now, user)
    return Q(state=tab) if tab in SessionState.values else Q()


def tab_counts(sessions: QuerySet[TrainingSession], user: User, now: datetime) -> dict[str, int]:
    """How many rows each tab has, by one query."""
    return sessions.aggregate(
        **{f"n_{tab}": Count("pk", filter=by_tab(tab, user, now)) for tab in TABS if tab != "all"}, n_all=Count("pk")
    )


def people_without_score() -> QuerySet[Enrolment]:
    """Enrolments of people who were at a meeting and have no complete score; a blank in the roll is no attendance."""
    return Enrolment.objects.filter(_lacks_score()).order_by()


def _lacks_score() -> Q:
    """The condition of :func:`people_without_score` on an enrolment."""
    here = Attendance.objects.filter(
        enrolment=OuterRef("pk"), status__in=[AttendanceStatus.PRESENT, AttendanceStatus.LATE]
    ).exclude(meeting__state=MeetingState.CANCELLED)
    scored = SessionResult.objects.filter(enrolment=OuterRef("pk"), current=True, status=ResultStatus.SCORED)
    return Q(Exists(here), ~Exists(scored), removed_at=None)


def post_test_can_open(training_session: TrainingSession) -> bool:
    """Whether the post-test waits for its trainer to open it."""
    is_open = training_session.state == SessionState.OPEN
    return is_open and training_session.post_paper_id is not None and training_session.post_opened_at is None


def untaken_tests(training_session: TrainingSession) -> list[tuple[TestPhase, int]]:
    """Tests that the scheme counts and nobody took, though people were there; each with how many (two queries)."""
    counted = [
        TESTED_BY[each.source]  # type: ignore[index]
        for each in read_scheme(training_session.scheme).parameters
        if fills_itself(training_session, each)
    ]
    people = training_session.enrolments.filter(removed_at=None)
    taken = set(TestAttempt.objects.filter(enrolment__in=people).values_list("phase", flat=True).distinct())
    phases = [phase for phase in dict.fromkeys(counted) if phase not in taken]
    if not phases:
        return []
    phases = [phase for phase in phases if phase not in _taken_elsewhere(training_session)]
    statuses = [AttendanceStatus.PRESENT, AttendanceStatus.LATE]
    here = people.filter(attendances__status__in=statuses).distinct().count()
    return [(phase, here) for phase in phases] if here else []


def _taken_elsewhere(training_session: TrainingSession) -> set[TestPhase]:
    """Tests whose scores came from paper, or with a file of another application (one query)."""
    rows = ParameterScore.objects.filter(
        enrolment__training_session=training_session, enrolment__removed_at=None, value__isnull=False
    )
    scored = set(rows.values_list("parameter__uuid", flat=True).distinct())
    parameters = read_scheme(training_session.scheme).parameters
    return {TESTED_BY[each.source] for each in parameters if each.uuid in scored and each.source in TESTED_BY}  # type: ignore[index]


def meetings_of(training_session: TrainingSession) -> list[SessionMeeting]:
    """Meetings in their order with trainers and how many are ``recorded``, cancelled ones left out (two queries)."""
    is_recorded = ~Q(attendances__status="") & Q(attendances__enrolment__removed_at=None)
    rows = training_session.meetings.exclude(state=MeetingState.CANCELLED).annotate(
        recorded=Count("attendances", filter=is_recorded)
    )
    rows = rows.prefetch_related(Prefetch("meeting_trainers", MeetingTrainer.objects.select_related("trainer")))
    return list(rows.order_by("starts_at"))


def enrolments_of_person(user: User) -> QuerySet[Enrolment]:
    """A participant's own enrolments with everything their page shows."""
    if user.person_id is None:
        return Enrolment.objects.none()
    return (
        Enrolment.objects.filter(person=user.person_id, removed_at=None)
        .annotate(current_result=FilteredRelation("results", condition=Q(results__current=True)))
        .select_related(  # type: ignore[misc]
            "training_session__plan__pic",
            "training_session__site",
            "training_session__planned__room",
            "training_session__pre_paper",
            "training_session__post_paper",
            "current_result",
            *JOINED,
        )
        .prefetch_related(
            Prefetch("training_session__meetings", SessionMeeting.objects.exclude(state=MeetingState.CANCELLED)),
            Prefetch("attempts", TestAttempt.objects.order_by("number")),
            Prefetch(
                "cases", RecoveryCase.objects.with_failure().select_related("form", "owner", "scheduled_in__site")
            ),
            Prefetch("attendances", Attendance.objects.select_related("reason")),
        )
        .annotate(
            asked_corrections=ArraySubquery(
                AttendanceCorrection.objects.filter(enrolment=OuterRef("pk"))
                .order_by("requested_at")
                .values(row=JSONObject(uuid="uuid", meeting="meeting", state="state", decision_note="decision_note"))
            ),
            released=Coalesce(Subquery(_released_of(OuterRef("person"))), 0),
            trained=is_trained(),
        )
        .order_by("-training_session__starts_at", "-pk")
    )


def _released_of(person: OuterRef) -> QuerySet[Any, Any]:
    """How many trainings were waived, or have lapsed, for somebody."""
    rows = TargetOutcome.objects.filter(person=person, state__in=[OutcomeState.WAIVED, OutcomeState.LAPSED])
    return rows.order_by().values("person").annotate(n=Count("pk")).values("n")


def cases_for_list(user: User) -> QuerySet[RecoveryCase]:
    """Cases that the user may see as an office, with what the list shows."""
    return (
        RecoveryCase.objects.visible_to_office(user)
        .with_failure()
        .select_related(
            "enrolment__person",
            "enrolment__training_session__site",
            "enrolment__training_session__plan",
            "owner",
            "leader",
            "meeting",
            "form",
            "scheduled_in",
        )
        .order_by("due_at", "pk")
    )


def cases_of_tab(cases: QuerySet[RecoveryCase], tab: str) -> QuerySet[RecoveryCase]:
    """The cases of ``with_failure`` under one tab: a state, ``failed`` or ``all``; who failed is under no other one."""
    if tab == "all":
        return cases
    wanted = {"failed": True} if tab == FAILED else {"state": tab, "failed": False}
    return cases.filter(**wanted)


def case_counts(cases: QuerySet[RecoveryCase]) -> dict[str, int]:
    """Counts of the list of cases by tab (:func:`cases_of_tab`), by one query."""
    found = dict.fromkeys([*CaseState.values, FAILED], 0)
    for state, failed, count in cases.order_by().values_list("state", "failed").annotate(n=Count("pk")):  # type: ignore[misc]
        found[FAILED if failed else state] += count
    return {"all": sum(found.values()), **found}


def open_cases(user: User) -> QuerySet[RecoveryCase]:
    """Open cases that the user owns: what the menu counts."""
    return RecoveryCase.objects.filter(owner=user, state=CaseState.OPEN)


def batches_for(case: RecoveryCase, now: datetime) -> QuerySet[TrainingSession]:
    """Sessions still to come of the same module version and scheme, where the person is not enrolled.

    A class one to one is for one: it takes nobody else while somebody waits for it.
    """
    missed = case.enrolment.training_session
    somebody = Exists(Enrolment.objects.filter(training_session=OuterRef("pk"), removed_at=None))
    return (
        TrainingSession.objects.filter(
            state=SessionState.SCHEDULED,
            starts_at__gt=now,
            module_version=missed.module_version,
            scheme_hash=missed.scheme_hash,
        )
        .exclude(enrolments__person=case.enrolment.person_id, enrolments__removed_at=None)
        .exclude(somebody, kind=SessionKind.ONE_TO_ONE)
        .select_related("site")
        .order_by("starts_at")
    )


def waiting_deviations(user: User) -> QuerySet[Deviation]:
    """Deviations that the user sees, those without acknowledgement first."""
    return (
        Deviation.objects.visible_to(user)
        .select_related("training_session__plan", "training_session__site", "reported_by", "acknowledged_by")
        .order_by("acknowledged_at", "-reported_at")
    )


def remedial_people(training_session: TrainingSession) -> QuerySet[Enrolment]:
    """Those whose remedial attempt is open: their test was opened, or they have handed one in."""
    cases = RecoveryCase.objects.filter(enrolment=OuterRef("pk"), kind=CaseKind.REMEDIAL, state=CaseState.OPEN)
    tests = TestAttempt.objects.filter(enrolment=OuterRef("pk"), phase=TestPhase.REMEDIAL)
    begun = Q(Exists(cases.filter(test_opened_at__isnull=False))) | Q(Exists(cases), Exists(tests))
    return training_session.enrolments.filter(begun, removed_at=None)
