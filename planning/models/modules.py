"""Topics, modules, their versions and materials: what is taught (clause 2.1)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from planning.enums import ModuleKind, ModuleState
from trainingops.domain import Identified
from trainingops.people.models import ServiceLine, User
from trainingops.records.models import StoredFile


class Topic(Identified):
    """A product, a procedure or a soft skill; a tree."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=4, choices=ModuleKind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        ordering = ["kind", "name"]
        constraints = [models.CheckConstraint(condition=~Q(parent=F("id")), name="topic_not_below_itself")]

    def __str__(self) -> str:
        return self.name


class TrainingModule(Identified):
    """A standard module (clause 2.1); what is taught is one of its versions."""

    code = models.CharField(_("code"), max_length=30, unique=True)
    title = models.CharField(_("title"), max_length=160)
    kind = models.CharField(_("kind"), max_length=4, choices=ModuleKind)
    lines = models.ManyToManyField(ServiceLine, related_name="modules", verbose_name=_("service lines"))
    topics = models.ManyToManyField(Topic, blank=True, related_name="modules", verbose_name=_("topics"))
    needs = models.ManyToManyField(
        "planning.NeedSource", blank=True, related_name="modules", verbose_name=_("sources of needs that it answers")
    )
    parameters = models.ManyToManyField(
        "planning.QualityParameter", blank=True, related_name="modules", verbose_name=_("parameters that it improves")
    )

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class ModuleVersion(Identified):
    """A version of a module. An approved one never changes."""

    module = models.ForeignKey(TrainingModule, models.PROTECT, related_name="versions")
    number = models.CharField(_("version"), max_length=10)
    state = models.CharField(_("state"), max_length=9, choices=ModuleState, default=ModuleState.DRAFT)
    objectives = models.TextField(_("objectives"))
    duration_minutes = models.PositiveSmallIntegerField(_("suggested duration (minutes)"), default=120)
    change_note = models.TextField(_("change note"), blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(blank=True)

    class Meta:
        ordering = ["module", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["module", "number"], name="module_version_once"),
            models.UniqueConstraint(
                fields=["module"],
                condition=Q(state__in=["draft", "submitted", "returned"]),
                name="one_open_version_a_module",
            ),
            models.UniqueConstraint(
                fields=["module"], condition=Q(state="approved"), name="one_approved_version_a_module"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("author")), name="module_decided_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module.code} v{self.number} {self.module.title}"


class ModuleMaterialQuerySet(models.QuerySet["ModuleMaterial"]):
    def visible_to(self, user: User) -> ModuleMaterialQuerySet:
        """Those who write modules see all; who reads the catalogue does not see what is still being written."""
        if user.authority.has("trainer", "sso_training", "manager"):
            return self
        return self.exclude(version__state__in=[ModuleState.DRAFT, ModuleState.RETURNED])


class ModuleMaterial(Identified):
    """Something to read or show: a link (also to a video), a page of text, or a file (PDF, slides)."""

    version = models.ForeignKey(ModuleVersion, models.CASCADE, related_name="materials")
    title = models.CharField(_("title"), max_length=120)
    url = models.URLField(_("link"), blank=True)
    text = models.TextField(_("text"), blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=160, blank=True)

    objects = ModuleMaterialQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(url="") | ~Q(text="") | Q(file__isnull=False), name="material_has_content"
            ),
        ]

    def __str__(self) -> str:
        return self.title
