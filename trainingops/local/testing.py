"""``make test``: pytest on a PostgreSQL and a broker of its own, so that a running demo is not disturbed.

Run as ``python -m trainingops.local.testing [pytest arguments]``. DATABASE_URL and BROKER_URL, when set, are used
instead. Each run has a folder of its own, removed at the end; what a killed run left is removed by the next.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from trainingops.local import postgres, valkey
from trainingops.local.places import Places
from trainingops.local.supervisor import Supervisor

ROOT = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str]) -> int:
    """Run the tests and return pytest's exit code."""
    base = ROOT / ".local" / "test"
    _remove_dead(base)
    places = Places(base / str(os.getpid()))
    environ = {**os.environ, "TRAININGOPS_MODE": "test"}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # dozens of processes read the same code: compile it once
    environ.setdefault("DATABASE_URL", places.database_url)
    environ.setdefault("BROKER_URL", places.broker_url)
    environ.setdefault("TRAININGOPS_MEDIA_ROOT", str(places.local / "files"))
    try:
        with Supervisor(places.logs) as supervisor:
            if "DATABASE_URL" not in os.environ:
                postgres.start(supervisor, places, durable=False)
            if "BROKER_URL" not in os.environ:
                valkey.start(supervisor, places)
            return _pytest(arguments, environ)
    except KeyboardInterrupt:
        return 130
    finally:
        places.remove()


def _pytest(arguments: list[str], environ: dict[str, str]) -> int:
    # A file stays in one process: what it starts for itself (a browser, a site) is started once. In the order of
    # conftest.py, because xdist's own begins with the files that hold most tests, not with the longest. One process
    # more than there are processors: the chaos test, the first to begin, mostly waits for its three minutes.
    number = str(len(os.sched_getaffinity(0)) + 1)
    command = [sys.executable, "-m", "pytest", "-n", number, "--dist", "loadfile", "--no-loadscope-reorder", *arguments]
    with subprocess.Popen(command, env=environ, cwd=ROOT, stdin=subprocess.DEVNULL) as process:
        try:
            return process.wait()
        finally:
            if process.poll() is None:  # we are being stopped
                process.send_signal(signal.SIGINT)


def _remove_dead(base: Path) -> None:
    for folder in base.glob("[0-9]*"):
        if not Path(f"/proc/{folder.name}").exists():
            Places(folder).remove()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
