"""What the clock does in this stage."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from planning.services import remind_teams
from planning.services.expiry import remind_expiries
from planning.services.releases import remind_leaders


@shared_task
def sweep_reminders() -> None:
    """Every ten minutes: remind teams before their date (5.1.1 d), and leaders of agents not yet released."""
    now = timezone.now()
    remind_teams(now=now)
    remind_leaders(now=now)


@shared_task
def sweep_expiries() -> None:
    """Every hour: remind of appointments and qualifications that end (5.1.1 a)."""
    remind_expiries(now=timezone.now())
