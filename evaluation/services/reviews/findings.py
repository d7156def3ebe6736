"""Findings by aspect: added, changed and withdrawn until the minutes are approved (5.4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from evaluation.answers import contradiction
from evaluation.enums import ActionState
from evaluation.models import Finding, Review, TrainingDefect
from evaluation.services.reviews.open import standing_finding, writable_review
from trainingops.audit.journal import record, service
from trainingops.domain import Refused
from trainingops.people.models import User


@service
def add_finding(
    *,
    review: Review,
    aspect: str,
    actor: User,
    now: datetime,
    text: str = "",
    nothing_found: bool = False,
    no_action_reason: str = "",
    training_defects: Iterable[TrainingDefect] = (),
) -> Finding:
    """What the review says of one aspect: a finding in words, or "nothing found".

    Raises:
        Refused: no words, or "nothing found" beside a finding, in one answer or of the same aspect.
        WrongState: the review has not been held, or its minutes are approved.
    """
    review = writable_review(review, actor=actor)
    finding = Finding(
        review=review, aspect=aspect, nothing_found=nothing_found, text=text, no_action_reason=no_action_reason
    )
    defects = list(training_defects)
    _check(finding, defects)
    finding.save()
    finding.training_defects.set(defects)
    record(
        "finding.added",
        subject=finding,
        actor=actor,
        now=now,
        data={"review": review.uuid, "aspect": aspect, "nothing_found": nothing_found},
        detail={"text": text},
    )
    return finding


@service
def change_finding(
    *,
    finding: Finding,
    aspect: str,
    actor: User,
    now: datetime,
    text: str = "",
    nothing_found: bool = False,
    no_action_reason: str = "",
    training_defects: Iterable[TrainingDefect] = (),
) -> Finding:
    """Answer otherwise; the journal keeps what stood there.

    Raises:
        Refused: as :func:`add_finding`; or "nothing found" where actions stand.
        WrongState: the minutes are approved, or the finding was withdrawn.
    """
    writable_review(finding.review, actor=actor)
    finding = standing_finding(finding)
    defects = list(training_defects)
    before = {"text": finding.text, "no_action_reason": finding.no_action_reason}
    data = {"before": [finding.aspect, finding.nothing_found], "after": [aspect, nothing_found]}
    finding.aspect, finding.nothing_found = aspect, nothing_found
    finding.text, finding.no_action_reason = text, no_action_reason
    _check(finding, defects)
    if nothing_found:
        _require_no_action(finding, field="nothing_found")
    finding.save(update_fields=["aspect", "nothing_found", "text", "no_action_reason"])
    finding.training_defects.set(defects)
    after = {"text": text, "no_action_reason": no_action_reason}
    record(
        "finding.changed", subject=finding, actor=actor, now=now, data=data, detail={"before": before, "after": after}
    )
    return finding


@service
def withdraw_finding(*, finding: Finding, reason: str, actor: User, now: datetime) -> Finding:
    """Take an answer back: its aspect waits for another one. The row stays, with the reason.

    Raises:
        NotAllowed: neither secretary nor manager in scope.
        Refused: no reason is given, or actions about it stand.
        WrongState: the minutes are approved, or it was withdrawn already.
    """
    writable_review(finding.review, actor=actor)
    finding = standing_finding(finding)
    if not reason.strip():
        raise Refused(_("Write why it is withdrawn."), field="reason")
    _require_no_action(finding, field="")
    finding.withdrawn_at, finding.withdrawn_reason = now, reason.strip()
    finding.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    record(
        "finding.withdrawn",
        subject=finding,
        actor=actor,
        now=now,
        data={"aspect": finding.aspect, "nothing_found": finding.nothing_found},
        detail={"reason": reason.strip()},
    )
    return finding


def _check(finding: Finding, defects: list[TrainingDefect]) -> None:
    """One answer that does not contradict itself, nor the others of its aspect."""
    field, words = contradiction(
        nothing_found=finding.nothing_found,
        text=finding.text,
        no_action_reason=finding.no_action_reason,
        has_defects=bool(defects),
    )
    if words:
        raise Refused(words, field=field)
    others = Finding.objects.filter(review=finding.review_id, aspect=finding.aspect, withdrawn_at=None)
    said = set(others.exclude(pk=finding.pk).values_list("nothing_found", flat=True))
    named = {"aspect": finding.get_aspect_display()}
    if True in said:
        raise Refused(
            _("“%(aspect)s” is answered with “nothing found”. Change or withdraw that answer first.") % named,
            field="aspect",
        )
    if said and finding.nothing_found:
        raise Refused(
            _("“%(aspect)s” has a finding, so “nothing found” cannot stand there. Change or withdraw it first.")
            % named,
            field="aspect",
        )


def _require_no_action(finding: Finding, *, field: str) -> None:
    numbers = finding.actions.exclude(state=ActionState.WITHDRAWN).order_by("pk").values_list("number", flat=True)
    if numbers:
        raise Refused(
            _("Actions stand about this finding: %(numbers)s. Withdraw them first.") % {"numbers": ", ".join(numbers)},
            field=field,
            code="has_actions",
        )
