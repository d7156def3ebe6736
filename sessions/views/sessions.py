"""The list of sessions, the page of one session, and the steps from opening to conclusion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from sessions import services
from sessions.day_forms import ConcludeForm, same_minute
from sessions.enums import HELD, DeviationKind, SessionState
from sessions.explanations import name_assessors
from sessions.forms import DeviationForm, MeetingEndForm, MoveForm, ReasonForm
from sessions.frozen import read_scheme
from sessions.models import Deviation, SessionMeeting, SessionResult, TrainingSession
from sessions.policies import can_decide, can_run_session
from sessions.queries.day import lacking, phases_in_order, runs_it, with_day
from sessions.queries.gain import gain_of
from sessions.queries.indicator import figure_of
from sessions.queries.pages import (
    TABS,
    attendance_of,
    by_tab,
    meetings_of,
    mine,
    of_today,
    post_test_can_open,
    tab_counts,
    waiting_deviations,
    with_detail,
)
from sessions.queries.visibility import people_not_shown, people_shown, sessions_open_to
from sessions.services.stand_in import why_not_stand_in
from sessions.tables import SESSION_STATES, DeviationTable, SessionTable
from sessions.verdicts import verdict_for
from trainingops.domain import Refused, StaleVersion, WrongState
from trainingops.people.http import SignedInRequest
from trainingops.ui.days_off import warn_of_days_off
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page

#: How many people's results one page explains.
RESULTS_A_PAGE = 50


def visible(request: SignedInRequest, uuid: UUID) -> TrainingSession:
    """The session as staff see it, or 404."""
    return get_object_or_404(with_detail(TrainingSession.objects.visible_to_staff(request.user)), uuid=uuid)


def visible_meetings(request: SignedInRequest) -> QuerySet[SessionMeeting]:
    """Meetings of the sessions that the reader sees as staff, with what a page of one says."""
    sessions = TrainingSession.objects.visible_to_staff(request.user)
    return SessionMeeting.objects.filter(training_session__in=sessions).select_related(
        "training_session__plan__pic",
        "training_session__site",
        "training_session__line",
        "training_session__summary",
        "training_session__planned__room",
    )


def visible_meeting(request: SignedInRequest, uuid: UUID) -> SessionMeeting:
    """One of them, or 404."""
    return get_object_or_404(visible_meetings(request), uuid=uuid)


def status_of(refused: Refused) -> int:
    """409 where the world moved on since the page was opened, else 422: something on the page has to change."""
    return 409 if isinstance(refused, (WrongState, StaleVersion)) else 422


def attempt_step(request: SignedInRequest, step: Callable[[], Any], done: str) -> bool:
    """Carry out a step of a POST-only address; a refusal becomes a message on the page it came from."""
    try:
        step()
    except Refused as refused:
        messages.error(request, str(refused))
        return False
    messages.success(request, done)
    return True


def session_list(request: SignedInRequest) -> HttpResponse:
    """Mine today first; then every session in reach, by tab."""
    sessions = sessions_open_to(request.user)
    tab = request.GET.get("tab", "")
    counts = tab_counts(sessions, request.user, request.now)
    if tab not in TABS:
        tab = "mine" if counts["n_mine"] else "all"
    rows = with_detail(sessions.filter(by_tab(tab, request.user, request.now))).order_by("-starts_at")
    today = with_detail(sessions).filter(mine(request.user) & (of_today(request.now, request.user)))
    today_here = request.now.astimezone(request.user.zone).date()
    words = {
        "mine": _("Mine"),
        "today": _("Today"),
        "open": _("Under way"),
        "scheduled": _("Scheduled"),
        "concluded": _("Concluded"),
        "cancelled": _("Cancelled"),
        "all": _("All"),
    }
    context = {
        "table": configure(request, SessionTable(rows)),
        "tabs": [(name, words[name], counts[f"n_{name}"], name == tab) for name in TABS],
        "today": today.exclude(state=SessionState.CANCELLED).order_by("starts_at"),
        "states": SESSION_STATES,
        "figure": figure_of(request.user, since=today_here.replace(day=1), until=today_here, now=request.now),
        "may_file": request.user.authority.has("trainer"),
    }
    return list_page(request, "sessions/session_list.html", context, file="sesi")


def session_open(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Begin the session with its first meeting."""
    training_session = visible(request, uuid)
    attempt_step(
        request,
        lambda: services.open_session(training_session=training_session, actor=request.user, now=request.now),
        _("The session is under way."),
    )
    return redirect("session_detail", uuid=uuid)


def session_post_test(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Open the post-test to the participants."""
    training_session = visible(request, uuid)
    attempt_step(
        request,
        lambda: services.open_post_test(training_session=training_session, actor=request.user, now=request.now),
        _("The post-test is open."),
    )
    return redirect("session_detail", uuid=uuid)


def meeting_open(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Begin a further meeting."""
    meeting = visible_meeting(request, uuid)
    attempt_step(
        request,
        lambda: services.open_meeting(meeting=meeting, actor=request.user, now=request.now),
        _("The meeting is under way."),
    )
    return redirect("meeting_roll", uuid=uuid)


def meeting_conclude(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """End a meeting at its real times."""
    meeting = visible_meeting(request, uuid)
    initial = {"actual_starts_at": meeting.actual_starts_at, "actual_ends_at": request.now}
    form = MeetingEndForm(request.POST or None, meeting=meeting, initial=initial)
    if request.method == "POST" and form.is_valid():
        times = {name: same_minute(value, initial[name]) for name, value in form.cleaned_data.items()}
        try:
            services.conclude_meeting(meeting=meeting, **times, actor=request.user, now=request.now)
            messages.success(request, _("The meeting is concluded."))
            return redirect("session_detail", uuid=meeting.training_session.uuid)
        except Refused as refused:
            form.add_refusal(refused)
    context = {"form": form, "meeting": meeting, "training_session": meeting.training_session}
    return render(request, "sessions/meeting_conclude.html", context)


def session_conclude(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """End the session: each difference from the plan needs its reason."""
    rows = with_day(with_detail(TrainingSession.objects.visible_to_staff(request.user)), request.user)
    training_session = get_object_or_404(rows, uuid=uuid)
    meetings = meetings_of(training_session)
    found = services.differences(training_session, meetings)
    form = ConcludeForm(request.POST or None, training_session=training_session, differences=found)
    if request.method == "POST" and form.is_valid():
        try:
            services.conclude_session(
                training_session=training_session,
                reasons=form.reasons(),
                notes=form.cleaned_data["notes"],
                notes_version=form.cleaned_data["notes_version"] or 0,
                used=form.used(),
                actor=request.user,
                now=request.now,
            )
            messages.success(request, _("The session is concluded. The report's draft is filled."))
            return redirect("session_detail", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    context = {
        "form": form,
        "training_session": training_session,
        "lacking": lacking(training_session, meetings, phases_in_order(training_session)),
        "untaken": [each.planned for each in found if each.kind == DeviationKind.TEST],
        "may_open_post": post_test_can_open(training_session) and runs_it(training_session, request.user),
    }
    return render(request, "sessions/session_conclude.html", context)


def session_cancel(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A make-up class does not take place; its cases open again."""
    training_session = visible(request, uuid)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_make_up(
                training_session=training_session, **form.cleaned_data, actor=request.user, now=request.now
            )
            messages.success(request, _("The class is cancelled. Its recovery cases are open again."))
            return redirect("recovery_list")
        except Refused as refused:
            form.add_refusal(refused)
    return render(request, "sessions/session_cancel.html", {"form": form, "training_session": training_session})


def session_move(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A make-up class of one meeting takes place at another time."""
    training_session = visible(request, uuid)
    if training_session.state != SessionState.SCHEDULED or training_session.revision_id is not None:
        messages.error(request, _("Only a make-up class that has not begun is moved here."))
        return redirect("session_detail", uuid=uuid)
    initial = {"starts_at": training_session.starts_at, "ends_at": training_session.ends_at}
    form = MoveForm(request.POST or None, training_session=training_session, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.move_make_up(
                training_session=training_session,
                meetings=[(said["starts_at"], said["ends_at"])],
                reason=said["reason"],
                actor=request.user,
                now=request.now,
            )
            messages.success(request, _("The class is moved. Its participants are told."))
            warn_of_days_off(request, form)
            return redirect("session_detail", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    return render(request, "sessions/session_move.html", {"form": form, "training_session": training_session})


def session_results(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Each result with how it came about (5.1.2)."""
    training_session = visible(request, uuid)
    results = {
        each.enrolment_id: each
        for each in SessionResult.objects.filter(enrolment__training_session=training_session, current=True)
    }
    enrolled = training_session.enrolments.filter(removed_at=None)
    shown = enrolled.filter(people_shown(request.user, training_session))
    pages = Paginator(shown.select_related("person"), RESULTS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    people = list(page.object_list)
    roll = attendance_of(people)
    name_assessors(results[each.pk] for each in people if each.pk in results)
    context = {
        "training_session": training_session,
        "page_obj": page,
        "elsewhere": people_not_shown(training_session, pages.count),
        "rows": [
            (each, result := results.get(each.pk), verdict_for(result, here.statuses, trained=here.trained))
            for each, here in ((each, roll[each.pk]) for each in people)
        ],
        "scheme": read_scheme(training_session.scheme),
        "summary": training_session.summary,
        "gain": gain_of(training_session),
        "may_amend": training_session.state in HELD and can_run_session(request.user, training_session),
    }
    return render(request, "sessions/session_results.html", context)


def deviation_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Report that something differs from the plan on the day itself."""
    training_session = visible(request, uuid)
    form = DeviationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.report_deviation(
                training_session=training_session, **form.cleaned_data, actor=request.user, now=request.now
            )
            messages.success(request, _("The deviation is reported to the manager."))
            return redirect("session_detail", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    may_substitute = not why_not_stand_in(training_session, training_session.meetings.all(), request.now)
    context = {"form": form, "training_session": training_session, "may_substitute": may_substitute}
    return render(request, "sessions/deviation_form.html", context)


def deviation_list(request: SignedInRequest) -> HttpResponse:
    """Deviations and who acknowledged them; the manager acknowledges here."""
    found = waiting_deviations(request.user)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    decides = {
        each.pk
        for each in page
        if each.acknowledged_at is None
        and each.reported_by_id != request.user.pk
        and can_decide(request.user, each.training_session.plan)
    }
    context = {"page_obj": page, "deviations": list(page), "decides": decides, "table": DeviationTable(found)}
    return list_page(request, "sessions/deviation_list.html", context, file="penyimpangan")


def deviation_acknowledge(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The manager has seen a deviation."""
    deviation = get_object_or_404(Deviation.objects.visible_to(request.user), uuid=uuid)
    attempt_step(
        request,
        lambda: services.acknowledge_deviation(deviation=deviation, actor=request.user, now=request.now),
        _("The deviation is acknowledged."),
    )
    return redirect("deviation_list")
