"""Kinds of jobs. Each room registers its own when it starts."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from trainingops.domain import Registry
from trainingops.jobs.models import Job, JobState


@dataclass
class Progress:
    """What a step of a job reports back: it is written to the row with the cursor before the next step begins."""

    done: int
    total: int | None
    cursor: dict[str, Any]


#: A job's work: called with the job, yields after each step; starts again from ``job.cursor`` after a crash.
#: What it returns is the job's result; ``{"warnings": […]}`` in it ends the job "with warnings": texts, or whatever the
#: ``warning`` of its kind says in the language of who reads.
JobHandler = Callable[[Job, datetime], Generator[Progress, None, dict[str, Any] | None]]


@dataclass(frozen=True, kw_only=True)
class JobKind:
    name: str
    label: Promise | str
    handler: JobHandler
    #: Where what the job works on is seen; none when the job's own page is all there is.
    page: Callable[[Job], str] | None = None
    #: Says one of the result's warnings; these are texts unless a kind stores something else.
    warning: Callable[[Any], str] = str
    #: How work that failed is begun again; "order it again" where nothing else is said.
    remedy: Promise | str = ""

    def warnings_of(self, job: Job) -> list[str]:
        """What the job could not do, in the language of who reads."""
        return [self.warning(each) for each in job.result.get("warnings", ())]

    def failure_of(self, job: Job) -> str:
        """Why there is no result and what to do, for who reads; what broke stands in the log, under the same number."""
        if job.state != JobState.FAILED:
            return ""
        said = _(
            "The site could not finish this. %(remedy)s If it fails again, give the administrator number %(number)s."
        )
        return said % {"remedy": self.remedy or _("Order it again."), "number": job.uuid}


_kinds: Registry[JobKind] = Registry("job kind")


def register_kind(kind: JobKind) -> None:
    """Make a kind of job known. Registering two under one name is an error."""
    _kinds.add(kind)


def get_kind(name: str) -> JobKind:
    """The kind of that name, or ``LookupError``."""
    return _kinds.find(name)
