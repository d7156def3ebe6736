"""What workers do with jobs."""

from celery import shared_task
from django.utils import timezone

from trainingops.jobs.health import beat
from trainingops.jobs.running import jobs_to_wake, run_job
from trainingops.jobs.wake import wake


# Acknowledged at once: the row's lease is the truth, and a job may run longer than any visibility time.
@shared_task(acks_late=False, soft_time_limit=6 * 3600, time_limit=6 * 3600)
def carry_on_job(job_id: int) -> None:
    """Run a job, or what is left of it."""
    run_job(job_id=job_id, clock=timezone.now)


@shared_task
def sweep_jobs() -> None:
    """Wake workers for jobs that wait or were left behind."""
    for job_id in jobs_to_wake(timezone.now()):
        wake(carry_on_job, job_id)


@shared_task
def sweep_heartbeat() -> None:
    """Show that beat and the clock worker live."""
    beat("clock", now=timezone.now())
