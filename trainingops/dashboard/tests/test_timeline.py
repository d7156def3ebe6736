"""A training through all its stages, each with clause and time (2.2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluation.tests import factories as reviews
from planning.tests.factories import draft_plan, make_world
from sessions.tests.factories import START, absent, concluded, make_up_for
from trainingops.dashboard.timeline import moments, stages, tell
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.django_db
AFTER = START + timedelta(days=1)
BUDGET = 12


def fetch(client, user, plan):
    user.language = "en"
    user.save()
    with time_machine.travel(AFTER, tick=False):
        client.force_login(user)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(reverse("plan_timeline", args=[plan.uuid]))
    return answer, [each["sql"][:120] for each in asked]


def test_every_stage_stands_on_one_line_with_its_clause_and_its_time(client):
    held = concluded(lambda enrolments: absent(enrolments[0]))
    make_up_for(held)
    answer, asked = fetch(client, held.manager, held.plan)
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert len(asked) <= BUDGET, asked
    for words in (
        "Plan begun by",
        "Revision 1 submitted",
        "Revision 1: Approved",
        "Session opened: Batch 1",
        "Session concluded: Batch 1",
        "1 recovery case opened: Batch 1",
        "Session planned: Susulan",
        "H+1 report due: Batch 1",
    ):
        assert words in shown
    for clause in ("5.1", "4.1", "5.2", "5.3.1", "5.3.2", "5.4", "2.2"):
        assert f"</span>{clause}</span>" in shown


def test_moments_stand_in_the_order_of_time():
    held = concluded()
    story = tell(held.plan, held.manager)
    times = [moment.at for moment in moments(story, AFTER)]
    assert times == sorted(times)


def test_the_present_stage_is_the_first_that_is_not_done():
    plan = draft_plan(starts_at=START, now=START - timedelta(days=9))
    draft = tell(plan, plan.pic)
    assert [stage.now for stage in stages(draft)] == [True, False, False, False, False, False]
    done = concluded()
    held = tell(done.plan, done.manager)
    assert [stage.done for stage in stages(held)] == [True, True, True, False, False, False]
    assert [stage.now for stage in stages(held)].index(True) == 3


def test_reviews_and_actions_of_the_training_stand_on_its_line():
    scene = reviews.answered_review()
    reviews.approve(scene)
    titles = [moment.title for moment in moments(tell(scene.plan, scene.plan.pic), AFTER)]
    assert any("held" in title or "dilaksanakan" in title for title in titles)
    assert len([title for title in titles if "TD-" in title]) == 2


def test_the_timeline_asks_as_much_for_three_sessions_as_for_one(client):
    one = concluded()
    _answer, first = fetch(client, one.manager, one.plan)
    three = concluded(sessions=3)
    _answer, third = fetch(client, three.manager, three.plan)
    assert len(first) == len(third)


def test_who_may_not_see_the_plan_does_not_find_its_line(client):
    plan = draft_plan(world=make_world(), starts_at=START)
    url = reverse("plan_timeline", args=[plan.uuid])
    assert client.get(url).status_code == 302
    client.force_login(make_user("agent"))
    assert client.get(url).status_code == 403
    client.force_login(make_world().manager)
    assert client.get(url).status_code == 404
    client.force_login(plan.pic)
    assert client.post(url).status_code == 405
    assert client.get(url).status_code == 200


def test_the_plans_page_leads_to_its_timeline(client):
    plan = draft_plan(starts_at=START)
    client.force_login(plan.pic)
    shown = client.get(reverse("plan_detail", args=[plan.uuid])).content.decode()
    assert reverse("plan_timeline", args=[plan.uuid]) in shown
