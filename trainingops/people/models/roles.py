"""Who may do what where, who acts for whom, and who signed."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trainingops.domain import Identified
from trainingops.people.enums import SIGNATURE_FRESHNESS, Role, SignatureMeaning
from trainingops.people.models.accounts import User
from trainingops.people.models.persons import Team
from trainingops.people.models.places import ServiceLine, Site


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


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def visible_to(self, user: User) -> DelegationQuerySet:
        """All for administrators and auditors; else those that the user gave or holds."""
        if user.authority.has(Role.ADMINISTRATOR, Role.AUDITOR):
            return self
        return self.filter(Q(principal=user) | Q(delegate=user))


class Delegation(Identified):
    """An absent manager lets somebody act for them, with dates; the journal names both."""

    principal = models.ForeignKey(User, models.PROTECT, related_name="delegations_given")
    delegate = models.ForeignKey(User, models.PROTECT, related_name="delegations_held")
    role = models.CharField(max_length=20, choices=Role, default=Role.MANAGER)
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.TextField(blank=True)

    objects = DelegationQuerySet.as_manager()

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
