"""A setting that cannot be is refused at the start, by name, value without password, and remedy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from trainingops.environment import Environment


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "mysql://a/b", "only PostgreSQL serves"),
        ("DATABASE_URL", "sqlite:///db.sqlite3", "only PostgreSQL serves"),
        ("DATABASE_URL", "trainingops", "only PostgreSQL serves"),
        ("DATABASE_URL", "postgres://a@db", "names no database"),
        ("DATABASE_URL", "postgres://a@db:x/b", "is no address"),
        ("DATABASE_URL", "postgres://a@db:99999/b", "is no address"),
        ("BROKER_URL", "amqp://a/b", "does not begin with redis://"),
        ("BROKER_URL", "redis://", "names no host"),
        ("BROKER_URL", "redis://a:0/1", "has the port 0"),
        ("BROKER_URL", "redis://a:6379/first", "number of a database"),
        ("BROKER_URL", "redis+socket://", "names no socket"),
        ("EMAIL_URL", "mail.example:587", "does not begin with smtp://"),
        ("EMAIL_URL", "smtp://", "names no host"),
        ("EMAIL_URL", "smtp://a:mail", "is no address"),
        ("TRAININGOPS_BASE_URL", "foo", "does not begin with http://"),
        ("TRAININGOPS_BASE_URL", "ftp://a", "does not begin with http://"),
        ("TRAININGOPS_BASE_URL", "HTTPS://a", "does not begin with http://"),
        ("TRAININGOPS_BASE_URL", "https://", "names no host"),
        ("TRAININGOPS_BASE_URL", "https://a b", "names no host"),
        ("TRAININGOPS_BASE_URL", "https://a/app", "says more"),
        ("TRAININGOPS_BASE_URL", "https://a?b=c", "says more"),
        ("TRAININGOPS_BASE_URL", "https://me:pw@a", "says more"),
        ("TRAININGOPS_ALLOWED_HOSTS", "https://a", "names of hosts"),
        ("TRAININGOPS_ALLOWED_HOSTS", "a b", "names of hosts"),
        ("TRAININGOPS_BIND", "http://0.0.0.0", "no address of this machine"),
        ("TRAININGOPS_BIND", "999.1.1.1", "no address of this machine"),
        ("TRAININGOPS_PORT", "0", "is no port"),
        ("TRAININGOPS_PORT", "65536", "is no port"),
        ("TRAININGOPS_PORT", "-1", "not a number"),
        ("TRAININGOPS_PORT", "٨٠٠٠", "not a number"),
        ("TRAININGOPS_WEB_WORKERS", "0", "no number of processes"),
        ("TRAININGOPS_DEBUG", "maybe", "not a yes or no"),
        ("TRAININGOPS_MODE", "prod", "not a mode"),
        ("TRAININGOPS_DEFAULT_FROM_EMAIL", "pelatihan", "no mail address"),
        ("TRAININGOPS_LOCAL_DIR", __file__, "is a file"),
        ("TRAININGOPS_MEDIA_ROOT", __file__, "is a file"),
        ("TRAININGOPS_SEAL_KEY_DIR", __file__, "is a file"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name_and_remedy(name, value, said):
    with pytest.raises(ImproperlyConfigured, match=said) as refused:
        Environment.read({name: value})
    assert str(refused.value).startswith(f"{name}=")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://me:rahasia@a/b"),
        ("DATABASE_URL", "postgres://me:ra/hasia@a:x/b"),
        ("DATABASE_URL", "me:rahasia@a"),
        ("BROKER_URL", "amqp://:rahasia@a"),
        ("BROKER_URL", "amqp://a?password=rahasia"),
        ("EMAIL_URL", "imap://me:rah@asia@a"),
    ],
)
def test_a_refusal_shows_no_password(name, value):
    with pytest.raises(ImproperlyConfigured) as refused:
        Environment.read({name: value})
    assert "asia" not in str(refused.value) and "***" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://a:b%40c@%2Frun%2Fpostgresql:5433/trainingops"),
        ("DATABASE_URL", "postgresql://a@[::1]/b?sslmode=require"),
        ("BROKER_URL", "redis://:pw@127.0.0.1:56379/31"),
        ("BROKER_URL", "rediss://a"),
        ("BROKER_URL", "redis+socket:///run/valkey.sock?virtual_host=0"),
        ("EMAIL_URL", "smtp+tls://me%40a:pw@mail.example:587"),
        ("TRAININGOPS_BASE_URL", "http://192.168.1.20:8000/"),
        ("TRAININGOPS_ALLOWED_HOSTS", "training.example, .example, [::1]"),
        ("TRAININGOPS_BIND", "::"),
        ("TRAININGOPS_BIND", "localhost"),
        ("TRAININGOPS_DEFAULT_FROM_EMAIL", "Pelatihan <pelatihan@localhost>"),
    ],
)
def test_a_value_that_can_be_is_taken(name, value):
    Environment.read({name: value})


def test_a_blank_value_is_as_good_as_none():
    names = ("DATABASE_URL", "TRAININGOPS_PORT", "TRAININGOPS_MEDIA_ROOT", "TRAININGOPS_MODE", "TRAININGOPS_BASE_URL")
    assert Environment.read(dict.fromkeys(names, " ")) == Environment()


def test_a_command_says_it_in_one_line_and_without_a_traceback():
    root = Path(__file__).resolve().parents[2]
    environ = {**os.environ, "DATABASE_URL": "mysql://a/b", "TRAININGOPS_MODE": "demo"}
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"], cwd=root, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "only PostgreSQL serves" in done.stderr
