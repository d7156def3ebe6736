"""What customers and the floor say about a line: CSAT, FCR, AHT, complaints and more (2.3)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from planning.enums import Better
from planning.models.needs import SEES_NEEDS
from trainingops.domain import Identified
from trainingops.people.models import Person, ServiceLine, Site, Team, User

#: What the product brings along, by code, so that it reads in both languages; rows added later keep their own name.
MEASURES: dict[str, Promise | str] = {
    "csat": _("Customer satisfaction (CSAT)"),
    "fcr": _("First contact resolution (FCR)"),
    "aht": _("Average handling time (AHT)"),
    "complaints": _("Complaints"),
}


class ServiceMeasure(Identified):
    """Something that is measured about the service; extendable (2.3)."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=2)
    better = models.CharField(_("better when"), max_length=6, choices=Better, default=Better.HIGHER)
    lowest = models.DecimalField(_("lowest figure"), max_digits=14, decimal_places=4, null=True, blank=True)
    highest = models.DecimalField(_("highest figure"), max_digits=14, decimal_places=4, null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(decimals__lte=4), name="measure_decimals_0_4"),
            models.CheckConstraint(
                condition=Q(lowest=None) | Q(highest=None) | Q(lowest__lt=F("highest")), name="measure_scale_rises"
            ),
        ]

    def __str__(self) -> str:
        return str(MEASURES.get(self.code, self.name))

    @property
    def is_count(self) -> bool:
        """Things counted, such as complaints: neither a share nor a time that somebody may have averaged."""
        return self.decimals == 0 and not self.unit


class IndicatorQuerySet(models.QuerySet["ServiceIndicator"]):
    def visible_to(self, user: User) -> IndicatorQuerySet:
        """Figures of a whole line or site by those whose scope touches it; of an agent within the full scope."""
        whole = user.authority.scope(*SEES_NEEDS, line="line") & Q(site=None)
        site = user.authority.scope(*SEES_NEEDS, site="site", line="line") & Q(person=None)
        return self.filter(
            whole | site | user.authority.scope(*SEES_NEEDS, site="site", line="line", team="team") & ~Q(person=None)
        )


class ServiceIndicator(models.Model):
    """One measure of a line, of a line at a site, or of an agent, over a period, with the responses behind it."""

    measure = models.ForeignKey(ServiceMeasure, models.PROTECT, related_name="figures", verbose_name=_("measure"))
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+", verbose_name=_("service line"))
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+", verbose_name=_("site"))
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+", verbose_name=_("team"))
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="indicators", verbose_name=_("agent"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to (inclusive)"))
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    responses = models.PositiveIntegerField(_("responses"), null=True)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "measure", "line", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "line", "site", "person", "starts_on", "ends_on"],
                name="indicator_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="indicator_ends_after_start"),
            models.CheckConstraint(
                condition=Q(person=None, team=None) | Q(person__isnull=False, site__isnull=False),
                name="indicator_of_an_agent_has_a_site",
            ),
            models.CheckConstraint(
                condition=Q(responses=None) | Q(responses__gt=0), name="indicator_responses_positive"
            ),
        ]
        indexes = [models.Index(fields=["measure", "starts_on"]), models.Index(fields=["starts_on"])]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.starts_on} {self.value}"
