"""The rows of a table of differences (APR-5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.difference import Kind
from planning.queries.remarks import Remark

#: A row may also stand for what did not change, because somebody remarked on it.
RowKind = Kind | Literal["kept"]

WORDS: dict[RowKind, tuple[Any, str, str]] = {
    "added": (gettext_lazy("added"), "plus", "ok"),
    "removed": (gettext_lazy("removed"), "minus", "late"),
    "changed": (gettext_lazy("changed"), "edit", "info"),
    "kept": (gettext_lazy("unchanged"), "talk", "idle"),
}


@dataclass
class Line:
    """One person or party within a row."""

    kind: RowKind
    before: str
    after: str
    note: str = ""

    @property
    def word(self) -> str:
        return str(WORDS[self.kind][0])

    @property
    def icon(self) -> str:
        return WORDS[self.kind][1]

    @property
    def colour(self) -> str:
        return WORDS[self.kind][2]


@dataclass
class Row(Line):
    """One row of the table of differences."""

    key: str = ""
    label: str = ""
    sub: str = ""
    #: What tells it from rows with the same label, such as the batch or the parameter.
    about: str = ""
    material: bool = False
    lines: list[Line] = field(default_factory=list)
    comments: list[Remark] = field(default_factory=list)

    @property
    def word(self) -> str:
        """``changed, material``: the word says what the colour says."""
        word = str(WORDS[self.kind][0])
        return _("%(word)s, material") % {"word": word} if self.material else word

    @property
    def colour(self) -> str:
        return super().colour if self.material else "idle"
