"""The cells of an upload: what is kept of a file, and for how long (IMP-1, IMP-2)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import PurePath

from django.utils.translation import gettext as _

from trainingops.audit.journal import service
from trainingops.domain import Refused, StaleVersion
from trainingops.imports.models import ImportRun, ImportState, PreviewRow, Upload
from trainingops.imports.outside import read_outside
from trainingops.imports.reading import Head, Sheet, read_sheet, stored_rows
from trainingops.imports.registry import Importer, get_importer
from trainingops.imports.values import as_text, heading_key
from trainingops.records.documents import keep_bytes
from trainingops.ui.exports import XLSX, workbook

#: How long an upload and its preview are kept.
UPLOAD_LIFETIME = timedelta(hours=24)
#: Up to this many rows are read and checked while the user waits: about a second, and a few megabytes in a web worker
#: that may use 120. Larger files are read by another process and checked by a job with progress.
ROWS_CHECKED_IN_REQUEST = 1_000


def read_upload(content: bytes, importer: Importer) -> tuple[Head, bytes]:
    """The head and the packed cells: here when the file is small, else in a process of its own."""
    try:
        sheet = read_sheet(content, importer, most=ROWS_CHECKED_IN_REQUEST)
    except Refused as refused:
        if refused.code != "too_many_rows" or importer.max_rows <= ROWS_CHECKED_IN_REQUEST:
            raise
        return read_outside(content, importer)
    return sheet.head, sheet.pack()


def original_of(content: bytes, head: Head, packed: bytes) -> bytes:
    """The file as it is kept: as it came, or its cells as a workbook where columns of it may not be kept."""
    if not head.dropped:
        return content
    first, *rows = ([as_text(cell) for cell in row] for row in stored_rows(packed)[1])
    return workbook(first, rows)


def keep_original(run: ImportRun, now: datetime) -> None:
    """Put the file of an applied run beside the documents, where it stays."""
    if run.upload is None or run.upload.original is None:
        return
    content = bytes(run.upload.original)
    run.file = keep_bytes(content, media_type=_media_type(content), now=now)
    if content[:2] == b"PK" and not run.file_name.endswith(".xlsx"):
        run.file_name = f"{PurePath(run.file_name).stem[:150]}.xlsx"


def _media_type(content: bytes) -> str:
    return XLSX if content[:2] == b"PK" else "text/csv"


def layout_of(head: Head) -> str:
    """What a file looks like: SHA-256 of its headings."""
    return hashlib.sha256("|".join(heading_key(heading) for heading in head.headings).encode()).hexdigest()


def head_of(run: ImportRun, now: datetime) -> Head:
    """What is known of a run's upload without its cells.

    Raises:
        StaleVersion: it has expired.
    """
    upload = upload_of(run, now)
    # An upload of the version before has none.
    return Head(**upload.head) if upload.head else sheet_of(run, now).head


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
    return bytes(upload_of(run, now).content)


def upload_of(run: ImportRun, now: datetime) -> Upload:
    if run.upload is None or run.upload.expires_at <= now:
        raise StaleVersion(_("This preview has expired. Upload the file again."), code="expired")
    return run.upload


def sheet_of(run: ImportRun, now: datetime) -> Sheet:
    return Sheet.unpack(stored_cells(run, now))


def is_large(run: ImportRun, now: datetime) -> bool:
    return head_of(run, now).rows > ROWS_CHECKED_IN_REQUEST


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
