"""Evaluations that stop counting, and those that count again, each with the findings behind it (2.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from planning.enums import SAMPLE_TRANSITIONS, DefectState, SampleState
from planning.models import Defect, MonitoringSample
from planning.services.sources import QC_SOURCE
from trainingops.domain import require_transition

if TYPE_CHECKING:
    from trainingops.people.models import User

_IN_ONE_STATEMENT = 1_000
#: What says that an evaluation or a finding stopped counting, who decided so, when and why.
DECISION = ["state", "decided_by", "decided_at", "decision_note"]


def other_evaluations(counting: Iterable[MonitoringSample]) -> list[MonitoringSample]:
    """The stored evaluations of the same contacts that count now, locked."""
    wanted = list(counting)
    return list(
        MonitoringSample.objects.counting()
        .select_for_update(no_key=True, of=("self",))
        .filter(source=QC_SOURCE, contact_reference__in={each.contact_reference for each in wanted} - {""})
        .exclude(pk__in=[each.pk for each in wanted if each.pk])
    )


def take_out(samples: Sequence[MonitoringSample], *, to: str, reason: str, actor: User, now: datetime) -> None:
    """Let evaluations leave the rates; the findings on their contacts are annulled with them. Both are kept.

    Raises:
        WrongState: one of them does not count.
    """
    for sample in samples:
        require_transition(sample, to, SAMPLE_TRANSITIONS)
        sample.state, sample.decided_by, sample.decided_at, sample.decision_note = to, actor, now, reason
    MonitoringSample.objects.bulk_update(samples, DECISION, batch_size=_IN_ONE_STATEMENT)
    take_findings_along(samples, reason=reason, actor=actor, now=now)


def take_findings_along(samples: Sequence[MonitoringSample], *, reason: str, actor: User, now: datetime) -> None:
    """Annul the findings on the contacts of evaluations that stopped counting."""
    whose = {(each.contact_reference, each.person_id): each for each in samples if each.contact_reference}
    if not whose:
        return
    fallen = [
        row
        for row in Defect.objects.counting()
        .select_for_update(no_key=True, of=("self",))
        .filter(
            source=QC_SOURCE,
            contact_reference__in={contact for contact, _person in whose},
            person__in={person for _contact, person in whose},
        )
        if (row.contact_reference, row.person_id) in whose
    ]
    for row in fallen:
        row.state, row.decided_by, row.decided_at, row.decision_note = DefectState.ANNULLED, actor, now, reason
        row.fell_with = whose[row.contact_reference, row.person_id]
    Defect.objects.bulk_update(fallen, [*DECISION, "fell_with"], batch_size=_IN_ONE_STATEMENT)


def bring_back(samples: Sequence[MonitoringSample], *, reason: str, actor: User, now: datetime) -> None:
    """Let replaced evaluations count again, on the objects given (the caller writes them), with their findings."""
    if not samples:
        return
    for sample in samples:
        require_transition(sample, SampleState.COUNTING, SAMPLE_TRANSITIONS)
        sample.state, sample.decided_by, sample.decided_at = SampleState.COUNTING, actor, now
        sample.decision_note = reason
    Defect.objects.filter(fell_with__in=samples).update(
        state=DefectState.VALID, decided_by=actor, decided_at=now, decision_note=reason, fell_with=None
    )
