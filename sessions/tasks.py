"""What the clock does in the execution stage."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from sessions.services.attempts import submit_due_attempts


@shared_task
def sweep_attempts() -> int:
    """Submit the saved answers of tests whose time is over (QUZ-3)."""
    return submit_due_attempts(now=timezone.now())
