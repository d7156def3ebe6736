"""Upload → columns → preview → apply (IMP-1 to IMP-7)."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, StaleVersion, require, require_transition
from trainingops.imports.enums import STEPS
from trainingops.imports.models import ImportRun, ImportState, RememberedMapping, Upload
from trainingops.imports.preview import DryRun, as_stored, dry_run
from trainingops.imports.reading import Sheet, guess_mapping, read_sheet
from trainingops.imports.registry import Importer, get_importer
from trainingops.imports.values import heading_key
from trainingops.jobs.models import Job
from trainingops.jobs.registry import Progress
from trainingops.jobs.services import enqueue_job

if TYPE_CHECKING:
    from trainingops.people.models import User

#: How long an upload and its preview are kept.
UPLOAD_LIFETIME = timedelta(hours=24)
#: Up to this many rows are applied while the user waits.
ROWS_IN_REQUEST = 500
JOB_KIND = "import"


@service
def take_upload(*, importer: Importer, name: str, content: bytes, actor: User, now: datetime) -> ImportRun:
    """Read a file, keep its cells, guess its columns; a layout confirmed before goes straight to the preview.

    What is kept are the cells without identity-card numbers, not the file.

    Raises:
        Refused: what :func:`~trainingops.imports.reading.read_sheet` refuses.
    """
    require(actor.authority.has(*importer.roles))
    sheet = read_sheet(content, importer)
    upload = Upload.objects.create(
        name=name[-200:],
        media_type="application/json+zlib",
        sha256=hashlib.sha256(content).hexdigest(),
        content=sheet.pack(),
        uploaded_by=actor,
        uploaded_at=now,
        expires_at=now + UPLOAD_LIFETIME,
    )
    remembered = RememberedMapping.objects.filter(kind=importer.name, layout=layout_of(sheet)).first()
    run = ImportRun.objects.create(
        kind=importer.name,
        upload=upload,
        owner=actor,
        created_at=now,
        mapping=remembered.mapping if remembered else guess_mapping(sheet, importer),
        options=remembered.options if remembered else {},
    )
    record("import.uploaded", subject=run, actor=actor, now=now, data={"kind": run.kind, "sha256": upload.sha256})
    if remembered:
        _preview(run, sheet, importer, now)
    return run


@service
def confirm_columns(*, run: ImportRun, mapping: Mapping[str, int], actor: User, now: datetime) -> ImportRun:
    """Fix which column of the file is which, remember it for the layout, and check all rows.

    Raises:
        Refused: a needed column is missing, or one column of the file stands for two.
        WrongState, StaleVersion: it was applied, or has expired.
    """
    run, importer, sheet = _open(run, actor, now)
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
    _remember(run, sheet)
    _preview(run, sheet, importer, now)
    record("import.previewed", subject=run, actor=actor, now=now, data={"counts": run.counts})
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
    run, importer, sheet = _open(run, actor, now)
    picked = {**run.options.get("people", {}), **{text: number for text, number in people.items() if number.strip()}}
    run.options = {**run.options, **answers, **({"people": picked} if picked else {})}
    _remember(run, sheet)
    _preview(run, sheet, importer, now)
    record("import.previewed", subject=run, actor=actor, now=now, data={"counts": run.counts})
    return run


@service
def check_again(*, run: ImportRun, actor: User, now: datetime) -> ImportRun:
    """A fresh preview: something changed meanwhile, or the job failed."""
    run, importer, sheet = _open(run, actor, now)
    run.job = None
    _preview(run, sheet, importer, now)
    return run


@service
def apply_import(*, run: ImportRun, only_valid_rows: bool, actor: User, now: datetime) -> ImportRun:
    """Write what the preview showed: at once up to 500 rows, else as a background job.

    Raises:
        Refused: rows with errors and "all or nothing", an open question, or nothing to write.
        WrongState, StaleVersion: it was applied, or has expired.
    """
    run, importer, sheet = _open(run, actor, now)
    if run.preview.get("questions"):
        raise Refused(_("Answer the question above the rows first."), code="question_open")
    if (wrong := _wrong(run.counts)) and not only_valid_rows:
        raise _rows_with_errors(wrong)
    writes = run.counts.get("new", 0) + run.counts.get("changed", 0)
    if not writes:
        raise Refused(_("There is nothing to write: no row is new or changed."), code="nothing_to_write")
    require_transition(run, ImportState.APPLYING, STEPS)
    run.only_valid_rows = only_valid_rows
    run.state = ImportState.APPLYING
    if writes > ROWS_IN_REQUEST:
        run.job = enqueue_job(kind=JOB_KIND, owner=actor, params={"run": str(run.uuid)}, now=now)
        run.save()
        return run
    found = _check(run, sheet, importer, now)
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
        found = _check(run, sheet, importer, now)
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
    runs.filter(state__in=[ImportState.UPLOADED, ImportState.PREVIEWED]).update(state=ImportState.EXPIRED)
    runs.update(preview={}, options={})
    Upload.objects.filter(pk__in=over).delete()
    return len(over)


def layout_of(sheet: Sheet) -> str:
    """What a file looks like: SHA-256 of its headings."""
    return hashlib.sha256("|".join(heading_key(heading) for heading in sheet.headings).encode()).hexdigest()


def sheet_of(run: ImportRun, now: datetime) -> Sheet:
    """The cells of a run's upload.

    Raises:
        StaleVersion: they have expired.
    """
    return _sheet(run, now)


def headings_of(run: ImportRun, sheet: Sheet) -> dict[str, str]:
    """Column name → the heading of the file, or its label where the file does not have it."""
    labels = {column.name: str(column.label) for column in get_importer(run.kind).columns}
    here = {name: sheet.headings[place] for name, place in run.mapping.items() if place < len(sheet.headings)}
    return labels | here


def _open(run: ImportRun, actor: User, now: datetime) -> tuple[ImportRun, Importer, Sheet]:
    """The locked run with what it needs, while it may still change."""
    run = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    importer = get_importer(run.kind)
    require(run.owner_id == actor.pk and actor.authority.has(*importer.roles))
    if run.state == ImportState.APPLYING and (run.job is None or run.job.finished_at is None):
        raise StaleVersion(_("This import is being applied. Wait until it has ended."), code="applying")
    require_transition(run, ImportState.PREVIEWED, STEPS)
    return run, importer, _sheet(run, now)


def _sheet(run: ImportRun, now: datetime) -> Sheet:
    if run.upload is None or run.upload.expires_at <= now:
        raise StaleVersion(_("This preview has expired. Upload the file again."), code="expired")
    return Sheet.unpack(bytes(run.upload.content))


def _check(run: ImportRun, sheet: Sheet, importer: Importer, now: datetime) -> DryRun:
    return dry_run(importer, sheet, run.mapping, user=run.owner, now=now, options=run.options)


def _preview(run: ImportRun, sheet: Sheet, importer: Importer, now: datetime) -> None:
    found = _check(run, sheet, importer, now)
    run.preview, run.counts = as_stored(found, headings_of(run, sheet)), found.counts
    run.state = ImportState.PREVIEWED
    run.save()


def _remember(run: ImportRun, sheet: Sheet) -> None:
    """The columns and answers for the next file of this layout; whom a text means is asked each time."""
    each_time = {"people", *(question.name for question in get_importer(run.kind).questions if question.each_time)}
    answers = {name: value for name, value in run.options.items() if name not in each_time}
    RememberedMapping.objects.update_or_create(
        kind=run.kind, layout=layout_of(sheet), defaults={"mapping": run.mapping, "options": answers}
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
