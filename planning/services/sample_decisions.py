"""Evaluations that stop counting, and those that count again, each with the findings behind it (2.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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


def decide(row: MonitoringSample | Defect, state: str, *, reason: str, actor: User, now: datetime) -> None:
    """Note on an evaluation or a finding whether it counts, who decided so, when and why (:data:`DECISION`)."""
    row.state, row.decided_by, row.decided_at, row.decision_note = state, actor, now, reason


def findings_on(contacts: Collection[tuple[str, int]]) -> list[Defect]:
    """The findings of Quality Control on contacts (reference and key of the agent), with their parameters, locked."""
    rows = (
        Defect.objects.select_for_update(no_key=True, of=("self",))
        .select_related("parameter")
        .filter(
            source=QC_SOURCE,
            contact_reference__in={contact for contact, _person in contacts},
            person__in={person for _contact, person in contacts},
        )
    )
    return [row for row in rows if (row.contact_reference, row.person_id) in contacts]


def take_out(samples: Sequence[MonitoringSample], *, to: str, reason: str, actor: User, now: datetime) -> None:
    """Let evaluations leave the rates; the findings on their contacts are annulled with them. Both are kept.

    Raises:
        WrongState: one of them does not count.
    """
    for sample in samples:
        require_transition(sample, to, SAMPLE_TRANSITIONS)
        decide(sample, to, reason=reason, actor=actor, now=now)
    MonitoringSample.objects.bulk_update(samples, DECISION, batch_size=_IN_ONE_STATEMENT)
    take_findings_along(samples, reason=reason, actor=actor, now=now)


def take_findings_along(samples: Sequence[MonitoringSample], *, reason: str, actor: User, now: datetime) -> None:
    """Annul the findings on the contacts of evaluations that stopped counting."""
    whose = {(each.contact_reference, each.person_id): each for each in samples if each.contact_reference}
    if not whose:
        return
    fallen = [row for row in findings_on(whose.keys()) if row.state != DefectState.ANNULLED]
    for row in fallen:
        decide(row, DefectState.ANNULLED, reason=reason, actor=actor, now=now)
        row.fell_with = whose[row.contact_reference, row.person_id]
    Defect.objects.bulk_update(fallen, [*DECISION, "fell_with"], batch_size=_IN_ONE_STATEMENT)


def bring_back(samples: Sequence[MonitoringSample], *, reason: str, actor: User, now: datetime) -> None:
    """Let replaced evaluations count again, on the objects given (the caller writes them), with their findings."""
    if not samples:
        return
    for sample in samples:
        require_transition(sample, SampleState.COUNTING, SAMPLE_TRANSITIONS)
        decide(sample, SampleState.COUNTING, reason=reason, actor=actor, now=now)
    Defect.objects.filter(fell_with__in=samples).update(
        state=DefectState.VALID, decided_by=actor, decided_at=now, decision_note=reason, fell_with=None
    )
