"""The check of all rows and the preview it gives: at once, or by a job (IMP-4, IMP-5)."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from trainingops.audit.journal import record, service
from trainingops.domain import StaleVersion, require, require_transition
from trainingops.imports.enums import STEPS
from trainingops.imports.models import ImportRun, ImportState, PreviewRow
from trainingops.imports.preview import DryRun, as_stored, dry_run
from trainingops.imports.reading import Sheet
from trainingops.imports.registry import Importer, get_importer
from trainingops.imports.services.cells import head_of, headings_of, is_large, sheet_of, upload_of
from trainingops.imports.subjects import Origin
from trainingops.jobs.models import Job
from trainingops.jobs.registry import Progress
from trainingops.jobs.running import report_progress
from trainingops.jobs.services import enqueue_job

if TYPE_CHECKING:
    from trainingops.people.models import User

#: Rows of a preview that one statement writes.
ROWS_A_STATEMENT = 2_000
#: How often a check reports how far it is.
REPORT_EVERY = timedelta(seconds=1)
CHECK_KIND = "import_check"


def locked_run(run: ImportRun) -> ImportRun:
    runs = ImportRun.objects.select_for_update(no_key=True, of=("self",)).select_related("upload", "owner")
    return runs.defer("upload__content", "upload__original").get(pk=run.pk)


def open_run(run: ImportRun, actor: User, now: datetime) -> tuple[ImportRun, Importer]:
    """The locked run with its importer, while it may still change and its cells are there."""
    run = locked_run(run)
    importer = get_importer(run.kind)
    require(run.owner_id == actor.pk and actor.authority.has(*importer.roles))
    busy = run.job is None or run.job.finished_at is None
    if run.state == ImportState.APPLYING and busy:
        raise StaleVersion(_("This import is being applied. Wait until it has ended."), code="applying")
    if run.state == ImportState.CHECKING and busy:
        raise StaleVersion(_("This file is being checked. Wait until it has ended, or stop it."), code="checking")
    require_transition(run, ImportState.PREVIEWED, STEPS)
    upload_of(run, now)
    return run, importer


def look_at_rows(run: ImportRun, importer: Importer, now: datetime) -> None:
    """Check all rows for a preview: at once, or by a job where they are many."""
    if not is_large(run, now):
        run.job = None
        _keep(run, check_rows(run, sheet_of(run, now), importer, now), now)
        return
    run.rows.all().delete()
    run.preview, run.counts, run.state = {}, {}, ImportState.CHECKING
    run.job = enqueue_job(kind=CHECK_KIND, owner=run.owner, params={"run": str(run.uuid)}, now=now)
    run.save()


def check_rows(
    run: ImportRun, sheet: Sheet, importer: Importer, now: datetime, seen: Callable[[int], None] | None = None
) -> DryRun:
    subject = subject_of(run, importer)
    if importer.subject:
        require(subject is not None and importer.subject.may(run.owner, subject))
    origin = Origin(run.file_name, subject, run)
    return dry_run(importer, sheet, run.mapping, user=run.owner, now=now, options=run.options, seen=seen, origin=origin)


def subject_of(run: ImportRun, importer: Importer) -> Any:
    """What the file of a run is about, as its owner sees it; ``None`` without one, or where it is out of sight."""
    return importer.subject.find(run.owner, run.subject) if importer.subject and run.subject else None


def _keep(run: ImportRun, found: DryRun, now: datetime) -> None:
    """Store the preview that a check gave, in place of the one before."""
    run.preview, rows = as_stored(found, headings_of(run, head_of(run, now)))
    run.counts, run.state = found.counts, ImportState.PREVIEWED
    run.rows.all().delete()
    PreviewRow.objects.bulk_create(
        (PreviewRow(run=run, number=row.pop("number"), status=row.pop("status"), body=row) for row in rows),
        batch_size=ROWS_A_STATEMENT,
    )
    run.save()
    record("import.previewed", subject=run, actor=run.owner, now=now, data={"counts": run.counts})


def run_check_job(job: Job, now: datetime) -> Generator[Progress, None, dict[str, Any]]:
    """The check of a large file. It writes nothing before its end, so it begins again wherever it was killed."""
    run = ImportRun.objects.select_related("owner", "upload").get(uuid=job.params["run"])
    with override(run.owner.language):
        if run.state != ImportState.CHECKING or run.job_id != job.pk:
            return {"counts": run.counts}
        total = head_of(run, now).rows
        yield Progress(done=0, total=total, cursor={})
        sheet = sheet_of(run, now)
        found = check_rows(run, sheet, get_importer(run.kind), now, seen=reporter(job, total))
        yield Progress(done=total, total=total, cursor={})
        finish_check(run=run, job=job, found=found, now=now)
        return {"counts": found.counts}


@service
def finish_check(*, run: ImportRun, job: Job, found: DryRun, now: datetime) -> None:
    """Keep what a check found, unless another check was begun meanwhile.

    The job's own row is not written here: whoever lost its lease finds the same as the one who has it.
    """
    run = locked_run(run)
    if run.state == ImportState.CHECKING and run.job_id == job.pk:
        _keep(run, found, now)


def reporter(job: Job, total: int | None = None) -> Callable[[int], None]:
    """Tells the job's row where a check is, once a second; importers go over the rows several times, so what is shown
    never goes back. Without ``total`` only the lease is renewed."""
    due, done = timezone.now() + REPORT_EVERY, job.done if total is None else 0

    def seen(at: int) -> None:
        nonlocal due, done
        moment = timezone.now()
        if moment < due:
            return
        due = moment + REPORT_EVERY
        if total is not None:
            done = max(done, min(at, total))
        progress = Progress(done=done, total=job.total if total is None else total, cursor=job.cursor)
        report_progress(job=job, progress=progress, now=moment)

    return seen
