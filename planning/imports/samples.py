"""The monitoring sheet of Quality Control: one evaluated contact a row, one column a parameter (2.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.enums import ErrorClass, SampleKind, SampleState
from planning.imports.channels import KnownChannels
from planning.imports.common import (
    AGENT,
    CAUSE,
    CAUSE_BY,
    CHANNEL,
    CONTACT,
    CONTACTED_ON,
    Places,
    find_cause,
    find_contact,
    find_person,
    find_place,
)
from planning.imports.evaluated_twice import (
    STATES,
    WHICH_COUNTS,
    counts,
    mark_evaluated_twice,
    standing_question,
)
from planning.models import MonitoringSample, QualityParameter
from planning.services.sample_decisions import DECISION
from planning.services.samples import SampleEntry, sample_reference, save_samples
from planning.services.sources import QC_SOURCE, named_and_placed
from trainingops.audit.journal import service
from trainingops.imports.registry import Batch, Checked, Column, Importer, Question, Row
from trainingops.imports.values import heading_key
from trainingops.people.enums import Role

if TYPE_CHECKING:
    from trainingops.people.models import User

PREFIX = "parameter_"
KINDS: dict[str, str] = {
    "random": SampleKind.RANDOM,
    "acak": SampleKind.RANDOM,
    "targeted": SampleKind.TARGETED,
    "terarah": SampleKind.TARGETED,
    "complaint": SampleKind.COMPLAINT,
    "keluhan": SampleKind.COMPLAINT,
}
FLAGS: dict[str, str] = {f"flag_{error_class}": error_class for error_class in ErrorClass.values}
SHORT = {
    ErrorClass.CACE: "CACE",
    ErrorClass.BACE: "BACE",
    ErrorClass.COACE: "CoACE",
    ErrorClass.NON_CRITICAL: "Non Critical",
}
YES, NO, NOT_APPLICABLE = "Y", "N", "NA"
_ANSWERS = {"y": YES, "ya": YES, "yes": YES, "n": NO, "no": NO, "tidak": NO, "na": NOT_APPLICABLE, "": NOT_APPLICABLE}


#: Blank for several contacts in one row.
_CONTACT = replace(CONTACT, required=False)
INSPECTED = Column(
    name="inspected",
    label=gettext_lazy("Inspected contacts"),
    headings=("Kontak Diperiksa", "Jumlah Tapping"),
    example="",
)


class SheetColumns:
    """The fixed columns and one for each parameter that Quality Control has now."""

    def __iter__(self) -> Iterator[Column]:
        yield from (CONTACTED_ON, _CONTACT, AGENT, CHANNEL)
        yield Column(
            name="kind",
            label=gettext_lazy("Kind of sample"),
            required=True,
            headings=("Jenis Sampel", "Sampel"),
            example="Random",
        )
        for parameter in QualityParameter.objects.all():
            yield Column(name=PREFIX + parameter.code, label=parameter.code, example=YES)
        yield INSPECTED
        for name, error_class in FLAGS.items():
            word = SHORT[ErrorClass(error_class)]
            yield Column(name=name, label=word, headings=(f"Flag {word}",), example="")
        yield Column(name="score", label=gettext_lazy("Score"), headings=("Skor", "Nilai"), example="95,00")
        yield Column(name="note", label=gettext_lazy("Note"), headings=("Catatan",), example="")
        yield from (CAUSE, CAUSE_BY)
        yield Column(name="state", label=gettext_lazy("State"), headings=("Status",), example="Berlaku")


MEANING = Question(
    name="meaning",
    text=gettext_lazy("What does Y mean in the columns of the parameters?"),
    choices=(
        ("y_correct", gettext_lazy("Y = correct, N = error")),
        ("y_error", gettext_lazy("Y = error, N = correct")),
    ),
    asked=lambda rows: any(name.startswith(PREFIX) for row in rows for name in row.cells),
)


@dataclass(frozen=True)
class _Known:
    """What the database says, read once for all rows; ``standing``: the evaluation of a contact that counts now."""

    people: Any
    places: Places
    parameters: list[QualityParameter]
    samples: dict[str, MonitoringSample]
    standing: dict[str, MonitoringSample]
    channels: KnownChannels


def ask_samples(batch: Batch) -> list[Question]:
    """Which evaluation counts, where contacts of the file have one that was recorded before, for other agents."""
    known = batch.kept["known"] = _read(batch)
    return standing_question(batch.rows, known.people, known.standing)


def check_samples(batch: Batch) -> list[Checked]:
    """What each row would do; parameters decide over flags, a contact counts once."""
    known = batch.kept.get("known") or _read(batch)
    found = [Checked(row, key=f"{row.text('contact')} {row.text('employee_no')}") for row in batch.rows]
    for checked in found:
        _check_row(batch, checked, known)
    mark_evaluated_twice(batch, found, known.standing)
    return found


def _read(batch: Batch) -> _Known:
    people = batch.people(row.text("employee_no") for row in batch.rows)
    persons = set(people.by_text.values())
    contacts = {row.text("contact") for row in batch.rows} | {""}
    stored = MonitoringSample.objects.filter(source=QC_SOURCE)
    samples = stored.filter(person__in=persons, contact_reference__in=contacts)
    standing = stored.counting().filter(contact_reference__in=contacts - {""})
    return _Known(
        people=people,
        places=Places(persons),
        parameters=list(QualityParameter.objects.all()),
        # The annulled ones first, so that one that stands wins over them.
        samples={
            each.source_reference: each
            for each in sorted(samples.prefetch_related("counts"), key=lambda row: row.state != SampleState.ANNULLED)
        },
        standing={each.contact_reference: each for each in standing.select_related("person")},
        channels=KnownChannels(),
    )


def _check_row(batch: Batch, checked: Checked, known: _Known) -> None:
    row = checked.row
    person = find_person(checked, known.people)
    contacted_on = batch.day(checked, "contacted_on", required=True, may_lie_ahead=False)
    known.channels.warn(checked)
    inspected = _inspected(batch, checked)
    contact = find_contact(checked) if inspected == 1 else ""
    place = find_place(batch, checked, known.places, person, contacted_on)
    kind = KINDS.get(heading_key(row.text("kind")))
    if kind is None:
        checked.refuse("kind", "kind_unknown", _("Write Random, Targeted or Complaint."))
    answers = _answers(batch, checked, known.parameters)
    defective = _several(batch, checked, inspected, answers) if inspected > 1 else None
    score = _score(batch, checked)
    cause = find_cause(checked)
    if heading_key(row.text("state")) not in STATES:
        checked.refuse("state", "state_unknown", _("Write Berlaku, Diganti or Dianulir."))
    if checked.is_bad or person is None or place is None or contacted_on is None or kind is None:
        return
    wrong = tuple(each for each in known.parameters if answers.get(each.code) == NO)
    if defective is None:
        _warn_of_flags(checked, wrong)
    reference = sample_reference(contact=contact, employee_no=person.employee_no, day=contacted_on, kind=kind)
    old = known.samples.get(reference)
    if not counts(row):
        checked.leave(_("The file says that this evaluation does not count; evaluations that count are imported."))
        return
    if old is not None and old.state == SampleState.ANNULLED:
        checked.leave(_("This sample was annulled here and stays so."))
        return
    sample = MonitoringSample(
        pk=old.pk if old else None,
        **named_and_placed(reference, person, place),
        contacted_on=contacted_on,
        contact_reference=contact,
        kind=kind,
        inspected=inspected,
        score=score,
        channel=row.text("channel"),
        note=row.text("note"),
        answers=answers if defective is None else {},
    )
    if old:
        _keep(old, sample, row)
    checked.compare(_values(old, _counts_of(old)) if old else None, _values(sample, defective or {}))
    checked.data = SampleEntry(
        sample=sample,
        wrong=wrong,
        channel=sample.channel,
        root_cause=cause,
        root_cause_by=row.text("root_cause_by"),
        note=sample.note,
        defective=defective,
    )


def _keep(old: MonitoringSample, sample: MonitoringSample, row: Row) -> None:
    """What was decided about a stored evaluation stays, and what a column would say that the file does not have."""
    for name in DECISION:
        setattr(sample, name, getattr(old, name))
    for name in ("channel", "note", "score"):
        if name not in row.cells:
            setattr(sample, name, getattr(old, name))


def _inspected(batch: Batch, checked: Checked) -> int:
    """How many contacts the row stands for; one where the sheet does not say."""
    count = batch.whole(checked, "inspected")
    if count is None:
        return 1
    if count < 1:
        checked.refuse("inspected", "inspected_below_one", _("Write how many contacts were inspected, at least 1."))
        return 1
    return count


def _several(batch: Batch, checked: Checked, inspected: int, answers: dict[str, str]) -> dict[str, int]:
    """Defective contacts by class of a row that stands for several contacts; single answers make no sense there."""
    if any(answer != NOT_APPLICABLE for answer in answers.values()):
        checked.refuse(
            "inspected",
            "answers_of_several_contacts",
            _("Answers by parameter belong to one contact. Leave them blank, or write 1 contact."),
        )
    defective = {}
    for name, error_class in FLAGS.items():
        count = batch.whole(checked, name)
        if count is not None and not 0 <= count <= inspected:
            checked.refuse(name, "more_defective_than_inspected", _("Write a number from 0 to the inspected contacts."))
        elif count:
            defective[error_class] = count
    return defective


def _answers(batch: Batch, checked: Checked, parameters: Sequence[QualityParameter]) -> dict[str, str]:
    """What the sheet says of each parameter, as Y right, N wrong, NA; refuses other answers."""
    turned = {YES: NO, NO: YES} if batch.answer(MEANING.name) == "y_error" else {}
    answers = {}
    for parameter in parameters:
        name = PREFIX + parameter.code
        if name not in checked.row.cells:
            continue
        raw = checked.row.cells[name]
        answer = _ANSWERS.get(heading_key(str(raw or "")))
        if answer is None:
            checked.refuse(name, "answer_unknown", _("Write Y, N or NA."))
            continue
        if raw not in (answer, None, ""):
            checked.warn(name, "value_normalised", _("Read as %(answer)s.") % {"answer": answer})
        answers[parameter.code] = turned.get(answer, answer)
    return answers


def _score(batch: Batch, checked: Checked) -> Decimal | None:
    score = batch.figure(checked, "score")
    if score is not None and not 0 <= score <= 100:
        checked.refuse("score", "score_out_of_range", _("A score lies between 0 and 100."))
        return None
    return score.quantize(Decimal("0.01")) if score is not None else None


def _warn_of_flags(checked: Checked, wrong: Sequence[QualityParameter]) -> None:
    """Flags that say something else than the parameters; the parameters decide."""
    classes = {parameter.error_class for parameter in wrong}
    for name, error_class in FLAGS.items():
        text = checked.row.text(name)
        if text in ("0", "1") and (text == "1") != (error_class in classes):
            checked.warn(name, "flag_contradicts_parameters", _("The parameters say otherwise; they decide."))


def _values(sample: MonitoringSample, defective: Mapping[str, int]) -> dict[str, Any]:
    """A sample by column of the sheet."""
    values = {name: getattr(sample, name) for name in ("contacted_on", "kind", "inspected", "score", "channel", "note")}
    values["kind"] = SampleKind(sample.kind)
    values |= {PREFIX + code: answer for code, answer in sorted(sample.answers.items())}
    if sample.inspected > 1:
        values |= {name: defective.get(error_class, 0) for name, error_class in FLAGS.items()}
    return values


def _counts_of(sample: MonitoringSample) -> dict[str, int]:
    return {count.error_class: count.defective for count in sample.counts.all()}


@service
def apply_samples(*, rows: Sequence[Checked], actor: User, now: datetime) -> None:
    """Write the samples of the rows given, with their findings."""
    save_samples(entries=[checked.data for checked in rows], actor=actor, now=now)


SAMPLES = Importer(
    name="samples",
    label=gettext_lazy("Monitoring samples"),
    about=gettext_lazy("The monitoring sheet of Quality Control: one evaluated contact a row, one column a parameter."),
    columns=SheetColumns(),
    roles=frozenset({Role.QC}),
    check=check_samples,
    apply=apply_samples,
    questions=(MEANING, WHICH_COUNTS),
    asks=ask_samples,
    result_url="sample_list",
    max_rows=60_000,
    rows_at_once=2_000,
)
