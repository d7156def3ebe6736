"""The page of a session on its day, and what is done from it: notes, photos, another trainer, other times."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from planning.policies.plans import can_edit_plan
from planning.queries.releases import release_lines, releases_of_session
from sessions import services
from sessions.day_forms import NotesForm, PhotosForm, ProposeMoveForm, SubstituteForm
from sessions.enums import HELD, ClassFileKind, MeetingState, SessionState
from sessions.forms import ReasonForm
from sessions.frozen import read_scheme
from sessions.models import ClassFile, TrainingSession
from sessions.policies import can_recover, can_run_session, has_paper_role
from sessions.queries.day import (
    away_then,
    compared,
    deviations_in,
    files_in,
    lacking,
    move_awaiting,
    phases_in_order,
    runs_it,
    with_day,
)
from sessions.queries.pages import meetings_of, post_test_can_open, with_detail
from sessions.queries.paper import filed_pages, filed_pages_of_session
from sessions.queries.visibility import sessions_of_own_people
from sessions.services.photos import can_be_removed, takes_photos
from sessions.services.running import EARLIEST
from sessions.services.stand_in import why_not_stand_in
from sessions.services.withdrawing import why_not_withdrawn
from sessions.tables import MEETING_STATES, SESSION_STATES
from sessions.views.sessions import visible
from trainingops.domain import Refused, StaleVersion
from trainingops.people.http import SignedInRequest
from trainingops.records import storage
from trainingops.records.documents import document_response
from trainingops.ui.days_off import warn_of_days_off

#: Of a session that is not over.
TO_COME = (SessionState.SCHEDULED, SessionState.OPEN)


@require_GET
def session_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Everything for the day: who, where, materials, attendance, tests, scores, what is missing, what comes next."""
    known: Any = with_day(with_detail(TrainingSession.objects.visible_to_staff(request.user)), request.user)
    known = known.annotate(release_rows=releases_of_session(), filed_rows=filed_pages_of_session())
    training_session = known.filter(uuid=uuid).first()
    if training_session is None:
        get_object_or_404(sessions_of_own_people(TrainingSession.objects.all(), request.user), uuid=uuid)
        return redirect("session_own", uuid=uuid)
    plan, meetings = training_session.plan, meetings_of(training_session)
    runs = runs_it(training_session, request.user)
    state = training_session.state
    is_open, is_to_come = state == SessionState.OPEN, state in TO_COME
    has_revision = training_session.revision_id is not None
    is_moved_here = not has_revision and state == SessionState.SCHEDULED
    deviations = deviations_in(training_session)
    tests = phases_in_order(training_session)
    takes = runs and takes_photos(training_session)
    is_left = any(each.state == MeetingState.PLANNED for each in meetings)
    application = training_session.revision.application if has_revision else None
    context = {
        "training_session": training_session,
        "status": SESSION_STATES[state],
        "is_filed": state == SessionState.FILED,
        "is_held": state in HELD,
        "meetings": [(each, MEETING_STATES[each.state]) for each in meetings],
        "summary": training_session.summary,
        "materials": training_session.material_rows,
        "licences": training_session.licences if application and application.needs_licence else 0,
        "compared": compared(training_session, meetings, deviations),
        "unacknowledged": sum(each.acknowledged_at is None for each in deviations),
        "tests": tests,
        "lacking": lacking(training_session, meetings, tests) if is_open else [],
        "away": away_then(training_session) if state == SessionState.SCHEDULED else [],
        "awaiting": move_awaiting(training_session, meetings) if is_to_come else [],
        "photos": [
            (each, runs and can_be_removed(training_session, each.at, takes=takes))
            for each in files_in(training_session, ClassFileKind.PHOTO)
        ],
        "papers": files_in(training_session, ClassFileKind.PAPER),
        "photos_form": PhotosForm() if takes else None,
        "notes_form": _notes_form(training_session) if runs and is_to_come else None,
        "may_run": runs,
        "may_open": runs and state == SessionState.SCHEDULED and request.now >= training_session.starts_at - EARLIEST,
        "may_conclude": runs and is_open and all(each.state == MeetingState.CONCLUDED for each in meetings),
        "may_open_post": runs and post_test_can_open(training_session),
        "may_report": runs and is_to_come,
        "may_substitute": runs and not why_not_stand_in(training_session, meetings, request.now),
        "may_propose_move": is_to_come and is_left and has_revision and can_edit_plan(request.user, plan),
        "may_cancel": is_moved_here and can_recover(request.user, plan),
        "may_withdraw": state == SessionState.FILED
        and can_recover(request.user, plan)
        and not why_not_withdrawn(training_session),
        "may_move": is_moved_here and len(meetings) == 1 and (runs or can_recover(request.user, plan)),
        "scheme": read_scheme(training_session.scheme),
        "filed_pages": filed_pages(training_session.filed_rows),
        "may_file": runs or has_paper_role(request.user, training_session),
        "releases": release_lines(training_session.release_rows, plan=plan, reader=request.user),
        "zone": training_session.site.zone,
    }
    return render(request, "sessions/session_detail.html", context)


def _notes_form(training_session: TrainingSession) -> NotesForm:
    return NotesForm(initial={"notes": training_session.notes, "version": training_session.notes_version})


def _page_of(training_session: TrainingSession, part: str = "") -> str:
    return reverse("session_detail", args=[training_session.uuid]) + (f"#{part}" if part else "")


def _lead_back(request: SignedInRequest, training_session: TrainingSession, words: str) -> HttpResponse:
    """A form that could only be refused: say why on the page that it belongs to."""
    messages.error(request, words % {"state": training_session.get_state_display()})
    return redirect(_page_of(training_session))


def session_notes(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Save the notes on their own; where somebody saved others meanwhile, both stand on the page."""
    training_session = visible(request, uuid)
    if training_session.state not in TO_COME:
        return _lead_back(request, training_session, _("The session is “%(state)s”; its notes stand."))
    form = NotesForm(request.POST or None, initial=_notes_form(training_session).initial)
    theirs = ""
    if request.method == "POST" and form.is_valid():
        try:
            services.save_notes(
                training_session=training_session, **form.cleaned_data, actor=request.user, now=request.now
            )
        except StaleVersion as stale:
            training_session = visible(request, uuid)
            theirs = training_session.notes
            typed = request.POST.copy()
            typed["version"] = str(training_session.notes_version)  # saving again, knowingly, replaces theirs
            form.data = typed
            form.add_refusal(stale)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The notes are saved."))
            return redirect(_page_of(training_session, "notes"))
    context = {"form": form, "training_session": training_session, "theirs": theirs}
    return render(request, "sessions/session_notes.html", context)


def session_photos(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Add photos of the class."""
    training_session = visible(request, uuid)
    if not can_run_session(request.user, training_session):
        raise PermissionDenied(_("Photos are added by the PIC or the executing trainer."))
    form = PhotosForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.add_photos(
                training_session=training_session,
                photos=form.cleaned_data["photos"],
                actor=request.user,
                now=request.now,
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            if made:
                words = ngettext("%(n)d photo is kept.", "%(n)d photos are kept.", len(made))
                messages.success(request, words % {"n": len(made)})
            if known := len(form.cleaned_data["photos"]) - len(made):
                words = ngettext("%(n)d photo stood here already.", "%(n)d photos stood here already.", known)
                messages.info(request, words % {"n": known})
            return redirect(_page_of(training_session, "photos"))
    context = {"form": form, "training_session": training_session, "takes": takes_photos(training_session)}
    return render(request, "sessions/session_photos.html", context)


def _class_file(request: SignedInRequest, uuid: UUID) -> ClassFile:
    rows = ClassFile.objects.visible_to(request.user).filter(removed_at=None)
    detail = ("file", "thumbnail", "training_session__plan__pic", "training_session__site")
    return get_object_or_404(rows.select_related(*detail, "training_session__planned__room"), uuid=uuid)


@require_GET
def class_file(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Hand out a photo or the scan of a paper; noted as an access."""
    return document_response(request, _class_file(request, uuid))


@require_GET
def class_file_thumbnail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A photo small, for the page of its session."""
    thumbnail = _class_file(request, uuid).thumbnail
    if thumbnail is None:
        raise Http404
    try:
        data = storage.read_file(thumbnail.sha256)
    except (storage.FileMissing, storage.FileAltered):
        raise Http404 from None
    response = HttpResponse(data, content_type=thumbnail.media_type)
    response["Cache-Control"] = "private, max-age=3600"
    return response


def class_file_remove(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Take a photo out of its class, with the reason."""
    photo = _class_file(request, uuid)
    training_session = photo.training_session
    if photo.kind != ClassFileKind.PHOTO or not can_run_session(request.user, training_session):
        raise PermissionDenied(_("Photos are removed by the PIC or the executing trainer."))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.remove_photo(photo=photo, **form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The photo is removed."))
            return redirect(_page_of(training_session, "photos"))
    context = {
        "form": form,
        "photo": photo,
        "training_session": training_session,
        "removable": can_be_removed(training_session, photo.added_at, takes=takes_photos(training_session)),
    }
    return render(request, "sessions/class_file_remove.html", context)


def session_substitute(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Another trainer teaches what is left: one action, and the manager acknowledges it."""
    training_session = visible(request, uuid)
    if why := why_not_stand_in(training_session, training_session.meetings.all(), request.now):
        return _lead_back(request, training_session, why)
    form = SubstituteForm(request.POST or None, training_session=training_session)
    if request.method == "POST" and form.is_valid():
        try:
            services.substitute_trainer(
                training_session=training_session, **form.cleaned_data, actor=request.user, now=request.now
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The substitute is booked. The manager acknowledges the deviation."))
            return redirect(_page_of(training_session))
    return render(request, "sessions/session_substitute.html", {"form": form, "training_session": training_session})


def session_propose_move(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A batch of the plan at other times: the new revision is submitted at once."""
    training_session = visible(request, uuid)
    plan = training_session.plan
    if training_session.revision_id is None or not can_edit_plan(request.user, plan):
        raise PermissionDenied(_("Only the PIC moves a batch of the plan; the manager approves it."))
    left = list(training_session.meetings.filter(state=MeetingState.PLANNED).order_by("starts_at"))
    form = ProposeMoveForm(request.POST or None, training_session=training_session, meetings=left)
    if request.method == "POST" and form.is_valid():
        try:
            services.propose_move(
                training_session=training_session,
                times=form.times(),
                reason=form.cleaned_data["reason"],
                busy_reason=form.cleaned_data["busy_reason"],
                actor=request.user,
                now=request.now,
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The move awaits the manager's decision; participants are told once approved."))
            warn_of_days_off(request, form)
            return redirect(_page_of(training_session))
    context = {"form": form, "training_session": training_session, "left": left}
    return render(request, "sessions/session_propose_move.html", context)
