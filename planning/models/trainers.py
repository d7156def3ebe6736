"""What shows that somebody may teach, and what SSO Training was asked (5.1.1 a, ISO 7.2)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from planning.enums import RequestAnswer
from planning.models.modules import TrainingModule
from planning.models.resources import TrainerProfile
from trainingops.domain import Identified
from trainingops.people.models import ServiceLine, Site, User
from trainingops.records.models import StoredFile


class TrainerQualification(Identified):
    """A certificate or a training of a trainer: what, from whom, from when until when, with its document."""

    trainer = models.ForeignKey(TrainerProfile, models.PROTECT, related_name="qualifications")
    title = models.CharField(_("qualification"), max_length=160)
    issuer = models.CharField(_("from whom"), max_length=120)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=160, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="qualification_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.title


class TrainerRequestQuerySet(models.QuerySet["TrainerRequest"]):
    def visible_to(self, user: User) -> TrainerRequestQuerySet:
        """Managers, trainers and auditors of the place; SSO Training, whom they are addressed to."""
        roles = ("manager", "trainer", "auditor", "sso_training")
        return self.filter(user.authority.scope(*roles, site="site", line="line"))


class TrainerRequest(Identified):
    """*Permohonan ke SSO Training*: what is asked, for which module and day, and the answer (5.1.1 a, d)."""

    number = models.CharField(max_length=30, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("site"))
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+", verbose_name=_("service line"))
    module = models.ForeignKey(
        TrainingModule, models.PROTECT, null=True, blank=True, related_name="trainer_requests", verbose_name=_("module")
    )
    wanted_on = models.DateField(_("wanted on"))
    asked = models.TextField(_("what is asked"))
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    answer = models.CharField(_("answer"), max_length=8, choices=RequestAnswer, blank=True)
    answer_note = models.TextField(_("what was answered"), blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    entered_for = models.CharField(_("who answered"), max_length=120, blank=True)
    trainer = models.ForeignKey(
        TrainerProfile, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name="trainer"
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=160, blank=True)

    objects = TrainerRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_on=None, answered_by=None)
                | (~Q(answer="") & Q(answered_on__isnull=False, answered_by__isnull=False)),
                name="answer_has_day_and_author",
            ),
            models.CheckConstraint(
                condition=Q(entered_for="") | Q(file__isnull=False), name="entered_answer_has_document"
            ),
        ]

    def __str__(self) -> str:
        return self.number
