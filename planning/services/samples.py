"""Monitoring samples: inspected and defective contacts, and the findings that stand behind them (2.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from planning.enums import DefectState, SampleState
from planning.models import Defect, MonitoringSample, QualityParameter, SampleCount
from planning.policies.catalogue import can_record_defect
from planning.services.sample_decisions import (
    DECISION,
    bring_back,
    decide,
    findings_on,
    other_evaluations,
    take_findings_along,
    take_out,
)
from planning.services.sources import QC_SOURCE, finding_reference, named_and_placed, place_then
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require

if TYPE_CHECKING:
    from trainingops.people.models import Person, User

_IN_ONE_STATEMENT = 1_000
#: What a sheet may change of a sample that is there.
_IMPORTED = ["contacted_on", "kind", "inspected", "score", "channel", "note", "answers", *DECISION]


@dataclass(frozen=True)
class SampleEntry:
    """An evaluated contact as it will be stored, with the parameters in which it was wrong.

    ``defective``: several contacts in one entry, by class, instead of parameters.
    """

    sample: MonitoringSample
    wrong: tuple[QualityParameter, ...] = ()
    channel: str = ""
    root_cause: str = ""
    root_cause_by: str = ""
    note: str = ""
    defective: Mapping[str, int] | None = None


@service
def add_sample(
    *,
    person: Person,
    contacted_on: date,
    kind: str,
    inspected: int,
    defective: Mapping[str, int],
    actor: User,
    now: datetime,
) -> MonitoringSample:
    """Record how many contacts of an agent were inspected on a day, and how many were defective by class (2.3).

    Args:
        defective: class → contacts with at least one error of it.

    Raises:
        NotAllowed: the agent worked outside the actor's scope.
        Refused: the day lies ahead, the agent worked nowhere then, more contacts are defective than inspected, or
            the day's sample of this kind is known.
    """
    place = place_then(person=person, day=contacted_on, field="contacted_on", actor=actor, now=now)
    require_within(inspected, defective)
    reference = sample_reference(contact="", employee_no=person.employee_no, day=contacted_on, kind=kind)
    require_free(reference, person)
    sample = MonitoringSample.objects.create(
        **named_and_placed(reference, person, place),
        contacted_on=contacted_on,
        kind=kind,
        inspected=inspected,
    )
    write_counts({sample: defective})
    record("sample.added", subject=sample, actor=actor, now=now, data={"person": person.uuid, "inspected": inspected})
    return sample


@service
def save_samples(*, entries: Sequence[SampleEntry], actor: User, now: datetime) -> None:
    """Write evaluated contacts with their counts, and a finding for each parameter that was wrong.

    A finding known already keeps its state and cause; one that the sheet has taken back is annulled. An annulled
    finding counts nowhere. A contact counts once: the entries given count (of two on one contact the last), another
    evaluation of the contact is kept, but leaves the rates with its findings. A fixed number of queries for each
    thousand entries.

    Raises:
        NotAllowed: one of them, or an evaluation that would be replaced, lies outside the actor's scope.
    """
    if not entries:
        return
    entries = list({entry.sample.source_reference: entry for entry in entries}.values())
    samples = [entry.sample for entry in entries]
    last = {_about(each): each for each in samples}
    counting, replaced = last.values(), [each for each in samples if last[_about(each)] is not each]
    rivals = other_evaluations(counting)
    for sample in (*samples, *rivals):
        require(can_record_defect(actor, site_id=sample.site_id, line_id=sample.line_id, team_id=sample.team_id))
    reason = _("Another evaluation of this contact counts.")
    take_out(rivals, to=SampleState.REPLACED, reason=reason, actor=actor, now=now)
    returning = [each for each in counting if each.state == SampleState.REPLACED]
    bring_back(returning, reason=_("This evaluation of the contact counts."), actor=actor, now=now)
    for sample in replaced:
        decide(sample, SampleState.REPLACED, reason=reason, actor=actor, now=now)
    changed = [each for each in samples if each.pk is not None]
    new = [each for each in samples if each.pk is None]
    MonitoringSample.objects.bulk_create(new, batch_size=_IN_ONE_STATEMENT)
    MonitoringSample.objects.bulk_update(changed, _IMPORTED, batch_size=_IN_ONE_STATEMENT)
    SampleCount.objects.filter(sample__in=changed).delete()
    annulled = _save_findings([entry for entry in entries if entry.sample.contact_reference], actor, now)
    take_findings_along(replaced, reason=reason, actor=actor, now=now)
    write_counts({entry.sample: _defective(entry, annulled) for entry in entries})
    data = {
        "new": [str(each.uuid) for each in new],
        "changed": len(changed),
        "replaced": sorted({str(each.uuid) for each in (*rivals, *replaced)}),
    }
    record("samples.saved", subject=actor, actor=actor, now=now, data=data)


def _about(sample: MonitoringSample) -> str:
    """The contact that was evaluated; several contacts of an agent are named by the sample itself."""
    return sample.contact_reference or sample.source_reference


def sample_reference(*, contact: str, employee_no: str, day: date, kind: str) -> str:
    """What names a sample: the contact and the agent; several contacts in one: the day, the agent and the kind."""
    return f"{contact or f'{day.isoformat()} {kind}'}/{employee_no.upper()}"


def require_within(inspected: int, defective: Mapping[str, int]) -> None:
    """Refuse more defective contacts of a class than were inspected."""
    for error_class, count in defective.items():
        if count > inspected:
            raise Refused(
                _("%(count)d defective contacts are more than the %(inspected)d inspected. Correct one of the two.")
                % {"count": count, "inspected": inspected},
                field=f"defective_{error_class}",
            )


def require_free(reference: str, person: Person, *, but: MonitoringSample | None = None) -> None:
    """Refuse a second sample of several contacts of one agent, day and kind; ``but``: the one that is corrected."""
    standing = MonitoringSample.objects.filter(source=QC_SOURCE, source_reference=reference)
    standing = standing.exclude(state=SampleState.ANNULLED)
    if (standing.exclude(pk=but.pk) if but else standing).exists():
        raise Refused(
            _(
                "A sample of this kind is there for %(name)s on this day. "
                "Open it in the list of samples and correct its numbers there."
            )
            % {"name": person.name},
            field="contacted_on",
        )


def drop_from_rates(annulled: Iterable[Defect]) -> None:
    """Take annulled findings out of the samples that counted their contacts (2.3).

    A contact stays defective in a class while another finding of that class on it stands.
    """
    gone = list(annulled)
    people, contacts = {each.person_id for each in gone}, {each.contact_reference for each in gone}
    counts = SampleCount.objects.filter(
        sample__source=QC_SOURCE,
        sample__person__in=people,
        sample__contact_reference__in=contacts - {""},
        sample__inspected=1,
        defective__gt=0,
    ).values_list("pk", "sample__person", "sample__contact_reference", "error_class")
    standing = set(
        Defect.objects.counting()
        .filter(person__in=people, contact_reference__in=contacts)
        .values_list("person", "contact_reference", "parameter__error_class")
    )
    touched = {(each.person_id, each.contact_reference, each.parameter.error_class) for each in gone} - standing
    SampleCount.objects.filter(pk__in=[pk for pk, *key in counts if tuple(key) in touched]).delete()


def write_counts(wanted: Mapping[MonitoringSample, Mapping[str, int]]) -> None:
    """Store the defective contacts of samples that have no counts yet; a class without any gets no row."""
    SampleCount.objects.bulk_create(
        (
            SampleCount(sample=sample, error_class=error_class, defective=count)
            for sample, defective in wanted.items()
            for error_class, count in defective.items()
            if count
        ),
        batch_size=_IN_ONE_STATEMENT,
    )


def _defective(entry: SampleEntry, annulled: set[str]) -> Mapping[str, int]:
    """Defective contacts by class: as entered, or 1 for each class with a finding that stands."""
    if entry.defective is not None:
        return entry.defective
    return {
        parameter.error_class: 1 for parameter in entry.wrong if _reference(entry.sample, parameter) not in annulled
    }


def _reference(sample: MonitoringSample, parameter: QualityParameter) -> str:
    return finding_reference(
        contact=sample.contact_reference, employee_no=sample.person.employee_no, parameter=parameter.code
    )


def _save_findings(entries: Sequence[SampleEntry], actor: User, now: datetime) -> set[str]:
    """A defect for each wrong parameter; annul those that the sheet does not hold any more.

    Returns:
        the references of the annulled ones.
    """
    wanted = {_reference(entry.sample, parameter): (entry, parameter) for entry in entries for parameter in entry.wrong}
    evaluated = {
        (entry.sample.contact_reference, entry.sample.person_id): set(entry.sample.answers) for entry in entries
    }
    stored = findings_on(evaluated.keys())
    known = {row.source_reference for row in stored}
    Defect.objects.bulk_create(
        [
            _finding(reference, entry, parameter)
            for reference, (entry, parameter) in wanted.items()
            if reference not in known
        ],
        batch_size=_IN_ONE_STATEMENT,
    )
    gone = [
        row
        for row in stored
        if row.source_reference not in wanted
        and row.state != DefectState.ANNULLED
        # A parameter that the sheet does not have says nothing about a finding on it.
        and row.parameter.code in evaluated[row.contact_reference, row.person_id]
    ]
    for row in gone:
        decide(row, DefectState.ANNULLED, reason=_("The monitoring sheet was corrected."), actor=actor, now=now)
    Defect.objects.bulk_update(gone, DECISION, batch_size=_IN_ONE_STATEMENT)
    return {row.source_reference for row in stored if row.state == DefectState.ANNULLED}


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
