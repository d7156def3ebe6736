"""The job that builds an archive. A half zip cannot be carried on, so a job that died starts with an empty one."""

from __future__ import annotations

import os
from collections.abc import Generator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from trainingops.audit.sealing import chain_head, seal_entries
from trainingops.audit.verification import journal_excerpt
from trainingops.jobs.models import Job
from trainingops.jobs.registry import Progress
from trainingops.records import storage
from trainingops.records.archive.bag import Bag
from trainingops.records.archive.contents import (
    Line,
    file_name,
    index_page,
    kind_labels,
    register_workbook,
    verify_text,
)
from trainingops.records.filters import EvidenceFilter
from trainingops.records.models import Archive, EvidenceRecord, EvidenceRecordQuerySet
from trainingops.records.queries import with_standing
from trainingops.records.services.archiving import archive_path, finish_archive

_STEP = 20


def build_archive(job: Job, now: datetime) -> Generator[Progress, None, dict[str, Any]]:
    """The handler of the job: a step is twenty records; the result lists what is missing or altered."""
    archive = Archive.objects.select_related("requested_by").get(uuid=job.params["archive"])
    language = archive.requested_by.language
    target = archive_path(archive)
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f"{archive.uuid}.*.part"):  # of a worker that was killed
        left.unlink(missing_ok=True)
    half = target.with_suffix(f".{os.getpid()}.part")
    try:
        with half.open("wb") as out:
            bag = Bag(out, _folder(archive))
            records = archive_records(archive, last=job.params["last"])
            lines = yield from _add_records(records, archive.records_count, bag, language)
            with translation.override(language):
                _add_tags(archive, bag, lines, now)
                warnings = [f"{line.record.number}: {line.finding_word}" for line in _left_out(lines)]
            out.flush()
            os.fsync(out.fileno())
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    finish_archive(
        archive=archive,
        path=target,
        size=bag.size,
        sha256=bag.sha256,
        records=len(lines),
        warnings=warnings,
        now=timezone.now(),
    )
    return {"warnings": warnings, "records": len(lines)}


def archive_records(archive: Archive, *, last: int) -> EvidenceRecordQuerySet:
    """Exactly what the filter showed to who ordered it: none after ``last``, and records never change."""
    visible = EvidenceRecord.objects.visible_to(archive.requested_by).filter(pk__lte=last)
    return EvidenceFilter.from_json(archive.filters).apply(visible)


def _folder(archive: Archive) -> str:
    local = timezone.localtime(archive.requested_at, archive.requested_by.zone)
    return f"arsip-rekaman-{local:%Y%m%d-%H%M}"


def _left_out(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.finding in {"missing", "altered"}]


def _add_records(
    records: EvidenceRecordQuerySet, total: int, bag: Bag, language: str
) -> Generator[Progress, None, list[Line]]:
    records = with_standing(records).select_related("sealed", "site", "line", "procedure", "request")
    with translation.override(language):
        labels = kind_labels()
    lines: list[Line] = []
    yield Progress(0, total, {})
    for record in records.order_by("evidence_date", "pk").iterator(200):
        lines.append(_add_record(bag, record, labels.get(record.kind, record.kind)))
        if len(lines) % _STEP == 0:
            yield Progress(len(lines), max(total, len(lines)), {})
    yield Progress(len(lines), max(total, len(lines)), {})
    return lines


def _add_record(bag: Bag, record: EvidenceRecord, label: str) -> Line:
    if record.sealed.removed_at:
        return Line(record, label, "", "disposed")
    name = file_name(record, label)
    try:
        bag.add_payload(name, storage.read_file(record.sealed.sha256))
    except storage.FileMissing:
        return Line(record, label, "", "missing")
    except storage.FileAltered:
        return Line(record, label, "", "altered")
    return Line(record, label, f"data/{name}", "ok")


def _add_tags(archive: Archive, bag: Bag, lines: list[Line], now: datetime) -> None:
    # As in production: only workers load the libraries that seal.
    from trainingops.records.sealing import known_certificate, load_seal

    seal = load_seal()
    seal_entries(now=timezone.now(), everything=True)
    sequence, link = chain_head()
    head = f"#{sequence} {link}"
    left_out = _left_out(lines)
    bag.add_tag("journal.jsonl", (f"{line}\n".encode() for line in journal_excerpt(subjects=_subjects(lines))))
    bag.add_tag("register.xlsx", register_workbook(lines))
    filters = ", ".join(f"{key}: {value}" for key, value in archive.filters.items() if value)
    bag.add_tag("index.html", index_page(lines, filters=filters, now=archive.requested_at))
    bag.add_tag("certificate.pem", seal.certificate_pem)
    for fingerprint in sorted({line.record.certificate_sha256 for line in lines} - {seal.fingerprint, ""}):
        if certificate := known_certificate(fingerprint):
            bag.add_tag(f"certificates/{fingerprint}.pem", certificate)
    if left_out:
        rows = "".join(f"{line.record.number}\t{line.finding}\t{line.record.sealed.sha256}\n" for line in left_out)
        bag.add_tag("missing-or-altered.txt", rows.encode())
    bag.add_tag(
        "VERIFY.txt", verify_text(organisation=settings.ENV.organisation, fingerprint=seal.fingerprint, head=head)
    )
    info = [
        ("Source-Organization", f"{settings.ENV.organisation}, {settings.ENV.unit}"),
        ("Bagging-Date", timezone.localdate(now, archive.requested_by.zone).isoformat()),
        ("External-Description", _("Evidence records, filtered by: %(filters)s") % {"filters": filters or _("all")}),
        ("External-Identifier", str(archive.uuid)),
        ("Trainingops-Records", str(len(lines))),
        ("Trainingops-Missing-Or-Altered", str(len(left_out))),
        ("Trainingops-Journal-Head", head),
        ("Trainingops-Certificate-SHA256", seal.fingerprint),
    ]
    bag.close(info=info, sign=seal.sign_detached)


def _subjects(lines: list[Line]) -> set[Any]:
    """Whose journal entries belong to the archive: records, their requests, what they are about, their trainings."""
    found = set()
    for line in lines:
        record = line.record
        found |= {record.uuid, record.subject, record.training, record.request.uuid if record.request else None}
    return found - {None}
