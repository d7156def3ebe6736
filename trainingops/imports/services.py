"""Upload → columns → preview → apply (IMP-1 to IMP-7)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, StaleVersion, require, require_transition
from trainingops.imports.enums import STEPS
from trainingops.imports.models import ImportRun, ImportState, PreviewRow, RememberedMapping, Upload
from trainingops.imports.outside import read_outside
from trainingops.imports.preview import DryRun, as_stored, dry_run
from trainingops.imports.reading import Head, Sheet, guess_mapping, read_sheet
from trainingops.imports.registry import Importer, get_importer
from trainingops.imports.values import heading_key
from trainingops.jobs.models import Job
from trainingops.jobs.registry import Progress
from trainingops.jobs.running import report_progress
from trainingops.jobs.services import enqueue_job

if TYPE_CHECKING:
    from trainingops.people.models import User

#: How long an upload and its preview are kept.
UPLOAD_LIFETIME = timedelta(hours=24)
#: Up to this many rows are applied while the user waits.
ROWS_IN_REQUEST = 500
#: Up to this many rows are read and checked while the user waits: about a second, and a few megabytes in a web worker
#: that may use 120. Larger files are read by another process and checked by a job with progress.
ROWS_CHECKED_IN_REQUEST = 1_000
#: Rows of a preview that one statement writes.
ROWS_A_STATEMENT = 2_000
#: How often a check reports how far it is.
REPORT_EVERY = timedelta(seconds=1)
JOB_KIND = "import"
CHECK_KIND = "import_check"


@service
def take_upload(*, importer: Importer, name: str, content: bytes, actor: User, now: datetime) -> ImportRun:
    """Read a file, keep its cells, guess its columns; a layout confirmed before goes straight to the preview.

    What is kept are the cells without identity-card numbers, not the file.

    Raises:
        Refused: what :func:`~trainingops.imports.reading.read_sheet` refuses.
    """
    require(actor.authority.has(*importer.roles))
    head, packed = _read(content, importer)
    upload = Upload.objects.create(
        name=name[-200:],
        media_type="application/json+zlib",
        sha256=hashlib.sha256(content).hexdigest(),
        content=packed,
        head=asdict(head),
        uploaded_by=actor,
        uploaded_at=now,
        expires_at=now + UPLOAD_LIFETIME,
    )
    remembered = RememberedMapping.objects.filter(kind=importer.name, layout=layout_of(head)).first()
    run = ImportRun.objects.create(
        kind=importer.name,
        upload=upload,
        owner=actor,
        created_at=now,
        mapping=remembered.mapping if remembered else guess_mapping(head, importer),
        options=remembered.options if remembered else {},
    )
    record("import.uploaded", subject=run, actor=actor, now=now, data={"kind": run.kind, "sha256": upload.sha256})
    if remembered:
        _look(run, importer, now)
    return run


@service
def confirm_columns(*, run: ImportRun, mapping: Mapping[str, int], actor: User, now: datetime) -> ImportRun:
    """Fix which column of the file is which, remember it for the layout, and check all rows: at once or by a job.

    Raises:
        Refused: a needed column is missing, or one column of the file stands for two.
        WrongState, StaleVersion: it was applied, or has expired.
    """
    run, importer = _open(run, actor, now)
    for column in importer.columns:
        if column.required and column.name not in mapping:
            raise Refused(
                _("Choose the column of the file that holds “%(column)s”.") % {"column": column.label},
                field=column.name,
                code="column_missing",
            )
    places: dict[int, str] = {}
    for name, place in mapping.items():
        if place in places:
            raise Refused(
                _("One column of the file cannot stand for two. Choose another one."), field=name, code="column_twice"
            )
        places[place] = name
    run.mapping = dict(mapping)
    _remember(run, head_of(run, now))
    _look(run, importer, now)
    return run


@service
def answer_import(
    *, run: ImportRun, answers: Mapping[str, str], people: Mapping[str, str], actor: User, now: datetime
) -> ImportRun:
    """Note what the file leaves open and whom it means, and check all rows again.

    Args:
        answers: question → choice; remembered for the layout.
        people: text of the file → employee number.
    """
    run, importer = _open(run, actor, now)
    picked = {**run.options.get("people", {}), **{text: number for text, number in people.items() if number.strip()}}
    run.options = {**run.options, **answers, **({"people": picked} if picked else {})}
    _remember(run, head_of(run, now))
    _look(run, importer, now)
    return run


@service
def check_again(*, run: ImportRun, actor: User, now: datetime) -> ImportRun:
    """A fresh preview: something changed meanwhile, or the job failed or was stopped."""
    run, importer = _open(run, actor, now)
    _look(run, importer, now)
    return run


def run_check_job(job: Job, now: datetime) -> Generator[Progress, None, dict[str, Any]]:
    """The check of a large file. It writes nothing before its end, so it begins again wherever it was killed."""
    run = ImportRun.objects.select_related("owner", "upload").get(uuid=job.params["run"])
    with override(run.owner.language):
        if run.state != ImportState.CHECKING or run.job_id != job.pk:
            return {"counts": run.counts}
        total = head_of(run, now).rows
        yield Progress(done=0, total=total, cursor={})
        sheet = _sheet(run, now)
        found = _check(run, sheet, get_importer(run.kind), now, seen=_reporter(job, total))
        yield Progress(done=total, total=total, cursor={})
        finish_check(run=run, job=job, found=found, now=now)
        return {"counts": found.counts}


@service
def finish_check(*, run: ImportRun, job: Job, found: DryRun, now: datetime) -> None:
    """Keep what a check found, unless another check was begun meanwhile.

    The job's own row is not written here: whoever lost its lease finds the same as the one who has it.
    """
    run = _locked(run)
    if run.state == ImportState.CHECKING and run.job_id == job.pk:
        _keep(run, found, now)


@service
def apply_import(*, run: ImportRun, only_valid_rows: bool, actor: User, now: datetime) -> ImportRun:
    """Write what the preview showed: at once up to 500 rows of a small file, else as a background job.

    Raises:
        Refused: rows with errors and "all or nothing", an open question, or nothing to write.
        WrongState, StaleVersion: it was applied, or has expired.
    """
    run, importer = _open(run, actor, now)
    require_transition(run, ImportState.APPLYING, STEPS)
    if run.preview.get("questions"):
        raise Refused(_("Answer the question above the rows first."), code="question_open")
    if (wrong := _wrong(run.counts)) and not only_valid_rows:
        raise _rows_with_errors(wrong)
    writes = run.counts.get("new", 0) + run.counts.get("changed", 0)
    if not writes:
        raise Refused(_("There is nothing to write: no row is new or changed."), code="nothing_to_write")
    run.only_valid_rows = only_valid_rows
    run.state = ImportState.APPLYING
    if writes > ROWS_IN_REQUEST or _is_large(run, now):
        run.job = enqueue_job(kind=JOB_KIND, owner=actor, params={"run": str(run.uuid)}, now=now)
        run.save()
        return run
    found = _check(run, _sheet(run, now), importer, now)
    _require_valid(run, found)
    importer.apply(rows=found.to_write, actor=actor, now=now)
    _finish(run, found.counts, actor, now)
    return run


def run_import_job(job: Job, now: datetime) -> Generator[Progress, None, dict[str, Any]]:
    """The job of a large import: in parts where only the valid rows are written, in one where it is all or nothing.

    It may be stopped and started anywhere: a row that was written is the same in the next check.
    """
    run = ImportRun.objects.select_related("owner", "upload").get(uuid=job.params["run"])
    with override(run.owner.language):
        if run.state == ImportState.APPLIED:
            return {"counts": run.counts}
        importer, sheet = get_importer(run.kind), _sheet(run, now)
        found = _check(run, sheet, importer, now, seen=_reporter(job))
        _require_valid(run, found)
        rows = found.to_write
        size = importer.rows_at_once if run.only_valid_rows else max(len(rows), 1)
        before = int(job.cursor.get("written", 0))
        total = before + len(rows)
        yield Progress(done=before, total=total, cursor={"written": before})
        for start in range(0, len(rows), size):
            importer.apply(rows=rows[start : start + size], actor=run.owner, now=now)
            written = before + min(start + size, len(rows))
            yield Progress(done=written, total=total, cursor={"written": written})
        finish_import(run=run, now=now)
        return {"counts": run.counts}


@service
def finish_import(*, run: ImportRun, now: datetime) -> None:
    """Close an import whose rows its job has written; the counts stay those of the preview."""
    run.refresh_from_db()
    require_transition(run, ImportState.APPLIED, STEPS)
    _finish(run, run.counts, run.owner, now)


@service
def expire_uploads(*, now: datetime) -> int:
    """Throw away the cells and previews of uploads whose time is over.

    Returns:
        how many.
    """
    over = list(
        Upload.objects.select_for_update(skip_locked=True).filter(expires_at__lte=now).values_list("pk", flat=True)
    )
    runs = ImportRun.objects.filter(upload__in=over)
    waiting = [ImportState.UPLOADED, ImportState.CHECKING, ImportState.PREVIEWED]
    runs.filter(state__in=waiting).update(state=ImportState.EXPIRED)
    PreviewRow.objects.filter(run__in=runs).delete()
    runs.update(preview={}, options={})
    Upload.objects.filter(pk__in=over).delete()
    return len(over)


def layout_of(head: Head) -> str:
    """What a file looks like: SHA-256 of its headings."""
    return hashlib.sha256("|".join(heading_key(heading) for heading in head.headings).encode()).hexdigest()


def head_of(run: ImportRun, now: datetime) -> Head:
    """What is known of a run's upload without its cells.

    Raises:
        StaleVersion: it has expired.
    """
    upload = _upload(run, now)
    # An upload of the version before has none.
    return Head(**upload.head) if upload.head else _sheet(run, now).head


def headings_of(run: ImportRun, head: Head) -> dict[str, str]:
    """Column name → the heading of the file, or its label where the file does not have it."""
    labels = {column.name: str(column.label) for column in get_importer(run.kind).columns}
    here = {name: head.headings[place] for name, place in run.mapping.items() if place < len(head.headings)}
    return labels | here


def stored_cells(run: ImportRun, now: datetime) -> bytes:
    """The packed cells of a run's upload.

    Raises:
        StaleVersion: they have expired.
    """
    return bytes(_upload(run, now).content)


def _read(content: bytes, importer: Importer) -> tuple[Head, bytes]:
    """The head and the packed cells: here when the file is small, else in a process of its own."""
    try:
        sheet = read_sheet(content, importer, most=ROWS_CHECKED_IN_REQUEST)
    except Refused as refused:
        if refused.code != "too_many_rows" or importer.max_rows <= ROWS_CHECKED_IN_REQUEST:
            raise
        return read_outside(content, importer)
    return sheet.head, sheet.pack()


def _is_large(run: ImportRun, now: datetime) -> bool:
    return head_of(run, now).rows > ROWS_CHECKED_IN_REQUEST


def _locked(run: ImportRun) -> ImportRun:
    runs = ImportRun.objects.select_for_update(no_key=True, of=("self",)).select_related("upload", "owner")
    return runs.defer("upload__content").get(pk=run.pk)


def _open(run: ImportRun, actor: User, now: datetime) -> tuple[ImportRun, Importer]:
    """The locked run with its importer, while it may still change and its cells are there."""
    run = _locked(run)
    importer = get_importer(run.kind)
    require(run.owner_id == actor.pk and actor.authority.has(*importer.roles))
    busy = run.job is None or run.job.finished_at is None
    if run.state == ImportState.APPLYING and busy:
        raise StaleVersion(_("This import is being applied. Wait until it has ended."), code="applying")
    if run.state == ImportState.CHECKING and busy:
        raise StaleVersion(_("This file is being checked. Wait until it has ended, or stop it."), code="checking")
    require_transition(run, ImportState.PREVIEWED, STEPS)
    _upload(run, now)
    return run, importer


def _upload(run: ImportRun, now: datetime) -> Upload:
    if run.upload is None or run.upload.expires_at <= now:
        raise StaleVersion(_("This preview has expired. Upload the file again."), code="expired")
    return run.upload


def _sheet(run: ImportRun, now: datetime) -> Sheet:
    return Sheet.unpack(stored_cells(run, now))


def _check(
    run: ImportRun, sheet: Sheet, importer: Importer, now: datetime, seen: Callable[[int], None] | None = None
) -> DryRun:
    return dry_run(importer, sheet, run.mapping, user=run.owner, now=now, options=run.options, seen=seen)


def _reporter(job: Job, total: int | None = None) -> Callable[[int], None]:
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


def _look(run: ImportRun, importer: Importer, now: datetime) -> None:
    """Check all rows for a preview: at once, or by a job where they are many."""
    if not _is_large(run, now):
        run.job = None
        _keep(run, _check(run, _sheet(run, now), importer, now), now)
        return
    run.rows.all().delete()
    run.preview, run.counts, run.state = {}, {}, ImportState.CHECKING
    run.job = enqueue_job(kind=CHECK_KIND, owner=run.owner, params={"run": str(run.uuid)}, now=now)
    run.save()


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


def _remember(run: ImportRun, head: Head) -> None:
    """The columns and answers for the next file of this layout; whom a text means is asked each time."""
    each_time = {"people", *(question.name for question in get_importer(run.kind).questions if question.each_time)}
    answers = {name: value for name, value in run.options.items() if name not in each_time}
    RememberedMapping.objects.update_or_create(
        kind=run.kind, layout=layout_of(head), defaults={"mapping": run.mapping, "options": answers}
    )


def _require_valid(run: ImportRun, found: DryRun) -> None:
    """The rows may have become bad since the preview."""
    if (wrong := _wrong(found.counts)) and not run.only_valid_rows:
        raise _rows_with_errors(wrong)


def _wrong(counts: Mapping[str, int]) -> int:
    """Rows with errors, those of which only some cells are wrong included."""
    return counts.get("bad", 0) + counts.get("partly", 0)


def _rows_with_errors(count: int) -> Refused:
    return Refused(
        _("%(count)d rows have errors. Correct the file, or choose “only the valid rows”.") % {"count": count},
        code="rows_with_errors",
    )


def _finish(run: ImportRun, counts: Mapping[str, int], actor: User, now: datetime) -> None:
    run.state, run.counts, run.applied_at = ImportState.APPLIED, dict(counts), now
    run.save()
    data = {"kind": run.kind, "counts": run.counts, "only_valid_rows": run.only_valid_rows}
    record("import.applied", subject=run, actor=actor, now=now, data=data)
