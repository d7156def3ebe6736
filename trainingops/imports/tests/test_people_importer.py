"""The agent master list as contact centres have it (samples and what they must yield; IMP-1 to IMP-7)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError

from trainingops.domain import Refused
from trainingops.imports.people import PEOPLE
from trainingops.imports.reading import guess_mapping, read_sheet
from trainingops.imports.services import applying
from trainingops.imports.testing import run_import
from trainingops.people.models import Person, PersonAssignment, RoleAssignment, Team, User
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SAMPLES = Path(__file__).parent / "samples"
AGENTS, LEADERS = SAMPLES / "master_agent.xlsx", SAMPLES / "team_leader_dan_qc.csv"
EXPECTED = json.loads((SAMPLES / "master_agent.expected.json").read_text())


def csv_of(*lines: str) -> bytes:
    return "\n".join(lines).encode()


HEAD = "No. Karyawan;Nama;Line;Site;Tanggal Bergabung;Status;Skill;ID ACD"


def problems_of(found):
    return [
        type("Found", (), {"row": checked.row, "column": each.column, "code": each.code})
        for checked in found.checked
        for each in checked.problems
    ]


@pytest.mark.point("IMP-1")
def test_leaders_come_from_a_windows_1252_csv_with_semicolons(administrator, places):
    found = run_import(PEOPLE, LEADERS, user=administrator, now=NOW, apply=True)
    assert found.counts == {"new": 8, "changed": 0, "same": 0, "bad": 0}
    assert not Person.objects.get(employee_no="CC0001").acd_id
    assert Person.objects.get(employee_no="CC0013").name == "Nurul Permadi, S.E.I"
    assert Person.objects.get(employee_no="CC0010").acd_id == "00410"


@pytest.mark.point("IMP-3")
def test_agents_give_exactly_the_expected_rows_and_errors(administrator, places):
    run_import(PEOPLE, LEADERS, user=administrator, now=NOW, apply=True)
    sheet = read_sheet(AGENTS.read_bytes(), PEOPLE)
    headings = {name: sheet.headings[at] for name, at in guess_mapping(sheet, PEOPLE).items()}
    found = run_import(PEOPLE, AGENTS, user=administrator, now=NOW)
    assert sheet.heading == EXPECTED["header_row"]
    assert sheet.footers == (EXPECTED["footer_row_ignored"],)
    assert len(found.checked) == EXPECTED["data_rows"]
    assert sum(not checked.is_bad for checked in found.checked) == EXPECTED["accepted"]
    issues = [
        {"row": checked.row.number, "column": headings[p.column], "value": p.value, "code": p.code}
        for checked in found.checked
        for p in checked.problems
    ]
    assert issues == [{key: i[key] for key in ("row", "column", "value", "code")} for i in EXPECTED["issues"]]
    twice = next(c for c in found.checked if c.row.number == 34)
    assert (twice.data["first_row"], [headings[n] for n in twice.data["differs_in"]]) == (6, ["Skill"])
    assert "CC0016" in next(c for c in found.checked if c.row.number == 36).problems[0].message
    warnings = [(c.row.number, headings[w.column], w.code) for c in found.checked for w in c.warnings]
    assert warnings == [(w["row"], w["column"], w["code"]) for w in EXPECTED["warnings"]]


@pytest.mark.point("IMP-4")
def test_applied_rows_are_the_expected_people_and_importing_again_changes_nothing(administrator, places):
    run_import(PEOPLE, LEADERS, user=administrator, now=NOW, apply=True)
    run_import(PEOPLE, AGENTS, user=administrator, now=NOW, apply=True)
    for row in EXPECTED["rows"]:
        person = Person.objects.get(employee_no=row["employee_no"])
        place = person.assignments.get()
        assert (person.login_id, person.acd_id, str(person.joined_on)) == (row["login"], row["acd_id"], row["joined"])
        assert (place.site.name, sorted(s.name for s in place.segments.all())) == (row["site"], sorted(row["skills"]))
        assert place.team.leaders.get().employee_no == row["tl"]
    left = Person.objects.get(employee_no="CC0039")
    assert (left.employment, left.left_on, left.assignments.get().ends_on) == ("left", date(2026, 10, 15), left.left_on)
    assert Person.objects.get(employee_no="CC0040").employment == "on_leave"
    teams, assignments = Team.objects.count(), PersonAssignment.objects.count()
    for later in (NOW, datetime(2026, 12, 24, tzinfo=UTC)):
        again = run_import(PEOPLE, AGENTS, user=administrator, now=later, apply=True)
        assert again.counts == {"new": 0, "changed": 0, "same": 27, "bad": 6}
        assert run_import(PEOPLE, LEADERS, user=administrator, now=later).counts["same"] == 8
    assert (Team.objects.count(), PersonAssignment.objects.count()) == (teams, assignments)


def test_identity_card_numbers_are_thrown_away_before_anything_is_kept():
    sheet = read_sheet(AGENTS.read_bytes(), PEOPLE)
    assert sheet.dropped == ("NIK KTP",)
    assert b"0000000000000001" not in repr(sheet.rows).encode()
    only_nik = read_sheet(csv_of("NIK;Nama", "3171234567890001;Siti", "3171234567890002;Budi"), PEOPLE)
    assert only_nik.dropped == ("NIK",)
    numbers = read_sheet(csv_of("NIK;Nama", "CC0001;Siti"), PEOPLE)
    assert numbers.dropped == () and guess_mapping(numbers, PEOPLE)["employee_no"] == 0


def test_importing_makes_no_accounts_and_grants_no_roles(administrator, places):
    run_import(PEOPLE, LEADERS, user=administrator, now=NOW, apply=True)
    assert User.objects.count() == 1 and RoleAssignment.objects.count() == 1


@pytest.mark.point("IMP-2")
def test_a_changed_cell_shows_old_and_new(administrator, places):
    first = csv_of(HEAD, "CC1;Siti;Inbound;Jakarta;12 Mei 2024;Aktif;Voice;00501")
    run_import(PEOPLE, first, user=administrator, now=NOW, apply=True)
    second = csv_of(HEAD, "CC1;Siti Rahma;Outbound;Jakarta;12/05/2024;Aktif;Chat, Voice;00501")
    found = run_import(PEOPLE, second, user=administrator, now=NOW)
    changes = {(change.column, change.old, change.new) for change in found.checked[0].changes}
    assert changes == {
        ("name", "Siti", "Siti Rahma"),
        ("line", "Inbound", "Outbound"),
        ("skills", "Voice", "Chat, Voice"),
    }


def test_a_move_keeps_the_history_and_a_leaver_loses_the_account(administrator, places):
    later = datetime(2026, 12, 1, 3, tzinfo=UTC)
    run_import(
        PEOPLE, csv_of(HEAD, "CC1;Siti;Inbound;Jakarta;1/5/2024;;;"), user=administrator, now=NOW, apply=True,
        options={"day_first": "yes"},
    )  # fmt: skip
    person = Person.objects.get()
    make_user("agent", login="CC1", person=person)
    run_import(
        PEOPLE, csv_of(HEAD, "CC1;Siti;Outbound;Makassar;1 Mei 2024;;;"), user=administrator, now=later, apply=True
    )
    old, new = person.assignments.order_by("starts_on")
    assert (old.line.name, old.starts_on, old.ends_on) == ("Inbound", date(2024, 5, 1), date(2026, 11, 30))
    assert (new.line.name, new.starts_on, new.ends_on) == ("Outbound", date(2026, 12, 1), None)
    run_import(
        PEOPLE,
        csv_of(HEAD, "CC1;Siti;Outbound;Makassar;1 Mei 2024;Resign;;"),
        user=administrator,
        now=later,
        apply=True,
    )
    person.user.refresh_from_db()
    assert not person.user.is_active
    back = datetime(2027, 3, 1, 3, tzinfo=UTC)
    run_import(
        PEOPLE, csv_of(HEAD, "CC1;Siti;Outbound;Makassar;1 Mei 2024;Aktif;;"), user=administrator, now=back, apply=True
    )
    assert [a.ends_on for a in person.assignments.order_by("starts_on")][-2:] == [date(2026, 12, 1), None]


@pytest.mark.point("IMP-4")
@pytest.mark.parametrize("employment", ["active", "on_leave", "left"])
def test_columns_that_a_file_does_not_have_leave_what_is_stored(administrator, places, employment):
    full = csv_of(
        "No. Karyawan;Nama;Line;Site;Tanggal Bergabung;Skill;ID ACD;ID Login;Email Kantor;Tim",
        "CC0900;Lama;Inbound;Jakarta;01/02/2025;Gadai;00900;lama;lama@contoh.id;Tim Satu",
    )
    run_import(PEOPLE, full, user=administrator, now=NOW, apply=True)
    Person.objects.filter(employee_no="CC0900").update(
        employment=employment, left_on=date(2026, 11, 1) if employment == "left" else None
    )
    before = Person.objects.filter(employee_no="CC0900").values().get()
    places_before = list(PersonAssignment.objects.values())
    short = csv_of("No. Karyawan;Nama;Line;Site", "CC0900;Lama;Inbound;Jakarta")
    if employment != "left":  # of a leaver the place ends with the day of leaving
        assert run_import(PEOPLE, short, user=administrator, now=NOW).counts["same"] == 1
        run_import(PEOPLE, short, user=administrator, now=NOW, apply=True)
        assert list(PersonAssignment.objects.values()) == places_before
    run_import(PEOPLE, short.replace(b"Lama", b"Baru"), user=administrator, now=NOW, apply=True)
    assert Person.objects.filter(employee_no="CC0900").values().get() == {**before, "name": "Baru"}
    assert {
        s.name for s in PersonAssignment.objects.filter(person__employee_no="CC0900").latest("pk").segments.all()
    } == {"Gadai"}


@pytest.mark.point("IMP-4")
def test_a_blank_cell_of_a_column_that_is_there_empties_the_value_but_never_makes_a_leaver_active(
    administrator, places
):
    head = "No. Karyawan;Nama;Line;Site;Status;ID ACD"
    run_import(PEOPLE, csv_of(head, "CC0901;A;Inbound;Jakarta;Cuti;00901"), user=administrator, now=NOW, apply=True)
    run_import(PEOPLE, csv_of(head, "CC0901;A;Inbound;Jakarta;;"), user=administrator, now=NOW, apply=True)
    person = Person.objects.get(employee_no="CC0901")
    assert (person.employment, person.acd_id) == ("on_leave", "")


@pytest.mark.point("IMP-7")
def test_day_or_month_first_is_asked_only_where_the_file_leaves_it_open(administrator, places):
    open_file = csv_of(HEAD, "CC1;Siti;Inbound;Jakarta;03/04/2024;;;")
    found = run_import(PEOPLE, open_file, user=administrator, now=NOW)
    assert [question.name for question in found.open_questions] == ["day_first"]
    answered = run_import(PEOPLE, open_file, user=administrator, now=NOW, options={"day_first": "no"})
    assert answered.open_questions == [] and answered.checked[0].data.joined_on == date(2024, 3, 4)
    proven = csv_of(HEAD, "CC1;Siti;Inbound;Jakarta;03/04/2024;;;", "CC2;Budi;Inbound;Jakarta;25/04/2024;;;")
    assert run_import(PEOPLE, proven, user=administrator, now=NOW).open_questions == []
    american = csv_of(HEAD, "CC1;Siti;Inbound;Jakarta;03/04/2024;;;", "CC2;Budi;Inbound;Jakarta;04/25/2024;;;")
    assert run_import(PEOPLE, american, user=administrator, now=NOW).checked[0].data.joined_on == date(2024, 3, 4)


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("CC1;;Inbound;Jakarta;;;;", "name", "name_blank"),
        ("CC1;Siti;Telepati;Jakarta;;;;", "line", "line_unknown"),
        ("CC1;Siti;Inbound;;;;;", "site", "site_blank"),
        ("CC1;Siti;Inbound;Jakarta;kemarin;;;", "joined_on", "not_a_date"),
        ("CC1;Siti;Inbound;Jakarta;;Entah;;", "employment", "employment_unknown"),
    ],
)
def test_each_bad_cell_names_column_and_remedy(administrator, places, line, column, code):
    found = run_import(PEOPLE, csv_of(HEAD, line), user=administrator, now=NOW)
    problem = found.checked[0].problems[0]
    assert (problem.column, problem.code) == (column, code) and problem.message


def test_a_leader_may_stand_below_but_not_in_a_bad_row(administrator, places):
    head = "No. Karyawan;Nama;Line;Site;TL"
    good = csv_of(head, "CC1;Siti;Inbound;Jakarta;CC2", "CC2;Budi;Inbound;Jakarta;")
    assert run_import(PEOPLE, good, user=administrator, now=NOW, apply=True).counts["new"] == 2
    assert Person.objects.get(employee_no="CC1").assignments.get().team.leaders.get().employee_no == "CC2"
    bad = csv_of(head, "CC3;Siti;Inbound;Jakarta;CC4", "CC4;Budi;Entah;Jakarta;")
    codes = [c.problems[0].code for c in run_import(PEOPLE, bad, user=administrator, now=NOW).checked]
    assert codes == ["team_leader_unknown", "line_unknown"]


@pytest.mark.parametrize("size", [3, 60])
def test_checking_and_saving_cost_the_same_whatever_the_rows(
    administrator, places, size, django_assert_max_num_queries
):
    lines = [f"CX{n:03d};Orang {n};Inbound;Jakarta;;;Voice;" for n in range(size)]
    with django_assert_max_num_queries(12):
        run_import(PEOPLE, csv_of(HEAD, *lines), user=administrator, now=NOW)
    with django_assert_max_num_queries(30):
        run_import(PEOPLE, csv_of(HEAD, *lines), user=administrator, now=NOW, apply=True)


LONG = "Nama Panjang Sekali " * 20  # 400 characters


@pytest.mark.point("IMP-3")
@pytest.mark.parametrize(
    ("column", "heading", "value"),
    [
        ("login_id", "ID Login", "srahma"),
        ("email", "Email", "siti@contoh.id"),
        ("acd_id", "ID ACD", "00501"),
    ],
)
def test_an_id_of_two_rows_or_of_somebody_stored_is_refused_with_its_row(administrator, places, column, heading, value):
    head = f"No. Karyawan;Nama;Line;Site;{heading}"
    file = csv_of(head, f"CC1;Siti;Inbound;Jakarta;{value}", f"CC2;Budi;Inbound;Jakarta;{value.upper()}")
    for _time in range(2):  # within the file, then against the database
        found = run_import(PEOPLE, file, user=administrator, now=NOW, apply=True)
        problem = found.checked[1].problems[0]
        assert (problem.column, problem.value, problem.code) == (column, value.upper(), f"{column}_used_by_another")
        assert "CC1" in problem.message
    assert Person.objects.filter(employee_no__in=("CC1", "CC2")).count() == 1


@pytest.mark.point("IMP-3")
@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("employee_no", f"{'9' * 200};Siti;Inbound;Jakarta;;;Voice"),
        ("name", f"CC1;{LONG};Inbound;Jakarta;;;Voice"),
        ("team", f"CC1;Siti;Inbound;Jakarta;;{LONG};Voice"),
        ("skills", f"CC1;Siti;Inbound;Jakarta;;;{LONG}"),
        ("skills", "CC1;Siti;Inbound;Jakarta;;;***"),
    ],
)
def test_a_text_that_fits_nowhere_is_refused_at_its_cell(administrator, places, column, cells):
    file = csv_of("No. Karyawan;Nama;Line;Site;Status;Tim;Skill", cells)
    found = run_import(PEOPLE, file, user=administrator, now=NOW, apply=True)
    problem = found.checked[0].problems[0]
    assert (found.counts["bad"], len(found.checked[0].problems), problem.column) == (1, 1, column)
    assert problem.value and any(sign.isdigit() for sign in problem.message)
    assert not Person.objects.exists() and not Team.objects.exists()


@pytest.mark.clause("5.1.1 b")
@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ("2099-01-02;Aktif;;", "joined_on", "joins_later"),
        ("24/11/2026;Aktif;;", "joined_on", "joins_later"),
        ("1900-01-02;Aktif;;", "joined_on", "day_out_of_range"),
        ("2020-01-02;Aktif;2026-10-01;", "left_on", "left_but_employed"),
        ("2020-01-02;;2026-10-01;", "left_on", "left_but_employed"),
        ("2020-01-02;Resign;2099-01-01;", "left_on", "day_out_of_range"),
        ("2020-01-02;Aktif;;cc1", "leader_no", "own_team_leader"),
    ],
)
def test_what_cannot_be_is_refused_and_makes_nobody(administrator, places, cells, column, code):
    head = "No. Karyawan;Nama;Line;Site;Tanggal Bergabung;Status;Tanggal Keluar;TL"
    found = run_import(
        PEOPLE, csv_of(head, f"CC1;Siti;Inbound;Jakarta;{cells}"), user=administrator, now=NOW, apply=True
    )
    assert [(p.column, p.code) for p in found.checked[0].problems] == [(column, code)]
    assert not Person.objects.exists() and not Team.objects.exists()


def test_a_skill_written_twice_in_one_cell_counts_once(administrator, places):
    file = csv_of(HEAD, "CC1;Siti;Inbound;Jakarta;;Aktif;Voice, voice, VOICE!;")
    run_import(PEOPLE, file, user=administrator, now=NOW, apply=True)
    assert [str(each).casefold() for each in PersonAssignment.objects.get().segments.all()] == ["voice"]


@pytest.mark.point("IMP-4")
def test_rows_that_no_longer_fit_are_refused_with_their_numbers(administrator, places):
    def taken_meanwhile(**_given):
        raise IntegrityError

    found = run_import(PEOPLE, csv_of(HEAD, "CC1;Siti;Inbound;Jakarta;;;Voice;"), user=administrator, now=NOW)
    with pytest.raises(Refused, match="2"):
        applying._write(replace(PEOPLE, apply=taken_meanwhile), found.to_write, administrator, NOW)


@pytest.mark.point("IMP-3")
def test_a_cell_without_end_is_named_with_its_row_and_column_and_the_others_are_read(administrator, places):
    long = csv_of(HEAD, f"CC1;{'x' * 200_000};Inbound;Jakarta;;;;", "CC2;Siti;Inbound;Jakarta;;;;")
    found = run_import(PEOPLE, long, user=administrator, now=NOW)
    assert [(each.row.number, each.column, each.code) for each in problems_of(found)] == [(2, "name", "too_long")]
    assert "5000" in found.checked[0].problems[0].message and not found.checked[1].is_bad


@pytest.mark.point("IMP-3")
@pytest.mark.parametrize(
    "rows",
    [
        ['CC2;"Siti;Inbound;Jakarta;;;;', "CC3;Budi;Inbound;Jakarta;;;;", "CC4;Rika;Inbound;Jakarta;;;;"],
        ['CC2;"Siti;Inbound;Jakarta;;;;', "CC3;Budi;Inbound;Jakarta;;;;", 'CC4;"Rika";Inbound;Jakarta;;;;'],
        ['CC2;"Siti;Inbound;Jakarta;;;;', 'CC4;"Rika";Inbound;Jakarta;;;;'],
        ['CC2;"Siti;Inbound;Jakarta;;;;'],
    ],
)
def test_a_quotation_mark_that_stays_open_is_named_by_its_line(rows):
    with pytest.raises(Refused, match="Baris teks 3 ") as refused:
        read_sheet(csv_of(HEAD, "CC1;Maras;Inbound;Jakarta;;;;", *rows), PEOPLE)
    assert refused.value.code == "open_quote"


def test_a_cell_of_several_lines_is_no_open_quotation_mark():
    text = csv_of(
        HEAD,
        'CC1;"Siti\nRahma; a, b, c, d; e; f";Inbound;Jakarta;;;"Voice; Chat";',
        'CC2;Budi "Bud" S;Inbound;Jakarta;;;;',
    )
    assert len(read_sheet(text, PEOPLE).rows) == 3
