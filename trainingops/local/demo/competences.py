"""What agents of the demo must hold, what they showed before, and a list that waits for the manager (ISO 9001 7.2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import cycle as in_turn
from uuid import NAMESPACE_OID, uuid5

from django.utils import timezone

from planning.models import CompetenceRequirement
from planning.queries.changes import agents_at_work
from planning.services.competences import remind_competences
from planning.services.history import Shown, record_competences
from planning.services.requirements import Needed, RequirementText, approve_requirement, submit_requirement
from trainingops.local.demo.cycle import Cycle
from trainingops.local.demo.school import module
from trainingops.people.models import Segment

#: For how many months each module holds.
_MONTHS = (("PNM-HS-04", 12), ("PNM-HS-09", 12), ("PNM-SS-02", 24))
#: How many days ago agents showed each module, in turn; None has not shown it.
_SHOWN_AGO = {
    "PNM-HS-04": (40, 150, 330, None, 90, 345, 210, 400, 20),
    "PNM-SS-02": (300, 60, None, 500, 120, 700, 30),
}


def load_competences(cycle: Cycle) -> str:
    """A list in force, competences that hold, end soon, have ended or are missing, and a revision that waits."""
    calls, products, moods = (Needed(module(code).module, months) for code, months in _MONTHS)
    began = cycle.days_ago(50, 9)
    first = _submit(cycle, [calls, moods], "Standar kompetensi agent Inbound.", at=began)
    approve_requirement(requirement=first, note="", actor=cycle.cast.manager, now=began + timedelta(hours=3))
    _show(cycle)
    emas = Segment.objects.get(name="Tabungan Emas")
    _submit(cycle, [products], "Buyback dan transfer emas dilayani sejak bulan ini.", at=cycle.now, segment=emas)
    remind_competences(now=cycle.now)
    return "2 lists of required modules: one in force, one waits for approval"


def _submit(
    cycle: Cycle, modules: list[Needed], reason: str, *, at: datetime, segment: Segment | None = None
) -> CompetenceRequirement:
    cast = cycle.cast
    content = RequirementText(
        modules=modules,
        effective_on=timezone.localdate(at, cast.jakarta.zone),
        expiring_days=60,
        grace_days=30,
        reason=reason,
    )
    return submit_requirement(line=cast.inbound, segment=segment, content=content, actor=cast.pic, now=at)


def _show(cycle: Cycle) -> None:
    """What agents of the line passed before the house used this program."""
    today = timezone.localdate(cycle.now)
    places = agents_at_work(today).filter(line=cycle.cast.inbound).select_related("person").order_by("person__pk")
    shown = []
    for code, ages in _SHOWN_AGO.items():
        version = module(code)
        for place, days in zip(places, in_turn(ages), strict=False):
            if days is not None:
                shown.append(
                    Shown(
                        person=place.person,
                        module_version=version,
                        achieved_on=today - timedelta(days=days),
                        source=uuid5(NAMESPACE_OID, f"{code} {place.person.employee_no}"),
                        result=Decimal(80 + days % 20),
                    )
                )
    record_competences(shown=shown, actor=cycle.cast.pic, now=cycle.now)
