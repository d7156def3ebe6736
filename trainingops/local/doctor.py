"""What this installation needs and whether it has it; behind ``manage.py doctor`` and ``/health/ready``."""

from __future__ import annotations

import contextlib
import os
import shutil
import smtplib
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.mail import get_connection
from django.db import DatabaseError, OperationalError, connection
from django.db.models import Max
from django.utils import timezone

from trainingops.jobs.health import run_checks
from trainingops.jobs.models import Heartbeat
from trainingops.local.fonts import FILES

OLDEST_POSTGRES = 15
SILENCE = timedelta(seconds=90)  # beat writes every 15 s
CLOCK_TOLERANCE = 2.0  # seconds between the database's clock and ours


@dataclass(frozen=True)
class Finding:
    """The answer of one check; ``remedy`` says what to do when it is not ``ok``."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


class Trouble(Exception):
    """A check failed: what was found, and the remedy."""

    def __init__(self, detail: str, remedy: str) -> None:
        self.detail, self.remedy = detail, remedy
        super().__init__(detail)


class _Unknown(Trouble):
    """What only the database knows, while it does not answer."""

    def __init__(self) -> None:
        super().__init__("not known: the database does not answer", "Mend the database first, then ask again.")


def examine(names: Iterable[str] | None = None) -> list[Finding]:
    """Run the checks named (all of :data:`CHECKS` without names), each on its own: one failure hides no other."""
    findings = []
    for name in CHECKS if names is None else names:
        try:
            findings.append(Finding(name, True, CHECKS[name]()))
        except Trouble as trouble:
            findings.append(Finding(name, False, trouble.detail, trouble.remedy))
    return findings


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            version = int(cursor.fetchone()[0]) // 10_000
            cursor.execute("SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()")
            encoding = cursor.fetchone()[0]
            cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'")
            extended = cursor.fetchone()[0]
    except DatabaseError as error:
        raise Trouble(f"does not answer: {_line(error)}", _start("DATABASE_URL")) from error
    name = connection.settings_dict["NAME"]
    if version < OLDEST_POSTGRES:
        raise Trouble(f"PostgreSQL {version} is too old", f"Use PostgreSQL {OLDEST_POSTGRES} or later.")
    if encoding != "UTF8":
        raise Trouble(f"{name} is encoded in {encoding}", "Make a new one: createdb -E UTF8 -T template0 …")
    if not extended:
        raise Trouble(
            f"{name} lacks btree_gist",
            f"As its owner: psql -d {name} -c 'CREATE EXTENSION btree_gist' (Debian: postgresql-contrib).",
        )
    host = connection.settings_dict["HOST"] or "localhost"
    return f"PostgreSQL {version} at {host}, database {name}, UTF-8, btree_gist"


def _broker() -> str:
    address = current_app.connection_for_write().as_uri()
    try:
        with current_app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=3)
    except Exception as error:
        raise Trouble(f"{address} does not answer: {_line(error)}", _start("BROKER_URL")) from error
    return f"{address} answers"


def _beat() -> str:
    try:
        last = Heartbeat.objects.aggregate(last=Max("beat_at"))["last"]
    except OperationalError as error:
        raise _Unknown from error
    except DatabaseError as error:
        raise Trouble(f"unknown: {_line(error)}", f"Run: {_MANAGE} migrate") from error
    remedy = f"Start beat and the clock's worker: {_command()}. If they run, mend the broker; their logs: {_logs()}"
    if last is None:
        raise Trouble("never ran on this database", remedy)
    silence = timezone.now() - last
    if silence > SILENCE:
        raise Trouble(f"silent since {last:%Y-%m-%d %H:%M:%S} UTC", remedy)
    return f"last sign {max(silence.total_seconds(), 0):.0f} s ago"


def _mail() -> str:
    if not settings.ENV.email_url:
        folder = Path(settings.EMAIL_FILE_PATH)
        if settings.ENV.mode == "production":
            raise Trouble(
                "no mail server is set", "Set EMAIL_URL, for example smtp+tls://user:password@mail.example:587"
            )
        return f"messages are written into {folder}"
    mail = get_connection()
    try:
        mail.open()
        mail.close()
    except (OSError, smtplib.SMTPException) as error:
        raise Trouble(
            f"the server does not answer: {_line(error)}",
            "Start the mail server, or correct EMAIL_URL. Until then mails wait.",
        ) from error
    return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} answers"


def _fonts() -> str:
    missing = [file for file in FILES if not (settings.FONT_DIR / file).is_file()]
    if missing:
        raise Trouble(
            f"{', '.join(missing)} not in {settings.FONT_DIR}",
            f"Run: .venv/bin/python -m trainingops.local.fonts {settings.FONT_DIR}",
        )
    if not shutil.which("fc-match"):
        raise Trouble("fontconfig is missing", "Run: sudo apt-get install fontconfig")
    try:
        import weasyprint  # noqa: F401 - loads Pango and HarfBuzz
    except OSError as error:
        raise Trouble(
            f"a library of the PDF renderer is missing: {_line(error)}",
            "Run: sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
        ) from error
    return f"{len(FILES)} fonts, fontconfig, Pango"


def _media() -> str:
    """As records are stored: a new file, flushed, linked to its name, its folder flushed."""
    folder = Path(settings.MEDIA_ROOT)
    half, name = folder / f".doctor-{uuid.uuid4()}", folder / f".doctor-{uuid.uuid4()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with half.open("xb") as file:
            file.write(b"doctor")
            file.flush()
            os.fsync(file.fileno())
        name.hardlink_to(half)
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    except OSError as error:
        raise Trouble(
            f"{folder}: {error.strerror}",
            "Let the processes' user write there, on a file system with hard links, or set TRAININGOPS_MEDIA_ROOT.",
        ) from error
    finally:
        for made in (half, name):
            with contextlib.suppress(OSError):
                made.unlink()
    return f"{folder} can be written, {shutil.disk_usage(folder).free / 1e9:.1f} GB free"


def _clock() -> str:
    try:
        with connection.cursor() as cursor:
            before = time.time()
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            theirs = float(cursor.fetchone()[0])
            after = time.time()
    except DatabaseError as error:
        raise _Unknown from error
    apart = max(before - theirs, theirs - after, 0.0)
    if apart > CLOCK_TOLERANCE:
        raise Trouble(
            f"the database's clock and ours are {apart:.1f} s apart: due times would be wrong",
            "Set both by NTP (Debian: systemd-timesyncd or chrony).",
        )
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, as the database's"


def _translations() -> str:
    catalogues = [file for folder in settings.LOCALE_PATHS for file in sorted(Path(folder).rglob("*.po"))]
    stale = [file for file in catalogues if not fresh(file)]
    if not catalogues or stale:
        found = f"{len(stale)} of {len(catalogues)} catalogues are not compiled"
        raise Trouble(found, f"Run: {_MANAGE} compile_messages, then start the processes again.")
    return f"{len(catalogues)} catalogues compiled"


def _readiness() -> str:
    """What ``/health/ready`` asks: the regular work of the rooms, such as sealing the journal."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise _Unknown from error
    failing = {name: found for name, found in run_checks(timezone.now()).items() if found}
    if failing:
        told = "; ".join(f"{name}: {' '.join(found.split())}" for name, found in failing.items())
        raise Trouble(f"/health/ready fails: {told}", f"Start all processes: {_command()}. Their logs: {_logs()}")
    return "/health/ready is well"


def fresh(catalogue: Path) -> bool:
    """Whether the ``.mo`` beside a ``.po`` exists and is not older."""
    compiled = catalogue.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime


def _line(error: BaseException) -> str:
    """The first line of what an error says, without the advice that follows it."""
    said = str(error).strip().removeprefix("connection is bad: ").splitlines() or [type(error).__name__]
    return " ".join(said[0].split())[:200]


_MANAGE = ".venv/bin/python manage.py"


def _command() -> str:
    """What starts everything here."""
    return "make demo" if settings.DEMO else f"{_MANAGE} up"


def _start(name: str) -> str:
    """How to start the database or the broker: the embedded one, unless the environment names another by ``name``."""
    if os.environ.get(name):
        return f"Start the server that {name} names, or correct {name}."
    return f"Start it with the other processes: {_command()}. For a server of your own set {name}."


def _logs() -> str:
    return str(settings.EMBEDDED.logs)


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "broker": _broker,
    "beat": _beat,
    "mail": _mail,
    "fonts": _fonts,
    "media": _media,
    "clock": _clock,
    "translations": _translations,
    "readiness": _readiness,
}
