"""``manage.py verify_signatures``: recompute what was signed; exit code 1 on any problem."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from trainingops.people.signed import verify_signatures


class Command(BaseCommand):
    help = "Recomputes the hash of everything signed and says what is not as it was signed."

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify_signatures()
        for problem in found.problems:
            self.stderr.write(problem)
        summary = f"{found.things} signed things, {found.signatures} signatures"
        if found.problems:
            raise CommandError(f"Not everything is as it was signed: {len(found.problems)} problems. {summary}")
        self.stdout.write(f"Everything is as it was signed: {summary}")
