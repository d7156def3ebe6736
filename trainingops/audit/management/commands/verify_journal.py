"""``manage.py verify_journal``: recompute the whole chain; exit code 1 on any problem."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from trainingops.audit.verification import verify_journal


class Command(BaseCommand):
    help = "Recomputes every digest and link of the journal and says what does not fit."

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify_journal(now=timezone.now())
        for problem in found.problems:
            self.stderr.write(problem)
        summary = f"{found.entries} entries, {found.disposed} details disposed of, head {found.head}"
        if not found.intact:
            raise CommandError(f"The journal is damaged: {len(found.problems)} problems. {summary}")
        self.stdout.write(f"The journal is intact: {summary}")
