"""The monthly roster as workforce management keeps it (5.1.1 f, IMP)."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from django.utils import translation

from trainingops.domain import NotAllowed
from trainingops.imports.reading import guess_mapping, read_sheet
from trainingops.imports.roster import ROSTER
from trainingops.imports.roster.check import _shown
from trainingops.imports.testing import run_import
from trainingops.people.enums import Role, ShiftKind
from trainingops.people.models import PersonAssignment, RosterDay, ShiftCode
from trainingops.people.services import RosterRow, RosterSlot, ShiftEntry, save_roster
from trainingops.people.tests.factories import (
    BEGINNING,
    PersonFactory,
    ServiceLineFactory,
    SiteFactory,
    make_agent,
    make_user,
)

pytestmark = [pytest.mark.clause("5.1.1 f"), pytest.mark.django_db]
SAMPLES = Path(__file__).parent / "samples"
FILE = SAMPLES / "jadwal_nov_2026.xlsx"
EXPECTED = json.loads((SAMPLES / "jadwal_nov_2026.expected.json").read_text())
NOW = datetime(2026, 10, 28, 3, tzinfo=UTC)
#: Our words for what the list of expected results calls otherwise.
CODES = {"person_unknown": "employee_no_unknown"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def house():
    """The people of the sample's reference at their sites, with their zones."""
    sites, line = {}, ServiceLineFactory()
    with (SAMPLES / "people_ref.csv").open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            site = sites.get(row["site"]) or SiteFactory(name=row["site"], timezone=row["timezone"])
            sites[row["site"]] = site
            person = PersonFactory(employee_no=row["employee_no"], name=row["name"])
            PersonAssignment.objects.create(person=person, site=site, line=line, starts_on=BEGINNING)
    return line


@pytest.fixture
def keeper(house):
    return make_user(Role.OPERATION_SUPPORT, line=house)


def run(user, file=FILE, **options):
    return run_import(ROSTER, file, user=user, now=NOW, **options)


def issues(found, mapping, kind="left_out"):
    """(cell, value, code) of what was left out."""
    letters = {name: chr(65 + at) if at < 26 else "A" + chr(65 + at - 26) for name, at in mapping.items()}
    return {
        (f"{letters[each.column]}{checked.row.number}", each.value, CODES.get(each.code, each.code))
        for checked in found.checked
        for each in getattr(checked, kind)
    }


@pytest.mark.point("IMP-3")
@pytest.mark.point("IMP-7")
def test_the_sample_gives_exactly_what_its_description_states(keeper):
    found = run(keeper, apply=True)
    mapping = guess_mapping(read_sheet(FILE.read_bytes(), ROSTER), ROSTER)
    agents = [c for c in found.checked if "not_an_agent_row" not in {w.code for w in c.warnings}]
    assert len(agents) == EXPECTED["agent_rows"]
    shown = {c.row.number for c in agents}
    (other,) = [each for each in EXPECTED["notices"] if each["code"] == "not_an_agent_row"]
    assert set(range(EXPECTED["first_data_row"], 24)) - shown == set(other["rows"])
    assert len(found.to_write) == EXPECTED["people_accepted"]
    expected = {
        (each["cell"].split(":")[0], each["value"], each["code"]) for each in EXPECTED["issues"] if "cell" in each
    }
    assert issues(found, mapping) == expected
    expected = {(each["row"], each["value"], each["code"]) for each in EXPECTED["issues"] if "row" in each}
    refused = {(c.row.number, p.value, CODES.get(p.code, p.code)) for c in found.checked for p in c.problems}
    assert refused == expected
    normalised = {
        (cell, value) for cell, value, code in issues(found, mapping, "warnings") if code == "value_normalised"
    }
    (notice,) = [each for each in EXPECTED["notices"] if each["code"] == "value_normalised"]
    assert {cell for cell, _value in normalised} == {each["cell"] for each in notice["cells"]}

    days = list(RosterDay.objects.select_related("code", "person"))
    assert len(days) == EXPECTED["cells_accepted"]
    assert Counter(day.code.code for day in days) == EXPECTED["by_code"]
    for number, want in EXPECTED["per_person"].items():
        own = [day for day in days if day.person.employee_no == number]
        shifts = [day for day in own if day.starts_at]
        assert {
            "shifts": len(shifts),
            "minutes": sum((day.ends_at - day.starts_at).total_seconds() for day in shifts) / 60,
            "night": sum(day.code.code == "M" for day in shifts),
            "off_or_absent": len(own) - len(shifts),
        } == want


def test_who_is_on_shift_at_a_moment_follows_the_zone_of_each_site_and_crosses_midnight(keeper):
    run(keeper, apply=True)
    for text, numbers in EXPECTED["on_shift_at_wib"].items():
        moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Jakarta"))
        there = RosterDay.objects.filter(starts_at__lte=moment, ends_at__gt=moment)
        found = set(there.values_list("person__employee_no", flat=True))
        assert found & set(EXPECTED["per_person"]) == found
        assert set(numbers) <= found, text
        assert sorted(found) == sorted(numbers), text


def test_the_legend_gives_times_and_meanings(keeper):
    run(keeper, apply=True)
    kinds = dict(ShiftCode.objects.values_list("code", "kind"))
    assert kinds == {
        "P": "work", "S": "work", "M": "work", "MD": "work", "OFF": "off", "CT": "leave", "SKT": "sick", "IZ": "permit",
        "DL": "duty",
    }  # fmt: skip
    assert str(ShiftCode.objects.get(code="M").ends_at) == "06:00:00"


@pytest.mark.point("IMP-4")
def test_importing_again_changes_nothing_and_a_correction_shows_old_and_new(keeper):
    run(keeper, apply=True)
    again = run(keeper)
    assert again.counts["new"] == again.counts["changed"] == 0 and again.counts["same"]
    other = ShiftCode.objects.get(code="S")
    RosterDay.objects.filter(person__employee_no="CC0022", day=date(2026, 11, 4)).update(code=other)
    found = run(keeper, apply=True)
    (changed,) = found.to_write
    assert [(each.column, each.old, each.new) for each in changed.changes] == [("day_4", "S", "P")]
    assert list(changed.data.days) == [date(2026, 11, 4)]
    assert RosterDay.objects.get(person__employee_no="CC0022", day=date(2026, 11, 4)).code.code == "P"


@pytest.mark.point("IMP-7")
@pytest.mark.parametrize(("answer", "first_day"), [("first", "P"), ("last", "OFF")])
def test_somebody_twice_is_asked_and_neither_wins_silently(keeper, answer, first_day):
    found = run(keeper)
    assert [question.name for question in found.open_questions] == ["person_twice"]
    run(keeper, options={"person_twice": answer}, apply=True)
    days = RosterDay.objects.filter(person__employee_no="CC0016")
    assert days.count() == 30 and days.get(day=date(2026, 11, 1)).code.code == first_day


def workbook(rows):
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return buffer.getvalue()


def test_a_title_copied_from_another_month_is_asked(keeper):
    """The weekdays above the days are November's; the title says December."""
    weekdays = ["Min", "Sen", "Sel", "Rab", "Kam", "Jum", "Sab"]
    rows = [
        ["BULAN : DESEMBER 2026"],
        ["No. Karyawan", "Nama", *weekdays],
        ["", "", *range(1, 8)],
        ["CC0016", "Paramita", *["OFF"] * 7],
    ]
    found = run(keeper, workbook(rows))
    assert [question.name for question in found.open_questions] == ["month"]
    assert any("another month" in notice for notice in found.notices)
    found = run(keeper, workbook(rows), options={"month": "2026-11"}, apply=True)
    assert not found.open_questions
    assert RosterDay.objects.filter(day__range=(date(2026, 11, 1), date(2026, 11, 7))).count() == 7


def test_headings_that_are_dates_and_a_legend_in_a_line(keeper):
    rows = [
        ["No. Karyawan", "Nama", *(f"{day}/12/2026" for day in range(1, 8))],
        ["CC0016", "Paramita", "P", *["N"] * 6],
        ["Ket: P=Pagi 07.00-15.00, N=Malam 22.00-06.00"],
    ]
    run(keeper, workbook(rows), apply=True)
    night = RosterDay.objects.get(day=date(2026, 12, 7))
    assert night.ends_at.astimezone(ZoneInfo("Asia/Jakarta")).day == 8


@pytest.mark.point("IMP-2")
def test_hours_that_change_are_shown_on_both_sides_of_the_preview():
    """The old and the new hours of a code that stays: nobody confirms "P → P"."""
    wib = ZoneInfo("Asia/Jakarta")
    old, new = (
        ("P", datetime(2026, 12, 1, hour, tzinfo=wib), datetime(2026, 12, 1, hour + 8, tzinfo=wib)) for hour in (7, 8)
    )
    off = ("OFF", None, None)
    assert (_shown(old, new, wib), _shown(new, old, wib)) == ("P 07.00–15.00", "P 08.00–16.00")
    assert (_shown(old, off, wib), _shown(off, old, wib)) == ("P", "OFF")
    assert _shown(old, old, wib) == _shown(old, None, wib) == "P"


@pytest.mark.point("IMP-4")
def test_all_or_nothing_counts_cells_that_are_left_out(keeper):
    assert run(keeper).counts["partly"] == 3


def test_people_outside_the_scope_are_refused(house):
    stranger = make_user(Role.OPERATIONS, site=SiteFactory())
    found = run(stranger)
    assert not found.to_write
    assert {p.code for c in found.checked for p in c.problems} >= {"out_of_scope"}


def test_saving_asks_the_policy(keeper):
    agent = make_agent()
    place = agent.assignments.get()
    off = ShiftEntry("OFF", "Libur", ShiftKind.OFF)
    row = RosterRow(agent, place.site_id, place.line_id, {date(2026, 11, 1): RosterSlot(off)})
    with pytest.raises(NotAllowed):
        save_roster(rows=[row], actor=keeper, now=NOW)


def test_a_month_of_somebody_reads_the_same_number_of_queries_for_one_row_and_for_many(
    keeper, django_assert_num_queries
):
    head = ["No. Karyawan", "Nama", *range(1, 31)]
    one = workbook([["NOVEMBER 2026"], head, ["CC0016", "", *["OFF"] * 30]])
    many = workbook([["NOVEMBER 2026"], head, *([f"CC{n:04d}", "", *["OFF"] * 30] for n in range(16, 50))])
    keeper.authority  # noqa: B018 (read once a request)
    for file in (one, many):
        with django_assert_num_queries(4):
            run(keeper, file)
