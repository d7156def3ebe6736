"""A site of real processes for the browser: web, workers, beat, PostgreSQL, broker, and a mail server."""

from __future__ import annotations

import email
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path

from aiosmtpd.controller import Controller
from django.conf import settings

from trainingops.local.places import Places
from trainingops.local.tests.conftest import until


class Mailbox:
    """An SMTP server that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[Message] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:
        self.mails.append(email.message_from_bytes(envelope.content))
        return "250 kept"

    def to(self, address: str) -> list[Message]:
        """What was sent to ``address``."""
        return [mail for mail in self.mails if mail["To"] == address]


class RunningSite:
    """Where the site answers, and how to run code beside it."""

    def __init__(self, url: str, environ: dict[str, str], mailbox: Mailbox) -> None:
        self.url, self.environ, self.mailbox = url, environ, mailbox

    def run(self, code: str) -> str:
        """Run Python in a process of the site's own; what it printed."""
        start = "import django; django.setup()\nfrom django.utils import timezone; now = timezone.now()\n"
        done = subprocess.run(
            [sys.executable, "-c", start + code],
            env={**self.environ, "DJANGO_SETTINGS_MODULE": "trainingops.settings"},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def running_site() -> Iterator[RunningSite]:
    """Start everything with ``manage.py up`` in a folder of its own, and stop it at the end."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    mailbox = Mailbox()
    sink = Controller(mailbox, hostname="127.0.0.1", port=_free_port())
    sink.start()
    with tempfile.TemporaryDirectory(prefix="to-") as name:
        Path(name).chmod(0o755)
        folder, port = Path(name) / ".local", _free_port()
        environ = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "BROKER_URL"}}
        environ |= {
            "TRAININGOPS_MODE": "test",
            "TRAININGOPS_LOCAL_DIR": str(folder),
            "TRAININGOPS_MEDIA_ROOT": str(folder / "files"),
            "TRAININGOPS_WEB_WORKERS": "1",
            "TRAININGOPS_PORT": str(port),
            "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
        }
        shutil.copytree(settings.FONT_DIR, folder / "fonts")
        process = subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "up"],
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            until(lambda: _ready(url) or process.poll() is not None, 180)
            assert process.poll() is None, process.stdout.read()
            yield RunningSite(url, {**environ, "DATABASE_URL": Places(folder).database_url}, mailbox)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=90)
            sink.stop()
            Places(folder).remove()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/live", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False
