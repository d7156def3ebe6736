"""``manage.py messages``: bring the catalogues up to the texts of the code, or check them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.catalog import Message
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from trainingops.ui import catalogues


class Command(BaseCommand):
    """Extracts from Python and templates into ``locale/<room>``; keeps translations; never guesses one."""

    help = "Update the translation catalogues from the code, or check that they are complete."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rooms", nargs="*", help="only these rooms; all if none is named")
        parser.add_argument("--check", action="store_true", help="write nothing; fail if something is missing")
        parser.add_argument("--prune", action="store_true", help="drop translations of texts that are gone")

    def handle(self, *args: Any, rooms: list[str], check: bool, prune: bool, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        known_rooms = [*catalogues.ROOMS, catalogues.BY_HAND]
        for room in rooms:
            if room not in known_rooms:
                raise CommandError(f"No room {room!r}. There are: {', '.join(known_rooms)}.")
        old = {room: catalogues.read_catalogue(root, room) for room in known_rooms}
        fresh = self._merged(root, old)
        if check:
            self._check(fresh, rooms or known_rooms)
            return
        for room in rooms or list(catalogues.ROOMS):
            if room == catalogues.BY_HAND:
                continue
            path = catalogues.po_path(root, room)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(catalogues.written(fresh[room], room, prune=prune), encoding="utf-8")
            missing = sum(1 for message in fresh[room] if message.id and not catalogues.is_translated(message))
            self.stdout.write(f"{room}: {len(fresh[room])} texts, {missing} without translation")

    def _merged(self, root: Path, old: dict[str, Any]) -> dict[str, Any]:
        """Every room's catalogue as it should stand; the room of the libraries as it does stand."""
        known: dict[catalogues.Key, Message] = {}
        for catalogue in old.values():
            for message in catalogue:
                if message.id and catalogues.is_translated(message) and not message.fuzzy:
                    known.setdefault(catalogues.key_of(message), message)
        texts = catalogues.extract_texts(root)
        merged = {room: catalogues.merge(old[room], found, known) for room, found in texts.items()}
        return {**merged, catalogues.BY_HAND: old[catalogues.BY_HAND]}

    def _check(self, fresh: dict[str, Any], rooms: list[str]) -> None:
        """Fail with every problem of ``rooms``."""
        chosen = {room: fresh[room] for room in rooms}
        found = [line for room, catalogue in chosen.items() for line in catalogues.problems(catalogue, room)]
        found += catalogues.disagreements(chosen)
        if found:
            remedy = "Run `manage.py messages` (--prune drops what is obsolete) and write the missing msgstr."
            raise CommandError("\n".join([*found, f"{len(found)} problems. {remedy}"]))
        self.stdout.write(f"{sum(len(catalogue) for catalogue in chosen.values())} texts, all translated.")
