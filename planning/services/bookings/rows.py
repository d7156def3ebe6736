"""The bookings that a meeting asks for, unsaved: written by an approval, compared by a preview."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from planning.enums import BookingRole
from planning.models import Booking, PlannedMeeting, Room, TrainerProfile
from trainingops.people.models import Person


def booking(meeting: PlannedMeeting, role: BookingRole, **taken: Any) -> Booking:
    """Somebody or something taken for as long as a meeting lasts."""
    return Booking(planned_meeting=meeting, role=role, during=(meeting.starts_at, meeting.ends_at), **taken)


def trainer_booking(meeting: PlannedMeeting, trainer: TrainerProfile, **more: Any) -> Booking:
    """A trainer; one of the house is taken as a person too, so that nobody teaches and takes part at one time."""
    return booking(meeting, BookingRole.TRAINER, trainer=trainer, person_id=trainer.person_id, **more)


def bookings_of(
    meeting: PlannedMeeting, *, trainers: Iterable[TrainerProfile], people: Iterable[Person], room: Room | None
) -> list[Booking]:
    """What a meeting takes besides licences."""
    wanted = [trainer_booking(meeting, trainer) for trainer in trainers]
    wanted += [booking(meeting, BookingRole.PARTICIPANT, person=person) for person in people]
    if room:
        wanted.append(booking(meeting, BookingRole.ROOM, room=room))
    return wanted
