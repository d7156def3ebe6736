"""The importer of people: the agent master list with teams, lines, sites and skills (clauses 3 and 5.1.1 b)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainingops.audit.journal import service
from trainingops.imports.people.columns import COLUMNS
from trainingops.imports.people.ids import OWN_IDS, Owners, check_ids, read_owners
from trainingops.imports.people.teams import announce_new_teams, ask_new_leaders, refuse_leaders_by_mistake
from trainingops.imports.registry import Batch, Checked, Importer, Row, longest_of
from trainingops.imports.values import Unreadable, read_day, shortened
from trainingops.people.enums import Employment, Role
from trainingops.people.models import Person, PersonAssignment, Segment, ServiceLine, Site
from trainingops.people.queries import present_assignments
from trainingops.people.services import PersonEntry, save_people

if TYPE_CHECKING:
    from trainingops.people.models import User

_EMPLOYMENT = {
    Employment.ACTIVE: ("", "a", "aktif", "active", "ya"),
    Employment.ON_LEAVE: ("cuti", "cutimelahirkan", "cutipanjang", "cutibesar", "onleave", "onlongleave", "c"),
    Employment.LEFT: ("resign", "keluar", "left", "nonaktif", "tidakaktif", "berhenti", "pensiun", "phk", "r"),
}
_FORMULA_STARTS = ("=", "+", "-", "@")
#: Nobody who works today joined before.
_EARLIEST = date(1950, 1, 1)
_LONGEST_SKILL = longest_of(Segment, "name")


@dataclass(frozen=True)
class _Known:
    """What the database says, read once for all rows."""

    people: Mapping[str, Person]
    owners: Owners
    places: Mapping[int, PersonAssignment]
    sites: Mapping[str, Site]
    lines: Mapping[str, ServiceLine]
    leaders: Mapping[int, set[str]]


def check_people(batch: Batch) -> list[Checked]:
    """What each row would do; master data (sites, lines) must exist, teams and skills are made."""
    rows = _with_leading_zeros(batch)
    known = _read(batch, rows)
    found: list[Checked] = []
    firsts: dict[str, Checked] = {}
    for row in rows:
        checked = Checked(row, key=f"{row.text('employee_no')} {row.text('name')}".strip())
        found.append(checked)
        number = row.text("employee_no").upper()
        if not number:
            checked.refuse("employee_no", "employee_no_blank", _("Fill in the employee number."))
            continue
        if number in firsts:
            _refuse_second(checked, firsts[number].row)
            continue
        firsts[number] = checked
        _check_row(batch, checked, number, known)
    refuse_leaders_by_mistake(batch, found)
    _refuse_unknown_leaders(batch, found, known)
    for checked in found:
        _compare(checked, known)
    _announce_new_skills(batch, found)
    announce_new_teams(batch, found, known.people)
    return found


@service
def apply_people(*, rows: Sequence[Checked], actor: User, now: datetime) -> None:
    """Save the people of the rows given."""
    save_people(entries=[checked.data for checked in rows], actor=actor, now=now)


def _check_row(batch: Batch, checked: Checked, number: str, known: _Known) -> None:
    """Read one row into a :class:`PersonEntry`, refusing what does not fit."""
    row = checked.row
    name = row.text("name")
    if not name:
        checked.refuse("name", "name_blank", _("Fill in the name."))
    if name.startswith(_FORMULA_STARTS):
        checked.warn("name", "starts_with_equals_sign", _("Kept as a text; it never runs as a formula."))
    site = _find(checked, "site", known.sites)
    line = _find(checked, "line", known.lines)
    joined_on = _joined_on(batch, checked)
    left_on = batch.day(checked, "left_on", earliest=_EARLIEST)
    acd_id, login_id, email = row.text("acd_id"), row.text("login_id"), row.text("email").lower()
    _check_mail(checked, email)
    check_ids(checked, number, known.owners)
    skills = _skills(checked)
    person = known.people.get(number)
    employment = _employment(checked, person)
    _check_leaving(batch, checked, person, joined_on, left_on, employment)
    if checked.is_bad or site is None or line is None:
        return
    known.owners.take(number, [row.text(name) for name in OWN_IDS])
    entry = PersonEntry(
        employee_no=number,
        name=name,
        site=site,
        line=line,
        login_id=login_id,
        acd_id=acd_id,
        email=email,
        employment=employment,
        joined_on=joined_on,
        left_on=left_on,
        team=row.text("team"),
        leader_no=row.text("leader_no").upper(),
        segments=skills,
    )
    checked.data = _with_what_the_file_leaves_out(entry, row, person, known) if person else entry


def _with_what_the_file_leaves_out(entry: PersonEntry, row: Row, person: Person, known: _Known) -> PersonEntry:
    """A column that the file does not have says nothing: what is stored about this person stays."""
    kept: dict[str, Any] = {
        name: getattr(person, name)
        for name in ("login_id", "acd_id", "email", "joined_on", "left_on")
        if name not in row.cells
    }
    if person.employment == Employment.LEFT != entry.employment:
        kept.pop("left_on", None)  # somebody who comes back
    place = known.places.get(person.pk)
    if place and "skills" not in row.cells:
        kept["segments"] = tuple(str(segment) for segment in place.segments.all())
    if place and place.team and not {"team", "leader_no"} & set(row.cells):
        kept["team"] = place.team.name
    return replace(entry, **kept)


def _with_leading_zeros(batch: Batch) -> list[Row]:
    """ACD ids that are numbers get the zeros that the others show: 416 beside 00417 is 00416."""
    texts = [row.cells.get("acd_id") for row in batch.rows]
    widths = Counter(len(cell) for cell in texts if isinstance(cell, str) and cell.isdigit())
    if not widths or not any(isinstance(cell, int) for cell in texts):
        return list(batch.rows)
    width = widths.most_common(1)[0][0]
    batch.notices.append(
        _("ACD ids that the file holds as numbers are read with %(width)d digits, like the others.") % {"width": width}
    )
    return [
        replace(row, cells={**row.cells, "acd_id": str(cell).zfill(width)}) if isinstance(cell, int) else row
        for row, cell in zip(batch.rows, texts, strict=True)
    ]


def _read(batch: Batch, rows: Sequence[Row]) -> _Known:
    numbers = {row.text(name).upper() for row in rows for name in ("employee_no", "leader_no")} - {""}
    people = {person.employee_no.upper(): person for person in Person.objects.filter(employee_no__in=numbers)}
    places = present_assignments([person.pk for person in people.values()], batch.now)
    return _Known(
        people=people,
        owners=read_owners(rows),
        places=places,
        sites=_by_words(Site.objects.all()),
        lines=_by_words(ServiceLine.objects.all()),
        leaders=_leader_numbers(places),
    )


def _leader_numbers(places: Mapping[int, PersonAssignment]) -> dict[int, set[str]]:
    """Team key → employee numbers of its leaders."""
    teams = {place.team_id for place in places.values() if place.team_id}
    found: dict[int, set[str]] = {}
    for team, number in Person.objects.filter(led_teams__in=teams).values_list("led_teams", "employee_no"):
        found.setdefault(team, set()).add(number.upper())
    return found


def _by_words(things: Any) -> dict[str, Any]:
    return {word.casefold(): thing for thing in things for word in (thing.name, thing.code)}


def _find(checked: Checked, column: str, known: Mapping[str, Any]) -> Any:
    """The site or line that a cell names."""
    text = checked.row.text(column)
    if not text:
        checked.refuse(column, f"{column}_blank", _("Fill in this cell."))
        return None
    thing = known.get(text.casefold())
    if thing is None:
        names = ", ".join(sorted({str(each) for each in known.values()})) or "-"
        checked.refuse(
            column,
            f"{column}_unknown",
            _("Not known. Known: %(names)s. Add it first, or correct the cell.") % {"names": names},
        )
    return thing


def _joined_on(batch: Batch, checked: Checked) -> date | None:
    """The day of joining; the place of work begins there, so that it cannot lie ahead."""
    try:
        day = read_day(checked.row.cells.get("joined_on"), day_first=batch.day_first)
    except Unreadable:
        return batch.day(checked, "joined_on", earliest=_EARLIEST)
    if day > batch.today:
        checked.refuse(
            "joined_on",
            "joins_later",
            _("This day lies ahead. Correct it, or leave the cell blank until the person has joined."),
        )
        return None
    return batch.day(checked, "joined_on", earliest=_EARLIEST, may_lie_ahead=False)


def _check_leaving(
    batch: Batch, checked: Checked, person: Person | None, joined_on: date | None, left_on: date | None, employment: str
) -> None:
    """Who has left came before, and is not active."""
    began = joined_on or (person.joined_on if person and "joined_on" not in checked.row.cells else None)
    if began and left_on and left_on < began:
        checked.refuse("left_on", "left_before_joined", _("This is before the joining date. Correct one of them."))
    if left_on and left_on < batch.today and employment != Employment.LEFT:
        checked.refuse(
            "left_on",
            "left_but_employed",
            _("This day is past, but the employment is “%(employment)s”. Write Resign there, or correct the day.")
            % {"employment": Employment(employment).label},
        )


def _skills(checked: Checked) -> tuple[str, ...]:
    """The skills that a cell names between semicolons or commas; each must fit and have a letter or digit."""
    found = tuple(part.strip() for part in re.split(r"[;,]", checked.row.text("skills")) if part.strip())
    for skill in found:
        if len(skill) > _LONGEST_SKILL or not slugify(skill):
            checked.refuse(
                "skills",
                "skill_unreadable",
                _("“%(skill)s” is no skill. Write each with 1 to %(most)d characters, letters or digits among them.")
                % {"skill": shortened(skill), "most": _LONGEST_SKILL},
            )
    return found


def _check_mail(checked: Checked, email: str) -> None:
    if not email:
        return
    try:
        validate_email(email)
    except ValidationError:
        checked.refuse("email", "not_an_email", _("Write a mail address, for example nama@contoh.id."))


def _employment(checked: Checked, person: Person | None) -> str:
    """What the cell says; blank or without a column it stays as it is, and somebody new is active."""
    if person and not checked.row.text("employment"):
        return person.employment
    key = re.sub(r"[^a-z]", "", checked.row.text("employment").casefold())
    for employment, words in _EMPLOYMENT.items():
        if key in words or key == re.sub(r"[^a-z]", "", str(employment.label).casefold()):
            return employment
    if key.startswith("cuti"):
        return Employment.ON_LEAVE
    checked.refuse("employment", "employment_unknown", _("Write Aktif, Cuti or Resign."))
    return Employment.ACTIVE


def _refuse_second(checked: Checked, first: Row) -> None:
    """The first row of an employee number counts; the second says in what it differs."""
    names = [c.name for c in COLUMNS if c.name in first.cells and first.text(c.name) != checked.row.text(c.name)]
    labels = ", ".join(str(column.label) for column in COLUMNS if column.name in names)
    message = (
        _("Row %(row)d has this employee number already and differs in: %(columns)s. Keep one of the two.")
        if labels
        else _("Row %(row)d says the same. Remove one of the two.")
    )
    checked.refuse("employee_no", "employee_no_twice", message % {"row": first.number, "columns": labels})
    checked.data = {"first_row": first.number, "differs_in": names}


def _refuse_unknown_leaders(batch: Batch, found: list[Checked], known: _Known) -> None:
    """A leader must be known, or come with a good row of the same file; repeated until no more rows fall out."""
    picked = {text.upper(): number.upper() for text, number in batch.options.get("people", {}).items()}
    while True:
        here = {checked.data.employee_no for checked in found if not checked.is_bad}
        fallen = False
        for checked in found:
            if checked.is_bad or not checked.data.leader_no:
                continue
            leader = picked.get(checked.data.leader_no, checked.data.leader_no)
            checked.data = replace(checked.data, leader_no=leader)
            if leader == checked.data.employee_no:
                checked.refuse(
                    "leader_no",
                    "own_team_leader",
                    _("Nobody is their own team leader. Write somebody else's number, or leave the cell blank."),
                )
                fallen = True
            elif leader not in known.people and leader not in here:
                checked.refuse(
                    "leader_no",
                    "team_leader_unknown",
                    _("Nobody has this employee number. Correct it, or import the team leaders first."),
                )
                fallen = True
        if not fallen:
            return


def _compare(checked: Checked, known: _Known) -> None:
    """New, changed (which cells) or the same."""
    if checked.is_bad:
        return
    entry: PersonEntry = checked.data
    person = known.people.get(entry.employee_no)
    new = {name: getattr(entry, name) for name in ("name", "login_id", "acd_id", "email", "joined_on", "left_on")}
    new |= {
        "employment": Employment(entry.employment).label,
        "site": str(entry.site),
        "line": str(entry.line),
        "skills": sorted(entry.segments, key=str.casefold),
    }
    if person is None:
        checked.compare(None, new)
        return
    place = known.places.get(person.pk)
    old = {name: getattr(person, name) for name in ("name", "login_id", "acd_id", "email", "joined_on", "left_on")}
    old |= {
        "employment": Employment(person.employment).label,
        "site": str(place.site) if place else "",
        "line": str(place.line) if place else "",
        "skills": sorted((str(each) for each in place.segments.all()), key=str.casefold) if place else [],
    }
    leaders = known.leaders.get(place.team_id or 0, set()) if place else set()
    if entry.team:
        old["team"] = str(place.team or "") if place else ""
        new["team"] = old["team"] if place and place.team and place.team.code == entry.team.casefold() else entry.team
    if entry.leader_no not in leaders and (entry.leader_no or leaders) and not entry.team:
        old["leader_no"], new["leader_no"] = sorted(leaders), entry.leader_no
    checked.compare(old, new)


def _announce_new_skills(batch: Batch, found: list[Checked]) -> None:
    wanted = {skill.casefold(): skill for checked in found if not checked.is_bad for skill in checked.data.segments}
    known = {segment.name.casefold() for segment in Segment.objects.all()}
    if new := sorted(skill for key, skill in wanted.items() if key not in known):
        batch.notices.append(_("New skills will be added: %(skills)s.") % {"skills": ", ".join(new)})


PEOPLE = Importer(
    name="people",
    label=gettext_lazy("People"),
    about=gettext_lazy("The agent master list: one person a row, with site, line, team leader and skills."),
    columns=COLUMNS,
    roles=frozenset({Role.ADMINISTRATOR}),
    check=check_people,
    apply=apply_people,
    asks=ask_new_leaders,
    result_url="people_list",
    # In one part: a leader may stand below the people they lead.
    rows_at_once=50_000,
)
