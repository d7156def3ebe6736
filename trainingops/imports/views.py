"""Pages of an import: choose, upload, columns, preview, result."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from trainingops.domain import Refused, StaleVersion, WrongState
from trainingops.imports import services
from trainingops.imports.exports import errors_response, people_response, template_response
from trainingops.imports.forms import ApplyForm, ColumnsForm, UploadForm
from trainingops.imports.models import ImportRun, ImportState, PreviewRow
from trainingops.imports.preview import asked_questions, open_questions
from trainingops.imports.registry import Importer, RowStatus, get_importer, importers_for
from trainingops.people.forms import PersonFilter
from trainingops.people.http import SignedInRequest
from trainingops.people.models import Person

ROWS_SHOWN = 100
#: People that a picker lists; 10,000 of them would be half a megabyte of every preview.
MOST_OFFERED = 1_500
_STATUS = {"new": "info", "changed": "warn", "same": "idle", "aside": "idle", "bad": "late"}
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
    last = runs.defer("preview", "upload__content", "upload__original", "upload__head")[:50]
    rows = [(run, get_importer(run.kind).label, _STATES[run.state]) for run in last]
    return render(request, "imports/list.html", {"importers": importers_for(request.user), "rows": rows})


def import_new(request: SignedInRequest, kind: str) -> HttpResponse:
    """Upload a file of one kind."""
    importer = _importer(request, kind)
    about = _subject(request, importer)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = services.take_upload(
                importer=importer,
                name=file.name,
                content=file.read(),
                subject=about.uuid if about else None,
                actor=request.user,
                now=request.now,
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            return redirect("import_detail", uuid=run.uuid)
    context = {"form": form, "importer": importer, **_about(importer, about, _result(request, importer, about))}
    return render(request, "imports/new.html", context)


def _step(view: Callable[[SignedInRequest, ImportRun], HttpResponse]) -> Callable[..., HttpResponse]:
    """A step of an import, sent from its page; its address, opened again after a refusal, leads back there."""

    @wraps(view)
    def step(request: SignedInRequest, uuid: UUID) -> HttpResponse:
        run = _run(request, uuid)
        if request.method == "POST":
            return view(request, run)
        return redirect(reverse("import_detail", args=[run.uuid], query=request.GET))

    return step


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
    about = services.subject_of(run, importer)
    context = {"form": form, "run": run, "importer": importer, "head": head}
    context |= _about(importer, about, _result(request, importer, about))
    return render(request, "imports/columns.html", context)


@_step
def import_answers(request: SignedInRequest, run: ImportRun) -> HttpResponse:
    """Answer what the file leaves open, and say whom it means."""
    importer = get_importer(run.kind)
    answers = {}
    for question in asked_questions(importer, run.preview):
        choices = [value for value, _label in question.choices]
        if (given := request.POST.get(f"question_{question.name}", "")) in choices:
            answers[question.name] = given
    texts = run.preview.get("unknown_people", [])
    people = {text: request.POST.get(f"person_{at}", "").split(" ")[0] for at, text in enumerate(texts)}
    services.answer_import(run=run, answers=answers, people=people, actor=request.user, now=request.now)
    return redirect("import_detail", uuid=run.uuid)


@_step
def import_check(request: SignedInRequest, run: ImportRun) -> HttpResponse:
    """Check all rows again."""
    services.check_again(run=run, actor=request.user, now=request.now)
    return redirect("import_detail", uuid=run.uuid)


@_step
def import_apply(request: SignedInRequest, run: ImportRun) -> HttpResponse:
    """Write the rows, at once or as a job."""
    form = ApplyForm(request.POST)
    if not form.is_valid():
        return _show(request, run, form)
    try:
        services.apply_import(
            run=run, only_valid_rows=form.cleaned_data["how"] == "valid", actor=request.user, now=request.now
        )
    except (WrongState, StaleVersion):
        raise  # the page as it stands leads nowhere any more
    except Refused as refused:
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
    return people_response(chosen.qs, request.now)


def _importer(request: SignedInRequest, kind: str) -> Importer:
    try:
        importer = get_importer(kind)
    except LookupError:
        raise Http404 from None
    if not request.authority.has(*importer.roles):
        raise PermissionDenied
    return importer


def _subject(request: SignedInRequest, importer: Importer) -> Any:
    """What the upload is about, from ``?for=``: its page leads here with it."""
    if importer.subject is None:
        return None
    try:
        about = importer.subject.find(request.user, UUID(request.GET.get("for", "")))
    except ValueError:
        about = None
    if about is None:
        raise Http404
    if not importer.subject.may(request.user, about):
        raise PermissionDenied
    return about


def _about(importer: Importer, about: Any, address: str) -> dict[str, str]:
    """The words and the page of what a file is about."""
    if importer.subject is None or about is None:
        return {}
    return {"about": importer.subject.words(about), "about_url": address}


def _run(request: SignedInRequest, uuid: UUID) -> ImportRun:
    runs = (
        ImportRun.objects.visible_to(request.user)
        .select_related("upload", "job")
        .defer("upload__content", "upload__original")
    )
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
    about = services.subject_of(run, importer)
    result_url = _result(request, importer, about)
    unknown = list(enumerate(run.preview.get("unknown_people", [])))
    expired = _expired(run, request)
    stopped = run.state in _WORKING and not _working(run)
    decides = run.owner_id == request.user.pk and not expired
    context = {
        "run": run,
        "importer": importer,
        "form": form,
        "rows": [_row(row) for row in page],
        "page_obj": page,
        "more": run.preview.get("hidden", 0),
        "chosen": chosen,
        "tallies": [
            (value, label, run.counts.get(value, 0))
            for value, label in RowStatus.choices
            if value in run.counts or value != RowStatus.ASIDE
        ],
        "wrong": run.counts.get("bad", 0) + run.counts.get("partly", 0),
        "writes": run.counts.get("new", 0) + run.counts.get("changed", 0),
        "questions": open_questions(importer, run.preview),
        "answered": [
            (each, run.options[each.name])
            for each in asked_questions(importer, run.preview)
            if each.name in run.options
        ],
        "unknown": unknown,
        "people": _people(request, importer, about) if unknown else [],
        **_about(importer, about, result_url),
        "expired": expired,
        "job_failed": stopped,
        "may_decide": decides and run.state == ImportState.PREVIEWED,
        "may_check": decides and (stopped or run.state == ImportState.PREVIEWED),
        "result_url": result_url,
        "title": _("Import: %(kind)s") % {"kind": importer.label},
    }
    return render(request, "imports/detail.html", context)


def _row(row: PreviewRow) -> dict[str, Any]:
    """What the preview shows of a row; one that is in no file has no number there."""
    number = row.number if row.body.get("in_file", True) else ""
    return {**row.body, "number": number, "kind": _STATUS[row.status], "word": row.get_status_display()}


def _result(request: SignedInRequest, importer: Importer, about: Any) -> str:
    """Where the imported things are seen; empty for who may not go there."""
    if importer.subject:
        may = about is not None and importer.subject.may(request.user, about)
        return importer.subject.url(about) if may else ""
    return reverse(importer.result_url) if importer.result_url else ""


def _people(request: SignedInRequest, importer: Importer, about: Any) -> list[tuple[str, str]]:
    """Whom a picker offers; in a house too large for a list, the number is typed."""
    if importer.subject:
        return list(importer.subject.people(about)) if about is not None else []
    people = Person.objects.visible_to(request.user).working().values_list("employee_no", "name")[: MOST_OFFERED + 1]
    return list(people) if len(people) <= MOST_OFFERED else []
