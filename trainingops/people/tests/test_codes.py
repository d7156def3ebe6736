"""One-time codes: by whom, for whom, once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused
from trainingops.people.enums import CodePurpose
from trainingops.people.models import Delegation, SignInCode, User
from trainingops.people.services import CODE_ATTEMPTS, issue_codes, issue_sign_in_code, redeem_sign_in_code
from trainingops.people.services.codes import ALPHABET
from trainingops.people.tests.factories import PASSWORD, TeamFactory, grant_role, make_agent, make_user

pytestmark = pytest.mark.django_db

NEW = "kalimat pendek mudah diingat"


def issue(user: User, actor: User | None = None) -> str:
    _code, plain = issue_sign_in_code(
        user=user, purpose=CodePurpose.RESET, actor=actor or make_user("administrator"), now=timezone.now()
    )
    return plain


def redeem(user: User, code: str, password: str = NEW) -> User:
    return redeem_sign_in_code(login=user.login, code=code, password=password, now=timezone.now())


# --- Issuing -----------------------------------------------------------------------------------------------


def test_a_code_has_eight_characters_without_look_alikes_and_only_its_hash_is_kept():
    user = make_user("agent")
    plain = issue(user)
    row = SignInCode.objects.get()
    assert len(plain) == 8 and set(plain) <= set(ALPHABET)
    assert not set("0O1IL5S2Z8B") & set(ALPHABET)
    assert plain not in row.code_hash
    assert all(plain not in entry.text for entry in Entry.objects.all())


def test_a_new_code_replaces_the_earlier_one():
    user = make_user("agent")
    first, second = issue(user), issue(user)
    with pytest.raises(Refused):
        redeem(user, first)
    assert redeem(user, second).check_password(NEW)


@pytest.mark.parametrize("role", ["trainer", "team_leader"])
def test_trainers_and_team_leaders_issue_within_their_scope_only(role):
    team = TeamFactory()
    actor = make_user(role, teams=[team])
    inside, outside = make_agent(team=team, with_user=True), make_agent(team=TeamFactory(), with_user=True)
    assert issue(inside.user, actor)
    with pytest.raises(NotAllowed):
        issue(outside.user, actor)


def test_a_team_leader_cannot_become_somebody_who_may_do_more():
    team = TeamFactory()
    person = make_agent(team=team, with_user=True)
    grant_role(person.user, "manager")
    with pytest.raises(NotAllowed):
        issue(person.user, make_user("team_leader", teams=[team]))


@pytest.mark.parametrize("role", ["manager", "qc", "agent", "auditor"])
def test_other_roles_issue_no_codes(role):
    with pytest.raises(NotAllowed):
        issue(make_agent(with_user=True).user, make_user(role))


def test_no_code_for_a_closed_account():
    user = make_user("agent", is_active=False)
    with pytest.raises(Refused):
        issue(user)


def test_codes_for_a_class_open_missing_accounts_all_or_none():
    team = TeamFactory()
    actor = make_user("team_leader", teams=[team])
    people = [make_agent(team=team), make_agent(team=team, with_user=True)]
    slips = issue_codes(people=people, actor=actor, now=timezone.now())
    assert [slip.user.person for slip in slips] == people
    with pytest.raises(NotAllowed):
        issue_codes(people=[make_agent(team=team), make_agent()], actor=actor, now=timezone.now())
    assert User.objects.filter(person__isnull=False).count() == 2


@pytest.mark.parametrize("number", [1, 5])
def test_codes_for_a_class_cost_the_same_whatever_its_size(number, django_assert_max_num_queries):
    team = TeamFactory()
    actor = make_user("trainer", teams=[team])
    people = [make_agent(team=team) for _each in range(number)]
    with django_assert_max_num_queries(20):  # five of them savepoints
        assert len(issue_codes(people=people, actor=actor, now=timezone.now())) == number


def test_a_delegate_of_a_manager_is_more_than_an_agent():
    team = TeamFactory()
    person = make_agent(team=team, with_user=True)
    today = timezone.localdate()
    Delegation.objects.create(principal=make_user("manager"), delegate=person.user, starts_on=today, ends_on=today)
    with pytest.raises(NotAllowed):
        issue(person.user, make_user("team_leader", teams=[team]))


# --- Redeeming ---------------------------------------------------------------------------------------------


def test_a_code_works_once_however_it_is_typed():
    user = make_user("agent")
    plain = issue(user)
    assert redeem(user, f" {plain[:4].lower()}-{plain[4:]} ").check_password(NEW)
    with pytest.raises(Refused):
        redeem(user, plain)


def test_a_code_expires_after_72_hours():
    user = make_user("agent")
    plain = issue(user)
    with time_machine.travel(timezone.now() + timedelta(hours=73)), pytest.raises(Refused):
        redeem(user, plain)


def test_five_wrong_attempts_end_a_code():
    user = make_user("agent")
    plain = issue(user)
    for _attempt in range(CODE_ATTEMPTS):
        with pytest.raises(Refused):
            redeem(user, "AAAAAAAA")
    with pytest.raises(Refused):
        redeem(user, plain)
    assert SignInCode.objects.get().attempts == CODE_ATTEMPTS


def test_a_weak_password_does_not_use_the_code_up():
    user = make_user("agent")
    plain = issue(user)
    with pytest.raises(ValidationError):
        redeem(user, plain, "pendek")
    assert redeem(user, plain)


def test_every_refusal_says_the_same():
    user = make_user("agent")
    issue(user)
    messages = set()
    for login in (user.login, "CC9999", ""):
        with pytest.raises(Refused) as refused:
            redeem_sign_in_code(login=login, code="AAAAAAAA", password=NEW, now=timezone.now())
        messages.add(str(refused.value))
    assert len(messages) == 1


def test_a_code_used_twice_at_once_works_once(committed_db):
    user = make_user("agent")
    plain = issue(user)
    results: list[str] = []
    barrier = threading.Barrier(2)

    def use(password: str) -> None:
        barrier.wait()
        try:
            redeem(user, plain, password)
            results.append("used")
        except Refused:
            results.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=(f"{NEW} {number}",)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["refused", "used"]


# --- Pages -------------------------------------------------------------------------------------------------


def test_first_sign_in_with_a_code_sets_the_password_and_leads_back(client):
    user = make_user("agent")
    data = {"login": user.login.lower(), "code": issue(user), "password": NEW, "again": NEW, "next": "/account/"}
    assert client.post("/sign-in/code/", data).url == "/account/"
    assert client.get("/account/").status_code == 200
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"login": ""}, "login"),
        ({"code": ""}, "code"),
        ({"code": "AAAAAAAA"}, "code"),
        ({"password": "pendek", "again": "pendek"}, "password"),
        ({"again": "sesuatu yang lain"}, "again"),
    ],
)
def test_the_code_page_names_the_field(client, change, field):
    user = make_user("agent", password=PASSWORD)
    data = {"login": user.login, "code": issue(user), "password": NEW, "again": NEW} | change
    response = client.post("/sign-in/code/", data)
    assert response.status_code == 422 and field in response.context["form"].errors
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_the_code_page_is_throttled_by_account(client):
    user = make_user("agent")
    data = {"login": user.login, "code": "AAAAAAAA", "password": NEW, "again": NEW}
    for _attempt in range(9):
        client.post("/sign-in/code/", data)
    plain = issue(user)
    assert client.post("/sign-in/code/", data | {"code": plain}).status_code == 422
    assert redeem(user, plain)


def test_a_team_leader_prints_slips_for_the_team(client):
    team = TeamFactory()
    people = [make_agent(team=team) for _each in range(3)]
    other = make_agent()
    client.force_login(make_user("team_leader", teams=[team]))
    page = client.get(f"/people/codes/?team={team.code}").content.decode()
    assert all(person.name in page for person in people) and other.name not in page
    chosen = [str(person.uuid) for person in people[:2]]
    response = client.post(f"/people/codes/?team={team.code}", {"people": chosen})
    slips = response.context["slips"]
    assert len(slips) == 2 and all(slip.grouped in response.content.decode() for slip in slips)
    assert "no-store" in response.headers["Cache-Control"]
    refused = client.post(f"/people/codes/?team={team.code}", {"people": [str(other.uuid)]})
    assert "people" in refused.context["form"].errors
    nobody = client.post(f"/people/codes/?team={team.code}", {})
    assert "people" in nobody.context["form"].errors


def test_one_person_gets_a_code_from_their_page(client):
    person = make_agent()
    client.force_login(make_user("administrator"))
    response = client.post(f"/people/codes/?person={person.uuid}", {"people": [str(person.uuid)]})
    assert [slip.user.person for slip in response.context["slips"]] == [person]
    assert client.get("/people/codes/?person=entah").status_code == 200


def test_an_administrator_gives_an_account_a_code(client):
    user = make_user("client")
    client.force_login(make_user("administrator"))
    response = client.post(f"/accounts/{user.uuid}/code/")
    assert response.context["slips"][0].user == user
