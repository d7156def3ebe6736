"""The job that builds an archive in steps; another worker carries on behind the last one."""

from __future__ import annotations

from collections.abc import Generator, Iterator
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
    folder_of,
    index_page,
    kind_labels,
    register_workbook,
    verify_text,
)
from trainingops.records.archive.draft import Draft, Drafts
from trainingops.records.filters import EvidenceFilter
from trainingops.records.models import Archive, EvidenceRecord, EvidenceRecordQuerySet
from trainingops.records.queries import with_standing
from trainingops.records.services.archiving import archive_path, finish_archive

_STEP = 20


def build_archive(job: Job, now: datetime) -> Generator[Progress, None, dict[str, Any]]:
    """The handler of the job: a step is twenty records; the result lists what is missing or altered."""
    archive = Archive.objects.select_related("requested_by").get(uuid=job.params["archive"])
    target = archive_path(archive)
    drafts = Drafts(target, job)
    try:
        with (
            translation.override(archive.requested_by.language),
            drafts.open(folder_of(archive), lambda: _chosen(archive, last=job.params["last"])) as draft,
        ):
            yield from _add_records(draft)
            lines = _lines(draft)
            _add_tags(archive, draft.bag, lines, now)
            draft.flush()
            warnings = [f"{line.record.number}: {line.finding_word}" for line in _left_out(lines)]
        size, sha256 = drafts.finish()
    except GeneratorExit:  # cancelled, or the lease was lost: then the files are another worker's to take over
        if Job.objects.filter(pk=job.pk, cancel_requested=True).exists():
            drafts.remove()
        raise
    except Exception:
        drafts.remove()
        raise
    finish_archive(
        archive=archive,
        path=target,
        size=size,
        sha256=sha256,
        records=len(lines),
        warnings=warnings,
        now=timezone.now(),
    )
    drafts.remove()
    return {"warnings": warnings, "records": len(lines)}


def archive_records(archive: Archive, *, last: int) -> EvidenceRecordQuerySet:
    """Exactly what the filter showed to who ordered it: none after ``last``, and records never change."""
    visible = EvidenceRecord.objects.visible_to(archive.requested_by).filter(pk__lte=last)
    return EvidenceFilter.from_json(archive.filters).apply(visible)


def _left_out(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.finding in {"missing", "altered"}]


def _chosen(archive: Archive, *, last: int) -> list[int]:
    """Keys of the archive's records in its order, taken once when the job begins."""
    return list(archive_records(archive, last=last).order_by("evidence_date", "pk").values_list("pk", flat=True))


def _add_records(draft: Draft) -> Generator[Progress, None, None]:
    total, labels = len(draft.records), kind_labels()
    yield Progress(len(draft.notes), total, draft.flush())
    for keys in _batches(draft.left()):
        found = EvidenceRecord.objects.select_related("sealed").in_bulk(keys)
        for key in keys:
            _add_record(draft, found[key], labels.get(found[key].kind, found[key].kind))
        yield Progress(len(draft.notes), total, draft.flush())


def _add_record(draft: Draft, record: EvidenceRecord, label: str) -> None:
    if record.sealed.removed_at:
        draft.note(record.pk, finding="disposed")
        return
    try:
        data = storage.read_file(record.sealed.sha256)
    except storage.FileMissing:
        draft.note(record.pk, finding="missing")
    except storage.FileAltered:
        draft.note(record.pk, finding="altered")
    else:
        draft.note(record.pk, finding="ok", member=draft.bag.add_payload(file_name(record, label), data))


def _lines(draft: Draft) -> list[Line]:
    """The register's lines in the order of the archive."""
    records = with_standing(EvidenceRecord.objects.filter(pk__in=draft.records))
    records = records.select_related("sealed", "site", "line", "procedure", "request")
    found = {record.pk: record for record in records.iterator(200)}
    labels = kind_labels()
    noted = ((found[note.record], note) for note in draft.notes)
    return [Line(record, labels.get(record.kind, record.kind), note.path, note.finding) for record, note in noted]


def _batches(keys: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(keys), _STEP):
        yield keys[start : start + _STEP]


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
    filters = EvidenceFilter.from_json(archive.filters).in_words()
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
