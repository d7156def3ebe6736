"""Corrections of attendance: asked on one's own page, decided in a list, written by the PIC with a reason (ATT-5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from sessions import services
from sessions.correction_forms import AttendanceForm, DecisionForm
from sessions.enums import CorrectionState
from sessions.models import AttendanceCorrection, Enrolment, SessionMeeting
from sessions.models.attendance import absence_reason_name
from sessions.policies import can_decide, can_decide_correction, can_run_session
from sessions.queries.check_in import meetings_with_place, own_enrolment
from sessions.queries.corrections import correction_counts, corrections_for, standing_of_cell
from sessions.queries.pages import recorded_at, roll_of
from sessions.services.correcting import correction_ends, last_minute, why_not_correctable
from sessions.services.reported import report_is_in
from sessions.tables import CORRECTION_STATES, CorrectionTable
from sessions.views.sessions import attempt_step, status_of, visible_meeting
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.records.documents import document_response
from trainingops.ui.views import list_page

A_PAGE = 50


def correction_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A participant asks for a correction of their own attendance, until the date shown."""
    meeting = next(iter(meetings_with_place([uuid])), None)
    enrolment = own_enrolment(meeting, request.user) if meeting else None
    if meeting is None or enrolment is None:
        raise Http404
    if why := why_not_correctable(meeting):
        messages.error(request, why)
        return redirect("check_in_done", uuid=uuid)
    ends_at = correction_ends([meeting]).get(meeting.pk)
    form = AttendanceForm(
        request.POST if request.method == "POST" else None,
        request.FILES or None,
        meeting=meeting,
        standing=recorded_at(enrolment),
        with_file=True,
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_correction(
                meeting=meeting,
                cell=form.cell(enrolment),
                why=form.cleaned_data["why"],
                file=form.cleaned_data["file"],
                actor=request.user,
                now=request.now,
            )
            messages.success(request, _("Your request is with your trainer. You are told what is decided."))
            return redirect("check_in_done", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
            status = status_of(refused)
    context = {
        "form": form,
        "meeting": meeting,
        "training_session": meeting.training_session,
        "zone": meeting.training_session.site.zone,
        "recorded": recorded_at(enrolment),
        "last_at": last_minute(ends_at),
    }
    return render(request, "sessions/correction_new.html", context, status=status)


def correction_withdraw(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Who asked takes it back while it waits."""
    corrections = AttendanceCorrection.objects.visible_to(request.user).select_related("meeting", "enrolment")
    correction = get_object_or_404(corrections, uuid=uuid)
    attempt_step(
        request,
        lambda: services.withdraw_correction(correction=correction, actor=request.user, now=request.now),
        _("The request is withdrawn."),
    )
    if correction.enrolment.person_id == request.user.person_id:
        return redirect("check_in_done", uuid=correction.meeting.uuid)
    return redirect("correction_detail", uuid=uuid)


def correction_document(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The document that came with a request: for who asked, who decides, and the manager; noted as a download."""
    corrections = AttendanceCorrection.objects.visible_to(request.user).select_related(
        "file", "enrolment", "requested_by", "meeting__training_session__plan"
    )
    correction = get_object_or_404(corrections, uuid=uuid)
    own = correction.enrolment.person_id == request.user.person_id
    if not (own or _reads_document(request, correction)):
        raise PermissionDenied(_("The document is for who decides on the request, and for the manager."))
    return document_response(request, correction)


def _reads_document(request: SignedInRequest, correction: AttendanceCorrection) -> bool:
    plan = correction.meeting.training_session.plan
    return can_decide(request.user, plan) or can_decide_correction(request.user, correction)


def correction_list(request: SignedInRequest) -> HttpResponse:
    """What participants and trainers ask of the rolls, what waits first."""
    found = corrections_for(request.user)
    counts = correction_counts(found)
    state = request.GET.get("state", CorrectionState.PENDING if counts[CorrectionState.PENDING] else "all")
    if state not in counts:
        state = "all"
    rows = found if state == "all" else found.filter(state=state)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    words = {**{value: str(label) for value, label in CorrectionState.choices}, "all": _("All")}
    context = {
        "page_obj": page,
        "rows": [(each, CORRECTION_STATES[each.state]) for each in page],
        "tabs": [(key, word, counts[key], key == state) for key, word in words.items()],
        "filtered": counts["all"] > 0,
        "table": CorrectionTable(rows),
    }
    return list_page(request, "sessions/correction_list.html", context, file="koreksi-kehadiran")


def correction_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What stands, what is asked and why; who may decide does it here."""
    correction = get_object_or_404(corrections_for(request.user), uuid=uuid)
    standing = standing_of_cell(correction)
    may_decide = correction.state == CorrectionState.PENDING and can_decide_correction(request.user, correction)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, correction, form.cleaned_data["note"])
            return redirect("correction_detail", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
            status = status_of(refused)
    training_session = correction.meeting.training_session
    context = {
        "correction": correction,
        "kind": CORRECTION_STATES[correction.state],
        "standing": standing,
        "before": _before(correction),
        "form": form if may_decide else None,
        "may_withdraw": correction.state == CorrectionState.PENDING and correction.requested_by_id == request.user.pk,
        "reads_document": bool(correction.file_id) and _reads_document(request, correction),
        "amends_report": may_decide and report_is_in(training_session),
        "training_session": training_session,
        "zone": training_session.site.zone,
    }
    return render(request, "sessions/correction_detail.html", context, status=status)


def _decide(request: SignedInRequest, correction: AttendanceCorrection, note: str) -> None:
    said: dict[str, Any] = {"correction": correction, "note": note, "actor": request.user, "now": request.now}
    if "approve" in request.POST:
        version = request.POST.get("version", "")
        services.approve_correction(**said, version=int(version) if version.isdecimal() else 0)
        messages.success(request, _("The attendance is corrected. Cases, results and figures follow."))
    else:
        services.reject_correction(**said)
        messages.success(request, _("The request is rejected. Who asked reads why."))


def _before(correction: AttendanceCorrection) -> dict[str, Any] | None:
    """What stood before an approved correction, for the words of a cell."""
    if not correction.before:
        return None
    status, late, early, reason, note = correction.before
    return {
        "status": status,
        "minutes_late": late,
        "minutes_left_early": early,
        "reason": absence_reason_name(reason) if reason else "",
        "reason_note": note,
    }


def attendance_correct(request: SignedInRequest, uuid: UUID, enrolment: int) -> HttpResponse:
    """Who runs the session corrects one attendance of a concluded meeting, with the reason."""
    meeting = visible_meeting(request, uuid)
    if not can_run_session(request.user, meeting.training_session):
        raise PermissionDenied(_("Attendance is corrected by the PIC, or proposed by the executing trainer."))
    place = get_object_or_404(roll_of(meeting), pk=enrolment)
    if why := why_not_correctable(meeting):
        messages.error(request, why)
        return redirect("meeting_roll", uuid=uuid)
    standing = recorded_at(place)
    form = AttendanceForm(request.POST if request.method == "POST" else None, meeting=meeting, standing=standing)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            return _corrected(request, meeting, place, form)
        except Refused as refused:
            form.add_refusal(refused)
            status = status_of(refused)
    context = {
        "form": form,
        "meeting": meeting,
        "enrolment": place,
        "standing": standing,
        "version": standing.version if standing else 0,
        "training_session": meeting.training_session,
        "zone": meeting.training_session.site.zone,
        "decides": meeting.training_session.plan.pic_id == request.user.pk,
        "amends_report": report_is_in(meeting.training_session),
    }
    return render(request, "sessions/attendance_correct.html", context, status=status)


def _corrected(
    request: SignedInRequest, meeting: SessionMeeting, place: Enrolment, form: AttendanceForm
) -> HttpResponse:
    version = request.POST.get("version", "")
    correction = services.correct_attendance(
        meeting=meeting,
        cell=form.cell(place, int(version) if version.isdecimal() else 0),
        why=form.cleaned_data["why"],
        actor=request.user,
        now=request.now,
    )
    if correction.state == CorrectionState.APPROVED:
        messages.success(request, _("The attendance is corrected. Cases, results and figures follow."))
    else:
        messages.success(request, _("Your proposal is with the PIC, who decides."))
    return redirect("meeting_roll", uuid=meeting.uuid)
