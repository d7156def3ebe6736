"""Signing in: by employee number or mail, back to where one was, throttled by account, with a fresh log-in to sign."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from trainingops.audit.models import AccessEvent
from trainingops.people.sign_in import FAILURES_FROM_ADDRESS, authenticated_at
from trainingops.people.tests.factories import PASSWORD, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_user("manager", login="CC0011", email="rika@cc.example", password=PASSWORD)


def post_sign_in(client, login="CC0011", password=PASSWORD, next_url="/account/", **extra):
    return client.post("/sign-in/", {"login": login, "password": password, "next": next_url}, **extra)


@pytest.mark.parametrize("login", ["CC0011", "cc0011", " CC0011 ", "rika@cc.example", "Rika@CC.example"])
def test_signs_in_by_employee_number_or_mail_and_returns_to_where_one_was(client, user, login):
    response = post_sign_in(client, login, next_url="/account/?a=1")
    assert response.status_code == 302 and response.url == "/account/?a=1"
    assert client.get("/account/").status_code == 200
    assert AccessEvent.objects.filter(kind="sign_in", user=user.uuid).count() == 1


def test_never_leaves_the_site_after_signing_in(client, user):
    assert post_sign_in(client, next_url="//evil.example/").url == "/"
    assert client.get("/sign-in/?next=//evil.example/").url == "/"


def test_the_page_of_an_anonymous_visitor_asks_to_sign_in_and_keeps_the_address(client):
    response = client.get("/account/?x=1")
    assert response.url == "/sign-in/?next=%2Faccount%2F%3Fx%3D1"
    page = client.get(response.url)
    assert page.status_code == 200
    assert 'name="next" value="/account/?x=1"' in page.content.decode()
    assert 'autocomplete="username"' in page.content.decode()


def test_without_an_address_to_return_to_the_home_page_opens(client, user):
    assert client.post("/sign-in/", {"login": user.login, "password": PASSWORD}).url == "/"
    assert client.get("/").status_code == 200


def test_a_wrong_password_says_so_without_saying_who_has_an_account(client, user):
    known = post_sign_in(client, password="salah-salah").content.decode()
    unknown = post_sign_in(client, login="CC9999", password="salah-salah").content.decode()
    message = "Kesalahan:"
    assert "errors" in known and "errors" in unknown
    assert message in known or "Error:" in known
    failed = AccessEvent.objects.filter(kind="sign_in_failed")
    assert sorted(str(event.subject) for event in failed) == sorted([str(user.uuid), "None"])
    assert all("salah" not in str(event.data) for event in failed)


def test_blank_fields_are_named(client, user):
    response = post_sign_in(client, login="", password="")
    assert {"login", "password"} <= set(response.context["form"].errors)


def test_throttles_the_account_for_an_address_but_not_the_class_behind_it(client, user):
    other = make_user("agent", login="CC0500", password=PASSWORD)
    for _attempt in range(FAILURES_FROM_ADDRESS):
        post_sign_in(client, password="salah-salah")
    refused = post_sign_in(client)
    assert refused.status_code == 422 and "_auth_user_id" not in client.session
    assert post_sign_in(Client(), login=other.login).status_code == 302
    assert post_sign_in(Client(), REMOTE_ADDR="10.1.1.1").status_code == 302
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert post_sign_in(Client()).status_code == 302


def test_sixty_people_sign_in_from_one_address_within_a_minute(user):
    for number in range(60):
        failing = Client()
        assert post_sign_in(failing, login=f"CC{number + 5000}", password="salah-salah").status_code == 422
    assert post_sign_in(Client()).status_code == 302


def test_a_closed_account_does_not_sign_in(client, user):
    user.is_active = False
    user.save()
    response = post_sign_in(client)
    assert response.url == "/sign-in/closed/"
    assert client.get(response.url).status_code == 200
    assert "_auth_user_id" not in client.session


def test_signing_out_asks_on_get_and_acts_on_post(client, user):
    sign_in(client, user)
    assert client.get("/sign-out/").status_code == 200
    assert client.post("/sign-out/").url == "/sign-in/"
    assert "_auth_user_id" not in client.session
    assert client.post("/sign-out/").url == "/sign-in/"


@pytest.mark.parametrize(
    "name", ["account_signup", "account_email", "account_reset_password", "mfa_index", "account_change_password"]
)
def test_what_we_do_not_offer_has_no_address(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


# --- Fresh log-in ------------------------------------------------------------------------------------------


def request_of(client, user):
    request = RequestFactory().get("/")
    request.session, request.user = client.session, user
    return request


def test_somebody_who_signed_in_moments_ago_is_not_asked_again(client, user):
    post_sign_in(client)
    assert authenticated_at(request_of(client, user)) is not None
    assert client.get("/account/password/").status_code == 200


def test_after_15_minutes_the_password_is_asked_and_then_the_page_opens(client, user):
    post_sign_in(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert authenticated_at(request_of(client, user)) is None
        response = client.get("/account/password/")
        assert response.url == "/sign-in/again/?next=%2Faccount%2Fpassword%2F"
        assert client.get(response.url).status_code == 200
        wrong = client.post("/sign-in/again/", {"password": "salah-salah", "next": "/account/password/"})
        assert wrong.status_code == 422 and "password" in wrong.context["form"].errors
        right = client.post("/sign-in/again/", {"password": PASSWORD, "next": "/account/password/"})
        assert right.url == "/account/password/"
        assert client.get("/account/password/").status_code == 200


def test_a_session_of_somebody_else_is_never_fresh(client, user):
    sign_in(client, user)
    assert authenticated_at(request_of(client, make_user("manager"))) is None


def test_the_helper_of_other_rooms_makes_fresh_and_stale_sessions(client, user):
    sign_in(client, user)
    assert authenticated_at(request_of(client, user)) is not None
    sign_in(client, user, minutes_ago=16)
    assert authenticated_at(request_of(client, user)) is None


def test_the_limit_of_an_address_holds_for_all_processes_together(client, user, settings):
    """What one process counted stands in the database, where the next one reads it."""
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    for _attempt in range(2):
        assert post_sign_in(client, password="salah-salah").status_code == 422
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM trainingops_counters WHERE cache_key LIKE %s", ["%login%"])
        assert cursor.fetchone()[0]
        assert post_sign_in(client, REMOTE_ADDR="127.0.0.1").status_code == 429
        cursor.execute("DELETE FROM trainingops_counters")  # as another process would see it: nothing is kept beside
    assert post_sign_in(client).status_code == 302


def test_a_sign_in_takes_few_queries_although_its_counters_stand_in_the_database(client, user):
    """Wrong, right and on the account's page: each counter is written by one statement."""
    for password, status in (("salah-salah", 422), (PASSWORD, 302)):
        with CaptureQueriesContext(connection) as found:
            assert post_sign_in(client, password=password).status_code == status
        asked = [each["sql"] for each in found if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))]
        assert len(asked) <= 23, "\n".join(each[:120] for each in asked)


def test_a_counter_is_added_once_until_it_is_over_and_what_is_over_goes():
    with time_machine.travel("2026-11-23 03:00:00+00:00", tick=False) as clock:
        assert cache.add("one", 1, timeout=10) and not cache.add("one", 2, timeout=10)
        assert cache.get("one") == 1
        cache.set("one", [3], timeout=20)
        assert cache.get("one") == [3]
        clock.shift(30)
        assert cache.get("one") is None and cache.add("one", 4, timeout=10)
        cache.set("two", 2, timeout=1)
        clock.shift(30)
        cache.set("three", 3, timeout=None)
        assert cache.touch("three", timeout=60) and cache.get("three") == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM trainingops_counters WHERE cache_key ~ '(one|two)$'")
        assert cursor.fetchone() == (0,)
