"""Background jobs with progress (DESIGN.md §5.3)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.jobs.models import Job, JobState
from trainingops.jobs.registry import get_kind
from trainingops.jobs.tasks import carry_on_job
from trainingops.jobs.wake import wake

if TYPE_CHECKING:
    from trainingops.people.models import User


@service
def enqueue_job(*, kind: str, owner: User, params: dict[str, Any], now: datetime) -> Job:
    """Write a job to be done; a worker is woken after the commit, and the sweep finds it without that."""
    get_kind(kind)
    job = Job.objects.create(kind=kind, owner=owner, params=params, created_at=now)
    record("job.queued", subject=job, actor=owner, now=now, data={"kind": kind})
    wake(carry_on_job, job.pk)
    return job


@service
def cancel_job(*, job: Job, actor: User, now: datetime) -> None:
    """Ask a job to stop after its present step; one that waits ends at once.

    Raises:
        Refused: it has ended already.
    """
    job = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
    require(job.owner_id == actor.pk or actor.authority.has("administrator"))
    if job.finished_at:
        raise Refused(_("This job has ended already (%(state)s).") % {"state": job.get_state_display()})
    job.cancel_requested = True
    if job.state == JobState.QUEUED:
        job.state, job.finished_at = JobState.CANCELLED, now
    job.save(update_fields=["cancel_requested", "state", "finished_at"])
    record("job.cancelled", subject=job, actor=actor, now=now, data={"kind": job.kind})
