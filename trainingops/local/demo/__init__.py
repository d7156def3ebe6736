"""Demo data relative to today and one full cycle through the services; ``manage.py demo`` calls these three."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from planning.models import TrainingPlan
from trainingops.local.demo.cast import Cast, Login, load_people, logins
from trainingops.people.models import Person
from trainingops.records.models import Archive

__all__ = ["ARCHIVES", "Login", "load", "logins", "run_cycle"]

#: Where the cycle writes the archive that it downloads and checks.
ARCHIVES = settings.LOCAL_DIR / "archives"
#: The demo's house was founded this long ago.
_FOUNDED = timedelta(days=400)


def load(now: datetime) -> list[str]:
    """Load the demo data around ``now`` unless it is there; returns what to tell the reader, one line each."""
    from trainingops.local.demo.floor import load_floor
    from trainingops.local.demo.school import load_school

    if Person.objects.exists():
        return ["The demo data is there already."]
    with transaction.atomic():
        people = load_people(now - _FOUNDED)
        cast = Cast()
        load_school(cast, now - timedelta(days=90))
        floor = load_floor(cast, now)
    return [
        f"{people} people at 5 sites, 3 modules, 2 test papers",
        f"{floor['defects']} service defects, {floor['samples']} monitoring samples, {floor['intervals']} intervals",
    ]


def run_cycle(now: datetime) -> list[str]:
    """Take one training through every stage unless that is done; returns what it made, one line each."""
    from trainingops.local.demo import evidence
    from trainingops.local.demo.closing import review
    from trainingops.local.demo.cycle import TITLE, Cycle, run_stages
    from trainingops.local.demo.situations import load_situations

    plan = TrainingPlan.objects.filter(title=TITLE).first()
    lines = ["The cycle was run already."]
    cast = Cast()
    if plan is None:
        with transaction.atomic():
            cycle = Cycle(cast, now)
            plan = run_stages(cycle)
            review(cycle, plan)
            lines = load_situations(cycle)
    made = evidence.produce_all(timezone.now())
    if not Archive.objects.exclude(ready_at=None).exists():
        made += evidence.archive(cast.user("AUD01"), timezone.now())
    plan.refresh_from_db()
    return [f"Training {plan.number}: {plan.get_state_display()}", *lines, *made]
