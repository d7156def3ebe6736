"""The H+1 report: obligation, report, versions, distribution (4.3, 5.3.2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from planning.models import TrainingPlan
from reporting.enums import ChangeCause, DayOffCategory, DeliveryChannel, EscalationStep, ObligationState, ReportState
from sessions.models import TrainingSession
from trainingops.domain import Identified
from trainingops.people.enums import Role
from trainingops.people.models import ServiceLine, Signature, Site, User
from trainingops.records.models import StoredFile


def in_readers_language(name: str, name_en: str) -> str:
    """The English name for who reads English, if there is one; else the name as it stands."""
    return name_en if name_en and get_language() == "en" else name


def default_reminders() -> list[int]:
    """At 09.00 and 15.00 of a day that ends at midnight."""
    return [15, 9]


class DeadlinePolicy(Identified):
    """How H+1 is counted from a day on, and when it is told; of a site, or of all where ``site`` is none.

    A removed one stays as a row, because due times were counted with it.
    """

    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    effective_on = models.DateField()
    business_days = models.BooleanField(default=False)
    collective_leave_is_off = models.BooleanField(default=False)
    reminder_hours = ArrayField(
        models.PositiveSmallIntegerField(),
        default=default_reminders,
        help_text="whole hours before the due time at which the PIC is reminded, the longest first",
    )
    manager_hours = models.PositiveSmallIntegerField(
        default=12, null=True, help_text="after the due time: the manager is told again; none: not at all"
    )
    parties_hours = models.PositiveSmallIntegerField(
        default=36, null=True, help_text="after the due time: the parties that wait for the report are told, too"
    )
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-effective_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "effective_on"],
                nulls_distinct=False,
                condition=Q(removed_at=None),
                name="policy_once_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"from {self.effective_on}"

    @property
    def escalation(self) -> list[tuple[EscalationStep, timedelta]]:
        """The steps after a breach in their order, each with how long after the due time."""
        hours = {EscalationStep.MANAGER: self.manager_hours, EscalationStep.PARTIES: self.parties_hours}
        return [(step, timedelta(hours=each)) for step, each in hours.items() if each is not None]

    @property
    def reminder_leads(self) -> list[timedelta]:
        """How long before the due time the PIC is reminded, the longest first."""
        return [timedelta(hours=each) for each in self.reminder_hours]


class DayOff(Identified):
    """A day off; first filled from the ``holidays`` package, then edited by people, because decrees change.

    A removed one stays as a row, so that filling again does not bring it back.
    """

    day = models.DateField()
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True, help_text="of a published day; what people typed has none")
    category = models.CharField(max_length=10, choices=DayOffCategory)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["day", "category"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "category", "site"],
                nulls_distinct=False,
                condition=Q(removed_at=None),
                name="day_off_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"

    @property
    def shown_name(self) -> str:
        """The name in the reader's language, where it has one."""
        return in_readers_language(self.name, self.name_en)


class ReportObligationQuerySet(models.QuerySet["ReportObligation"]):
    def visible_to(self, user: User) -> ReportObligationQuerySet:
        """Those whose session the user may see, agents excepted."""
        from reporting.queries import obligations_visible_to

        return obligations_visible_to(self, user)


class ReportObligation(Identified):
    """One a session, from the moment it is scheduled. On time when ``submitted_at < due_at``.

    ``breached_at`` is a fact of time (= ``due_at``) beside the state; nothing undoes it.
    """

    training_session = models.OneToOneField(TrainingSession, models.PROTECT, related_name="obligation")
    state = models.CharField(max_length=9, choices=ObligationState, default=ObligationState.PENDING)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="obligations")
    last_end = models.DateTimeField(help_text="the end from which H+1 counts")
    due_at = models.DateTimeField(db_index=True)
    timezone = models.CharField(max_length=40)
    policy = models.ForeignKey(DeadlinePolicy, models.PROTECT, null=True, related_name="+")
    explanation = models.JSONField(default=dict, help_text="start, days skipped by name, rule (DLN-2)")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    breached_at = models.DateTimeField(null=True)
    escalated_to = models.CharField(
        max_length=8, choices=EscalationStep, blank=True, help_text="the last step up the line that was told"
    )
    escalate_at = models.DateTimeField(null=True, help_text="when the next step is told, unless the report is in")
    void_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    parties_told = models.JSONField(default=list, help_text="those without a recipient, as told")

    objects = ReportObligationQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state="pending", breached_at=None), name="obligation_to_breach"
            ),
            models.Index(fields=["escalate_at"], condition=Q(state="pending"), name="obligation_to_escalate"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gt=F("last_end")), name="due_after_last_end"),
            models.CheckConstraint(
                condition=Q(breached_at=None) | Q(breached_at=F("due_at")), name="breach_is_at_the_due_time"
            ),
            models.CheckConstraint(
                condition=Q(state="submitted", submitted_at__isnull=False, submitted_by__isnull=False)
                | (~Q(state="submitted") & Q(submitted_at=None, submitted_by=None)),
                name="submission_has_time_and_person",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None)
                | Q(submitted_at__lt=F("due_at"), breached_at=None)
                | Q(submitted_at__gte=F("due_at"), breached_at__isnull=False),
                name="late_submission_is_a_breach",
            ),
            models.CheckConstraint(
                condition=~Q(state="void") | (~Q(void_reason="") & Q(breached_at=None)),
                name="void_has_a_reason_and_no_breach",
            ),
        ]

    def __str__(self) -> str:
        return f"H+1 {self.training_session.number}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def last_minute(self) -> datetime:
        """The due time as people say it: the midnight that ends a day is read as its 23.59."""
        return self.due_at - timedelta(minutes=1)

    @property
    def is_on_time(self) -> bool:
        """Submitted before the due time."""
        return self.submitted_at is not None and self.submitted_at < self.due_at


class ObligationChange(Identified):
    """A due time moved: old, new, why, who, when, how it was counted."""

    obligation = models.ForeignKey(ReportObligation, models.PROTECT, related_name="changes")
    cause = models.CharField(max_length=11, choices=ChangeCause)
    old_due_at = models.DateTimeField(null=True)
    new_due_at = models.DateTimeField()
    old_last_end = models.DateTimeField(null=True)
    new_last_end = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    explanation = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["changed_at", "id"]

    def __str__(self) -> str:
        return f"{self.cause} {self.new_due_at:%Y-%m-%d %H:%M}"

    @property
    def old_last_minute(self) -> datetime | None:
        return self.old_due_at - timedelta(minutes=1) if self.old_due_at else None

    @property
    def new_last_minute(self) -> datetime:
        return self.new_due_at - timedelta(minutes=1)


class TrainingReportQuerySet(models.QuerySet["TrainingReport"]):
    def visible_to(self, user: User) -> TrainingReportQuerySet:
        """Trainer and PIC, the offices in scope, and everybody it was distributed to."""
        from reporting.queries import reports_visible_to

        return reports_visible_to(self, user)


class TrainingReport(Identified):
    """The report on a session; its narrative while a draft, its versions once submitted."""

    number = models.CharField(max_length=30, unique=True)
    obligation = models.OneToOneField(ReportObligation, models.PROTECT, related_name="report")
    state = models.CharField(max_length=9, choices=ReportState, default=ReportState.DRAFT)
    course = models.TextField(_("how the training went"), blank=True)
    obstacles = models.TextField(_("obstacles"), blank=True)
    follow_up = models.TextField(_("follow-up"), blank=True)
    version = models.PositiveIntegerField(default=1, help_text="row version of the draft")
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True, help_text="facts changed since the last version: the next one is owed")
    changed_what = models.JSONField(default=list, help_text="what of them: attendance, scores, participants")

    objects = TrainingReportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number


class ReportVersion(Identified):
    """What was submitted: canonical JSON with persons by uuid, its hash, its signature. Never changes."""

    report = models.ForeignKey(TrainingReport, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = models.TextField()
    content_hash = models.CharField(max_length=64)
    reason = models.TextField(blank=True, help_text="of an amendment")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["report", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="report_version_once"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="amendment_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} v{self.number}"


class DistributionQuerySet(models.QuerySet["Distribution"]):
    def visible_to(self, user: User) -> DistributionQuerySet:
        return self.filter(user=user)


class Distribution(Identified):
    """A version sent to one recipient of one party: sent, opened, acknowledged (RPT-4)."""

    version = models.ForeignKey(ReportVersion, models.PROTECT, related_name="distributions")
    party = models.CharField(max_length=20, choices=Role)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="distributions"
    )
    name = models.CharField(max_length=120, blank=True)
    address = models.EmailField(blank=True)
    unreachable = models.BooleanField(default=False, help_text="the account was closed when it was sent")
    sent_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)

    objects = DistributionQuerySet.as_manager()

    class Meta:
        ordering = ["party", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "party", "user", "address", "name"],
                nulls_distinct=False,
                name="distribution_once_a_recipient",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(address="") | ~Q(name=""), name="distribution_names_somebody"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None) | Q(opened_at__isnull=False), name="acknowledged_was_opened"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} → {self.user_id or self.address}"

    @property
    def words(self) -> str:
        """Who it is."""
        return str(self.user) if self.user else self.name or self.address


class ReportParty(Identified):
    """A party of 5.3.2 at a place of the class, whom a version must reach, and the recipients who stand for it.

    A place is a site with a line: the class's own, and each other one that participants come from.
    """

    version = models.ForeignKey(ReportVersion, models.PROTECT, related_name="parties")
    party = models.CharField(max_length=20, choices=Role)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+")
    recipients = models.ManyToManyField(Distribution, related_name="stands_for")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "party", "site", "line"], name="report_party_once_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.party}"


class ReportDelivery(Identified):
    """The sender notes that a recipient without account was handed the report: how, when, to whom, with its proof."""

    distribution = models.ForeignKey(Distribution, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=9, choices=DeliveryChannel)
    delivered_at = models.DateTimeField()
    received_by = models.CharField(max_length=120)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", help_text="the proof")
    file_name = models.CharField(max_length=160, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.distribution_id} {self.channel}"


class ClientNames(Identified):
    """Whether the client reads names and scores of a line; the latest decision holds, without one they do not."""

    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+")
    shown = models.BooleanField()
    reason = models.CharField(max_length=300)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["-decided_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.line_id} {self.shown}"


class ReportShare(Identified):
    """The sender notes where the summary was shared by hand (RPT-6); no messaging service is called."""

    version = models.ForeignKey(ReportVersion, models.PROTECT, related_name="shares")
    group = models.CharField(max_length=80)
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    shared_at = models.DateTimeField()

    class Meta:
        ordering = ["-shared_at"]

    def __str__(self) -> str:
        return self.group


class TrainingRecapQuerySet(models.QuerySet["TrainingRecap"]):
    def visible_to(self, user: User) -> TrainingRecapQuerySet:
        """The offices within their scope, who ran the training, and everybody who received a report on it."""
        from reporting.queries import recaps_visible_to

        return recaps_visible_to(self, user)


class TrainingRecap(Identified):
    """What became of everybody on target of a training, drafted when its last case closed; not under H+1 (4.3, 5.3.1).

    Counts only. A correction may open a case again: its closing drafts the next number, and those before it stay.
    """

    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="recaps")
    number = models.PositiveSmallIntegerField()
    figures = models.JSONField(help_text="as reporting.recap.Recap, by name")
    closed_at = models.DateTimeField()

    objects = TrainingRecapQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="recap_number_once")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.number}"
