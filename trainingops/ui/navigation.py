"""The menu as data: each app registers its own items in ``AppConfig.ready``; the reader sees what they may open.

The groups follow the chapters of the procedure, because that is the order in which a training is lived.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.db.models import Count, QuerySet, Value
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from trainingops.ui.icons import icon

Text = str | Promise


class AccessRow(Protocol):
    """What the menu asks of a row of the access table; ``roles`` is None for pages open to the public."""

    @property
    def roles(self) -> frozenset[str] | None: ...

    def allows(self, roles: frozenset[str], method: str) -> bool: ...


@dataclass(frozen=True)
class Group:
    """A heading of the menu and the clause it answers."""

    key: str
    label: Text
    clause: str


GROUPS = (
    Group("start", "", ""),
    Group("5.1", _("Preparation"), "5.1"),
    Group("5.2", _("Execution"), "5.2"),
    Group("5.3", _("Reporting"), "5.3"),
    Group("5.4", _("Evaluation"), "5.4"),
    Group("6", _("Evidence"), "6"),
    Group("settings", _("Settings"), ""),
)


@dataclass(frozen=True)
class NavItem:
    """One line of the menu.

    Args:
        group: the key of a :data:`GROUPS` entry.
        label: the word shown.
        url_name: a URL without arguments; the access table decides who sees the item.
        icon: a name of ``icons.svg``.
        order: place inside the group.
        low: also in the bar at the bottom of phones, which shows the first three of them.
        low_for: roles for whom it stands in that bar; empty for all who may open it.
        short: the word in that bar where the label is too long for a quarter of a phone.
        count_key: key of :func:`register_counts` whose number stands beside the item.
        hot: the number asks for action.
        area: prefixes of URL names that count as being here; without it, what begins like ``url_name`` does:
            ``plan_list`` is also where ``plan_detail`` is.
    """

    group: str
    label: Text
    url_name: str
    icon: str
    order: int = 50
    low: bool = False
    low_for: frozenset[str] = frozenset()
    short: Text = ""
    count_key: str = ""
    hot: bool = False
    area: tuple[str, ...] = ()

    @property
    def word_low(self) -> Text:
        """What the bar of phones calls it."""
        return self.short or self.label


@dataclass(frozen=True)
class Shown:
    """A menu item as one page shows it."""

    item: NavItem
    url: str
    current: bool
    count: int


CountProvider = Callable[[HttpRequest], Mapping[str, QuerySet[Any]]]
_items: dict[str, NavItem] = {}
_counts: list[CountProvider] = []


def register(*items: NavItem) -> None:
    """Add items to the menu; registering a URL name again replaces its item.

    Raises:
        ValueError, LookupError: the group or the icon does not exist.
    """
    known = {group.key for group in GROUPS}
    for item in items:
        if item.group not in known:
            raise ValueError(f"No menu group {item.group!r}. There are: {', '.join(sorted(known))}.")
        icon(item.icon)  # a start that fails beats a page that does
        _items[item.url_name] = item


def register_counts(provider: CountProvider) -> None:
    """Add a provider of counts, called once a page: what to count, by key. The bar's inbox reads the key ``inbox``."""
    if provider not in _counts:
        _counts.append(provider)


@cache
def _access_table() -> Mapping[str, AccessRow]:
    """The one table of who may open what; named in the settings because the ui is the lowest layer."""
    table: Mapping[str, AccessRow] = import_string(settings.ACCESS_TABLE)
    return table


def roles_of(request: HttpRequest) -> frozenset[str]:
    """The names of the reader's roles; empty for somebody who is not signed in."""
    authority: Any = getattr(request, "authority", None)
    return frozenset(authority.role_names) if authority is not None else frozenset()


def may_open(role_names: frozenset[str], url_name: str, method: str = "GET") -> bool:
    """Whether the access table lets these roles open the URL: a link that would be refused is not shown."""
    row = _access_table().get(url_name)
    return row is not None and row.allows(role_names, method)


def address(request: HttpRequest, url_name: str, method: str = "GET") -> str:
    """The URL if it exists and the reader may open it, else an empty string."""
    if not may_open(roles_of(request), url_name, method):
        return ""
    signed_in = getattr(getattr(request, "user", None), "is_authenticated", False)
    if _access_table()[url_name].roles is not None and not signed_in:
        return ""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def counts(request: HttpRequest) -> dict[str, int]:
    """All counts of the page's menu by key: one query, however many stages count."""
    rows = [
        found.order_by().values(key=Value(key)).annotate(number=Count("pk")).values_list("key", "number")
        for provider in _counts
        for key, found in provider(request).items()
    ]
    return dict(rows[0].union(*rows[1:], all=True)) if rows else {}


def _is_here(item: NavItem, here: str) -> bool:
    """Whether the page with the URL name ``here`` belongs to ``item``."""
    area = item.area or (f"{item.url_name.removesuffix('_list')}_",)
    return bool(here) and (here == item.url_name or here.startswith(area))


def menu(request: HttpRequest, numbers: Mapping[str, int]) -> list[tuple[Group, list[Shown]]]:
    """The groups and items that the reader may open, in order; groups without items are left out."""
    match = request.resolver_match
    here = (match.url_name or "") if match else ""
    shown: dict[str, list[Shown]] = {group.key: [] for group in GROUPS}
    allowed = [
        (item, url)
        for item in sorted(_items.values(), key=lambda each: each.order)
        if (url := address(request, item.url_name))
    ]
    # The longest match is where we are: "plan_queue" is not also "plan".
    inside = [item for item, _url in allowed if _is_here(item, here)]
    current = max(inside, key=lambda item: (item.url_name == here, len(item.url_name)), default=None)
    for item, url in allowed:
        shown[item.group].append(Shown(item, url, item is current, numbers.get(item.count_key, 0)))
    return [(group, shown[group.key]) for group in GROUPS if shown[group.key]]


def low_bar(groups: list[tuple[Group, list[Shown]]], role_names: frozenset[str]) -> list[Shown]:
    """The first three items that belong to the bar at the bottom of phones, for somebody with these roles."""
    found = [shown for _group, items in groups for shown in items if shown.item.low]
    return [each for each in found if not each.item.low_for or each.item.low_for & role_names][:3]
