"""What the system itself writes into a row: values, put into words of the reader's language only when they are shown.

A stored value is a text, which reads the same for everybody (what people typed, names, numbers), or a mapping made by
one of the functions here. Both fit into a JSON field, so that params of notices and the like can hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainingops.ui.moments import day_words, moment_words

Stored = str | Mapping[str, Any]


def stored_moment(moment: datetime, zone: ZoneInfo, style: str = "full") -> dict[str, Any]:
    """A time in a zone; ``style`` as in :func:`trainingops.ui.moments.moment_words`."""
    return {"moment": moment.isoformat(), "zone": zone.key, "style": style}


def stored_day(day: date) -> dict[str, Any]:
    """A date."""
    return {"day": day.isoformat()}


def stored_span(span: timedelta) -> dict[str, Any]:
    """A span, rounded to minutes."""
    return {"minutes": round(span.total_seconds() / 60)}


def stored_share(count: int, whole: int) -> dict[str, Any]:
    """How many participants of all."""
    return {"participants": count, "of": whole}


def stored_word(word: str) -> dict[str, Any]:
    """A word of the interface by its English msgid (``gettext_noop``, or the untranslated label of a choice)."""
    return {"word": word}


def stored_nobody() -> dict[str, Any]:
    """That nobody is meant."""
    return {"nobody": True}


def said(value: Any) -> Any:
    """A stored value in words of the active language; anything that is no mapping stays as it is.

    Raises:
        ValueError: a mapping that no function here made.
    """
    match value:
        case {"moment": str(moment), "zone": str(zone), "style": str(style)}:
            return moment_words(datetime.fromisoformat(moment), zone, style)
        case {"day": str(day)}:
            return day_words(date.fromisoformat(day))
        case {"minutes": int(minutes)}:
            return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
        case {"word": str(word)}:
            return _(word)
        case {"participants": int(count), "of": int(whole)}:
            return _("%(count)d of %(whole)d participants") % {"count": count, "whole": whole}
        case {"nobody": True}:
            return _("nobody")
        case Mapping():
            raise ValueError(f"not a stored value: {value!r}")
        case _:
            return value


def said_all(values: Mapping[str, Any]) -> dict[str, Any]:
    """Every value of ``values`` in words of the active language."""
    return {name: said(value) for name, value in values.items()}
