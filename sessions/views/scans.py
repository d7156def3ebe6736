"""Scans of signed lists: upload them, see where each page went, file or discard what no code says (PRN-3)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sessions import services
from sessions.enums import PageProblem, PageState
from sessions.models import Scan, ScanPage, SessionMeeting, TrainingSession
from sessions.paper.forms import DiscardForm, FilingForm, UploadForm
from sessions.paper.job import page_of_upload
from sessions.paper.tables import PAGE_STATES, ScanPageTable
from sessions.policies import can_discard_page, can_upload_scans
from sessions.queries.paper import meetings_to_file, page_counts, pages_of_list
from trainingops.audit.access_events import record_access
from trainingops.audit.models import AccessEvent
from trainingops.domain import Refused
from trainingops.jobs.models import Job, JobState
from trainingops.jobs.registry import get_kind
from trainingops.jobs.views import STATUS as JOB_STATUS
from trainingops.people.http import SignedInRequest, uuid_of
from trainingops.records import storage
from trainingops.records.documents import document_response
from trainingops.records.registry import READERS
from trainingops.ui.moments import moment_words
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page

#: How far back the choice of a class reaches.
RECENT = timedelta(days=90)


def scan_list(request: SignedInRequest) -> HttpResponse:
    """Pages by state, those that wait first; ``upload`` shows one upload with the progress of its reading."""
    pages = ScanPage.objects.visible_to(request.user)
    upload = _upload(request)
    if upload is not None:
        pages = pages.filter(scan__job=upload)
    counts = page_counts(pages)
    state = request.GET.get("state", "")
    if state not in (*PageState.values, "all"):
        state = "all" if upload is not None or not counts[PageState.UNFILED] else PageState.UNFILED.value
    words = {**dict(PageState.choices), "all": _("All")}
    context = {
        "table": configure(request, ScanPageTable(pages_of_list(pages, state))),
        "tabs": [(key, word, counts[key], key == state) for key, word in words.items()],
        "upload": upload,
        "upload_warnings": get_kind(upload.kind).warnings_of(upload) if upload else [],
        "failure": get_kind(upload.kind).failure_of(upload) if upload else "",
        "upload_status": JOB_STATUS[JobState(upload.state)] if upload else "",
        "may_upload": can_upload_scans(request.user),
    }
    return list_page(request, "sessions/scans.html", context, file="pindaian")


def _upload(request: SignedInRequest) -> Job | None:
    key = uuid_of(request.GET.get("upload", ""))
    return Job.objects.visible_to(request.user).filter(uuid=key).first() if key else None


def scan_new(request: SignedInRequest) -> HttpResponse:
    """Upload scans; ``session`` in the address says from whose page."""
    key = uuid_of(request.GET.get("session", ""))
    sessions = TrainingSession.objects.visible_to_staff(request.user).select_related("plan", "site")
    training_session = get_object_or_404(sessions, uuid=key) if key else None
    is_sent = request.method == "POST"
    form = UploadForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if form.is_valid():
        try:
            said = form.cleaned_data
            found = services.upload_scans(
                files=said["scans"],
                dated=said["dated"],
                paper_place=said["paper_place"],
                training_session=training_session,
                actor=request.user,
                now=request.now,
            )
            _say_known(request, found.known, found.again)
            return redirect(page_of_upload(found.job) if found.job else reverse("scan_list"))
        except Refused as refused:
            form.add_refusal(refused)
    return render(request, "sessions/scan_new.html", {"form": form, "training_session": training_session})


def _say_known(request: SignedInRequest, known: list[Scan], again: list[Scan]) -> None:
    for scan in known:
        words = {"name": scan.file_name, "time": moment_words(scan.uploaded_at, request.user.zone)}
        if scan.problem:
            messages.info(
                request, _("“%(name)s” was uploaded before and could not be read. It is tried again.") % words
            )
        elif scan in again:
            messages.info(
                request,
                _("“%(name)s” was uploaded already, %(time)s. What of it was not filed is read again.") % words,
            )
        else:
            messages.info(
                request, _("“%(name)s” was uploaded already, %(time)s. It counts once; nothing has changed.") % words
            )


def _page(request: SignedInRequest, uuid: UUID) -> ScanPage:
    rows = (
        "scan__file",
        "scan__uploaded_by",
        "scan__job",
        "scan__session_said",
        "picture",
        "training_session__site",
        "meeting",
    )
    more = ("training_session__plan", "filed_by", "discarded_by", "sheet", "request__record")
    return get_object_or_404(ScanPage.objects.visible_to(request.user).select_related(*rows, *more), uuid=uuid)


def scan_page(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One page with its picture; POST files it to the meeting that somebody chose."""
    page = _page(request, uuid)
    form = _filing_form(request, page)
    if request.method == "POST" and form is not None and form.is_valid():
        meeting = _chosen(request, form)
        if meeting is not None:
            try:
                return _file(request, page, meeting, form)
            except Refused as refused:
                form.add_refusal(refused)
    return _show(request, page, form, DiscardForm())


def scan_discard(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take a page out of the queue, with the reason."""
    page = _page(request, uuid)
    form = DiscardForm(request.POST)
    if form.is_valid():
        try:
            services.discard_page(page=page, **form.cleaned_data, actor=request.user, now=request.now)
            messages.success(request, _("The page is discarded. The file is kept."))
            return redirect(_next(request, page))
        except Refused as refused:
            form.add_refusal(refused)
    return _show(request, page, _filing_form(request, page, bound=False), form)


def _filing_form(request: SignedInRequest, page: ScanPage, *, bound: bool = True) -> FilingForm | None:
    """None for a page that does not wait, or for who files nothing."""
    if page.state != PageState.UNFILED or not can_upload_scans(request.user):
        return None
    meetings = list(meetings_to_file(request.user, since=request.now - RECENT, until=request.now + timedelta(days=1)))
    said = page.scan.session_said_id
    meetings.sort(key=lambda each: each.training_session_id != said)
    first = next((each for each in meetings if each.training_session_id == said), None)
    others = page.scan.page_rows.filter(state=PageState.UNFILED, problem=PageProblem.NO_CODE).exclude(pk=page.pk)
    return FilingForm(
        request.POST if bound and request.method == "POST" else None,
        page=page,
        meetings=meetings,
        others=others.count(),
        initial={"meeting": first.uuid if first else None},
    )


def _chosen(request: SignedInRequest, form: FilingForm) -> SessionMeeting | None:
    """The meeting of the list, or the first one of the session whose number was typed."""
    said = form.cleaned_data
    if number := said["number"].strip():
        sessions = TrainingSession.objects.visible_to_staff(request.user).filter(number__iexact=number)
        found = SessionMeeting.objects.filter(training_session__in=sessions).select_related("training_session")
        meeting = found.order_by("starts_at").first()
        if meeting is None:
            text = _("“%(number)s” is no session that you see. Compare it with the list of sessions.")
            form.add_error("number", text % {"number": number})
        return meeting
    if said["meeting"] is None:
        form.add_error("meeting", _("Choose the class that this page belongs to, or discard the page."))
        return None
    chosen: SessionMeeting | None = said["meeting"]
    return chosen


def _file(request: SignedInRequest, page: ScanPage, meeting: SessionMeeting, form: FilingForm) -> HttpResponse:
    pages = [page]
    if form.cleaned_data.get("rest"):
        waiting = page.scan.page_rows.filter(state=PageState.UNFILED, problem=PageProblem.NO_CODE)
        pages += list(waiting.exclude(pk=page.pk))
    services.file_pages(
        pages=pages,
        training_session=meeting.training_session,
        meeting=meeting,
        evidence_date=form.cleaned_data["evidence_date"],
        actor=request.user,
        now=request.now,
    )
    text = ngettext("%(n)d page is filed to %(number)s.", "%(n)d pages are filed to %(number)s.", len(pages))
    messages.success(request, text % {"n": len(pages), "number": meeting.training_session.number})
    return redirect(_next(request, page))


def _next(request: SignedInRequest, page: ScanPage) -> str:
    """The next page that waits, of the same file first; else the list."""
    waiting = ScanPage.objects.visible_to(request.user).filter(state=PageState.UNFILED).exclude(pk=page.pk)
    found = waiting.filter(scan=page.scan_id).first() or waiting.filter(scan__uploaded_by=request.user).first()
    return reverse("scan_page", args=[found.uuid]) if found else reverse("scan_list")


def _show(request: SignedInRequest, page: ScanPage, filing: FilingForm | None, discard: DiscardForm) -> HttpResponse:
    context = {
        "page": page,
        "scan": page.scan,
        "status": PAGE_STATES[page.state],
        "filing": filing,
        "discard": discard,
        "sees_records": request.authority.has(*READERS),
        "may_discard": page.state == PageState.UNFILED and can_discard_page(request.user, page),
    }
    return render(request, "sessions/scan_page.html", context)


def scan_picture(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The picture of a page, for the page about it and for nothing else; noted as a reading."""
    page = _page(request, uuid)
    record_access(AccessEvent.Kind.READING, user=request.user, request=request, now=request.now, subject=page)
    response = HttpResponse(storage.read_file(page.picture.sha256), content_type=page.picture.media_type)
    response["Cache-Control"] = "private, no-store"
    return response


def scan_file(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The file as it was uploaded, for whoever sees one of its pages."""
    seen = ScanPage.objects.visible_to(request.user).values("scan")
    return document_response(request, get_object_or_404(Scan.objects.select_related("file"), uuid=uuid, pk__in=seen))
