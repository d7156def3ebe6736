"""The remarks that stand on a plan's pages (APR-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from planning.enums import RevisionState
from planning.models import PlanRevision, RevisionComment
from planning.policies.plans import can_resolve_comment
from trainingops.people.models import User


@dataclass
class Remark:
    """One remark for reading.

    Attributes:
        number: the revision on which it was made; ``is_earlier`` than the one shown.
        may_settle: whether the reader may resolve it, or take it up again.
        label: the field's name, where the remark does not stand beside it.
    """

    uuid: UUID
    field: str
    text: str
    author: str
    created_at: datetime
    resolved_by: str
    resolved_at: datetime | None
    number: int
    is_earlier: bool
    may_settle: bool
    label: str = ""


def remark_rows() -> ArraySubquery:
    """For an annotation ``remark_rows`` of revisions: the remarks of the whole plan, no query more."""
    rows = RevisionComment.objects.filter(revision__plan=OuterRef("plan")).order_by("created_at", "pk")
    plain = {name: name for name in ("uuid", "field", "text", "created_at", "resolved_at", "author_id")}
    return ArraySubquery(
        rows.values(
            row=JSONObject(**plain, author="author__name", resolved_by="resolved_by__name", number="revision__number")
        )
    )


def remarks_of(revision: PlanRevision, *, reader: User) -> list[Remark]:
    """The remarks that concern ``revision``, read with :func:`remark_rows`, the oldest first.

    All since the last approval up to it, and older ones while they are open: a remark goes along from revision to
    revision until it is resolved.
    """
    plan = revision.plan
    approved = plan.approved_revision.number if plan.approved_revision else 0
    was_approved = revision.state in {RevisionState.APPROVED, RevisionState.SUPERSEDED}
    since = revision.number - 1 if was_approved else approved
    rows: list[dict[str, Any]] = revision.remark_rows  # type: ignore[attr-defined]
    return [
        Remark(
            uuid=UUID(row["uuid"]),
            field=row["field"],
            text=row["text"],
            author=row["author"],
            created_at=datetime.fromisoformat(row["created_at"]),
            resolved_by=row["resolved_by"] or "",
            resolved_at=datetime.fromisoformat(row["resolved_at"]) if row["resolved_at"] else None,
            number=row["number"],
            is_earlier=row["number"] < revision.number,
            may_settle=can_resolve_comment(reader, plan, author=row["author_id"]),
        )
        for row in rows
        if row["number"] <= revision.number and (row["number"] > since or not row["resolved_at"])
    ]
