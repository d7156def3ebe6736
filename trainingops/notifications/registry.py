"""Kinds of notices. Each stage registers its own when it starts; an unknown kind is an error, never silence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from email.mime.base import MIMEBase
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trainingops.domain import Registry
from trainingops.notifications.enums import Channel
from trainingops.ui.navigation import GROUPS

if TYPE_CHECKING:
    from trainingops.notifications.models import OutboxMessage


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """What a kind says, to whom, and how.

    Args:
        title, body: lazily translated ``%(name)s`` formats over the notice's params.
        words: what the formats need besides, made of the params when they are read, in the reader's language.
        channel: how it reaches who has chosen nothing else.
        mandatory: why it cannot be switched off, or empty. A mandatory kind keeps its channel.
        urgent: its mails do not wait for the recipient's working hours (DLN-3).
        problem: stands first in a summary (NTF-2).
        roles: whom it can reach, for the page of preferences; empty for everybody, None for nobody with an account.
        group: the chapter of the procedure, a key of :data:`trainingops.ui.navigation.GROUPS`.
        attachment: makes what its mails carry, when they are sent; it may answer with nothing.
    """

    name: str
    label: Promise | str
    title: Promise | str
    body: Promise | str = ""
    words: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None
    channel: Channel = Channel.MAIL
    mandatory: Promise | str = ""
    urgent: bool = False
    problem: bool = False
    roles: tuple[str, ...] | None = ()
    group: str = ""
    attachment: Callable[[OutboxMessage], MIMEBase | None] | None = None

    def __post_init__(self) -> None:
        if self.mandatory and self.channel in (Channel.DIGEST, Channel.OFF):
            raise ValueError(f"notice kind {self.name}: what is mandatory cannot stand in a summary that may be off")

    def can_reach(self, roles: Collection[str]) -> bool:
        """Whether somebody with these roles can ever be told."""
        return self.roles is not None and (not self.roles or not set(self.roles).isdisjoint(roles))


#: The mail that tells several notices at once, daily or after a sweep; as a preference: by mail, or not at all.
DIGEST = NoticeKind(name="digest", label=_("Summaries"), title=_("Summary of %(day)s"), group="settings")
_kinds: Registry[NoticeKind] = Registry("notice kind")
_kinds.add(DIGEST)


def register_kind(kind: NoticeKind) -> None:
    """Make a kind known. Registering two under one name is an error."""
    _kinds.add(kind)


def register_kinds(kinds: Iterable[NoticeKind], *, group: str = "") -> None:
    """Make several kinds of one chapter known.

    Raises:
        LookupError: there is no such chapter.
    """
    if group and group not in {each.key for each in GROUPS}:
        raise LookupError(f"No chapter {group!r}. There are: {', '.join(each.key for each in GROUPS)}.")
    for kind in kinds:
        register_kind(replace(kind, group=kind.group or group))


def get_kind(name: str) -> NoticeKind:
    """The kind of that name.

    Raises:
        LookupError: nobody registered it.
    """
    return _kinds.find(name)


def all_kinds() -> list[NoticeKind]:
    """Every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]
