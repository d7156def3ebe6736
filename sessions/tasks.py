"""What the clock does in the execution stage."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from sessions.services.attempts import submit_due_attempts
from sessions.services.inheriting import inherit_cases
from sessions.services.lapsing import propose_lapses
from sessions.services.paper import draw_print, let_prints_go, undrawn_prints
from sessions.services.suspending import suspend_cases
from trainingops.jobs.wake import wake


@shared_task
def sweep_attempts() -> int:
    """Submit the saved answers of tests whose time is over (QUZ-3)."""
    return submit_due_attempts(now=timezone.now())


@shared_task
def draw_sheet(sheet_id: int) -> None:
    """Draw one attendance list to be signed by hand; does nothing when it is drawn."""
    draw_print(sheet_id=sheet_id)


@shared_task
def sweep_prints() -> None:
    """Have prints drawn that no worker took, and let those of yesterday go."""
    now = timezone.now()
    for sheet_id in undrawn_prints(now=now):
        wake(draw_sheet, sheet_id)
    let_prints_go(now=now)


@shared_task
def sweep_recovery() -> int:
    """What only the calendar brings about: a leave that goes on, a role or an assignment that ends (4.3, 5.3.1)."""
    now = timezone.now()
    return suspend_cases(now=now) + inherit_cases(now=now) + propose_lapses(now=now)
