"""The words of a notice, in a given language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from trainingops.notifications.registry import get_kind
from trainingops.ui.stored import said_all


@dataclass(frozen=True)
class NoticeText:
    title: str
    body: str


def notice_text(kind: str, params: Mapping[str, Any], *, language: str | None = None) -> NoticeText:
    """Title and body of a notice; in the active language unless ``language`` is given."""
    described = get_kind(kind)
    with translation.override(language or translation.get_language()):
        words = said_all(params)
        if described.words:
            words |= described.words(words)
        return NoticeText(title=str(described.title) % words, body=str(described.body) % words)
