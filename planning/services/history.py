"""Who had which module and what they showed: the sessions stage says so by a downward call (4.3, 5.1.1 b, 7.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from planning.models import Competence, ModuleTraining, ModuleVersion
from trainingops.audit.journal import record, service
from trainingops.people.models import Person


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


def withdraw_trainings(sources: Iterable[UUID]) -> None:
    """Take back what was noted of these sources: a correction showed that they were not trained (4.3).

    Called inside a service that journals the outcome itself.
    """
    if keys := list(sources):
        ModuleTraining.objects.filter(source__in=keys).delete()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A person passed a module: ``source`` is the uuid of the enrolment that showed it, ``result`` from 0 to 100."""

    person: Person
    module_version: ModuleVersion
    achieved_on: date
    source: UUID
    result: Decimal | None = None


@service
def record_competences(*, shown: Sequence[Shown], actor: Any, now: datetime) -> list[Competence]:
    """Note what people have shown (7.2). A second call for one source corrects the first.

    Two queries and the journal's, whatever the number.
    """
    if not shown:
        return []
    standing = {
        (each.person_id, each.module_version_id, each.source): each
        for each in Competence.objects.filter(source__in=[each.source for each in shown])
    }
    rows = []
    for each in shown:
        row = Competence(
            person=each.person,
            module_version=each.module_version,
            achieved_on=each.achieved_on,
            result=each.result,
            source=each.source,
        )
        known = standing.get((row.person_id, row.module_version_id, row.source))
        if known:
            row.uuid = known.uuid
        rows.append(row)
        record(
            "competence.corrected" if known else "competence.recorded",
            subject=row,
            actor=actor,
            now=now,
            data={"person": each.person.uuid, "module_version": each.module_version.uuid, "source": each.source},
            detail={"result": each.result, "achieved_on": row.achieved_on},
        )
    return Competence.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["uuid"], update_fields=["achieved_on", "result"]
    )


@service
def withdraw_competences(*, sources: Collection[UUID], actor: Any, now: datetime) -> int:
    """An amendment showed that somebody has not passed: what these sources had shown is taken back; how many."""
    rows = list(Competence.objects.filter(source__in=sources).select_related("person", "module_version"))
    for each in rows:
        record(
            "competence.withdrawn",
            subject=each,
            actor=actor,
            now=now,
            data={"person": each.person.uuid, "module_version": each.module_version.uuid, "source": each.source},
            detail={"result": each.result, "achieved_on": each.achieved_on},
        )
    Competence.objects.filter(pk__in=[each.pk for each in rows]).delete()
    return len(rows)
