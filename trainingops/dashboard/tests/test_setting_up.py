"""The set-up list of a new house, ticked from the real state (EMP-2)."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from planning.tests.factories import make_world
from trainingops.dashboard.setting_up import steps
from trainingops.people.tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.point("EMP-2")]
TODAY = date(2026, 11, 23)


def done(user):
    return [step.done for step in steps(user, today=TODAY)][:5]


def test_a_new_house_has_nothing_and_each_step_leads_to_its_page():
    user = make_user("administrator")
    assert done(user) == [False] * 5
    assert all(step.url for step in steps(user, today=TODAY)[:5])


def test_steps_are_ticked_by_what_is_there():
    user = make_user("administrator")
    make_world()
    assert done(user) == [True] * 5


def test_the_missing_party_is_named():
    user = make_user("administrator")
    for role in ("manager", "qc", "operations"):
        make_user(role)
    step = steps(user, today=TODAY)[4]
    assert not step.done
    assert "Operation Support" in step.why


def test_only_the_administrator_sees_the_list(client):
    client.force_login(make_user("administrator", language="en"))
    assert "Set up this house" in client.get(reverse("home")).content.decode()
    client.force_login(make_user("manager", language="en"))
    assert "Set up this house" not in client.get(reverse("home")).content.decode()
