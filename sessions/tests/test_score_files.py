"""Scores of Google Forms, Moodle and Kahoot give what their READMEs state (5.1.2, IMP)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from sessions.frozen import read_scheme
from sessions.imports.scores import SCORES
from sessions.imports.scores.points import read_points, scaled
from sessions.models import ParameterScore
from sessions.services import record_scores, start_attempt, submit_attempt
from sessions.services.results import ScoreCell, ScoreSource
from sessions.tests.factories import absent, attend, end_session, open_post_test
from sessions.tests.reports import SAMPLES, WIB, class_at, expected, row_of
from trainingops.domain import Refused
from trainingops.imports.subjects import Origin
from trainingops.imports.testing import run_import
from trainingops.people.tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.1.2"), pytest.mark.usefixtures("english")]
NINE = datetime(2026, 11, 5, 9, tzinfo=WIB)
FORM = "google_forms/KCA post-test.csv"
SHEET = "google_forms/Jawaban formulir (id).xlsx"
MOODLE = "moodle_quiz/quiz_grades.csv"
KAHOOT = "kahoot/kahoot_report.xlsx"
#: Codes of the READMEs → those of the pipeline.
CODES = {"employee_no_unknown": "person_unknown"}


def look(klass, file, *, apply=False, name="", **options):
    path = SAMPLES / file if isinstance(file, str) else file
    origin = Origin(name or getattr(path, "name", "nilai.csv"), klass.held.fresh())
    return run_import(SCORES, path, user=klass.held.pic, now=klass.over, options=options, apply=apply, origin=origin)


def parameter(klass, source="post_test"):
    return next(each for each in read_scheme(klass.held.training_session.scheme).parameters if each.source == source)


def scores(klass):
    rows = ParameterScore.objects.filter(value__isnull=False).select_related("enrolment__person")
    return {row.enrolment.person.employee_no: row.value for row in rows}


def problems(found):
    return {(each.row.number, p.code) for each in found.checked for p in each.problems}


def test_the_download_of_a_form_gives_what_its_readme_states():
    said = expected("google_forms/kca_post_test_csv.expected.json")
    numbers = sorted({each["employee_no"] for each in said["rows"] if each["employee_no"]})
    klass = class_at(NINE, *numbers)
    found = look(klass, FORM)
    assert len(found.checked) == said["data_rows"]
    assert problems(found) == {(each["row"], CODES.get(each["code"], each["code"])) for each in said["issues"]}
    assert {each.name for each in found.open_questions} == {"fills", "attempts"}
    best = look(klass, FORM, apply=True, attempts="best")
    assert len(best.to_write) == said["people_with_result"]
    wanted = {each["employee_no"]: each["percent"] for each in said["rows"] if each["percent"] is not None}
    assert scores(klass) == {number: Decimal(str(percent)) for number, percent in wanted.items() if number}
    assert scores(klass)["CC0036"] == 0


@pytest.mark.point("IMP-7")
@pytest.mark.parametrize(("rule", "score"), [("first", 80), ("last", 100), ("best", 100)])
def test_which_of_two_attempts_counts_is_asked(rule, score):
    klass = class_at(NINE, "CC0023")
    found = look(klass, FORM, apply=True, attempts=rule)
    assert scores(klass) == {"CC0023": score}
    other = next(each for each in found.checked if each.row.number in (3, 8) and each.status == "aside")
    assert "counts" in other.said


def test_the_linked_sheet_gives_what_its_readme_states_with_the_maximum_of_its_number_format():
    said = expected("google_forms/jawaban_formulir_xlsx.expected.json")
    numbers = sorted({each["employee_no"] for each in said["rows"] if each["employee_no"]})
    klass = class_at(NINE, *numbers)
    found = look(klass, SHEET, apply=True)
    assert len(found.checked) == said["data_rows"] and len(found.to_write) == said["accepted"]
    assert problems(found) == {(each["row"], CODES.get(each["code"], each["code"])) for each in said["issues"]}
    assert scores(klass) == {
        each["employee_no"]: Decimal(str(each["score"])) * 10 for each in said["rows"] if each["score"] is not None
    }
    assert any("number format" in notice for notice in found.notices)
    assert "maximum" not in {each.name for each in found.asked}


def test_moodle_gives_what_its_readme_states():
    said = expected("moodle_quiz/quiz_grades.expected.json")
    klass = class_at(NINE, *sorted({each["employee_no"] for each in said["rows"]}))
    found = look(klass, MOODLE, apply=True, attempts="last")
    assert len(found.checked) == said["data_rows"] and not problems(found)
    rows = {each.row.number: each for each in found.checked}
    for each in said["rows"]:
        assert rows[each["line"]].key.startswith(each["employee_no"])
        words = {"no result": "No result", "waiting for marking": "Waits for marking"}.get(each["result"])
        assert words is None or words in rows[each["line"]].said
    assert len(scores(klass)) == said["people_with_result"]
    assert scores(klass)["CC0052"] == Decimal("87.5") and scores(klass)["CC0041"] == 50


def test_kahoot_counts_right_answers_and_matches_numbers_only():
    said = expected("kahoot/kahoot_report.expected.json")
    klass = class_at(NINE, "CC0021", "CC0024", "CC0026", "CC0028")
    found = look(klass, KAHOOT, apply=True, attempts="first")
    assert [each.row.number for each in found.checked] == [each["row"] for each in said["rows"]]
    assert problems(found) == {(5, "person_unknown"), (8, "person_unknown")}
    assert scores(klass) == {"CC0021": 90, "CC0024": 80, "CC0026": 70, "CC0028": 40}
    assert "attempts" in {each.name for each in found.asked}
    picked = look(klass, KAHOOT, attempts="first", people={"citra_h": "CC0021"})
    assert problems(picked) == {(8, "person_unknown")}


@pytest.mark.point("IMP-4")
def test_importing_the_same_again_changes_nothing():
    klass = class_at(NINE, "CC0021", "CC0026")
    look(klass, FORM, apply=True)
    versions = list(ParameterScore.objects.values_list("version", flat=True))
    again = look(klass, FORM, apply=True)
    assert not again.to_write and again.counts["same"] == 2
    assert list(ParameterScore.objects.values_list("version", flat=True)) == versions


@pytest.mark.point("IMP-2")
def test_a_score_that_stands_is_shown_old_and_new_with_who_gave_it():
    klass = class_at(NINE, "CC0021")
    roleplay = parameter(klass, "trainer")
    (enrolment,) = klass.held.enrolments
    cell = ScoreCell(enrolment.pk, roleplay.uuid, Decimal(70))
    record_scores(training_session=klass.held.training_session, cells=[cell], actor=klass.held.pic, now=klass.over)
    row = row_of(look(klass, FORM, apply=True, fills=str(roleplay.uuid)), "CC0021")
    assert (row.changes[0].old, row.changes[0].new, row.status) == ("70", "100", "changed")
    assert row.warnings[0].code == "recorded_already" and scores(klass) == {"CC0021": 100}


def test_a_test_handed_in_here_counts_before_one_of_a_file():
    klass = class_at(NINE, "CC0021", "CC0026")
    now = klass.held.meeting.starts_at
    open_post_test(training_session=klass.held.training_session, actor=klass.held.pic, now=now)
    enrolment = next(each for each in klass.held.enrolments if each.person.employee_no == "CC0021")
    user = make_user("agent", person=enrolment.person)
    submit_attempt(attempt=start_attempt(enrolment=enrolment, phase="post", actor=user, now=now), actor=user, now=now)
    found = look(klass, FORM, apply=True)
    assert row_of(found, "CC0021").status == "aside" and scores(klass) == {"CC0026": 40}


@pytest.mark.point("SCR-5")
def test_a_file_gives_no_score_to_who_was_absent_nor_to_who_imports_it():
    """As results on paper: the preview says why, and the others are written."""
    klass = class_at(NINE, "CC0021", "CC0026", "CC0023")
    away, other, me = klass.held.enrolments
    attend(klass.held, absent(away))
    klass.held.pic.person = me.person
    klass.held.pic.save()
    found = look(klass, b"No. Karyawan;Nilai\nCC0021;90\nCC0026;80\nCC0023;100\n", apply=True, maximum="100")
    assert "did not take part; correct the attendance first" in row_of(found, away.person.employee_no).said
    assert "nobody scores themselves" in row_of(found, me.person.employee_no).said
    assert [each.key for each in found.to_write] == [f"{other.person.employee_no} {other.person.name}"]
    assert list(scores(klass)) == [other.person.employee_no]
    cell = ScoreCell(away.pk, parameter(klass).uuid, Decimal(90))
    with pytest.raises(Refused, match="did not take part"):
        record_scores(
            training_session=klass.held.training_session,
            cells=[cell],
            actor=klass.held.pic,
            now=klass.over,
            source=ScoreSource(None),
        )


@pytest.mark.point("IMP-3")
@pytest.mark.parametrize(
    ("cell", "code"),
    [("", "score_blank_is_not_zero"), ("abc", "not_points"), ("-1", "out_of_range"), ("11 / 10", "above_maximum")],
)
def test_what_is_no_score_is_refused(cell, code):
    klass = class_at(NINE, "CC0021")
    found = look(klass, f"No. Karyawan;Nilai;Nilai maksimum\nCC0021;{cell};10\n".encode())
    assert problems(found) == {(2, code)} and not found.to_write


def test_a_sheet_without_a_maximum_is_asked_for_it_and_never_taken_as_of_100():
    klass = class_at(NINE, "CC0021")
    content = b"No. Karyawan;Nilai\nCC0021;17,5\n"
    found = look(klass, content)
    (question,) = [each for each in found.open_questions if each.name == "maximum"]
    assert "10" not in dict(question.choices) and not found.to_write
    look(klass, content, apply=True, maximum="20")
    assert scores(klass) == {"CC0021": Decimal("87.5")}


def test_once_concluded_only_blanks_are_filled_and_once_reported_nothing(monkeypatch):
    klass = class_at(NINE, "CC0021", "CC0026")
    look(klass, b"No. Karyawan;Nilai;Nilai maksimum\nCC0021;5;10\n", apply=True)
    end_session(klass.held, reasons={"attendance": "x"})
    found = look(klass, FORM)
    assert row_of(found, "CC0021").status == "aside" and row_of(found, "CC0026").status == "new"
    monkeypatch.setattr("sessions.imports.scores.check.report_is_in", lambda _session: True)
    reported = look(klass, FORM)
    assert not reported.to_write and any("amendment" in notice for notice in reported.notices)


def test_points_are_read_with_comma_and_point_and_scaled_half_up():
    assert read_points("8,5 / 10").value == read_points("8.50 / 10").value == Decimal("8.5")
    assert read_points("-- / 0") is None and read_points(True) is None
    assert scaled(Decimal(1), Decimal(3), Decimal(100)) == Decimal("33.33")
    assert scaled(Decimal(2), Decimal(3), Decimal(100)) == Decimal("66.67")
