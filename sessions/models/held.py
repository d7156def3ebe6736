"""Sessions as they were held: classes, meetings, who taught, who took part, what differed from the plan (4.2, 5.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from planning.models import (
    ModuleVersion,
    PlannedSession,
    PlanRevision,
    TestPaper,
    TrainerProfile,
    TrainingPlan,
)
from sessions.enums import (
    BEYOND_TARGET,
    DeviationKind,
    EnrolmentOrigin,
    MeetingState,
    SessionKind,
    SessionState,
)
from trainingops.domain import Identified
from trainingops.people.models import Person, ServiceLine, Site, Team, User
from trainingops.ui.stored import said

#: Pairs of a planned and an actual stored value.
Measured = Sequence[Sequence[Any]]


class TrainingSessionQuerySet(models.QuerySet["TrainingSession"]):
    def visible_to(self, user: User) -> TrainingSessionQuerySet:
        """The offices within their scope, trainers and PIC their own, participants those they are enrolled in."""
        from sessions.queries.visibility import sessions_visible_to

        return sessions_visible_to(self, user)

    def visible_to_staff(self, user: User) -> TrainingSessionQuerySet:
        """As :meth:`visible_to` without participants: pages that show everybody's attendance and scores."""
        from sessions.queries.visibility import sessions_visible_to

        return sessions_visible_to(self, user, participants=False)


class DeviationQuerySet(models.QuerySet["Deviation"]):
    def visible_to(self, user: User) -> DeviationQuerySet:
        """Those of the sessions that the user sees as staff."""
        return self.filter(training_session__in=TrainingSession.objects.visible_to_staff(user))


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
    pre_paper = models.ForeignKey(TestPaper, models.PROTECT, null=True, blank=True, related_name="+")
    post_paper = models.ForeignKey(TestPaper, models.PROTECT, null=True, blank=True, related_name="+")
    tolerance_minutes = models.PositiveSmallIntegerField(default=15, help_text="lateness that is not a case")
    recovery_days = models.PositiveSmallIntegerField(default=7)
    starts_at = models.DateTimeField(_("planned start"))
    ends_at = models.DateTimeField(_("planned end of the last meeting"))
    opened_at = models.DateTimeField(null=True)
    post_opened_at = models.DateTimeField(
        null=True, help_text="from then on the post-test opens and the pre-test closes"
    )
    concluded_at = models.DateTimeField(null=True)
    concluded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    notes = models.TextField(_("notes"), blank=True)
    notes_version = models.PositiveIntegerField(default=0, help_text="row version of the notes alone")
    notes_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    notes_at = models.DateTimeField(null=True)
    held_version = models.ForeignKey(
        ModuleVersion, models.PROTECT, null=True, related_name="+", help_text="what was taught, where it was another"
    )
    cancel_reason = models.TextField(blank=True)
    calendar_sequence = models.PositiveIntegerField(
        default=0, help_text="how often its times changed: SEQUENCE of its calendar entries (CAL-2)"
    )
    cancelled_at = models.DateTimeField(null=True, help_text="none for those cancelled before this was kept")

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

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """The state in words, wherever it is shown: a class filed afterwards is not cancelled but withdrawn (5.2)."""
        if self.is_withdrawn:
            return gettext("Withdrawn, filed without prior approval")
        return str(SessionState(self.state).label)

    @property
    def is_withdrawn(self) -> bool:
        """Filed afterwards, and taken back since: nothing follows from it."""
        return self.kind == SessionKind.FILED and self.state == SessionState.CANCELLED

    @property
    def taught_version(self) -> ModuleVersion:
        """The module version that was taught: the approved one, unless the conclusion said another (4.2)."""
        return self.held_version or self.module_version

    @property
    def taught_version_id(self) -> int:
        """Its key, without reading it."""
        return self.held_version_id or self.module_version_id


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
                condition=Q(ends_at__lte=F("starts_at") + timedelta(hours=24)), name="meeting_within_a_day"
            ),
            models.CheckConstraint(
                condition=Q(actual_ends_at=None) | Q(actual_ends_at__gt=F("actual_starts_at")),
                name="meeting_actual_end_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(state="concluded") | Q(actual_starts_at__isnull=False, actual_ends_at__isnull=False),
                name="concluded_meeting_has_times",
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
    instead_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", help_text="of a substitute: whose place they took"
    )
    deviation = models.OneToOneField(
        "training_sessions.Deviation",
        models.SET_NULL,
        null=True,
        related_name="enrolment",
        help_text="of somebody beyond target: what the manager acknowledges",
    )

    class Meta:
        ordering = [Lower("person__name"), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["training_session", "person"], name="enrolment_once"),
            models.CheckConstraint(
                condition=Q(origin="substitute", instead_of__isnull=False)
                | Q(~Q(origin="substitute"), instead_of__isnull=True),
                name="substitute_names_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.training_session_id}"

    @property
    def is_beyond_target(self) -> bool:
        """Came without being targeted: substitute or extra."""
        return self.origin in BEYOND_TARGET


def planned_of(measured: Measured) -> str:
    """The planned side of what was measured, in the active language."""
    return "; ".join(str(said(planned)) for planned, _actual in measured)


def actual_of(measured: Measured) -> str:
    """The actual side of what was measured, in the active language."""
    return "; ".join(str(said(actual)) for _planned, actual in measured)


class Deviation(Identified):
    """Planned against actual, with the reason that the manager acknowledges (4.2)."""

    training_session = models.ForeignKey(TrainingSession, models.PROTECT, related_name="deviations")
    kind = models.CharField(max_length=11, choices=DeviationKind)
    planned = models.CharField(max_length=200, blank=True)
    actual = models.CharField(max_length=200, blank=True)
    measured = models.JSONField(
        default=list, blank=True, help_text="what the system found instead: pairs of stored values"
    )
    reason = models.TextField()
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)

    objects = DeviationQuerySet.as_manager()

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

    @property
    def planned_words(self) -> str:
        """What was planned: as somebody typed it, or as the system found it, in the reader's language."""
        return self.planned or planned_of(self.measured)

    @property
    def actual_words(self) -> str:
        """What was, likewise."""
        return self.actual or actual_of(self.measured)


class SessionSummary(models.Model):
    """Counts of a session, recomputed from its rows by one statement by whoever changed them."""

    training_session = models.OneToOneField(TrainingSession, models.PROTECT, primary_key=True, related_name="summary")
    enrolled = models.PositiveIntegerField(default=0)
    beyond_target = models.PositiveIntegerField(default=0, help_text="substitutes and extras; in no other count")
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
