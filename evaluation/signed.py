"""What evaluation has signed, recomputed: minutes with their findings and actions, and coaching forms."""

from __future__ import annotations

from collections.abc import Iterator

from evaluation.models import CoachingForm, Minutes
from evaluation.services.coaching import content_of_coaching
from evaluation.services.reviews.minutes import form_of, minutes_content
from trainingops.audit.journal import digest
from trainingops.people.signed import Signed, SignedKind, agreed, register_signed


def register() -> None:
    """Make the kinds known when the app starts."""
    register_signed(SignedKind("minutes", _minutes))
    register_signed(SignedKind("coaching form", _coaching))


def _minutes() -> Iterator[Signed]:
    approved = Minutes.objects.exclude(signature=None).select_related("signature", "review")
    for each in approved.order_by("pk").iterator(100):
        # From the rows and from the text kept of them: both must be what the manager signed.
        now = minutes_content(each.review, form=form_of(each.content))
        hashes = agreed(*(digest(text).hex() for text in (now, each.content)), each.content_hash)
        yield Signed(each.review.number, each.signature, hashes)  # type: ignore[arg-type]


def _coaching() -> Iterator[Signed]:
    for each in CoachingForm.objects.select_related("signature", "person").order_by("pk").iterator(500):
        content_hash = content_of_coaching(
            person=each.person,
            problem=each.problem,
            cause=each.cause,
            agreement=each.agreement,
            follow_up_on=each.follow_up_on,
        )
        yield Signed(each.number, each.signature, [content_hash])
