"""The agent reads their coaching form, comments on it and signs (clause 6)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from evaluation.enums import COACHING_UNDER_WAY, CoachingState
from evaluation.models import CoachingForm
from evaluation.policies import can_comment
from evaluation.services.coaching.common import locked_form, order_record, tell
from trainingops.audit.journal import canonical, digest, record, service
from trainingops.domain import Refused, require, require_state
from trainingops.people.enums import Role, SignatureMeaning
from trainingops.people.models import Signature, User
from trainingops.people.services import require_signature, sign


def content_of_answer(form: CoachingForm, comment: str) -> str:
    """SHA-256 of what the agent signs."""
    return digest(answer_text(form, comment)).hex()


def answer_text(form: CoachingForm, comment: str) -> str:
    """What the agent signs, in one form only: the very form that the coach signed, and their own words."""
    assert form.signature is not None
    return canonical({"form": form.signature.content_hash, "comment": comment.strip()})


@service
def acknowledge_coaching(
    *, form: CoachingForm, comment: str, signature: Signature, actor: User, now: datetime
) -> CoachingForm:
    """The agent has read the form and signs it, with a comment or without; once. It is the next version of the record.

    Raises:
        NotAllowed: somebody else.
        WrongState: not signed by the coach yet, or closed.
        Refused: signed already, or the signature covers something else.
    """
    locked = locked_form(form)
    require(can_comment(actor, locked))
    if locked.acknowledged_at:
        raise Refused(_("You have signed already; your words stand and cannot be changed."), field="comment")
    require_state(locked, *COACHING_UNDER_WAY)
    require_signature(signature, user=actor, content_hash=content_of_answer(locked, comment), now=now)
    locked.acknowledged_at, locked.agent_signature = now, signature
    if comment.strip():
        locked.comment, locked.commented_at = comment.strip(), now
    if locked.state == CoachingState.SIGNED:
        locked.state = CoachingState.ACKNOWLEDGED
    locked.save()
    order_record(locked, now)
    tell("coaching.commented", [locked.coach], locked, now)
    record(
        "coaching.acknowledged",
        subject=locked,
        actor=actor,
        now=now,
        detail={"comment": locked.comment} if locked.comment else None,
    )
    return locked


@service
def sign_and_acknowledge(
    *, form: CoachingForm, comment: str, authenticated_at: datetime | None, actor: User, now: datetime
) -> CoachingForm:
    """Sign and acknowledge in one transaction: what the page of the agent calls.

    Raises: as :func:`acknowledge_coaching`, and ``Refused`` when the log-in is not fresh.
    """
    locked = locked_form(form)
    require(can_comment(actor, locked))
    require_state(locked, *COACHING_UNDER_WAY)
    signature = sign(
        user=actor,
        role=next(role for role in Role.values if actor.authority.has(role)),
        meaning=SignatureMeaning.CONFIRMED,
        content_hash=content_of_answer(locked, comment),
        authenticated_at=authenticated_at,
        now=now,
    )
    return acknowledge_coaching(form=locked, comment=comment, signature=signature, actor=actor, now=now)
