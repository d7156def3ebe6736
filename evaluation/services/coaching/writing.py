"""A coaching form until its coach has signed it (clause 6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation.enums import COACHING_TRANSITIONS, CoachingState
from evaluation.models import CoachingFollowUp, CoachingForm, Finding, Review
from evaluation.policies import can_coach, can_write_coaching
from evaluation.services.coaching.common import check_days, locked_form, order_record, tell, today_of
from planning.models import Defect, TrainingPlan
from sessions.models import RecoveryCase
from trainingops.audit.journal import canonical, digest, record, service
from trainingops.domain import Refused, WrongState, require, require_state, require_transition
from trainingops.people.enums import SignatureMeaning
from trainingops.people.models import Person, Signature, User
from trainingops.people.queries import assignment_on
from trainingops.people.services import require_signature, sign
from trainingops.records.numbers import next_number


@dataclass(frozen=True, kw_only=True)
class CoachingText:
    """What coach and agent agreed: the problem with data, its cause, the agreement, when it is looked at again."""

    problem: str
    cause: str
    agreement: str
    follow_ups: Collection[date]
    defects: Collection[Defect] = ()


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """What a coaching follows from, beside defects: a finding of a review, or a remedial that was not passed."""

    finding: Finding | None = None
    case: RecoveryCase | None = None
    review: Review | None = None
    plan: TrainingPlan | None = None


def content_of_coaching(form: CoachingForm) -> str:
    """The canonical text of what the coach signs: the words, the dates agreed and what they rest on."""
    return canonical(
        {
            "person": form.person.uuid,
            "problem": form.problem,
            "cause": form.cause,
            "agreement": form.agreement,
            "follow_ups": [each.due_on for each in form.follow_ups.filter(is_agreed=True)],
            "defects": sorted(str(each.uuid) for each in form.defects.all()),
            "finding": form.finding.uuid if form.finding else None,
            "case": form.case.uuid if form.case else None,
        }
    )


@service
def draft_coaching(
    *, person: Person, content: CoachingText, actor: User, now: datetime, grounds: Grounds | None = None
) -> CoachingForm:
    """Begin a form that only its coach and the managers of the place see until it is signed.

    Raises:
        NotAllowed: the person is outside the coach's scope, or the coach themself.
        Refused: a follow-up in the past, twice or more than 180 days ahead, words missing, defects or grounds of
            somebody else, or the person works nowhere today.
    """
    require(can_coach(actor, person))
    place = assignment_on(person.pk, timezone.localdate(now, actor.zone))
    if place is None:
        raise Refused(_("This person has no place of work today. Check the master data."), field="person")
    why = grounds or Grounds()
    _check(person, content, why, timezone.localdate(now, place.site.zone))
    form = CoachingForm.objects.create(
        number=next_number("KO", timezone.localdate(now, place.site.zone).year),
        person=person,
        site=place.site,
        line=place.line,
        finding=why.finding,
        review=why.review or (why.finding.review if why.finding else None),
        case=why.case,
        plan=why.plan or (why.case.enrolment.training_session.plan if why.case else None),
        follow_up_on=min(content.follow_ups),
        coach=actor,
        drafted_at=now,
        **_words(content),
    )
    _write_lists(form, content)
    record("coaching.drafted", subject=form, actor=actor, now=now, data=_facts(form, content), detail=_words(content))
    return form


@service
def edit_coaching(*, form: CoachingForm, content: CoachingText, actor: User, now: datetime) -> CoachingForm:
    """Change a draft.

    Raises: as :func:`draft_coaching`; ``WrongState`` once it is signed.
    """
    locked = locked_form(form)
    require(can_write_coaching(actor, locked))
    if locked.state != CoachingState.DRAFTED:
        raise WrongState(_("%(number)s is signed and does not change any more. Reload the page.") % _named(locked))
    _check(locked.person, content, Grounds(), today_of(locked, now))
    for name, value in _words(content).items():
        setattr(locked, name, value)
    locked.follow_up_on = min(content.follow_ups)
    locked.save()
    locked.follow_ups.all().delete()
    _write_lists(locked, content)
    record(
        "coaching.edited", subject=locked, actor=actor, now=now, data=_facts(locked, content), detail=_words(content)
    )
    return locked


@service
def sign_coaching(*, form: CoachingForm, signature: Signature, actor: User, now: datetime) -> CoachingForm:
    """The coach signs: from now on the agent reads it, can comment and signs too; the record is ordered.

    Raises:
        NotAllowed: somebody else than its coach.
        WrongState: it is signed already, or withdrawn.
        Refused: a follow-up date has passed meanwhile, or the signature covers something else.
    """
    locked = locked_form(form)
    require(can_write_coaching(actor, locked))
    require_state(locked, CoachingState.DRAFTED)
    check_days([each.due_on for each in locked.follow_ups.all()], today_of(locked, now))
    content = content_of_coaching(locked)
    require_signature(signature, user=actor, content_hash=digest(content).hex(), now=now)
    locked.state, locked.coached_at = CoachingState.SIGNED, now
    locked.signature, locked.content = signature, content
    locked.save()
    order_record(locked, now)
    tell("coaching.made", User.objects.filter(person=locked.person, is_active=True), locked, now)
    data = {"number": locked.number, "person": locked.person.uuid, "follow_up_on": locked.follow_up_on}
    record("coaching.made", subject=locked, actor=actor, now=now, data=data)
    return locked


@service
def sign_draft(
    *,
    form: CoachingForm,
    role: str,
    authenticated_at: datetime | None,
    actor: User,
    now: datetime,
    content: CoachingText | None = None,
) -> CoachingForm:
    """Sign a draft as it stands, or with a last ``content``, in one transaction.

    Raises: as :func:`sign_coaching`, and ``Refused`` when the log-in is not fresh; a refusal leaves no signature.
    """
    if content is not None:
        edit_coaching(form=form, content=content, actor=actor, now=now)
    locked = locked_form(form)
    signature = sign(
        user=actor,
        role=role,
        meaning=SignatureMeaning.SUBMITTED,
        content_hash=digest(content_of_coaching(locked)).hex(),
        authenticated_at=authenticated_at,
        now=now,
    )
    return sign_coaching(form=locked, signature=signature, actor=actor, now=now)


@service
def sign_and_coach(
    *,
    person: Person,
    content: CoachingText,
    role: str,
    authenticated_at: datetime | None,
    actor: User,
    now: datetime,
    grounds: Grounds | None = None,
) -> CoachingForm:
    """Write a form and sign it at once.

    Args:
        role: as which the coach signs.

    Raises: as :func:`draft_coaching` and :func:`sign_draft`; a refusal leaves neither form nor signature.
    """
    form = draft_coaching(person=person, content=content, grounds=grounds, actor=actor, now=now)
    return sign_draft(form=form, role=role, authenticated_at=authenticated_at, actor=actor, now=now)


@service
def withdraw_coaching(*, form: CoachingForm, actor: User, now: datetime) -> CoachingForm:
    """Give a draft up; the agent never saw it.

    Raises:
        NotAllowed: somebody else than its coach.
        WrongState: it is signed.
    """
    locked = locked_form(form)
    require(can_write_coaching(actor, locked))
    require_transition(locked, CoachingState.WITHDRAWN, COACHING_TRANSITIONS)
    locked.state = CoachingState.WITHDRAWN
    locked.save(update_fields=["state"])
    record("coaching.withdrawn", subject=locked, actor=actor, now=now)
    return locked


def _check(person: Person, content: CoachingText, why: Grounds, today: date) -> None:
    for name, value in _words(content).items():
        if not value:
            raise Refused(_("This is blank. Write what was said."), field=name)
    if not content.follow_ups:
        raise Refused(_("Choose at least one day on which the agreement is looked at again."), field="follow_up_on")
    check_days(list(content.follow_ups), today)
    if any(each.person_id != person.pk for each in content.defects):
        raise Refused(_("One of the defects is somebody else's. Choose those of this person."), field="defects")
    if why.case and why.case.enrolment.person_id != person.pk:
        raise Refused(_("This remedial is somebody else's. Begin from the page of the right one."))


def _words(content: CoachingText) -> dict[str, str]:
    return {name: getattr(content, name).strip() for name in ("problem", "cause", "agreement")}


def _write_lists(form: CoachingForm, content: CoachingText) -> None:
    CoachingFollowUp.objects.bulk_create(
        CoachingFollowUp(form=form, due_on=day) for day in sorted(set(content.follow_ups))
    )
    form.defects.set(content.defects)


def _facts(form: CoachingForm, content: CoachingText) -> dict[str, Any]:
    return {
        "number": form.number,
        "person": form.person.uuid,
        "follow_ups": sorted(content.follow_ups),
        "defects": [each.uuid for each in content.defects],
    }


def _named(form: CoachingForm) -> dict[str, str]:
    return {"number": form.number}
