"""Telling PICs which of their plans need another module version or scoring scheme (2.1, 5.1.2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from planning.models import ModuleVersion, ScoringScheme, TrainingPlan
from planning.notices import url_of
from trainingops.notifications.services import notify

if TYPE_CHECKING:
    from planning.models.plans import TrainingPlanQuerySet
    from trainingops.people.models import User


def tell_losing(
    kind: str, part: ModuleVersion | ScoringScheme, plans: TrainingPlanQuerySet, *, page: str, now: datetime
) -> None:
    """Tell each PIC once which of ``plans`` are theirs; the notice leads to the only one, else to ``page``."""
    losing: dict[User, list[TrainingPlan]] = {}
    for plan in plans.select_related("pic").order_by("number"):
        losing.setdefault(plan.pic, []).append(plan)
    name = "scheme" if isinstance(part, ScoringScheme) else "module"
    for pic, theirs in losing.items():
        notify(
            kind=kind,
            recipients=[pic],
            subject=part,
            step=f"{now:%Y-%m-%dT%H:%M:%S}",
            url=url_of(theirs[0]) if len(theirs) == 1 else page,
            params={name: str(part), "numbers": ", ".join(plan.number for plan in theirs)},
            now=now,
        )
