"""Home: what waits for me, what I wait for, today."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from trainingops.dashboard import desk, setting_up
from trainingops.dashboard.desk.figures import figures
from trainingops.people.enums import Role
from trainingops.people.http import SignedInRequest

#: How many lines of today stand on the page; the rest is one click away.
MOST_EVENTS = 12


def home(request: SignedInRequest) -> HttpResponse:
    """What waits for me, what I wait for, today (DSH-1 to DSH-5); the set-up list of a new house (EMP-2)."""
    mine = desk.Desk(user=request.user, now=request.now)
    steps = []
    if request.authority.has(Role.ADMINISTRATOR):
        steps = setting_up.steps(request.user, today=mine.day_start.date())
    events = desk.today(mine)
    context = {
        "waiting": desk.waiting(mine),
        "awaited": desk.awaited(mine),
        "events": events[:MOST_EVENTS],
        "more_events": max(len(events) - MOST_EVENTS, 0),
        "steps": steps if any(not step.done for step in steps) else [],
        "steps_done": sum(step.done for step in steps),
        "figures": figures(mine) if request.authority.has(Role.MANAGER) else [],
        "archives": mine.small.get("archives", []),
        "reads_evidence": request.authority.has(Role.AUDITOR),
        "is_participant": request.authority.has(Role.AGENT),
    }
    return render(request, "dashboard/home.html", context)
