"""Issue 2, "the ground": the doctor finds each trouble and says its remedy."""

from __future__ import annotations

import dataclasses
import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError, ProgrammingError
from django.utils import timezone

from trainingops.jobs.models import Heartbeat
from trainingops.local import doctor
from trainingops.local.fonts import FILES

pytestmark = pytest.mark.django_db


def finding(name: str) -> doctor.Finding:
    (found,) = doctor.examine([name])
    return found


@pytest.fixture
def fonts(tmp_path: Path, settings: object) -> Path:
    for name in FILES:
        (tmp_path / name).write_bytes(b"font")
    settings.FONT_DIR = tmp_path
    return tmp_path


def test_a_good_database_broker_media_and_clock_are_found_well(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    found = doctor.examine(["database", "broker", "media", "clock"])
    assert all(f.ok for f in found), found
    assert list((tmp_path / "files").iterdir()) == []


def test_beat_is_silent_before_its_first_sign_and_after_a_long_pause() -> None:
    Heartbeat.objects.all().delete()
    assert "never ran" in finding("beat").detail
    Heartbeat.objects.create(name="clock", beat_at=timezone.now() - timedelta(minutes=5))
    assert finding("beat").detail.startswith("silent since")
    Heartbeat.objects.update(beat_at=timezone.now())
    assert finding("beat").ok


def test_a_missing_font_is_named_with_the_command_that_makes_it(fonts: Path) -> None:
    assert finding("fonts").ok
    (fonts / "Inter-Bold.ttf").unlink()
    found = finding("fonts")
    assert not found.ok
    assert "Inter-Bold.ttf" in found.detail
    assert found.remedy == f"Run: .venv/bin/python -m trainingops.local.fonts {fonts}"


def test_media_that_cannot_be_written_is_named(settings: object, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings.MEDIA_ROOT = tmp_path / "file"
    found = finding("media")
    assert not found.ok
    assert str(tmp_path / "file") in found.detail


def test_a_broker_that_is_away_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    from kombu import Connection

    away = "redis://:secret@127.0.0.1:1/0"
    monkeypatch.setattr(doctor.current_app, "connection_for_write", lambda **_: Connection(away), raising=False)
    found = finding("broker")
    assert not found.ok
    assert "secret" not in found.detail


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError('connection is bad: socket "/x" failed: No such file\n\tIs the server running locally?')

    monkeypatch.setattr(doctor.connection, "cursor", away)
    monkeypatch.setattr(doctor.connection, "ensure_connection", away)
    monkeypatch.setattr(Heartbeat.objects, "aggregate", away)


def test_without_a_database_each_check_says_that_and_only_one_how_to_start_it(no_database, settings, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings.DEMO = True
    found = finding("database")
    assert found.detail == 'does not answer: socket "/x" failed: No such file'
    assert found.remedy == "Start it with the other processes: make demo. For a server of your own set DATABASE_URL."
    for name in ("beat", "clock", "readiness"):
        found = finding(name)
        assert found.detail == "not known: the database does not answer"
        assert found.remedy == "Mend the database first, then ask again."
    monkeypatch.setenv("DATABASE_URL", "postgres://db/real")
    assert finding("database").remedy == "Start the server that DATABASE_URL names, or correct DATABASE_URL."


def test_a_database_without_tables_is_told_to_be_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(**_: object) -> None:
        raise ProgrammingError('relation "jobs_heartbeat" does not exist')

    monkeypatch.setattr(Heartbeat.objects, "aggregate", missing)
    assert finding("beat").remedy == "Run: .venv/bin/python manage.py migrate"


def test_a_mail_server_that_is_away_is_named(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    settings.ENV = dataclasses.replace(settings.ENV, email_url="smtp://127.0.0.1:1")
    found = finding("mail")
    assert "does not answer: [Errno 111] Connection refused" in found.detail
    assert found.remedy == "Start the mail server, or correct EMAIL_URL. Until then mails wait."


def test_clocks_that_differ_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.time, "time", lambda: 1_000_000_000.0)
    assert "apart" in finding("clock").detail


def test_a_catalogue_that_is_newer_than_its_translation_is_found(settings: object, tmp_path: Path) -> None:
    catalogue = tmp_path / "id" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text("")
    settings.LOCALE_PATHS = [tmp_path]
    assert finding("translations").detail == "1 of 1 catalogues are not compiled"
    compiled = catalogue.with_suffix(".mo")
    compiled.write_bytes(b"")
    assert finding("translations").ok
    os.utime(compiled, (1, 1))
    assert not finding("translations").ok


def test_the_command_prints_each_remedy_and_ends_with_1() -> None:
    Heartbeat.objects.all().delete()
    out = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("doctor", stdout=out)
    assert end.value.code == 1
    assert "→ Start beat and the clock's worker" in out.getvalue()
