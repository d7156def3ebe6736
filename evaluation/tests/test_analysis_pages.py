"""The pages of the item analysis, and a question that goes back to the bank and is answered (5.1.1 e, 5.4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from evaluation.models import ItemFigures, PaperAnalysis
from evaluation.services.analyses import analyse_due
from evaluation.tests.test_analyses import RIGHT
from planning.models import QuestionReview
from planning.services.question_reviews import ask_question_review, keep_question
from planning.services.questions import QuestionText, edit_question, retire_question
from sessions.tests.factories import concluded
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import client_of, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.4")]


@pytest.fixture
def held():
    """A session whose post-test twelve people took, analysed; its questions have an author."""
    held = concluded(people=len(RIGHT), right=RIGHT)
    analyse_due(now=held.training_session.ends_at + timedelta(hours=1))
    held.author = make_user("trainer", site=held.world.site)
    for place in held.training_session.post_paper.paper_questions.select_related("question_version"):
        place.question_version.author = held.author
        place.question_version.save()
    return held


@pytest.fixture
def item(held):
    return ItemFigures.objects.select_related("question_version__question").get(order=5)


def ask(held, item, actor=None, reason="Kunci keliru."):
    actor = actor or held.pic
    now = held.training_session.ends_at
    return ask_question_review(question_version=item.question_version, reason=reason, actor=actor, now=now)


def test_the_analysis_of_a_paper_names_figures_verdicts_and_that_it_is_an_indication(
    held, item, django_assert_max_num_queries
):
    paper = held.training_session.post_paper
    address = reverse("paper_analysis", args=[paper.uuid])
    client = client_of(held.pic)
    with django_assert_max_num_queries(12):
        page = client.get(address).content.decode()
    for words in ("Indikasi", "dihitung", "Pilihan jawaban", item.question_version.question.code, "Kembalikan"):
        assert words in page
    assert "12" in page and "Kunci dicurigai" not in page
    with django_assert_max_num_queries(12):
        assert paper.code in client.get(reverse("analysis_list")).content.decode()
    file = client.get(address, {"export": "xlsx"})
    assert file.headers["Content-Type"].endswith("spreadsheetml.sheet")

    ItemFigures.objects.filter(pk=item.pk).update(suspect="B")
    assert "Kunci dicurigai" in client.get(address).content.decode()
    assert paper.code in client.get(reverse("analysis_list"), {"look": "suspect"}).content.decode()
    session = client.get(reverse("session_detail", args=[held.training_session.uuid])).content.decode()
    bank = client.get(reverse("paper_detail", args=[paper.uuid])).content.decode()
    assert address in session and address in bank


def test_below_ten_the_page_says_so_and_shows_no_question(held, item):
    PaperAnalysis.objects.update(respondents=9)
    page = client_of(held.pic).get(reverse("paper_analysis", args=[held.training_session.post_paper.uuid]))
    assert "Belum ada yang dapat dikatakan tentang soal" in page.content.decode()
    assert item.question_version.question.code not in page.content.decode()


@pytest.mark.parametrize("name", ["analysis_list", "paper_analysis", "analysis_return"])
def test_the_pages_are_for_those_who_write_questions(held, item, client, name):
    subject = {"paper_analysis": held.training_session.post_paper, "analysis_return": item}.get(name)
    address = reverse(name, args=[subject.uuid] if subject else [])
    assert client.get(address).status_code == 302
    assert client_of(make_user("agent")).get(address).status_code == 403
    assert client_of(held.pic).delete(address).status_code == 405
    if subject:
        assert client_of(held.pic).get(reverse(name, args=[held.plan.uuid])).status_code == 404


def test_a_question_goes_back_to_the_bank_and_its_author_says_why_it_stays(held, item):
    address, question = reverse("analysis_return", args=[item.uuid]), item.question_version.question
    client = client_of(held.pic)
    proposed = client.get(address).context["form"].initial["reason"]
    assert "25% benar dari 12 percobaan pertama" in proposed
    assert client.post(address, {"reason": " "}).status_code == 422
    assert client.post(address, {"reason": proposed}).status_code == 302
    review = QuestionReview.objects.get()
    assert (review.question_version, review.asked_by) == (item.question_version, held.pic)
    assert Notice.objects.get(kind="question_review_asked").recipient == held.author
    again = client.post(address, {"reason": "Sekali lagi."})
    assert again.status_code == 409 and "sudah menunggu peninjauan" in again.content.decode()

    author = client_of(held.author)
    detail = author.get(reverse("question_detail", args=[question.uuid])).content.decode()
    assert proposed[:30] in detail
    assert question.code in author.get(reverse("question_list"), {"use": "review"}).content.decode()
    assert question.code in author.get(reverse("home")).content.decode()
    assert author.post(reverse("question_keep", args=[question.uuid]), {"answer": "Sesuai SOP."}).status_code == 302
    review.refresh_from_db()
    assert (review.outcome, review.answer, review.settled_by) == ("kept", "Sesuai SOP.", held.author)
    assert Notice.objects.get(kind="question_review_settled").recipient == held.pic
    assert "Sesuai SOP." in author.get(reverse("question_detail", args=[question.uuid])).content.decode()
    assert question.code not in author.get(reverse("home")).content.decode()


def test_a_new_version_or_retiring_answers_what_was_asked(held, item):
    question, now = item.question_version.question, held.training_session.ends_at
    ask(held, item)
    content = QuestionText("single", "Berapa lama?", {"A": "120 hari", "B": "90 hari"}, ("A",))
    edit_question(question=question, content=content, actor=held.author, now=now)
    assert QuestionReview.objects.get().outcome == "edited"
    with pytest.raises(WrongState, match=r"versi 2.*versi 1"):
        ask(held, item)
    other = ItemFigures.objects.select_related("question_version__question").get(order=4)
    ask(held, other)
    retire_question(question=other.question_version.question, actor=held.author, now=now)
    assert QuestionReview.objects.get(question_version=other.question_version).outcome == "retired"
    with pytest.raises(WrongState):
        ask(held, other)
    page = client_of(held.pic).get(reverse("paper_analysis", args=[held.training_session.post_paper.uuid]))
    assert [each.is_changed for each in page.context["items"]] == [False, False, False, False, True]


def test_only_who_writes_questions_sends_one_back_or_keeps_it_and_with_a_reason(held, item):
    question, now = item.question_version.question, held.training_session.ends_at
    with pytest.raises(NotAllowed):
        ask(held, item, actor=make_user("agent"))
    with pytest.raises(Refused) as refused:
        ask(held, item, reason="  ")
    assert refused.value.field == "reason"
    with pytest.raises(WrongState):
        keep_question(question=question, answer="Sesuai.", actor=held.author, now=now)
    ask(held, item)
    with pytest.raises(Refused) as refused:
        keep_question(question=question, answer="", actor=held.author, now=now)
    assert refused.value.field == "answer"
    with pytest.raises(NotAllowed):
        keep_question(question=question, answer="Sesuai.", actor=make_user("agent"), now=now)
