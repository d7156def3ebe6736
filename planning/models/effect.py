"""How the effect of a training on service defects is to be measured: decided before anybody knows it (2.3, 5.4)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from planning.enums import ErrorClass
from planning.models.needs import QualityParameter


class EffectPlan(models.Model):
    """The one class of defects by which a training is judged, and the two windows (both ends inclusive)."""

    effect_class = models.CharField(_("class of defects it is to lower"), max_length=12, choices=ErrorClass, blank=True)
    effect_parameter = models.ForeignKey(
        QualityParameter,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("parameter that concerns it"),
    )
    before_from = models.DateField(_("before: from"), null=True, blank=True)
    before_until = models.DateField(_("before: to"), null=True, blank=True)
    after_from = models.DateField(_("after: from"), null=True, blank=True)
    after_until = models.DateField(_("after: to"), null=True, blank=True)

    class Meta:
        abstract = True
