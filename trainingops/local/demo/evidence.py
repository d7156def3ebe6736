"""What the cycle leaves: the records as PDFs, and an archive that the auditor's own tools accept (clause 6)."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from trainingops.jobs.running import run_job
from trainingops.people.models import User
from trainingops.records.archive.inspection import inspect_archive
from trainingops.records.filters import EvidenceFilter
from trainingops.records.models import EvidenceRecord, EvidenceRequest
from trainingops.records.services.archiving import request_archive
from trainingops.records.services.production import produce_record
from trainingops.records.storage import path_of


def produce_all(now: datetime) -> list[str]:
    """Make the records that wait, as the PDF worker would; number, title and path of each record."""
    for request in EvidenceRequest.objects.filter(state=EvidenceRequest.State.PENDING).order_by("pk"):
        produce_record(request=request, now=now)
    failed = EvidenceRequest.objects.exclude(error="").exclude(state=EvidenceRequest.State.PRODUCED)
    if failed:
        raise CommandError(f"{len(failed)} records could not be made: {failed[0].error}")
    return [
        f"{record.number}  {record.title}  {path_of(record.sealed.sha256)}"
        for record in EvidenceRecord.objects.select_related("sealed").order_by("pk")
    ]


def archive(auditor: User, now: datetime) -> list[str]:
    """Order, build and check an archive of everything; where it is and what the check said."""
    ordered = request_archive(chosen=EvidenceFilter(), actor=auditor, now=now)
    assert ordered.job is not None
    run_job(job_id=ordered.job.pk, clock=timezone.now)
    ordered.refresh_from_db()
    if not ordered.path:
        return [f"The archive could not be built: {ordered.job.error}"]
    folder = settings.LOCAL_DIR / "archives"
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / Path(ordered.path).name
    shutil.copyfile(ordered.path, copy)
    found = inspect_archive(copy)
    lines = [f"Archive: {copy} ({ordered.records_count} records)", f"Accepted by: {', '.join(found.passed)}"]
    lines += [f"Problem: {problem}" for problem in found.problems]
    if found.unavailable:
        lines.append(f"Not checked, because it is not installed: {', '.join(found.unavailable)}")
    return lines
