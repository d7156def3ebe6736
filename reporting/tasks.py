"""What the clock does in this stage."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from reporting.queries import SWEEP
from reporting.services import breach_overdue, escalate_overdue, remind_owners, watch_recipients
from trainingops.jobs.clock import agreed_now
from trainingops.jobs.health import beat
from trainingops.notifications.services import finish_bulk


@shared_task
def sweep_deadlines() -> None:
    """Every 30 seconds: note breaches, tell up the line, remind owners, leave a heartbeat (DESIGN.md §5.1)."""
    now = agreed_now()
    breach_overdue(now=now)
    escalate_overdue(now=now)
    remind_owners(now=now)
    finish_bulk(now=now)
    beat(SWEEP, now=now)


@shared_task
def sweep_recipients() -> None:
    """Every 10 minutes: tell of parties that lost their last recipient (5.3.2)."""
    watch_recipients(now=timezone.now())
