"""One-time codes and PINs for a class, by its trainer or a team leader, in one action."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from sessions.queries.participants import people_of_class
from sessions.views.sessions import visible
from trainingops.people.forms import CodesForm
from trainingops.people.handing_out import hand_out, needs_of
from trainingops.people.http import SignedInRequest


@never_cache
def session_codes(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Choose participants, the ones who have never signed in first ticked; what is issued is shown once."""
    training_session = visible(request, uuid)
    people = people_of_class(training_session, request.user)
    needs = needs_of(people.helped, request.now)
    purpose = request.GET.get("for", CodesForm.CODE)
    ticks_all = request.GET.get("tick", "all" if purpose == CodesForm.PIN else "new") == "all"
    form = CodesForm(
        request.POST or None,
        people=people.choices,
        needs=needs,
        initial={
            "people": [each for each in people.helped if ticks_all or needs[each.pk].is_new],
            "purpose": purpose,
            "output": CodesForm.LIST,
        },
    )
    if request.method == "POST" and form.is_valid():
        return hand_out(request, form, about=f"{training_session.number} {training_session.label}")
    context = {"training_session": training_session, "form": form, "people": people}
    return render(request, "sessions/session_codes.html", context)
