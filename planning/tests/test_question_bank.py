"""The question bank: found, imported, exported, retired; what papers use never changes (5.1.1 e)."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from planning.enums import QuestionKind
from planning.imports.questions import QUESTIONS
from planning.models import Question, QuestionVersion, Topic
from planning.services import papers
from planning.services import questions as services
from planning.services.questions import QuestionText, check_content
from planning.tests.factories import make_world
from trainingops.audit.models import Entry
from trainingops.domain import Refused, WrongState
from trainingops.imports.testing import run_import
from trainingops.people.tests.factories import client_of
from trainingops.ui.exports import workbook

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
HEAD = ["Kode", "Topik", "Jenis", "Pertanyaan", "Opsi A", "Opsi B", "Opsi C", "Jawaban", "Penjelasan"]
ROWS = [
    ["B-1", "Gadai", "Pilihan tunggal", "Tenor?", "120", "90", "60", "a", "Lihat SBG."],
    ["B-2", "gadai", "Pilihan Ganda Kompleks", "Dokumen?", "KTP", "SBG", "SIM", "A; B", ""],
    ["B-3", "gadai", "Benar/Salah", "PIN boleh diminta?", "", "", "", "Salah", ""],
    ["B-4", "gadai", "Isian singkat", "Singkatan SBG?", "", "", "", "Surat Bukti Gadai; SBG", ""],
]


@pytest.fixture
def world():
    world = make_world(people=0)
    Topic.objects.filter(code="gadai").update(name="Gadai")
    return world


def sheet(rows=ROWS):
    return workbook(HEAD, rows)


def bank(world, rows=ROWS):
    return run_import(QUESTIONS, sheet(rows), user=world.pic, now=NOW, apply=True)


@pytest.mark.clause("5.1.1 e")
def test_a_sheet_brings_all_four_kinds_and_again_changes_nothing(world):
    assert bank(world).counts["new"] == 4
    found = {each.question.code: each for each in QuestionVersion.objects.filter(question__code__startswith="B-")}
    assert [found[code].kind for code in sorted(found)] == ["single", "multiple", "true_false", "short"]
    assert found["B-2"].correct == ["A", "B"] and found["B-3"].correct == ["B"]
    assert found["B-3"].options == [{"key": "A", "text": "Benar"}, {"key": "B", "text": "Salah"}]
    assert found["B-4"].correct == ["Surat Bukti Gadai", "SBG"] and found["B-4"].options == []
    again = bank(world)
    assert again.counts["same"] == 4 and QuestionVersion.objects.filter(question__code__startswith="B-").count() == 4
    assert Entry.objects.filter(verb="question_versions.imported").exists()


@pytest.mark.point("IMP-2")
def test_a_changed_row_shows_old_and_new_and_becomes_a_version(world):
    bank(world)
    changed = [["b-1", *ROWS[0][1:4], "150", *ROWS[0][5:]]]
    found = bank(world, changed)
    ((change,),) = [each.changes for each in found.checked]
    assert (change.column, change.old, change.new) == ("option_a", "120", "150")
    versions = Question.objects.get(code="B-1").versions.order_by("number")
    assert [each.options[0]["text"] for each in versions] == ["120", "150"]


@pytest.mark.point("IMP-3")
@pytest.mark.parametrize(
    ("cell", "value", "column", "code"),
    [
        (0, "", "code", "code_blank_or_long"),
        (1, "Tidak ada", "topic", "topic_unknown"),
        (2, "Esai", "kind", "kind_unknown"),
        (3, "", "text", "text_blank"),
        (5, "120", "option_a", "question_unanswerable"),
        (7, "", "correct", "question_unanswerable"),
        (7, "D", "correct", "question_unanswerable"),
        (7, "A;B", "correct", "question_unanswerable"),
    ],
)
def test_what_a_row_lacks_is_named_with_column_and_code(world, cell, value, column, code):
    row = list(ROWS[0])
    row[cell] = value
    (checked,) = run_import(QUESTIONS, sheet([row]), user=world.pic, now=NOW).checked
    assert [(each.column, each.code) for each in checked.problems] == [(column, code)]


@pytest.mark.point("IMP-3")
@pytest.mark.parametrize("typed", ["Mungkin saja", "A;B"])
def test_true_or_false_is_answered_by_one_of_both_words_and_the_remedy_says_so(world, typed):
    (checked,) = run_import(QUESTIONS, sheet([[*ROWS[2][:7], typed, ""]]), user=world.pic, now=NOW).checked
    [problem] = checked.problems
    assert (problem.column, problem.value) == ("correct", typed)
    assert f"“{typed}”" in problem.message and "Benar (A) atau Salah (B)" in problem.message


@pytest.mark.point("IMP-1")
def test_options_that_are_letters_are_the_first_question_and_no_second_row_of_headings(world):
    row = [*ROWS[0][:3], "Golongan barang perhiasan?", "a", "b", "c", "B", ""]
    found = bank(world, [row, *ROWS[1:]])
    assert found.counts["new"] == 4
    assert QuestionVersion.objects.get(question__code="B-1").options[1] == {"key": "B", "text": "b"}


@pytest.mark.point("IMP-3")
def test_an_unknown_topic_is_answered_with_those_that_may_be_meant(world):
    Topic.objects.create(code="kca-kredit", name="KCA (Kredit Cepat Aman)", kind="hard")
    row = [ROWS[0][0], "kredit cepat", *ROWS[0][2:]]
    (checked,) = run_import(QUESTIONS, sheet([row]), user=world.pic, now=NOW).checked
    assert "KCA (Kredit Cepat Aman)" in checked.problems[0].message


def test_a_code_counts_once_in_a_file_and_a_retired_question_does_not_change(world):
    bank(world)
    services.retire_question(question=Question.objects.get(code="B-1"), actor=world.pic, now=NOW)
    rows = [["B-1", *ROWS[0][1:3], "Lain?", *ROWS[0][4:]], ROWS[1], ROWS[1]]
    found = run_import(QUESTIONS, sheet(rows), user=world.pic, now=NOW).checked
    assert [[each.code for each in checked.problems] for checked in found] == [
        ["question_retired"],
        [],
        ["code_twice"],
    ]


@pytest.mark.point("EXP-1")
def test_the_bank_goes_out_as_filtered_and_comes_back_unchanged(world):
    rows = [*ROWS, ["B-5", "gadai", "Pilihan tunggal", "=1+1?", "-2", "2", "", "B", "@x"]]
    bank(world, rows)
    page = client_of(world.pic).get(reverse("question_list"), {"q": "b-", "export": "xlsx"})
    again = run_import(QUESTIONS, io.BytesIO(page.content).getvalue(), user=world.pic, now=NOW)
    assert again.counts["same"] == 5 and len(again.checked) == 5


def test_the_bank_is_found_by_words_topic_kind_and_use_with_counts(world):
    bank(world)
    used = QuestionVersion.objects.get(question__code="B-2")
    add = {"title": "P", "form": "A", "duration_minutes": 10, "actor": world.pic, "now": NOW}
    papers.add_paper(code="P", questions=[(used, Decimal(1))], **add)
    services.retire_question(question=Question.objects.get(code="B-4"), actor=world.pic, now=NOW)
    client = client_of(world.pic)

    def codes(**query):
        rows = client.get(reverse("question_list"), query).context["table"].rows
        return [row.record.question.code for row in rows]

    assert codes(q="b- pin") == ["B-3"] and codes(q="b- ktp") == ["B-2"]
    assert codes(q="b-", kind=QuestionKind.SINGLE) == ["B-1"]
    for key, _word, count in client.get(reverse("question_list"), {"q": "b-"}).context["uses"]:
        assert len(codes(q="b-", use=key)) == count
    assert codes(q="b-", use="used") == ["B-2"] and codes(q="b-", use="retired") == ["B-4"]


def test_a_retired_question_takes_no_version_and_no_new_paper_until_it_is_back(world):
    bank(world)
    version = QuestionVersion.objects.select_related("question").get(question__code="B-1")
    client = client_of(world.pic)
    kwargs = {"uuid": version.question.uuid}
    assert client.post(reverse("question_retire", kwargs=kwargs)).status_code == 302
    assert client.post(reverse("question_retire", kwargs=kwargs)).status_code == 409
    version.question.refresh_from_db()
    content = QuestionText("single", "x", {"A": "1", "B": "2"}, ("A",))
    with pytest.raises(WrongState):
        services.edit_question(question=version.question, content=content, actor=world.pic, now=NOW)
    with pytest.raises(WrongState):
        papers.add_paper(
            code="P",
            title="P",
            form="A",
            duration_minutes=9,
            questions=[(version, Decimal(1))],
            actor=world.pic,
            now=NOW,
        )
    assert client.post(reverse("question_restore", kwargs=kwargs)).status_code == 302
    assert client.post(reverse("question_restore", kwargs=kwargs)).status_code == 409
    version.question.refresh_from_db()
    services.edit_question(question=version.question, content=content, actor=world.pic, now=NOW)


def test_importing_many_questions_takes_few_queries(world, django_assert_max_num_queries):
    rows = [[f"M-{n}", *ROWS[0][1:]] for n in range(200)]
    with django_assert_max_num_queries(20):
        bank(world, rows)
    assert Question.objects.filter(code__startswith="M-").count() == 200


@pytest.mark.clause("5.1.1 e")
@pytest.mark.usefixtures("english")
def test_true_or_false_has_two_options_and_no_third():
    content = QuestionText("true_false", "Bunga 1%?", {"A": "Benar", "B": "Salah", "C": "Mungkin"}, ("C",))
    with pytest.raises(Refused, match="C has a text too") as refused:
        check_content(content)
    assert refused.value.field == "option_c"
    check_content(QuestionText("true_false", "Bunga 1%?", {"A": "Benar", "B": "Salah"}, ("B",)))
