"""Sessions as they were held: meetings, attendance, tests, scores, recovery (5.2, 5.3.1)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from planning.models import (
    ModuleVersion,
    PlannedSession,
    PlanRevision,
    QuestionVersion,
    RecoveryForm,
    ScoringParameter,
    TestPaper,
    TrainerProfile,
    TrainingPlan,
)
from sessions.enums import (
    AttemptState,
    AttendanceSource,
    AttendanceStatus,
    CaseKind,
    CaseState,
    DeviationKind,
    EnrolmentOrigin,
    MeetingState,
    OutcomeResult,
    OutcomeState,
    ResultStatus,
    SessionKind,
    SessionState,
    TestPhase,
)
from trainingops.domain import Identified
from trainingops.people.models import Person, ServiceLine, Signature, Site, Team, User


class TrainingSessionQuerySet(models.QuerySet["TrainingSession"]):
    def visible_to(self, user: User) -> TrainingSessionQuerySet:
        """The offices within their scope, trainers and PIC their own, participants those they are enrolled in."""
        from sessions.queries import sessions_visible_to

        return sessions_visible_to(self, user)


class TrainingSession(Identified):
    """One class of one group. Its ``uuid`` is that of the planned session, so that a revision finds and moves it."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="training_sessions")
    revision = models.ForeignKey(
        PlanRevision,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="training_sessions",
        help_text="the approved revision in force; none for make-up classes and filed ones",
    )
    planned = models.ForeignKey(PlannedSession, models.PROTECT, related_name="training_sessions")
    kind = models.CharField(_("kind"), max_length=10, choices=SessionKind, default=SessionKind.REGULAR)
    state = models.CharField(_("state"), max_length=9, choices=SessionState, default=SessionState.SCHEDULED)
    label = models.CharField(_("batch"), max_length=60)
    site = models.ForeignKey(Site, models.PROTECT, related_name="training_sessions")
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+")
    module_version = models.ForeignKey(ModuleVersion, models.PROTECT, related_name="training_sessions")
    scheme = models.TextField(help_text="frozen scoring scheme as canonical JSON: parameters, pass mark, decimals, cap")
    scheme_hash = models.CharField(max_length=64)
    starts_at = models.DateTimeField(_("planned start"))
    ends_at = models.DateTimeField(_("planned end of the last meeting"))
    opened_at = models.DateTimeField(null=True)
    concluded_at = models.DateTimeField(null=True)
    concluded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    notes = models.TextField(_("notes"), blank=True)
    cancel_reason = models.TextField(blank=True)

    objects = TrainingSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        indexes = [models.Index(fields=["state", "starts_at"]), models.Index(fields=["line", "starts_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
            models.CheckConstraint(
                condition=Q(revision__isnull=False) | Q(kind__in=["make_up", "one_to_one", "filed"]),
                name="regular_session_has_an_approved_revision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"


class SessionMeeting(Identified):
    """One meeting of a session; ``uuid`` is that of the planned meeting."""

    training_session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="meetings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    actual_starts_at = models.DateTimeField(null=True)
    actual_ends_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=9, choices=MeetingState, default=MeetingState.PLANNED)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_start"),
            models.CheckConstraint(
                condition=Q(actual_ends_at=None) | Q(actual_ends_at__gt=F("actual_starts_at")),
                name="meeting_actual_end_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_session_id} {self.starts_at:%Y-%m-%d %H:%M}"


class MeetingTrainer(models.Model):
    """Who taught a meeting, planned or as substitute."""

    meeting = models.ForeignKey(SessionMeeting, models.CASCADE, related_name="meeting_trainers")
    trainer = models.ForeignKey(TrainerProfile, models.PROTECT, related_name="+")
    is_substitute = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "trainer"], name="meeting_trainer_once")]

    def __str__(self) -> str:
        return f"{self.trainer_id} in {self.meeting_id}"


class Enrolment(Identified):
    """A person in a session, with the site, line and team of then."""

    training_session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="enrolments")
    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments")
    origin = models.CharField(max_length=10, choices=EnrolmentOrigin, default=EnrolmentOrigin.TARGET)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["person__name"]
        constraints = [models.UniqueConstraint(fields=["training_session", "person"], name="enrolment_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.training_session_id}"


class AbsenceReason(models.Model):
    """Why somebody was absent (ATT-5); extendable. Some are charged to Operation and not to the agent."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    charged_to_operation = models.BooleanField(default=False)
    needs_decider = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class Attendance(models.Model):
    """Attendance of one person at one meeting; no row, or a blank status, is "not recorded"."""

    meeting = models.ForeignKey(SessionMeeting, models.PROTECT, related_name="attendances")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="attendances")
    status = models.CharField(max_length=7, choices=AttendanceStatus, blank=True)
    minutes_late = models.PositiveSmallIntegerField(default=0)
    minutes_left_early = models.PositiveSmallIntegerField(default=0)
    reason = models.ForeignKey(AbsenceReason, models.PROTECT, null=True, blank=True, related_name="+")
    reason_note = models.CharField(max_length=200, blank=True, help_text="who decided, or what happened")
    source = models.CharField(max_length=7, choices=AttendanceSource, default=AttendanceSource.TRAINER)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "enrolment"], name="attendance_once"),
            models.CheckConstraint(
                condition=~Q(status="absent") | Q(reason__isnull=False), name="absence_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.status}"


class TestAttempt(Identified):
    """One go of one person at one paper."""

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

    class Meta:
        ordering = ["enrolment", "phase", "number"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "phase", "number"], name="attempt_once"),
            models.CheckConstraint(
                condition=Q(state="in_progress") | Q(submitted_at__isnull=False), name="submitted_attempt_has_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.phase} {self.number}"


class TestAnswer(models.Model):
    """The last saved answer to one question of an attempt: option keys, or text."""

    attempt = models.ForeignKey(TestAttempt, models.PROTECT, related_name="answers")
    question_version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+")
    choice = models.JSONField(default=list)
    saved_at = models.DateTimeField()
    points = models.DecimalField(max_digits=8, decimal_places=2, null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attempt", "question_version"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.question_version_id}"


class ParameterScore(models.Model):
    """A score for one parameter by one assessor; blank is no row, and never zero (SCR-5)."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="scores")
    attempt = models.PositiveSmallIntegerField(default=1)
    parameter = models.ForeignKey(ScoringParameter, models.PROTECT, related_name="+")
    assessor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    value = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "attempt", "parameter", "assessor"], name="score_once"),
            models.CheckConstraint(condition=Q(value=None) | Q(value__gte=0), name="score_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.parameter_id} {self.value}"


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


class TargetOutcome(Identified):
    """What became of one target of one plan: the ledger behind indicator 4.3a."""

    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="outcomes")
    person = models.ForeignKey(Person, models.PROTECT, related_name="outcomes")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=11, choices=OutcomeState, default=OutcomeState.OUTSTANDING)
    result = models.CharField(max_length=11, choices=OutcomeResult, default=OutcomeResult.NOT_SCORED)
    on_schedule = models.BooleanField(null=True, help_text="trained without recovery")
    settled_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signature = models.OneToOneField(Signature, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "person"], name="outcome_once"),
            models.CheckConstraint(
                condition=~Q(state="waived") | (Q(signature__isnull=False) & ~Q(reason="")),
                name="waiver_is_signed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(proposed_by=None) | ~Q(decided_by=F("proposed_by")),
                name="outcome_decided_by_another",
            ),
        ]
        indexes = [models.Index(fields=["state"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.state}"


class RecoveryCase(Identified):
    """A missed meeting, or a result below the pass mark, until it is made up for (5.3.1)."""

    kind = models.CharField(max_length=8, choices=CaseKind)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="cases")
    meeting = models.ForeignKey(SessionMeeting, models.PROTECT, null=True, related_name="cases")
    state = models.CharField(max_length=9, choices=CaseState, default=CaseState.OPEN)
    cause = models.CharField(max_length=200, help_text="absent, late by n minutes, left early, below the pass mark")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="recovery_cases")
    due_at = models.DateTimeField()
    form = models.ForeignKey(RecoveryForm, models.PROTECT, null=True, related_name="+")
    scheduled_in = models.ForeignKey(TrainingSession, models.PROTECT, null=True, related_name="recovers")
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "meeting"], condition=Q(kind="recovery"), name="one_case_a_missed_meeting"
            ),
            models.CheckConstraint(
                condition=~Q(kind="recovery") | Q(meeting__isnull=False), name="recovery_names_its_meeting"
            ),
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(scheduled_in__isnull=False), name="scheduled_case_has_a_session"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.enrolment_id} {self.state}"


class Deviation(Identified):
    """Planned against actual, with the reason that the manager acknowledges (4.2)."""

    training_session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="deviations")
    kind = models.CharField(max_length=11, choices=DeviationKind)
    planned = models.CharField(max_length=200)
    actual = models.CharField(max_length=200)
    reason = models.TextField()
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["reported_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(acknowledged_by=None) | ~Q(acknowledged_by=F("reported_by")),
                name="deviation_acknowledged_by_another",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.training_session_id}"


class SessionSummary(models.Model):
    """Counts of a session, recomputed from its rows by one statement by whoever changed them."""

    training_session = models.OneToOneField(TrainingSession, models.PROTECT, primary_key=True, related_name="summary")
    enrolled = models.PositiveIntegerField(default=0)
    recorded = models.PositiveIntegerField(default=0, help_text="enrolments whose every meeting is recorded")
    present = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    absent = models.PositiveIntegerField(default=0)
    scored = models.PositiveIntegerField(default=0)
    passed = models.PositiveIntegerField(default=0)
    cases_open = models.PositiveIntegerField(default=0)
    mean_pre = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    mean_post = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    mean_final = models.DecimalField(max_digits=9, decimal_places=4, null=True)

    def __str__(self) -> str:
        return f"summary of {self.training_session_id}"
