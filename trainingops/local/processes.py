"""The processes that serve the site: web, three workers, beat."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from trainingops.local.supervisor import Child

#: A web worker that outgrows this hands over to a fresh one, which starts before it ends what it is answering.
WEB_WORKER_MIB = 114
#: Seconds that the fresh one gets to start: each listens for itself, so where it is the only one and a busy machine
#: starts it slowly, ending the old one sooner would refuse whoever asks meanwhile.
WEB_HANDOVER = 20


def site_processes(*, folder: Path, local: Path, bind: str, port: int, web_workers: int) -> list[Child]:
    """What ``manage.py up`` keeps running beside the database and the broker.

    The clock has a worker of its own, so that no long job delays a deadline; the PDF worker starts afresh after 200
    documents, because rendering grows the process.
    """
    bin_folder = Path(sys.executable).parent
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "trainingops.settings",
        "PYTHONUNBUFFERED": "1",
        "PYTHONNODEBUGRANGES": "1",  # two megabytes less in each process; a traceback names lines, not columns
    }
    (local / "beat").mkdir(parents=True, exist_ok=True)

    def child(name: str, *command: str) -> Child:
        return Child(name=name, command=command, environ=environ, folder=folder)

    def worker(name: str, queues: str, *more: str) -> Child:
        return celery(
            name, "worker", "-Q", queues, "-n", f"{name}@%h", *more,
            "--loglevel=WARNING", "--without-gossip", "--without-mingle",
        )  # fmt: skip

    def celery(name: str, *more: str) -> Child:
        return child(name, sys.executable, "-m", "celery", "-A", "trainingops", *more)

    web = child(
        "web", str(bin_folder / "granian"), "--interface", "wsgi", "--host", bind, "--port", str(port),
        "--workers", str(web_workers), "--blocking-threads", "4", "--respawn-failed-workers",
        "--workers-kill-timeout", "10", "--workers-max-rss", str(WEB_WORKER_MIB),
        "--respawn-interval", str(WEB_HANDOVER), "--log-level", "warning",
        "trainingops.wsgi:application",
    )  # fmt: skip
    return [
        web,
        worker("worker-clock", "clock", "-c", "1"),
        worker("worker-default", "default,jobs", "-c", "2"),
        worker("worker-pdf", "pdf", "-c", "1", "--max-tasks-per-child=200"),
        celery("beat", "beat", "--loglevel=WARNING", "--pidfile=", "-s", str(local / "beat" / "schedule")),
    ]
