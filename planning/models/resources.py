"""Who teaches and with what: appointments, trainers, rooms, applications, class types, forms of recovery."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from planning.enums import Qualification
from planning.models.modules import TrainingModule
from trainingops.domain import Identified
from trainingops.people.models import Person, ServiceLine, Signature, Site, Unit, User

#: What the product brings along, by code, so that it reads in both languages; rows added later keep their own name.
CLASS_TYPES: dict[str, Promise | str] = {
    "presentation": _("Presentation"),
    "case_discussion": _("Case discussion"),
    "role_play": _("Role play"),
    "grooming": _("Grooming class"),
    "call_review": _("Review of recordings"),
}
RECOVERY_FORMS: dict[str, Promise | str] = {
    "another_batch": _("Another batch"),
    "make_up": _("Make-up class"),
    "one_to_one": _("One to one"),
    "self_study": _("Self-study with post-test"),
}


def untranslated(label: Promise | str) -> str:
    """The English name, whatever language is active."""
    with override(None):
        return str(label)


def class_type_word(code: str, name: str) -> str:
    """What the product brought along reads in both languages until somebody renames it."""
    brought = CLASS_TYPES.get(code)
    return str(brought) if brought is not None and name == untranslated(brought) else name


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, user: User) -> AppointmentQuerySet:
        """Managers and auditors in scope; the appointed their own."""
        inside = user.authority.scope("manager", "auditor", site="site", line="line")
        return self.filter(inside | Q(user=user))

    def in_force(self, day: date) -> AppointmentQuerySet:
        return self.filter(Q(starts_on__lte=day), Q(ends_on__gte=day), revoked_at=None)


class Appointment(Identified):
    """The manager appoints a PIC for a period, a line and duties (5.1.1 a)."""

    number = models.CharField(max_length=30, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="appointments", verbose_name="PIC")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("site"))
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+", verbose_name=_("service line"))
    duties = models.TextField(_("duties"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to (inclusive)"))
    appointed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    appointed_at = models.DateTimeField()
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    revocation_reason = models.TextField(_("reason of the revocation"), blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="appointment_ends_after_start"),
            models.CheckConstraint(condition=~Q(user=F("appointed_by")), name="appointed_by_another"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None, revocation_reason="")
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revocation_reason="")),
                name="revocation_names_who_and_why",
            ),
        ]
        indexes = [models.Index(fields=["user", "starts_on", "ends_on"])]

    def __str__(self) -> str:
        return self.number


class TrainerProfile(Identified):
    """Somebody who may teach, with or without account; which modules, and until when."""

    name = models.CharField(_("name"), max_length=120)
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="trainer_profile")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="trainer_profile"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Qualification, default=Qualification.INTERNAL)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    modules = models.ManyToManyField(
        TrainingModule,
        through="TrainerModule",
        blank=True,
        related_name="trainers",
        verbose_name=_("modules they may teach"),
    )
    valid_until = models.DateField(_("qualified until"), null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def qualified_until(self) -> date | None:
        """The last day of the profile and of its certificates together; None for no end. Lists prefetch these."""
        ends = [each.valid_until for each in self.qualifications.all()]
        last = None if None in ends else max((end for end in ends if end), default=None)
        return min((day for day in (self.valid_until, last) if day), default=None)


class TrainerModule(models.Model):
    """A module that a trainer may teach, and until when; no date: as long as they are qualified at all."""

    trainerprofile = models.ForeignKey(TrainerProfile, models.CASCADE, related_name="permits")
    trainingmodule = models.ForeignKey(TrainingModule, models.CASCADE, related_name="permits")
    valid_until = models.DateField(_("may teach it until"), null=True, blank=True)

    class Meta:
        db_table = "planning_trainerprofile_modules"
        unique_together = [("trainerprofile", "trainingmodule")]

    def __str__(self) -> str:
        return f"{self.trainerprofile} {self.trainingmodule.code}"


class Room(Identified):
    site = models.ForeignKey(Site, models.PROTECT, related_name="rooms", verbose_name=_("site"))
    name = models.CharField(_("name"), max_length=80)
    capacity = models.PositiveSmallIntegerField(_("seats"), default=20)

    class Meta:
        ordering = ["site", "name"]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="room_once")]

    def __str__(self) -> str:
        return self.name


class TrainingApplication(Identified):
    """An application that a training uses (Zoom, LMS, simulator); licences are numbered seats."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    needs_licence = models.BooleanField(_("needs a licence for each user"), default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class LicenceSeat(models.Model):
    application = models.ForeignKey(TrainingApplication, models.PROTECT, related_name="seats")
    number = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["application", "number"]
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="licence_seat_once")]

    def __str__(self) -> str:
        return f"{self.application} {self.number}"


class ClassType(Identified):
    """Grooming class, role play and so on; extendable (5.1.1 e). Plans name it by ``code``, which never changes."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return class_type_word(self.code, self.name)


class RecoveryForm(Identified):
    """Another batch, make-up class, one to one, self-study with post-test; extendable (5.3.1)."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=80)
    has_session = models.BooleanField(default=True, help_text="self-study has none: its attempt belongs to the case")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return str(RECOVERY_FORMS.get(self.code, self.name))
