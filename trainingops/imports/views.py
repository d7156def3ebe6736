"""Pages of an import: choose, upload, columns, preview, result."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from trainingops.domain import Refused
from trainingops.imports import services
from trainingops.imports.exports import errors_response, people_response, template_response
from trainingops.imports.forms import ApplyForm, ColumnsForm, UploadForm
from trainingops.imports.models import ImportRun, ImportState
from trainingops.imports.preview import open_questions
from trainingops.imports.registry import Importer, RowStatus, get_importer, importers_for
from trainingops.people.forms import PersonFilter
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Person

ROWS_SHOWN = 100
#: People that a picker lists; 10,000 of them would be half a megabyte of every preview.
MOST_OFFERED = 1_500
_STATUS = {"new": "info", "changed": "warn", "same": "idle", "bad": "late"}
_WORKING = (ImportState.CHECKING, ImportState.APPLYING)
_STATES = {
    "uploaded": "idle",
    "checking": "info",
    "previewed": "info",
    "applying": "info",
    "applied": "ok",
    "expired": "waive",
}


def import_list(request: SignedInRequest) -> HttpResponse:
    """What I may import, and my last imports."""
    runs = ImportRun.objects.visible_to(request.user).select_related("upload", "owner")
    last = runs.defer("preview", "upload__content", "upload__head")[:50]
    rows = [(run, get_importer(run.kind).label, _STATES[run.state]) for run in last]
    return render(request, "imports/list.html", {"importers": importers_for(request.user), "rows": rows})


def import_new(request: SignedInRequest, kind: str) -> HttpResponse:
    """Upload a file of one kind."""
    importer = _importer(request, kind)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = services.take_upload(
                importer=importer, name=file.name, content=file.read(), actor=request.user, now=request.now
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            return redirect("import_detail", uuid=run.uuid)
    return render(request, "imports/new.html", {"form": form, "importer": importer})


def import_template(request: SignedInRequest, kind: str) -> HttpResponse:
    """The empty file with the right headings."""
    return template_response(_importer(request, kind))


def import_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Where an import stands: columns to confirm, preview, progress or result.

    The fragment that htmx asks for is the progress of its job; when that has ended, the whole page is loaded anew.
    """
    run = _run(request, uuid)
    if request.headers.get("HX-Request"):
        if not _working(run):
            return HttpResponse(headers={"HX-Refresh": "true"})
        context = {"run": run, "importer": get_importer(run.kind)}
        return render(request, "imports/progress.html", context)
    if run.state == ImportState.UPLOADED and not _expired(run, request):
        return redirect("import_columns", uuid=run.uuid)
    return _show(request, run, ApplyForm())


def import_columns(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Confirm which column of the file is which."""
    run = _run(request, uuid)
    importer = get_importer(run.kind)
    if run.state in (ImportState.APPLIED, ImportState.EXPIRED) or _working(run) or _expired(run, request):
        return redirect("import_detail", uuid=run.uuid)
    head = services.head_of(run, request.now)
    form = ColumnsForm(request.POST or None, importer=importer, head=head, mapping=run.mapping)
    if request.method == "POST" and form.is_valid():
        try:
            services.confirm_columns(run=run, mapping=form.mapping, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            return redirect("import_detail", uuid=run.uuid)
    return render(request, "imports/columns.html", {"form": form, "run": run, "importer": importer, "head": head})


def import_answers(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Answer what the file leaves open, and say whom it means."""
    run = _run(request, uuid)
    importer = get_importer(run.kind)
    answers = {}
    for question in open_questions(importer, run.preview):
        choices = [value for value, _label in question.choices]
        if (given := request.POST.get(f"question_{question.name}", "")) in choices:
            answers[question.name] = given
    texts = run.preview.get("unknown_people", [])
    people = {text: request.POST.get(f"person_{at}", "").split(" ")[0] for at, text in enumerate(texts)}
    services.answer_import(run=run, answers=answers, people=people, actor=request.user, now=request.now)
    return redirect("import_detail", uuid=run.uuid)


def import_check(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Check all rows again."""
    services.check_again(run=_run(request, uuid), actor=request.user, now=request.now)
    return redirect("import_detail", uuid=uuid)


def import_apply(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Write the rows, at once or as a job."""
    run = _run(request, uuid)
    form = ApplyForm(request.POST)
    if not form.is_valid():
        return _show(request, run, form)
    try:
        services.apply_import(
            run=run, only_valid_rows=form.cleaned_data["how"] == "valid", actor=request.user, now=request.now
        )
    except Refused as refused:
        if refused.code not in ("rows_with_errors", "question_open", "nothing_to_write"):
            raise
        form.add_refusal(refused)
        return _show(request, run, form)
    return redirect("import_detail", uuid=run.uuid)


def import_errors(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The original with its errors, to be corrected and uploaded again."""
    run = _run(request, uuid)
    wrong = run.rows.exclude(body__problems=[]).values_list("number", "body").iterator()
    return errors_response(services.stored_cells(run, request.now), wrong, name=f"kesalahan-{run.kind}")


def people_download(request: SignedInRequest) -> HttpResponse:
    """The people of the list's filter, with the columns of the import template (EXP-1)."""
    chosen = PersonFilter(request.GET, queryset=Person.objects.visible_to(request.user), request=request)
    return people_response(chosen.qs, request.now.date())


def _importer(request: SignedInRequest, kind: str) -> Importer:
    try:
        importer = get_importer(kind)
    except LookupError:
        raise Http404 from None
    if not request.authority.has(*importer.roles):
        raise PermissionDenied
    return importer


def _run(request: SignedInRequest, uuid: UUID) -> ImportRun:
    runs = ImportRun.objects.visible_to(request.user).select_related("upload", "job").defer("upload__content")
    return get_object_or_404(runs, uuid=uuid)


def _working(run: ImportRun) -> bool:
    """Whether a job checks or writes it just now."""
    return bool(run.state in _WORKING and run.job and not run.job.finished_at)


def _expired(run: ImportRun, request: SignedInRequest) -> bool:
    return run.upload is None or run.upload.expires_at <= request.now


def _show(request: SignedInRequest, run: ImportRun, form: ApplyForm) -> HttpResponse:
    """The page of a run in whatever state it is."""
    importer = get_importer(run.kind)
    chosen = request.GET.get("show", "")
    listed = run.rows.filter(status=chosen) if chosen in RowStatus.values else run.rows.all()
    page = Paginator(listed, ROWS_SHOWN).get_page(request.GET.get("page"))
    rows = [
        {**row.body, "number": row.number, "kind": _STATUS[row.status], "word": row.get_status_display()}
        for row in page
    ]
    unknown = list(enumerate(run.preview.get("unknown_people", [])))
    expired = _expired(run, request)
    stopped = run.state in _WORKING and not _working(run)
    decides = run.owner_id == request.user.pk and not expired
    context = {
        "run": run,
        "importer": importer,
        "form": form,
        "rows": rows,
        "page_obj": page,
        "more": run.preview.get("hidden", 0),
        "chosen": chosen,
        "counts": [(value, label, run.counts.get(value, 0)) for value, label in RowStatus.choices],
        "wrong": run.counts.get("bad", 0) + run.counts.get("partly", 0),
        "writes": run.counts.get("new", 0) + run.counts.get("changed", 0),
        "questions": open_questions(importer, run.preview),
        "unknown": unknown,
        "people": _people(request) if unknown else [],
        "expired": expired,
        "job_failed": stopped,
        "may_decide": decides and run.state == ImportState.PREVIEWED,
        "may_check": decides and (stopped or run.state == ImportState.PREVIEWED),
        "result_url": reverse(importer.result_url) if importer.result_url else "",
        "title": _("Import: %(kind)s") % {"kind": importer.label},
    }
    return render(request, "imports/detail.html", context)


def _people(request: SignedInRequest) -> list[tuple[str, str]]:
    """Whom a picker offers; in a house too large for a list, the number is typed."""
    people = Person.objects.visible_to(request.user).working().values_list("employee_no", "name")[: MOST_OFFERED + 1]
    return list(people) if len(people) <= MOST_OFFERED else []
