"""Kinds of notices. Each stage registers its own when it starts; an unknown kind is an error, never silence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.mime.base import MIMEBase
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from trainingops.domain import Registry

if TYPE_CHECKING:
    from trainingops.notifications.models import OutboxMessage


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """What a kind says.

    ``title`` and ``body`` are lazily translated ``%(name)s`` formats over the notice's params.
    ``mandatory`` names why it cannot be switched off, or is empty. ``attachment`` makes what its mails carry, when they
    are sent; it may answer with nothing.
    """

    name: str
    label: Promise | str
    title: Promise | str
    body: Promise | str = ""
    mail: bool = True
    mandatory: Promise | str = ""
    attachment: Callable[[OutboxMessage], MIMEBase | None] | None = None


_kinds: Registry[NoticeKind] = Registry("notice kind")


def register_kind(kind: NoticeKind) -> None:
    """Make a kind known. Registering two under one name is an error."""
    _kinds.add(kind)


def register_kinds(kinds: Iterable[NoticeKind]) -> None:
    """Make several kinds known."""
    for kind in kinds:
        register_kind(kind)


def get_kind(name: str) -> NoticeKind:
    """The kind of that name.

    Raises:
        LookupError: nobody registered it.
    """
    return _kinds.find(name)


def all_kinds() -> list[NoticeKind]:
    """Every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]
