"""Reports of Zoom, Teams and Meet give what their READMEs state, and no more than that is recorded (ATT-7, ATT-8)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sessions.imports.attendance import ATTENDANCE
from sessions.imports.attendance.report import report_of
from sessions.services import RollCell, record_roll
from sessions.tests.reports import SAMPLES, WIB, class_at, expected, look, row_of
from trainingops.imports.reading import guess_mapping, read_sheet
from trainingops.imports.registry import Batch
from trainingops.imports.subjects import Origin
from trainingops.imports.testing import run_import

pytestmark = [pytest.mark.django_db, pytest.mark.point("ATT-8"), pytest.mark.usefixtures("english")]
NINE = datetime(2026, 11, 5, 9, tzinfo=WIB)


def presences(klass, name, **options):
    """The people of a sample as the report reads them: (number or name) → lines, first join, last leave, minutes."""
    path = SAMPLES / name
    sheet = read_sheet(path.read_bytes(), ATTENDANCE)
    rows = sheet.data_rows(guess_mapping(sheet, ATTENDANCE))
    batch = Batch(
        rows=rows,
        user=klass.held.pic,
        now=klass.over,
        options=options,
        facts=sheet.facts,
        system=sheet.system,
        origin=Origin(path.name, klass.meeting),
    )
    report = report_of(batch)
    return sheet, {
        each.person.employee_no if each.person else each.first.row.text("name"): each for each in report.people
    }


def shown(each, *, times=True):
    said = {"lines": [line.row.number for line in each.presence.lines], "minutes": each.presence.minutes}
    if times and each.presence.joined:
        said |= {"first_join": str(each.presence.joined), "last_leave": str(each.presence.left)}
        said["seconds"] = each.presence.seconds
    return said


@pytest.mark.parametrize(
    ("name", "system", "starts_at", "rows"),
    [
        ("zoom/participants_usage_report", "Zoom", NINE, 25),
        ("zoom/meeting_report_with_header_unique", "Zoom", datetime(2026, 11, 10, 13, 30, tzinfo=WIB), 12),
        ("zoom/meeting_report_new_header", "Zoom", datetime(2026, 11, 5, 23, 30, tzinfo=WIB), 11),
        ("teams/attendance_report_en_us", "Microsoft Teams", datetime(2026, 11, 12, 13, tzinfo=WIB), 12),
        ("teams/attendance_report_id", "Microsoft Teams", datetime(2026, 11, 13, 9, tzinfo=WIB), 8),
    ],
)
def test_each_report_gives_the_people_lines_and_minutes_that_its_readme_states(name, system, starts_at, rows):
    klass = class_at(starts_at, "CC0021")
    said = expected(f"{name}.expected.json")
    sheet, found = presences(klass, f"{name}.csv")
    assert sheet.system == system
    wanted = {each["employee_no"]: each for each in said["people"]} | {each["name"]: each for each in said["unmatched"]}
    assert found.keys() == wanted.keys()
    for who, each in wanted.items():
        want = {key: each[key] for key in ("lines", "minutes", "first_join", "last_leave", "seconds") if key in each}
        got = shown(found[who])
        assert {key: got.get(key, 0 if key == "seconds" else None) for key in want} == want, who
    assert sum(len(each.presence.lines) for each in found.values()) == rows


def test_google_meet_gives_what_its_readme_states_with_the_day_of_the_file_name():
    klass = class_at(NINE, "CC0021")
    said = expected("meet/attendance_report.expected.json")
    sheet, found = presences(klass, "meet/2026-11-05 Refreshment KCA - Attendance Report.csv")
    assert sheet.system == "Google Meet"
    by_line = {each.first.row.number: each for each in found.values()}
    assert len(by_line) == said["data_rows"]
    for each in (*said["matched"], *said["unmatched"]):
        got = by_line[each["line"]]
        assert (got.person.employee_no if got.person else None) == each["employee_no"]
        assert got.presence.minutes == each["minutes"]
        assert got.presence.joined == datetime.fromisoformat(f"2026-11-05 {each['first_join']}")
        assert got.presence.left == datetime.fromisoformat(f"2026-11-05 {each['last_leave']}")


def test_the_list_of_events_matches_nobody_by_name_and_invents_no_leaving():
    klass = class_at(datetime(2026, 10, 6, 9, tzinfo=WIB), "CC0002")
    klass.held.meeting.__class__.objects.update(
        starts_at=datetime(2020, 10, 6, 9, tzinfo=WIB), ends_at=datetime(2020, 10, 6, 11, tzinfo=WIB)
    )
    said = expected("teams/meeting_attendance_list_2020.expected.json")
    _sheet, found = presences(klass, "teams/meeting_attendance_list_2020.csv")
    assert not any(each.person for each in found.values())
    assert {name: (shown(each)["lines"], each.presence.minutes) for name, each in found.items()} == {
        each["name"]: (each["lines"], each["minutes"]) for each in said["names"]
    }
    _sheet, ended = presences(klass, "teams/meeting_attendance_list_2020.csv", end="ends")
    assert ended["Titin Zulaika"].presence.minutes == 120
    asked = look(klass, "teams/meeting_attendance_list_2020.csv")
    assert {"share", f"zone_{klass.held.pic.pk}", "end"} <= {each.name for each in asked.open_questions}
    picked = look(klass, "teams/meeting_attendance_list_2020.csv", people={"Rika Winarsih": "CC0002"})
    assert picked.counts["new"] == 1 and row_of(picked, "CC0002").changes[0].new == "Present"


@pytest.mark.clause("5.3.1")
def test_a_zoom_report_is_recorded_by_share_and_tolerance_and_nobody_is_marked_absent():
    """ATT-7: who is not in the file, or too short in it, stays not recorded."""
    klass = class_at(NINE, "CC0021", "CC0023", "CC0032", "CC0028", "CC0042", "CC0046", "CC0043", "CC0016")
    found = look(klass, "zoom/participants_usage_report.csv", apply=True)
    assert klass.roll() == {
        "CC0021": ("present", 0, 0),
        "CC0023": ("present", 0, 0),
        "CC0032": ("late", 25, 0),
        "CC0028": ("late", 3, 0),
        "CC0043": ("present", 0, 29),
    }
    assert row_of(found, "CC0042").status == "aside" and "40 %" in row_of(found, "CC0042").said
    assert "Not in the file" in row_of(found, "CC0016").said
    sources = klass.held.meeting.attendances.exclude(status="").values_list("source", flat=True)
    assert set(sources) == {"import"}
    assert any("month first" in notice for notice in found.notices)


@pytest.mark.clause("5.3.1")
def test_a_time_that_has_not_come_is_refused_and_points_to_the_zone():
    """The file is of WITA, read as WIB: who left at 11.00 there would leave in an hour; nothing is recorded of them."""
    klass = class_at(NINE, "CC0021", "CC0032")
    early = look(klass, "zoom/participants_usage_report.csv", now=NINE + timedelta(minutes=70), apply=True)
    assert klass.roll() == {}
    problems = [problem for each in early.checked for problem in each.problems]
    assert {(each.column, each.code) for each in problems} == {("joined", "not_yet"), ("left", "not_yet")}
    assert "Check the zone" in problems[0].message and problems[0].value
    look(klass, "zoom/participants_usage_report.csv", apply=True)
    assert klass.roll().keys() == {"CC0021", "CC0032"}


def test_identical_rows_the_waiting_room_and_further_rows_say_so():
    klass = class_at(NINE, "CC0043", "CC0021")
    found = {each.row.number: each for each in look(klass, "zoom/participants_usage_report.csv").checked}
    assert "counted once" in found[17].said and "row 3" in found[4].said


def test_a_meeting_over_midnight_counts_on_both_days_and_the_waiting_room_on_none():
    night = class_at(datetime(2026, 11, 5, 23, 30, tzinfo=WIB), "CC0066", "CC0072", minutes=75)
    found = look(night, "zoom/meeting_report_new_header.csv", apply=True)
    assert "Waiting room" in {each.row.number: each for each in found.checked}[6].said
    assert night.roll() == {"CC0066": ("present", 0, 0)}


def test_a_report_without_times_says_that_rows_may_overlap_and_makes_nobody_late():
    klass = class_at(datetime(2026, 11, 10, 13, 30, tzinfo=WIB), "CC0021", "CC0023", "CC0030", minutes=90)
    found = look(klass, "zoom/meeting_report_with_header_unique.csv", apply=True)
    assert [each.code for each in row_of(found, "CC0023").warnings] == ["may_overlap"]
    assert klass.roll() == {"CC0021": ("present", 0, 0), "CC0023": ("present", 0, 0)}
    assert any("no times" in notice for notice in found.notices)
    assert {each.name for each in found.asked} == {"share"}


@pytest.mark.point("IMP-4")
def test_importing_the_same_again_changes_nothing():
    klass = class_at(NINE, "CC0021", "CC0032")
    look(klass, "zoom/participants_usage_report.csv", apply=True)
    versions = list(klass.held.meeting.attendances.values_list("version", flat=True))
    again = look(klass, "zoom/participants_usage_report.csv", apply=True)
    assert not again.to_write and again.counts["same"] == 2
    assert "conflicts" not in {each.name for each in again.asked}
    assert list(klass.held.meeting.attendances.values_list("version", flat=True)) == versions


@pytest.mark.point("IMP-2")
def test_what_the_trainer_recorded_stays_unless_somebody_says_so():
    klass = class_at(NINE, "CC0021", "CC0032")
    titin = next(each for each in klass.held.enrolments if each.person.employee_no == "CC0032")
    record_roll(
        meeting=klass.held.meeting,
        cells=[RollCell(titin.pk, "absent", reason="sick")],
        actor=klass.held.pic,
        now=klass.over - timedelta(hours=2),
    )
    found = look(klass, "zoom/participants_usage_report.csv", apply=True)
    assert {each.name for each in found.open_questions} >= {"conflicts"}
    row = row_of(found, "CC0032")
    assert row.status == "aside" and row.changes[0].old == "Absent, Sick"
    assert row.changes[0].new == "Late by 25 minutes" and row.warnings[0].code == "recorded_already"
    assert klass.roll()["CC0032"][0] == "absent"
    look(klass, "zoom/participants_usage_report.csv", apply=True, conflicts="replace")
    assert klass.roll()["CC0032"] == ("late", 25, 0)


def test_a_file_of_another_day_writes_nothing_and_says_both_days():
    klass = class_at(datetime(2026, 11, 9, 9, tzinfo=WIB), "CC0021")
    found = look(klass, "zoom/participants_usage_report.csv")
    assert not found.to_write
    assert any("9 November 2026" in notice and "choose the file" in notice for notice in found.notices)
    meet = look(klass, "meet/2026-11-05 Refreshment KCA - Attendance Report.csv")
    assert not meet.to_write and any("5 November 2026" in notice for notice in meet.notices)


@pytest.mark.point("IMP-7")
def test_who_is_not_enrolled_or_unknown_is_listed_and_not_written():
    klass = class_at(NINE, "CC0021")
    found = look(klass, "zoom/participants_usage_report.csv", apply=True)
    assert [each.code for each in row_of(found, "CC0036").warnings] == ["not_enrolled"]
    unknown = {each.row.number for each in found.checked if any(w.code == "person_unknown" for w in each.warnings)}
    assert unknown == {9, 14, 15, 26}
    assert klass.roll().keys() == {"CC0021"}
    picked = look(klass, "zoom/participants_usage_report.csv", people={"iPhone": "CC0021"})
    assert [line for line in (3, 4, 15) if "row 3" in {c.row.number: c for c in picked.checked}[line].said] == [4, 15]


def test_the_zone_of_the_account_is_asked_and_moves_the_times():
    klass = class_at(NINE, "CC0021")
    found = look(klass, "zoom/participants_usage_report.csv", zone="Asia/Jayapura")
    assert not found.to_write and any("Check the zone" in notice and "WIB" in notice for notice in found.notices)
    (zone,) = [each for each in look(klass, "zoom/participants_usage_report.csv").asked if each.name.startswith("zone")]
    assert next(iter(zone.choices)) == ("Asia/Jakarta", "WIB (Asia/Jakarta)") and not zone.each_time


def test_a_cell_that_cannot_be_read_is_refused_with_row_column_and_remedy():
    """IMP-3"""
    klass = class_at(NINE, "CC0021")
    head = b"Name,User Email,Join Time,Leave Time,Duration (Minutes)\n"
    rows = b"V,viktor.handayani@cc.example,11/05/2026 09:00:00 AM,gone,60\nV,viktor.handayani@cc.example,x,,1\n"
    rows += b"V,viktor.handayani@cc.example,11/05/2026 9:00 AM,11/05/2026 8:00 AM,-4\n"
    origin = Origin("broken.csv", klass.meeting)
    found = run_import(ATTENDANCE, head + rows, user=klass.held.pic, now=klass.over, origin=origin)
    assert {(each.row.number, p.column, p.code) for each in found.checked for p in each.problems} == {
        (2, "left", "not_a_time"),
        (3, "joined", "not_a_time"),
        (4, "left", "left_before_joined"),
        (4, "minutes", "not_a_duration"),
    }
    assert not found.to_write
