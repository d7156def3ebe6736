"""``manage.py up``: web server, workers and beat, with the embedded services that the environment does not replace."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from trainingops.local import serving


class Command(BaseCommand):
    help = "Serve the site under a supervisor, with an embedded database and broker where none is set."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, help="port of the web server (TRAININGOPS_PORT, 8000)")

    def handle(self, *args: Any, port: int | None, **options: Any) -> None:
        with serving.running_services(self.stdout.write, share=False, web=True) as supervisor:
            self._require_ready()
            serving.serve(supervisor)

    def _require_ready(self) -> None:
        """An embedded database is migrated here; another one may be shared by hosts, so somebody decides."""
        if not settings.DEMO and serving.database_mark() == serving.DEMO_MARK:
            raise CommandError(
                "This database holds demo data, whose passwords everybody knows. Run make demo, or point DATABASE_URL "
                "at another database."
            )
        missing = serving.unapplied_migrations()
        if missing and not settings.ENV.database_url:
            call_command("migrate", interactive=False, verbosity=0)
        elif missing:
            raise CommandError(f"The database lacks {', '.join(missing[:3])} … Run: manage.py migrate")
