"""Attendance lists to be signed by hand: print one, fetch it, and where its QR code leads (PRN-3)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from sessions import services
from sessions.models import PaperSheet
from sessions.paper.forms import SheetForm
from sessions.paper.tables import SheetTable
from sessions.policies import can_handle_paper
from sessions.queries.check_in import own_enrolment
from sessions.views.sessions import visible_meeting
from trainingops.audit.access_events import record_access
from trainingops.audit.models import AccessEvent
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.records.documents import attachment
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page, render_part


def meeting_sheets(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The prints of one meeting; POST orders one more."""
    meeting = visible_meeting(request, uuid)
    training_session = meeting.training_session
    form = SheetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            sheet = services.print_sheet(
                meeting=meeting,
                filled=bool(said["filled"]),
                spare_rows=said["spare_rows"],
                actor=request.user,
                now=request.now,
            )
            return redirect(f"{reverse('meeting_sheets', args=[uuid])}?print={sheet.number}")
        except Refused as refused:
            form.add_refusal(refused)
    prints = PaperSheet.objects.filter(meeting=meeting).select_related("printed_by").defer("pdf")
    context = {
        "form": form,
        "meeting": meeting,
        "training_session": training_session,
        "zone": training_session.site.zone,
        "may_print": can_handle_paper(request.user, training_session),
        "table": configure(request, SheetTable(prints)),
        "wanted": _wanted(request, meeting.pk),
    }
    if request.headers.get("HX-Request"):
        return render_part(request, "sessions/sheets.html", "sessions/sheet_state.html", context)
    return list_page(request, "sessions/sheets.html", context, file=f"cetakan-{training_session.number}")


def _wanted(request: SignedInRequest, meeting: int) -> PaperSheet | None:
    """The print that the reader has just ordered."""
    number = request.GET.get("print", "")
    return PaperSheet.objects.filter(meeting=meeting, number=number).first() if number else None


def sheet_file(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The PDF of a print, as long as it is kept."""
    sheet = get_object_or_404(PaperSheet.objects.visible_to(request.user).select_related("meeting"), uuid=uuid)
    if sheet.pdf is None:
        messages.info(request, _("%(number)s is not kept any more. Print the list anew.") % {"number": sheet.number})
        return redirect("meeting_sheets", uuid=sheet.meeting.uuid)
    record_access(
        AccessEvent.Kind.DOWNLOAD,
        user=request.user,
        request=request,
        now=request.now,
        subject=sheet,
        data={"number": sheet.number},
    )
    return attachment(bytes(sheet.pdf), "application/pdf", f"{sheet.number}.pdf")


def sheet_code(request: SignedInRequest, code: str) -> HttpResponse:
    """The address in the QR code of a print: the roll of its meeting for staff, their own page for participants."""
    sheet = get_object_or_404(PaperSheet.objects.select_related("meeting").defer("pdf"), code=code)
    if PaperSheet.objects.visible_to(request.user).filter(pk=sheet.pk).exists():
        return redirect("meeting_roll", uuid=sheet.meeting.uuid)
    if own_enrolment(sheet.meeting, request.user) is None:
        raise Http404
    return redirect("my_trainings")
