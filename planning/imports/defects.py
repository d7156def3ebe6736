"""The list of findings of Quality Control, one finding a row (2.3, 5.1.1 c)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.enums import DefectState, ErrorClass, RootCause
from planning.imports.channels import KnownChannels
from planning.imports.common import (
    AGENT,
    CAUSE,
    CAUSE_BY,
    CHANNEL,
    CLASSES,
    CONTACT,
    CONTACTED_ON,
    Places,
    find_cause,
    find_contact,
    find_person,
    find_place,
)
from planning.models import Defect, QualityParameter
from planning.services.defects import is_settled, save_defects
from planning.services.sources import QC_SOURCE, finding_reference
from trainingops.audit.journal import service
from trainingops.imports.registry import Batch, Checked, Column, Importer, Row
from trainingops.imports.values import heading_key
from trainingops.people.enums import Role
from trainingops.ui.moments import day_words

if TYPE_CHECKING:
    from trainingops.people.models import PersonAssignment, User

STATES: dict[str, str] = {
    "": DefectState.VALID,
    "valid": DefectState.VALID,
    "disanggah": DefectState.DISPUTED,
    "disputed": DefectState.DISPUTED,
    "dianulir": DefectState.ANNULLED,
    "annulled": DefectState.ANNULLED,
}
COLUMNS = (
    CONTACTED_ON,
    CONTACT,
    AGENT,
    CHANNEL,
    Column(
        name="parameter", label=gettext_lazy("Parameter"), required=True, headings=("Kode Parameter",), example="C1"
    ),
    Column(
        name="error_class",
        label=gettext_lazy("Class"),
        required=True,
        headings=("Kelas Error", "Kelas", "Jenis Error"),
        example="CACE",
    ),
    Column(name="note", label=gettext_lazy("Finding"), headings=("Uraian Temuan", "Temuan", "Catatan"), example=""),
    CAUSE,
    CAUSE_BY,
    Column(name="state", label=gettext_lazy("State"), headings=("Status",), example="Valid"),
)
#: So many codes a remedy names.
NEAREST = 5


@dataclass(frozen=True)
class _Known:
    """What the database says, read once for all rows."""

    people: Any
    places: Places
    parameters: dict[str, QualityParameter]
    defects: dict[str, Defect]
    channels: KnownChannels


def check_defects(batch: Batch) -> list[Checked]:
    """What each row would do; identical rows count once."""
    known = _read(batch)
    found: list[Checked] = []
    seen: dict[str, Checked] = {}
    for row in batch.rows:
        checked = Checked(row, key=f"{row.text('contact')} {row.text('parameter')}")
        found.append(checked)
        _check_row(batch, checked, known)
        if checked.data is None:
            continue
        reference = checked.data.source_reference
        if reference not in seen:
            seen[reference] = checked
        elif dict(seen[reference].row.cells) == dict(row.cells):
            checked.status, checked.changes = seen[reference].status.SAME, []
            checked.warn(
                "", "identical_row", _("The same as row %(row)d; counted once.") % {"row": seen[reference].row.number}
            )
        else:
            checked.refuse(
                "contact",
                "finding_twice",
                _("Row %(row)d has another finding on this contact and parameter. Keep one of them.")
                % {"row": seen[reference].row.number},
            )
    return found


def _read(batch: Batch) -> _Known:
    people = batch.people(row.text("employee_no") for row in batch.rows)
    parameters = {each.code.upper(): each for each in QualityParameter.objects.all()}
    references = [
        finding_reference(
            contact=row.text("contact"), employee_no=person.employee_no, parameter=row.text("parameter").upper()
        )
        for row in batch.rows
        if (person := people.get(row.text("employee_no"))) is not None
    ]
    defects = Defect.objects.filter(source=QC_SOURCE, source_reference__in=references).select_related("site")
    return _Known(
        people,
        Places(people.by_text.values()),
        parameters,
        {each.source_reference: each for each in defects},
        KnownChannels(),
    )


def _check_row(batch: Batch, checked: Checked, known: _Known) -> None:
    row = checked.row
    person = find_person(checked, known.people)
    contacted_on = batch.day(checked, "contacted_on", required=True, may_lie_ahead=False)
    contact = find_contact(checked)
    place = find_place(batch, checked, known.places, person, contacted_on)
    parameter = known.parameters.get(row.text("parameter").upper())
    if parameter is None:
        checked.refuse("parameter", "parameter_unknown", _unknown_parameter(row.text("parameter"), known.parameters))
    error_class = CLASSES.get(heading_key(row.text("error_class")))
    if error_class is None:
        checked.refuse("error_class", "class_unknown", _("Write CACE, BACE, CoACE or Non Critical."))
    elif parameter is not None and parameter.error_class != error_class:
        checked.warn("error_class", "class_contradicts_parameter", _("The parameter stands for another class."))
    known.channels.warn(checked)
    cause = find_cause(checked)
    if not row.text("root_cause"):
        checked.warn("root_cause", "root_cause_blank", _("Not determined yet; it can be added later."))
    state = STATES.get(heading_key(row.text("state")))
    if state is None:
        checked.refuse("state", "state_unknown", _("Write Valid, Disanggah or Dianulir."))
    if checked.is_bad or person is None or place is None or parameter is None or contacted_on is None:
        return
    new: dict[str, Any] = {
        "contacted_on": contacted_on,
        "channel": row.text("channel"),
        "error_class": error_class,
        "note": row.text("note"),
        "root_cause": _choice(RootCause, cause),
        "root_cause_by": row.text("root_cause_by"),
        "state": state,
    }
    reference = finding_reference(contact=contact, employee_no=person.employee_no, parameter=parameter.code)
    old = known.defects.get(reference)
    if old is not None:
        new |= _kept(old, row)
        if new["state"] != old.state and old.state == DefectState.ANNULLED:
            checked.leave(_("This finding was annulled here and stays so."))
            return
        if new["state"] != old.state and is_settled(old):
            checked.warn("state", "decided_here", _decided_words(old))
            new["state"] = old.state
    checked.compare(_values(old) if old else None, new)
    found = Defect(person=person, contact_reference=contact, parameter=parameter, source_reference=reference)
    checked.data = _filled(found, old, place, new)


def _unknown_parameter(code: str, parameters: Collection[str]) -> str:
    """The remedy for a code that is not kept: the codes nearest to it, and the page that keeps them all."""
    near = get_close_matches(code.upper(), parameters, n=NEAREST, cutoff=0.4) or sorted(parameters)[:NEAREST]
    if not near:
        return _("No parameter is kept yet. Add it under “Parameters of Quality Control”.")
    return _(
        "Nearest known codes: %(codes)s. The page “Parameters of Quality Control” keeps them all; add it there."
    ) % {"codes": ", ".join(near)}


def _values(defect: Defect) -> dict[str, Any]:
    """A stored finding by column of the list, for comparing and for the preview."""
    return {
        "contacted_on": defect.occurred_on,
        "channel": defect.channel,
        "error_class": _choice(ErrorClass, defect.error_class),
        "note": defect.note,
        "root_cause": _choice(RootCause, defect.root_cause),
        "root_cause_by": defect.root_cause_by,
        "state": DefectState(defect.state),
    }


def _choice(choices: type[TextChoices], code: str) -> str:
    """A stored code as one of the choices, so that the preview shows its words; blank stays blank."""
    return choices(code) if code else ""


def _decided_words(defect: Defect) -> str:
    """That a decision made here stands, whatever the file says (IMP-4)."""
    words = _("It is “%(state)s” here since %(day)s, with a reason, and stays so. Decide anew on its page.")
    day = timezone.localtime(defect.decided_at, defect.site.zone).date() if defect.decided_at else defect.occurred_on
    return words % {"state": defect.get_state_display(), "day": day_words(day)}


def _filled(found: Defect, old: Defect | None, place: PersonAssignment, new: dict[str, Any]) -> Defect:
    """The finding to write: over the one that is there, at the person's place of then, with what the row says."""
    found.pk, found.source = old.pk if old else None, QC_SOURCE
    found.site_id, found.line_id, found.team_id = place.site_id, place.line_id, place.team_id
    for name, value in new.items():
        setattr(found, "occurred_on" if name == "contacted_on" else name, value)
    return found


def _kept(old: Defect, row: Row) -> dict[str, Any]:
    """What a row that is silent about something leaves as it is: columns the file does not have, blank decisions."""
    silent = {name for name in ("channel", "note", "root_cause_by") if name not in row.cells}
    silent |= {name for name in ("root_cause", "state") if not row.text(name)}
    if "root_cause" in silent:
        silent.add("root_cause_by")
    stored = _values(old)
    return {name: stored[name] for name in silent}


@service
def apply_defects(*, rows: Sequence[Checked], actor: User, now: datetime) -> None:
    """Write the findings of the rows given."""
    save_defects(defects=[checked.data for checked in rows], actor=actor, now=now)


DEFECTS = Importer(
    name="defects",
    label=gettext_lazy("Service defects"),
    about=gettext_lazy("The list of findings of Quality Control, one finding a row."),
    columns=COLUMNS,
    roles=frozenset({Role.QC}),
    check=check_defects,
    apply=apply_defects,
    result_url="defect_list",
    max_rows=60_000,
    rows_at_once=2_000,
)
