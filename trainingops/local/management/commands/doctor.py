"""``manage.py doctor``: what the installation needs, found or missing, each failure with its remedy."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from trainingops.local.doctor import examine


class Command(BaseCommand):
    help = "Check database, broker, beat, mail, fonts, media, clock and translations; exit 1 when one fails."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        findings = examine()
        for finding in findings:
            style = self.style.SUCCESS if finding.ok else self.style.ERROR
            self.stdout.write(f"{style('ok  ' if finding.ok else 'FAIL')} {finding.name:<13} {finding.detail}")
            if finding.remedy:
                self.stdout.write(f"     {'':<13} → {finding.remedy}")
        if not all(finding.ok for finding in findings):
            raise SystemExit(1)
