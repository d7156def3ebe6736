"""Where a background job stands, and stopping it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from trainingops.domain import Refused
from trainingops.jobs.models import Job, JobState
from trainingops.jobs.registry import get_kind
from trainingops.jobs.services import cancel_job
from trainingops.people.http import SignedInRequest

STATUS = {
    JobState.QUEUED: "idle",
    JobState.RUNNING: "info",
    JobState.SUCCEEDED: "ok",
    JobState.WARNED: "warn",
    JobState.FAILED: "late",
    JobState.CANCELLED: "waive",
}


def job_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One job with its progress; the same page serves as the fragment that htmx asks for."""
    job = get_object_or_404(Job.objects.visible_to(request.user), uuid=uuid)
    kind = get_kind(job.kind)
    context = {
        "job": job,
        "label": kind.label,
        "status": STATUS[JobState(job.state)],
        "warnings": kind.warnings_of(job),
        "failure": kind.failure_of(job),
        "page_url": kind.page(job) if kind.page else "",
    }
    template = "jobs/progress.html" if request.headers.get("HX-Request") else "jobs/job_detail.html"
    return render(request, template, context)


def job_cancel(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Stop a job after its present step."""
    job = get_object_or_404(Job.objects.visible_to(request.user), uuid=uuid)
    try:
        cancel_job(job=job, actor=request.user, now=request.now)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("job_detail", uuid=job.uuid)
