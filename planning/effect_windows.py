"""The windows in which a training is judged: what is proposed, and what cannot be (2.3, 5.4).

Who is chosen for many defects in some weeks has fewer in other weeks, trained or not. The weeks that chose the
participants say nothing of the training, so they are never the window "before".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from trainingops.ui.bounds import reversed_words
from trainingops.ui.moments import day_words

#: The names of the fields, in the order of the form.
DAYS = ("before_from", "before_until", "after_from", "after_until")
#: What the form proposes: eight weeks hold enough random samples of a team and not yet another training.
PROPOSED = timedelta(weeks=8)
#: Longer windows compare seasons rather than a training.
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Around:
    """What the windows lie around.

    Attributes:
        selected: first and last day of the defects by which participants were chosen; None where none were.
        first, last: local days of the first and the last meeting; None while there is none.
    """

    selected: tuple[date, date] | None = None
    first: date | None = None
    last: date | None = None


def selected_span(spans: Iterable[tuple[str | None, str | None]]) -> tuple[date, date] | None:
    """All selecting windows together, from their ISO days as the reasons of targets keep them."""
    known = [(since, until) for since, until in spans if since and until]
    if not known:
        return None
    return (
        date.fromisoformat(min(since for since, _until in known)),
        date.fromisoformat(max(until for _since, until in known)),
    )


def propose(around: Around) -> dict[str, date]:
    """Eight weeks that end the day before the selecting window (else the class), and eight from the day after it."""
    found: dict[str, date] = {}
    start = around.selected[0] if around.selected else around.first
    if start:
        found |= {"before_from": start - PROPOSED, "before_until": start - timedelta(days=1)}
    if around.last:
        found |= {"after_from": around.last + timedelta(days=1), "after_until": around.last + PROPOSED}
    return found


def faults(days: Mapping[str, date | None], around: Around) -> list[tuple[str, str]]:
    """What of the windows cannot be: the field, and value and remedy in words; days that are missing are no fault."""
    begin, end, after, last = (days.get(name) for name in DAYS)
    found: list[tuple[str, str]] = []
    for start, stop, field in ((begin, end, "before_until"), (after, last, "after_until")):
        if start and stop and stop < start:
            found.append((field, reversed_words(start, stop)))
        elif start and stop and stop - start > LONGEST:
            words = _("The window from %(start)s to %(end)s is longer than a year. Choose a shorter one.")
            found.append((field, words % {"start": day_words(start), "end": day_words(stop)}))
    if end and around.selected and end >= around.selected[0]:
        found.append(("before_until", _selected_words(end, around.selected)))
    elif end and after and after <= end:
        words = _("The window after begins on %(start)s, before the window before has ended on %(end)s.")
        remedy = _("Choose a later day.")
        found.append(("after_from", f"{words % {'start': day_words(after), 'end': day_words(end)}} {remedy}"))
    if after and around.last and after <= around.last:
        words = _("The window after begins on %(start)s, and the last meeting is on %(last)s. Choose a later day.")
        found.append(("after_from", words % {"start": day_words(after), "last": day_words(around.last)}))
    return found


def _selected_words(end: date, selected: tuple[date, date]) -> str:
    words = _(
        "The window before ends on %(end)s, and the participants were chosen by their defects of %(since)s to "
        "%(until)s. Who is chosen for many defects has fewer later, trained or not: choose an end before %(since)s."
    )
    return words % {"end": day_words(end), "since": day_words(selected[0]), "until": day_words(selected[1])}


def windows_words(plan: Any) -> str:
    """The class and both windows of an effect plan in words; nothing while one of them is missing."""
    if not plan.effect_class or not all(getattr(plan, name) for name in DAYS):
        return ""
    return _("%(cls)s; before %(b1)s–%(b2)s, after %(a1)s–%(a2)s") % {
        "cls": class_word(plan.effect_class),
        "b1": day_words(plan.before_from, "dated"),
        "b2": day_words(plan.before_until, "dated"),
        "a1": day_words(plan.after_from, "dated"),
        "a2": day_words(plan.after_until, "dated"),
    }


#: The classes as people say them; they are never added into one figure (2.3).
_CLASS_WORDS = {"cace": "CACE", "bace": "BACE", "coace": "CoACE"}


def class_word(error_class: str) -> str:
    """A class of defects in a word."""
    return _CLASS_WORDS.get(error_class) or _("Non-critical")
