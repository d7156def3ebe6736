"""Carry a job on: claim it by lease, do a step, write where it stands, repeat (DESIGN.md §5.3)."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from trainingops.jobs.models import Job, JobState
from trainingops.jobs.registry import Progress, get_kind

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5


class JobStopped(Exception):
    """Raised inside a step: somebody cancelled the job, or another worker carries it on."""


def claim_job(*, job_id: int, now: datetime) -> Job | None:
    """Take the lease of a job that waits, or whose worker died; none when somebody else holds it."""
    token = uuid.uuid4()
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=now)
    taken = Job.objects.filter(free, pk=job_id).update(
        state=JobState.RUNNING,
        token=token,
        lease_until=now + LEASE,
        heartbeat_at=now,
        attempts=F("attempts") + 1,
        started_at=now,
    )
    return Job.objects.get(pk=job_id) if taken else None


def run_job(*, job_id: int, clock: Callable[[], datetime]) -> None:
    """Claim and carry on until the work ends, the lease is lost, or somebody cancels.

    Args:
        clock: tells the time before each step.
    """
    job = claim_job(job_id=job_id, now=clock())
    if job is None:
        return
    if job.attempts > MOST_ATTEMPTS:
        _finish(job, JobState.FAILED, clock(), error=f"Its worker died {MOST_ATTEMPTS} times.")
        return
    try:
        result = _carry_on(job, clock)
    except JobStopped:
        # Who lost the lease writes nothing here: the token is no longer its own.
        _finish(job, JobState.CANCELLED, clock())
        return
    except Exception as error:
        log.exception("job %s (%s) failed", job.uuid, job.kind)
        _finish(job, JobState.FAILED, clock(), error=f"{type(error).__name__}: {error}")
        return
    if result is not None:
        state = JobState.WARNED if result.get("warnings") else JobState.SUCCEEDED
        _finish(job, state, clock(), result=result)


def _carry_on(job: Job, clock: Callable[[], datetime]) -> dict[str, Any] | None:
    """The job's result, or none when it was cancelled or its lease was lost."""
    steps = get_kind(job.kind).handler(job, clock())
    while True:
        try:
            progress: Progress = next(steps)
        except StopIteration as end:
            return end.value or {}
        if not _write_progress(job, progress, clock()):
            steps.close()
            log.warning("job %s lost its lease", job.uuid)
            return None
        if Job.objects.filter(pk=job.pk, cancel_requested=True).exists():
            steps.close()
            _finish(job, JobState.CANCELLED, clock())
            return None


def report_progress(*, job: Job, progress: Progress, now: datetime) -> None:
    """Say how far a step is and renew the lease, for steps that may outlast it.

    Raises:
        JobStopped: the job was cancelled, or its lease was lost; the step lets it through.
    """
    if not _write_progress(job, progress, now) or Job.objects.filter(pk=job.pk, cancel_requested=True).exists():
        raise JobStopped


def _write_progress(job: Job, progress: Progress, now: datetime) -> bool:
    written = Job.objects.filter(pk=job.pk, token=job.token).update(
        done=progress.done,
        total=progress.total,
        cursor=progress.cursor,
        heartbeat_at=now,
        lease_until=now + LEASE,
    )
    return written == 1


def _finish(job: Job, state: str, now: datetime, *, result: dict[str, Any] | None = None, error: str = "") -> None:
    Job.objects.filter(pk=job.pk, token=job.token).update(
        state=state, finished_at=now, result=result or {}, error=error, token=None, lease_until=None
    )


def jobs_to_wake(now: datetime) -> list[int]:
    """Keys of jobs that wait, or whose worker died."""
    return list(
        Job.objects.filter(Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=now))
        .order_by("created_at")
        .values_list("pk", flat=True)[:50]
    )
