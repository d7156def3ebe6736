"""What calls for a training: service defects, monitoring samples, traffic, and where each need comes from."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from planning.enums import DefectState, ErrorClass, NeedKind, RootCause, SampleKind, SampleState
from planning.models.changes import ProductChange
from trainingops.domain import Identified
from trainingops.people.models import Person, ServiceLine, Site, Team, User
from trainingops.records.models import StoredFile
from trainingops.ui.moments import day_words

#: Roles that work with needs; scope decides which rows.
SEES_NEEDS = ("manager", "trainer", "qc", "operations", "operation_support", "team_leader", "auditor")


class ScopedQuerySet(models.QuerySet):
    """Rows with ``site``, ``line`` and ``team``, seen by those whose scope covers them."""

    def visible_to(self, user: User) -> Self:
        """Managers, trainers, QC, Operation, Operation Support, team leaders and auditors within their scope."""
        return self.filter(user.authority.scope(*SEES_NEEDS, site="site", line="line", team="team"))


class DefectQuerySet(ScopedQuerySet):
    """The register of service defects; its one definition of what counts (docs/adr/0012)."""

    def counting(self) -> DefectQuerySet:
        """Those that rates, needs and the choice of participants count: valid and, until decided, disputed ones."""
        return self.exclude(state=DefectState.ANNULLED)

    def disputed(self) -> DefectQuerySet:
        """Those that count but may still be annulled: pages show how many they are beside the count."""
        return self.filter(state=DefectState.DISPUTED)


class SampleQuerySet(ScopedQuerySet):
    """Evaluations; a contact that was evaluated twice has one that counts."""

    def counting(self) -> SampleQuerySet:
        """Those that rates count: neither replaced by another evaluation of the contact nor annulled."""
        return self.filter(state=SampleState.COUNTING)


class TrafficQuerySet(models.QuerySet["TrafficInterval"]):
    """Volumes belong to a site and a line, not to a team."""

    def visible_to(self, user: User) -> TrafficQuerySet:
        """The same roles, within their sites and lines."""
        return self.filter(user.authority.scope(*SEES_NEEDS, site="site", line="line"))


class NeedSourceQuerySet(models.QuerySet["NeedSource"]):
    def visible_to(self, user: User) -> NeedSourceQuerySet:
        """The same roles and SSO Training: what concerns every line, and that of their own lines."""
        roles = (*SEES_NEEDS, "sso_training")
        if not user.authority.has(*roles):
            return self.none()
        mine = user.authority.scope(*roles, line="line")
        changes = ProductChange.objects.visible_to(user)
        return self.filter(Q(line=None, product_change=None) | mine | Q(product_change__in=changes))

    def concerning(self, line: ServiceLine | int) -> NeedSourceQuerySet:
        """What a training of ``line`` may answer: asked for it, for every line, or a change that touches it."""
        changes = ProductChange.objects.filter(lines=line)
        return self.filter(Q(line=line) | Q(line=None, product_change=None) | Q(product_change__in=changes))


class NeedSource(Identified):
    """Where a need comes from: kind, date, from whom, what was asked, document (5.1.1 d)."""

    kind = models.CharField(_("kind"), max_length=17, choices=NeedKind)
    dated_on = models.DateField(_("date"))
    asked_by = models.CharField(_("from whom"), max_length=120)
    request = models.TextField(_("what was asked"))
    document = models.CharField(_("document"), max_length=160, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=160, blank=True)
    product_change = models.OneToOneField(
        ProductChange, models.PROTECT, null=True, related_name="need", verbose_name=_("product or procedure change")
    )
    line = models.ForeignKey(
        ServiceLine, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("service line")
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = NeedSourceQuerySet.as_manager()

    class Meta:
        ordering = ["-dated_on", "-id"]

    def __str__(self) -> str:
        """Kind, date and what was asked, which tell two of one kind apart; from whom stands in the list of sources."""
        asked = Truncator(" ".join(self.request.split())).chars(80)
        return f"{self.get_kind_display()}, {day_words(self.dated_on, 'dated')}: {asked}"


class QualityParameter(Identified):
    """A line of QC's sheet, with the class of error that it stands for."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=160)
    error_class = models.CharField(_("class"), max_length=12, choices=ErrorClass)
    weight = models.DecimalField(_("weight"), max_digits=6, decimal_places=2, default=0)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Defect(Identified):
    """A finding on live service (2.3, 5.1.1 c); named by its source and the source's own reference."""

    source = models.CharField(_("source"), max_length=40)
    source_reference = models.CharField(_("reference in the source"), max_length=120)
    person = models.ForeignKey(Person, models.PROTECT, related_name="defects")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    occurred_on = models.DateField(_("date of contact"))
    contact_reference = models.CharField(_("contact"), max_length=60)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    error_class = models.CharField(_("class"), max_length=12, choices=ErrorClass)
    parameter = models.ForeignKey(QualityParameter, models.PROTECT, related_name="defects")
    root_cause = models.CharField(
        _("root cause"), max_length=9, choices=RootCause, blank=True, help_text="blank: not determined yet"
    )
    root_cause_by = models.CharField(_("root cause set by"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=DefectState, default=DefectState.VALID)
    note = models.TextField(_("note"), blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField(_("reason of the decision"), blank=True)
    fell_with = models.ForeignKey(
        "MonitoringSample",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="fallen_findings",
        help_text="the evaluation that stopped counting and took this finding with it; they return together",
    )

    objects = DefectQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_on", "id"]
        constraints = [models.UniqueConstraint(fields=["source", "source_reference"], name="defect_source_once")]
        indexes = [
            models.Index(fields=["line", "occurred_on"]),
            models.Index(fields=["person", "occurred_on"]),
            models.Index(fields=["parameter", "occurred_on"]),
            models.Index(fields=["occurred_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_reference}"


class MonitoringSample(Identified):
    """Inspected contacts of one agent; the base of every rate. Random samples only count into rates."""

    source = models.CharField(_("source"), max_length=40)
    source_reference = models.CharField(_("reference in the source"), max_length=120)
    person = models.ForeignKey(Person, models.PROTECT, related_name="samples")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+")
    contacted_on = models.DateField(_("date of contact"))
    contact_reference = models.CharField(_("contact"), max_length=60, blank=True)
    kind = models.CharField(_("kind of sample"), max_length=9, choices=SampleKind, default=SampleKind.RANDOM)
    inspected = models.PositiveIntegerField(_("inspected contacts"), default=1)
    score = models.DecimalField(_("score"), max_digits=6, decimal_places=2, null=True, blank=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True, default="")
    note = models.TextField(_("note"), blank=True, default="")
    answers = models.JSONField(
        default=dict, blank=True, help_text="what the sheet says, by code of the parameter: Y right, N wrong, NA"
    )

    state = models.CharField(_("state"), max_length=8, choices=SampleState, default=SampleState.COUNTING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField(_("reason of the decision"), blank=True, default="")

    objects = SampleQuerySet.as_manager()

    class Meta:
        ordering = ["-contacted_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_reference"], condition=~Q(state="annulled"), name="sample_source_once"
            ),
            models.UniqueConstraint(
                fields=["source", "contact_reference"],
                condition=Q(state="counting") & ~Q(contact_reference=""),
                name="sample_contact_counts_once",
            ),
            models.CheckConstraint(condition=Q(inspected__gt=0), name="sample_inspected_positive"),
        ]
        indexes = [
            models.Index(fields=["line", "kind", "contacted_on"]),
            models.Index(fields=["contacted_on"]),
            models.Index(fields=["person", "contacted_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_reference}"


class SampleCount(models.Model):
    """Defective contacts of one class in a sample; a class without any has no row."""

    sample = models.ForeignKey(MonitoringSample, models.CASCADE, related_name="counts")
    error_class = models.CharField(max_length=12, choices=ErrorClass)
    defective = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sample", "error_class"], name="sample_class_once")]

    def __str__(self) -> str:
        return f"{self.sample_id} {self.error_class} {self.defective}"


class TrafficInterval(models.Model):
    """Volume of one interval of one line at one site; staffing and handling time where the source has them."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+")
    source = models.CharField(max_length=40)
    queue = models.CharField(max_length=80, blank=True, default="", help_text="where the source has several")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    is_complete = models.BooleanField(default=True, help_text="the interval was over when the report was made")
    offered = models.PositiveIntegerField()
    answered = models.PositiveIntegerField(null=True)
    abandoned = models.PositiveIntegerField(null=True)
    aht_seconds = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    asa_seconds = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    agents = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    service_level_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)

    objects = TrafficQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "line", "source", "queue", "starts_at"], name="traffic_interval_of_queue_once"
            ),
            models.CheckConstraint(condition=Q(minutes__gt=0, minutes__lte=60), name="traffic_minutes_1_60"),
            models.CheckConstraint(
                condition=Q(answered=None) | Q(answered__lte=F("offered")), name="traffic_answered_within_offered"
            ),
        ]
        indexes = [models.Index(fields=["line", "site", "source", "starts_at"]), models.Index(fields=["starts_at"])]

    def __str__(self) -> str:
        return f"{self.line_id} {self.starts_at:%Y-%m-%d %H:%M}"
