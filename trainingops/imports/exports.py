"""The files that go out: the template of an importer, and the original with its errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from trainingops.imports.people import PEOPLE
from trainingops.imports.reading import stored_rows
from trainingops.imports.registry import Importer
from trainingops.imports.values import as_text
from trainingops.people.enums import Employment
from trainingops.people.models import Person, PersonAssignment
from trainingops.people.queries import present_assignments
from trainingops.ui.exports import workbook_response


def template_response(importer: Importer) -> HttpResponse:
    """An empty file of ``importer`` with its headings and one example row."""
    head = [str(column.label) for column in importer.columns]
    name = slugify(_("Template %(what)s") % {"what": importer.label})
    return workbook_response(head, [[column.example for column in importer.columns]], name=name)


def errors_response(packed: bytes, wrong: Iterable[tuple[int, Mapping[str, Any]]], *, name: str) -> HttpResponse:
    """The original with a column "Keterangan kesalahan" behind the others; rows keep their places (IMP-3).

    Args:
        packed: the cells as they are stored; they are written one row at a time.
        wrong: number and body of the rows of the preview that have errors.
    """
    messages = {
        number: "; ".join(
            f"{column}: “{value}”. {message}" if column else message
            for column, value, message, _code in body["problems"]
        )
        for number, body in wrong
    }
    width = max(len(row) for row in stored_rows(packed)[1])
    place, rows = stored_rows(packed)
    messages[place["heading"]] = _("Error description")
    lines = (
        [*map(_cell, cells), *[""] * (width - len(cells)), messages.get(number, "")]
        for number, cells in enumerate(rows, 1)
    )
    return workbook_response([as_text(cell) for cell in next(lines)], lines, name=name, long=True)


def people_response(people: QuerySet[Person], now: datetime) -> HttpResponse:
    """People with the columns of their template, so that the list can be corrected and imported again."""
    found = list(people)
    places = present_assignments([person.pk for person in found], now)
    leaders: dict[int, list[str]] = {}
    teams = {place.team_id for place in places.values() if place.team_id}
    for team, number in Person.objects.filter(led_teams__in=teams).values_list("led_teams", "employee_no"):
        leaders.setdefault(team, []).append(number)
    head = [str(column.label) for column in PEOPLE.columns]
    rows = [_person_row(person, places.get(person.pk), leaders) for person in found]
    cells = [[row[column.name] for column in PEOPLE.columns] for row in rows]
    return workbook_response(head, cells, name=slugify(str(PEOPLE.label)))


def _person_row(person: Person, place: PersonAssignment | None, leaders: Mapping[int, list[str]]) -> dict[str, Any]:
    numbers = leaders.get(place.team_id, []) if place and place.team_id else []
    return {
        "employee_no": person.employee_no,
        "name": person.name,
        "login_id": person.login_id,
        "acd_id": person.acd_id,
        "email": person.email,
        # Who leads the team is nobody's report there; the import refuses oneself as leader.
        "leader_no": "" if person.employee_no in numbers else min(numbers, default=""),
        "team": str(place.team) if place and place.team else "",
        "line": str(place.line) if place else "",
        "skills": "; ".join(str(segment) for segment in place.segments.all()) if place else "",
        "site": str(place.site) if place else "",
        "joined_on": person.joined_on,
        "employment": str(Employment(person.employment).label),
        "left_on": person.left_on,
    }


def _cell(cell: Any) -> Any:
    """A cell as the workbook writes it; times of the day are texts there."""
    return cell if not isinstance(cell, bool) and not hasattr(cell, "tzinfo") else as_text(cell)
