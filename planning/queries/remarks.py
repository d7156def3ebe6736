"""The remarks that stand on a plan's pages (APR-4)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from planning.enums import RevisionState
from planning.models import PlanRevision, RevisionComment
from planning.policies.plans import can_resolve_comment
from trainingops.people.models import User


def remarks_of(revision: PlanRevision, *, reader: User) -> list[Any]:
    """The remarks that concern ``revision``, the oldest first; one query. A draft's readers see them too.

    All since the last approval up to it, and older ones while they are open: a remark goes along from revision to
    revision until it is resolved. Each with ``may_settle``, whether ``reader`` may resolve it or take it up again.
    """
    plan = revision.plan
    decided = {RevisionState.APPROVED, RevisionState.SUPERSEDED}
    approved = plan.approved_revision.number if plan.approved_revision else 0
    since = revision.number - 1 if revision.state in decided else approved
    found: list[Any] = list(
        RevisionComment.objects.filter(revision__plan=plan, revision__number__lte=revision.number)
        .filter(Q(resolved_at=None) | Q(revision__number__gt=since))
        .select_related("author", "resolved_by", "revision")
        .order_by("created_at", "pk")
    )
    for each in found:
        each.may_settle = can_resolve_comment(reader, each, plan)
        each.is_earlier = each.revision.number < revision.number
    return found
