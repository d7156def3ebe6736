"""Deny by default: every address has a rule, every rule an address, and the gate keeps both (DESIGN.md §1)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from trainingops.access import ACCESS
from trainingops.people.access import Rule
from trainingops.people.enums import Role
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.django_db

SAMPLES = {"uuid": UUID(int=0), "slug": "x", "int": 1, "string": "x", "path": "x"}


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from patterns(each)
        else:
            yield each


ALL = list(patterns(get_resolver()))
NAMES = sorted(str(pattern.name) for pattern in ALL)


def address(name: str) -> str:
    """An address of this name; what it points at need not exist: the gate comes first."""
    pattern = next(each for each in ALL if each.name == name)

    kinds = {
        key: type(converter).__name__.removesuffix("Converter").lower()
        for key, converter in pattern.pattern.converters.items()
    }
    return reverse(name, kwargs={key: SAMPLES.get(kind, "x") for key, kind in kinds.items()})


def test_every_address_has_a_name_and_every_name_one_address():
    assert "None" not in NAMES
    assert sorted(set(NAMES)) == NAMES


def test_every_address_has_a_rule_and_every_rule_an_address():
    assert set(NAMES) == set(ACCESS)


def test_rules_name_roles_that_exist_and_let_somebody_in():
    for name, rule in ACCESS.items():
        assert rule.methods, name
        assert not rule.roles or rule.roles <= set(Role.values), name


@pytest.mark.parametrize("name", [name for name, rule in ACCESS.items() if rule.roles is not None])
def test_anonymous_visitors_are_asked_to_sign_in(client, name):
    method = "GET" if "GET" in ACCESS[name].methods else "POST"
    response = client.generic(method, address(name))
    assert response.status_code == 302 and response.url.startswith("/sign-in/?next=")


@pytest.mark.usefixtures("bare_refusals")
@pytest.mark.parametrize("name", [name for name, rule in ACCESS.items() if rule.roles])
def test_other_roles_are_refused(client, name):
    rule = ACCESS[name]
    others = sorted(set(Role.values) - set(rule.roles or ()))
    client.force_login(make_user(*others[:1]))
    assert client.generic("GET" if "GET" in rule.methods else "POST", address(name)).status_code == 403


@pytest.mark.parametrize("name", sorted(ACCESS))
def test_other_methods_are_405(client, name):
    rule = ACCESS[name]
    if rule.roles is not None:
        client.force_login(make_user(*sorted(rule.roles)[:1]))
    wrong = next(method for method in ("GET", "POST", "DELETE") if method not in rule.methods)
    assert client.generic(wrong, address(name)).status_code == 405


def test_an_address_without_a_rule_opens_for_nobody(client, settings):
    settings.ROOT_URLCONF = type("urls", (), {"urlpatterns": [path("secret/", lambda _request: 1 / 0, name="secret")]})
    for user in (None, make_user(*Role.values)):
        if user:
            client.force_login(user)
        refused = client.get("/secret/")
        assert refused.status_code == 403 and b"<h1" in refused.content


def test_unknown_addresses_are_404_in_words(client):
    response = client.get("/entah/")
    assert response.status_code == 404 and b"<h1" in response.content


def test_a_rule_without_roles_opens_for_everybody_who_is_signed_in():
    assert Rule(roles=frozenset(), methods=frozenset({"GET"})).allows({"agent"}, "GET")
    assert not Rule(roles=frozenset({"qc"}), methods=frozenset({"GET"})).allows({"agent"}, "GET")


@pytest.mark.parametrize(("language", "words"), [("id", "muat ulang halaman"), ("en", "reload the page")])
def test_a_form_without_its_token_and_one_that_is_too_large_are_told_what_to_do(db, settings, language, words):
    """Two ways to lose a form before any view sees it."""
    client = Client(enforce_csrf_checks=True, headers={"accept-language": language})
    answer = client.post("/sign-in/", {"login": "CC1"})
    assert answer.status_code == 403
    assert words in answer.content.decode()
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    large = client.post("/sign-in/", "login=" + "C" * 2000, content_type="application/x-www-form-urlencoded")
    assert large.status_code == 413
