"""File a class that was held without approval (5.2)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from planning.models import Appointment
from sessions import services
from sessions.filing_forms import FiledClassForm
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest


def session_filed_new(request: SignedInRequest) -> HttpResponse:
    """A PIC records a class from its paper; it never looks approved, and the manager acknowledges it."""
    day = request.now.astimezone(request.user.zone).date()
    if not Appointment.objects.in_force(day).filter(user=request.user).exists():
        raise PermissionDenied(_("Only a PIC with an appointment in force files a class. Ask the manager for one."))
    form = FiledClassForm(
        request.POST or None, request.FILES or None, user=request.user, day=day, initial={"kind": "refreshment"}
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            training_session = services.file_class(
                held=form.held(),
                people=said["people"],
                reason=said["reason"],
                paper=said["paper"],
                actor=request.user,
                now=request.now,
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The class is filed, without prior approval. Type its scores next."))
            return redirect("session_detail", uuid=training_session.uuid)
    context = {"form": form, "title": _("File a class held without approval")}
    return render(request, "sessions/session_filed.html", context)
