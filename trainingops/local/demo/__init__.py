"""Demo data relative to today and one full cycle through the services; ``manage.py demo`` calls these three."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation

from planning.models import TrainingPlan
from sessions.enums import SessionState
from sessions.models import TrainingSession
from trainingops.local.demo.cast import Cast, Login, load_people, logins
from trainingops.people.models import Person

__all__ = ["ARCHIVES", "RECORDS", "Login", "load", "logins", "run_cycle"]

#: Folders under ``.local`` for the PDFs by number, and for the archive that the cycle downloads and checks.
RECORDS, ARCHIVES = "records", "archives"
#: The demo's house was founded this long ago.
_FOUNDED = timedelta(days=400)


def load(now: datetime, *, founded: datetime | None = None) -> list[str]:
    """Load the demo data around ``now`` unless it is there; returns what to tell the reader, one line each.

    Args:
        founded: since when the house and its school exist; a year and a quarter of a year ago when missing.
    """
    from trainingops.local.demo.floor import load_floor
    from trainingops.local.demo.needs import load_needs
    from trainingops.local.demo.school import load_school
    from trainingops.local.demo.templates import load_templates

    if Person.objects.exists():
        return ["The demo data is there already."]
    with transaction.atomic():
        people = load_people(founded or now - _FOUNDED)
        cast = Cast()
        load_school(cast, founded or now - timedelta(days=90))
        load_templates(cast, now - timedelta(days=80))
        floor = load_floor(cast, now)
        needs = load_needs(cast, now)
    return [
        f"{people} people at 5 sites, 3 modules, 3 test papers, 2 plan templates",
        f"{floor['defects']} service defects, {floor['samples']} monitoring samples, {floor['intervals']} intervals",
        needs,
    ]


def run_cycle(now: datetime) -> list[str]:
    """Take one training through every stage unless that is done; returns what there is and its check, line by line."""
    from trainingops.local.demo import evidence
    from trainingops.local.demo.closing import review, watch
    from trainingops.local.demo.competences import load_competences
    from trainingops.local.demo.cycle import TITLE, Cycle, run_stages
    from trainingops.local.demo.effect import load_effect
    from trainingops.local.demo.mails import refuse_a_mail
    from trainingops.local.demo.objectives import set_objectives
    from trainingops.local.demo.paper import load_paper
    from trainingops.local.demo.reactions import load_reactions, prepare_surveys
    from trainingops.local.demo.situations import load_situations
    from trainingops.local.demo.teachers import load_teachers
    from trainingops.local.demo.testing import load_analyses

    plan = TrainingPlan.objects.filter(title=TITLE).first()
    lines = ["The cycle was run before; this is what it made."]
    cast = Cast()
    if plan is None:
        with transaction.atomic():
            cycle = Cycle(cast, now)
            prepare_surveys()
            plan = run_stages(cycle)
            review(cycle, plan)
            lines = [
                *load_situations(cycle),
                load_effect(cycle),
                load_analyses(cycle),
                load_teachers(cycle),
                load_competences(cycle),
                load_reactions(now),
                load_paper(now),
                set_objectives(cycle),
            ]
            watch(cycle, plan)
            lines.append(refuse_a_mail("consultation_asked"))
    elif not TrainingSession.objects.filter(state=SessionState.OPEN).exists():
        lines.append("No session is under way any more: make demo ARGS=--reset starts over, around today.")
    evidence.produce_all(timezone.now())
    plan.refresh_from_db()
    with translation.override("en"):
        lines = [f"Training {plan.number}: {plan.get_state_display().lower()}", *lines]
    return [
        *lines,
        "Records, each a sealed PDF with its data attached:",
        *evidence.records(settings.LOCAL_DIR / RECORDS),
        *evidence.archive(cast.user("AUD01"), settings.LOCAL_DIR / ARCHIVES, timezone.now()),
    ]
