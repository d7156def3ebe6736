"""Appointments of PICs, trainers, rooms and applications (5.1.1 a, e)."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from planning.enums import Qualification
from planning.forms.catalogue import (
    ApplicationEditForm,
    ApplicationForm,
    QualificationForm,
    ReasonForm,
    RoomEditForm,
    RoomForm,
    TrainerForm,
)
from planning.forms.needs import AppointmentForm
from planning.models import Appointment, Room, TrainerProfile, TrainingApplication
from planning.policies.catalogue import can_keep_places, can_revoke
from planning.services import appointments as services
from planning.services import places
from planning.tables.catalogue import ApplicationTable, AppointmentTable, RoomTable, TrainerTable, appointment_state
from planning.views.common import form_page, posted, settled, url
from trainingops.people.enums import Role
from trainingops.people.http import SignedInRequest
from trainingops.people.sign_in import authenticated_at, fresh_log_in_required
from trainingops.records.models import EvidenceRequest
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page


def appointment_list(request: SignedInRequest) -> HttpResponse:
    """Appointments in scope; one's own always."""
    rows = Appointment.objects.visible_to(request.user).select_related("user", "site", "line")
    context = {
        "table": configure(request, AppointmentTable(rows, today=timezone.localdate())),
        "may_appoint": request.user.authority.has(Role.MANAGER),
    }
    return list_page(request, "planning/appointment_list.html", context, file="penunjukan-pic")


@fresh_log_in_required
def appointment_new(request: SignedInRequest) -> HttpResponse:
    """The manager appoints a PIC and signs with a fresh log-in."""

    def act(form: AppointmentForm) -> tuple[str, str]:
        appointment = services.sign_and_appoint(
            **form.cleaned_data,
            authenticated_at=authenticated_at(request),
            actor=request.user,
            now=request.now,
        )
        return url("appointment_detail", appointment), _("%(name)s is appointed. The letter is being made.") % {
            "name": appointment.user.name
        }

    return form_page(
        request,
        AppointmentForm(posted(request), user=request.user, today=timezone.localdate()),
        act,
        title=_("Appoint a PIC"),
        parent=(url("appointment_list"), _("Appointments")),
        submit=_("Sign and appoint"),
        template="planning/appointment_form.html",
    )


def _appointment(request: SignedInRequest, uuid: UUID) -> Appointment:
    return get_object_or_404(
        Appointment.objects.visible_to(request.user).select_related(
            "user", "site", "line", "appointed_by", "signature", "revoked_by"
        ),
        uuid=uuid,
    )


def appointment_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """An appointment with its letter."""
    appointment = _appointment(request, uuid)
    kind, word = appointment_state(appointment, timezone.localdate())
    context = {
        "appointment": appointment,
        "status_kind": kind,
        "status_word": word,
        "evidence": EvidenceRequest.objects.filter(subject=appointment.uuid).select_related("record").first(),
        "may_revoke": appointment.revoked_at is None and can_revoke(request.user, appointment),
    }
    return render(request, "planning/appointment_detail.html", context)


def appointment_revoke(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """End an appointment, with a reason."""
    appointment = _appointment(request, uuid)

    def act(form: ReasonForm) -> tuple[str, str]:
        services.revoke_appointment(
            appointment=appointment, reason=form.cleaned_data["reason"], actor=request.user, now=request.now
        )
        return url("appointment_detail", appointment), _("Appointment revoked.")

    return form_page(
        request,
        ReasonForm(posted(request)),
        act,
        title=_("Revoke appointment %(number)s") % {"number": appointment.number},
        parent=(url("appointment_detail", appointment), appointment.number),
        submit=_("Revoke appointment"),
        danger=True,
        closed=settled(appointment.number, _("Revoked")) if appointment.revoked_at else "",
    )


def place_list(request: SignedInRequest) -> HttpResponse:
    """Rooms, applications and who may teach."""
    rooms = Room.objects.select_related("site")
    applications = TrainingApplication.objects.annotate(count=Count("seats"))
    trainers = TrainerProfile.objects.select_related("unit").prefetch_related("modules", "qualifications")
    may_keep = can_keep_places(request.user)
    hidden = () if may_keep else ("change",)
    context = {
        "rooms": configure(request, RoomTable(list(rooms), prefix="rooms-", exclude=hidden)),
        "applications": configure(request, ApplicationTable(list(applications), prefix="apps-", exclude=hidden)),
        "trainers": configure(request, TrainerTable(list(trainers), prefix="trainers-")),
        "may_keep": may_keep,
    }
    return render(request, "planning/place_list.html", context)


def room_new(request: SignedInRequest) -> HttpResponse:
    """Add a room."""

    def act(form: RoomForm) -> tuple[str, str]:
        places.add_room(**form.cleaned_data, actor=request.user, now=request.now)
        return url("place_list"), _("Room saved.")

    return form_page(
        request,
        RoomForm(posted(request)),
        act,
        title=_("New room"),
        parent=(url("place_list"), _("Trainers, rooms, applications")),
        submit=_("Save room"),
    )


def room_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Correct the name or the seats of a room."""
    room = get_object_or_404(Room.objects.select_related("site"), uuid=uuid)

    def act(form: RoomEditForm) -> tuple[str, str]:
        places.edit_room(room=room, **form.cleaned_data, actor=request.user, now=request.now)
        return url("place_list"), _("Room saved.")

    return form_page(
        request,
        RoomEditForm(posted(request), initial={"name": room.name, "capacity": room.capacity}),
        act,
        title=_("%(room)s at %(site)s") % {"room": room, "site": room.site},
        parent=(url("place_list"), _("Trainers, rooms, applications")),
        submit=_("Save room"),
    )


def application_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Correct an application and its licences, or take it out of use."""
    application = get_object_or_404(TrainingApplication, uuid=uuid)
    now_so = {"name": application.name, "seats": application.seats.count(), "is_active": application.is_active}

    def act(form: ApplicationEditForm) -> tuple[str, str]:
        given = {"seats": 0, **form.cleaned_data}
        places.edit_application(application=application, **given, actor=request.user, now=request.now)
        return url("place_list"), _("Application saved.")

    return form_page(
        request,
        ApplicationEditForm(posted(request), initial=now_so, needs_licence=application.needs_licence),
        act,
        title=application.name,
        parent=(url("place_list"), _("Trainers, rooms, applications")),
        submit=_("Save application"),
    )


def application_new(request: SignedInRequest) -> HttpResponse:
    """Add an application."""

    def act(form: ApplicationForm) -> tuple[str, str]:
        data = {**form.cleaned_data, "seats": form.cleaned_data["seats"] or 0}
        places.add_application(**data, actor=request.user, now=request.now)
        return url("place_list"), _("Application saved.")

    return form_page(
        request,
        ApplicationForm(posted(request)),
        act,
        title=_("New application"),
        parent=(url("place_list"), _("Trainers, rooms, applications")),
        submit=_("Save application"),
    )


def trainer_new(request: SignedInRequest) -> HttpResponse:
    """Add a trainer from SSO Training, the client or outside."""

    def act(form: TrainerForm) -> tuple[str, str]:
        places.add_trainer(**form.cleaned_data, actor=request.user, now=request.now)
        return url("place_list"), _("Trainer saved.")

    return form_page(
        request,
        TrainerForm(posted(request), initial={"kind": Qualification.SSO_TRAINING}),
        act,
        title=_("New trainer"),
        parent=(url("place_list"), _("Trainers, rooms, applications")),
        submit=_("Save trainer"),
    )


def trainer_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Which modules somebody may teach, and until when."""
    trainer = get_object_or_404(TrainerProfile, uuid=uuid)

    def act(form: QualificationForm) -> tuple[str, str]:
        places.set_modules_of_trainer(trainer=trainer, **form.cleaned_data, actor=request.user, now=request.now)
        return url("trainer_detail", trainer), _("Qualification saved.")

    initial = {"modules": trainer.modules.all(), "valid_until": trainer.valid_until}
    return form_page(
        request,
        QualificationForm(posted(request), initial=initial),
        act,
        title=_("Qualification of %(name)s") % {"name": trainer.name},
        parent=(url("place_list"), _("Trainers, rooms, applications")),
        submit=_("Save qualification"),
    )
