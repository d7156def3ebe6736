"""The minutes of a review, and their approval under signature (5.4)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluation.enums import REVIEW_TRANSITIONS, Aspect, ReviewState
from evaluation.evidence import minutes_payload
from evaluation.models import Finding, Minutes, Review, TrainingDefect
from evaluation.policies import can_approve_minutes, can_write_minutes
from evaluation.queries import Written, findings_of, written_in
from evaluation.services.reviews.open import locked_review, require_open
from trainingops.audit.journal import canonical, digest, record, service
from trainingops.domain import Refused, StaleVersion, require, require_transition
from trainingops.notifications.services import notify
from trainingops.people.enums import Role, SignatureMeaning
from trainingops.people.models import Signature, User
from trainingops.people.services import require_signature, sign
from trainingops.records.services import request_evidence


@service
def save_minutes(*, review: Review, text: str, version: int, actor: User, now: datetime) -> Minutes:
    """Keep the text of the minutes; ``version`` is the one that was edited.

    Raises:
        StaleVersion: somebody saved in between.
    """
    review = locked_review(review)
    require(can_write_minutes(actor, review))
    require_open(review)
    minutes = review.minutes
    if minutes.version != version:
        raise StaleVersion(
            _("Somebody saved the minutes in between. Copy your text, reload the page and add it."), field="text"
        )
    minutes.text, minutes.version = text, version + 1
    minutes.save(update_fields=["text", "version"])
    record("minutes.saved", subject=minutes, actor=actor, now=now, data={"version": minutes.version})
    return minutes


def missing_before_approval(review: Review, findings: Sequence[Finding] | None = None) -> list[str]:
    """What 5.4 still asks for before the minutes can be approved, in words.

    Args:
        findings: those of the review with their actions, where the caller has them already.
    """
    if findings is None:
        findings = list(findings_of(review))
    answered = {finding.aspect for finding in findings}
    missing = [
        _("Aspect “%(aspect)s” has neither a finding nor “nothing found”.") % {"aspect": aspect.label}
        for aspect in Aspect
        if aspect not in answered
    ]
    missing += [
        _("Finding “%(text)s” has neither an action nor a reason why not.") % {"text": finding.text[:60]}
        for finding in findings
        if not finding.nothing_found and not finding.no_action_reason and not finding.actions.all()
    ]
    if not review.minutes.text.strip():
        missing.append(_("The minutes have no text."))
    return missing


#: The form of what is signed; the first had no secretary, trainings or excuses, and its findings in order of entry; the
#: second did not say which training defects an action is to remove.
CONTENT_FORM = 3


def minutes_content(review: Review, *, form: int = CONTENT_FORM, written: Written | None = None) -> str:
    """Canonical JSON of what the manager signs: persons by uuid, findings, actions, the digests of texts.

    The page on which it is signed and the record show all of it, the findings in this order.

    Args:
        form: that of the content kept, where a signature of before is recomputed (:func:`form_of`).
        written: what was read of the review, where the caller has it already.
    """
    written = written or written_in(review)
    participants = written.participants
    findings = sorted(written.findings, key=attrgetter("pk")) if form == 1 else written.findings
    content: dict[str, Any] = {
        "review": review.uuid,
        "number": review.number,
        "period": [review.period_from, review.period_to],
        "held_at": review.held_at,
        "participants": sorted([str(p.user.uuid), p.presence] for p in participants),
        "text_sha256": digest(review.minutes.text).hex(),
        "findings": [_finding_content(each, form) for each in findings],
    }
    if form > 1:
        content |= {
            "form": form,
            "secretary": review.secretary.uuid,
            "plans": [plan.number for plan in written.plans],
            "excuses": sorted([str(p.user.uuid), digest(p.excuse).hex()] for p in participants if p.excuse),
        }
    return canonical(content)


def _uuids(defects: Iterable[TrainingDefect]) -> list[str]:
    return sorted(str(each.uuid) for each in defects)


def form_of(content: str) -> int:
    """In which form a content was signed."""
    return int(json.loads(content).get("form", 1))


def _finding_content(finding: Finding, form: int) -> dict[str, Any]:
    return {
        "aspect": finding.aspect,
        "nothing_found": finding.nothing_found,
        "text_sha256": digest(finding.text).hex(),
        "no_action_reason_sha256": digest(finding.no_action_reason).hex(),
        "training_defects": _uuids(finding.training_defects.all()),
        "actions": [
            {
                "number": action.number,
                "kind": action.kind,
                "owner": action.owner.uuid,
                "due_at": action.decided_due_at or action.due_at,
                "text_sha256": digest(action.text).hex(),
            }
            | ({"training_defects": _uuids(action.training_defects.all())} if form > 2 else {})
            for action in finding.actions.all()
        ],
    }


@service
def sign_and_approve_minutes(
    *, review: Review, content_hash: str, authenticated_at: datetime | None, actor: User, now: datetime
) -> Review:
    """Sign the minutes that were shown and approve them, in one transaction: what the page calls.

    Raises as :func:`approve_minutes`, and ``Refused`` when the log-in is not fresh; a refusal leaves no signature.
    """
    signature = sign(
        user=actor,
        role=Role.MANAGER,
        meaning=SignatureMeaning.APPROVED,
        content_hash=content_hash,
        authenticated_at=authenticated_at,
        now=now,
    )
    return approve_minutes(review=review, content_hash=content_hash, signature=signature, actor=actor, now=now)


@service
def approve_minutes(*, review: Review, content_hash: str, signature: Signature, actor: User, now: datetime) -> Review:
    """The manager approves the minutes (Risalah Rapat) with a fresh log-in; they never change afterwards.

    Raises:
        NotAllowed: no manager in scope, or the secretary who wrote them.
        StaleVersion: the minutes changed since they were read.
        Refused: something that 5.4 asks for is missing; the message lists it.
        WrongState: the review has not been held, or is approved already.
    """
    review = locked_review(review)
    require(can_approve_minutes(actor, review))
    require_transition(review, ReviewState.APPROVED, REVIEW_TRANSITIONS)
    written = written_in(review)
    if missing := missing_before_approval(review, written.findings):
        raise Refused(" ".join(missing), code="incomplete")
    content = minutes_content(review, written=written)
    if digest(content).hex() != content_hash:
        raise StaleVersion(_("The minutes changed since you read them. Read the changes and approve again."))
    require_signature(signature, user=actor, content_hash=content_hash, now=now)
    Minutes.objects.filter(review=review).update(
        content=content, content_hash=content_hash, approved_by=actor, approved_at=now, signature=signature
    )
    review.state = ReviewState.APPROVED
    review.save(update_fields=["state"])
    local_day = (review.held_at or now).astimezone(review.site.zone).date()
    request_evidence(
        kind="minutes",
        subject=review,
        title=f"{review.number} {review.line} {review.site}",
        payload=minutes_payload(review, written=written, approver=actor, now=now),
        evidence_date=local_day,
        actor=actor,
        now=now,
        training=written.plans[0] if len(written.plans) == 1 else None,
        site=review.site,
        line=review.line,
    )
    notify(
        kind="review.approved",
        recipients=[participant.user for participant in written.participants],
        subject=review,
        url=reverse("review_detail", args=[review.uuid]),
        params={"number": review.number},
        now=now,
    )
    record("minutes.approved", subject=review, actor=actor, now=now, data=json.loads(content))
    return review
