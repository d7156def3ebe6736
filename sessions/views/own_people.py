"""A class seen by an office of another place: its own people by name, the others counted (5.3.2)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from sessions.enums import AttendanceStatus
from sessions.models import SessionResult, TrainingSession
from sessions.queries.pages import attendance_of, with_detail
from sessions.queries.visibility import own_people, people_not_shown, sessions_of_own_people
from sessions.tables import SESSION_STATES
from sessions.verdicts import verdict_for
from trainingops.people.http import SignedInRequest


def session_own(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """When and where a class is, and how the reader's own people do in it, wherever it is held."""
    sessions = sessions_of_own_people(TrainingSession.objects.all(), request.user)
    training_session = get_object_or_404(with_detail(sessions), uuid=uuid)
    enrolled = training_session.enrolments.filter(own_people(request.user), removed_at=None)
    people = list(enrolled.select_related("person", "team"))
    results = {each.enrolment_id: each for each in SessionResult.objects.filter(enrolment__in=people, current=True)}
    roll = attendance_of(people)
    context = {
        "title": training_session.plan.title,
        "training_session": training_session,
        "status": SESSION_STATES[training_session.state],
        "summary": training_session.summary,
        "rows": [
            (
                each,
                [AttendanceStatus(status).label for status in roll[each.pk].statuses],
                result := results.get(each.pk),
                verdict_for(result, roll[each.pk].statuses, trained=roll[each.pk].trained),
            )
            for each in people
        ],
        "elsewhere": people_not_shown(training_session, len(people)),
    }
    return render(request, "sessions/session_own.html", context)
