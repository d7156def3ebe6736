"""Who works here, in which team, where, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from trainingops.domain import Identified
from trainingops.people.enums import Employment
from trainingops.people.models.places import Segment, ServiceLine, Site

if TYPE_CHECKING:
    from trainingops.people.models.accounts import User


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
