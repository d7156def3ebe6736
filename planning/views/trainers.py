"""Trainers and requests to SSO Training (5.1.1 a)."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from planning.enums import Qualification
from planning.forms.trainers import (
    PermitForm,
    RequestAnswerForm,
    TrainerAccountForm,
    TrainerQualificationForm,
    TrainerRequestForm,
)
from planning.models import TrainerProfile, TrainerQualification, TrainerRequest
from planning.policies.catalogue import REQUESTERS, can_answer_request, can_enter_answer, can_keep_places
from planning.services import trainers as services
from planning.services.places import link_account
from planning.tables.trainers import TrainerRequestTable, answer_status
from planning.views.common import form_page, posted, settled, url
from trainingops.domain import require
from trainingops.people.http import SignedInRequest
from trainingops.records.documents import document_response
from trainingops.records.models import EvidenceRequest
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page


def trainer_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A trainer: from where, what they may teach until when, what shows it, requests they answered."""
    certificates = Prefetch("qualifications", TrainerQualification.objects.select_related("file"))
    trainers = TrainerProfile.objects.select_related("unit", "user").prefetch_related(certificates)
    trainer = get_object_or_404(trainers, uuid=uuid)
    context = {
        "trainer": trainer,
        "today": timezone.localdate(),
        "permits": trainer.permits.select_related("trainingmodule").order_by("trainingmodule__code"),
        "qualifications": trainer.qualifications.all(),
        "requests": TrainerRequest.objects.visible_to(request.user).filter(trainer=trainer)[:20],
        "may_keep": can_keep_places(request.user),
    }
    return render(request, "planning/trainer_detail.html", context)


def _trainer(uuid: UUID) -> TrainerProfile:
    return get_object_or_404(TrainerProfile, uuid=uuid)


def trainer_permit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Let a trainer teach a module until a day."""
    trainer = _trainer(uuid)

    def act(form: PermitForm) -> tuple[str, str]:
        services.permit_module(trainer=trainer, **form.cleaned_data, actor=request.user, now=request.now)
        return url("trainer_detail", trainer), _("Saved.")

    return form_page(
        request,
        PermitForm(posted(request)),
        act,
        title=_("A module for %(name)s") % {"name": trainer.name},
        parent=(url("trainer_detail", trainer), trainer.name),
        submit=_("Save"),
    )


def trainer_account(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Link the account of a trainer from outside, or take the link away."""
    trainer = _trainer(uuid)
    require(can_keep_places(request.user))

    def act(form: TrainerAccountForm) -> tuple[str, str]:
        link_account(trainer=trainer, user=form.cleaned_data["user"], actor=request.user, now=request.now)
        return url("trainer_detail", trainer), _("Saved.")

    return form_page(
        request,
        TrainerAccountForm(posted(request), trainer=trainer),
        act,
        title=_("Account of %(name)s") % {"name": trainer.name},
        parent=(url("trainer_detail", trainer), trainer.name),
        submit=_("Save"),
        closed=_("The account of our own trainers comes with their appointment.")
        if trainer.kind == Qualification.INTERNAL
        else "",
    )


def qualification_new(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A certificate or a training, with its document."""
    trainer = _trainer(uuid)

    def act(form: TrainerQualificationForm) -> tuple[str, str]:
        services.add_qualification(trainer=trainer, **form.cleaned_data, actor=request.user, now=request.now)
        return url("trainer_detail", trainer), _("Qualification saved.")

    return form_page(
        request,
        TrainerQualificationForm(posted(request), request.FILES or None),
        act,
        title=_("New qualification of %(name)s") % {"name": trainer.name},
        parent=(url("trainer_detail", trainer), trainer.name),
        submit=_("Save qualification"),
        template="planning/upload.html",
    )


def qualification_document(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The document of a qualification, noted as a download."""
    qualification = get_object_or_404(TrainerQualification.objects.select_related("file"), uuid=uuid)
    return document_response(request, qualification)


def trainer_request_list(request: SignedInRequest) -> HttpResponse:
    """What SSO Training was asked in one's scope."""
    rows = TrainerRequest.objects.visible_to(request.user).select_related("module", "line", "site", "requested_by")
    context = {
        "table": configure(request, TrainerRequestTable(rows)),
        "may_ask": request.user.authority.has(*REQUESTERS),
    }
    return list_page(request, "planning/trainer_request_list.html", context, file="permohonan-sso-training")


def trainer_request_new(request: SignedInRequest) -> HttpResponse:
    """Ask SSO Training for a trainer."""

    def act(form: TrainerRequestForm) -> tuple[str, str]:
        asked = services.request_trainer(**form.cleaned_data, actor=request.user, now=request.now)
        return url("trainer_request_detail", asked), _("Sent to SSO Training. The letter is being made.")

    return form_page(
        request,
        TrainerRequestForm(posted(request), user=request.user),
        act,
        title=_("Ask SSO Training for a trainer"),
        parent=(url("trainer_request_list"), _("Requests to SSO Training")),
        submit=_("Send the request"),
    )


def _asked(request: SignedInRequest, uuid: UUID) -> TrainerRequest:
    rows = TrainerRequest.objects.visible_to(request.user).select_related(
        "module", "line", "site", "requested_by", "answered_by", "trainer", "file"
    )
    return get_object_or_404(rows, uuid=uuid)


def trainer_request_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What was asked, the letter, and the answer."""
    asked = _asked(request, uuid)
    kind, word = answer_status(asked)
    user = request.user
    context = {
        "asked": asked,
        "status_kind": kind,
        "status_word": word,
        "evidence": EvidenceRequest.objects.filter(subject=asked.uuid).select_related("record").first(),
        "by_themselves": can_answer_request(user, asked),
        "may_answer": not asked.answer and (can_answer_request(user, asked) or can_enter_answer(user, asked)),
    }
    return render(request, "planning/trainer_request_detail.html", context)


def trainer_request_answer(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """SSO Training answers, or PIC or manager enter the answer with its document."""
    asked = _asked(request, uuid)
    by_themselves = can_answer_request(request.user, asked)

    def act(form: RequestAnswerForm) -> tuple[str, str]:
        services.answer_request(request=asked, **form.cleaned_data, actor=request.user, now=request.now)
        return url("trainer_request_detail", asked), _("The answer is noted.")

    return form_page(
        request,
        RequestAnswerForm(
            posted(request),
            request.FILES or None,
            by_themselves=by_themselves,
            initial={"answered_on": timezone.localdate()},
        ),
        act,
        title=_("Answer to %(number)s") % {"number": asked.number},
        parent=(url("trainer_request_detail", asked), asked.number),
        submit=_("Save the answer"),
        template="planning/upload.html",
        closed=settled(asked.number, asked.get_answer_display()) if asked.answer else "",
    )


def trainer_request_document(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The document of an answer, noted as a download."""
    asked = _asked(request, uuid)
    return document_response(request, asked)
