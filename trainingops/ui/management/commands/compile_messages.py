"""``manage.py compile_messages``: the ``.mo`` files that Django reads, made without the system's gettext."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from trainingops.ui import catalogues


class Command(BaseCommand):
    """Runs at set-up; the results are not kept in git."""

    help = "Compile the translation catalogues."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        count = catalogues.compile_catalogues(Path(settings.BASE_DIR), [*catalogues.ROOMS, catalogues.BY_HAND])
        self.stdout.write(f"{count} translations compiled.")
