"""What can lie on somebody's desk, and who says so: one provider a kind of item.

Nothing here is stored. An item is read from the state that makes it wait, so it leaves when that state changes (DSH-3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainingops.ui.moments import DueWord, due_word, span_words

if TYPE_CHECKING:
    from trainingops.dashboard.desk.reading import Desk


@dataclass(frozen=True, kw_only=True)
class Item:
    """One line that waits for the reader.

    Attributes:
        title: what to do, and to what.
        url: where it is done; ``post_url`` when the button does it at once.
        action: the verb on the button; ``primary`` fills it.
        due_at: what the list is ordered by, read in ``zone``.
        due: how the stage itself words the due time; else it is computed from ``due_at``.
        since: from when it has been waiting; without due time the list is ordered by it.
    """

    title: str
    url: str
    action: str
    icon: str
    why: str = ""
    due_at: datetime | None = None
    zone: tzinfo | None = None
    due: DueWord | None = None
    since: datetime | None = None
    post_url: str = ""
    primary: bool = False


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """Something that somebody else owes, and who."""

    who: str
    title: str
    url: str
    due_at: datetime | None = None
    zone: tzinfo | None = None
    due: DueWord | None = None
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happens at a time; ``status`` is a kind and a word, such as ``("info", "Under way")``."""

    due_at: datetime
    zone: tzinfo
    title: str
    url: str
    where: str = ""
    status: tuple[str, str] | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Line:
    """An item or something awaited as the page shows it at one moment: how near, and for how long it has waited."""

    item: Item | Awaited
    due: DueWord | None
    age: str


def line(item: Item | Awaited, now: datetime) -> Line:
    """``item`` at ``now``."""
    due = item.due
    if due is None and item.due_at is not None:
        due = due_word(item.due_at, now, item.zone)
    age = ""
    if item.since is not None and item.since <= now:
        age = _("Waiting for %(span)s.") % {"span": span_words(now - item.since)}
    return Line(item, due, age)


def first_names(people: Sequence[object]) -> str:
    """The first three by name, and how many more there are."""
    names = ", ".join(map(str, people[:3]))
    more = len(people) - 3
    if more <= 0:
        return names
    return ngettext("%(names)s and %(n)d more", "%(names)s and %(n)d more", more) % {"names": names, "n": more}


class _Dated(Protocol):
    """What a list orders by."""

    @property
    def due_at(self) -> datetime | None: ...

    @property
    def since(self) -> datetime | None: ...

    @property
    def title(self) -> str: ...


T = TypeVar("T", bound=_Dated)
Provider = Callable[["Desk"], Iterable[T]]
Registry = list[tuple[frozenset[str], Provider[T]]]

ITEMS: Registry[Item] = []
AWAITED: Registry[Awaited] = []
EVENTS: Registry[Event] = []


def provides(registry: Registry[T], *roles: str) -> Callable[[Provider[T]], Provider[T]]:
    """Register a provider for holders of any of ``roles``."""

    def register(provider: Provider[T]) -> Provider[T]:
        registry.append((frozenset(roles), provider))
        return provider

    return register


def collect(registry: Registry[T], desk: Desk) -> list[T]:
    """What the providers of the reader's roles find: by due time, then what has none by age."""
    held = desk.user.authority.role_names
    found = [each for roles, provider in registry if not roles.isdisjoint(held) for each in provider(desk)]
    return sorted(found, key=_order)


def _order(item: Any) -> tuple[bool, bool, float, str]:
    at = item.due_at or item.since
    return (item.due_at is None, at is None, at.timestamp() if at else 0.0, item.title)
