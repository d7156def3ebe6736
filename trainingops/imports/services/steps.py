"""Upload → columns → answers, each with a fresh preview (IMP-1 to IMP-4)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.imports.models import ImportRun, RememberedMapping, Upload
from trainingops.imports.preview import asked_questions
from trainingops.imports.reading import Head, guess_mapping
from trainingops.imports.registry import Importer, get_importer
from trainingops.imports.services.cells import UPLOAD_LIFETIME, head_of, layout_of, original_of, read_upload
from trainingops.imports.services.checking import look_at_rows, open_run
from trainingops.records.documents import plain_name

if TYPE_CHECKING:
    from trainingops.people.models import User


@service
def take_upload(
    *, importer: Importer, name: str, content: bytes, actor: User, now: datetime, subject: UUID | None = None
) -> ImportRun:
    """Read a file, keep its cells, guess its columns; a layout confirmed before goes straight to the preview.

    What is kept are the cells without identity-card numbers, not the file; where the importer keeps it, the file waits
    beside them until it is applied, without the columns of such numbers.

    Args:
        subject: what the file is about, where the importer has such a thing.

    Raises:
        NotAllowed: not with these roles, or not about this subject.
        Refused: what :func:`~trainingops.imports.reading.read_sheet` refuses.
    """
    require(actor.authority.has(*importer.roles))
    if importer.subject:
        about = importer.subject.find(actor, subject) if subject else None
        require(about is not None and importer.subject.may(actor, about))
    head, packed = read_upload(content, importer)
    upload = Upload.objects.create(
        name=name[-200:],
        original=original_of(content, head, packed) if importer.keeps_file else None,
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
        subject=subject if importer.subject else None,
        file_name=plain_name(name),
        system=head.system,
        created_at=now,
        mapping=remembered.mapping if remembered else guess_mapping(head, importer),
        options=remembered.options if remembered else {},
    )
    record("import.uploaded", subject=run, actor=actor, now=now, data={"kind": run.kind, "sha256": upload.sha256})
    if remembered:
        look_at_rows(run, importer, now)
    return run


@service
def confirm_columns(*, run: ImportRun, mapping: Mapping[str, int], actor: User, now: datetime) -> ImportRun:
    """Fix which column of the file is which, remember it for the layout, and check all rows: at once or by a job.

    Raises:
        Refused: a needed column is missing, or one column of the file stands for two.
        WrongState, StaleVersion: it was applied, or has expired.
    """
    run, importer = open_run(run, actor, now)
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
    look_at_rows(run, importer, now)
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
    run, importer = open_run(run, actor, now)
    picked = {**run.options.get("people", {}), **{text: number for text, number in people.items() if number.strip()}}
    run.options = {**run.options, **answers, **({"people": picked} if picked else {})}
    _remember(run, head_of(run, now))
    look_at_rows(run, importer, now)
    return run


@service
def check_again(*, run: ImportRun, actor: User, now: datetime) -> ImportRun:
    """A fresh preview: something changed meanwhile, or the job failed or was stopped."""
    run, importer = open_run(run, actor, now)
    look_at_rows(run, importer, now)
    return run


def _remember(run: ImportRun, head: Head) -> None:
    """The columns and answers for the next file of this layout; whom a text means is asked each time."""
    asked = asked_questions(get_importer(run.kind), run.preview)
    each_time = {"people", *(question.name for question in asked if question.each_time)}
    answers = {name: value for name, value in run.options.items() if name not in each_time}
    RememberedMapping.objects.update_or_create(
        kind=run.kind, layout=layout_of(head), defaults={"mapping": run.mapping, "options": answers}
    )
