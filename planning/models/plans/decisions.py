"""What teams and managers say of a revision: answers, remarks, decisions (4.1, 5.1.1 d)."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext

from planning.enums import (
    ConsultationAnswer,
    Decision,
)
from planning.models.plans.plan import PlanRevision, TrainingPlan
from trainingops.domain import Identified
from trainingops.people.enums import Role
from trainingops.people.models import Signature
from trainingops.records.models import StoredFile


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
    asked_about = models.JSONField(
        default=dict, blank=True, help_text="number of the revision asked about, and what of it is coordinated"
    )
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
