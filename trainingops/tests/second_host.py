"""A second host beside a running site: one worker for everything and one beat, on the same database and broker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from trainingops.local.places import Places
from trainingops.tests.running_site import RunningSite


class SecondHost:
    """Its processes by name; what is killed is started again at once, as a supervisor does."""

    def __init__(self, site: RunningSite, folder: Path) -> None:
        celery = [sys.executable, "-m", "celery", "-A", "trainingops"]
        self._environ = {
            **site.environ,
            "BROKER_URL": Places(folder).broker_url,
            "DJANGO_SETTINGS_MODULE": "trainingops.settings",
        }
        self._commands = {
            "second worker": [
                *celery, "worker", "-Q", "clock,default,jobs", "-n", "second@%h", "-c", "2",
                "--loglevel=ERROR", "--without-gossip", "--without-mingle",
            ],
            "second beat": [*celery, "beat", "--loglevel=ERROR", "--pidfile=", "-s", str(folder / "second-beat")],
        }  # fmt: skip
        self._running = {name: self._start(name) for name in self._commands}

    @property
    def names(self) -> list[str]:
        return list(self._commands)

    def kill(self, name: str) -> None:
        """SIGKILL to it and all that it started."""
        process = self._running[name]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._running[name] = self._start(name)

    def stop(self) -> None:
        for process in self._running.values():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._commands[name],
            env=self._environ,
            cwd=settings.BASE_DIR,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def second_host(site: RunningSite, folder: Path) -> Iterator[SecondHost]:
    """Started beside ``site``, gone at the end."""
    host = SecondHost(site, folder)
    try:
        yield host
    finally:
        host.stop()
