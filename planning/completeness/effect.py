"""How the effect of an improvement is measured: fixed before the class, frozen by the approval (2.3, 5.4)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.completeness.items import Item, Snapshot
from planning.effect_windows import DAYS, Around, faults, windows_words
from planning.enums import TrainingKind
from planning.lists import lists_of
from planning.queries.effect import around

_NAMES = {
    "effect_class": gettext_lazy("class of defects"),
    "before_from": gettext_lazy("first day before"),
    "before_until": gettext_lazy("last day before"),
    "after_from": gettext_lazy("first day after"),
    "after_until": gettext_lazy("last day after"),
}


def measuring(snapshot: Snapshot) -> list[Item]:
    """One item of an improvement; a refreshment is asked only where its PIC began to plan it."""
    revision = snapshot.revision
    missing = [str(name) for field, name in _NAMES.items() if not getattr(revision, field)]
    if revision.plan.kind != TrainingKind.IMPROVEMENT and len(missing) == len(_NAMES):
        return []
    gap = ""
    if missing:
        gap = _("Fill in: %(what)s. The form proposes what is usual.") % {"what": ", ".join(missing)}
    elif found := faults({name: getattr(revision, name) for name in DAYS}, _around(snapshot)):
        gap = found[0][1]
    return [Item("effect", _("Measuring the effect"), "effect", windows_words(revision), gap, clause="5.4")]


def _around(snapshot: Snapshot) -> Around:
    """What the windows lie around, from what is loaded where it is."""
    known = lists_of(snapshot.revision)
    if not known:
        return around(snapshot.revision)
    days = [snapshot.local_day(each.ends_at) for each in snapshot.meetings]
    return Around(known.selected, None, max(days, default=None))
