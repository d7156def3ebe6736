"""What an approval books, and what a training leaves people with (5.1.1 f; ISO 9001 7.2)."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, Q

from planning.enums import (
    BookingRole,
)
from planning.models.modules import ModuleVersion
from planning.models.plans.rows import PlannedMeeting
from planning.models.resources import LicenceSeat, Room, TrainerProfile
from trainingops.domain import Identified
from trainingops.people.models import Person


class Booking(models.Model):
    """A person, room or licence seat taken for a meeting. The database refuses a double booking (DESIGN.md §3)."""

    planned_meeting = models.ForeignKey(PlannedMeeting, models.CASCADE, related_name="bookings")
    role = models.CharField(max_length=11, choices=BookingRole)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="bookings")
    trainer = models.ForeignKey(TrainerProfile, models.PROTECT, null=True, blank=True, related_name="bookings")
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="bookings")
    seat = models.ForeignKey(LicenceSeat, models.PROTECT, null=True, blank=True, related_name="bookings")
    during = DateTimeRangeField()
    live = models.BooleanField(default=True)
    is_guest = models.BooleanField(
        default=False, help_text="beside what the revision names: recovery in this batch, a substitute on the day"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(role="participant", person__isnull=False, room=None, seat=None)
                    | Q(role="trainer", trainer__isnull=False, room=None, seat=None)
                    | Q(role="room", room__isnull=False, person=None, trainer=None, seat=None)
                    | Q(role="seat", seat__isnull=False, person=None, trainer=None, room=None)
                ),
                name="booking_names_what_it_takes",
            ),
            *(
                ExclusionConstraint(
                    name=f"booking_{field}_once",
                    expressions=[(field, RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                    condition=Q(live=True, **{f"{field}__isnull": False}),
                    deferrable=Deferrable.IMMEDIATE,
                )
                for field in ("person", "trainer", "room", "seat")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.during}"


class Competence(Identified):
    """What a person has shown: written by the sessions stage by a downward call (DESIGN.md §1)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="competences")
    module_version = models.ForeignKey(ModuleVersion, models.PROTECT, related_name="competences")
    achieved_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    result = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    source = models.UUIDField(help_text="uuid of the session's enrolment that showed it")

    class Meta:
        ordering = ["-achieved_on"]
        constraints = [
            models.UniqueConstraint(fields=["person", "module_version", "source"], name="competence_once_a_source")
        ]
        indexes = [models.Index("person", "module_version", models.F("achieved_on").desc(), name="latest_competence")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.module_version_id}"
