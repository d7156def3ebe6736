"""Tests, scores and what the frozen scheme makes of them (5.1.2)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from planning.models import (
    QuestionVersion,
    ScoringParameter,
    TestPaper,
)
from sessions.enums import (
    AttemptState,
    ResultStatus,
    TestPhase,
)
from sessions.models.held import Enrolment, TrainingSession
from trainingops.domain import Identified
from trainingops.imports.models import ImportRun
from trainingops.people.models import User


class TestAttemptQuerySet(models.QuerySet["TestAttempt"]):
    def visible_to(self, user: User) -> TestAttemptQuerySet:
        """One's own and nobody else's: answers are between the participant and the marking."""
        return self.filter(enrolment__person=user.person_id) if user.person_id else self.none()


class TestAttempt(Identified):
    """One go of one person at one paper."""

    __test__ = False  # a model, whatever pytest makes of its name

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="attempts")
    paper = models.ForeignKey(TestPaper, models.PROTECT, related_name="attempts")
    phase = models.CharField(max_length=8, choices=TestPhase)
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=11, choices=AttemptState, default=AttemptState.IN_PROGRESS)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    points = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    maximum = models.DecimalField(max_digits=8, decimal_places=2)

    objects = TestAttemptQuerySet.as_manager()

    class Meta:
        ordering = ["enrolment", "phase", "number"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "phase", "number"], name="attempt_once"),
            models.CheckConstraint(
                condition=Q(state="in_progress") | Q(submitted_at__isnull=False), name="submitted_attempt_has_a_time"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="in_progress"), name="attempt_running")]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.phase} {self.number}"


class TestAnswer(models.Model):
    """The last saved answer to one question of an attempt: option keys, or text."""

    __test__ = False  # a model, whatever pytest makes of its name

    attempt = models.ForeignKey(TestAttempt, models.PROTECT, related_name="answers")
    question_version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    choice = models.JSONField(default=list)
    saved_at = models.DateTimeField()
    points = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    marked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "question_version"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.question_version_id}"


class ExtraTime(Identified):
    """Minutes more for the tests of one person in one session, given by the trainer (QUZ-4); the latest row counts."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="extra_times")
    minutes = models.PositiveSmallIntegerField()
    reason = models.TextField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["given_at", "pk"]

    def __str__(self) -> str:
        return f"{self.enrolment_id} +{self.minutes}"


class ParameterScore(models.Model):
    """A score for one parameter by one assessor; blank is no row, and never zero (SCR-5)."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="scores")
    attempt = models.PositiveSmallIntegerField(default=1)
    parameter = models.ForeignKey(ScoringParameter, models.PROTECT, related_name="+")
    assessor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", help_text="who wrote the present value"
    )
    value = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField()
    imported = models.ForeignKey(
        ImportRun, models.PROTECT, null=True, related_name="+", help_text="the import of the file that it stands in"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "attempt", "parameter", "assessor"], name="score_once"),
            models.CheckConstraint(condition=Q(value=None) | Q(value__gte=0), name="score_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.parameter_id} {self.value}"


class SessionGain(models.Model):
    """What a class learned from pre-test to post-test, over those targeted who took both; the evaluation stage computes
    it and writes it by a downward call. ``stale`` until the present scores are counted; scores in percent."""

    training_session = models.OneToOneField(TrainingSession, models.CASCADE, primary_key=True, related_name="gain")
    stale = models.BooleanField(default=True)
    pairs = models.PositiveIntegerField(default=0)
    unmatched = models.PositiveIntegerField(default=0, help_text="people with one of both scores only")
    at_maximum = models.PositiveIntegerField(default=0, help_text="pairs whose pre-test had no mistake")
    mean_pre = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    mean_post = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    class_gain = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    individual_gain = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    t = models.DecimalField(
        max_digits=10, decimal_places=4, null=True, help_text="paired, pairs − 1 degrees of freedom"
    )
    p_value = models.DecimalField(max_digits=8, decimal_places=7, null=True, help_text="two-sided")
    computed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["training_session"], condition=Q(stale=True), name="gain_to_compute")]

    def __str__(self) -> str:
        return f"{self.training_session_id} {self.class_gain}"

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the paired t test."""
        return self.pairs - 1


class AskedAssessorQuerySet(models.QuerySet["AskedAssessor"]):
    def visible_to(self, user: User) -> AskedAssessorQuerySet:
        """Those of the sessions that the user sees as staff."""
        return self.filter(training_session__in=TrainingSession.objects.visible_to_staff(user))

    def in_force(self) -> AskedAssessorQuerySet:
        """Those that nobody took back."""
        return self.filter(withdrawn_at=None)


class AskedAssessor(Identified):
    """Somebody asked to assess a parameter beside those who run the session (5.1.2).

    Without ``enrolment`` one of several assessors of everybody, whose scores are averaged; with it a second opinion on
    one person, which counts instead of the first score.
    """

    training_session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="asked_assessors")
    parameter = models.ForeignKey(ScoringParameter, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, null=True, related_name="asked_assessors")
    attempt = models.PositiveSmallIntegerField(default=1)
    assessor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = AskedAssessorQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["training_session", "parameter", "attempt", "assessor"],
                condition=Q(enrolment=None, withdrawn_at=None),
                name="assessor_asked_once",
            ),
            models.UniqueConstraint(
                fields=["enrolment", "parameter", "attempt"],
                condition=Q(enrolment__isnull=False, withdrawn_at=None),
                name="one_second_opinion",
            ),
            models.CheckConstraint(condition=~Q(assessor=F("asked_by")), name="assessor_asked_by_another"),
            models.CheckConstraint(condition=Q(enrolment=None) | ~Q(reason=""), name="second_opinion_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.assessor_id} for {self.parameter_id} in {self.training_session_id}"


class SessionResult(Identified):
    """What the frozen scheme makes of the scores of one attempt, with how it came about."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="results")
    attempt = models.PositiveSmallIntegerField(default=1)
    scheme_hash = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=ResultStatus)
    final = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    passed = models.BooleanField(null=True)
    explanation = models.JSONField(default=dict)
    current = models.BooleanField(default=True)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment"], condition=Q(current=True), name="one_current_result"),
            models.CheckConstraint(
                condition=Q(status="incomplete", final=None, passed=None)
                | Q(status="scored", final__isnull=False, passed__isnull=False),
                name="result_says_all_or_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.final}"
