"""Coordination with QC, Operation and Operation Support: asked, answered, entered, reminded, on paper (5.1.1 d)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from planning.coordinating import COORDINATED, about_plan
from planning.enums import ANSWERED_IN, ConsultationAnswer
from planning.evidence.coordination import request_sheet
from planning.models import Consultation, TrainingPlan
from planning.notices import url_of, words_of
from planning.policies.plans import CONSULTED, can_answer_consultation, can_ask_consultation, can_edit_plan
from planning.queries.plans import holders, local_day
from planning.services.plans import locked_plan
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require, require_state
from trainingops.notifications.models import Notice
from trainingops.notifications.services import notify
from trainingops.people.models import User
from trainingops.people.working import is_working
from trainingops.records.documents import keep_document
from trainingops.records.models import EvidenceRequest
from trainingops.ui.moments import day_words
from trainingops.ui.shown import Shown, require_shown
from trainingops.ui.stored import stored_day

#: Teams are reminded from the day before the date that they were given.
REMINDED_BEFORE = timedelta(days=1)


@service
def ask_consultation(
    *, plan: TrainingPlan, parties: Collection[str], due_on: date, actor: User, now: datetime
) -> list[Consultation]:
    """Ask QC, Operation or Operation Support for their view by a date (5.1.1 d); open questions stay as they are.

    Raises:
        NotAllowed: neither PIC nor manager.
        WrongState: the plan is cancelled or over.
        Refused: an unknown team, no team, or a date that has passed.
    """
    plan = locked_plan(plan)
    require(can_ask_consultation(actor, plan))
    require_state(plan, *ANSWERED_IN)
    today = local_day(now, plan.site)
    if not parties or not set(parties) <= set(CONSULTED):
        raise Refused(_("Choose at least one of QC, Operation and Operation Support."), field="parties")
    if due_on < today:
        words = _("The date %(day)s has passed. Choose today or later.") % {"day": day_words(due_on)}
        raise Refused(words, field="due_on")
    open_parties = set(plan.consultations.filter(answer="").values_list("party", flat=True))
    about = about_plan(plan, now=now)
    asked = [
        Consultation(plan=plan, party=party, asked_by=actor, asked_at=now, due_on=due_on, asked_about=about)
        for party in CONSULTED
        if party in parties and party not in open_parties
    ]
    for consultation in Consultation.objects.bulk_create(asked):
        notify(
            kind="consultation_asked",
            recipients=holders(consultation.party, site=plan.site, line=plan.line, day=today),
            subject=consultation,
            url=reverse("consultation_answer", args=[consultation.uuid]),
            params=words_of(plan, actor),
            now=now,
        )
        record(
            "consultation.asked",
            subject=consultation,
            actor=actor,
            now=now,
            data={"plan": plan.uuid, "party": consultation.party, "due_on": due_on},
        )
    return asked


@service
def answer_consultation(
    *,
    consultation: Consultation,
    answer: str,
    actor: User,
    now: datetime,
    remark: str = "",
    shown: Shown | None = None,
) -> Consultation:
    """Note the view of a team; it stands on the approval page and blocks nothing.

    Args:
        shown: what the page had before the team (:func:`trainingops.ui.shown.shown_by`).

    Raises:
        NotAllowed: not of the team that was asked.
        WrongState: answered already, or the plan is cancelled or over.
        StaleVersion: the plan is not what was shown any more.
        Refused: an answer that is not in the list, or remarks without text.
    """
    consultation = _locked(consultation)
    require(can_answer_consultation(actor, consultation))
    about = about_plan(consultation.plan, now=now)
    if not consultation.answer:
        require_shown(shown, about, {**COORDINATED, "revision": _("a new revision")})
    return _note(consultation, answer=answer, remark=remark, about=about, actor=actor, now=now)


@service
def enter_answer(
    *,
    consultation: Consultation,
    answer: str,
    answered_for: str,
    answered_on: date,
    file: Any,
    actor: User,
    now: datetime,
    remark: str = "",
) -> Consultation:
    """The PIC enters what a team answered outside the system, with the document that shows it (5.1.1 d).

    The team answered what it was asked: the answer holds for the plan as it stood with the question.

    Args:
        answered_for: the name of who answered.
        answered_on: the day of the answer, between the question and today.
        file: the document, as it was uploaded.

    Raises:
        NotAllowed: not the PIC.
        WrongState: answered already, or the plan is cancelled or over.
        Refused: as :func:`answer_consultation`; no name, no document, or a day that cannot be.
    """
    consultation = _locked(consultation)
    plan = consultation.plan
    require(can_edit_plan(actor, plan), _("Only the PIC of this plan enters an answer for a team."))
    if not answered_for.strip():
        raise Refused(_("The name is blank. Write who answered."), field="answered_for")
    asked_on = local_day(consultation.asked_at, plan.site)
    if not asked_on <= answered_on <= local_day(now, plan.site):
        raise Refused(
            _("%(day)s does not lie between the question (%(asked)s) and today. Correct the date.")
            % {"day": day_words(answered_on), "asked": day_words(asked_on)},
            field="answered_on",
        )
    if not file:
        raise Refused(_("The document is missing. Attach the mail or letter with the answer."), field="file")
    consultation.file, consultation.file_name = keep_document(file, now=now)
    consultation.answered_for, consultation.answered_on = answered_for.strip(), answered_on
    return _note(consultation, answer=answer, remark=remark, about=consultation.asked_about, actor=actor, now=now)


def _locked(consultation: Consultation) -> Consultation:
    """The question as it is now; its plan is locked first."""
    plan = locked_plan(consultation.plan)
    consultation = Consultation.objects.select_for_update(no_key=True).get(pk=consultation.pk)
    consultation.plan = plan
    return consultation


def _note(
    consultation: Consultation, *, answer: str, remark: str, about: Shown, actor: User, now: datetime
) -> Consultation:
    plan = consultation.plan
    require_state(plan, *ANSWERED_IN)
    if consultation.answer:
        raise WrongState(
            _("%(party)s has answered already: “%(answer)s”.")
            % {"party": consultation.get_party_display(), "answer": consultation.get_answer_display()}
        )
    if answer not in ConsultationAnswer.values:
        raise Refused(_("Choose one of: agreed, remarks, no remarks."), field="answer")
    if answer == ConsultationAnswer.REMARKS and not remark.strip():
        raise Refused(_("The remark is blank. Write what should change."), field="remark")
    consultation.answer, consultation.remark = answer, remark.strip()
    consultation.answered_by, consultation.answered_at = actor, now
    consultation.answered_about = about
    consultation.save()
    notify(
        kind="consultation_answered",
        recipients=[] if plan.pic == actor else [plan.pic],
        subject=consultation,
        url=url_of(plan),
        params=words_of(plan, actor),
        now=now,
    )
    entered = consultation.file.sha256 if consultation.file else None
    record(
        "consultation.entered" if entered else "consultation.answered",
        subject=consultation,
        actor=actor,
        now=now,
        data={
            "plan": plan.uuid,
            "party": consultation.party,
            "answer": answer,
            "revision": about.get("revision"),
            "file": entered,
        },
        detail={"remark": consultation.remark, "answered_for": consultation.answered_for}
        if consultation.remark or entered
        else None,
    )
    return consultation


@service
def make_sheet(*, plan: TrainingPlan, actor: User, now: datetime) -> EvidenceRequest:
    """Order the *Lembar Koordinasi* of what was asked and answered until now (5.1.1 d, clause 6).

    Raises:
        NotAllowed: neither PIC nor manager.
        WrongState: no team was asked, or one may still answer in time.
    """
    plan = locked_plan(plan)
    require(can_ask_consultation(actor, plan))
    asked = list(plan.consultations.all())
    if not asked:
        raise WrongState(_("No team was asked about this plan. Ask first; the sheet says what they answered."))
    today = local_day(now, plan.site)
    waiting = [each for each in asked if not each.answer and not each.is_silent(today)]
    if waiting:
        raise WrongState(
            _("%(party)s may answer until %(day)s. Make the sheet after that day, or when all have answered.")
            % {"party": waiting[0].get_party_display(), "day": day_words(waiting[0].due_on)}
        )
    return request_sheet(revision=plan.revisions.order_by("-number")[0], actor=actor, now=now)


def remind_teams(*, now: datetime) -> int:
    """Remind the teams whose date is tomorrow or today, each person once and in their working hours (DLN-3).

    Returns:
        how many questions somebody was reminded of.
    """
    soon = [
        each
        for each in Consultation.objects.filter(
            answer="",
            due_on__range=(timezone.localdate(now) - REMINDED_BEFORE, timezone.localdate(now) + 2 * REMINDED_BEFORE),
            plan__state__in=ANSWERED_IN,
        ).select_related("plan__site", "plan__line", "asked_by")
        if each.due_on - REMINDED_BEFORE <= local_day(now, each.plan.site) <= each.due_on
    ]
    told = set(
        Notice.objects.filter(kind="consultation_reminder", subject__in=[each.uuid for each in soon]).values_list(
            "subject", "recipient"
        )
    )
    return sum(_remind(each, told, now=now) for each in soon)


@service
def _remind(consultation: Consultation, told: set[tuple[Any, int]], *, now: datetime) -> bool:
    plan = consultation.plan
    team = holders(consultation.party, site=plan.site, line=plan.line, day=local_day(now, plan.site))
    wanted = [user for user in team if (consultation.uuid, user.pk) not in told and is_working(user, now)]
    if not wanted:
        return False
    notify(
        kind="consultation_reminder",
        recipients=wanted,
        subject=consultation,
        url=reverse("consultation_answer", args=[consultation.uuid]),
        params={**words_of(plan, consultation.asked_by), "due": stored_day(consultation.due_on)},
        now=now,
    )
    record("consultation.reminded", subject=consultation, actor=None, now=now, data={"people": len(wanted)})
    return True
