"""The evidence browser: find, read and hand out records."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from trainingops.audit.access_events import record_access
from trainingops.audit.models import AccessEvent
from trainingops.domain import Refused
from trainingops.jobs.models import JobState
from trainingops.jobs.registry import get_kind
from trainingops.people.http import SignedInRequest
from trainingops.records import storage
from trainingops.records.archive.contents import folder_of, kind_labels, readable_name, register_head, register_row
from trainingops.records.documents import attachment
from trainingops.records.filters import EvidenceFilter
from trainingops.records.forms import EvidenceFilterForm
from trainingops.records.models import Archive, Clause, EvidenceRecord, EvidenceRequest
from trainingops.records.policies import can_archive, can_retry_request
from trainingops.records.queries import (
    Missing,
    clause_facets,
    count_by_kind,
    missing_evidence,
    retention_end,
    retention_reason,
    with_standing,
)
from trainingops.records.registry import all_kinds
from trainingops.records.services import request_archive, retry_request
from trainingops.ui.exports import workbook_response

_PER_PAGE = 50


def evidence_list(request: SignedInRequest) -> HttpResponse:
    """Records by clause, kind, period, line and site; beside each clause how much there is and what is missing."""
    form = EvidenceFilterForm(request.GET)
    chosen = form.chosen
    visible = EvidenceRecord.objects.visible_to(request.user)
    counts = count_by_kind(chosen.without_clauses().apply(visible))
    kinds = chosen.kinds()
    total = sum(count for kind, count in counts.items() if kinds is None or kind in kinds)
    missing = _missing(request, chosen)
    archives = Archive.objects.visible_to(request.user).filter(path="", expires_at=None, ready_at=None)
    running = [JobState.QUEUED, JobState.RUNNING]
    return render(
        request,
        "records/evidence_list.html",
        {
            "form": form,
            "chosen": chosen,
            "iso_facets": clause_facets(Clause.Source.ISO9001, form.clauses, counts, missing),
            "procedure_facets": clause_facets(Clause.Source.PROCEDURE, form.clauses, counts, missing),
            "missing": [_missing_row(request, each) for each in missing if kinds is None or each.kind.name in kinds],
            "total": total,
            "filtered": any(value for name, value in chosen.to_json().items() if name not in {"start", "end"}),
            "archives": archives.filter(job__state__in=running).select_related("job")[:3],
            "may_archive": can_archive(request.user),
            "labels": kind_labels(),
            **_rows(request, chosen.apply(visible), total),
        },
    )


def _rows(request: SignedInRequest, records: Any, total: int) -> dict[str, Any]:
    """One page of records, each with the end of its retention and what its file's hash says."""
    pages = Paginator(with_standing(records).select_related("sealed"), _PER_PAGE)
    pages.count = total  # counted by kind already
    page = pages.get_page(request.GET.get("page"))
    rows = [
        {"record": record, "until": retention_end(record), "finding": _finding(record)} for record in page.object_list
    ]
    return {"page_obj": page, "rows": rows}


def _finding(record: EvidenceRecord) -> str:
    """``ok``, ``missing``, ``altered`` or ``disposed``, by the bytes as they are now."""
    return "disposed" if record.sealed.removed_at else storage.rehash(record.sealed.sha256)


def _missing(request: SignedInRequest, chosen: EvidenceFilter) -> list[Missing]:
    day = timezone.localdate(request.now)
    return missing_evidence(
        request.user,
        start=chosen.start or day.replace(year=day.year - 2, day=1),
        end=chosen.end or day,
        requests=chosen.apply_to_requests(EvidenceRequest.objects.all()),
        kinds=all_kinds(),
    )


def _missing_row(request: SignedInRequest, missing: Missing) -> dict[str, Any]:
    order = missing.request
    failed = order is not None and order.state == EvidenceRequest.State.FAILED
    return {
        "missing": missing,
        "failed": failed,
        "may_retry": failed and order is not None and can_retry_request(request.user, order),
    }


def evidence_export(request: SignedInRequest) -> HttpResponse:
    """The register of what is filtered, as XLSX."""
    chosen = EvidenceFilterForm(request.GET).chosen
    records = with_standing(chosen.apply(EvidenceRecord.objects.visible_to(request.user)))
    labels = kind_labels()
    rows = (
        register_row(record, labels.get(record.kind, record.kind))
        for record in records.select_related("sealed", "site", "line", "procedure").iterator(500)
    )
    return workbook_response(register_head(), rows, name=readable_name(_("Records")).lower())


def _record(request: SignedInRequest, uuid: UUID) -> EvidenceRecord:
    records = with_standing(EvidenceRecord.objects.visible_to(request.user)).select_related(
        "sealed", "procedure", "site", "line", "unit", "payload", "request"
    )
    return get_object_or_404(records, uuid=uuid)


def evidence_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One record: what it is, its hashes and seal, how long it stays."""
    record = _record(request, uuid)
    record_access(AccessEvent.Kind.READING, user=request.user, request=request, now=request.now, subject=record)
    kind = next((kind for kind in all_kinds() if kind.name == record.kind), None)
    return render(
        request,
        "records/evidence_detail.html",
        {
            "record": record,
            "kind": kind,
            "label": kind.label if kind else record.kind,
            "finding": _finding(record),
            "until": retention_end(record),
            "until_reason": retention_reason(record),
            "holds": record.holds.filter(released_at=None).select_related("placed_by"),
            "verify_url": reverse("verify_record", args=[record.verify_code]),
        },
    )


def evidence_pdf(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The sealed PDF, its hash checked while it is read; noted as a download."""
    record = _record(request, uuid)
    try:
        data = storage.read_file(record.sealed.sha256)
    except (storage.FileMissing, storage.FileAltered):
        messages.error(
            request,
            _("The file of %(number)s is missing or altered. It is not handed out.") % {"number": record.number},
        )
        return redirect("evidence_detail", uuid=record.uuid)
    _note_download(request, record, "pdf")
    return attachment(data, "application/pdf", f"{record.number}_{readable_name(record.title)}.pdf")


def evidence_data(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The data of the record, as they are attached to the PDF."""
    record = _record(request, uuid)
    if record.payload is None:
        raise Http404
    _note_download(request, record, "data")
    return attachment(record.payload.text.encode(), "application/json", f"{record.number}.json")


def _note_download(request: SignedInRequest, record: EvidenceRecord, part: str) -> None:
    record_access(
        AccessEvent.Kind.DOWNLOAD,
        user=request.user,
        request=request,
        now=request.now,
        subject=record,
        data={"number": record.number, "part": part},
    )


def evidence_retry(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Try a failed record again."""
    order = get_object_or_404(EvidenceRequest.objects.visible_to(request.user), uuid=uuid)
    try:
        retry_request(request=order, actor=request.user, now=request.now)
        messages.success(request, _("“%(title)s” is being made again.") % {"title": order.about})
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("evidence_list")


def archive_create(request: SignedInRequest) -> HttpResponse:
    """Order an archive of what the filter in the address shows."""
    query = QueryDict(request.POST.get("filter", ""))
    back = f"{reverse('evidence_list')}?{query.urlencode()}"
    form = EvidenceFilterForm(query)
    if not form.is_valid():
        messages.error(request, _("The filter is not valid. Correct it, then order the archive."))
        return redirect(back)

    try:
        archive = request_archive(chosen=form.chosen, actor=request.user, now=request.now)
        return redirect("archive_detail", uuid=archive.uuid)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(back)


def archive_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """An archive: its progress, then the download until it expires."""
    archive = get_object_or_404(Archive.objects.visible_to(request.user).select_related("job"), uuid=uuid)
    chosen = EvidenceFilter.from_json(archive.filters)
    job = archive.job
    context = {
        "archive": archive,
        "job": job,
        "failure": get_kind(job.kind).failure_of(job) if job else "",
        "chosen": chosen,
    }
    return render(request, "records/archive_detail.html", context)


def archive_download(request: SignedInRequest, uuid: UUID) -> HttpResponse | FileResponse:
    """The archive's bytes; gone after its day."""
    archive = get_object_or_404(Archive.objects.visible_to(request.user), uuid=uuid)
    try:
        if not archive.path or archive.expires_at is None or archive.expires_at <= request.now:
            raise FileNotFoundError
        file = open(archive.path, "rb")  # noqa: SIM115, PTH123 (the response closes it)
    except FileNotFoundError:
        messages.error(request, _("This archive is no longer kept. Order it again from the records."))
        return redirect("archive_detail", uuid=archive.uuid)
    record_access(AccessEvent.Kind.DOWNLOAD, user=request.user, request=request, now=request.now, subject=archive)
    response = FileResponse(file, as_attachment=True, filename=f"{folder_of(archive)}.zip")
    response["Cache-Control"] = "private, no-store"
    return response
