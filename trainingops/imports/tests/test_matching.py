"""Whom a file means (IMP-7)."""

from __future__ import annotations

import pytest

from trainingops.imports.matching import match_people
from trainingops.people.tests.factories import PersonFactory

pytestmark = [pytest.mark.django_db, pytest.mark.point("IMP-7")]


@pytest.fixture
def sidiq():
    return PersonFactory(
        employee_no="CC0024", name="Sidiq", login_id="smardhiyah", acd_id="00424", email="sidiq@cc.example"
    )


@pytest.mark.parametrize(
    "text",
    [
        "CC0024",
        "cc0024",
        " CC0024 ",
        "smardhiyah",
        "00424",
        "Sidiq@CC.example",
        "CC0024_Sidiq",
        "Sidiq (CC0024)",
        "cc0024-Sidiq M",
        "@CC0024 Sidiq",
    ],
)
def test_people_are_found_by_each_of_their_ids(sidiq, text):
    assert match_people([text]).get(text) == sidiq


@pytest.mark.parametrize("text", ["Sidiq", "CC00", "CC00245", "424", "", "CC0024 CC0025"])
def test_nobody_is_guessed(sidiq, text):
    PersonFactory(employee_no="CC0025")
    assert match_people([text]).get(text) is None


def test_an_id_of_two_people_is_nobodys(sidiq):
    PersonFactory(employee_no="00424")
    PersonFactory(login_id="00500")
    PersonFactory(acd_id="00500")
    matches = match_people(["00424", "00500"])
    assert matches.get("00424").employee_no == "00424"  # an employee number is meant first
    assert matches.get("00500") is None


def test_what_somebody_picked_wins(sidiq):
    matches = match_people(["Sidik M"], picked={"Sidik M": "cc0024"})
    assert matches.get("sidik m") == sidiq
    assert match_people(["Sidik M"], picked={"Sidik M": "CC9999"}).get("Sidik M") is None


def test_one_query_whatever_the_number(sidiq, django_assert_num_queries):
    with django_assert_num_queries(1):
        match_people([f"CC{n:04d}" for n in range(200)])
