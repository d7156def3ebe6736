"""Tests as the trainer runs them: extra time, results on paper, one queue of answers to mark (5.1.2; QUZ-4)."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from planning.models import QuestionVersion
from sessions.models import ExtraTime, ParameterScore, TestAnswer, TestAttempt
from sessions.queries.facts import session_facts
from sessions.queries.pages import untaken_tests
from sessions.queries.testing import answers_to_mark
from sessions.services import give_extra_time, open_post_test, save_answer, start_attempt, submit_attempt
from sessions.services.extra_time import extra_minutes
from sessions.tests.factories import START, absent, attend, concluded, opened, score, take_test
from trainingops.audit.models import Entry, EntryDetail
from trainingops.domain import NotAllowed, Refused
from trainingops.people.tests.factories import make_user, sign_in
from trainingops.tests.counting import counted

pytestmark = pytest.mark.django_db


def client_of(user):
    client = Client()
    sign_in(client, user)
    return client


# --- Extra time --------------------------------------------------------------------------------------------


@pytest.mark.point("QUZ-4")
def test_extra_time_before_and_during_a_test_with_its_reason_in_the_detail_only():
    held = opened()
    first = held.enrolments[0]
    user = make_user("agent", person=first.person)
    give_extra_time(enrolment=first, minutes=10, reason="Disleksia", actor=held.pic, now=START)
    attempt = start_attempt(enrolment=first, phase="pre", actor=user, now=START)
    planned = timedelta(minutes=attempt.paper.duration_minutes)
    assert attempt.due_at == START + planned + timedelta(minutes=10)
    give_extra_time(enrolment=first, minutes=25, reason="Listrik padam", actor=held.pic, now=START)
    attempt.refresh_from_db()
    assert attempt.due_at == START + planned + timedelta(minutes=25)
    give_extra_time(enrolment=first, minutes=5, reason="Salah orang", actor=held.pic, now=START)
    attempt.refresh_from_db()
    assert attempt.due_at == START + planned + timedelta(minutes=25), "a running test never ends earlier"
    assert (extra_minutes(first), extra_minutes(held.enrolments[1]), ExtraTime.objects.count()) == (5, 0, 3)
    entry = Entry.objects.filter(verb="test.extra_time_given").earliest("pk")
    assert json.loads(entry.text)["data"]["after"] == 10 and "Disleksia" not in entry.text
    assert any("Disleksia" in each.text for each in EntryDetail.objects.all())


def test_who_may_give_time_how_much_and_never_without_a_reason():
    held = opened()
    given = {"enrolment": held.enrolments[0], "now": START}
    with pytest.raises(NotAllowed):
        give_extra_time(minutes=5, reason="x", actor=make_user("trainer"), **given)
    for minutes, reason in ((121, "x"), (5, " ")):
        with pytest.raises(Refused):
            give_extra_time(minutes=minutes, reason=reason, actor=held.pic, **given)


def test_the_page_of_tests_says_who_has_begun_and_gives_time():
    held = opened()
    first = held.enrolments[0]
    start_attempt(enrolment=first, phase="pre", actor=make_user("agent", person=first.person), now=START)
    client, url = client_of(held.pic), reverse("session_tests", args=[held.training_session.uuid])
    form = reverse("session_extra_time", args=[held.training_session.uuid, first.uuid])
    assert form in client.get(url).content.decode()
    assert client.post(form, {"minutes": "200", "reason": "x"}).status_code == 422
    assert client.post(form, {"minutes": "15", "reason": "Layar retak"}).url == url
    assert "Layar retak" in client.get(form).content.decode()
    assert client.get(url, {"export": "xlsx"}).content.startswith(b"PK")
    with counted() as queries:
        client.get(url)
    assert len(queries) <= 12
    assert client_of(make_user("agent")).get(url).status_code == 403
    assert client_of(make_user("trainer")).get(form).status_code == 403
    other = reverse("session_extra_time", args=[opened().training_session.uuid, first.uuid])
    assert client.get(other).status_code in (403, 404)


# --- Paper -------------------------------------------------------------------------------------------------


@pytest.mark.clause("5.1.2")
def test_points_of_a_paper_test_become_a_score_said_to_be_from_paper_while_the_class_is_under_way():
    held = opened()
    attend(held)
    open_post_test(training_session=held.training_session, actor=held.pic, now=START)
    take_test(held.enrolments[0], phase="post", right=5, now=START)
    client, url = client_of(held.pic), reverse("session_paper_results", args=[held.training_session.uuid])
    page = client.get(url).content.decode()
    on_screen, on_paper = held.enrolments[0], held.enrolments[1]
    assert f"points-{on_paper.pk}" in page and f"points-{on_screen.pk}" not in page
    wrong = client.post(url, {"test-maximum": "15", f"points-{on_paper.pk}": "16"})
    assert wrong.status_code == 422 and "15" in wrong.content.decode()
    assert client.post(url, {"test-maximum": "", f"points-{on_paper.pk}": "3"}).status_code == 422
    assert not ParameterScore.objects.exists()
    assert client.post(url, {"test-maximum": "15", f"points-{on_paper.pk}": "11"}).status_code == 302
    assert ParameterScore.objects.get().value == Decimal("73.33"), "11 of 15, half up"
    score(held, {on_paper.pk: "90"}, now=START)
    assert on_paper.results.get(current=True).explanation["on_paper"]
    assert "73,33" in client.get(url).content.decode()
    assert client_of(make_user("qc")).get(url).status_code == 403


def test_a_concluded_session_takes_results_from_paper_for_blanks_only():
    held = concluded(right=[5, None, 5])
    client, url = client_of(held.pic), reverse("session_paper_results", args=[held.training_session.uuid])
    missing = held.enrolments[1]
    assert client.post(url, {"test-maximum": "5", f"points-{missing.pk}": "4"}).status_code == 302
    assert client.post(url, {"test-maximum": "5", f"points-{missing.pk}": "5"}).status_code == 422
    assert ParameterScore.objects.get(enrolment=missing, value=80)


def _on_paper(held, points: str = "4"):
    """The post-test of everybody on paper but the first one, typed by the PIC."""
    typed = {f"points-{each.pk}": points for each in held.enrolments[1:]}
    url = reverse("session_paper_results", args=[held.training_session.uuid])
    return client_of(held.pic).post(url, {"test-maximum": "5", **typed})


@pytest.mark.clause("4.2")
def test_a_post_test_on_paper_was_taken_and_is_no_deviation():
    held = opened()
    attend(held)
    page = reverse("session_detail", args=[held.training_session.uuid])
    assert "Belum ada yang mengerjakan Pre-test" in (before := client_of(held.pic).get(page).content.decode())
    assert "Post-test belum dibuka" in before
    assert [phase for phase, _here in untaken_tests(held.training_session)] == ["post"]
    assert _on_paper(held).status_code == 302
    assert untaken_tests(held.training_session) == []
    shown = client_of(held.pic).get(page).content.decode()
    assert "2 dari kertas atau berkas" in shown and "Post-test belum dibuka" not in shown
    open_post_test(training_session=held.training_session, actor=held.pic, now=START)
    assert "Belum ada yang mengerjakan Post-test" not in client_of(held.pic).get(page).content.decode()


@pytest.mark.clause("5.3.2")
def test_the_report_gives_the_post_test_of_who_wrote_it_on_paper():
    held = opened()
    attend(held)
    assert _on_paper(held).status_code == 302
    facts = session_facts(held.training_session)
    by_person = {each["enrolment"]: each["post"] for each in facts["people"]}
    assert [by_person[str(each.uuid)] and by_person[str(each.uuid)]["percentage"] for each in held.enrolments] == [
        None,
        80,
        80,
    ]
    assert held.fresh().summary.mean_post == 80, "the page says the mean of the report"
    open_post_test(training_session=held.training_session, actor=held.pic, now=START)
    take_test(held.enrolments[1], phase="post", right=1, now=START)
    assert held.fresh().summary.mean_post == 50, "what was handed in here counts before the paper"
    assert {each["taken"] for each in facts["items"]} == {0}, "of answers on paper nothing is known"


@pytest.mark.clause("5.3.1")
def test_who_is_recorded_absent_wrote_no_test_on_paper():
    held = opened()
    attend(held, absent(held.enrolments[2]))
    answer = _on_paper(held)
    assert answer.status_code == 422 and "tidak ikut" in answer.content.decode()
    assert not ParameterScore.objects.exists()


# --- Marking -----------------------------------------------------------------------------------------------


def _with_short_answers(*texts: str):
    """A session whose participants said these things to a question that its model answer does not settle."""
    held = opened(people=len(texts))
    post = held.training_session.pre_paper.paper_questions.first()
    QuestionVersion.objects.filter(pk=post.question_version_id).update(kind="short", options=[], correct=["SBG"])
    for place, (enrolment, text) in enumerate(zip(held.enrolments, texts, strict=True)):
        user, now = make_user("agent", person=enrolment.person), START + timedelta(minutes=place)
        attempt = start_attempt(enrolment=enrolment, phase="pre", actor=user, now=now)
        question = QuestionVersion.objects.get(pk=post.question_version_id)
        save_answer(attempt=attempt, question_version=question, choice=[text], actor=user, now=now)
        submit_attempt(attempt=TestAttempt.objects.get(pk=attempt.pk), actor=user, now=now)
    return held


@pytest.mark.clause("5.1.2")
def test_the_queue_shows_the_oldest_answer_without_a_name_and_goes_on_to_the_next():
    held = _with_short_answers("surat gadai", "bukti jaminan")
    client, url = client_of(held.pic), reverse("marking_queue")
    first, second = answers_to_mark(held.pic)
    home = client.get(reverse("home")).content.decode()
    assert url in home and "2 isian singkat" in home, "what waits is on the desk"
    page = client.get(url).content.decode()
    assert "surat gadai" in page and "bukti jaminan" not in page and "SBG" in page
    assert held.enrolments[0].person.name not in page and held.enrolments[0].person.employee_no not in page
    assert client.post(url, {"answer": first.pk, "points": "99"}).status_code == 422
    assert client.post(url, {"answer": first.pk, "points": ""}).status_code == 422
    assert "bukti jaminan" in client.get(url, {"later": first.pk}).content.decode()
    assert client.post(url, {"answer": first.pk, "points": "0,5"}).url == url
    assert TestAnswer.objects.get(pk=first.pk).points == Decimal("0.5")
    assert "bukti jaminan" in client.get(url).content.decode()
    told = client.post(url, {"answer": first.pk, "points": "1"}, follow=True).content.decode()
    assert "Anda sudah menyimpan 0,5 di jendela lain" in told and "1 belum tersimpan" in told, "both marks (SCR-4)"
    assert TestAnswer.objects.get(pk=first.pk).points == Decimal("0.5"), "what is marked is no more in the queue"
    assert client.post(url, {"answer": second.pk, "points": "1"}).status_code == 302
    assert not answers_to_mark(held.pic).exists() and client.get(url).status_code == 200


def test_the_queue_holds_answers_of_ones_own_sessions_and_never_ones_own_answers():
    held, other = _with_short_answers("a"), _with_short_answers("b")
    assert [each.choice for each in answers_to_mark(held.pic)] == [["a"]]
    foreign = answers_to_mark(other.pic).get()
    client = client_of(held.pic)
    client.post(reverse("marking_queue"), {"answer": foreign.pk, "points": "1"})
    assert TestAnswer.objects.get(pk=foreign.pk).points is None
    held.pic.person = held.enrolments[0].person
    assert not answers_to_mark(held.pic).exists()
    assert client_of(make_user("manager")).get(reverse("marking_queue")).status_code == 403
    with counted() as queries:
        client.get(reverse("marking_queue"))
    assert len(queries) <= 12


# --- The phone ---------------------------------------------------------------------------------------------


@pytest.mark.point("QUZ-2")
def test_only_the_servers_receipt_counts_and_a_refusal_is_no_receipt():
    held = opened()
    user = make_user("agent", person=held.enrolments[0].person)
    attempt = start_attempt(enrolment=held.enrolments[0], phase="pre", actor=user, now=START)
    TestAttempt.objects.update(due_at=START + timedelta(days=3650))
    client, script = client_of(user), {"HX-Request": "true"}
    url = reverse("test_question", args=[attempt.uuid, 2])
    saved = client.post(url, {"choice": "A"}, headers=script)
    assert (saved.status_code, saved.headers["X-Saved"]) == (204, "2") and int(saved.headers["X-Left"]) > 0
    wrong = client.post(url, {"choice": "Z"}, headers=script)
    assert wrong.status_code == 422 and "X-Saved" not in wrong.headers
    paper = client.get(reverse("test_paper", args=[attempt.uuid])).content.decode()
    assert paper.count("<template") == 5 and paper.count(" checked") == 1
    TestAttempt.objects.update(due_at=START - timedelta(days=3650))
    late = client.post(url, {"choice": "A"}, headers=script)
    assert late.status_code == 409 and "X-Saved" not in late.headers
    client.post(reverse("test_submit", args=[attempt.uuid]))
    over = client.post(url, {"choice": "A"}, headers=script)
    assert over.status_code == 409 and "X-Saved" not in over.headers
    assert client.get(reverse("test_paper", args=[attempt.uuid])).status_code == 404
    assert client_of(make_user("agent")).get(reverse("test_paper", args=[attempt.uuid])).status_code == 404


@pytest.mark.point("QUZ-6")
@pytest.mark.parametrize(
    ("to", "leads"),
    [("leave", "my_trainings"), ("summary", "test_summary"), ("4", 4), ("999", "test_summary"), ("", 2)],
)
def test_every_button_of_a_question_saves_before_it_leads_on(to, leads):
    held = opened()
    user = make_user("agent", person=held.enrolments[0].person)
    attempt = start_attempt(enrolment=held.enrolments[0], phase="pre", actor=user, now=START)
    TestAttempt.objects.update(due_at=START + timedelta(days=3650))
    answer = client_of(user).post(reverse("test_question", args=[attempt.uuid, 1]), {"choice": "B", "to": to})
    wanted = {
        "my_trainings": reverse("my_trainings"),
        "test_summary": reverse("test_summary", args=[attempt.uuid]),
    }.get(leads) or reverse("test_question", args=[attempt.uuid, leads])
    assert answer.url == wanted and attempt.answers.get().choice == ["B"]
