"""``manage.py demo``: everything on one machine, with demo data and one full cycle."""

from __future__ import annotations

import shutil
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from trainingops.local import demo, serving, valkey
from trainingops.local.memory import Memory


class Command(BaseCommand):
    help = "Start everything on this machine with demo data, run one full cycle, and serve."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="end after the cycle")
        parser.add_argument("--reset", action="store_true", help="remove the demo's data and files first")
        parser.add_argument("--port", type=int, help="port of the web server (TRAININGOPS_PORT, 8000)")

    def handle(self, *args: Any, no_serve: bool, reset: bool, port: int | None, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                f"Demo data is loaded only in demo mode, and TRAININGOPS_MODE is {settings.ENV.mode}. Unset it."
            )
        with serving.running_services(self.stdout.write, share=no_serve and not reset, web=not no_serve) as supervisor:
            self._prepare(reset=reset)
            memory = self._remember(reset=reset)
            self._tell()
            if not no_serve:
                serving.answer_printed(supervisor, memory.printed)
                serving.serve(supervisor)

    def _prepare(self, *, reset: bool) -> None:
        serving.require_demo_database()
        if reset:
            self._reset()
        self.stdout.write("Bringing the database up to date …")
        call_command("migrate", interactive=False, verbosity=0)
        now = timezone.now()
        self.stdout.write("Loading the demo data …")
        self._lines(demo.load(now))
        self.stdout.write("Running one full cycle …")
        self._lines(demo.run_cycle(now))

    def _reset(self) -> None:
        """Empty what is the demo's alone; files elsewhere than under ``.local`` may be somebody's."""
        self.stdout.write("Removing the demo's data …")
        serving.empty_demo_database()
        if not settings.ENV.broker_url:
            valkey.empty(settings.EMBEDDED)
        mine = [settings.LOCAL_DIR / name for name in (demo.ARCHIVES, demo.RECORDS, "mail")]
        for folder in (settings.MEDIA_ROOT, *mine):
            if folder.resolve().is_relative_to(settings.LOCAL_DIR.resolve()):
                shutil.rmtree(folder, ignore_errors=True)

    def _lines(self, lines: list[str]) -> None:
        for line in lines:
            self.stdout.write(f"  {line}")

    def _remember(self, *, reset: bool) -> Memory:
        """Note the mode for commands beside the demo, and the address that the records of this run name."""
        memory = Memory() if reset else Memory.read(settings.LOCAL_DIR) or Memory()
        memory.environ = {"TRAININGOPS_MODE": "demo", "TRAININGOPS_PORT": str(settings.ENV.port)}
        memory.environ |= {"TRAININGOPS_BIND": settings.ENV.bind}
        if settings.ENV.base_url:
            memory.environ["TRAININGOPS_BASE_URL"] = settings.ENV.base_url
        memory.printed = [*(each for each in memory.printed if each != settings.BASE_URL), settings.BASE_URL]
        memory.write(settings.LOCAL_DIR)
        return memory

    def _tell(self) -> None:
        """The table of log-ins; wide cells decide the columns."""
        people = demo.logins()
        if not people:
            return
        head = ("Role", "Name", "Log-in", "Lang/TZ", "Coba ini dulu")
        rows = [
            (p.role, p.name, p.login, f"{p.language}/{p.time_zone}", f"{settings.BASE_URL}{p.link}") for p in people
        ]
        widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
        self.stdout.write(f"\nSite: {settings.BASE_URL}   Password of every log-in: {people[0].password}\n")
        for row in (head, *rows):
            cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.stdout.write(cells.rstrip())
        self.stdout.write("")
