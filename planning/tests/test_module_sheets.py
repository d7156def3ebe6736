"""The catalogue as a sheet: what is filtered, read back unchanged, and new versions from it (2.1, EXP-1)."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import translation
from python_calamine import CalamineWorkbook

from planning.enums import ModuleState
from planning.imports.modules import MODULES
from planning.models import ModuleVersion
from planning.services import modules
from planning.tests.factories import draft_module, make_module, make_world
from planning.tests.test_modules import tree_of_three
from trainingops.imports.testing import run_import
from trainingops.people.tests.factories import ServiceLineFactory, client_of
from trainingops.ui.exports import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.fixture
def world():
    return make_world(people=1)


@pytest.fixture
def draft(world):
    return draft_module(world, now=NOW)


@pytest.mark.point("EXP-1")
def test_the_file_holds_exactly_what_is_filtered(world, draft):
    other = make_module(world.line, author=world.pic, decided_by=world.manager).module
    top, _middle, leaf = tree_of_three(world.manager)
    other.topics.add(leaf)
    client = client_of(world.manager)
    for query, codes in (
        ({"q": "empati"}, {"SS-01"}),
        ({"kind": "soft"}, {"SS-01"}),
        ({"topic": top.code}, {other.code}),
        ({"state": "open"}, {"SS-01"}),
        ({"state": "none"}, {"SS-01"}),
        ({"state": "approved"}, {other.code, world.module_version.module.code}),
        ({"line": ServiceLineFactory().code}, set()),
    ):
        listed = client.get(reverse("module_list"), query)
        assert {row.record.code for row in listed.context["table"].rows} == codes, query
        assert {row[0] for row in sheet_of(client, query)[1:]} == codes, query


def sheet_of(client, query=None):
    content = client.get(reverse("module_list"), {**(query or {}), "export": "xlsx"}).content
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def as_file(rows) -> bytes:
    return workbook(rows[0], rows[1:])


@pytest.mark.point("IMP-6")
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_file_of_the_catalogue_read_back_changes_nothing(world, draft, language):
    make_module(world.line, author=world.pic, decided_by=world.manager)
    modules.edit_version(
        version=draft, objectives="- satu\n- dua", duration_minutes=90, change_note="", actor=world.pic, now=NOW
    )
    world.manager.language = language
    world.manager.save()
    with translation.override(language):
        rows = sheet_of(client_of(world.manager))
        found = run_import(MODULES, as_file(rows), user=world.manager, now=NOW)
    assert len(found.checked) == 3
    assert [(each.status, each.problems) for each in found.checked] == [("same", [])] * 3


@pytest.mark.point("IMP-2")
def test_the_sheet_adds_modules_changes_drafts_and_begins_versions(world, draft):
    approved = world.module_version.module
    head = [
        "Code",
        "Title",
        "Kind",
        "Service lines",
        "Topics",
        "Objectives",
        "Suggested duration (minutes)",
        "Change note",
    ]
    line = world.line.name
    rows = [
        head,
        ["HS-99", "Baru", "Hard skill", line, "", "Tahu", 60, ""],
        ["SS-01", "Empati", "soft", line, "", "Menunjukkan empati penuh.", 45, ""],
        [approved.code, approved.title, "hard", line, "", "Lebih banyak.", 120, "Tambah contoh."],
    ]
    found = run_import(MODULES, as_file(rows), user=world.pic, now=NOW, apply=True)
    assert [each.status for each in found.checked] == ["new", "changed", "changed"]
    assert ModuleVersion.objects.get(module__code="HS-99").state == ModuleState.DRAFT
    draft.refresh_from_db()
    assert (draft.objectives, draft.duration_minutes) == ("Menunjukkan empati penuh.", 45)
    second = approved.versions.get(number="1.1")
    assert (second.state, second.change_note) == (ModuleState.DRAFT, "Tambah contoh.")
    again = run_import(MODULES, as_file(rows), user=world.pic, now=NOW)
    assert [each.status for each in again.checked] == ["same"] * 3


@pytest.mark.point("IMP-2")
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Code": ""}, "code_blank"),
        ({"Title": ""}, "title_blank"),
        ({"Kind": "besar"}, "kind_unknown"),
        ({"Service lines": "Antah"}, "lines_unknown"),
        ({"Service lines": ""}, "lines_blank"),
        ({"Topics": "antah"}, "topics_unknown"),
        ({"Objectives": ""}, "objectives_blank"),
        ({"Suggested duration (minutes)": 5}, "duration_out_of_range"),
        ({"Code": "approved", "Objectives": "lain"}, "change_note_blank"),
        ({"Code": "approved", "Title": "lain"}, "module_not_yours"),
        ({"Code": "submitted", "Objectives": "lain"}, "version_submitted"),
    ],
)
def test_a_row_that_cannot_be_written_says_why(world, changed, code):
    known = make_module(world.line, author=world.pic, decided_by=world.manager)
    if changed.get("Code") == "submitted":
        ModuleVersion.objects.filter(pk=known.pk).update(state=ModuleState.SUBMITTED, decided_by=None)
    row = {
        "Code": "HS-1",
        "Title": known.module.title,
        "Kind": "Hard skill",
        "Service lines": world.line.name,
        "Topics": "",
        "Objectives": known.objectives,
        "Suggested duration (minutes)": 120,
    }
    row |= changed
    if row["Code"] in ("approved", "submitted"):
        row["Code"] = known.module.code
    found = run_import(MODULES, as_file([list(row), list(row.values())]), user=world.pic, now=NOW)
    assert [problem.code for problem in found.checked[0].problems] == [code]
