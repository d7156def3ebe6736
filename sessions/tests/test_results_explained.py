"""Results by the frozen scheme: every case of the data through the real grid, and what the page says of it (5.1.2)."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from planning.tests.factories import make_world
from sessions.frozen import read_scheme, write_scheme
from sessions.models import RecoveryCase, SessionResult
from sessions.services import ScoreCell, open_case_test, record_scores
from sessions.tests.factories import START, attend, concluded, take_test
from sessions.tests.test_score_grid import held_with

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.1.2")]
CASES = json.loads((Path(__file__).parent / "data" / "weighted_cases.json").read_text())


def decimal(text):
    return None if text is None else Decimal(text)


def page_of(held):
    client = Client()
    client.force_login(held.pic)
    return client.get(reverse("session_results", args=[held.training_session.uuid])).content.decode()


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_each_case_of_the_data_through_the_grid(case):
    held = held_with(
        [
            {"name": each["name"], "weight": Decimal(each["weight"]), "minimum": decimal(each["minimum"])}
            for each in case["parameters"]
        ]
    )
    scheme = json.loads(held.training_session.scheme)
    scheme |= {"pass_mark": case["pass_threshold"], "decimals": case["decimal_places"]}
    held.training_session.scheme, held.training_session.scheme_hash = write_scheme(scheme)
    held.training_session.save()
    attend(held)
    person = held.enrolments[0]
    record_scores(
        training_session=held.training_session,
        cells=[
            ScoreCell(person.pk, each.uuid, Decimal(given))
            for each in read_scheme(held.training_session.scheme).parameters
            if (given := case["scores"][each.name]) is not None
        ],
        actor=held.pic,
        now=START,
    )
    result, expected = SessionResult.objects.get(enrolment=person), case["expected"]
    assert result.status == expected["status"].lower()
    assert result.explanation["missing"] == expected.get("missing", [])
    assert result.explanation["below_minimum"] == expected.get("below_minimum", [])
    if result.status == "scored":
        assert result.explanation["final"] == expected["rounded_half_up"]
        assert result.final == Decimal(expected["rounded_half_up"])
        assert result.passed is expected["passed_if_decided_on_half_up_rounded"]
    else:
        assert (result.final, result.passed) == (None, None)
    html = page_of(held)
    for name in expected.get("missing", []):
        assert f"Belum ada nilai: {name}" in html and "tidak pernah dihitung 0" in html
    for name in expected.get("below_minimum", []):
        assert f"{name} berada di bawah minimumnya" in html


def test_a_remedial_result_says_its_cap_and_that_the_better_score_counts():
    world = make_world()
    world.scheme.remedial_cap = Decimal(85)
    world.scheme.save()
    held = concluded(right=(2, 5, 5), world=world)
    now = held.training_session.ends_at + timedelta(hours=1)
    open_case_test(case=RecoveryCase.objects.get(), form=None, actor=held.pic, now=now)
    take_test(held.enrolments[0], phase="remedial", right=5, now=now)
    result = SessionResult.objects.get(enrolment=held.enrolments[0], current=True)
    assert (result.attempt, result.final, result.passed) == (2, Decimal(85), True), "96 without the cap"
    html = page_of(held)
    assert "Remedial: untuk setiap parameter berlaku nilai yang lebih baik." in html
    assert "Nilai remedial paling tinggi 85." in html
