"""The reaction survey of a session (Kirkpatrick 1): a ballot box that knows no voter (ADR 0018)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from sessions.models.held import Enrolment, TrainingSession
from trainingops.domain import Identified
from trainingops.people.models import User


class SurveyForm(models.Model):
    """A version of the standard questions; a survey keeps the one that it began with."""

    version = models.PositiveSmallIntegerField(unique=True)
    statements = models.JSONField(help_text="list of {code, id, en}: what people agree with, or not")
    question = models.JSONField(help_text="{id, en}: what they answer in their own words")
    open_days = models.PositiveSmallIntegerField(default=7, help_text="days after the conclusion of the session")
    least_answers = models.PositiveSmallIntegerField(default=5, help_text="below that no result is ever shown")

    class Meta:
        ordering = ["version"]
        constraints = [
            models.CheckConstraint(condition=Q(least_answers__gte=5), name="survey_needs_five_answers"),
        ]

    def __str__(self) -> str:
        return f"survey form {self.version}"

    @property
    def statements_shown(self) -> list[tuple[str, str]]:
        """Code and words of each statement, in the reader's language."""
        return [(each["code"], _in_language(each)) for each in self.statements]

    @property
    def question_shown(self) -> str:
        """The open question in the reader's language."""
        return _in_language(self.question)


def _in_language(words: dict[str, str]) -> str:
    return words["en" if (get_language() or "").startswith("en") else "id"]


class ReactionSurveyQuerySet(models.QuerySet["ReactionSurvey"]):
    def visible_to(self, user: User) -> ReactionSurveyQuerySet:
        """Those of the sessions that the user sees as staff."""
        return self.filter(training_session__in=TrainingSession.objects.visible_to_staff(user))


class ReactionSurvey(Identified):
    """The survey of one session and the box with its answers: one row, in which no single answer can be found again.

    ``tallies`` counts each step of each statement; ``texts`` is put into a new random order with each answer. There is
    no time, no sequence and no key of a person in it, nor beside it.
    """

    training_session = models.OneToOneField(TrainingSession, models.PROTECT, related_name="survey")
    form = models.ForeignKey(SurveyForm, models.PROTECT, related_name="surveys")
    closes_at = models.DateTimeField(null=True, help_text="set when the session is concluded")
    tallies = models.JSONField(default=dict, help_text="code of a statement → how many chose 1, 2, 3, 4, 5")
    texts = models.JSONField(default=list)

    objects = ReactionSurveyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"survey of {self.training_session_id}"

    @property
    def answered(self) -> int:
        """How many answers are in the box: every answer has a step for every statement."""
        return sum(next(iter(self.tallies.values()), []))


class SurveyParticipation(models.Model):
    """THAT somebody has answered, so that nobody answers twice; not when, and not what."""

    enrolment = models.OneToOneField(Enrolment, models.PROTECT, primary_key=True, related_name="survey_participation")

    def __str__(self) -> str:
        return f"{self.enrolment_id} has answered"
