"""What became of the defects behind the targets since their reason was frozen (2.3, 5.1.1 c)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count
from django.utils.translation import ngettext

from planning.enums import DefectState
from planning.models import PlanRevision, PlanTarget


def annulled_since(revisions: Iterable[PlanRevision]) -> dict[int, int]:
    """How many defects behind each target are annulled by now: key of the target → number, one query."""
    return dict(
        PlanTarget.objects.filter(revision__in=list(revisions), defects__state=DefectState.ANNULLED)
        .order_by()
        .values_list("pk")
        .annotate(n=Count("defects"))
    )


def reason_now(reason: str, annulled: int) -> str:
    """The frozen reason as it stands, with a mark where defects behind it were annulled since."""
    if not annulled:
        return reason
    mark = ngettext("%(n)d of them annulled since", "%(n)d of them annulled since", annulled) % {"n": annulled}
    return f"{reason} ({mark})"


def people_with_annulled(revision: PlanRevision) -> list[tuple[str, int]]:
    """Whose targets rest on defects that are annulled by now, and on how many of them: names in order."""
    found = annulled_since([revision])
    names = PlanTarget.objects.filter(pk__in=found).order_by("person__name").values_list("pk", "person__name")
    return [(name, found[pk]) for pk, name in names]
