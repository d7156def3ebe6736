"""Sessions for tests of every room, made through the real services of planning and of this stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from planning.models import RecoveryForm, Room, TrainerProfile, TrainingPlan
from planning.tests.factories import World, approved_plan, make_world, manager_of
from sessions.frozen import read_scheme
from sessions.models import Enrolment, RecoveryCase, SessionMeeting, TrainingSession
from sessions.services import (
    MakeUp,
    RollCell,
    ScoreCell,
    conclude_meeting,
    conclude_session,
    open_post_test,
    open_session,
    record_roll,
    record_scores,
    save_answer,
    schedule_make_up,
    start_attempt,
    submit_attempt,
)
from sessions.services.make_up_times import longest_missed
from trainingops.people.models import User
from trainingops.people.tests.factories import make_user
from trainingops.tests.kept import kept

#: A Tuesday, 09.00 WIB: the first meeting of every session here.
START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PRESENT = RollCell(enrolment=0, status="present")


@dataclass
class Held:
    """A session and those around it; ``now`` is what the next step takes."""

    plan: TrainingPlan
    training_session: TrainingSession
    world: World
    enrolments: list[Enrolment] = field(default_factory=list)

    @property
    def pic(self) -> User:
        return self.world.pic

    @property
    def manager(self) -> User:
        return manager_of(self.plan)

    @property
    def meeting(self) -> SessionMeeting:
        return self.training_session.meetings.order_by("starts_at")[0]

    def fresh(self) -> TrainingSession:
        """The session as it stands in the database."""
        self.training_session = TrainingSession.objects.select_related("plan", "site", "line").get(
            pk=self.training_session.pk
        )
        return self.training_session


@kept
def scheduled(*, people: int = 3, **options: Any) -> Held:
    """An approved plan with a session to come; ``options`` are those of ``planning.tests.factories.draft_plan``."""
    world = options.pop("world", None) or make_world(people=people)
    Room.objects.filter(pk=world.room.pk, capacity__lt=people).update(capacity=people)
    plan = approved_plan(world=world, starts_at=options.pop("starts_at", START), **options)
    training_session = TrainingSession.objects.filter(plan=plan).order_by("starts_at").first()
    assert training_session is not None
    return Held(plan, training_session, world, list(training_session.enrolments.order_by("pk")))


@kept
def opened(**options: Any) -> Held:
    """As :func:`scheduled`, opened by its PIC at the planned start."""
    held = scheduled(**options)
    open_session(training_session=held.training_session, actor=held.pic, now=held.training_session.starts_at)
    held.fresh()
    return held


def attend(held: Held, *cells: RollCell, meeting: SessionMeeting | None = None, now: datetime | None = None) -> None:
    """Record a roll: the cells given, everybody else present."""
    meeting = meeting or held.meeting
    given = {cell.enrolment for cell in cells}
    rest = [RollCell(each.pk, "present") for each in held.enrolments if each.pk not in given]
    record_roll(meeting=meeting, cells=[*cells, *rest], actor=held.pic, now=now or _when_known(meeting, cells))


def _when_known(meeting: SessionMeeting, cells: Sequence[RollCell]) -> datetime:
    """The start, or as soon as the last of the cells has come true."""
    moments = [meeting.starts_at + timedelta(minutes=each.minutes_late) for each in cells]
    moments += [
        meeting.ends_at - timedelta(minutes=each.minutes_left_early) for each in cells if each.minutes_left_early
    ]
    return max([meeting.starts_at, *moments])


def absent(enrolment: Enrolment, reason: str = "sick") -> RollCell:
    """An absence with its reason."""
    return RollCell(
        enrolment.pk, "absent", reason=reason, reason_note="Cinta Pratiwi" if reason == "not_released" else ""
    )


def take_test(enrolment: Enrolment, *, phase: str, right: int, now: datetime) -> None:
    """Take a test of five questions with ``right`` right answers, as the person themselves."""
    user = getattr(enrolment.person, "user", None) or make_user("agent", person=enrolment.person)
    attempt = start_attempt(enrolment=enrolment, phase=phase, actor=user, now=now)
    for index, place in enumerate(attempt.paper.paper_questions.select_related("question_version")):
        save_answer(
            attempt=attempt,
            question_version=place.question_version,
            choice=["A" if index < right else "B"],
            actor=user,
            now=now,
        )
    submit_attempt(attempt=attempt, actor=user, now=now)


def score(held: Held, values: dict[int, str], *, now: datetime, attempt: int = 1) -> None:
    """Score the trainer's only parameter, by enrolment."""
    (typed,) = [each for each in read_scheme(held.training_session.scheme).parameters if each.source == "trainer"]
    record_scores(
        training_session=held.training_session,
        cells=[ScoreCell(key, typed.uuid, Decimal(value)) for key, value in values.items()],
        attempt=attempt,
        actor=held.pic,
        now=now,
    )


def typed_number(held: Held) -> int:
    """Which parameter of the scheme the trainer scores, from 1, as the grid counts."""
    parameters = read_scheme(held.training_session.scheme).parameters
    return next(number for number, each in enumerate(parameters, 1) if each.source == "trainer")


def typed_cell(
    held: Held, enrolment: Enrolment, text: str, *, was: str = "", version: int = 0, clash: bool = False
) -> dict[str, str]:
    """The trainer's parameter of one person as the form of the grid sends it."""
    number = typed_number(held)
    kept = f"{number}:{version}:{was}" + (":clash" if clash else "")
    return {f"score-{enrolment.pk}-{number}": text, f"row-{enrolment.pk}": kept}


@kept
def concluded(*cells_for: Any, right: Sequence[int] = (5, 5, 5), roleplay: str = "90", **options: Any) -> Held:
    """A session held as planned: roll, post-tests, role play, concluded at its planned end.

    Args:
        cells_for: functions from the enrolments to the cells that differ from "present".
        right: right answers of five in the post-test by enrolment; None where it was not taken.
    """
    held = opened(**options)
    cells = [make(held.enrolments) for make in cells_for]
    away = {cell.enrolment for cell in cells if cell.status == "absent"}
    attend(held, *cells)
    now = held.meeting.starts_at + timedelta(minutes=30)
    open_post_test(training_session=held.training_session, actor=held.pic, now=now)
    here = [each for each in held.enrolments if each.pk not in away]
    for enrolment, points in zip(held.enrolments, right, strict=False):
        if enrolment in here and points is not None:
            take_test(enrolment, phase="post", right=points, now=now)
    score(held, {each.pk: roleplay for each in here}, now=now)
    end_session(held)
    return held


def end_session(held: Held, *, now: datetime | None = None, reasons: dict[str, str] | None = None) -> None:
    """Conclude every meeting at its planned end, and the session; a test that nobody took has its reason."""
    for meeting in held.training_session.meetings.exclude(state="concluded").order_by("starts_at"):
        conclude_meeting(meeting=meeting, actor=held.pic, now=now or meeting.ends_at)
    conclude_session(
        training_session=held.training_session,
        actor=held.pic,
        now=now or held.training_session.ends_at,
        reasons={"test": "Jaringan putus."} | (reasons or {}),
    )
    held.fresh()


def make_up_for(
    held: Held,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    form: str = "make_up",
    now: Any = None,
    reason: str = "",
) -> Held:
    """A make-up class for the open recovery cases of a session, three days later, as long as what was missed."""
    starts_at = starts_at or held.training_session.starts_at + timedelta(days=3)
    cases = RecoveryCase.objects.filter(
        enrolment__training_session=held.training_session, kind="recovery", state="open"
    ).select_related("enrolment__training_session", "enrolment__person", "meeting")
    made = schedule_make_up(
        cases=list(cases),
        make_up=MakeUp(
            form=RecoveryForm.objects.get(code=form),
            label="Susulan",
            host_site=held.world.site,
            trainers=[TrainerProfile.objects.get(pk=held.world.trainer.pk)],
            meetings=[(starts_at, ends_at or starts_at + longest_missed(cases))],
        ),
        actor=held.pic,
        now=now or held.training_session.ends_at + timedelta(hours=1),
        reason=reason,
    )
    made = TrainingSession.objects.select_related("plan", "site", "line").get(pk=made.pk)
    return Held(held.plan, made, held.world, list(made.enrolments.order_by("pk")))
