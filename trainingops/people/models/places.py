"""Sites, service lines, segments, and the unit that keeps the evidence."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from trainingops.domain import Identified
from trainingops.people.enums import ChannelKind


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
