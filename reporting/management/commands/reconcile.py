"""``manage.py reconcile``: make what is missing because rows were written outside the services."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reporting.services import reconcile_obligations


class Command(BaseCommand):
    help = "Make report obligations and drafts that sessions lack (after a restore); reports 0 in normal running."

    def handle(self, *args: Any, **options: Any) -> None:
        made = reconcile_obligations(now=timezone.now())
        self.stdout.write(f"obligations made: {made['obligations']}, drafts made: {made['drafts']}")
