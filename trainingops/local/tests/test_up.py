"""Issue 2, "two commands": ``manage.py up`` serves with every process, and leaves none."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import psycopg
from django.conf import settings

from trainingops.local.places import Places
from trainingops.local.tests.conftest import child_of, of, until


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _live(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def _beats(folder: Path) -> bool:
    with psycopg.connect(Places(folder).database_url) as connection:
        return connection.execute("SELECT count(*) FROM jobs_heartbeat").fetchone() != (0,)


def _manage(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "BROKER_URL"}}
    inherited |= {"TRAININGOPS_MODE": "test", "TRAININGOPS_LOCAL_DIR": str(folder), "TRAININGOPS_WEB_WORKERS": "1"}
    return subprocess.Popen(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
        env=inherited,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_up_serves_beats_restarts_a_killed_web_server_and_leaves_no_process(folder: Path) -> None:
    port = _free_port()
    site = _manage(folder, "up", "--port", str(port))
    try:
        until(lambda: _live(port) or site.poll() is not None, 180)
        assert site.poll() is None, site.stdout.read()
        until(lambda: _beats(folder), 120)
        web = child_of(folder, "granian")
        before = set(of(folder))  # the killed server's worker answers on until the supervisor ends its group
        os.kill(web, signal.SIGKILL)
        until(lambda: child_of(folder, "granian") not in {0, *before} and _live(port))
        second = _manage(folder, "up", "--port", str(_free_port()))
        told, _ = second.communicate(timeout=90)
        assert second.returncode == 1
        assert f"already runs here (process {site.pid})" in told
        names = {"granian", "clock", "default,jobs", "pdf", "beat", "bin/postgres", "valkey-server"}
        assert {name for name in names if child_of(folder, name)} == names
    finally:
        site.send_signal(signal.SIGINT)
        told, _ = site.communicate(timeout=90)
    assert site.returncode == 0, told
    assert "web ended (signal SIGKILL); it starts again" in told
    assert of(folder) == {}


def test_a_port_in_use_is_refused_with_another_to_try(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        site = _manage(folder, "up", "--port", str(port))
        told, _ = site.communicate(timeout=90)
    assert site.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in told
    assert f"--port {port + 1}" in told
    assert of(folder) == {}
