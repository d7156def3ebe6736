"""What became of the defects behind the targets since their reason was frozen (2.3, 5.1.1 c)."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import ngettext

from planning.enums import DefectState, TargetReason
from planning.models import Defect, PlanRevision, PlanTarget


def with_annulled(targets: QuerySet[PlanTarget]) -> QuerySet[PlanTarget]:
    """Targets with how many of the defects behind each are annulled by now: ``annulled_now``."""
    behind = Defect.objects.filter(targets=OuterRef("pk"), state=DefectState.ANNULLED).order_by()
    count = behind.values("targets").annotate(n=Count("pk")).values("n")
    return targets.annotate(annulled_now=Coalesce(Subquery(count), 0))


def groundless(targets: QuerySet[PlanTarget]) -> QuerySet[PlanTarget]:
    """Those of drafts on target for defects of which none is left: all were annulled since.

    A reason that was approved is frozen and stays, also in the next draft.
    """
    behind = Defect.objects.filter(targets=OuterRef("pk"))
    approved = PlanTarget.objects.filter(
        revision=OuterRef("revision__plan__approved_revision"), person=OuterRef("person")
    )
    return targets.filter(
        Exists(behind),
        ~Exists(behind.exclude(state=DefectState.ANNULLED)),
        ~Exists(approved),
        reason=TargetReason.DEFECTS,
    )


def reason_now(reason: str, annulled: int) -> str:
    """The frozen reason as it stands, with a mark where defects behind it were annulled since."""
    if not annulled:
        return reason
    mark = ngettext("%(n)d of them annulled since", "%(n)d of them annulled since", annulled) % {"n": annulled}
    return f"{reason} ({mark})"


def people_with_annulled(revision: PlanRevision) -> list[tuple[str, int]]:
    """Whose targets rest on defects that are annulled by now, and on how many of them: names in order."""
    targets = with_annulled(PlanTarget.objects.filter(revision=revision)).filter(annulled_now__gt=0)  # type: ignore[misc]
    return list(targets.order_by("person__name").values_list("person__name", "annulled_now"))  # type: ignore[misc]
