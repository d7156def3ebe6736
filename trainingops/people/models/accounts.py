"""Accounts and the codes by which they are opened."""

from __future__ import annotations

from functools import cached_property
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from trainingops.domain import Identified
from trainingops.people.authority import Authority, load_authority
from trainingops.people.enums import CodePurpose, Theme
from trainingops.people.models.persons import Person


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


class CalendarFeed(models.Model):
    """The address under which a calendar application reads what somebody has to do (CAL-3).

    One a user; a new one replaces it, and without the row the address is dead. Only the token's hash is kept.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True)
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id}"
