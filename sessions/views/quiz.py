"""A participant's own pages: their trainings, and tests on a phone (QUZ)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from planning.enums import PlanState
from planning.models import PaperQuestion
from sessions import services
from sessions.calendar import CANCEL, PUBLISH, calendar_of
from sessions.enums import AttemptState, SessionState, TestPhase
from sessions.explanations import name_assessors
from sessions.models import Enrolment, TestAttempt
from sessions.queries.corrections import OwnCell, own_cells
from sessions.queries.pages import enrolments_of_person
from sessions.queries.survey import survey_card
from sessions.services.attempts import GRACE, LONGEST_ANSWER, opening_case, paper_of, why_closed
from sessions.services.extra_time import extra_minutes
from sessions.tables import case_status
from sessions.verdicts import stayed_away, verdict_for
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.ui.errors import Line

#: How many of one's own trainings one page shows.
TRAININGS_A_PAGE = 20


def my_trainings(request: SignedInRequest) -> HttpResponse:
    """Invitations, tests to take, results, recovery: one's own and nobody else's."""
    page = Paginator(enrolments_of_person(request.user), TRAININGS_A_PAGE).get_page(request.GET.get("page"))
    enrolments = list(page)
    cells = own_cells(enrolments, request.now)
    cards = [_card(each, cells, now=request.now) for each in enrolments]
    name_assessors(card["result"] for card in cards if card["result"])
    context = {
        "cards": cards,
        "page_obj": page,
        "waived": enrolments[0].released if enrolments else 0,  # type: ignore[attr-defined]
    }
    return render(request, "sessions/my_trainings.html", context)


def _card(enrolment: Enrolment, cells: dict[tuple[int, int], OwnCell], *, now: datetime) -> dict[str, Any]:
    """What one training shows; every row was fetched with the list."""
    training_session = enrolment.training_session
    attempts = {(each.phase, each.state): each for each in enrolment.attempts.all()}
    tests = []
    for phase in TestPhase:
        running = attempts.get((phase, AttemptState.IN_PROGRESS))
        done = attempts.get((phase, AttemptState.SUBMITTED))
        if running or done or _open(enrolment, phase):
            tests.append(
                {"phase": phase, "running": running, "done": done, "open": not running and _open(enrolment, phase)}
            )
    result = getattr(enrolment, "current_result", None)  # Django leaves it out where there is none
    attendances = {each.meeting_id: each for each in enrolment.attendances.all()}
    return {
        "enrolment": enrolment,
        "session": training_session,
        "tests": tests,
        "result": result,
        "verdict": verdict_for(
            result,
            [each.status for each in attendances.values()],
            trained=enrolment.trained,  # type: ignore[attr-defined]
        ),
        "cases": [(each, *case_status(each)) for each in enrolment.cases.all()],
        "attendances": attendances,
        "survey": survey_card(enrolment, now),
        "is_ahead": training_session.state == SessionState.SCHEDULED and training_session.ends_at > now,
        "own_cells": {meeting: cell for (place, meeting), cell in cells.items() if place == enrolment.pk},
    }


def _open(enrolment: Enrolment, phase: str) -> bool:
    """Whether the test can be started now, judged by the rows at hand; the service decides again."""
    training_session = enrolment.training_session
    if paper_of(training_session, phase) is None or training_session.plan.state == PlanState.CLOSED:
        return False
    kind = {TestPhase.POST: "recovery", TestPhase.REMEDIAL: "remedial"}.get(TestPhase(phase))
    cases = [
        each for each in enrolment.cases.all() if each.kind == kind and each.state == "open" and each.test_opened_at
    ]
    done = [each for each in enrolment.attempts.all() if each.phase == phase and each.state == "submitted"]
    if cases:
        opened_at = cases[0].test_opened_at
        return opened_at is not None and not any(each.started_at >= opened_at for each in done)
    is_away = stayed_away(each.status for each in enrolment.attendances.all())
    if phase == TestPhase.REMEDIAL or done or is_away or training_session.state != "open":
        return False
    return bool(training_session.post_opened_at) == (phase == TestPhase.POST)


def training_calendar(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One's own invitation as a file for a calendar (CAL-2)."""
    enrolment = get_object_or_404(enrolments_of_person(request.user), uuid=uuid)
    training_session = enrolment.training_session
    gone = training_session.state == SessionState.CANCELLED
    file = calendar_of(training_session, method=CANCEL if gone else PUBLISH, at=request.now)
    response = HttpResponse(file, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{training_session.number}.ics"'
    return response


def test_start(request: SignedInRequest, uuid: UUID, phase: str) -> HttpResponse:
    """Begin a test: GET says what awaits, POST starts the time; one that was begun goes on."""
    if phase not in TestPhase.values or request.user.person_id is None:
        raise Http404
    enrolments = Enrolment.objects.select_related(
        "training_session__plan", "training_session__pre_paper", "training_session__post_paper"
    )
    enrolment = get_object_or_404(enrolments, uuid=uuid, person=request.user.person_id, removed_at=None)
    running = enrolment.attempts.filter(phase=phase, state=AttemptState.IN_PROGRESS).select_related("paper").first()
    if running is not None:
        return _resume(running)
    if request.method == "POST":
        try:
            return _resume(
                services.start_attempt(enrolment=enrolment, phase=phase, actor=request.user, now=request.now)
            )
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("my_trainings")
    paper = paper_of(enrolment.training_session, phase)
    case = opening_case(enrolment, phase)
    context = {
        "enrolment": enrolment,
        "phase": TestPhase(phase),
        "paper": paper,
        "questions": paper.paper_questions.count() if paper else 0,
        "extra": extra_minutes(enrolment),
        "why": why_closed(enrolment.training_session, enrolment, phase, case),
    }
    return render(request, "sessions/test_start.html", context)


def _resume(attempt: TestAttempt) -> HttpResponse:
    """On to the first question without an answer; to the summary once all have one (QUZ-1)."""
    answered = _answered(attempt)
    blank = (at for at, each in enumerate(_places(attempt), 1) if not answered.get(each.question_version_id))
    place = next(blank, None)
    if place is None:
        return redirect("test_summary", uuid=attempt.uuid)
    return redirect("test_question", uuid=attempt.uuid, place=place)


def _own(request: SignedInRequest, uuid: UUID) -> TestAttempt:
    attempts = TestAttempt.objects.visible_to(request.user).select_related(
        "enrolment__training_session__site", "enrolment__training_session__plan", "paper"
    )
    return get_object_or_404(attempts, uuid=uuid)


def _places(attempt: TestAttempt) -> list[PaperQuestion]:
    return list(attempt.paper.paper_questions.select_related("question_version").order_by("order"))


def test_question(request: SignedInRequest, uuid: UUID, place: int) -> HttpResponse:
    """One question: GET shows it with what is saved, POST saves and goes on; a tap saves in the background."""
    attempt = _own(request, uuid)
    by_script = bool(request.htmx)  # type: ignore[attr-defined]
    if attempt.state != AttemptState.IN_PROGRESS and not (by_script and request.method == "POST"):
        return redirect("test_done", uuid=uuid)
    places = _places(attempt)
    if not 1 <= place <= len(places):
        raise Http404
    question = places[place - 1].question_version
    errors: list[Line] = []
    if request.method == "POST":
        try:
            services.save_answer(
                attempt=attempt,
                question_version=question,
                choice=request.POST.getlist("choice"),
                actor=request.user,
                now=request.now,
            )
        except Refused as refused:
            if by_script:
                return HttpResponse(str(refused), status=422 if refused.field else 409, content_type="text/plain")
            if not refused.field:
                messages.error(request, str(refused))
                return redirect("test_summary", uuid=uuid)
            errors = [Line(question.text, str(refused), "choice")]
        else:
            return _receipt(request, attempt, place) if by_script else _onward(request, attempt, place, len(places))
    answered = _answered(attempt)
    sent = request.POST.getlist("choice") if errors else None
    context = _context(attempt, places, answered, request) | {
        "place": place,
        "question": question,
        "choice": answered.get(question.pk, []) if sent is None else sent,
        "errors": errors,
        "longest": LONGEST_ANSWER,
        "last": place == len(places),
        "rule": attempt.paper.get_multiple_rule_display(),
    }
    return render(request, "sessions/test_question.html", context)


def _receipt(request: SignedInRequest, attempt: TestAttempt, place: int) -> HttpResponse:
    """The server's word that it has the answer to this question, and the time that is left (QUZ-2, QUZ-3)."""
    left = str(_seconds_left(attempt, request))
    return HttpResponse(status=204, headers={"X-Saved": str(place), "X-Left": left, "Cache-Control": "no-store"})


def _onward(request: SignedInRequest, attempt: TestAttempt, place: int, last: int) -> HttpResponse:
    """Where the button leads: every way out of a question saves its answer first (QUZ-6)."""
    to = request.POST.get("to", "")
    if to == "leave":
        return redirect("my_trainings")
    wanted = int(to) if to.isdecimal() and len(to) < 6 else place + 1
    if to == "summary" or wanted > last:
        return redirect("test_summary", uuid=attempt.uuid)
    return redirect("test_question", uuid=attempt.uuid, place=max(wanted, 1))


def test_paper(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """All questions for the device of the participant, so that they can go on without a connection (QUZ-2)."""
    attempt = _own(request, uuid)
    if attempt.state != AttemptState.IN_PROGRESS:
        raise Http404
    answered = _answered(attempt)
    context = {
        "questions": [
            (number, each.question_version, answered.get(each.question_version_id, []))
            for number, each in enumerate(_places(attempt), start=1)
        ],
        "rule": attempt.paper.get_multiple_rule_display(),
        "longest": LONGEST_ANSWER,
    }
    response = render(request, "sessions/test_paper.html", context)
    response["Cache-Control"] = "no-store"
    return response


def test_summary(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What is answered and what is not, before submitting (QUZ-5)."""
    attempt = _own(request, uuid)
    if attempt.state != AttemptState.IN_PROGRESS:
        return redirect("test_done", uuid=uuid)
    context = _context(attempt, _places(attempt), _answered(attempt), request)
    return render(request, "sessions/test_summary.html", context)


def test_submit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Submit: the only address that does; a reload of any page never submits."""
    attempt = _own(request, uuid)
    try:
        services.submit_attempt(attempt=attempt, actor=request.user, now=request.now)
    except Refused as refused:
        messages.info(request, str(refused))
    return redirect("test_done", uuid=uuid)


def test_done(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The server's receipt, with the points."""
    attempt = _own(request, uuid)
    if attempt.state == AttemptState.IN_PROGRESS:
        return redirect("test_summary", uuid=uuid)
    return render(
        request, "sessions/test_done.html", {"attempt": attempt, "zone": attempt.enrolment.training_session.site.zone}
    )


def _answered(attempt: TestAttempt) -> dict[int, list[str]]:
    rows = attempt.answers.values_list("question_version", "choice")
    return {key: choice for key, choice in rows if choice}


def _context(
    attempt: TestAttempt, places: list[PaperQuestion], answered: dict[int, list[str]], request: SignedInRequest
) -> dict[str, Any]:
    marks = [(number, each.question_version_id in answered) for number, each in enumerate(places, start=1)]
    return {
        "attempt": attempt,
        "title": _("%(phase)s: %(title)s")
        % {"phase": attempt.get_phase_display(), "title": attempt.enrolment.training_session.plan.title},
        "marks": marks,
        "total": len(places),
        "answered": sum(1 for _number, done in marks if done),
        "unanswered": sum(1 for _number, done in marks if not done),
        "left": _seconds_left(attempt, request),
        "minutes": max(-(-_seconds_left(attempt, request) // 60), 0),
        "extra": extra_minutes(attempt.enrolment),
        "over": request.now > attempt.due_at + GRACE,
        "zone": attempt.enrolment.training_session.site.zone,
    }


def _seconds_left(attempt: TestAttempt, request: SignedInRequest) -> int:
    """By the server's clock; what the device's says does not matter (QUZ-3)."""
    return int((attempt.due_at - request.now).total_seconds())
