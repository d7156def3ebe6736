"""What the clock does in this stage."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from reporting.services import breach_overdue, remind_owners, watch_recipients
from trainingops.jobs.models import Heartbeat


@shared_task
def sweep_deadlines() -> None:
    """Every 30 seconds: note breaches, remind owners, leave a heartbeat (DESIGN.md §5.1)."""
    now = timezone.now()
    breach_overdue(now=now)
    remind_owners(now=now)
    Heartbeat.objects.update_or_create(name="deadlines", defaults={"beat_at": now})


@shared_task
def sweep_recipients() -> None:
    """Every 10 minutes: tell of parties that lost their last recipient (5.3.2)."""
    watch_recipients(now=timezone.now())
