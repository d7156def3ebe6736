"""For the tests of importers: a file in, the checked rows out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from trainingops.imports.models import ImportRun, ImportState
from trainingops.imports.preview import DryRun, dry_run
from trainingops.imports.reading import guess_mapping, read_sheet
from trainingops.imports.registry import Importer
from trainingops.imports.subjects import NOWHERE, Origin
from trainingops.jobs.running import run_job

if TYPE_CHECKING:
    from trainingops.people.models import User


def run_import(
    importer: Importer,
    file: Path | bytes,
    *,
    user: User,
    now: datetime,
    options: Mapping[str, Any] | None = None,
    apply: bool = False,
    origin: Origin = NOWHERE,
) -> DryRun:
    """Read ``file`` as an upload is read, with guessed columns, and check it; ``apply`` writes the valid rows."""
    content = file.read_bytes() if isinstance(file, Path) else file
    sheet = read_sheet(content, importer)
    mapping = guess_mapping(sheet, importer)
    found = dry_run(importer, sheet, mapping, user=user, now=now, options=options or {}, origin=origin)
    if apply:
        importer.apply(rows=found.to_write, actor=user, now=now)
    return found


def checked_by_its_job(run: ImportRun) -> ImportRun:
    """The run with its preview: a large file's check is carried on as a worker does it."""
    run.refresh_from_db()
    if run.state == ImportState.CHECKING and run.job_id:
        run_job(job_id=run.job_id, clock=timezone.now)
    return ImportRun.objects.get(pk=run.pk)
