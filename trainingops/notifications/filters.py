"""What of an inbox or the outbox is shown; the state of a filter lives in the address (DLN-4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from trainingops.notifications.enums import OutboxState
from trainingops.notifications.models import NoticeQuerySet, OutboxMessage
from trainingops.notifications.registry import NoticeKind, all_kinds
from trainingops.ui.navigation import GROUPS

Text = str | Promise


@dataclass(frozen=True)
class Choice:
    """One link of a filter."""

    key: str
    word: Text
    count: int
    current: bool


class InboxFilter:
    """``?show=unread&group=5.3&kind=report.breached``: all of it optional, what is unknown counts as not given."""

    def __init__(self, given: Mapping[str, str], notices: NoticeQuerySet) -> None:
        self.notices = notices
        self.kinds = {kind.name: kind for kind in all_kinds()}
        self.unread = given.get("show") == "unread"
        self.kind = self.kinds.get(given.get("kind", ""))
        group = self.kind.group if self.kind else given.get("group", "")
        self.group = group if group in {each.key for each in GROUPS} else ""

    @property
    def chosen(self) -> NoticeQuerySet:
        """The notices that the filter shows."""
        found = self.notices.unread() if self.unread else self.notices
        if self.kind:
            return found.filter(kind=self.kind.name)
        return found.filter(kind__in=self._names(self.group)) if self.group else found

    @cached_property
    def _numbers(self) -> dict[str, tuple[int, int]]:
        """All and the unread of each kind: one query for every count of the page."""
        rows = self.notices.order_by().values("kind").annotate(all=Count("pk"), new=Count("pk", Q(read_at=None)))
        return {row["kind"]: (row["all"], row["new"]) for row in rows}

    @property
    def shows(self) -> list[Choice]:
        """All, and the unread."""
        names = [self.kind.name] if self.kind else self._names(self.group) if self.group else list(self._numbers)
        return [
            Choice("", pgettext_lazy("notices", "All"), self._count(names, unread=False), current=not self.unread),
            Choice("unread", _("Unread"), self._count(names, unread=True), current=self.unread),
        ]

    @property
    def groups(self) -> list[Choice]:
        """The chapters of which there are notices."""
        found = [
            Choice(each.key, each.label, count, current=each.key == self.group)
            for each in GROUPS
            if each.label and (count := self._count(self._names(each.key), unread=self.unread))
        ]
        total = self._count(self._numbers, unread=self.unread)
        return [Choice("", _("Every chapter"), total, current=not self.group), *found]

    @property
    def kinds_of_group(self) -> list[Choice]:
        """The kinds of the chosen chapter of which there are notices; none while no chapter is chosen."""
        names = self._names(self.group) if self.group else []
        return [
            Choice(name, self.kinds[name].label, count, current=bool(self.kind and self.kind.name == name))
            for name in names
            if (count := self._count([name], unread=self.unread))
        ]

    @property
    def count(self) -> int:
        """How many notices the filter shows."""
        return next(each.count for each in self.shows if each.current)

    @property
    def is_set(self) -> bool:
        return self.unread or bool(self.group)

    def _names(self, group: str) -> list[str]:
        return [name for name, kind in self.kinds.items() if kind.group == group]

    def _count(self, names: Iterable[str], *, unread: bool) -> int:
        return sum(self._numbers.get(name, (0, 0))[unread] for name in names)


def kinds_by_group(kinds: Iterable[NoticeKind]) -> list[tuple[Text, str, list[NoticeKind]]]:
    """Chapter, clause and its kinds by their words; chapters without any are left out."""
    found = list(kinds)
    return [
        (group.label, group.clause, sorted(of_group, key=lambda kind: str(kind.label)))
        for group in GROUPS
        if (of_group := [kind for kind in found if (kind.group or "settings") == group.key])
    ]


#: Where a mail stands, as the administrator asks: key, word, condition.
STANDINGS: tuple[tuple[str, Text, Callable[[datetime], Q]], ...] = (
    ("failed", _("Could not be sent"), lambda _now: Q(state=OutboxState.FAILED)),
    ("trying", _("On its way"), lambda now: Q(state=OutboxState.PENDING) & ~_held(now)),
    ("held", _("Waits for working hours"), lambda now: Q(state=OutboxState.PENDING) & _held(now)),
    ("closed", _("Not sent, account closed"), lambda _now: Q(state=OutboxState.CLOSED)),
    ("sent", _("Sent"), lambda _now: Q(state=OutboxState.SENT)),
)


def _held(now: datetime) -> Q:
    """Not tried yet, and not to be tried now."""
    return Q(not_before__gt=now, attempts=0)


class OutboxFilter:
    """``?state=failed&q=contoh.id``; without a state what failed, or what is on its way where nothing did."""

    def __init__(self, given: Mapping[str, str], now: datetime) -> None:
        self.now = now
        self.words = given.get("q", "").strip()[:200].replace("\0", "")
        self.state = given.get("state", "")

    @property
    def of_words(self) -> QuerySet[OutboxMessage]:
        """Whose address or name holds the words, in whatever state."""
        found = OutboxMessage.objects.all()
        if self.words:
            found = found.filter(Q(address__icontains=self.words) | Q(recipient__name__icontains=self.words))
        return found

    @cached_property
    def numbers(self) -> dict[str, int]:
        """How many there are of each standing: one query."""
        counts = {key: Count("pk", condition(self.now)) for key, _word, condition in STANDINGS}
        return self.of_words.aggregate(**counts)

    @property
    def chosen_key(self) -> str:
        if self.state in self.numbers:
            return self.state
        return "failed" if self.numbers["failed"] or not self.numbers["trying"] else "trying"

    @property
    def chosen(self) -> QuerySet[OutboxMessage]:
        """The mails that the filter shows; what waits longest first, what was sent newest first."""
        condition = next(condition for key, _word, condition in STANDINGS if key == self.chosen_key)
        order = "-sent_at" if self.chosen_key == "sent" else "created_at"
        return self.of_words.filter(condition(self.now)).order_by(order, "pk")

    @property
    def choices(self) -> list[Choice]:
        return [
            Choice(key, word, self.numbers[key], current=key == self.chosen_key) for key, word, _condition in STANDINGS
        ]
