"""The search of the bar: what the reader may see, under the words people use."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from planning.tests.factories import draft_plan, make_world
from sessions.tests.factories import START, scheduled
from trainingops.people.tests.factories import make_agent, make_user

pytestmark = pytest.mark.django_db
BUDGET = 12


def found(client, user, words):
    client.force_login(user)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(reverse("search"), {"q": words})
    assert answer.status_code == 200
    assert len(asked) <= BUDGET, [each["sql"][:120] for each in asked]
    return {hit.url for kind in answer.context["found"] for hit in kind.hits}


def test_a_plan_is_found_by_its_number_and_by_a_word_of_its_title(client):
    plan = draft_plan(starts_at=START)
    page = reverse("plan_detail", args=[plan.uuid])
    assert page in found(client, plan.pic, plan.number)
    assert page in found(client, plan.pic, "perpanjangan")


def test_a_session_is_found_by_its_number(client):
    held = scheduled()
    page = reverse("session_detail", args=[held.training_session.uuid])
    assert page in found(client, held.manager, held.training_session.number)


def test_a_person_is_found_by_name_and_employee_number_in_scope_only(client):
    world = make_world()
    agent = make_agent(world.site, world.line, name="Cinta Pratiwi", employee_no="CC0042")
    page = reverse("person_detail", args=[agent.uuid])
    assert page in found(client, world.manager, "pratiwi")
    assert page in found(client, world.manager, "cc0042")
    assert found(client, make_world().manager, "pratiwi") == set()


def test_plans_of_others_are_not_found(client):
    plan = draft_plan(starts_at=START)
    assert found(client, make_world().manager, plan.number) == set()


def test_no_line_leads_to_a_page_that_the_reader_may_not_open(client):
    plan = draft_plan(starts_at=START)
    assert found(client, make_user("administrator"), plan.number) == set()


@pytest.mark.parametrize("words", ["", "x", "   ", "%_", "'; --"])
def test_short_and_strange_words_find_nothing_and_break_nothing(client, words):
    assert found(client, make_user("manager"), words) == set()


def test_who_may_not_search(client):
    assert client.get(reverse("search")).status_code == 302
    client.force_login(make_user("agent"))
    assert client.get(reverse("search")).status_code == 403
    client.force_login(make_user("manager"))
    assert client.post(reverse("search")).status_code == 405
