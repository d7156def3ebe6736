"""The pages of measured effects: who reads them, who asks for another measurement, and the agenda of a review (5.4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from evaluation.services import measure_due, schedule_review
from evaluation.tests.effects import AFTER, MEASURED_AT, observed
from trainingops.people.tests.factories import SiteFactory, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.4")]


@pytest.fixture
def effect():
    effect = observed()
    assert measure_due(now=MEASURED_AT) == 1
    return effect


def addresses(effect):
    return [
        reverse("effect_list"),
        reverse("effect_detail", args=[effect.study.uuid]),
        reverse("plan_levels", args=[effect.plan.uuid]),
    ]


def test_the_offices_of_the_place_read_list_study_and_levels_and_nobody_else(client, effect):
    pages = addresses(effect)
    assert {client.get(page).status_code for page in pages} == {302}
    sign_in(client, effect.world.manager)
    assert {client.get(page).status_code for page in pages} == {200}
    assert effect.plan.number in client.get(pages[0]).content.decode()
    assert {client.post(page).status_code for page in pages} == {405}
    sign_in(client, make_user("manager", site=SiteFactory()))
    assert [client.get(page).status_code for page in pages] == [200, 404, 404]
    assert effect.plan.number not in client.get(pages[0]).content.decode()
    sign_in(client, make_user("agent", site=effect.world.site, line=effect.world.line))
    assert {client.get(page).status_code for page in pages} == {403}


def test_the_manager_asks_for_another_measurement_and_an_auditor_cannot(client, effect):
    address = reverse("effect_measure", args=[effect.study.uuid])
    sign_in(client, make_user("auditor"))
    assert client.post(address).status_code == 403
    sign_in(client, effect.world.manager)
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    assert effect.study.wanted_by == effect.world.manager


def test_a_review_of_the_period_shows_the_effect_with_both_rates(client, effect):
    world = effect.world
    review = schedule_review(
        site=world.site,
        line=world.line,
        period_from=AFTER[0],
        period_to=AFTER[1] + timedelta(days=3),
        scheduled_at=MEASURED_AT + timedelta(days=2),
        secretary=world.qc,
        actor=world.manager,
        now=MEASURED_AT,
    )
    sign_in(client, world.manager)
    ((study, _kind, _word),) = client.get(reverse("review_detail", args=[review.uuid])).context["effects"]
    latest = effect.study.latest
    assert (study.plan.number, study.latest.verdict) == (effect.plan.number, latest.verdict)
    assert (study.latest.rate_trained, study.latest.rate_compared) == (latest.rate_trained, latest.rate_compared)
