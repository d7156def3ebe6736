"""One's own settings, password and language."""

from __future__ import annotations

import pytest
from django.test import Client

from trainingops.people.tests.factories import PASSWORD, grant_role, make_user, sign_in

pytestmark = pytest.mark.django_db

SETTINGS = {"language": "en", "timezone": "Asia/Makassar", "theme": "dark"}


def test_settings_are_saved_and_used_by_the_next_page(client):
    user = make_user("agent")
    sign_in(client, user)
    assert client.post("/account/", SETTINGS).url == "/account/"
    page = client.get("/account/")
    assert page.headers["Content-Language"] == "en"
    assert 'data-bs-theme="dark"' in page.content.decode()
    user.refresh_from_db()
    assert user.timezone == "Asia/Makassar"


def test_settings_refuse_what_is_no_choice(client):
    user = make_user("agent")
    sign_in(client, user)
    response = client.post("/account/", SETTINGS | {"timezone": "Mars/Olympus"})
    assert response.status_code == 422 and "timezone" in response.context["form"].errors
    user.refresh_from_db()
    assert user.language == "id"


def test_account_page_opens_without_any_role_and_costs_the_same_with_three(client, django_assert_max_num_queries):
    user = make_user()
    sign_in(client, user)
    assert client.get("/account/").status_code == 200
    grant_role(user, "agent")
    with django_assert_max_num_queries(12) as one:
        client.get("/account/")
    for _again in range(2):
        grant_role(user, "agent")
    with django_assert_max_num_queries(12) as three:
        client.get("/account/")
    assert len(three) == len(one)


@pytest.mark.parametrize("path", ["/account/", "/account/password/", "/sign-in/again/"])
def test_anonymous_is_asked_to_sign_in(client, path):
    assert client.get(path).url.startswith("/sign-in/?next=")


@pytest.mark.parametrize(
    ("path", "method"), [("/account/", "put"), ("/account/password/", "delete"), ("/language/", "get")]
)
def test_wrong_methods_are_405(client, path, method):
    sign_in(client, make_user("agent"))
    assert getattr(client, method)(path).status_code == 405


def test_changing_the_password_ends_other_sessions(client):
    user = make_user("agent", password=PASSWORD)
    other = Client()
    sign_in(client, user)
    sign_in(other, user)
    new = "kalimat pendek mudah diingat"
    assert client.post("/account/password/", {"password": new, "again": new}).url == "/account/"
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    user.refresh_from_db()
    assert user.check_password(new)


@pytest.mark.parametrize(
    ("password", "again", "field"),
    [("pendek", "pendek", "password"), ("kalimat pendek satu", "kalimat pendek dua", "again"), ("", "", "password")],
)
def test_a_bad_password_is_refused_by_name_and_nothing_is_written(client, password, again, field):
    user = make_user("agent", password=PASSWORD)
    sign_in(client, user)
    response = client.post("/account/password/", {"password": password, "again": again})
    assert response.status_code == 422 and field in response.context["form"].errors
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_visitor_chooses_the_language_by_post(client):
    response = client.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert response.url == "/sign-in/"
    assert client.get("/sign-in/").headers["Content-Language"] == "en"


def test_the_language_of_somebody_signed_in_becomes_their_setting(client):
    user = make_user("agent")
    sign_in(client, user)
    client.post("/language/", {"language": "en", "next": "/account/"})
    user.refresh_from_db()
    assert user.language == "en"
