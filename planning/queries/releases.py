"""The releases of agents as the pages of a plan and of a session show them (5.1.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.urls import reverse

from planning.enums import ReleaseState
from planning.models import ReleaseConfirmation, TrainingPlan
from planning.policies.plans import can_see_release
from trainingops.people.models import User

_FIELDS = {
    "uuid": "uuid",
    "state": "state",
    "reason": "reason",
    "batch": "planned_session__label",
    "name": "team__name",
    "team": "team_id",
    "site": "team__site_id",
    "line": "team__line_id",
}
#: The kind of each state's mark.
RELEASE_KINDS = {ReleaseState.ASKED: "idle", ReleaseState.CONFIRMED: "ok", ReleaseState.OTHER_BATCH: "warn"}


@dataclass(frozen=True)
class ReleaseLine:
    """What one team's leader said about one session; ``url`` is blank for who may not open it."""

    batch: str
    team: str
    kind: str
    word: str
    reason: str
    url: str


def releases_of_session() -> ArraySubquery:
    """For an annotation on what has the uuid of a planned session: the rows that :func:`release_lines` takes."""
    rows = ReleaseConfirmation.objects.filter(planned_session__uuid=OuterRef("uuid")).order_by("team__name")
    return ArraySubquery(rows.values(row=JSONObject(**_FIELDS)))


def releases_of_plan() -> ArraySubquery:
    """The same rows of all sessions of a plan, for an annotation on its revisions."""
    rows = ReleaseConfirmation.objects.filter(plan=OuterRef("plan")).order_by("planned_session", "team__name")
    return ArraySubquery(rows.values(row=JSONObject(**_FIELDS)))


def release_lines(rows: Iterable[Mapping[str, Any]], *, plan: TrainingPlan, reader: User) -> list[ReleaseLine]:
    """The rows in the reader's words, with a link where they may open it."""
    return [
        ReleaseLine(
            batch=row["batch"],
            team=row["name"],
            kind=RELEASE_KINDS[ReleaseState(row["state"])],
            word=str(ReleaseState(row["state"]).label),
            reason=row["reason"],
            url=reverse("release_detail", args=[row["uuid"]])
            if can_see_release(reader, plan, team=row["team"], site=row["site"], line=row["line"])
            else "",
        )
        for row in rows
    ]
