"""``manage.py check_summaries``: compare what dashboards add up with the rows behind it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from evaluation.summaries.keeping import wrong_sums
from sessions.services.checking import wrong_summaries


class Command(BaseCommand):
    help = "Compare the sums of sessions and months with their rows; ends with 1 when one differs (--mend writes them)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="write the figures that the rows give")

    def handle(self, *args: Any, **options: Any) -> None:
        mend = options["mend"]
        sessions = [
            f"{each.training_session}: {each.name} says {each.kept}, the rows say {each.counted}"
            for each in wrong_summaries(mend=mend)
        ]
        months = [
            f"{each.what}: the sum says {each.kept}, the rows say {each.counted}"
            for each in wrong_sums(now=timezone.now(), mend=mend)
        ]
        found = [*sessions, *months]
        for each in found:
            self.stdout.write(each)
        if found and not options["mend"]:
            raise CommandError(f"{len(found)} figures differ. Mend them with manage.py check_summaries --mend.")
        self.stdout.write("mended" if found else "all summaries agree with their rows")
