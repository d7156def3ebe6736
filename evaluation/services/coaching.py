"""Form Pembinaan SDM: coaching of an agent (clause 6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluation.evidence import coaching_payload
from evaluation.models import CoachingForm, Review
from evaluation.policies import can_coach, can_comment
from planning.models import Defect, TrainingPlan
from trainingops.audit.journal import canonical, digest, record, service
from trainingops.domain import Refused, require
from trainingops.notifications.services import notify
from trainingops.people.enums import Role, SignatureMeaning
from trainingops.people.models import Person, Signature, User
from trainingops.people.queries import assignment_on
from trainingops.people.services import require_signature, sign
from trainingops.records.numbers import next_number
from trainingops.records.services import request_evidence
from trainingops.ui.moments import day_words

#: What was agreed is looked at again within half a year.
LATEST_FOLLOW_UP = timedelta(days=180)


def content_of_coaching(*, person: Person, problem: str, cause: str, agreement: str, follow_up_on: date) -> str:
    """SHA-256 of what the coach signs."""
    content = {
        "person": person.uuid,
        "problem": problem,
        "cause": cause,
        "agreement": agreement,
        "follow_up_on": follow_up_on,
    }
    return digest(canonical(content)).hex()


@service
def sign_and_coach(
    *,
    person: Person,
    role: Role,
    authenticated_at: datetime | None,
    actor: User,
    now: datetime,
    defects: Iterable[Defect] = (),
    review: Review | None = None,
    plan: TrainingPlan | None = None,
    **words: Any,
) -> CoachingForm:
    """Sign what was typed and make the form, in one transaction: what the page calls.

    Args:
        role: as which the coach signs.
        words: problem, cause, agreement and follow_up_on, as :func:`create_coaching_form` takes them.

    Raises as :func:`create_coaching_form`, and ``Refused`` when the log-in is not fresh; a refusal leaves no signature.
    """
    signature = sign(
        user=actor,
        role=role,
        meaning=SignatureMeaning.SUBMITTED,
        content_hash=content_of_coaching(person=person, **words),
        authenticated_at=authenticated_at,
        now=now,
    )
    return create_coaching_form(
        person=person, **words, defects=defects, review=review, plan=plan, signature=signature, actor=actor, now=now
    )


@service
def create_coaching_form(
    *,
    person: Person,
    problem: str,
    cause: str,
    agreement: str,
    follow_up_on: date,
    signature: Signature,
    actor: User,
    now: datetime,
    defects: Iterable[Defect] = (),
    review: Review | None = None,
    plan: TrainingPlan | None = None,
) -> CoachingForm:
    """Make a coaching form, signed by the coach; the agent is told, can read it and comment on it.

    Raises:
        NotAllowed: the person is outside the coach's scope, or the coach themself.
        Refused: the follow-up lies in the past or more than 180 days ahead, or the person works nowhere today.
    """
    require(can_coach(actor, person))
    today = now.astimezone(actor.zone).date()
    place = assignment_on(person.pk, today)
    if place is None:
        raise Refused(_("This person has no place of work today. Check the master data."), field="person")
    _check_follow_up(follow_up_on, today)
    words = {"problem": problem, "cause": cause, "agreement": agreement}
    content_hash = content_of_coaching(person=person, **words, follow_up_on=follow_up_on)
    require_signature(signature, user=actor, content_hash=content_hash, now=now)
    form = CoachingForm.objects.create(
        number=next_number("KO", now.year),
        person=person,
        site=place.site,
        line=place.line,
        review=review,
        plan=plan,
        **words,
        follow_up_on=follow_up_on,
        coach=actor,
        coached_at=now,
        signature=signature,
    )
    form.defects.set(defects)
    _order_record(form, now)
    _tell_agent(form, now)
    record(
        "coaching.made",
        subject=form,
        actor=actor,
        now=now,
        data={"number": form.number, "person": person.uuid, "follow_up_on": follow_up_on},
        detail=words,
    )
    return form


def _check_follow_up(day: date, today: date) -> None:
    if day < today:
        raise Refused(
            _("%(day)s has passed: the follow-up is still to come. Choose today or later.") % {"day": day_words(day)},
            field="follow_up_on",
        )
    if day > (latest := today + LATEST_FOLLOW_UP):
        raise Refused(
            _("%(day)s is more than 180 days ahead. Choose %(latest)s or earlier.")
            % {"day": day_words(day), "latest": day_words(latest)},
            field="follow_up_on",
            code="too_far_ahead",
        )


def _order_record(form: CoachingForm, now: datetime) -> None:
    """The form as it stands: a comment makes its next version; the evidence stays that of the day of coaching."""
    request_evidence(
        kind="coaching",
        subject=form,
        title=form.number,
        payload=coaching_payload(form),
        evidence_date=form.coached_at.astimezone(form.site.zone).date(),
        supports_until=form.follow_up_on,
        actor=form.coach,
        now=now,
        training=form.plan,
        site=form.site,
        line=form.line,
    )


def _tell_agent(form: CoachingForm, now: datetime) -> None:
    """Whoever has an account; the others are told by their coach."""
    if account := User.objects.filter(person=form.person).first():
        _tell("coaching.made", account, form, now)


def _tell(kind: str, user: User, form: CoachingForm, now: datetime) -> None:
    notify(
        kind=kind,
        recipients=[user],
        subject=form,
        url=reverse("coaching_detail", args=[form.uuid]),
        params={"number": form.number},
        now=now,
    )


@service
def comment_on_coaching(*, form: CoachingForm, comment: str, actor: User, now: datetime) -> CoachingForm:
    """The agent adds their own words, once; they go into the next version of the record (clause 6).

    Raises:
        NotAllowed: somebody else.
        Refused: blank, or commented already.
    """
    form = CoachingForm.objects.select_for_update(no_key=True).get(pk=form.pk)
    require(can_comment(actor, form))
    if form.commented_at:
        raise Refused(_("Your comment stands already and cannot be changed."), field="comment")
    if not comment.strip():
        raise Refused(_("Write your comment."), field="comment")
    form.comment, form.commented_at = comment, now
    form.save(update_fields=["comment", "commented_at"])
    _order_record(form, now)
    _tell("coaching.commented", form.coach, form, now)
    record("coaching.commented", subject=form, actor=actor, now=now, detail={"comment": comment})
    return form
