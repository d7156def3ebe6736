"""Home by role (DSH)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from planning.tests.factories import make_world, submitted_plan
from sessions.tests.factories import START
from trainingops.dashboard import desk
from trainingops.people.enums import Role
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.django_db
#: 23 November 2026, 10.00 WIB.
NOW = START - timedelta(hours=23)
BUDGET = 15


def desk_of(user, now=NOW):
    user.__dict__.pop("authority", None)
    return desk.Desk(user=user, now=now)


def titles(lines):
    return [line.item.title for line in lines]


def page(client, user, now=NOW):
    with time_machine.travel(now, tick=False):
        client.force_login(user)
        return client.get(reverse("home"))


def test_home_asks_who_is_there(client):
    answer = client.get(reverse("home"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
    client.force_login(make_user())
    assert client.post(reverse("home")).status_code == 405


@pytest.mark.parametrize("role", Role.values)
def test_every_role_has_a_home_within_its_budget_of_queries(client, role):
    world = make_world()
    submitted_plan(world=world, starts_at=START, now=NOW)
    user = make_user(role, person=world.people[0] if role == Role.AGENT else None)
    client.force_login(user)
    with time_machine.travel(NOW, tick=False), CaptureQueriesContext(connection) as asked:
        answer = client.get(reverse("home"))
    assert answer.status_code == 200
    assert len(asked) <= BUDGET, [each["sql"][:150] for each in asked]
