"""What became of every target, and what is still to be made up for (4.3, 5.3.1)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from planning.models import (
    RecoveryForm,
    TrainingPlan,
)
from sessions.enums import (
    OPEN_CASES,
    CaseCause,
    CaseKind,
    CaseState,
    LapseCause,
    OutcomeResult,
    OutcomeState,
    Suspension,
)
from sessions.models.held import Enrolment, SessionMeeting, TrainingSession
from sessions.models.results import SessionResult
from trainingops.domain import Identified
from trainingops.people.models import Person, Signature, User
from trainingops.ui.moments import day_words


class TargetOutcomeQuerySet(models.QuerySet["TargetOutcome"]):
    def visible_to(self, user: User) -> TargetOutcomeQuerySet:
        """Those of the plans that the user may know."""
        return self.filter(plan__in=TrainingPlan.objects.visible_to(user))


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
    lapse_cause = models.CharField(max_length=10, choices=LapseCause, blank=True)
    lapse_proposed_at = models.DateTimeField(null=True, help_text="the system found that the person left or moved")
    lapse_declined_at = models.DateTimeField(null=True, help_text="somebody decided that they are trained all the same")

    objects = TargetOutcomeQuerySet.as_manager()

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
            models.CheckConstraint(
                condition=Q(lapse_cause="", lapse_proposed_at=None, lapse_declined_at=None)
                | (~Q(lapse_cause="") & Q(lapse_proposed_at__isnull=False)),
                name="lapse_proposal_says_why_and_when",
            ),
        ]
        indexes = [models.Index(fields=["state"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.state}"


class RecoveryCaseQuerySet(models.QuerySet["RecoveryCase"]):
    def visible_to(self, user: User) -> RecoveryCaseQuerySet:
        """Those of :meth:`visible_to_office`, and one's own as a participant."""
        own = Q(enrolment__person=user.person_id) if user.person_id else Q(pk__in=[])
        return self.filter(self._seen_by_office(user) | own)

    def visible_to_office(self, user: User) -> RecoveryCaseQuerySet:
        """Of whom somebody sees by name in the sessions that they see as staff, and those that they answer for."""
        return self.filter(self._seen_by_office(user))

    @staticmethod
    def _seen_by_office(user: User) -> Q:
        from sessions.queries.visibility import people_named_in_sessions

        staff = Q(enrolment__training_session__in=TrainingSession.objects.visible_to_staff(user))
        named = Q(enrolment__in=Enrolment.objects.filter(people_named_in_sessions(user)))
        return (staff & named) | Q(owner=user) | Q(leader=user)

    def with_failure(self) -> RecoveryCaseQuerySet:
        """Each with ``failed``: a remedial that is over and was not passed."""
        below = SessionResult.objects.filter(enrolment=OuterRef("enrolment"), current=True, passed=False)
        return self.annotate(failed=Q(Exists(below), kind=CaseKind.REMEDIAL, state=CaseState.RESOLVED))


class RecoveryCase(Identified):
    """A missed meeting, or a result below the pass mark, until it is made up for (5.3.1)."""

    kind = models.CharField(max_length=8, choices=CaseKind)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="cases")
    meeting = models.ForeignKey(SessionMeeting, models.PROTECT, null=True, related_name="cases")
    state = models.CharField(max_length=9, choices=CaseState, default=CaseState.OPEN)
    cause = models.CharField(max_length=15, choices=CaseCause)
    minutes = models.PositiveSmallIntegerField(null=True, help_text="late by, or left early by")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="recovery_cases")
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="who lets the agent go to the recovery: the present leader of their team",
    )
    due_at = models.DateTimeField(help_text="with the days for which it is suspended")
    suspension = models.CharField(max_length=10, choices=Suspension, blank=True)
    suspended_from = models.DateField(null=True)
    suspended_until = models.DateField(null=True, help_text="inclusive; none while nobody knows the end")
    form = models.ForeignKey(RecoveryForm, models.PROTECT, null=True, related_name="+")
    scheduled_in = models.ForeignKey(TrainingSession, models.PROTECT, null=True, related_name="recovers")
    missed_in = models.ForeignKey(
        TrainingSession, models.PROTECT, null=True, related_name="+", help_text="the class that was to recover it"
    )
    test_opened_at = models.DateTimeField(
        null=True, help_text="self-study or remedial: from then on the test may start"
    )
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True)
    signature = models.ForeignKey(Signature, models.PROTECT, null=True, related_name="+")

    objects = RecoveryCaseQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "meeting"],
                condition=Q(kind="recovery") & ~Q(state="voided"),
                name="one_case_a_missed_meeting",
            ),
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(kind="remedial") & ~Q(state="voided"),
                name="one_remedial_case_an_enrolment",
            ),
            models.CheckConstraint(
                condition=~Q(state="waived") | (Q(signature__isnull=False) & ~Q(note="")),
                name="case_waiver_is_signed_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="waived") | ~Q(settled_by=F("owner")), name="case_waived_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(kind="recovery") | Q(meeting__isnull=False), name="recovery_names_its_meeting"
            ),
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(scheduled_in__isnull=False), name="scheduled_case_has_a_session"
            ),
            models.CheckConstraint(
                condition=Q(suspension="", suspended_from=None, suspended_until=None)
                | (~Q(suspension="") & Q(suspended_from__isnull=False)),
                name="suspension_says_from_when",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.enrolment_id} {self.state}"

    @property
    def first_due_at(self) -> datetime:
        """When it is due unless its person is away for long: so many days after it was opened."""
        return self.opened_at + timedelta(days=self.enrolment.training_session.recovery_days)

    @property
    def suspended_words(self) -> str:
        """For how long, and why, its due date waits, waited or will wait; blank where it never did."""
        if self.suspended_from is None:
            return ""
        said = {"why": self.get_suspension_display().lower(), "since": day_words(self.suspended_from)}
        if self.suspended_until is None:
            return _("from %(since)s until the return (%(why)s)") % said
        return _("from %(since)s to %(until)s (%(why)s)") % {**said, "until": day_words(self.suspended_until)}

    def class_in_absence(self) -> TrainingSession | None:
        """The class in which it is to be made up for, where that falls on days on which its person is away for long."""
        held = self.scheduled_in
        if held is None or self.state != CaseState.SCHEDULED or self.suspended_from is None:
            return None
        first, last = (each.astimezone(held.site.zone).date() for each in (held.starts_at, held.ends_at))
        falls = self.suspended_from <= last and (self.suspended_until is None or first <= self.suspended_until)
        return held if falls else None

    def is_suspended(self, now: datetime) -> bool:
        """Whether its due date waits today, by the calendar of the session's site."""
        today = now.astimezone(self.enrolment.training_session.site.zone).date()
        if self.suspended_from is None or self.state not in OPEN_CASES:
            return False
        return self.suspended_from <= today and (self.suspended_until is None or today <= self.suspended_until)
