"""The way into a new installation: ``manage.py administrator`` (docs/operations.md)."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from trainingops.people.enums import Role
from trainingops.people.models import User
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.django_db


def _ask(**options) -> str:
    out = StringIO()
    call_command("administrator", stdout=out, **options)
    return out.getvalue()


def _enter(client, login: str, said: str, password: str):
    code = re.search(r": ([A-Z0-9]{4}-[A-Z0-9]{4}),", said)[1]
    form = {"login": login, "code": code, "password1": password, "password2": password}
    page = client.get(reverse("account_code")).content.decode()
    names = re.findall(r'<input[^>]*type="password"[^>]*name="([^"]+)"|name="([^"]+)"[^>]*type="password"', page)
    form |= {first or second: password for first, second in names}
    return client.post(reverse("account_code"), form)


def test_the_first_administrator_enters_an_empty_installation_by_a_code(client):
    assert not User.objects.exists()
    said = _ask(login="adm01", name="Sari", email="sari@contoh.id")
    assert _enter(client, "ADM01", said, "rahasia-yang-panjang").status_code == 302
    assert client.get(reverse("account_list")).status_code == 200
    assert User.objects.get().authority.has(Role.ADMINISTRATOR)


def test_who_forgot_the_password_gets_a_new_code_and_nobody_a_second_account(client):
    administrator = make_user(Role.ADMINISTRATOR)
    said = _ask(login=administrator.login)
    assert _enter(client, administrator.login, said, "sandi-yang-baru-2").status_code == 302
    with pytest.raises(CommandError, match=administrator.login):
        _ask(login="ADM99", name="Lain")
    assert not User.objects.filter(login="ADM99").exists()


def test_a_log_in_of_somebody_else_or_without_name_is_refused_with_the_remedy():
    agent = make_user(Role.AGENT)
    with pytest.raises(CommandError, match=f"{agent.login}.*{agent.name}"):
        _ask(login=agent.login, name="Sari")
    with pytest.raises(CommandError, match="nama"):
        _ask(login="ADM01")


@pytest.mark.parametrize(
    ("given", "named"),
    [({"login": "ADM 01"}, "ADM 01"), ({"login": "ADM01", "email": "Sari@contoh.id"}, "Sari@contoh.id")],
)
def test_a_log_in_that_cannot_be_one_or_a_mail_address_of_another_account_is_refused(given, named):
    make_user(Role.AGENT, email="sari@contoh.id")
    with pytest.raises(CommandError, match=named):
        _ask(name="Sari", **given)
    assert User.objects.count() == 1
