"""What a plan and its template say alike: how a training is taught, scored and made up for (4.1, 5.1.1 e, 5.1.2)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from planning.enums import Method
from planning.models.questions import TestPaper
from planning.models.resources import ClassType, RecoveryForm, TrainingApplication


class Outline(models.Model):
    """All of 4.1 but the module, the scheme and who, when and where; blank where it is not decided yet."""

    purpose = models.TextField(_("why this training"), blank=True)
    method = models.CharField(_("method"), max_length=7, choices=Method, blank=True)
    application = models.ForeignKey(
        TrainingApplication, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("application")
    )
    class_types = models.ManyToManyField(ClassType, blank=True, related_name="+", verbose_name=_("class types"))
    pass_mark = models.DecimalField(_("pass mark"), max_digits=6, decimal_places=2, null=True, blank=True)
    pre_paper = models.ForeignKey(
        TestPaper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pre-test"
    )
    post_paper = models.ForeignKey(
        TestPaper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="post-test"
    )
    tolerance_minutes = models.PositiveSmallIntegerField(_("tolerated lateness (minutes)"), default=15)
    recovery_days = models.PositiveSmallIntegerField(_("days for recovery"), default=7)
    recovery_forms = models.ManyToManyField(
        RecoveryForm, blank=True, related_name="+", verbose_name=_("forms of recovery")
    )

    class Meta:
        abstract = True
