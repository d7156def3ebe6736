"""Test papers: pairs of forms, and the preview on the page that participants see (5.1.1 e)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from planning.models import QuestionVersion, TestPaper, Topic
from planning.services import papers
from planning.services.papers import PARALLEL, SAME
from planning.services.questions import QuestionText, add_question
from planning.tests.factories import make_world
from planning.tests.test_catalogue_pages import signed_in
from trainingops.domain import NotAllowed, Refused, WrongState

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
    page = signed_in(world.pic).get(reverse("paper_detail", kwargs={"uuid": form_a.uuid}))
    assert (page.context["pair"].paper, page.context["pair"].common, page.context["pair"].alike) == (form_b, 0, True)
    with pytest.raises(WrongState):
        papers.pair_paper(paper=form_b, code="K-C", how=SAME, actor=world.pic, now=NOW)
    with pytest.raises(WrongState):
        papers.pair_paper(paper=form_a, code="K-C", how=SAME, actor=world.pic, now=NOW)


def test_the_same_questions_come_in_another_order(world, form_a):
    response = signed_in(world.pic).post(
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
    client = signed_in(world.pic)
    first = client.get(reverse("paper_preview", kwargs={"uuid": form_a.uuid, "place": 1}))
    used = {each.name for each in first.templates}
    assert {"planning/quiz.html", "planning/quiz_question.html"} <= used
    page = first.content.decode()
    assert "Tenor?" in page and 'type="radio"' in page and "not kept" in page
    assert f'action="{reverse("paper_preview", kwargs={"uuid": form_a.uuid, "place": 2})}"' in page
    beyond = client.get(reverse("paper_preview", kwargs={"uuid": form_a.uuid, "place": 3}))
    assert beyond.status_code == 404
