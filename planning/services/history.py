"""Who had which module: the sessions stage says so by a downward call (4.3, 5.1.1 b)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from planning.models import ModuleTraining


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A person attended or recovered every meeting; ``source`` is the uuid of the target's outcome."""

    person_id: int
    module_version_id: int
    trained_on: date
    source: UUID


def record_trainings(trained: Iterable[Trained]) -> None:
    """Note who was trained in which module; a second note of one source changes nothing.

    Called inside a service that journals the outcome itself.
    """
    ModuleTraining.objects.bulk_create(
        [
            ModuleTraining(
                person_id=each.person_id,
                module_version_id=each.module_version_id,
                trained_on=each.trained_on,
                source=each.source,
            )
            for each in trained
        ],
        ignore_conflicts=True,
    )
