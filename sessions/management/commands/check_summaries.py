"""``manage.py check_summaries``: compare what dashboards add up with the rows behind it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sessions.services.checking import wrong_summaries


class Command(BaseCommand):
    help = "Compare the summaries of all sessions with their rows; ends with 1 when one differs (--mend writes them)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="write the figures that the rows give")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(wrong_summaries(mend=options["mend"]))
        for each in found:
            self.stdout.write(f"{each.training_session}: {each.name} says {each.kept}, the rows say {each.counted}")
        if found and not options["mend"]:
            raise CommandError(f"{len(found)} figures differ. Mend them with manage.py check_summaries --mend.")
        self.stdout.write("mended" if found else "all summaries agree with their rows")
