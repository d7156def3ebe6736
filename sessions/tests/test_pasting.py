"""A block from a spreadsheet: previewed, refused cell by cell, written only when confirmed (SCR-2, SCR-5, SCR-7)."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from sessions.models import ParameterScore
from sessions.tests.factories import START, absent, attend, opened, score, typed_cell, typed_number
from sessions.tests.test_score_grid import held_with
from trainingops.people.tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.point("SCR-2"), pytest.mark.clause("5.1.2")]


@pytest.fixture
def held():
    held = held_with([{"name": "Empati"}, {"name": "Roleplay", "maximum_score": Decimal(50)}])
    attend(held, absent(held.enrolments[2]))
    return held


def client_of(held) -> Client:
    client = Client()
    client.force_login(held.pic)
    return client


def paste(client, held, text, *, person=None, parameter=1):
    url = reverse("session_score_paste", args=[held.training_session.uuid])
    start = person or held.enrolments[0]
    return client.post(url, {"text": text, "person": start.pk, "parameter": parameter})


def changes(answer):
    """Old → new of each cell that would change."""
    lines = answer.context["pasted"].lines
    return [(line.row.enrolment.pk, c.number, c.old, c.new) for line in lines for c in line.cells if c.changes]


def problems(answer):
    return [(line.at, cell.problem if cell else line.problem) for line, cell in answer.context["pasted"].refused]


_HIDDEN = re.compile(r'<input type="hidden" name="((?:row|score)-[^"]+)" value="([^"]*)"')


def confirm(client, held, answer):
    """Send the form of the preview as it stands."""
    fields = dict(_HIDDEN.findall(answer.content.decode()))
    return client.post(reverse("session_scores", args=[held.training_session.uuid]), fields)


def standing():
    rows = ParameterScore.objects.select_related("parameter")
    return {(each.enrolment_id, each.parameter.name): each.value for each in rows}


@pytest.mark.point("SCR-7")
def test_a_block_shows_old_and_new_and_is_written_only_when_confirmed(held):
    client, (first, second, _away) = client_of(held), held.enrolments
    client.post(reverse("session_scores", args=[held.training_session.uuid]), typed_cell(held, first, "70"))
    before = standing()
    answer = paste(client, held, "87,5\t45\r\n\t40.25\r\n")
    assert answer.status_code == 200 and problems(answer) == []
    assert changes(answer) == [
        (first.pk, 1, "70", "87,5"),
        (first.pk, 2, "", "45"),
        (second.pk, 2, "", "40,25"),
    ]
    assert standing() == before, "nothing is written before it is confirmed"
    assert confirm(client, held, answer).status_code == 302
    assert standing() == {
        (first.pk, "Empati"): Decimal("87.5"),
        (first.pk, "Roleplay"): Decimal(45),
        (second.pk, "Roleplay"): Decimal("40.25"),
    }, "a blank left what stood"


@pytest.mark.point("SCR-5")
def test_each_bad_cell_is_refused_by_itself_with_its_value_and_limit(held):
    answer = paste(client_of(held), held, "101\t51\nabc\t87.125\n80\ttidak ikut\n1")
    assert problems(answer) == [
        (1, "“101” di luar 0–100. Tulis angka di antaranya."),
        (1, "“51” di luar 0–50. Tulis angka di antaranya."),
        (2, "“abc”: Isi angka tanpa pemisah ribuan, misalnya 87,5."),
        (2, "“87.125” di luar 0–50. Tulis angka di antaranya."),
        (3, "Daftar hadir mencatat: tidak ikut. Perbaiki dahulu kehadirannya."),
        (4, "Tidak ada peserta lagi untuk baris ini."),
    ]
    assert changes(answer) == []
    here = paste(client_of(held), held, "tidak ikut\t0")
    assert problems(here) == [(1, "“tidak ikut” dicatat di daftar hadir, bukan sebagai nilai.")]
    assert changes(here) == [(held.enrolments[0].pk, 2, "", "0")], "nought is a score"


def test_lines_find_their_people_by_employee_number_and_columns_by_heading(held):
    first, second, away = (each.person for each in held.enrolments)
    client = client_of(held)
    block = f"{second.employee_no.lower()}\t{second.name}\t61\nCC9999\t\t1\n{first.employee_no}\t\t60"
    by_number = paste(client, held, block)
    assert changes(by_number) == [
        (held.enrolments[1].pk, 1, "", "61"),
        (held.enrolments[0].pk, 1, "", "60"),
    ]
    assert problems(by_number) == [
        (2, "CC9999 tidak terdaftar di sesi ini. Perbaiki nomornya atau tulis nama lengkapnya.")
    ]
    headed = paste(client, held, f"No. Karyawan\tNama\troleplay\tAkhir\n{first.employee_no}\t{first.name}\t44\t90")
    assert changes(headed) == [(held.enrolments[0].pk, 2, "", "44")], "columns without parameter are left out"
    twice = paste(client, held, f"{first.employee_no}\t1\n{first.employee_no}\t2\n{away.employee_no}\t")
    assert changes(twice) == [] and len(problems(twice)) == 2
    assert "beberapa baris" in problems(twice)[0][1]


def test_lines_find_their_people_by_name_and_never_by_order(held):
    first, second, away = held.enrolments
    for row, name in ((first, "Karma Wijaya"), (second, "Ulva Sari"), (away, "Ulva Sari")):
        row.person.name = name
        row.person.save()
    client = client_of(held)
    reverse_order = paste(client, held, "ulva  sari\t11\nMumpuni\t22\nKarma Wijaya\t33\n\t44")
    assert changes(reverse_order) == [(first.pk, 1, "", "33")]
    assert problems(reverse_order) == [
        (1, "ulva sari adalah nama beberapa orang di sini. Tulis nomor karyawannya."),
        (2, "Mumpuni tidak terdaftar di sesi ini. Perbaiki nomornya atau tulis nama lengkapnya."),
        (4, "Nomor atau nama di baris ini kosong. Tulis nomor karyawannya."),
    ]
    assert "menurut nama" in reverse_order.content.decode()
    strangers = paste(client, held, "Mumpuni\t22\nSri\t33")
    assert changes(strangers) == [] and len(problems(strangers)) == 2, "names of nobody here are no order either"
    numbered = paste(client, held, f"1\t{second.person.name}\t{second.person.employee_no}\t55\n2\tKarma Wijaya\t\t66")
    assert changes(numbered) == [(second.pk, 1, "", "55")], "a number says more than a name"
    headed = paste(client, held, "No\tNama\tRoleplay\n1\tKarma Wijaya\t44\n2\tKarma Wijaya\t45")
    assert changes(headed) == [] and ["beberapa baris" in said for _at, said in problems(headed)] == [True, True]


@pytest.mark.point("SCR-7")
def test_running_numbers_beside_the_last_parameter_are_no_scores(held):
    """Two columns where one has room: 1, 2, … in the first are counted lines, and the page says so."""
    client, (first, second, _away) = client_of(held), held.enrolments
    answer = paste(client, held, "1\t40\n2\t41", parameter=2)
    assert changes(answer) == [(first.pk, 2, "", "40"), (second.pk, 2, "", "41")]
    assert "Kolom 1 (“1” …) menghitung baris" in answer.content.decode()
    scores = paste(client, held, "1\t40\n2\t41")
    assert changes(scores)[0] == (first.pk, 1, "", "1"), (
        "where both have room they are scores, and the preview shows them"
    )


def test_names_are_found_in_any_column_and_no_running_number_becomes_a_score(held):
    first, second, away = held.enrolments
    for row, name in ((first, "Karma Wijaya"), (second, "Ulva Sari"), (away, "Paris Putra")):
        row.person.name = name
        row.person.save()
    client = client_of(held)
    numbered = paste(client, held, "1\tUlva\t40\n2\tMumpuni\t30", parameter=2)
    assert changes(numbered) == [], "nobody gets the score or the running number of another's line"
    assert [(line.at, [row.enrolment for row in line.choices]) for line in numbered.context["pasted"].questions] == [
        (1, [second])
    ]
    after = paste(client, held, "80\tUlva\n70\tMumpuni")
    assert after.status_code == 422 and "“Ulva” menyebut pemilik barisnya" in after.content.decode()
    short = paste(client, held, f"{second.person.employee_no}\tUlva\t80\t45\t99")
    assert changes(short) == [(second.pk, 1, "", "80"), (second.pk, 2, "", "45")]
    assert short.context["pasted"].left_out == 1
    assert "Kolom 5 (“99” …) tidak jatuh pada parameter kelas ini." in short.content.decode()


def test_what_a_name_leaves_open_is_a_question_that_the_preview_asks(held):
    first, second, away = held.enrolments
    for row, name in ((first, "Karma Wijaya"), (second, "Ulva Sari"), (away, "Ulva Lestari")):
        row.person.name = name
        row.person.save()
    client, text = client_of(held), "KARMA  WIJAYA\t11\nulva\t22\nNi'mah\t33"
    asked = paste(client, held, text)
    assert changes(asked) == [(first.pk, 1, "", "11")], "a guess is never taken by itself"
    (question,) = asked.context["pasted"].questions
    assert (question.at, [row.enrolment for row in question.choices]) == (2, [away, second])
    page = asked.content.decode()
    assert 'name="who-2"' in page and "Ulva Lestari" in page and 'name="who-3"' not in page
    url = reverse("session_score_paste", args=[held.training_session.uuid])
    given = {"text": text, "person": first.pk, "parameter": 1}
    answered = client.post(url, {**given, "who-2": second.pk})
    assert changes(answered) == [(first.pk, 1, "", "11"), (second.pk, 1, "", "22")]
    assert answered.context["pasted"].questions == []
    stranger = client.post(url, {**given, "who-2": first.pk, "who-3": second.pk})
    assert changes(stranger) == [(first.pk, 1, "", "11")], "only who may be meant is taken"
    assert confirm(client, held, answered).status_code == 302
    assert standing()[second.pk, "Empati"] == 22


def test_who_changed_a_cell_after_the_preview_is_not_overwritten(held):
    client, first = client_of(held), held.enrolments[0]
    answer = paste(client, held, "87,5")
    client.post(reverse("session_scores", args=[held.training_session.uuid]), typed_cell(held, first, "60"))
    late = confirm(client, held, answer)
    assert late.status_code == 409 and "<b>60,00</b>" in late.content.decode()
    assert ParameterScore.objects.get().value == 60


def test_what_cannot_be_read_at_all_says_so_and_strangers_stay_out(held):
    client = client_of(held)
    assert paste(client, held, " \n\t\n").status_code == 422
    assert "1001" in paste(client, held, "1\n" * 1001).content.decode()
    url = reverse("session_score_paste", args=[held.training_session.uuid])
    page = client.get(url)
    assert page.status_code == 200 and "<textarea" in page.content.decode()
    colleague = Client()
    colleague.force_login(make_user("trainer", site=held.world.site, line=held.world.line))
    assert colleague.get(url).status_code == 403


def test_a_score_that_a_test_gives_is_not_pasted_over():
    held = opened()
    attend(held)
    score(held, {held.enrolments[0].pk: "82"}, now=START)
    answer = paste(client_of(held), held, "90\t82")
    assert typed_number(held) == 2
    assert problems(answer) == [(1, "Nilai ini berasal dari tesnya.")]
    assert changes(answer) == [], "the same again is no change"
