"""Who works where, who may do what, and who signed."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from trainingops.domain import Identified
from trainingops.people.authority import Authority, load_authority
from trainingops.people.enums import (
    SIGNATURE_FRESHNESS,
    ChannelKind,
    CodePurpose,
    Employment,
    Role,
    SignatureMeaning,
    Theme,
)


class Site(Identified):
    """A place with one time zone; its zone and working hours decide deadlines and reminders."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True)
    timezone = models.CharField(
        _("time zone"),
        max_length=40,
        default="Asia/Jakarta",
        choices=[("Asia/Jakarta", "WIB"), ("Asia/Makassar", "WITA"), ("Asia/Jayapura", "WIT")],
    )
    opens_at = models.TimeField(_("working hours from"), default="08:00")
    closes_at = models.TimeField(_("working hours to"), default="17:00")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class ServiceLine(Identified):
    """Inbound, Outbound, Digital to start with (clause 2.1)."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80, unique=True)
    channel = models.CharField(_("channel"), max_length=10, choices=ChannelKind, default=ChannelKind.INBOUND)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Segment(Identified):
    """A segment or skill of agents (clause 5.1.1 b)."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Unit(Identified):
    """Unit/Fungsi Kerja: executes the procedure and keeps its evidence (clause 6)."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    custodian = models.ForeignKey("Person", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, user: User) -> PersonQuerySet:
        """People in the user's scope by their present assignment, and always oneself."""
        from trainingops.people.queries import people_visible_to

        return people_visible_to(self, user)

    def working(self) -> PersonQuerySet:
        """Those who have not left."""
        return self.exclude(employment=Employment.LEFT)


class Person(Identified):
    """Somebody who works, or worked, here: pseudonymised, never deleted."""

    employee_no = models.CharField(_("employee number"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=120)
    login_id = models.CharField(_("log-in id"), max_length=40, blank=True)
    acd_id = models.CharField(_("ACD id"), max_length=40, blank=True)
    email = models.EmailField(_("mail address"), blank=True)
    employment = models.CharField(_("employment"), max_length=10, choices=Employment, default=Employment.ACTIVE)
    joined_on = models.DateField(_("joined on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    pseudonymised_at = models.DateTimeField(null=True, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        ordering = ["name", "employee_no"]
        constraints = [
            models.UniqueConstraint(Upper("acd_id"), condition=~Q(acd_id=""), name="person_acd_id_once"),
            models.UniqueConstraint(Upper("login_id"), condition=~Q(login_id=""), name="person_login_id_once"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(joined_on=None) | Q(left_on__gte=F("joined_on")),
                name="person_left_after_joined",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TeamQuerySet(models.QuerySet["Team"]):
    def visible_to(self, user: User) -> TeamQuerySet:
        """Teams in the user's scope."""
        from trainingops.people.queries import SEES_PEOPLE

        return self.filter(user.authority.scope(*SEES_PEOPLE, site="site", line="line", team="pk")).distinct()


class Team(Identified):
    """A team of one site and line, with its leaders."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    site = models.ForeignKey(Site, models.PROTECT, related_name="teams")
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="teams")
    leaders = models.ManyToManyField(Person, related_name="led_teams", blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PersonAssignment(models.Model):
    """Where a person works from a day until a day; no two overlap. What happened then keeps the assignment of then."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="assignments")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="assignments")
    segments = models.ManyToManyField(Segment, blank=True, related_name="+")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to (inclusive)"), null=True, blank=True)

    class Meta:
        ordering = ["person", "starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="assignment_ends_after_start"
            ),
            ExclusionConstraint(
                name="assignment_no_overlap",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_on"),
                            F("ends_on"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.site} {self.line} {self.starts_on}"


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(login__iexact=username or "")

    def create_user(self, login: str, password: str | None = None, **fields: object) -> User:
        """An account by employee number; without password until the one-time code is used."""
        fields["email"] = str(fields.get("email", "")).strip().lower()
        user = self.model(login=login.strip().upper(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User) -> UserQuerySet:
        """All accounts for administrators; one's own for everybody else."""
        return self if user.authority.has("administrator") else self.filter(pk=user.pk)


class User(Identified, AbstractBaseUser):
    """An account. Signs in by employee number, or by mail address where there is one."""

    login = models.CharField(_("employee number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("mail address"), blank=True)
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="user")
    is_active = models.BooleanField(default=True)
    must_set_password = models.BooleanField(default=False, help_text="after signing in with a one-time code")
    language = models.CharField(
        _("language"), max_length=5, default="id", choices=[("id", "Indonesia"), ("en", "English")]
    )
    timezone = models.CharField(
        _("time zone"),
        max_length=40,
        default="Asia/Jakarta",
        choices=[("Asia/Jakarta", "WIB"), ("Asia/Makassar", "WITA"), ("Asia/Jayapura", "WIT")],
    )
    theme = models.CharField(_("appearance"), max_length=5, choices=Theme, default=Theme.AUTO)

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager.from_queryset(UserQuerySet)()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Upper("login"), name="user_login_once"),
            models.UniqueConstraint(Upper("email"), condition=~Q(email=""), name="user_email_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def authority(self) -> Authority:
        """Roles and scopes in force today, loaded by one query and kept for the request."""
        return load_authority(self)


class RoleAssignment(Identified):
    """A role for a period, within sites, lines and teams; an empty scope means everywhere."""

    user = models.ForeignKey(User, models.CASCADE, related_name="role_assignments")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    sites = models.ManyToManyField(Site, blank=True, related_name="+")
    lines = models.ManyToManyField(ServiceLine, blank=True, related_name="+")
    teams = models.ManyToManyField(Team, blank=True, related_name="+")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to (inclusive)"), null=True, blank=True)

    class Meta:
        ordering = ["user", "role"]
        indexes = [models.Index(fields=["user", "starts_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="role_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.role}"

    @property
    def places(self) -> list[Site | ServiceLine | Team]:
        """The scope in the order of its width; empty means everywhere. Prefetch the three for lists."""
        return [*self.sites.all(), *self.lines.all(), *self.teams.all()]


class Delegation(Identified):
    """An absent manager lets somebody act for them, with dates; the journal names both."""

    principal = models.ForeignKey(User, models.PROTECT, related_name="delegations_given")
    delegate = models.ForeignKey(User, models.PROTECT, related_name="delegations_held")
    role = models.CharField(max_length=20, choices=Role, default=Role.MANAGER)
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(principal=F("delegate")), name="delegation_to_somebody_else"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="delegation_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.principal} → {self.delegate}"


class Signature(Identified):
    """Who signed what, as what, when, after which log-in. Made by ``people.services.sign`` only."""

    user = models.ForeignKey(User, models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=20, choices=Role)
    meaning = models.CharField(max_length=12, choices=SignatureMeaning)
    signed_at = models.DateTimeField()
    authenticated_at = models.DateTimeField(help_text="the fresh log-in, at most 15 minutes before")
    content_hash = models.CharField(max_length=64, help_text="SHA-256 of what is signed, as hexadecimal")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at__gte=F("authenticated_at")), name="signature_after_authentication"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.meaning} {self.signed_at:%Y-%m-%d}"

    def covers(self, *, user: User, content_hash: str, now: datetime) -> bool:
        """Whether this signature is the user's own, of this very content, and still fresh at ``now``."""
        return (
            self.user_id == user.pk
            and self.content_hash == content_hash
            and now - self.authenticated_at <= SIGNATURE_FRESHNESS
        )


class ShiftCode(models.Model):
    """A code of the roster: working time (may cross midnight) or absence."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=80)
    starts_at = models.TimeField(null=True, blank=True)
    ends_at = models.TimeField(null=True, blank=True)
    is_working = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_working=False) | Q(starts_at__isnull=False, ends_at__isnull=False),
                name="working_shift_has_times",
            )
        ]

    def __str__(self) -> str:
        return self.code


class RosterDay(models.Model):
    """What one person is rostered for on one day; ``shift`` as a range of instants when working."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="roster")
    day = models.DateField()
    code = models.ForeignKey(ShiftCode, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="roster_day_once")]
        indexes = [models.Index(fields=["starts_at", "ends_at"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day} {self.code_id}"


class SignInCode(Identified):
    """A one-time code for first sign-in or reset, or a PIN for shared PCs: only its hash is stored."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_in_codes")
    purpose = models.CharField(max_length=14, choices=CodePurpose)
    code_hash = models.CharField(max_length=128)
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "purpose"], condition=Q(used_at=None), name="one_open_code_a_purpose"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("issued_at")), name="code_expires_after_issue"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.purpose}"
