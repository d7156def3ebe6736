"""Plans and their revisions, what an approval freezes, and what it books (4.1, 5.1.1, 5.1.2)."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from planning.enums import (
    BookingRole,
    ConsultationAnswer,
    Decision,
    PlanState,
    RevisionState,
    TargetReason,
    TrainingKind,
)
from planning.models.modules import ModuleVersion
from planning.models.needs import Defect, NeedSource
from planning.models.outline import Outline
from planning.models.questions import ScoringScheme
from planning.models.resources import LicenceSeat, Room, TrainerProfile
from planning.models.templates import PlanTemplate
from planning.reasons import reason_words
from trainingops.domain import Identified
from trainingops.people.enums import Role
from trainingops.people.models import Person, ServiceLine, Signature, Site, User
from trainingops.records.models import StoredFile


class TrainingPlanQuerySet(models.QuerySet["TrainingPlan"]):
    def visible_to(self, user: User) -> TrainingPlanQuerySet:
        """The offices within their scope, the PIC their own, participants what was approved for them."""
        from planning.queries import plans_visible_to

        return plans_visible_to(self, user)


class TrainingPlan(Identified):
    """One training from need to closure. What it says stands in its revisions."""

    number = models.CharField(_("number"), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=11, choices=TrainingKind)
    title = models.CharField(_("title"), max_length=160)
    site = models.ForeignKey(Site, models.PROTECT, related_name="plans", verbose_name=_("site"))
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="plans", verbose_name=_("service line"))
    pic = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="plans", verbose_name="PIC")
    state = models.CharField(_("state"), max_length=14, choices=PlanState, default=PlanState.IN_PREPARATION)
    approved_revision = models.OneToOneField(
        "PlanRevision", models.PROTECT, null=True, blank=True, related_name="approved_for"
    )
    template = models.ForeignKey(
        PlanTemplate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="plans",
        help_text="what its first draft began with",
    )
    is_filed = models.BooleanField(default=False, help_text="made afterwards for a class held without approval (5.2)")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = TrainingPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "line"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_filed=False) | Q(approved_revision=None), name="filed_plan_is_never_approved"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """The state in words, wherever it is shown; a plan filed afterwards never looks approved (5.2)."""
        word = str(PlanState(self.state).label)
        return gettext("%(state)s, without prior approval") % {"state": word} if self.is_filed else word


class PlanRevision(Identified, Outline):
    """Rows while a draft; submission freezes ``content`` (canonical JSON, persons by uuid) and its hash."""

    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(_("state"), max_length=10, choices=RevisionState, default=RevisionState.DRAFT)
    needs = models.ManyToManyField(
        NeedSource, blank=True, related_name="revisions", verbose_name=_("sources of the need")
    )
    module_version = models.ForeignKey(
        ModuleVersion, models.PROTECT, null=True, blank=True, related_name="revisions", verbose_name=_("module")
    )
    scheme = models.ForeignKey(
        ScoringScheme, models.PROTECT, null=True, blank=True, related_name="revisions", verbose_name=_("scoring scheme")
    )
    busy_reason = models.TextField(_("reason for a busy interval"), blank=True)
    trainer_reason = models.TextField(_("reason for a trainer without qualification"), blank=True)
    seats_reason = models.TextField(_("reason for more people than seats"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    content = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="revision_number_once"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state__in=["draft", "submitted"]), name="one_open_revision_a_plan"
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state="approved"), name="one_approved_revision_a_plan"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | (~Q(content_hash="") & Q(submitted_at__isnull=False) & Q(pass_mark__isnull=False)),
                name="submitted_revision_is_frozen",
            ),
            models.CheckConstraint(
                condition=Q(pass_mark=None) | Q(pass_mark__gte=0, pass_mark__lte=100), name="revision_pass_mark_0_100"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.number} rev {self.number}"


class PlannedSession(models.Model):
    """One class of one group (batch). Its ``uuid`` stays the same through revisions and names the session held.

    ``revision`` is none for make-up classes and for classes filed afterwards.
    """

    uuid = models.UUIDField(default=uuid.uuid4, db_index=True)
    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="planned_sessions")
    revision = models.ForeignKey(PlanRevision, models.PROTECT, null=True, blank=True, related_name="sessions")
    label = models.CharField(_("batch"), max_length=60)
    host_site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("host site"))
    trainers = models.ManyToManyField(TrainerProfile, related_name="planned_sessions", verbose_name=_("trainers"))
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("room"))
    link = models.URLField(_("link"), blank=True)
    place_changed_at = models.DateTimeField(null=True, help_text="last change of room or link without a revision")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["revision", "uuid"], name="planned_session_once_a_revision")]

    def __str__(self) -> str:
        return self.label


class PlannedMeeting(models.Model):
    """A meeting of a planned session; its ``uuid`` stays through revisions too."""

    uuid = models.UUIDField(default=uuid.uuid4, db_index=True)
    planned_session = models.ForeignKey(PlannedSession, models.CASCADE, related_name="meetings")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["starts_at"])]
        constraints = [
            models.UniqueConstraint(fields=["planned_session", "uuid"], name="planned_meeting_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="planned_meeting_ends_after_start"),
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("starts_at") + timedelta(hours=24)), name="planned_meeting_within_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class PlanTarget(Identified):
    """A person on target, and why (5.1.1 b, c). The batch is not material; the set of targets is."""

    revision = models.ForeignKey(PlanRevision, models.PROTECT, related_name="targets")
    person = models.ForeignKey(Person, models.PROTECT, related_name="plan_targets")
    planned_session = models.ForeignKey(
        PlannedSession, models.PROTECT, null=True, blank=True, related_name="targets", verbose_name=_("batch")
    )
    reason = models.CharField(_("reason"), max_length=17, choices=TargetReason)
    reason_facts = models.JSONField(default=list, help_text="why, as kinds and values (planning.reasons)")
    reason_note = models.CharField(_("reason in words"), max_length=300, blank=True, help_text="as the PIC wrote it")
    defects = models.ManyToManyField(Defect, blank=True, related_name="targets")
    extra_minutes = models.PositiveSmallIntegerField(
        _("extra time for each test (minutes)"), default=0, help_text="not material: the PIC gives it alone (QUZ-4)"
    )
    moved_at = models.DateTimeField(null=True, help_text="last move to another batch without a revision")
    extra_time_at = models.DateTimeField(null=True, help_text="last change of the extra time without a revision")

    class Meta:
        ordering = ["person__name"]
        constraints = [models.UniqueConstraint(fields=["revision", "person"], name="target_once_a_revision")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.revision_id}"

    @property
    def reason_words(self) -> str:
        """Why, in the reader's words; nothing more than the kind of reason where nothing more is known."""
        return reason_words(self.reason_facts) or self.reason_note  # before the facts were kept, the note held all


class PlanRecipient(models.Model):
    """Who receives the report: at least one active for each party that 5.3.2 names."""

    revision = models.ForeignKey(PlanRevision, models.CASCADE, related_name="recipients")
    party = models.CharField(_("party"), max_length=20, choices=Role)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("mail address"), blank=True)
    added_at = models.DateTimeField(null=True, help_text="when added without a revision")

    class Meta:
        ordering = ["party", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(user__isnull=False) | ~Q(email=""), name="recipient_can_be_reached"),
            models.UniqueConstraint(fields=["revision", "party", "user"], name="recipient_once_a_party"),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.user_id or self.email}"


class Consultation(Identified):
    """QC, Operation or Operation Support were asked; silence is not agreement (5.1.1 d)."""

    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="consultations")
    party = models.CharField(max_length=20, choices=Role)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answer = models.CharField(max_length=10, choices=ConsultationAnswer, blank=True)
    remark = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_for = models.CharField(max_length=120, blank=True, help_text="who answered, where the PIC entered it")
    answered_on = models.DateField(null=True)
    answered_about = models.JSONField(
        default=dict, blank=True, help_text="number of the revision answered, and what of it is coordinated"
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["plan", "party"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "party"], condition=Q(answer=""), name="one_open_question_a_party"),
            models.CheckConstraint(
                condition=Q(answered_for="", answered_on=None, file=None)
                | (~Q(answered_for="") & Q(answered_on__isnull=False, file__isnull=False)),
                name="entered_answer_has_its_document",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} on {self.plan_id}"

    def is_silent(self, today: date) -> bool:
        """Whether the date has passed without an answer; ``today`` is the day at the plan's site."""
        return not self.answer and self.due_on < today


class RevisionComment(Identified):
    """A remark on a revision, or on one of its fields; open until it is resolved, also in the next revision (APR-4)."""

    revision = models.ForeignKey(PlanRevision, models.PROTECT, related_name="comments")
    field = models.CharField(max_length=40, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField()
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(resolved_by=None, resolved_at=None)
                | Q(resolved_by__isnull=False, resolved_at__isnull=False),
                name="resolved_remark_names_who_and_when",
            )
        ]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.text[:30]}"


class ApprovalDecision(Identified):
    """The manager's decision on a revision, bound to its hash (APR-3). Nobody decides on their own proposal."""

    revision = models.OneToOneField(PlanRevision, models.PROTECT, related_name="decision")
    decision = models.CharField(max_length=8, choices=Decision)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    comment = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64)
    signature = models.OneToOneField(Signature, models.PROTECT, null=True, related_name="+")
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="the absent manager"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(decided_by=F("proposed_by")), name="decision_by_another"),
            models.CheckConstraint(
                condition=Q(on_behalf_of=None) | ~Q(on_behalf_of=F("proposed_by")), name="decision_for_another"
            ),
            models.CheckConstraint(
                condition=Q(signature__isnull=False) | ~Q(decision="approved"), name="approval_is_signed"
            ),
            models.CheckConstraint(
                condition=~Q(comment="") | Q(decision="approved"), name="return_and_rejection_have_a_comment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.revision_id}"

    @property
    def by_words(self) -> str:
        """Who decided, and for whom where it was by delegation ("a.n.")."""
        if self.on_behalf_of is None:
            return str(self.decided_by)
        return gettext("%(who)s on behalf of %(principal)s") % {"who": self.decided_by, "principal": self.on_behalf_of}


class Booking(models.Model):
    """A person, room or licence seat taken for a meeting. The database refuses a double booking (DESIGN.md §3)."""

    planned_meeting = models.ForeignKey(PlannedMeeting, models.CASCADE, related_name="bookings")
    role = models.CharField(max_length=11, choices=BookingRole)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="bookings")
    trainer = models.ForeignKey(TrainerProfile, models.PROTECT, null=True, blank=True, related_name="bookings")
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="bookings")
    seat = models.ForeignKey(LicenceSeat, models.PROTECT, null=True, blank=True, related_name="bookings")
    during = DateTimeRangeField()
    live = models.BooleanField(default=True)
    is_guest = models.BooleanField(
        default=False, help_text="beside what the revision names: recovery in this batch, a substitute on the day"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(role="participant", person__isnull=False, room=None, seat=None)
                    | Q(role="trainer", trainer__isnull=False, room=None, seat=None)
                    | Q(role="room", room__isnull=False, person=None, trainer=None, seat=None)
                    | Q(role="seat", seat__isnull=False, person=None, trainer=None, room=None)
                ),
                name="booking_names_what_it_takes",
            ),
            *(
                ExclusionConstraint(
                    name=f"booking_{field}_once",
                    expressions=[(field, RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                    condition=Q(live=True, **{f"{field}__isnull": False}),
                    deferrable=Deferrable.IMMEDIATE,
                )
                for field in ("person", "trainer", "room", "seat")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.during}"


class Competence(Identified):
    """What a person has shown: written by the sessions stage by a downward call (DESIGN.md §1)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="competences")
    module_version = models.ForeignKey(ModuleVersion, models.PROTECT, related_name="competences")
    achieved_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    result = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    source = models.UUIDField(help_text="uuid of the session's enrolment that showed it")

    class Meta:
        ordering = ["-achieved_on"]
        constraints = [
            models.UniqueConstraint(fields=["person", "module_version", "source"], name="competence_once_a_source")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.module_version_id}"
