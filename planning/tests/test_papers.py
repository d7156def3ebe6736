"""Test papers: pairs of forms, and the preview on the page that participants see (5.1.1 e)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from planning.models import Question, QuestionStatistics, QuestionVersion, TestPaper, Topic
from planning.services import papers
from planning.services.papers import PARALLEL, SAME
from planning.services.questions import QuestionText, add_question
from planning.tests.factories import make_world
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.people.tests.factories import client_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
SINGLE = QuestionText("single", "Tenor?", {"A": "120", "B": "90"}, ("A",))
SHORT = QuestionText("short", "Singkatan SBG?", {}, ("Surat Bukti Gadai",))


@pytest.fixture
def world():
    world = make_world(people=0)
    for user in (world.pic, world.manager):
        user.language = "en"
        user.save()
    return world


@pytest.fixture
def form_a(world):
    topic = Topic.objects.create(code="kca", name="KCA", kind="hard")
    made = [
        add_question(code=f"K-{n}", topic=topic, content=content, actor=world.pic, now=NOW)
        for n, content in enumerate((SINGLE, SHORT, SINGLE, SINGLE, SHORT))
    ]
    return papers.add_paper(
        code="K-A",
        title="KCA",
        form="A",
        duration_minutes=10,
        questions=[(made[0], Decimal(2)), (made[1], Decimal(3))],
        multiple_rule="partial",
        actor=world.pic,
        now=NOW,
    )


@pytest.mark.clause("5.1.1 e")
def test_a_parallel_form_has_other_questions_of_the_same_topics_and_kinds_and_the_same_points(world, form_a):
    form_b = papers.pair_paper(paper=form_a, code="K-B", how=PARALLEL, actor=world.pic, now=NOW)
    assert (form_b.form, form_b.multiple_rule, form_b.duration_minutes) == ("B", "partial", 10)
    found = [(each.question_version.question.code, each.points) for each in form_b.paper_questions.order_by("order")]
    assert found == [("K-2", 2), ("K-4", 3)]
    page = client_of(world.pic).get(reverse("paper_detail", kwargs={"uuid": form_a.uuid}))
    assert (page.context["pair"].paper, page.context["pair"].common, page.context["pair"].alike) == (form_b, 0, True)
    with pytest.raises(WrongState):
        papers.pair_paper(paper=form_b, code="K-C", how=SAME, actor=world.pic, now=NOW)
    with pytest.raises(WrongState):
        papers.pair_paper(paper=form_a, code="K-C", how=SAME, actor=world.pic, now=NOW)


def test_the_same_questions_come_in_another_order(world, form_a):
    response = client_of(world.pic).post(
        reverse("paper_pair", kwargs={"uuid": form_a.uuid}), {"code": "K-B", "how": "same"}
    )
    form_b = TestPaper.objects.get(code="K-B")
    assert response["Location"].endswith(f"{form_b.uuid}/")
    orders = [
        list(each.paper_questions.order_by("order").values_list("question_version", flat=True))
        for each in (form_a, form_b)
    ]
    assert sorted(orders[0]) == sorted(orders[1]) and orders[0] != orders[1]


def test_questions_without_a_parallel_are_named_and_only_authors_make_papers(world, form_a):
    QuestionVersion.objects.filter(question__code="K-4").update(kind="true_false")
    with pytest.raises(Refused, match="K-1"):
        papers.pair_paper(paper=form_a, code="K-B", how=PARALLEL, actor=world.pic, now=NOW)
    with pytest.raises(NotAllowed):
        papers.pair_paper(paper=form_a, code="K-B", how=SAME, actor=world.operations, now=NOW)
    assert not TestPaper.objects.filter(code="K-B").exists()


@pytest.mark.point("QUZ-5")
def test_the_preview_is_the_page_of_the_test_and_writes_nothing(world, form_a):
    client = client_of(world.pic)
    first = client.get(reverse("paper_preview", kwargs={"uuid": form_a.uuid, "place": 1}))
    used = {each.name for each in first.templates}
    assert {"planning/quiz.html", "planning/quiz_question.html"} <= used
    page = first.content.decode()
    assert "Tenor?" in page and 'type="radio"' in page and "not kept" in page
    assert f'action="{reverse("paper_preview", kwargs={"uuid": form_a.uuid, "place": 2})}"' in page
    beyond = client.get(reverse("paper_preview", kwargs={"uuid": form_a.uuid, "place": 3}))
    assert beyond.status_code == 404


@pytest.mark.point("issue 3")
def test_questions_are_chosen_beside_their_topic_kind_and_the_figures_of_earlier_use(world, form_a):
    used = QuestionVersion.objects.get(question__code="K-0")
    figures = {"attempts": 34, "difficulty": Decimal("0.6176"), "discrimination": Decimal("0.4151")}
    QuestionStatistics.objects.create(question_version=used, phase="post", last_used_on=date(2026, 11, 3), **figures)
    page = client_of(world.pic).get(reverse("paper_new")).content.decode()
    row = page[page.index("K-0</span>") :].split("</tr>")[0]
    for words in ("KCA", "Single choice", "34", "62%", "0.42", "3 Nov 2026"):
        assert words in row, words
    assert "not used yet" in page[page.index("K-1</span>") :].split("</tr>")[0]


def test_filtering_questions_keeps_what_is_ticked_and_typed_without_a_script_and_saves_nothing(world, form_a):
    client = client_of(world.pic)
    ticked = QuestionVersion.objects.get(question__code="K-0")
    typed = {"code": "K-N", "title": "Dasar KCA", "form": "B", "duration_minutes": "15", "points": "2"}
    narrowed = client.post(
        reverse("paper_new"), {**typed, "narrow": "1", "questions": [ticked.pk], "q": "Singkatan", "kind": "short"}
    )
    assert narrowed.status_code == 302 and "token" not in narrowed["Location"] and "once" not in narrowed["Location"]
    page = client.get(narrowed["Location"])
    assert [each.question.code for each in page.context["chosen"]] == ["K-0"]
    assert [each.question.code for each in page.context["others"]] == ["K-1", "K-4"]
    html = page.content.decode()
    assert 'value="K-N"' in html and 'value="Dasar KCA"' in html and "1 question chosen" in html
    assert f'value="{ticked.pk}" id="id_questions_0" checked' in html
    assert not TestPaper.objects.filter(code="K-N").exists()


def test_a_paper_that_is_refused_keeps_its_ticks_and_leads_to_the_questions(world, form_a):
    client = client_of(world.pic)
    ticked = QuestionVersion.objects.get(question__code="K-2")
    refused = client.post(reverse("paper_new"), {"code": "K-N", "title": "", "questions": [ticked.pk], "kind": "short"})
    assert refused.status_code == 422 and [each.pk for each in refused.context["chosen"]] == [ticked.pk]
    sent = {"code": "K-N", "title": "KCA", "form": "A", "duration_minutes": "15", "points": "99999"}
    too_many = client.post(reverse("paper_new"), {**sent, "questions": [ticked.pk]})
    assert too_many.status_code == 422 and "99999" in str(too_many.context["form"].errors["points"])
    without = client.post(reverse("paper_new"), {"code": "K-N", "title": "KCA"}).content.decode()
    assert 'href="#id_questions_0"' in without and 'id="id_questions_0"' in without
    assert client.get(reverse("paper_new"), {"chosen": "x.-1.²", "topic": "none"}).status_code == 200


def test_the_page_of_a_new_paper_takes_as_many_queries_for_three_hundred_questions(world, form_a):
    client = client_of(world.pic)
    client.get(reverse("paper_new"))
    topic = Topic.objects.get(code="kca")
    made = Question.objects.bulk_create(Question(code=f"M-{n}", topic=topic) for n in range(300))
    QuestionVersion.objects.bulk_create(
        QuestionVersion(question=each, number=1, kind="short", text="Apa?", correct=["X"]) for each in made
    )
    with CaptureQueriesContext(connection) as queries:
        page = client.get(reverse("paper_new"), {"chosen": str(QuestionVersion.objects.first().pk)})
    assert len(queries) <= 12 and len(page.context["others"]) == 200 and page.context["more"] > 100
