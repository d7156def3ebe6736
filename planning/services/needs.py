"""Service defects, monitoring samples and where needs come from (2.3, 5.1.1 c, d)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from planning.enums import DEFECT_TRANSITIONS, DefectState, ErrorClass
from planning.models import Defect, MonitoringSample, NeedSource, QualityParameter, SampleCount
from planning.policies.catalogue import (
    can_dispute_defect,
    can_judge_defect,
    can_record_defect,
    can_register_need,
)
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require, require_transition
from trainingops.people.queries import assignment_on

if TYPE_CHECKING:
    from trainingops.people.models import Person, ServiceLine, User

#: Findings of Quality Control, typed or from its sheets: one name, so that a list and a sheet meet in one defect.
QC_SOURCE = "QC"


def finding_reference(*, contact: str, employee_no: str, parameter: str) -> str:
    """What names a finding in the register: the contact, the agent and the parameter."""
    return f"{contact}/{employee_no.upper()}/{parameter}"[:80]


@service
def add_need_source(
    *,
    kind: str,
    dated_on: date,
    asked_by: str,
    request: str,
    document: str,
    line: ServiceLine | None,
    actor: User,
    now: datetime,
) -> NeedSource:
    """Register where a need comes from: the client, a team, the manager (5.1.1 d).

    Raises:
        NotAllowed: the line lies outside the actor's scope.
        Refused: the date lies ahead.
    """
    require(can_register_need(actor, line))
    if dated_on > timezone.localdate(now, timezone=actor.zone):
        raise Refused(_("The date lies ahead. Write the day on which it was asked."), field="dated_on")
    need = NeedSource.objects.create(
        kind=kind,
        dated_on=dated_on,
        asked_by=asked_by,
        request=request,
        document=document,
        line=line,
        created_by=actor,
    )
    record("need_source.added", subject=need, actor=actor, now=now, data={"kind": kind}, detail={"asked_by": asked_by})
    return need


@service
def add_defect(
    *,
    person: Person,
    occurred_on: date,
    contact_reference: str,
    channel: str,
    parameter: QualityParameter,
    root_cause: str,
    root_cause_by: str,
    note: str,
    actor: User,
    now: datetime,
) -> Defect:
    """Record a finding on live service; site, line and team are those of the agent on that day (2.3, 5.1.1 c).

    Raises:
        NotAllowed: the agent worked outside the actor's scope.
        Refused: the day lies ahead, the agent worked nowhere then, or the finding is known.
    """
    if occurred_on > timezone.localdate(now, timezone=actor.zone):
        raise Refused(_("The date of contact lies ahead. Correct it."), field="occurred_on")
    place = assignment_on(person.pk, occurred_on)
    if place is None:
        raise Refused(
            _("%(name)s had no place of work on this day. Correct the date or the agent's assignment.")
            % {"name": person.name},
            field="occurred_on",
        )
    require(can_record_defect(actor, site_id=place.site_id, line_id=place.line_id, team_id=place.team_id))
    reference = finding_reference(contact=contact_reference, employee_no=person.employee_no, parameter=parameter.code)
    if Defect.objects.filter(source=QC_SOURCE, source_reference=reference).exists():
        raise Refused(
            _("Contact %(contact)s has a finding on %(parameter)s already. Open it instead of adding it again.")
            % {"contact": contact_reference, "parameter": parameter.code},
            field="contact_reference",
        )
    defect = Defect.objects.create(
        source=QC_SOURCE,
        source_reference=reference,
        person=person,
        site_id=place.site_id,
        line_id=place.line_id,
        team_id=place.team_id,
        occurred_on=occurred_on,
        contact_reference=contact_reference,
        channel=channel,
        error_class=parameter.error_class,
        parameter=parameter,
        root_cause=root_cause,
        root_cause_by=root_cause_by,
        note=note,
    )
    record("defect.added", subject=defect, actor=actor, now=now, data={"person": person.uuid})
    return defect


@dataclass(frozen=True)
class SampleEntry:
    """An evaluated contact as it will be stored, with the parameters in which it was wrong."""

    sample: MonitoringSample
    wrong: tuple[QualityParameter, ...]
    channel: str = ""
    root_cause: str = ""
    root_cause_by: str = ""
    note: str = ""


@service
def save_defects(*, defects: Sequence[Defect], actor: User, now: datetime) -> None:
    """Write findings of Quality Control in bulk, new and changed ones; one journal entry lists them.

    A state that changes carries who and when; the callers have checked that the transition is allowed.

    Raises:
        NotAllowed: one of them lies outside the actor's scope.
    """
    for defect in defects:
        require(can_record_defect(actor, site_id=defect.site_id, line_id=defect.line_id, team_id=defect.team_id))
    keys = [defect.source_reference for defect in defects]
    stored = {
        row.source_reference: row
        for row in Defect.objects.select_for_update(no_key=True).filter(source=QC_SOURCE, source_reference__in=keys)
    }
    new = [defect for defect in defects if defect.source_reference not in stored]
    changed = [
        _merged(stored[each.source_reference], each, actor, now) for each in defects if each.source_reference in stored
    ]
    Defect.objects.bulk_create(new)
    Defect.objects.bulk_update(changed, [*_IMPORTED, "decided_by", "decided_at"])
    if defects:
        record(
            "defects.saved",
            subject=actor,
            actor=actor,
            now=now,
            data={"new": [str(each.uuid) for each in new], "changed": [str(each.uuid) for each in changed]},
        )


_IMPORTED = ["occurred_on", "channel", "error_class", "root_cause", "root_cause_by", "note", "state"]


def _merged(old: Defect, given: Defect, actor: User, now: datetime) -> Defect:
    """The stored finding with what the file says."""
    if old.state != given.state:
        old.decided_by, old.decided_at = actor, now
    for name in _IMPORTED:
        setattr(old, name, getattr(given, name))
    return old


@service
def save_samples(*, entries: Sequence[SampleEntry], actor: User, now: datetime) -> None:
    """Write evaluated contacts with their counts, and a finding for each parameter that was wrong.

    A finding known already keeps its state and cause; one that the sheet has taken back is annulled. A fixed number
    of queries, whatever the entries.

    Raises:
        NotAllowed: one of them lies outside the actor's scope.
    """
    samples = [entry.sample for entry in entries]
    for sample in samples:
        require(can_record_defect(actor, site_id=sample.site_id, line_id=sample.line_id, team_id=sample.team_id))
    if not entries:
        return
    changed = [each for each in samples if each.pk is not None]
    new = [each for each in samples if each.pk is None]
    MonitoringSample.objects.bulk_create(new)
    MonitoringSample.objects.bulk_update(changed, ["contacted_on", "kind", "score"])
    SampleCount.objects.filter(sample__in=samples).delete()
    SampleCount.objects.bulk_create(
        SampleCount(
            sample=entry.sample,
            error_class=error_class,
            defective=int(any(parameter.error_class == error_class for parameter in entry.wrong)),
        )
        for entry in entries
        for error_class in ErrorClass.values
    )
    _save_findings(entries, actor, now)
    data = {"new": [str(each.uuid) for each in new], "changed": len(changed)}
    record("samples.saved", subject=actor, actor=actor, now=now, data=data)


def _save_findings(entries: Sequence[SampleEntry], actor: User, now: datetime) -> None:
    """A defect for each wrong parameter; annul those that the sheet does not hold any more."""
    wanted: dict[str, tuple[SampleEntry, QualityParameter]] = {
        finding_reference(
            contact=entry.sample.contact_reference,
            employee_no=entry.sample.person.employee_no,
            parameter=parameter.code,
        ): (entry, parameter)
        for entry in entries
        for parameter in entry.wrong
    }
    pairs = {(entry.sample.contact_reference, entry.sample.person_id) for entry in entries}
    stored = [
        row
        for row in Defect.objects.select_for_update(no_key=True).filter(
            source=QC_SOURCE,
            contact_reference__in={contact for contact, _person in pairs},
            person__in={person for _contact, person in pairs},
        )
        if (row.contact_reference, row.person_id) in pairs
    ]
    known = {row.source_reference for row in stored}
    Defect.objects.bulk_create(
        _finding(reference, entry, parameter)
        for reference, (entry, parameter) in wanted.items()
        if reference not in known
    )
    gone = [row for row in stored if row.source_reference not in wanted and row.state != DefectState.ANNULLED]
    for row in gone:
        row.state, row.decided_by, row.decided_at = DefectState.ANNULLED, actor, now
        row.decision_note = _("The monitoring sheet was corrected.")
    Defect.objects.bulk_update(gone, ["state", "decided_by", "decided_at", "decision_note"])


def _finding(reference: str, entry: SampleEntry, parameter: QualityParameter) -> Defect:
    sample = entry.sample
    return Defect(
        source=QC_SOURCE,
        source_reference=reference,
        person=sample.person,
        site_id=sample.site_id,
        line_id=sample.line_id,
        team_id=sample.team_id,
        occurred_on=sample.contacted_on,
        contact_reference=sample.contact_reference,
        channel=entry.channel,
        error_class=parameter.error_class,
        parameter=parameter,
        root_cause=entry.root_cause,
        root_cause_by=entry.root_cause_by,
        note=entry.note,
    )


@service
def dispute_defect(*, defect: Defect, reason: str, actor: User, now: datetime) -> Defect:
    """Say that a finding is wrong; it counts until Quality Control annuls it."""
    locked = _locked(defect)
    require(can_dispute_defect(actor, locked))
    return _decide(locked, DefectState.DISPUTED, reason, actor, now)


@service
def uphold_defect(*, defect: Defect, reason: str, actor: User, now: datetime) -> Defect:
    """Quality Control keeps a disputed finding."""
    locked = _locked(defect)
    require(can_judge_defect(actor, locked))
    return _decide(locked, DefectState.VALID, reason, actor, now)


@service
def annul_defect(*, defect: Defect, reason: str, actor: User, now: datetime) -> Defect:
    """Quality Control takes a finding back; it leaves every rate and no training is planned on it."""
    locked = _locked(defect)
    require(can_judge_defect(actor, locked))
    return _decide(locked, DefectState.ANNULLED, reason, actor, now)


def _locked(defect: Defect) -> Defect:
    return Defect.objects.select_for_update(no_key=True).get(pk=defect.pk)


def _decide(locked: Defect, to: DefectState, reason: str, actor: User, now: datetime) -> Defect:
    require_transition(locked, to, DEFECT_TRANSITIONS)
    if not reason.strip():
        raise Refused(_("Write the reason."), field="reason")
    before = locked.state
    locked.state, locked.decision_note, locked.decided_by, locked.decided_at = to, reason, actor, now
    locked.save(update_fields=["state", "decision_note", "decided_by", "decided_at"])
    record(
        f"defect.{'upheld' if to == DefectState.VALID else to.value}",
        subject=locked,
        actor=actor,
        now=now,
        data={"from": before, "to": to.value},
        detail={"reason": reason},
    )
    return locked
