"""Every column of every importer meets cells that nothing can be made of (IMP-3, IMP-4)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from trainingops.imports.preview import dry_run
from trainingops.imports.reading import Sheet
from trainingops.imports.registry import _importers
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_agent, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.point("IMP-3")]
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
IMPORTERS = [importer.name for importer in _importers.values()]
#: The roster keeps neither: a long first cell makes its row a note under the table, a name is only shown.
NOT_KEPT = {("roster", "name"), ("roster", "employee_no")}
NAMES_A_ROW = {("people", "employee_no"), ("modules", "code"), ("questions", "code")}
CELLS = {
    "5,000 characters": ("x" * 5_000, lambda _column: True),
    "5,000 digits": ("9" * 5_000, lambda _column: True),
    "a control character": ("Siti\x00Rahma", lambda _column: True),
    "1900": (date(1900, 1, 2), lambda column: column.is_day),
    "2099": (date(2099, 1, 2), lambda column: column.is_day),
    "a negative figure": (-5, lambda column: isinstance(column.example, (int, Decimal))),
    "a figure without end": (10**40, lambda column: isinstance(column.example, (int, Decimal))),
}


@pytest.fixture
def owner():
    site, line = SiteFactory(name="Jakarta"), ServiceLineFactory(name="Inbound")
    make_agent(site, line, employee_no="CC0101")
    return make_user("administrator", "manager", "qc", "wfm", site=site, line=line)


def own(importer, column, number):
    """The example of a column; what names a row differs from row to row."""
    return f"{column.example}{number}" if (importer, column.name) in NAMES_A_ROW else column.example


@pytest.mark.parametrize("name", IMPORTERS)
def test_a_cell_that_cannot_be_is_refused_with_row_column_and_value_and_nothing_raises(owner, name):
    importer = _importers.find(name)
    columns = list(importer.columns)
    mapping = {column.name: place for place, column in enumerate(columns)}
    rows, meant = [[str(column.label) for column in columns]], {}
    for words, (cell, concerns) in CELLS.items():
        for place, column in enumerate(columns):
            if concerns(column) and (name, column.name) not in NOT_KEPT:
                rows.append([cell if at == place else own(name, each, len(rows)) for at, each in enumerate(columns)])
                meant[len(rows)] = (column.name, words)
    sheet = Sheet(rows=rows, heading=1)
    found = dry_run(importer, sheet, mapping, user=owner, now=NOW, options={})
    refused = {
        checked.row.number: {each.column: each for each in (*checked.problems, *checked.left_out)}
        for checked in found.checked
    }
    unsaid = [
        meant[number]
        for number, (column, _words) in meant.items()
        if column not in refused[number] or not refused[number][column].value or not refused[number][column].message
    ]
    assert unsaid == []
    importer.apply(rows=found.to_write, actor=owner, now=NOW)
