"""Writing what the preview showed: at once, or by a job (IMP-6, IMP-7)."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require_transition
from trainingops.imports.enums import STEPS
from trainingops.imports.models import ImportRun, ImportState
from trainingops.imports.preview import DryRun
from trainingops.imports.registry import Checked, Importer, get_importer
from trainingops.imports.services.cells import is_large, keep_original, sheet_of
from trainingops.imports.services.checking import check_rows, open_run, reporter
from trainingops.jobs.models import Job
from trainingops.jobs.registry import Progress
from trainingops.jobs.services import enqueue_job

if TYPE_CHECKING:
    from trainingops.people.models import User

#: Up to this many rows are applied while the user waits.
ROWS_IN_REQUEST = 500
JOB_KIND = "import"


@service
def apply_import(*, run: ImportRun, only_valid_rows: bool, actor: User, now: datetime) -> ImportRun:
    """Write what the preview showed: at once up to 500 rows of a small file, else as a background job.

    Raises:
        Refused: rows with errors and "all or nothing", an open question, or nothing to write.
        WrongState, StaleVersion: it was applied, or has expired.
    """
    run, importer = open_run(run, actor, now)
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
    if writes > ROWS_IN_REQUEST or is_large(run, now):
        run.job = enqueue_job(kind=JOB_KIND, owner=actor, params={"run": str(run.uuid)}, now=now)
        run.save()
        return run
    found = check_rows(run, sheet_of(run, now), importer, now)
    _require_valid(run, found)
    _write(importer, found.to_write, actor, now)
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
        importer, sheet = get_importer(run.kind), sheet_of(run, now)
        found = check_rows(run, sheet, importer, now, seen=reporter(job))
        _require_valid(run, found)
        rows = found.to_write
        size = importer.rows_at_once if run.only_valid_rows else max(len(rows), 1)
        before = int(job.cursor.get("written", 0))
        total = before + len(rows)
        yield Progress(done=before, total=total, cursor={"written": before})
        for start in range(0, len(rows), size):
            _write(importer, rows[start : start + size], run.owner, now)
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


def _write(importer: Importer, rows: Sequence[Checked], actor: User, now: datetime) -> None:
    """Let the importer write; what the database does not take although the check did is a refusal, not a failure."""
    try:
        with transaction.atomic():
            importer.apply(rows=rows, actor=actor, now=now)
    except (IntegrityError, DataError) as error:
        raise Refused(
            _("Rows %(first)d to %(last)d no longer fit what is stored. Nothing of them was written; upload again.")
            % {"first": rows[0].row.number, "last": rows[-1].row.number},
            code="rows_no_longer_fit",
        ) from error


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
    if get_importer(run.kind).keeps_file:
        keep_original(run, now)
    run.save()
    data = {"kind": run.kind, "counts": run.counts, "only_valid_rows": run.only_valid_rows}
    record("import.applied", subject=run, actor=actor, now=now, data=data)
