"""Classes of the pattern: attendance, tests, scores, remedials, surveys, by the services (5.2, 5.3.1)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from sessions.enums import AttendanceStatus, CaseKind, MeetingState, TestPhase
from sessions.models import Enrolment, ReactionSurvey, RecoveryCase, SessionMeeting, TrainingSession
from sessions.queries.pages import remedial_people
from sessions.queries.survey import asked_in
from sessions.services import RollCell, answer_survey, record_roll
from sessions.services.attempts import save_answer, start_attempt, submit_attempt
from sessions.services.concluding import conclude_session
from sessions.services.recovery import open_case_test
from sessions.services.results import ScoreCell, record_scores, typed_parameters
from sessions.services.running import conclude_meeting, open_meeting, open_post_test, open_session
from trainingops.local.generate.planning import Stage

_AWAY = ("sick", "leave", "permit", "not_released", "day_off", "duty")
_STEPS = (3, 4, 4, 5, 5)


class Holding(Stage):
    """The day of a class and the day after it."""

    def _hold_with_tests(self, training_session: TrainingSession) -> None:
        """Pre-test in the first meeting, post-test and role play in the last; those below the pass mark sit again."""
        pic, meetings = self.team.trainer, list(training_session.meetings.order_by("starts_at"))
        people = list(training_session.enrolments.select_related("person__user").order_by("pk"))
        open_session(training_session=training_session, actor=pic, now=training_session.starts_at)
        self._roll(meetings[0], people)
        for each in people:
            self._take(each, TestPhase.PRE, meetings[0].starts_at + timedelta(minutes=15), known=0.45)
        conclude_meeting(meeting=meetings[0], actor=pic, now=meetings[0].ends_at)
        self._roll(meetings[1], people)
        ends_at = meetings[1].ends_at
        open_post_test(training_session=training_session, actor=pic, now=ends_at - timedelta(minutes=25))
        for each in people:
            self._take(each, TestPhase.POST, ends_at - timedelta(minutes=24), known=0.9)
        self._finish(training_session, meetings[1], people)

    def _hold(self, training_session: TrainingSession, *, absent: int = 0) -> None:
        """Meeting by meeting; the last ``absent`` people miss the first."""
        pic, meetings = self.team.trainer, list(training_session.meetings.order_by("starts_at"))
        people = list(training_session.enrolments.select_related("person__user").order_by("pk"))
        open_session(training_session=training_session, actor=pic, now=training_session.starts_at)
        for meeting in meetings:
            self._roll(meeting, people, absent if meeting == meetings[0] else 0)
            if meeting != meetings[-1]:
                conclude_meeting(meeting=meeting, actor=pic, now=meeting.ends_at)
        self._finish(training_session, meetings[-1], people)

    def _roll(self, meeting: SessionMeeting, people: list[Enrolment], absent: int = 0) -> None:
        """Some come late within the tolerance."""
        meeting.refresh_from_db()
        if meeting.state == MeetingState.PLANNED:
            open_meeting(meeting=meeting, actor=self.team.trainer, now=meeting.starts_at)
        cells = []
        for place, each in enumerate(people):
            if place >= len(people) - absent:
                reason = self.dice.choice(_AWAY)
                note = "Operation menahan karena traffic tinggi" if reason == "not_released" else ""
                cells.append(
                    RollCell(enrolment=each.pk, status=AttendanceStatus.ABSENT, reason=reason, reason_note=note)
                )
            elif self.dice.random() < 0.08:
                late = self.dice.randrange(2, 14)
                cells.append(RollCell(enrolment=each.pk, status=AttendanceStatus.LATE, minutes_late=late))
            else:
                cells.append(RollCell(enrolment=each.pk, status=AttendanceStatus.PRESENT))
        at = meeting.starts_at + timedelta(minutes=14)
        record_roll(meeting=meeting, cells=cells, actor=self.team.trainer, now=at)

    def _take(self, enrolment: Enrolment, phase: str, at: datetime, *, known: float) -> None:
        user = enrolment.person.user
        attempt = start_attempt(enrolment=enrolment, phase=phase, actor=user, now=at)
        able = max(0.05, self.dice.gauss(known, 0.15))
        for row in attempt.paper.paper_questions.select_related("question_version").order_by("order"):
            question = row.question_version
            wrong = [option["key"] for option in question.options if option["key"] not in question.correct]
            choice = question.correct if self.dice.random() < able else [self.dice.choice(wrong)]
            save_answer(attempt=attempt, question_version=question, choice=choice, actor=user, now=at)
        submit_attempt(attempt=attempt, actor=user, now=at + timedelta(minutes=8))

    def _finish(self, training_session: TrainingSession, last: SessionMeeting, people: list[Enrolment]) -> None:
        """Scores, conclusion, the survey; who is below the pass mark is assessed again two days later (5.1.2)."""
        pic, ends_at = self.team.trainer, last.ends_at
        training_session.refresh_from_db()
        self._score(training_session, people, ends_at - timedelta(minutes=3), mean=86)
        conclude_meeting(meeting=last, actor=pic, now=ends_at)
        training_session.refresh_from_db()
        reasons = {} if training_session.post_opened_at else {"test": "Tes dikerjakan di kertas."}
        conclude_session(
            training_session=training_session, actor=pic, now=ends_at + timedelta(minutes=5), reasons=reasons
        )
        training_session.refresh_from_db()
        self._answer_survey(training_session)
        at = ends_at + timedelta(days=1, hours=-2)
        for case in RecoveryCase.objects.filter(enrolment__training_session=training_session, kind=CaseKind.REMEDIAL):
            open_case_test(case=case, form=None, actor=pic, now=at)
            if training_session.post_opened_at:
                self._take(case.enrolment, TestPhase.REMEDIAL, at, known=1.5)
        if again := list(remedial_people(training_session).order_by("pk")):
            self._score(training_session, again, at, mean=98, attempt=2)

    def _score(
        self, training_session: TrainingSession, people: list[Enrolment], at: datetime, *, mean: int, attempt: int = 1
    ) -> None:
        cells = [
            ScoreCell(
                enrolment=each.pk,
                parameter=parameter.uuid,
                value=Decimal(round(min(100.0, max(40.0, self.dice.gauss(mean, 8 if attempt == 1 else 1))))),
            )
            for each in people
            for parameter in typed_parameters(training_session)
        ]
        record_scores(training_session=training_session, cells=cells, attempt=attempt, actor=self.team.trainer, now=at)

    def _answer_survey(self, training_session: TrainingSession) -> None:
        """Three of four answer the next morning (5.4, Kirkpatrick 1)."""
        survey = ReactionSurvey.objects.select_related("form").filter(training_session=training_session).first()
        if survey is None:
            return
        codes = [code for code, _words in survey.form.statements_shown]
        for each in asked_in(training_session).select_related("person__user").order_by("pk"):
            if self.dice.random() < 0.75:
                answer_survey(
                    enrolment=each,
                    ratings={code: self.dice.choice(_STEPS) for code in codes},
                    text="",
                    actor=each.person.user,
                    now=training_session.ends_at + timedelta(hours=16),
                )
