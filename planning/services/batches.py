"""Take over the batches that the roster proposes (5.1.1 f)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from planning.models import PlannedSession, PlanRevision, Room, TrainerProfile
from planning.services.drafting import MeetingTimes, open_draft, save_session
from planning.services.targets import place_targets
from trainingops.audit.journal import service
from trainingops.domain import Refused
from trainingops.people.models import Person, User


@dataclass(frozen=True)
class ProposedBatch:
    """A class: when, who, and by key who teaches it and where, as far as the proposal found somebody free."""

    starts_at: datetime
    ends_at: datetime
    people: tuple[int, ...]
    trainer: int | None = None
    room: int | None = None


@service
def take_batches(
    *, revision: PlanRevision, batches: Sequence[ProposedBatch], actor: User, now: datetime
) -> list[PlannedSession]:
    """Write a session for each batch of a draft, with the trainer and room proposed, and place its people.

    Raises:
        NotAllowed, WrongState: as :func:`~planning.services.drafting.save_part`.
        Refused: no batch.
    """
    revision = open_draft(revision, actor=actor)
    if not batches:
        raise Refused(_("There is no batch to take over. Reload the page."))
    people = Person.objects.in_bulk({person for batch in batches for person in batch.people})
    trainers = TrainerProfile.objects.in_bulk({batch.trainer for batch in batches if batch.trainer})
    rooms = Room.objects.in_bulk({batch.room for batch in batches if batch.room})
    taken = {label.casefold() for label in revision.sessions.values_list("label", flat=True)}
    labels = (f"Batch {number}" for number in range(1, 1_000) if f"batch {number}" not in taken)
    made = []
    for batch, label in zip(batches, labels, strict=False):
        planned = save_session(
            revision=revision,
            label=label,
            host_site=revision.plan.site,
            trainers=[trainers[batch.trainer]] if batch.trainer else (),
            room=rooms[batch.room] if batch.room else None,
            meetings=[MeetingTimes(starts_at=batch.starts_at, ends_at=batch.ends_at)],
            actor=actor,
            now=now,
        )
        place_targets(
            revision=revision, people=[people[key] for key in batch.people], planned=planned, actor=actor, now=now
        )
        made.append(planned)
    return made
