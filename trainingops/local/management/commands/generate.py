"""``manage.py generate``: an organisation of any size in an empty demo database."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from trainingops.local import serving
from trainingops.local.generate import Size, generate
from trainingops.people.models import Person


class Command(BaseCommand):
    help = "Fill an empty demo database with an organisation of any size, everything in proportion."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--agents", type=int, required=True, help="agents, in teams of 24")
        parser.add_argument("--sessions", type=int, required=True, help="classes held; about 53 attendances each")
        parser.add_argument("--years", type=int, required=True, help="how many years the trainings reach back")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same people and outcomes")

    def handle(self, *args: Any, agents: int, sessions: int, years: int, seed: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                f"Generated data is loaded only in demo mode, and TRAININGOPS_MODE is {settings.ENV.mode}. Unset it."
            )
        size = Size(agents, sessions, years)
        if min(agents, sessions, years) < 1:
            raise CommandError("--agents, --sessions and --years are at least 1.")
        if sessions > size.most_sessions:
            raise CommandError(
                f"{agents} agents hold at most {size.most_sessions} classes in {years} years. Ask for fewer classes, "
                "or for more agents or years."
            )
        serving.require_demo_database()
        call_command("migrate", interactive=False, verbosity=0)
        if Person.objects.exists():
            raise CommandError(
                "The database holds people already. Empty it with make demo ARGS=--reset, or use another."
            )
        began = time.monotonic()
        generate(
            size,
            seed=seed,
            now=timezone.now(),
            say=lambda line: self.stdout.write(f"{time.monotonic() - began:6.0f} s  {line}"),
        )
        self.stdout.write(f"Made in {time.monotonic() - began:.0f} s.")
