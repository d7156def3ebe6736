"""What the clock does in this stage."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from planning.services import remind_teams
from planning.services.competences import remind_competences
from planning.services.expiry import remind_expiries
from planning.services.releases import remind_leaders
from planning.services.watching import tell_of_roster_changes


@shared_task
def sweep_reminders() -> None:
    """Every ten minutes: remind teams before their date (5.1.1 d), and leaders of agents not yet released."""
    now = timezone.now()
    remind_teams(now=now)
    remind_leaders(now=now)


@shared_task
def watch_rosters() -> None:
    """After a change of the roster: whom it takes out of an approved meeting (5.1.1 f)."""
    tell_of_roster_changes(now=timezone.now())


@shared_task
def sweep_expiries() -> None:
    """Every hour: what ends (5.1.1 a, ISO 7.2), and whom a new roster takes out of an approved meeting (5.1.1 f)."""
    now = timezone.now()
    remind_expiries(now=now)
    remind_competences(now=now)
    tell_of_roster_changes(now=now)
