"""What each row of a roster would do, cell by cell, and writing it (5.1.1 f)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainingops.audit.journal import service
from trainingops.imports.identity import EMPLOYEE_NO, HEADINGS
from trainingops.imports.preview import PERSON_UNKNOWN
from trainingops.imports.registry import Batch, Checked, Column, Importer, Question, Row
from trainingops.imports.roster.reading import code_of, days_in, reshape_roster
from trainingops.people.enums import ShiftKind
from trainingops.people.models import Person, PersonAssignment, RosterDay, ShiftCode, ShiftHours
from trainingops.people.policies import ROSTER_KEEPERS, can_keep_roster
from trainingops.people.services import RosterRow, RosterSlot, ShiftEntry, save_roster
from trainingops.people.shifts import span
from trainingops.ui.moments import day_words

if TYPE_CHECKING:
    from trainingops.people.models import User

DAY_COLUMNS = tuple(
    Column(name=f"day_{number}", label=str(number), headings=(f"{number:02d}",), example="P") for number in range(1, 32)
)
COLUMNS = (
    replace(EMPLOYEE_NO, required=True, headings=(*HEADINGS, "NIK", "ID ACD")),
    Column(name="name", label=gettext_lazy("Name"), headings=("Nama", "Nama Karyawan", "Nama Agent"), example="Siti"),
    *DAY_COLUMNS,
)


def _months_near(rows: Sequence[Row]) -> Iterable[tuple[str, str]]:  # noqa: ARG001 (the same for every file)
    """The last two months, this one and the next three."""
    today = timezone.localdate()
    for step in (0, 1, 2, 3, -1, -2):
        year, month = divmod(today.year * 12 + today.month - 1 + step, 12)
        first = date(year, month + 1, 1)
        yield first.isoformat()[:7], day_words(first, "month")


def _has_somebody_twice(rows: Sequence[Row]) -> bool:
    numbers = Counter(code_of(row.cells.get("employee_no")) for row in rows if _is_agent_row(row))
    return any(count > 1 for number, count in numbers.items() if number)


MONTH = Question(
    name="month",
    text=gettext_lazy("Which month is this roster of? The file does not say it, or its weekdays are those of another."),
    choices=(),
    choices_in=_months_near,
    asked=lambda _rows: True,
    each_time=True,
    fact="month",
)
TWICE = Question(
    name="person_twice",
    text=gettext_lazy("Somebody stands in this roster twice. Which row counts?"),
    choices=(
        ("first", gettext_lazy("The first row")),
        ("last", gettext_lazy("The last row")),
        ("none", gettext_lazy("Neither; I will correct the file")),
    ),
    asked=_has_somebody_twice,
    each_time=True,
)


@dataclass(frozen=True)
class _Place:
    site_id: int
    line_id: int
    zone: ZoneInfo


@dataclass(frozen=True)
class _Known:
    """What the database and the file say, read once for all rows."""

    month: date
    codes: Mapping[str, ShiftEntry]
    hours: Mapping[tuple[str, int], tuple[time, time]]
    places: Mapping[int, _Place]
    stored: Mapping[int, Mapping[date, tuple[str, datetime | None, datetime | None]]]
    merged: Mapping[str, list[list[Any]]]


def check_roster(batch: Batch) -> list[Checked]:
    """What each row would do: cells that cannot be read are left out one by one."""
    agents = [row for row in batch.rows if _is_agent_row(row)]
    people = batch.people(row.text("employee_no") for row in agents)
    known = _read(batch, {person.pk for row in agents if (person := people.get(row.text("employee_no")))})
    found = []
    for row in batch.rows:
        checked = Checked(row, key=f"{row.text('employee_no')} {row.text('name')}".strip())
        found.append(checked)
        if not _is_agent_row(row):
            checked.warn("employee_no", "not_an_agent_row", _("No employee number with shifts; left out."))
            continue
        person = people.get(row.text("employee_no"))
        if person is None:
            checked.refuse(
                "employee_no",
                PERSON_UNKNOWN,
                _("Nobody has this number. Choose the person above, or import the people first."),
            )
            continue
        checked.data = person
    _settle_twice(batch, found)
    for checked in found:
        if isinstance(checked.data, Person) and not checked.is_bad and not _waits(checked):
            _check_row(batch, checked, checked.data, known)
    _notices(batch, known)
    return found


def _is_agent_row(row: Row) -> bool:
    """Headings between teams, blank rows and legends have no employee number with shifts beside it."""
    number = row.text("employee_no")
    return bool(number) and len(number) <= 40 and any(row.text(column.name) for column in DAY_COLUMNS)


def _waits(checked: Checked) -> bool:
    return any(each.code in ("person_twice_other_row", "person_twice_not_this_row") for each in checked.warnings)


def _settle_twice(batch: Batch, found: Sequence[Checked]) -> None:
    """Of two rows of one person neither wins silently; the question says which, and until then neither is written."""
    rows: dict[int, list[Checked]] = {}
    for checked in found:
        if isinstance(checked.data, Person):
            rows.setdefault(checked.data.pk, []).append(checked)
    answer = batch.answer(TWICE.name)
    for same in (each for each in rows.values() if len(each) > 1):
        first = same[0]
        winner = {"first": first, "last": same[-1]}.get(answer)
        for checked in same:
            if winner is not None and checked is not winner:
                checked.warn(
                    "employee_no",
                    "person_twice_not_this_row",
                    _("Row %(row)d counts for this person; this one is left out.") % {"row": winner.row.number},
                )
            elif winner is None and checked is first:
                checked.warn("employee_no", "person_twice_other_row", _("Stands in the file again; not written yet."))
            elif winner is None:
                checked.refuse(
                    "employee_no",
                    "person_twice",
                    _("Row %(row)d is of the same person. Say above which row counts.") % {"row": first.row.number},
                )


def _read(batch: Batch, people: set[int]) -> _Known:
    text = batch.facts.get("month") or batch.answer(MONTH.name)
    month = date.fromisoformat(f"{text}-01") if text else timezone.localdate(batch.now).replace(day=1)
    last = month.replace(day=days_in(month))
    stored: dict[int, dict[date, tuple[str, datetime | None, datetime | None]]] = {}
    days = RosterDay.objects.filter(person__in=people, day__range=(month, last)).order_by()
    for person, day, code, start, end in days.values_list("person", "day", "code__code", "starts_at", "ends_at"):
        stored.setdefault(person, {})[day] = (code, start, end)
    own = ShiftHours.objects.filter(code=OuterRef("pk"))
    rows = list(
        ShiftCode.objects.annotate(
            own=ArraySubquery(own.values(json=JSONObject(site="site", starts_at="starts_at", ends_at="ends_at")))
        )
    )
    codes = {
        row.code.upper(): ShiftEntry(row.code.upper(), row.name, row.kind, row.starts_at, row.ends_at) for row in rows
    }
    hours = {
        (row.code.upper(), each["site"]): (time.fromisoformat(each["starts_at"]), time.fromisoformat(each["ends_at"]))
        for row in rows
        for each in row.own
    }
    codes.setdefault("OFF", ShiftEntry("OFF", "OFF", ShiftKind.OFF))
    for code, name, kind, start, end in batch.facts.get("legend", ()):
        codes[code] = ShiftEntry(
            code,
            name,
            kind,
            time.fromisoformat(start) if start else None,
            time.fromisoformat(end) if end else None,
        )
    told = {code for code, *_rest in batch.facts.get("legend", ())}
    return _Known(
        month=month,
        codes=codes,
        hours={key: times for key, times in hours.items() if key[0] not in told},
        places=_places(people, month, last),
        stored=stored,
        merged=batch.facts.get("merged", {}),
    )


def _places(people: set[int], first: date, last: date) -> dict[int, _Place]:
    """Where each of these people works in the month, the latest place of it: one query."""
    rows = (
        PersonAssignment.objects.filter(person__in=people, starts_on__lte=last)
        .exclude(ends_on__lt=first)
        .order_by("person_id", "-starts_on")
        .distinct("person_id")
        .values_list("person_id", "site_id", "line_id", "site__timezone")
    )
    return {person: _Place(site, line, ZoneInfo(zone)) for person, site, line, zone in rows}


def _check_row(batch: Batch, checked: Checked, person: Person, known: _Known) -> None:
    place = known.places.get(person.pk)
    if place is None:
        checked.refuse(
            "employee_no", "no_assignment", _("Has no site and line in this month. Import the people first.")
        )
        return
    if not can_keep_roster(batch.user, site_id=place.site_id, line_id=place.line_id):
        checked.refuse("employee_no", "out_of_scope", _("Works outside your scope. Remove the row."))
        return
    days = _cells(checked, known, place)
    if not days:
        checked.data = None
        return
    old, stored = known.stored.get(person.pk, {}), {}
    for day in days:
        if day in old:
            stored[f"day_{day.day}"] = _shown(old[day], _facts(days[day]), place.zone)
    new = {f"day_{day.day}": _shown(_facts(slot), old.get(day), place.zone) for day, slot in days.items()}
    checked.data = RosterRow(
        person,
        place.site_id,
        place.line_id,
        {day: slot for day, slot in days.items() if old.get(day) != (slot.entry.code, slot.starts_at, slot.ends_at)},
    )
    checked.compare(stored if old else None, new)


#: Code, start and end of a day.
_Facts = tuple[str, datetime | None, datetime | None]


def _facts(slot: RosterSlot) -> _Facts:
    return slot.entry.code, slot.starts_at, slot.ends_at


def _shown(day: _Facts, other: _Facts | None, zone: ZoneInfo) -> str:
    """A side of a change as the preview shows it: the code, with its hours where only these differ."""
    code, start, end = day
    if other and code == other[0] and day != other and start and end:
        return f"{code} {start.astimezone(zone):%H.%M}–{end.astimezone(zone):%H.%M}"
    return code


def _cells(checked: Checked, known: _Known, place: _Place) -> dict[date, RosterSlot]:
    """The days that can be written; what cannot is left out with its reason."""
    days: dict[date, RosterSlot] = {}
    over: dict[int, str] = {}
    for first, last, text, cells in known.merged.get(str(checked.row.number), ()):
        known_code = code_of(text) in known.codes
        over |= dict.fromkeys(range(first, last + 1), text if known_code else "")
        if not known_code:
            words = {"cells": cells, "first": first, "last": last}
            checked.leave_out(
                f"day_{first}",
                "merged_text_not_a_shift",
                _("Merged over %(cells)s (day %(first)d to %(last)d) and no shift code. Write a code for each day.")
                % words,
            )
    for number in range(1, days_in(known.month) + 1):
        name = f"day_{number}"
        if name not in checked.row.cells or over.get(number) == "":
            continue
        text = over.get(number) or str(checked.row.cells[name] if checked.row.cells[name] is not None else "")
        if entry := _entry_of(checked, name, text, known):
            entry = _at_site(entry, known, place)
            days[known.month.replace(day=number)] = _slot(entry, known.month.replace(day=number), place.zone)
    return days


def _entry_of(checked: Checked, name: str, text: str, known: _Known) -> ShiftEntry | None:
    code = code_of(text)
    if not code:
        checked.leave_out(name, "blank_cell", _("Blank, which is not a day off. Write OFF or the code of the shift."))
        return None
    entry = known.codes.get(code)
    if entry is not None:
        if text != entry.code:
            checked.warn(name, "value_normalised", _("Read as %(code)s.") % {"code": entry.code})
        return entry
    parts = [part for part in re.split(r"[/,;+& ]+", code) if part]
    if len(parts) > 1 and all(part in known.codes for part in parts):
        checked.leave_out(name, "two_codes_in_one_cell", _("Two codes in one cell. Keep one of them."))
    else:
        checked.leave_out(
            name,
            "shift_code_unknown",
            _("Not in the legend. Known: %(codes)s.") % {"codes": ", ".join(sorted(known.codes))},
        )
    return None


def _at_site(entry: ShiftEntry, known: _Known, place: _Place) -> ShiftEntry:
    """The code with the times of the site, where it has its own; the legend of the file goes before both."""
    times = known.hours.get((entry.code, place.site_id))
    return replace(entry, starts_at=times[0], ends_at=times[1]) if times else entry


@lru_cache(maxsize=4_096)
def _slot(entry: ShiftEntry, day: date, zone: ZoneInfo) -> RosterSlot:
    """One cell as instants; a house has few codes, days and zones, so each is worked out once."""
    if entry.starts_at is None or entry.ends_at is None:
        return RosterSlot(entry)
    return RosterSlot(entry, *span(day, entry.starts_at, entry.ends_at, zone))


def _notices(batch: Batch, known: _Known) -> None:
    batch.notices.append(
        _("Roster of %(month)s; times are local to the site of each person.")
        % {"month": day_words(known.month, "month")}
    )
    titled = batch.facts.get("titled")
    if titled and not batch.facts.get("month"):
        batch.notices.append(_("The title names another month than the weekdays above the days."))


@service
def apply_roster(*, rows: Sequence[Checked], actor: User, now: datetime) -> None:
    """Write the days of the rows given."""
    save_roster(rows=[checked.data for checked in rows], actor=actor, now=now)


ROSTER = Importer(
    name="roster",
    label=gettext_lazy("Roster"),
    about=gettext_lazy("The monthly roster: one person a row, one day a column, a shift code in each cell."),
    columns=COLUMNS,
    roles=frozenset(ROSTER_KEEPERS),
    check=check_roster,
    apply=apply_roster,
    questions=(MONTH, TWICE),
    result_url="roster",
    rows_at_once=500,
    reshape=reshape_roster,
)
