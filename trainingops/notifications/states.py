"""Where a matter stands by now, beside the notices about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from trainingops.ui.panels import cells, register_provider, register_slot
from trainingops.ui.templatetags.ui import status

_SLOT = "notifications.subject"
#: The type of what a notice is about, and which one.
About = tuple[str, UUID]


def declare() -> None:
    """Make the slot known; called when the app starts."""
    register_slot(_SLOT, "(type, uuid) of what notices are about; its present state, as a status")


def register_state(
    model: type[Model],
    word: Promise | str,
    standing: Callable[[Any], tuple[str, str]],
    rows: Callable[[Any], QuerySet[Any]],
) -> None:
    """Say how the rows of ``model`` stand: one query a page, and none where no notice is about one.

    Args:
        word: what such a thing is called.
        standing: row → kind of status and word.
        rows: user → the rows whose state they may see.
    """
    label = model._meta.label

    def provider(about: list[About], user: Any) -> Mapping[About, SafeString]:
        wanted = [uuid for kind, uuid in about if kind == label]
        found = rows(user).filter(uuid__in=wanted) if wanted else ()
        return {(label, row.uuid): format_html("{}: {}", word, status(*standing(row), bare=True)) for row in found}

    register_provider(_SLOT, provider)


def states_of(about: set[About], user: Any) -> dict[About, list[SafeString]]:
    """What there is to say of each."""
    return cells(_SLOT, about, user)
