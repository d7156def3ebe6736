"""What a file is about, where that is chosen before the upload: the meeting of a report, the session of scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from trainingops.imports.models import ImportRun
    from trainingops.people.models import User


@dataclass(frozen=True, kw_only=True)
class Subject:
    """How an importer finds and names the one thing that its files are about.

    Args:
        find: the thing with this uuid as the user sees it, or ``None``.
        may: whether the user may change it by a file.
        words: its name, as the pages of the import show it.
        url: its page, where the import begins and where its result is seen.
        people: whom a picker offers: (employee number, name).
        chosen_at: name of the URL of the list where one is chosen.
        hint: how to come from there to an upload.
    """

    find: Callable[[User, UUID], Any]
    may: Callable[[User, Any], bool]
    words: Callable[[Any], str]
    url: Callable[[Any], str]
    people: Callable[[Any], Iterable[tuple[str, str]]]
    chosen_at: str
    hint: str | Promise


@dataclass(frozen=True)
class Origin:
    """Where the rows of a batch come from: the name of the file, what it is about, the stored import."""

    file_name: str = ""
    subject: Any = None
    run: ImportRun | None = None


#: Rows that come from no stored file.
NOWHERE = Origin()
