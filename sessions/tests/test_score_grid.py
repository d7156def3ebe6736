"""The score grid at its full size, and what each cell keeps (SCR)."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from planning.models import ScoringParameter
from planning.tests.factories import make_world
from sessions.frozen import read_scheme
from sessions.models import Enrolment, ParameterScore, SessionResult
from sessions.tests.factories import START, absent, attend, opened, score, typed_cell
from trainingops.audit.models import Entry
from trainingops.people.models import Person
from trainingops.people.tests.factories import PersonFactory
from trainingops.tests.counting import counted

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.1.2")]
PEOPLE, PARAMETERS = 200, 12
JSON = {"Accept": "application/json"}


def held_with(parameters, *, more=0):
    """A session under way whose scheme has these parameters, each a dictionary of what differs from a plain one.

    Args:
        more: people beside the three of the plan.
    """
    world = make_world()
    world.scheme.parameters.all().delete()
    for order, each in enumerate(parameters):
        given = {"name": f"Parameter {order + 1}", "weight": Decimal(10), "source": "trainer"} | each
        ScoringParameter.objects.create(scheme=world.scheme, order=order, **given)
    held = opened(world=world)
    people = Person.objects.bulk_create(
        [PersonFactory.build(name=f"Paramita Kuswoyo Rahmawati {n:03d}") for n in range(more)]
    )
    enrolled = [Enrolment(training_session=held.training_session, person=each) for each in people]
    held.enrolments += Enrolment.objects.bulk_create(enrolled)
    return held


def address(held, name="session_scores", *more):
    return reverse(name, args=[held.training_session.uuid, *more])


def full_form(held, text):
    """The form of the whole grid, every cell typed."""
    parameters = len(read_scheme(held.training_session.scheme).parameters)
    form = {}
    for each in held.enrolments:
        form[f"row-{each.pk}"] = "|".join(f"{n}:0:" for n in range(1, parameters + 1))
        form |= {f"score-{each.pk}-{n}": text for n in range(1, parameters + 1)}
    return form


@pytest.mark.point("SCR-1")
@pytest.mark.point("SCR-6")
def test_200_people_and_12_parameters_are_light_pages_and_one_save():
    held = held_with([{}] * PARAMETERS, more=PEOPLE - 3)
    client = Client()
    client.force_login(held.pic)
    client.get(address(held))
    with counted() as queries:
        page = client.get(address(held))
    assert len(queries) <= 12, len(queries)
    html = page.content.decode()
    assert len(page.content) <= 150_000, len(page.content)
    inputs = re.findall(r"<input [^>]*inputmode[^>]*>", html)
    groups = re.findall(r'href="\?parameter=([0-9a-f-]{36})"[^>]*>Parameter \d+ –', html)
    assert len(inputs) * len(groups) == PEOPLE * PARAMETERS, "each parameter stands on one of the pages"
    assert html.count("<thead>") == 1 and all("aria-labelledby" in each for each in inputs)
    with counted() as queries:
        everything = client.get(address(held) + "?parameter=all")
    assert len(re.findall("inputmode", everything.content.decode())) == PEOPLE * PARAMETERS
    assert len(queries) <= 12, len(queries)

    with counted() as queries:
        saved = client.post(address(held), full_form(held, "87,5"))
    assert saved.status_code == 302 and len(queries) <= 12, len(queries)
    assert ParameterScore.objects.filter(value=Decimal("87.5")).count() == PEOPLE * PARAMETERS
    assert SessionResult.objects.filter(current=True, final=Decimal("87.5"), passed=True).count() == PEOPLE
    entry = Entry.objects.get(verb="scores.recorded")
    assert len(json.loads(entry.text)["data"]["cells"]) == PEOPLE * PARAMETERS, "one entry lists its rows"

    first = held.enrolments[0]
    one = address(held, "session_score_cell", first.pk, read_scheme(held.training_session.scheme).parameters[0].uuid)
    with counted() as queries:
        answer = client.post(one, {"value": "90", "version": "1"}, headers=JSON)
    assert answer.status_code == 200 and len(queries) <= 12, len(queries)
    assert (answer.json()["version"], answer.json()["total"]) == (2, "87,71")


@pytest.mark.point("SCR-5")
def test_blank_nought_and_did_not_take_part_are_three_things():
    held = opened()
    attend(held, absent(held.enrolments[0]))
    _away, naught, blank = held.enrolments
    score(held, {naught.pk: "0"}, now=START)
    client = Client()
    client.force_login(held.pic)
    html = client.get(address(held)).content.decode()
    row = {pk: html.split(f'id="w{pk}"')[1].split("</tr>")[0] for pk in (each.pk for each in held.enrolments)}
    assert "tidak ikut" in row[_away.pk] and "inputmode" not in row[_away.pk]
    assert 'value="0" inputmode' in row[naught.pk]
    assert 'value="" inputmode' in row[blank.pk]
    client.post(address(held), typed_cell(held, naught, "", was="0", version=1))
    assert ParameterScore.objects.get().value is None, "a score taken back is blank, not 0"


@pytest.mark.point("SCR-4")
def test_a_cell_that_somebody_else_changed_answers_with_both_values_and_writes_nothing():
    held = opened()
    attend(held)
    first = held.enrolments[0]
    score(held, {first.pk: "82"}, now=START)
    (typed,) = [each for each in read_scheme(held.training_session.scheme).parameters if each.source == "trainer"]
    client = Client()
    client.force_login(held.pic)
    one = address(held, "session_score_cell", first.pk, typed.uuid)
    answer = client.post(one, {"value": "76", "version": "0"}, headers=JSON)
    said = answer.json()
    assert (answer.status_code, said["version"], said["theirs"], said["enrolment"]) == (409, 1, "82", first.pk)
    assert all(each in said["choice"] for each in ("<b>76</b>", "<b>82,00</b>", held.pic.name, "WIB", 'type="radio"'))
    assert ParameterScore.objects.get().value == 82
    same = client.post(one, {"value": "82", "version": "0"}, headers=JSON)
    assert same.status_code == 200 and same.json()["version"] == 1, "who asks for what stands has nothing to decide"


@pytest.mark.clause("7.2")
def test_nobody_scores_themselves_in_the_grid_nor_through_a_request():
    held = held_with([{}])
    attend(held)
    me, other = held.enrolments[:2]
    held.pic.person = me.person
    held.pic.save()
    client = Client()
    client.force_login(held.pic)
    page = client.get(address(held)).content.decode()
    assert [f"score-{each.pk}-1" in page for each in (me, other)] == [False, True]
    refused = client.post(address(held), typed_cell(held, me, "95"))
    assert refused.status_code != 302 and not ParameterScore.objects.exists()
    assert client.post(address(held), typed_cell(held, other, "95")).status_code == 302
    assert ParameterScore.objects.get().enrolment == other
