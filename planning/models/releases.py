"""Team leaders confirm that their agents are released for a session (5.1.1, after the approval)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from planning.enums import ReleaseState
from planning.models.plans import PlannedSession, TrainingPlan
from trainingops.domain import Identified
from trainingops.people.models import Team, User

#: Who reads the releases of every team within their scope.
RELEASE_READERS = ("manager", "trainer", "qc", "operations", "operation_support", "sso_training", "auditor")


class ReleaseConfirmationQuerySet(models.QuerySet["ReleaseConfirmation"]):
    def visible_to(self, user: User) -> ReleaseConfirmationQuerySet:
        """Leaders those of their teams; the offices those of the plans that they see."""
        led = user.authority.scope("team_leader", site="team__site", line="team__line", team="team")
        others = user.authority.scope(*RELEASE_READERS, site="plan__site", line="plan__line")
        return self.filter(led | others | Q(plan__pic=user))


class NeededReleases(models.Manager.from_queryset(ReleaseConfirmationQuerySet)):  # type: ignore[misc]
    """Those whose agents are needed still."""

    def get_queryset(self) -> ReleaseConfirmationQuerySet:
        needed: ReleaseConfirmationQuerySet = super().get_queryset().filter(withdrawn_at=None)
        return needed


class ReleaseConfirmation(Identified):
    """Whether the leader of a team releases its agents for one session of an approved plan.

    ``content_hash`` says for which times and people the answer holds: when they change, it is asked again. One whose
    agents are needed no longer is kept as ``withdrawn_at``, out of every list but :attr:`with_withdrawn`, for the page
    to which old notices lead.
    """

    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="releases")
    planned_session = models.ForeignKey(PlannedSession, models.PROTECT, related_name="releases")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    state = models.CharField(max_length=11, choices=ReleaseState, default=ReleaseState.ASKED)
    content_hash = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True, help_text="since when no agent of the team is needed")

    objects = NeededReleases()
    with_withdrawn = ReleaseConfirmationQuerySet.as_manager()

    class Meta:
        ordering = ["planned_session", "team__name"]
        constraints = [
            models.UniqueConstraint(fields=["planned_session", "team"], name="release_once_a_session_and_team"),
            models.CheckConstraint(
                condition=Q(state="asked", answered_by=None, answered_at=None)
                | (~Q(state="asked") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="release_answer_has_its_author",
            ),
            models.CheckConstraint(condition=~Q(state="other_batch") | ~Q(reason=""), name="other_batch_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} for {self.planned_session_id}"
