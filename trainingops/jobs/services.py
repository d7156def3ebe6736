"""Background jobs with progress (DESIGN.md §5.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.jobs.models import Job, JobState
from trainingops.jobs.wake import wake

if TYPE_CHECKING:
    from trainingops.people.models import User


@dataclass
class Progress:
    """What a step of a job reports back: it is written to the row with the cursor before the next step begins."""

    done: int
    total: int | None
    cursor: dict[str, Any]


#: A job's work: called with the job, yields after each step; starts again from ``job.cursor`` after a crash.
#: What it returns is the job's result; ``{"warnings": […]}`` in it ends the job "with warnings".
JobHandler = Callable[[Job, datetime], Iterator[Progress]]


@dataclass(frozen=True, kw_only=True)
class JobKind:
    name: str
    label: Promise | str
    handler: Callable[..., Any]


_kinds: dict[str, JobKind] = {}


def register_kind(kind: JobKind) -> None:
    """Make a kind of job known. Registering two under one name is an error."""
    if kind.name in _kinds and _kinds[kind.name] != kind:
        raise ValueError(f"job kind {kind.name} is registered twice")
    _kinds[kind.name] = kind


def get_kind(name: str) -> JobKind:
    """The kind of that name, or ``LookupError``."""
    if name not in _kinds:
        raise LookupError(f"job kind {name!r} is not registered; known: {', '.join(sorted(_kinds))}")
    return _kinds[name]


@service
def enqueue_job(*, kind: str, owner: User, params: dict[str, Any], now: datetime) -> Job:
    """Write a job to be done; a worker is woken after the commit, and the sweep finds it without that."""
    get_kind(kind)
    job = Job.objects.create(kind=kind, owner=owner, params=params, created_at=now)
    record("job.queued", subject=job, actor=owner, now=now, data={"kind": kind})
    from trainingops.jobs.tasks import carry_on_job

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
