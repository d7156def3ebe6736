"""Trainers: their qualifications, what they may teach, and what SSO Training is asked (5.1.1 a, ISO 7.2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from planning import trainer_notices as notices
from planning.enums import Qualification, RequestAnswer
from planning.evidence.trainers import request_letter
from planning.models import TrainerModule, TrainerProfile, TrainerQualification, TrainerRequest, TrainingModule
from planning.policies.catalogue import (
    can_answer_request,
    can_enter_answer,
    can_keep_places,
    can_request_trainer,
)
from planning.queries.plans import holders
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.notifications.services import notify
from trainingops.people.enums import Role
from trainingops.records.documents import keep_document
from trainingops.records.numbers import next_number
from trainingops.ui.bounds import reversed_words
from trainingops.ui.moments import day_words
from trainingops.ui.stored import stored_day

if TYPE_CHECKING:
    from trainingops.people.models import ServiceLine, Site, User

#: Its own series: the record of the letter is PST, and no page shows two numbers of one series.
REQUEST_PREFIX = "PMT"


@service
def permit_module(
    *, trainer: TrainerProfile, module: TrainingModule, valid_until: date | None, actor: User, now: datetime
) -> TrainerModule:
    """Let a trainer teach a module until a day; a second call changes the day."""
    require(can_keep_places(actor))
    TrainerProfile.objects.select_for_update(no_key=True).get(pk=trainer.pk)
    permit, _made = TrainerModule.objects.update_or_create(
        trainerprofile=trainer, trainingmodule=module, defaults={"valid_until": valid_until}
    )
    record(
        "trainer.permitted",
        subject=trainer,
        actor=actor,
        now=now,
        data={"module": module.uuid, "valid_until": valid_until},
    )
    return permit


@service
def add_qualification(
    *,
    trainer: TrainerProfile,
    title: str,
    issuer: str,
    valid_from: date,
    valid_until: date | None,
    actor: User,
    now: datetime,
    file: Any = None,
) -> TrainerQualification:
    """Note a certificate or a training of a trainer, with its document.

    Raises:
        Refused: it ends before it begins, or the file is no document.
    """
    require(can_keep_places(actor))
    if valid_until and valid_until < valid_from:
        raise Refused(reversed_words(valid_from, valid_until), field="valid_until")
    stored, file_name = keep_document(file, now=now) if file else (None, "")
    qualification = TrainerQualification.objects.create(
        trainer=trainer,
        title=title,
        issuer=issuer,
        valid_from=valid_from,
        valid_until=valid_until,
        file=stored,
        file_name=file_name,
        recorded_by=actor,
        recorded_at=now,
    )
    record(
        "trainer.qualification_added",
        subject=qualification,
        actor=actor,
        now=now,
        data={"trainer": trainer.uuid, "valid_until": valid_until, "file": stored.sha256 if stored else None},
        detail={"title": title, "issuer": issuer},
    )
    return qualification


@service
def request_trainer(
    *,
    site: Site,
    line: ServiceLine,
    module: TrainingModule | None,
    wanted_on: date,
    asked: str,
    actor: User,
    now: datetime,
) -> TrainerRequest:
    """Ask SSO Training for a trainer; the letter is ordered, their accounts are told (5.1.1 a, d).

    Raises:
        NotAllowed: neither PIC nor manager there.
        Refused: the day has passed.
    """
    require(can_request_trainer(actor, site_id=site.pk, line_id=line.pk))
    today = now.astimezone(site.zone).date()
    if wanted_on < today:
        raise Refused(
            _("%(day)s has passed. Choose today or a later day.") % {"day": day_words(wanted_on)}, field="wanted_on"
        )
    request = TrainerRequest.objects.create(
        number=next_number(REQUEST_PREFIX, today.year),
        site=site,
        line=line,
        module=module,
        wanted_on=wanted_on,
        asked=asked,
        requested_by=actor,
        requested_at=now,
    )
    request_letter(request=request, actor=actor, now=now)
    _tell(notices.TRAINER_REQUESTED, request, holders(Role.SSO_TRAINING, site=site, line=line, day=today), now)
    record(
        "trainer_request.made",
        subject=request,
        actor=actor,
        now=now,
        data={"number": request.number, "module": module.uuid if module else None, "wanted_on": wanted_on},
    )
    return request


@service
def answer_request(
    *,
    request: TrainerRequest,
    answer: str,
    note: str,
    trainer: TrainerProfile | None,
    actor: User,
    now: datetime,
    answered_on: date | None = None,
    entered_for: str = "",
    file: Any = None,
) -> TrainerRequest:
    """Note what SSO Training answered: by their own account, or entered by the PIC or manager with the document.

    Args:
        answered_on: the day; today where SSO Training answers itself.
        entered_for: who answered, when somebody else enters it.
        file: the document that shows it; needed when somebody else enters it.

    Raises:
        NotAllowed: neither SSO Training nor PIC or manager of the place.
        WrongState: it is answered already.
        Refused: an unknown answer, a yes that does not say who comes, a day ahead or before the request, or an
            answer of somebody else without name or document.
    """
    locked = (
        TrainerRequest.objects.select_for_update(no_key=True, of=("self",))
        .select_related("site", "line", "requested_by")
        .get(pk=request.pk)
    )
    by_themselves = can_answer_request(actor, locked)
    require(by_themselves or can_enter_answer(actor, locked))
    if locked.answer:
        raise WrongState(_("%(number)s is answered already. Reload the page.") % {"number": locked.number})
    if answer not in RequestAnswer.values:
        raise Refused(_("Choose one of the answers."), field="answer")
    _require_who_comes(answer, trainer, note)
    day = _day_of_answer(locked, answered_on, now=now)
    if not by_themselves:
        _require_shown(entered_for, file)
    stored, file_name = keep_document(file, now=now) if file else (None, "")
    locked.answer, locked.answer_note, locked.answered_on, locked.answered_by = answer, note.strip(), day, actor
    locked.entered_for = "" if by_themselves else entered_for.strip()
    locked.trainer = trainer if answer == RequestAnswer.ACCEPTED else None
    locked.file, locked.file_name = stored, file_name
    locked.save()
    _tell(notices.TRAINER_REQUEST_ANSWERED, locked, [locked.requested_by], now)
    record(
        "trainer_request.answered",
        subject=locked,
        actor=actor,
        now=now,
        data={"answer": answer, "entered": not by_themselves, "file": stored.sha256 if stored else None},
        detail={"note": note, "entered_for": entered_for},
    )
    return locked


def _require_who_comes(answer: str, trainer: TrainerProfile | None, note: str) -> None:
    """A yes names the trainer; somebody whom the list does not have yet stands in the note."""
    if answer == RequestAnswer.ACCEPTED and trainer is None and not note.strip():
        raise Refused(
            _("Who comes? Choose the trainer, or write below who it is where the list does not have them yet."),
            field="trainer",
        )
    if trainer and trainer.kind != Qualification.SSO_TRAINING:
        raise Refused(
            _("%(trainer)s is “%(kind)s”, not of SSO Training. Choose who SSO Training sends, or name them below.")
            % {"trainer": trainer, "kind": trainer.get_kind_display()},
            field="trainer",
        )


def _day_of_answer(request: TrainerRequest, answered_on: date | None, *, now: datetime) -> date:
    """The day given, else today at the site; none that lies ahead or before the request."""
    today, asked_on = (timezone.localdate(at, timezone=request.site.zone) for at in (now, request.requested_at))
    if answered_on and answered_on < asked_on:
        raise Refused(
            _("%(day)s lies before the request, %(asked)s. Write the day of the answer.")
            % {"day": day_words(answered_on), "asked": day_words(asked_on)},
            field="answered_on",
        )
    if answered_on and answered_on > today:
        raise Refused(
            _("%(day)s lies ahead. Write the day of the answer.") % {"day": day_words(answered_on)}, field="answered_on"
        )
    return answered_on or today


def _require_shown(entered_for: str, file: Any) -> None:
    """An answer that somebody else enters says whose it is, and has its document."""
    if not entered_for.strip():
        raise Refused(_("Write who answered."), field="entered_for")
    if not file:
        raise Refused(_("Attach the document that shows the answer."), field="file")


def _tell(kind: str, request: TrainerRequest, recipients: Any, now: datetime) -> None:
    notify(
        kind=kind,
        recipients=recipients,
        subject=request,
        url=reverse("trainer_request_detail", kwargs={"uuid": request.uuid}),
        params={
            "number": request.number,
            "line": request.line.name,
            "site": request.site.name,
            "day": stored_day(request.wanted_on),
        },
        now=now,
    )
