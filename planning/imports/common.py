"""What the importers of Quality Control's files share: places of then, classes, causes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.enums import ErrorClass, RootCause
from planning.models import Defect
from planning.policies.catalogue import can_record_defect
from planning.queries.offices import OfficesThen
from trainingops.imports.identity import EMPLOYEE_NO
from trainingops.imports.preview import PERSON_UNKNOWN
from trainingops.imports.registry import Batch, Checked, Column, longest_of
from trainingops.imports.values import heading_key
from trainingops.people.models import Person, PersonAssignment

CLASSES: dict[str, str] = {
    "cace": ErrorClass.CACE,
    "bace": ErrorClass.BACE,
    "coace": ErrorClass.COACE,
    "noncritical": ErrorClass.NON_CRITICAL,
    "nonkritis": ErrorClass.NON_CRITICAL,
}
CAUSES: dict[str, str] = {
    "attitude": RootCause.ATTITUDE,
    "sikap": RootCause.ATTITUDE,
    "skill": RootCause.SKILL,
    "keterampilan": RootCause.SKILL,
    "knowledge": RootCause.KNOWLEDGE,
    "pengetahuan": RootCause.KNOWLEDGE,
}
#: A spreadsheet keeps 15 digits of a number; longer ids that are numbers have lost their end.
DIGITS_KEPT = 15

CONTACTED_ON = Column(
    name="contacted_on",
    label=gettext_lazy("Date of contact"),
    required=True,
    headings=("Tgl Kontak", "Tanggal Kontak"),
    example=date(2026, 11, 2),
    is_day=True,
)
CONTACT = Column(
    name="contact",
    longest=longest_of(Defect, "contact_reference"),
    label=gettext_lazy("Contact ID"),
    required=True,
    headings=("ID Kontak", "Contact ID", "Call ID"),
    example="176000100000900001",
)
AGENT = replace(EMPLOYEE_NO, longest=longest_of(Person, "employee_no"), required=True)
CHANNEL = Column(
    name="channel",
    longest=longest_of(Defect, "channel"),
    label=gettext_lazy("Channel"),
    headings=("Kanal",),
    example="Inbound",
)
CAUSE = Column(
    name="root_cause", label=gettext_lazy("Root cause"), headings=("Akar Masalah", "Penyebab"), example="knowledge"
)
CAUSE_BY = Column(
    name="root_cause_by",
    longest=longest_of(Defect, "root_cause_by"),
    label=gettext_lazy("Root cause set by"),
    headings=("Ditetapkan Oleh",),
    example="Quality Control",
)


class Places:
    """Where people were on a day, read by one query."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._rows: dict[int, list[PersonAssignment]] = {}
        self._offices = OfficesThen(people := list(people))
        for row in PersonAssignment.objects.filter(person__in={person.pk for person in people}):
            self._rows.setdefault(row.person_id, []).append(row)

    def was_no_agent(self, place: PersonAssignment, day: date) -> bool:
        """Whether the person held an office there on ``day``, or leads the team."""
        return self._offices.held(place, day)

    def on(self, person: Person, day: date) -> PersonAssignment | None:
        """The assignment that holds on ``day``."""
        return next(
            (
                row
                for row in self._rows.get(person.pk, [])
                if row.starts_on <= day and (row.ends_on is None or day <= row.ends_on)
            ),
            None,
        )


def find_person(checked: Checked, people: Any) -> Person | None:
    """The agent of a row, by number only; refuses blank and unknown ones."""
    text = checked.row.text("employee_no")
    if not text:
        checked.refuse("employee_no", "employee_no_blank", _("Fill in the employee number."))
        return None
    person: Person | None = people.get(text)
    if person is None:
        checked.refuse("employee_no", PERSON_UNKNOWN, _("Nobody has this number. Choose the person, or correct it."))
    return person


def find_place(
    batch: Batch, checked: Checked, places: Places, person: Person | None, day: date | None
) -> PersonAssignment | None:
    """Where the agent was; refuses what lies outside the scope of the one who imports."""
    if person is None or day is None:
        return None
    place = places.on(person, day)
    if place is None:
        checked.refuse(
            "contacted_on", "no_place_then", _("The agent had no place of work on this day. Correct the assignment.")
        )
        return None
    if not can_record_defect(batch.user, site_id=place.site_id, line_id=place.line_id, team_id=place.team_id):
        checked.refuse("employee_no", "out_of_scope", _("This agent is outside your scope. Leave the row out."))
        return None
    if places.was_no_agent(place, day):
        checked.refuse(
            "employee_no",
            "no_agent_then",
            _("This person was no agent on this day. Write the number of the agent who had the contact."),
        )
        return None
    return place


def find_contact(checked: Checked) -> str:
    """The contact's id as text; refuses a blank one, warns of one that lost digits in a spreadsheet."""
    text = checked.row.text("contact")
    if not text:
        checked.refuse("contact", "contact_blank", _("Fill in the contact ID."))
    elif not isinstance(checked.row.cells.get("contact"), str) and len(text) > DIGITS_KEPT:
        checked.warn(
            "contact",
            "long_number_lost_digits",
            _("The spreadsheet kept 15 digits of this number only. Format the column as text and enter it again."),
        )
    return text


def find_cause(checked: Checked) -> str:
    """The root cause; blank is kept as not determined."""
    text = checked.row.text("root_cause")
    if text and heading_key(text) not in CAUSES:
        checked.refuse("root_cause", "root_cause_unknown", _("Write attitude, skill or knowledge."))
    return CAUSES.get(heading_key(text), "")
