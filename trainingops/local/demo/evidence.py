"""What the cycle leaves: the records as PDFs, and an archive that the auditor's own tools accept (clause 6)."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone, translation

from trainingops.jobs.running import run_job
from trainingops.people.models import User
from trainingops.records.archive.contents import folder_of, kind_labels
from trainingops.records.archive.inspection import inspect_archive
from trainingops.records.filters import EvidenceFilter
from trainingops.records.models import Archive, EvidenceRecord, EvidenceRequest
from trainingops.records.services.archiving import request_archive
from trainingops.records.services.production import produce_record
from trainingops.records.storage import read_file


def produce_all(now: datetime) -> None:
    """Make the records that wait, as the PDF worker would."""
    for request in EvidenceRequest.objects.filter(state=EvidenceRequest.State.PENDING).order_by("pk"):
        produce_record(request=request, now=now)
    failed = EvidenceRequest.objects.exclude(error="").exclude(state=EvidenceRequest.State.PRODUCED)
    if failed:
        raise CommandError(f"{len(failed)} records could not be made: {failed[0].error}")


def records(folder: Path) -> list[str]:
    """Number, kind and path of each record, its PDF copied under its number into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with translation.override("en"):
        labels = kind_labels()
    rows = []
    for record in EvidenceRecord.objects.select_related("sealed").order_by("kind", "pk"):
        copy = folder / f"{record.number}.pdf"
        if not copy.exists():
            copy.write_bytes(read_file(record.sealed.sha256))
        rows.append((record.number, labels[record.kind], from_here(copy)))
    widths = [max(len(row[column]) for row in rows) for column in range(2)] if rows else []
    return [f"  {number:<{widths[0]}}  {label:<{widths[1]}}  {path}" for number, label, path in rows]


def archive(auditor: User, folder: Path, now: datetime) -> list[str]:
    """Where the archive of everything is, made when there is none, and what the check says now."""
    made = Archive.objects.filter(requested_by=auditor).exclude(ready_at=None).order_by("pk").first()
    if made is None or not _copy_of(made, folder).exists():
        made = _make_archive(auditor, folder, now)
    copy = _copy_of(made, folder)
    found = inspect_archive(copy)
    lines = [f"Archive of {made.records_count} records: {from_here(copy)}"]
    if found.passed:
        lines.append(f"Checked now, accepted by: {', '.join(found.passed)}")
    lines += [f"Problem: {problem}" for problem in found.problems]
    if found.unavailable:
        lines.append(f"Not checked, because it is not installed: {', '.join(found.unavailable)}")
    return lines


def _make_archive(auditor: User, folder: Path, now: datetime) -> Archive:
    made = request_archive(chosen=EvidenceFilter(), actor=auditor, now=now)
    assert made.job is not None
    run_job(job_id=made.job.pk, clock=timezone.now)
    made.refresh_from_db()
    if not made.path:
        raise CommandError(f"The archive could not be built: {made.job.error}")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made.path, _copy_of(made, folder))
    return made


def _copy_of(made: Archive, folder: Path) -> Path:
    return folder / f"{folder_of(made)}.zip"


def from_here(path: Path) -> str:
    """``path`` as somebody in the project's folder types it."""
    inside = path.resolve().is_relative_to(settings.BASE_DIR)
    return os.path.relpath(path.resolve(), settings.BASE_DIR) if inside else str(path)
