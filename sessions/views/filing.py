"""File a class that was held without approval, and take it back (5.2)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from planning.models import Appointment
from sessions import services
from sessions.filing_forms import FiledClassForm
from sessions.forms import ReasonForm
from sessions.models import TrainingSession
from sessions.services.elsewhere import HeldElsewhere
from sessions.services.withdrawing import why_not_withdrawn
from sessions.views.sessions import visible
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
    others = TrainingSession.objects.none()
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            training_session = services.file_class(
                held=form.held(),
                people=said["people"],
                reason=said["reason"],
                beside=said["beside"],
                paper=said["paper"],
                actor=request.user,
                now=request.now,
            )
        except HeldElsewhere as refused:
            form.add_refusal(refused)
            others = TrainingSession.objects.visible_to_staff(request.user).filter(pk__in=refused.sessions)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The class is filed, without prior approval. Type its scores next."))
            return redirect("session_detail", uuid=training_session.uuid)
    context = {"form": form, "title": _("File a class held without approval"), "others": others}
    return render(request, "sessions/session_filed.html", context)


def session_withdraw(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The PIC or the manager takes back a class that was filed by mistake, with the reason."""
    training_session = visible(request, uuid)
    if training_session.is_withdrawn or why_not_withdrawn(training_session):
        messages.error(request, why_not_withdrawn(training_session) or _("This class was withdrawn already."))
        return redirect("session_detail", uuid=uuid)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw_filed(
                training_session=training_session, **form.cleaned_data, actor=request.user, now=request.now
            )
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("The class is withdrawn. What was recorded of it stays readable."))
            return redirect("session_detail", uuid=uuid)
    return render(request, "sessions/session_withdraw.html", {"form": form, "training_session": training_session})
