"""The pages about people, accounts, roles and places."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from trainingops.domain import Refused
from trainingops.imports.people import PEOPLE
from trainingops.imports.testing import run_import
from trainingops.people.models import PersonAssignment, RoleAssignment, Site, Team, User
from trainingops.people.services import grant_role
from trainingops.people.tests.factories import (
    PersonFactory,
    ServiceLineFactory,
    SiteFactory,
    TeamFactory,
    make_agent,
    make_user,
    sign_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = make_user("administrator")
    client.force_login(user)
    return user


# --- People ------------------------------------------------------------------------------------------------


def names(response) -> set[str]:
    return {row.record.name for row in response.context["table"].page.object_list}


def test_the_list_filters_by_place_employment_and_words(client, administrator):
    team = TeamFactory()
    here = make_agent(team=team, name="Siti Rahma", acd_id="00501")
    make_agent(name="Budi Santoso", employment="on_leave")
    PersonFactory(name="Tanpa Tempat")
    assert names(client.get("/people/")) == {"Siti Rahma", "Budi Santoso", "Tanpa Tempat"}
    for query in (f"site={team.site_id}", f"line={team.line_id}", f"team={team.pk}", "q=rahma+00501"):
        assert names(client.get(f"/people/?{query}")) == {here.name}, query
    assert names(client.get("/people/?employment=on_leave")) == {"Budi Santoso"}
    page = client.get("/people/?q=entah")
    assert "table" in page.context
    for words in ("Semua situs", "Semua layanan", "Semua tim", "Semua status"):
        assert f">{words}<" in page.content.decode()


def test_the_list_shows_only_the_scope(client):
    team = TeamFactory()
    mine = make_agent(team=team)
    make_agent()
    client.force_login(make_user("team_leader", teams=[team]))
    assert names(client.get("/people/")) == {mine.name}


@pytest.mark.point("EXP-1")
@pytest.mark.point("IMP-6")
def test_the_download_is_what_is_filtered_and_imports_again_without_a_change(client, administrator):
    team = TeamFactory()
    leader = make_agent(site=team.site, line=team.line, name="Rika", employee_no="CC0011")
    team.leaders.add(leader)
    make_agent(team=team, name="=Siti", employee_no="CC0101", acd_id="00501", email="siti@contoh.id")
    make_agent(name="Budi")
    response = client.get(f"/people/download/?team={team.pk}")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == ["CC0101"]
    assert rows[1][1] == "'=Siti" and rows[1][3] == "00501" and rows[1][5] == "CC0011"
    whole = client.get("/people/download/").content
    found = run_import(PEOPLE, whole, user=administrator, now=timezone.now())
    assert found.counts == {"new": 0, "changed": 0, "same": 3, "bad": 0}, [
        c.problems + c.changes for c in found.checked
    ]


def test_a_person_shows_where_they_were_when(client, administrator):
    person = make_agent()
    first = person.assignments.get()
    first.ends_on = date(2025, 12, 31)
    first.save()
    second = PersonAssignment.objects.create(
        person=person, site=SiteFactory(name="Makassar"), line=first.line, starts_on=date(2026, 1, 1)
    )
    page = client.get(f"/people/{person.uuid}/").content.decode()
    assert page.index("Makassar") < page.index(first.site.name)
    assert second.site.name in page


def test_somebody_outside_the_scope_is_404_and_oneself_is_not(client):
    person, other = make_agent(with_user=True), make_agent()
    client.force_login(person.user)
    assert client.get(f"/people/{person.uuid}/").status_code == 200
    assert client.get(f"/people/{other.uuid}/").status_code == 404
    assert client.get("/people/").status_code == 403


def test_opening_an_account_makes_an_agent_who_must_use_a_code(client, administrator):
    person = make_agent(site=SiteFactory(timezone="Asia/Makassar"), email="siti@contoh.id")
    response = client.post(f"/people/{person.uuid}/account/")
    user = User.objects.get(person=person)
    assert response.url == f"/accounts/{user.uuid}/"
    assert (user.login, user.timezone, user.must_set_password) == (person.employee_no, "Asia/Makassar", True)
    assert not user.has_usable_password() and user.authority.role_names == {"agent"}
    client.post(f"/people/{person.uuid}/account/")
    assert User.objects.filter(person=person).count() == 1


def test_no_account_for_a_leaver_and_none_with_a_mail_that_is_taken(client, administrator):
    left = make_agent(employment="left")
    assert client.post(f"/people/{left.uuid}/account/").status_code == 409
    make_user("agent", email="siti@contoh.id")
    twin = make_agent(email="Siti@contoh.id")
    assert client.post(f"/people/{twin.uuid}/account/").status_code == 409
    assert not User.objects.filter(person__isnull=False).exists()


# --- Accounts and roles ------------------------------------------------------------------------------------


def test_a_role_is_granted_with_scope_and_period_and_ended(client, administrator):
    user, site = make_user(), SiteFactory()
    today = timezone.localdate()
    data = {"role": "qc", "sites": [site.pk], "starts_on": today - timedelta(days=3), "ends_on": ""}
    assert client.post(f"/accounts/{user.uuid}/roles/", data).status_code == 302
    role = RoleAssignment.objects.get(user=user)
    assert (role.role, list(role.sites.all()), role.ends_on) == ("qc", [site], None)
    assert client.post(f"/roles/{role.uuid}/end/").status_code == 302
    role.refresh_from_db()
    assert role.ends_on == today - timedelta(days=1)
    client.post(f"/roles/{role.uuid}/end/")
    role.refresh_from_db()
    assert role.ends_on == today - timedelta(days=1)


def test_a_role_that_began_today_is_taken_back(client, administrator):
    user = make_user()
    client.post(f"/accounts/{user.uuid}/roles/", {"role": "qc", "starts_on": timezone.localdate()})
    client.post(f"/roles/{RoleAssignment.objects.get(user=user).uuid}/end/")
    assert not RoleAssignment.objects.filter(user=user).exists()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"role": "", "starts_on": "2026-01-01"}, "role"),
        ({"role": "qc", "starts_on": "2026-02-30"}, "starts_on"),
        ({"role": "qc", "starts_on": "2026-02-02", "ends_on": "2026-02-01"}, "ends_on"),
        ({"role": "team_leader", "starts_on": "2026-02-02"}, "teams"),
    ],
)
def test_a_bad_role_is_refused_at_its_field(client, administrator, data, field):
    user = make_user()
    response = client.post(f"/accounts/{user.uuid}/roles/", data)
    assert response.status_code == 422 and field in response.context["form"].errors
    assert not RoleAssignment.objects.filter(user=user).exists()


def test_the_last_administrator_keeps_the_role_and_the_own_account_stays_open(client, administrator):
    role = RoleAssignment.objects.get(user=administrator)
    client.post(f"/roles/{role.uuid}/end/")
    role.refresh_from_db()
    assert role.ends_on is None
    assert client.post(f"/accounts/{administrator.uuid}/close/").status_code == 409
    administrator.refresh_from_db()
    assert administrator.is_active


def test_closing_an_account_ends_its_sessions(client, administrator, db):
    user = make_user("qc")
    other = type(client)()
    other.force_login(user)
    assert client.post(f"/accounts/{user.uuid}/close/").status_code == 302
    assert other.get("/account/").status_code == 302


def test_an_outsider_gets_an_account_with_one_role(client, administrator):
    data = {"login": "klien01", "name": "Klien", "email": "", "role": "client"}
    client.post("/accounts/new/", data)
    user = User.objects.get(login="KLIEN01")
    assert user.authority.role_names == {"client"} and user.person is None
    again = client.post("/accounts/new/", data)
    assert "login" in again.context["form"].errors
    assert "role" in client.post("/accounts/new/", data | {"role": "administrator"}).context["form"].errors


@pytest.mark.parametrize("login", ["CC0016", "pkuswoyo", "KLIEN 01", "KLIEN<1>"])
def test_the_sign_in_name_of_an_outsider_is_an_id_and_nobody_else_s(client, administrator, login):
    make_agent(employee_no="CC0016", login_id="PKUSWOYO")
    page = client.post("/accounts/new/", {"login": login, "name": "Klien", "email": "", "role": "client"})
    assert login in page.context["form"].errors["login"][0].replace("&lt;", "<")
    assert not User.objects.filter(name="Klien").exists()


# --- Places ------------------------------------------------------------------------------------------------


def test_places_are_added_and_shown(client, administrator):
    assert client.get("/teams/").status_code == 200
    assert client.post("/teams/new/site/", {"name": "Ambon", "timezone": "Asia/Jayapura"}).url == "/teams/"
    assert client.post("/teams/new/line/", {"name": "Prioritas", "channel": "inbound"}).url == "/teams/"
    leader = make_agent(employee_no="CC0011", name="Rika Winarsih")
    site, line = Site.objects.get(name="Ambon"), make_agent().assignments.get().line
    data = {"name": "Tim Rika", "site": site.pk, "line": line.pk, "leader": "cc0011"}
    assert client.post("/teams/new/team/", data).url == "/teams/"
    assert Team.objects.get(name="Tim Rika").leaders.get() == leader
    page = client.get("/teams/").content.decode()
    assert "Tim Rika" in page and "Rika Winarsih" in page and "WIT" in page


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("site", {"name": "Jakarta", "timezone": "Asia/Jakarta"}, "name"),
        ("site", {"name": "", "timezone": "Asia/Jakarta"}, "name"),
        ("line", {"name": "inbound", "channel": "inbound"}, "name"),
        ("team", {"name": "X", "site": "", "line": ""}, "site"),
        ("team", {"name": "X", "leader": "CC9999"}, "leader"),
    ],
)
def test_a_bad_place_is_refused_at_its_field(client, administrator, kind, data, field):
    SiteFactory(name="Jakarta")
    ServiceLineFactory(name="Inbound")
    response = client.post(f"/teams/new/{kind}/", data)
    assert response.status_code == 422 and field in response.context["form"].errors


def test_an_unknown_kind_of_place_is_404(client, administrator):
    assert client.get("/teams/new/entah/").status_code == 404


# --- Who may, and what it costs ----------------------------------------------------------------------------

PAGES = ["/people/", "/people/download/", "/people/codes/", "/accounts/", "/accounts/new/", "/teams/"]


@pytest.mark.parametrize("path", [*PAGES, "/teams/new/team/"])
def test_anonymous_is_asked_to_sign_in_and_agents_are_refused(client, path):
    assert client.get(path).status_code == 302
    client.force_login(make_user("agent"))
    assert client.get(path).status_code == 403


def test_only_administrators_manage_accounts(client):
    user, person = make_user("agent"), make_agent()
    client.force_login(make_user("manager", "trainer"))
    assert client.get(f"/accounts/{user.uuid}/").status_code == 403
    for path in (f"/accounts/{user.uuid}/close/", f"/accounts/{user.uuid}/code/", f"/people/{person.uuid}/account/"):
        assert client.post(path).status_code == 403


def test_what_does_not_exist_is_404(client, administrator):
    nobody = "00000000-0000-0000-0000-000000000000"
    assert client.get(f"/people/{nobody}/").status_code == 404
    assert client.get(f"/accounts/{nobody}/").status_code == 404
    for path in (f"/people/{nobody}/account/", f"/accounts/{nobody}/close/", f"/roles/{nobody}/end/"):
        assert client.post(path).status_code == 404


def test_wrong_methods_are_405(client, administrator):
    person = make_agent()
    assert client.post("/people/").status_code == 405
    assert client.get(f"/people/{person.uuid}/account/").status_code == 405
    assert client.get(f"/accounts/{administrator.uuid}/close/").status_code == 405
    assert client.get(f"/roles/{RoleAssignment.objects.get(user=administrator).uuid}/end/").status_code == 405
    assert client.delete("/teams/new/team/").status_code == 405


@pytest.mark.parametrize("path", PAGES)
def test_lists_cost_the_same_with_one_and_three_rows(client, administrator, path, django_assert_max_num_queries):
    def one_more():
        team = TeamFactory()
        team.leaders.add(make_agent(team=team, with_user=True))

    one_more()
    with django_assert_max_num_queries(12) as one:
        assert client.get(path).status_code == 200
    one_more()
    one_more()
    with django_assert_max_num_queries(12) as three:
        client.get(path)
    assert len(one) == len(three)


def test_a_person_and_an_account_cost_the_same_with_one_and_three_rows(
    client, administrator, django_assert_max_num_queries
):
    person = make_agent(with_user=True)
    paths = [f"/people/{person.uuid}/", f"/accounts/{person.user.uuid}/", f"/accounts/{person.user.uuid}/roles/"]
    counts = []
    for path in paths:
        with django_assert_max_num_queries(12) as one:
            client.get(path)
        counts.append(len(one))
    place = person.assignments.get()
    PersonAssignment.objects.filter(pk=place.pk).update(ends_on=date(2020, 1, 31))
    for month in (3, 5):
        PersonAssignment.objects.create(
            person=person, site=place.site, line=place.line, starts_on=date(2020, month, 1),
            ends_on=date(2020, month, 20),
        )  # fmt: skip
        make_user()
        RoleAssignment.objects.create(user=person.user, role="qc", starts_on=date(2020, month, 1))
    for path, before in zip(paths, counts, strict=True):
        with django_assert_max_num_queries(12) as three:
            client.get(path)
        assert len(three) == before


def test_nobody_is_ticked_beforehand_for_a_code_unless_the_address_names_them(client):
    """A code replaces the one somebody may hold: a whole team gets codes only when somebody ticks it."""
    team = TeamFactory()
    agent = make_agent(team=team, with_user=True)
    sign_in(client, make_user("administrator"))
    page = client.get(reverse("people_codes"), {"team": team.code}).content.decode()
    assert agent.name in page and "checked" not in page
    page = client.get(reverse("people_codes"), {"person": agent.uuid}).content.decode()
    assert page.count("checked") == 1


def test_a_role_wholly_in_the_past_is_refused_with_its_last_day():
    """DESIGN.md §1: a role is a right from now on; nobody is made auditor of a time that is over."""
    period = {"starts_on": date(2000, 1, 1), "ends_on": date(2000, 2, 1)}
    now = datetime(2026, 11, 23, 3, tzinfo=UTC)
    admin = make_user("administrator")
    with pytest.raises(Refused, match="1 Februari 2000") as refused:
        grant_role(user=make_user(), role="auditor", **period, actor=admin, now=now)
    assert (refused.value.field, refused.value.code) == ("ends_on", "over")
    assert not RoleAssignment.objects.filter(role="auditor").exists()


def test_a_role_is_held_once_with_one_scope_at_a_time():
    """Four equal grants would have to be ended four times; another scope, or a later time, is another grant."""
    now = datetime(2026, 11, 23, 3, tzinfo=UTC)
    admin, user, site = make_user("administrator"), make_user(), SiteFactory()
    asked = {"user": user, "role": "auditor", "actor": admin, "now": now}
    grant_role(**asked, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 31), sites=[site])
    for start, end in (((2026, 12, 1), (2026, 12, 31)), ((2026, 12, 31), None), ((2026, 11, 1), (2027, 1, 1))):
        with pytest.raises(Refused, match="31 Desember 2026") as refused:
            grant_role(**asked, starts_on=date(*start), ends_on=end and date(*end), sites=[site])
        assert (refused.value.field, refused.value.code) == ("starts_on", "held_already")
    grant_role(**asked, starts_on=date(2026, 12, 1), sites=[site, SiteFactory()])
    grant_role(**asked, starts_on=date(2027, 1, 1), sites=[site])
    with pytest.raises(Refused, match="Akhiri") as refused:
        grant_role(**asked, starts_on=date(2028, 1, 1), sites=[site])
    assert refused.value.field == "role"
    assert user.role_assignments.count() == 3


def test_doubles_of_before_become_one_grant_of_the_whole_time():
    user, site = make_user(), SiteFactory()
    periods = [((2026, 1, 1), (2026, 3, 31)), ((2026, 3, 1), None), ((2026, 4, 1), (2026, 5, 1))]
    for start, end in periods:
        RoleAssignment.objects.create(
            user=user, role="qc", starts_on=date(*start), ends_on=end and date(*end)
        ).sites.add(site)
    RoleAssignment.objects.create(user=user, role="qc", starts_on=date(2026, 1, 1))
    import_module("trainingops.people.migrations.0006_roles_once").join_doubles(apps, None)
    whole, everywhere = user.role_assignments.order_by("pk")
    assert (whole.starts_on, whole.ends_on, list(whole.sites.all())) == (date(2026, 1, 1), None, [site])
    assert not everywhere.places


def test_closing_ones_own_account_says_the_true_reason(client):
    """EMP-1: the refusal is told as it is, not as a change in between."""
    admin = make_user("administrator")
    client.force_login(admin)
    answer = client.post(reverse("account_close", args=[admin.uuid]), follow=True)
    assert "Anda tidak dapat menutup akun sendiri" in answer.content.decode()
    admin.refresh_from_db()
    assert admin.is_active
