"""What ``manage.py up`` and ``manage.py demo`` share: the embedded services, the guard of demo data, serving."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from reporting.tasks import sweep_deadlines
from trainingops.jobs.health import run_checks
from trainingops.jobs.tasks import sweep_heartbeat
from trainingops.jobs.wake import wake
from trainingops.local import postgres, valkey
from trainingops.local.places import StartFailed
from trainingops.local.processes import site_processes
from trainingops.local.supervisor import Child, Lock, Supervisor

#: Seconds that the processes get for their first work before the address is printed.
PATIENCE = 60.0
DEMO_MARK = "Trainingops demo data"


@contextmanager
def running_services(say: Callable[[str], None], *, share: bool, web: bool) -> Iterator[Supervisor]:
    """A supervisor with the embedded services that the environment does not replace.

    Args:
        say: where progress goes.
        share: use the services of another supervisor of this project when there is one; otherwise refuse to start.
        web: :func:`serve` follows, so the port must be free: refused before anything starts.
    """
    lock = Lock(settings.LOCAL_DIR / "supervisor.lock")
    first = lock.take()
    if not first and not share:
        raise CommandError(
            f"Trainingops already runs here (process {lock.holder()}). Stop it with Ctrl-C in its terminal or "
            f"kill {lock.holder()}, then start again."
        )
    try:
        if web:
            _require_free_port()
        with Supervisor(settings.EMBEDDED.logs, say) as supervisor:
            if first and not settings.ENV.database_url:
                say("Starting PostgreSQL …")
                postgres.start(supervisor, settings.EMBEDDED)
            if first and not settings.ENV.broker_url:
                say("Starting the broker …")
                valkey.start(supervisor, settings.EMBEDDED)
            _require_database()
            yield supervisor
            connections.close_all()
    except StartFailed as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    finally:
        connections.close_all()
        lock.release()


def serve(supervisor: Supervisor) -> None:
    """Run web server, workers and beat until stopped."""
    port = settings.ENV.port
    connections.close_all()
    for child in site_processes(
        folder=settings.BASE_DIR,
        local=settings.LOCAL_DIR,
        bind=settings.ENV.bind,
        port=port,
        web_workers=settings.ENV.web_workers,
    ):
        ready = (lambda: _listens(settings.ENV.bind, port)) if child.name == "web" else None
        supervisor.start(child, ready=ready, seconds=90)
    _wait_until_ready(supervisor)
    supervisor.say(
        f"Trainingops serves {settings.BASE_URL} (logs in {settings.EMBEDDED.logs}). Ctrl-C stops everything."
    )
    supervisor.watch()
    supervisor.say("Stopping …")


def _wait_until_ready(supervisor: Supervisor) -> None:
    """Hold the address back until ``/health/ready`` is true: the clock's worker takes some seconds for its first beat.

    After :data:`PATIENCE` the address comes with what still fails, and with the remedy.
    """
    for sweep in (sweep_heartbeat, sweep_deadlines):  # beat sends them half a minute later
        wake(sweep)
    deadline = time.monotonic() + PATIENCE
    while failing := _failing():
        if time.monotonic() > deadline:
            supervisor.say(f"Not ready yet: {' '.join(failing)}")
            return
        supervisor.look()
        time.sleep(0.5)


def _failing() -> list[str]:
    """What the checks of readiness found; a clock whose last beat is two minutes old does not count as running."""
    try:
        return [told for told in run_checks(timezone.now()).values() if told]
    finally:
        connections.close_all()


def answer_printed(supervisor: Supervisor, printed: Sequence[str]) -> None:
    """Let the addresses that earlier records name lead to the present one, where they are of this machine."""
    here = urlsplit(settings.BASE_URL)
    for address in printed:
        there = urlsplit(address)
        port = there.port or 80
        if address == settings.BASE_URL:
            continue
        if there.hostname == here.hostname and there.scheme == "http" and _is_free(port):
            command = (sys.executable, "-m", "trainingops.local.forward", settings.ENV.bind, str(port))
            supervisor.start(
                Child(name=f"forward-{port}", command=(*command, settings.BASE_URL), folder=settings.BASE_DIR)
            )
            supervisor.say(f"Records made before name {address}; it leads to {settings.BASE_URL} while the demo runs.")
        else:
            supervisor.say(
                f"Records made before name {address}, which this demo does not answer. To make them again: make demo"
                ' ARGS="--reset".'
            )


def unapplied_migrations() -> list[str]:
    """Names of the migrations that the database still lacks."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return [f"{m.app_label}.{m.name}" for m, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


# --- The guard of demo data --------------------------------------------------------------------------------


def database_mark() -> str:
    """The comment on the database: :data:`DEMO_MARK` for one that holds demo data."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database"
            " WHERE datname = current_database()"
        )
        return str(cursor.fetchone()[0])


def require_demo_database() -> None:
    """Mark an empty database as the demo's; refuse one that holds anything else.

    Raises:
        CommandError: the database has tables and is not marked.
    """
    if database_mark() == DEMO_MARK:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        name = connection.settings_dict["NAME"]
        if cursor.fetchone()[0]:
            raise CommandError(
                f"The database {name} holds tables and is not marked as a demo's, so no demo data goes into it. Point "
                "DATABASE_URL at an empty database, or unset it to use the embedded one."
            )
        cursor.execute(f"COMMENT ON DATABASE {connection.ops.quote_name(name)} IS '{DEMO_MARK}'")


def empty_demo_database() -> None:
    """Drop every table of a database that :func:`require_demo_database` accepted."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")


# --- Small questions ---------------------------------------------------------------------------------------


def _require_database() -> None:
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise CommandError(
            f"The database does not answer: {str(error).strip()} Check DATABASE_URL, or unset it to use the embedded "
            "one."
        ) from error


def _require_free_port() -> None:
    bind, port = settings.ENV.bind, settings.ENV.port
    if not _is_free(port):
        raise CommandError(f"Port {port} on {bind} is taken. Stop what uses it, or choose another: --port {port + 1}")


def _is_free(port: int) -> bool:
    family = socket.AF_INET6 if ":" in settings.ENV.bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.ENV.bind, port))
        except OSError:
            return False
    return True


def _listens(bind: str, port: int) -> bool:
    try:
        socket.create_connection((bind, port), timeout=1).close()
    except OSError:
        return False
    return True
