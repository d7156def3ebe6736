"""Ids, days of joining and new teams in an import of people (IMP-2, IMP-7)."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from trainingops.imports.people import PEOPLE
from trainingops.imports.testing import run_import
from trainingops.imports.tests.test_people_importer import HEAD, NOW, csv_of
from trainingops.people.models import Team
from trainingops.people.tests.factories import make_agent, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.point("IMP-7")
@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("CC9126;cc0016;;", "login_id", "login_id_used_by_another"),
        ("CC9126;;CC0016;", "acd_id", "acd_id_used_by_another"),
        ("CC9126;;pkuswoyo;", "acd_id", "acd_id_used_by_another"),
        ("pkuswoyo;;;", "employee_no", "employee_no_used_by_another"),
        ("CC9126;CC9127;;", "login_id", "login_id_used_by_another"),
        ("CC9126;ADM01;;", "login_id", "login_id_used_by_account"),
        ("CC 91<21>;;;", "employee_no", "not_an_id"),
        ("CC9126;a b;;", "login_id", "not_an_id"),
        ("CC9126;;00<1>;", "acd_id", "not_an_id"),
    ],
)
def test_an_id_by_which_somebody_else_is_known_or_that_is_none_is_refused(places, row, column, code):
    administrator = make_user("administrator", login="ADM01")
    make_agent(employee_no="CC0016", login_id="pkuswoyo")
    head = "No. Karyawan;ID Login;ID ACD;Email;Nama;Line;Site"
    rows = (f"{row};Siti;Inbound;Jakarta", "CC9127;;;;Budi;Inbound;Jakarta")
    found = run_import(PEOPLE, csv_of(head, *rows), user=administrator, now=NOW)
    assert [(each.column, each.code) for each in found.checked[0].problems] == [(column, code)]
    assert not found.checked[1].is_bad


def test_ids_with_dots_dashes_slashes_and_one_s_own_number_as_log_in_are_taken(administrator, places):
    head = "No. Karyawan;ID Login;ID ACD;Nama;Line;Site"
    found = run_import(
        PEOPLE, csv_of(head, "CC/91-2.6_a;cc/91-2.6_A;00501;Siti;Inbound;Jakarta"), user=administrator, now=NOW
    )
    assert found.counts["new"] == 1


def test_a_mail_address_of_another_row_is_called_a_mail_address(administrator, places):
    rows = ("CC1;a@contoh.id;Siti;Inbound;Jakarta", "CC2;A@contoh.id;Budi;Inbound;Jakarta")
    found = run_import(PEOPLE, csv_of("No. Karyawan;Email;Nama;Line;Site", *rows), user=administrator, now=NOW)
    assert found.checked[1].problems[0].message == "Alamat email ini sudah dipakai CC1. Perbaiki salah satunya."


def test_the_days_of_joining_end_today(administrator, places):
    row = csv_of(HEAD, "CC1;Siti;Inbound;Jakarta;1900-01-02;;;")
    with override("id"):
        found = run_import(PEOPLE, row, user=administrator, now=NOW)
    assert found.checked[0].problems[0].message.endswith("dari 1 Januari 1950 sampai 23 November 2026.")


TEAMS = "No. Karyawan;Nama;Line;Site;Tim;No. Karyawan TL"


@pytest.mark.point("IMP-2")
def test_the_preview_names_the_teams_and_leaders_that_applying_makes(administrator, places):
    rows = ("CC1;Rika;Inbound;Jakarta;;", "CC2;Siti;Inbound;Jakarta;;CC1", "CC3;Budi;Inbound;Jakarta;Malam;")
    found = run_import(PEOPLE, csv_of(TEAMS, *rows), user=administrator, now=NOW, apply=True)
    named = "Tim Rika · Jakarta (Jakarta, Inbound; dipimpin Rika); Malam (Jakarta, Inbound; tanpa pemimpin)"
    assert found.notices == [f"Tim baru akan dibuat: {named}."]
    assert {team.name for team in Team.objects.all()} == {"Tim Rika · Jakarta", "Malam"}
    assert run_import(PEOPLE, csv_of(TEAMS, *rows), user=administrator, now=NOW).notices == []


@pytest.mark.point("IMP-2")
def test_an_agent_of_a_team_becomes_a_leader_only_when_the_answer_says_so(administrator, places):
    first = ("CC1;Rika;Inbound;Jakarta;;", "CC2;Siti;Inbound;Jakarta;;CC1")
    run_import(PEOPLE, csv_of(TEAMS, *first), user=administrator, now=NOW, apply=True)
    wrong = csv_of(TEAMS, "CC3;Budi;Inbound;Jakarta;;CC2")
    found = run_import(PEOPLE, wrong, user=administrator, now=NOW)
    assert [each.name for each in found.open_questions] == ["new_leaders"]
    assert "Siti (CC2)" in str(found.open_questions[0].text)
    no = run_import(PEOPLE, wrong, user=administrator, now=NOW, options={"new_leaders": "no"})
    assert [(each.column, each.code) for each in no.checked[0].problems] == [("leader_no", "leads_no_team")]
    yes = run_import(PEOPLE, wrong, user=administrator, now=NOW, options={"new_leaders": "yes"}, apply=True)
    assert not yes.open_questions and Team.objects.filter(leaders__employee_no="CC2").count() == 1
