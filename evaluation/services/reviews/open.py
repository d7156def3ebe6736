"""A review that may still be written, and its findings that stand."""

from __future__ import annotations

from django.utils.translation import gettext as _

from evaluation.enums import ReviewState
from evaluation.models import Finding, Review
from evaluation.policies import can_write_minutes
from trainingops.domain import WrongState, require, require_state
from trainingops.people.models import User


def locked_review(review: Review) -> Review:
    """The review as it is now, locked until the transaction ends."""
    return Review.objects.select_for_update(no_key=True, of=("self",)).select_related("site", "line").get(pk=review.pk)


def require_open(review: Review) -> None:
    """Refuse, naming the state found, once the minutes are approved."""
    require_state(review, ReviewState.SCHEDULED, ReviewState.HELD)


def writable_review(review: Review, *, actor: User) -> Review:
    """The review, locked, whose findings and actions are being written: held, and its minutes not approved.

    Raises:
        NotAllowed: neither secretary nor manager in scope.
        WrongState: not held yet, or approved already.
    """
    review = locked_review(review)
    require(can_write_minutes(actor, review))
    require_state(review, ReviewState.HELD)
    return review


def standing_finding(finding: Finding) -> Finding:
    """The finding as it is now, locked.

    Raises:
        WrongState: it was withdrawn.
    """
    finding = Finding.objects.select_for_update(no_key=True).get(pk=finding.pk)
    if finding.withdrawn_at:
        raise WrongState(_("This finding was withdrawn. Reload the page and choose another one."))
    return finding
