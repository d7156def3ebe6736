"""Changes of products and procedures that agents must know from a day on ("Info produk & prosedur", 5.1.1 b)."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from planning.enums import ChangeKind
from planning.models.modules import TrainingModule
from trainingops.domain import Identified
from trainingops.people.models import ServiceLine, User
from trainingops.records.models import StoredFile

#: Roles that read changes, within their lines.
SEES_CHANGES = (
    "manager",
    "trainer",
    "qc",
    "operations",
    "operation_support",
    "sso_training",
    "team_leader",
    "client",
    "auditor",
)


class ProductChangeQuerySet(models.QuerySet["ProductChange"]):
    def visible_to(self, user: User) -> ProductChangeQuerySet:
        """Those of one of the user's lines."""
        return self.filter(user.authority.scope(*SEES_CHANGES, line="lines")).distinct()


class ProductChange(Identified):
    """A new or changed product or procedure: who announced it under which number, and from when it holds."""

    kind = models.CharField(_("kind"), max_length=9, choices=ChangeKind)
    number = models.CharField(_("number of the announcement"), max_length=60)
    title = models.CharField(_("title"), max_length=160)
    summary = models.TextField(_("what changes"), blank=True)
    issuer = models.CharField(_("announced by"), max_length=120)
    issued_on = models.DateField(_("announced on"))
    effective_on = models.DateField(_("effective from"))
    lines = models.ManyToManyField(ServiceLine, related_name="+", verbose_name=_("service lines"))
    modules = models.ManyToManyField(
        TrainingModule, blank=True, related_name="product_changes", verbose_name=_("modules that answer it")
    )
    earlier_versions = models.BooleanField(
        _("versions approved before the announcement answer it too"),
        default=False,
        help_text=_("Only where they say already what changes."),
    )
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=160, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = ProductChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-effective_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["issuer", "number"], name="change_number_once"),
            models.CheckConstraint(
                condition=Q(effective_on__gte=F("issued_on")), name="change_effective_after_announcement"
            ),
        ]
        indexes = [models.Index(fields=["effective_on"])]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def days_left(self, today: date) -> int:
        """Days until it holds; 0 today, negative since."""
        return (self.effective_on - today).days
