"""Who lets an agent go to their recovery (5.3.1)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from planning.models import TrainingPlan
from planning.queries.plans import holders, local_day
from trainingops.people.queries import leaders_by_person


def leaders_for(people: Collection[int], plan: TrainingPlan, now: datetime) -> dict[int, list[int]]:
    """Keys of the accounts of those who lead these people today, by person; the manager where nobody does.

    A leader on long leave leads nobody. Two queries at most.
    """
    day = local_day(now, plan.site)
    found = leaders_by_person(people, day)
    led = {person: leaders for person, leaders in found.items() if leaders}
    if missing := set(people) - led.keys():
        managers = holders("manager", site=plan.site, line=plan.line, day=day).order_by("login")
        known = list(managers.values_list("pk", flat=True))
        led |= dict.fromkeys(missing, known)
    return led
