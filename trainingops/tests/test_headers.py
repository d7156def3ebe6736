"""What every answer tells the browser, and what a session is worth before and after signing in."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.urls import reverse

from trainingops.people.tests.factories import PASSWORD, UserFactory, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/sign-in/", "/health/live", "/entah/", "/accounts/", "/inbox/"])
def test_every_answer_forbids_frames_sniffing_and_foreign_scripts(client, path):
    """A page, a text, a page that is not there, one that is refused: the headers are the same."""
    client.force_login(make_user("agent"))
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_signing_in_gives_a_new_session_and_signing_out_ends_it(client):
    """A session that somebody planted before is worth nothing afterwards."""
    UserFactory(login="CC0011", password=PASSWORD)
    client.get("/sign-in/")
    session = client.session
    session["planted"] = "x"
    session.save()
    planted = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert client.post("/sign-in/", {"login": "CC0011", "password": PASSWORD}).status_code == 302
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie.value != planted
    assert cookie["httponly"] and cookie["samesite"] == "Lax"
    assert client.get(reverse("account")).status_code == 200
    client.post(reverse("account_logout"))
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie.value
    assert client.get(reverse("account")).status_code == 302


@pytest.mark.parametrize("url", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
@pytest.mark.parametrize("path", ["/sign-in/", "/sign-in/again/", "/language/", "/sign-out/"])
def test_nobody_is_sent_to_another_site(client, path, url):
    """``next`` leads to our own pages only."""
    user = UserFactory(login="CC0011", password=PASSWORD)
    if path != "/sign-in/":
        client.force_login(user)
    given = {"login": "CC0011", "password": PASSWORD, "language": "en", "next": url}
    for answer in (client.post(path, given), client.post(f"{path}?{'next=' + url}", given)):
        assert "evil" not in answer.headers.get("Location", "")
        assert "javascript" not in answer.headers.get("Location", "")


def test_behind_https_cookies_are_secure_and_http_is_left():
    """The settings of a real installation, read in a process of their own."""
    asked = "SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SECURE_SSL_REDIRECT SECURE_HSTS_SECONDS DEBUG ALLOWED_HOSTS"
    code = f"from django.conf import settings as s; print(*[getattr(s, n) for n in '{asked}'.split()], sep=';')"
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "trainingops.settings",
        "TRAININGOPS_MODE": "production",
        "TRAININGOPS_BASE_URL": "https://training.example",
        "TRAININGOPS_SECRET_KEY": "k" * 60,
    }
    ran = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    *switches, hosts = ran.stdout.strip().split(";")
    assert switches == ["True", "True", "True", "31536000", "False"]
    assert "training.example" in hosts and "*" not in hosts
