"""The roster of a month: who sees whom, how many queries, and its download (5.1.1 f, EXP-1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from trainingops.imports.roster import ROSTER
from trainingops.imports.testing import run_import
from trainingops.people.enums import Role, ShiftKind
from trainingops.people.models import RosterDay, ShiftCode
from trainingops.people.services import RosterRow, RosterSlot, ShiftEntry, save_roster
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_agent, make_user

pytestmark = [pytest.mark.clause("5.1.1 f"), pytest.mark.django_db]
MONTH = date(2026, 11, 1)
NOW = datetime(2026, 11, 1, 3, tzinfo=UTC)


@pytest.fixture
def place():
    return SiteFactory(), ServiceLineFactory()


@pytest.fixture
def keeper(place):
    return make_user(Role.OPERATIONS, site=place[0], line=place[1])


def rostered(place, keeper, count, code="OFF"):
    off = ShiftEntry(code, "Libur", ShiftKind.OFF)
    people = [make_agent(*place) for _ in range(count)]
    days = {MONTH + timedelta(days=step): RosterSlot(off) for step in range(30)}
    rows = [RosterRow(person, place[0].pk, place[1].pk, days) for person in people]
    save_roster(rows=rows, actor=keeper, now=NOW)
    return people


def test_shows_the_codes_of_my_people_only(client, place, keeper):
    (mine,) = rostered(place, keeper, 1)
    other = make_agent()
    RosterDay.objects.create(person=other, day=MONTH, code=ShiftCode.objects.get())
    client.force_login(keeper)
    page = client.get(reverse("roster"), {"month": "2026-11"})
    assert mine.name in page.content.decode() and other.name not in page.content.decode()


def test_without_a_roster_says_that_everybody_is_assumed_on_shift(client, keeper):
    keeper.language = "en"
    keeper.save()
    client.force_login(keeper)
    assert "assumed to be on shift" in client.get(reverse("roster")).content.decode()


def test_agents_may_not_and_strangers_log_in_and_nobody_posts(client, keeper):
    assert client.get(reverse("roster")).status_code == 302
    client.force_login(keeper)
    assert client.post(reverse("roster")).status_code == 405
    client.force_login(make_user(Role.AGENT))
    assert client.get(reverse("roster")).status_code == 403
    assert client.get(reverse("roster_download")).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_reads_the_same_number_of_queries_for_one_person_and_for_many(
    client, place, keeper, count, django_assert_max_num_queries
):
    rostered(place, keeper, count)
    client.force_login(keeper)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("roster"), {"month": "2026-11"}).status_code == 200


@pytest.mark.point("EXP-1")
def test_the_download_imports_again_and_changes_nothing(client, place, keeper):
    rostered(place, keeper, 2)
    client.force_login(keeper)
    file = client.get(reverse("roster_download"), {"month": "2026-11"}).content
    found = run_import(ROSTER, file, user=keeper, now=NOW)
    assert found.counts == {"new": 0, "changed": 0, "same": 2, "bad": 0}
    assert not found.open_questions
