"""Translations without the system's gettext: one catalogue a room, stable enough that branches merge.

The msgid is English; ``locale/<room>/id/LC_MESSAGES/django.po`` holds the Indonesian. A room is a part of the code
(:data:`ROOMS`); ``libraries`` holds what other people's packages show and is written by hand.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import templatize

LANGUAGE = "id"
BY_HAND = "libraries"
REST = "trainingops"
# room → the folders whose texts it carries; what lies in none of them belongs to REST.
ROOMS: dict[str, tuple[str, ...]] = {
    "people": tuple(
        f"{parent}/{name}"
        for name in ("people", "audit", "jobs", "notifications", "imports", "account")
        for parent in ("trainingops", "templates")
    ),
    "records": ("trainingops/records", "templates/records"),
    "planning": ("planning", "templates/planning"),
    "sessions": ("sessions", "templates/sessions", "templates/training_sessions"),
    "reporting": ("reporting", "templates/reporting"),
    "evaluation": ("evaluation", "templates/evaluation"),
    REST: (),
}
SOURCES = ("trainingops", "planning", "sessions", "reporting", "evaluation", "templates")
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
_HEADER = """\
# {room}: the Indonesian of this room. Written by `manage.py messages`; the translations are by hand.
msgid ""
msgstr ""
"Language: id\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

"""
_PLACEHOLDER = re.compile(r"%\(\w+\)[#0 +-]*\d*(?:\.\d+)?[sdfr]|%[sdfr]|\{\w*\}")

Key = tuple[str, str]  # context, msgid


@dataclass(frozen=True)
class Text:
    """One text of the code that people read."""

    context: str
    msgid: str
    plural: str
    path: str

    @property
    def key(self) -> Key:
        return self.context, self.msgid


def room_of(path: str) -> str:
    """The room that carries the texts of the file at ``path`` (relative to the project, with slashes)."""
    for room, folders in ROOMS.items():
        if any(path.startswith(f"{folder}/") for folder in folders):
            return room
    return REST


def po_path(root: Path, room: str) -> Path:
    """Where the catalogue of ``room`` lies."""
    return root / "locale" / room / LANGUAGE / "LC_MESSAGES" / "django.po"


def source_files(root: Path) -> Iterator[Path]:
    """Every file whose texts are extracted: Python and templates of ours, without tests and migrations."""
    for top in SOURCES:
        for path in sorted((root / top).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and not {"tests", "migrations", "__pycache__"} & set(path.parts):
                yield path


def texts_of(path: Path, name: str) -> Iterator[Text]:
    """The texts of one file; a template is first turned into calls by Django's own ``templatize``."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Python's tokenizer minds indentation, which means nothing in a template.
        source = "\n".join(line.strip() for line in templatize(source, origin=name).splitlines())
    found = extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"})
    for message, context in [*((each[1], each[3]) for each in found), *_in_f_strings(source, path)]:
        msgid, plural = message if isinstance(message, tuple) else (message, "")
        if msgid:
            yield Text(context or "", msgid, plural, name)


def _in_f_strings(source: str, path: Path) -> Iterator[tuple[Any, str | None]]:
    """The texts of calls inside f-strings, which babel's tokenizer takes for one string (before Python 3.12)."""
    if path.suffix != ".py" or 'f"' not in source:
        return
    strings = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.JoinedStr))
    calls = {node for each in strings for node in ast.walk(each) if isinstance(node, ast.Call)}
    for call in calls:
        if isinstance(call.func, ast.Name) and call.func.id in KEYWORDS:
            line = io.BytesIO(ast.unparse(call).encode())
            yield from ((message, context) for _at, message, _said, context in extract("python", line, KEYWORDS))


def extract_texts(root: Path) -> dict[str, dict[Key, list[Text]]]:
    """All texts of the project by room and key."""
    rooms: dict[str, dict[Key, list[Text]]] = {room: {} for room in ROOMS}
    for path in source_files(root):
        name = path.relative_to(root).as_posix()
        for text in texts_of(path, name):
            rooms[room_of(name)].setdefault(text.key, []).append(text)
    return rooms


def empty_catalogue() -> Catalog:
    """A catalogue with this language's plural rule, which babel does not know by itself."""
    return read_po(io.BytesIO(_HEADER.encode()), locale=LANGUAGE, charset="utf-8")


def read_catalogue(root: Path, room: str) -> Catalog:
    """The catalogue of ``room`` as it stands; an empty one if there is none yet."""
    path = po_path(root, room)
    if not path.exists():
        return empty_catalogue()
    with path.open("rb") as stream:
        return read_po(stream, locale=LANGUAGE, charset="utf-8")


def key_of(message: Message) -> Key:
    """Context and msgid of a catalogue's message."""
    msgid = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
    return message.context or "", msgid


def strings_of(message: Message) -> list[str]:
    """The translations of a message: one, or one for each plural form."""
    return list(message.string) if isinstance(message.string, (tuple, list)) else [message.string or ""]


def is_translated(message: Message) -> bool:
    """Whether every form has a text."""
    strings = strings_of(message)
    return bool(strings) and all(strings)


def merge(old: Catalog, texts: dict[Key, list[Text]], known: dict[Key, Message]) -> Catalog:
    """A new catalogue of ``texts``: translations stay, a new text takes one of another room, the rest is put aside.

    Args:
        old: the catalogue as it stands.
        texts: what the code says now.
        known: translated messages of all rooms.
    """
    translated = {key_of(message): message for message in old if message.id}
    aside = {key_of(message): message for message in old.obsolete.values()}
    fresh = empty_catalogue()
    for key, uses in texts.items():
        plural = next((use.plural for use in uses if use.plural), "")
        source = translated.get(key) or aside.get(key) or known.get(key)
        words = strings_of(source) if source else []
        fresh.add(
            (key[1], plural) if plural else key[1],
            ((words[0] if words else ""),) if plural else (words[0] if words else ""),
            locations=[(path, 0) for path in sorted({use.path for use in uses})],
            flags=["fuzzy"] if source is not None and source.fuzzy else [],
            context=key[0] or None,
            user_comments=source.user_comments if source else [],
        )
    for key, message in {**aside, **translated}.items():
        if key not in texts and is_translated(message):
            message.locations = []
            fresh.obsolete[key_for_babel(message)] = message
    return fresh


def key_for_babel(message: Message) -> Any:
    """The key under which babel files a message in ``Catalog.obsolete``."""
    context, msgid = key_of(message)
    return (msgid, context) if context else msgid


def written(catalogue: Catalog, room: str, *, prune: bool = False) -> str:
    """The catalogue as text: sorted, without dates and line numbers, so that the same texts give the same bytes."""
    stream = io.BytesIO()
    write_po(
        stream, catalogue, width=110, omit_header=True, sort_output=True, include_lineno=False, ignore_obsolete=prune
    )
    return _HEADER.format(room=room) + stream.getvalue().decode().strip() + "\n"


def problems(catalogue: Catalog, room: str) -> list[str]:
    """What is wrong with the catalogue of ``room``, one line each with the msgid; empty if complete."""
    found = [f"{room}: obsolete: {key_of(message)[1]!r}" for message in catalogue.obsolete.values()]
    for message in catalogue:
        if not message.id:
            continue
        msgid = key_of(message)[1]
        if message.fuzzy:
            found.append(f"{room}: fuzzy: {msgid!r}")
        elif not is_translated(message):
            found.append(f"{room}: not translated: {msgid!r}")
        else:
            found += [f"{room}: placeholders differ: {msgid!r} → {word!r}" for word in _wrong_placeholders(message)]
    return found


def _wrong_placeholders(message: Message) -> Iterator[str]:
    """Translations whose placeholders are neither those of the msgid nor those of its plural."""
    sources = message.id if isinstance(message.id, (tuple, list)) else [message.id]
    allowed = [sorted(_PLACEHOLDER.findall(source)) for source in sources]
    for word in strings_of(message):
        if sorted(_PLACEHOLDER.findall(word)) not in allowed:
            yield word


def disagreements(catalogues: dict[str, Catalog]) -> list[str]:
    """Texts that two rooms translate differently: Django would show only one of them everywhere."""
    seen: dict[Key, tuple[str, list[str]]] = {}
    found = []
    for room, catalogue in catalogues.items():
        for message in catalogue:
            if not message.id or not is_translated(message):
                continue
            first_room, words = seen.setdefault(key_of(message), (room, strings_of(message)))
            if words != strings_of(message):
                found.append(
                    f"{room}: {key_of(message)[1]!r} is {strings_of(message)[0]!r}, but {words[0]!r} in {first_room}"
                )
    return found


def compile_catalogues(root: Path, rooms: Iterable[str]) -> int:
    """Write the ``.mo`` of each room beside its ``.po``; returns how many messages. Replaces files whole."""
    count = 0
    for room in rooms:
        path = po_path(root, room)
        if not path.exists():
            continue
        catalogue = read_catalogue(root, room)
        temporary = path.with_suffix(".mo.new")
        with temporary.open("wb") as stream:
            write_mo(stream, catalogue)
        temporary.replace(path.with_suffix(".mo"))
        count += sum(1 for message in catalogue if message.id and is_translated(message))
    return count
