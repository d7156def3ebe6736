"""The score grid in the browser: conflicts, one parameter on a phone, what is wrong, one cell (SCR)."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from sessions.models import (
    ParameterScore,
)
from sessions.tests.factories import (
    START,
    absent,
    attend,
    concluded,
    opened,
    score,
    typed_cell,
    typed_number,
)
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.django_db
#: How the script of the grid asks.
JSON = {"Accept": "application/json"}


def _client(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def held():
    return concluded(lambda people: absent(people[0]))


@pytest.mark.point("SCR-4")
def test_a_conflict_shows_both_values_and_saving_again_replaces_knowingly():
    held = opened()
    attend(held)
    first = held.enrolments[0]
    score(held, {first.pk: "82"}, now=START)
    url, cell = reverse("session_scores", args=[held.training_session.uuid]), typed_cell(held, first, "76")
    answer = _client(held.pic).post(url, cell)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="76"' in page and "<b>82,00</b>" in page and held.pic.name in page
    assert str(ParameterScore.objects.get().value) == "82.00"
    again = typed_cell(held, first, "76", was="82", version=1, clash=True)
    assert again[f"row-{first.pk}"] in page, "the page itself says that a choice is due"
    undecided = _client(held.pic).post(url, again)
    assert undecided.status_code == 422 and "Pilih mana yang berlaku" in undecided.content.decode()
    assert str(ParameterScore.objects.get().value) == "82.00"
    keep = f"keep-{first.pk}-{typed_number(held)}"
    assert _client(held.pic).post(url, again | {keep: "theirs"}).status_code == 302
    assert str(ParameterScore.objects.get().value) == "82.00"
    _client(held.pic).post(url, again | {keep: "mine"})
    assert str(ParameterScore.objects.get().value) == "76.00"


@pytest.mark.point("SCR-3")
def test_nothing_is_said_to_be_saved_to_who_may_save_nothing():
    held = opened()
    url = reverse("session_scores", args=[held.training_session.uuid])
    reader = make_user("operations", site=held.training_session.site, line=held.training_session.line)
    assert _client(reader).post(url, {}).status_code == 403
    told = _client(held.pic).post(url, {}, follow=True).content.decode()
    assert "Nilai tersimpan." not in told and "Tidak ada nilai yang berubah" in told


@pytest.mark.point("SCR-6")
def test_a_phone_shows_one_parameter_by_a_link_and_the_one_that_is_wrong_comes_first():
    held = opened()
    attend(held)
    first = held.enrolments[0]
    parameters = {p.source: p for p in held.plan.approved_revision.scheme.parameters.all()}
    typed, tested = parameters["trainer"], next(p for source, p in parameters.items() if source != "trainer")
    url, client = reverse("session_scores", args=[held.training_session.uuid]), _client(held.pic)

    def hidden(answer):
        page = answer.content.decode()
        columns = re.findall(r'<th scope="col"[^>]*data-parameter="([0-9a-f-]+)"', page)
        (shown,) = re.findall(r'data-phone="(\d+)"', page)
        return {each for place, each in enumerate(columns, 2) if place != int(shown)}

    assert hidden(client.get(url)) == {str(tested.uuid)}
    asked = f"{url}?parameter={tested.uuid}"
    assert hidden(client.get(asked)) == {str(typed.uuid)}
    assert f'href="?parameter={typed.uuid}"' in client.get(asked).content.decode()
    wrong = client.post(asked, typed_cell(held, first, "875"))
    assert hidden(wrong) == {str(tested.uuid)}
    assert hidden(client.get(f"{url}?parameter=x")) == {str(tested.uuid)}


@pytest.mark.point("SCR-5")
@pytest.mark.parametrize(
    ("typed_in", "told"),
    [
        ("875", "“875” di luar 0–100."),
        ("101", "“101” di luar 0–100."),
        ("-1", "“-1” di luar 0–100."),
        ("abc", "“abc”"),
        ("1.000,5", "“1.000,5”"),
        ("1.000", "“1.000” berisi terlalu banyak desimal. Tulis paling banyak 2."),
        ("87.125", "“87.125” berisi terlalu banyak desimal. Tulis paling banyak 2."),
    ],
)
def test_bad_scores_name_what_is_wrong_and_nothing_is_written(typed_in, told):
    held = opened()
    attend(held)
    first = held.enrolments[0]
    (typed,) = [p for p in held.plan.approved_revision.scheme.parameters.all() if p.source == "trainer"]
    url = reverse("session_scores", args=[held.training_session.uuid])
    answer = _client(held.pic).post(url, typed_cell(held, first, typed_in))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f"{typed.name}, {first.person.name}" in page and told in page
    one = reverse("session_score_cell", args=[held.training_session.uuid, first.pk, typed.uuid])
    tap = _client(held.pic).post(one, {"value": typed_in, "version": "0"}, headers=JSON)
    assert tap.status_code == 422
    assert told in tap.json()["problem"]
    assert not ParameterScore.objects.exists()


def test_a_cell_answers_with_its_own_person_and_result():
    held = opened()
    attend(held)
    first = held.enrolments[0]
    (typed,) = [p for p in held.plan.approved_revision.scheme.parameters.all() if p.source == "trainer"]
    url = reverse("session_score_cell", args=[held.training_session.uuid, first.pk, typed.uuid])
    answer = _client(held.pic).post(url, {"value": "87.5", "version": "0"}, headers=JSON)
    said = answer.json()
    assert answer.status_code == 200
    assert (said["enrolment"], said["parameter"]) == (first.pk, str(typed.uuid))
    assert (said["value"], said["version"], said["total"]) == ("87,5", 1, "—")
    assert str(ParameterScore.objects.get().value) == "87.50"
