"""Volumes of intervals (5.1.1 f)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from planning.models import TrafficInterval
from planning.policies.catalogue import can_import_traffic
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require

if TYPE_CHECKING:
    from trainingops.people.models import User

_WRITTEN = [
    "minutes",
    "is_complete",
    "offered",
    "answered",
    "abandoned",
    "aht_seconds",
    "asa_seconds",
    "agents",
    "service_level_percent",
]


@service
def save_traffic(*, intervals: Sequence[TrafficInterval], actor: User, now: datetime) -> None:
    """Write the intervals of one line at one site; those known already get the new figures. Two writes in all.

    Raises:
        NotAllowed: the line and site lie outside the actor's scope.
        Refused: no line and site, or more than one.
    """
    if not intervals:
        return
    places = {(row.site_id, row.line_id, row.source) for row in intervals}
    if len(places) > 1 or None in next(iter(places)):
        raise Refused(_("Choose the line and site of these volumes."))
    site_id, line_id, _source = next(iter(places))
    require(can_import_traffic(actor, site_id=site_id, line_id=line_id))
    TrafficInterval.objects.bulk_create(
        intervals,
        update_conflicts=True,
        unique_fields=["site", "line", "source", "queue", "starts_at"],
        update_fields=_WRITTEN,
        batch_size=5_000,
    )
    first, last = min(row.starts_at for row in intervals), max(row.starts_at for row in intervals)
    record(
        "traffic.saved",
        subject=intervals[0].site,
        actor=actor,
        now=now,
        data={"line": intervals[0].line.uuid, "rows": len(intervals), "first": first, "last": last},
    )
