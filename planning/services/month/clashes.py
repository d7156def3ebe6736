"""Clashes of meetings that nobody has written yet, for previews: drafts book nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from planning.models import PlannedMeeting, Room, TrainerProfile
from planning.services.bookings.clashes import clashes_among
from planning.services.bookings.rows import bookings_of
from trainingops.people.models import Person, User


@dataclass(frozen=True, kw_only=True)
class Use:
    """What a meeting would take; ``meeting`` is unsaved and has its session, with its plan and host site."""

    meeting: PlannedMeeting
    trainers: Collection[TrainerProfile]
    room: Room | None = None
    people: Collection[Person] = ()


def clashes_if(uses: Iterable[Use], *, reader: User) -> dict[int, list[str]]:
    """In words, by plan: where these meetings would meet each other or approved ones of other plans.

    Each plan of a clash among ``uses`` has it, and names the other one.
    """
    found: dict[int, list[str]] = {}
    wanted = [
        booking
        for use in uses
        for booking in bookings_of(use.meeting, trainers=use.trainers, people=use.people, room=use.room)
    ]
    for clash in clashes_among(wanted, reader=reader):
        mine, other = clash.meeting.planned_session.plan_id, clash.other.planned_session.plan_id
        if clash.other.pk is not None and mine == other:
            continue
        found.setdefault(mine, []).append(str(clash))
        if clash.other.pk is None and mine != other:
            found.setdefault(other, []).append(str(clash.seen_from_other()))
    return found
