"""Who answered for a plan before, as its page shows it (5.1.1 a)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from planning.models import PlanHandOver

_FIELDS = {
    "from_pic": "from_pic__name",
    "to_pic": "to_pic__name",
    "reason": "reason",
    "handed_by": "handed_by__name",
    "handed_at": "handed_at",
}


def hand_over_rows() -> ArraySubquery:
    """For an annotation on the revisions of a plan: the rows that :func:`hand_overs_of` takes, the newest first."""
    rows = PlanHandOver.objects.filter(plan=OuterRef("plan")).order_by("-handed_at")
    return ArraySubquery(rows.values(row=JSONObject(**_FIELDS)))


def hand_overs_of(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each with names, reason and moment."""
    return [{**row, "handed_at": datetime.fromisoformat(row["handed_at"])} for row in rows]
