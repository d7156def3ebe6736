"""What every page knows: the time, the menu, the look, whose house it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from trainingops.ui import navigation

THEMES = ("auto", "light", "dark")
# URL names that the shell itself links to when they exist and the reader may open them, and how.
PLACES = {
    "home": "GET",
    "inbox": "GET",
    "account": "GET",
    "search": "GET",
    "verify": "GET",
    "account_logout": "POST",
    "set_language": "POST",
}
_procedure_line: list[Callable[[], str]] = []


def register_procedure_line(provider: Callable[[], str]) -> None:
    """Say who knows the line on the controlled procedure that stands under the menu (number, revision, date)."""
    _procedure_line[:] = [provider]


def _theme(request: HttpRequest) -> str:
    """The reader's choice, written into the page so that nothing flashes and no script runs."""
    theme = getattr(getattr(request, "user", None), "theme", "")
    return theme if theme in THEMES else "auto"


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``now``, ``zone``, ``theme``, ``navigation`` and the names of the organisation and unit.

    All that may cost a query is lazy, so that a fragment for htmx pays nothing.
    """
    numbers: Any = SimpleLazyObject(lambda: navigation.counts(request))
    groups: Any = SimpleLazyObject(lambda: navigation.menu(request, numbers))
    places: Any
    if getattr(request, "bare", False):  # a log-in that may open one page only: a menu would lead nowhere
        groups, places = [], {}
    else:
        places = SimpleLazyObject(
            lambda: {name: navigation.address(request, name, how) for name, how in PLACES.items()}
        )
    return {
        "now": getattr(request, "now", None) or timezone.now(),
        "zone": timezone.get_current_timezone(),
        "theme": _theme(request),
        "organisation": settings.ENV.organisation,
        "unit": settings.ENV.unit,
        "navigation": groups,
        "navigation_low": SimpleLazyObject(lambda: navigation.low_bar(groups, navigation.roles_of(request))),
        "counts": numbers,
        "places": places,
        "procedure_line": SimpleLazyObject(lambda: _procedure_line[0]() if _procedure_line else ""),
    }
