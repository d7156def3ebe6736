"""Reads of the reaction survey: to whom it is open, and what the boxes hold once they may be opened (Kirkpatrick 1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from sessions.enums import Agreement, AttemptState, AttendanceStatus, MeetingState, SessionState, TestPhase
from sessions.models import (
    Attendance,
    Enrolment,
    MeetingTrainer,
    ReactionSurvey,
    SurveyForm,
    SurveyParticipation,
    TrainingSession,
)
from trainingops.ui.moments import moment_words

if TYPE_CHECKING:
    from trainingops.people.models import User

HERE = (AttendanceStatus.PRESENT, AttendanceStatus.LATE)
#: A class without a post-test is asked in the last minutes of its last meeting, while everybody is still there.
LAST_MINUTES = timedelta(minutes=30)
#: An answer that was on its way at the closing time is in the box before anybody reads it.
SETTLED = timedelta(minutes=1)


def form_in_force() -> SurveyForm:
    """The version that a new survey begins with."""
    return SurveyForm.objects.order_by("-version")[0]


def asked_enrolments(user: User) -> QuerySet[Enrolment]:
    """A participant's own enrolments with all that :func:`why_no_survey` reads."""
    if user.person_id is None:
        return Enrolment.objects.none()
    return (
        Enrolment.objects.filter(person=user.person_id, removed_at=None)
        .select_related("training_session__plan", "training_session__site", *JOINED)
        .prefetch_related("attendances", "attempts", "training_session__meetings")
    )


def asked_in(training_session: TrainingSession) -> QuerySet[Enrolment]:
    """Who was at a session: those who may answer its survey."""
    here = Attendance.objects.filter(enrolment=OuterRef("pk"), status__in=HERE)
    return training_session.enrolments.filter(Exists(here), removed_at=None)


#: What a query of enrolments joins for :func:`why_no_survey`.
JOINED = ("survey_participation", "training_session__survey__form")


def has_answered(enrolment: Enrolment) -> bool:
    """Whether this person's answer is in the box; which one it is, nobody can say."""
    try:
        return enrolment.survey_participation is not None
    except SurveyParticipation.DoesNotExist:
        return False


def survey_of(training_session: TrainingSession) -> ReactionSurvey | None:
    """The survey of a session, if it has begun."""
    try:
        return training_session.survey
    except ReactionSurvey.DoesNotExist:
        return None


def why_no_survey(enrolment: Enrolment, now: datetime) -> str:
    """Why the survey is not open to somebody now; empty while they may answer.

    Open to who was at a meeting: from the conclusion of the session until its closing time, or before that as soon as
    the post-test is handed in; without a post-test, in the last half hour of the last meeting.
    """
    training_session = enrolment.training_session
    if has_answered(enrolment):
        return _("You have answered this survey already. Thank you.")
    if not any(each.status in HERE for each in enrolment.attendances.all()):
        return _("This survey is for who was at the class. If you were there, ask for a correction of your attendance.")
    if training_session.state == SessionState.CONCLUDED:
        survey = survey_of(training_session)
        if survey is None or survey.closes_at is None:
            return _("This session has no survey.")
        if now >= survey.closes_at:
            closed = moment_words(survey.closes_at, training_session.site.zone)
            return _("The survey closed on %(at)s. Tell the trainer what you would still like to say.") % {"at": closed}
        return ""
    if training_session.state != SessionState.OPEN or not _is_nearly_over(enrolment, now):
        return _("The survey opens when the class is over. Come back then.")
    return ""


def _is_nearly_over(enrolment: Enrolment, now: datetime) -> bool:
    """Of a session under way: this person has nothing left to do in it."""
    if enrolment.training_session.post_paper_id is not None:
        return any(
            each.phase == TestPhase.POST and each.state == AttemptState.SUBMITTED for each in enrolment.attempts.all()
        )
    meetings = [each for each in enrolment.training_session.meetings.all() if each.state != MeetingState.CANCELLED]
    last = max(meetings, key=lambda each: each.ends_at)
    return last.state == MeetingState.CONCLUDED or (
        last.state == MeetingState.OPEN and now >= last.ends_at - LAST_MINUTES
    )


@dataclass(frozen=True)
class SurveyCard:
    """What a participant's own page says of the survey of a training."""

    answered: bool
    closes_at: datetime | None


def survey_card(enrolment: Enrolment, now: datetime) -> SurveyCard | None:
    """The survey while it is open to somebody, or answered; None where there is nothing to say."""
    answered = has_answered(enrolment)
    if not answered and why_no_survey(enrolment, now):
        return None
    survey = survey_of(enrolment.training_session)
    return SurveyCard(answered, survey.closes_at if survey else None)


@dataclass(frozen=True)
class Statement:
    """One statement: how many chose each step, in the order of :class:`~sessions.enums.Agreement`."""

    words: str
    counts: Sequence[int]

    @property
    def mean(self) -> Decimal | None:
        """From 1 to 5; None without an answer."""
        return mean_of(self.counts)

    @property
    def agree(self) -> int:
        """How many agree, or agree fully."""
        return sum(self.counts[3:])


def mean_of(counts: Sequence[int]) -> Decimal | None:
    """The mean step of a tally; None without an answer."""
    answers = sum(counts)
    return (
        Decimal(sum(step * n for step, n in zip(Agreement.values, counts, strict=True))) / answers if answers else None
    )


@dataclass(frozen=True)
class Reaction:
    """What a survey may show now.

    ``statements`` and ``texts`` are empty until the survey is closed and holds enough answers; ``why`` says so then.
    """

    survey: ReactionSurvey
    present: int
    why: str
    statements: Sequence[Statement]
    texts: Sequence[str]

    @property
    def answered(self) -> int:
        return self.survey.answered

    @property
    def mean(self) -> Decimal | None:
        """Of all statements together."""
        return mean_of(pooled(each.counts for each in self.statements)) if self.statements else None


def pooled(tallies: Iterable[Sequence[int]]) -> list[int]:
    """Tallies added step by step."""
    return [sum(column) for column in zip(*tallies, strict=True)] or [0] * len(Agreement)


def may_be_read(survey: ReactionSurvey, now: datetime) -> bool:
    """Closed, with enough answers: what is shown does not change any more, so no two readings differ by one answer."""
    is_closed = survey.closes_at is not None and now >= survey.closes_at + SETTLED
    return is_closed and survey.answered >= survey.form.least_answers


def reaction_of(survey: ReactionSurvey, *, present: int, now: datetime) -> Reaction:
    """The survey as it may be shown ``now``; ``present`` is how many could answer."""
    if not may_be_read(survey, now):
        why = why_hidden(
            survey.answered,
            survey.form.least_answers,
            closes_at=survey.closes_at,
            zone=survey.training_session.site.zone,
            now=now,
        )
        return Reaction(survey, present, why, (), ())
    statements = [Statement(words, survey.tallies[code]) for code, words in survey.form.statements_shown]
    return Reaction(survey, present, "", statements, survey.texts)


def why_hidden(answered: int, least: int, *, closes_at: datetime | None, zone: tzinfo, now: datetime) -> str:
    """Why ``answered`` answers show no result at ``now``; ``least`` of them would be enough."""
    said: dict[str, object] = {"n": answered, "least": least}
    if closes_at is not None:
        said["at"] = moment_words(closes_at, zone)
    if closes_at is None:
        return _("%(n)d of %(least)d answers that are needed. The survey closes after the session.") % said
    if now >= closes_at:
        return (
            _("%(n)d of %(least)d answers that are needed: too few to show without telling who answered what.") % said
        )
    if answered < least:
        return _("%(n)d of %(least)d answers that are needed. The survey is open until %(at)s.") % said
    return _("%(n)d answers. The result is shown when the survey has closed, on %(at)s.") % said


def surveys_with_detail(surveys: QuerySet[ReactionSurvey]) -> QuerySet[ReactionSurvey]:
    """Surveys with what a page says of them: ``present`` and ``trainers`` (names) beside their session; one query."""
    here = (
        Enrolment.objects.filter(
            training_session=OuterRef("training_session"), removed_at=None, attendances__status__in=HERE
        )
        .order_by()
        .values("training_session")
    )
    taught = MeetingTrainer.objects.filter(meeting__training_session=OuterRef("training_session"))
    return surveys.select_related(
        "form", "training_session__plan", "training_session__site", "training_session__module_version__module"
    ).annotate(
        present=_counted(here),
        trainers=ArraySubquery(taught.order_by("trainer__name").values_list("trainer__name", flat=True).distinct()),
    )


def _counted(rows: QuerySet[Any, Any]) -> Any:
    return Coalesce(Subquery(rows.annotate(n=Count("pk", distinct=True)).values("n")), 0)
