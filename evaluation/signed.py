"""What evaluation has signed, recomputed: minutes with their findings and actions, and coaching forms."""

from __future__ import annotations

from collections.abc import Iterator

from evaluation.models import CoachingForm, Minutes, ObjectiveRevision
from evaluation.services.coaching import content_of_answer, content_of_coaching
from evaluation.services.objectives import content_of
from evaluation.services.reviews.minutes import form_of, minutes_content
from trainingops.audit.journal import canonical, digest
from trainingops.people.signed import Signed, SignedKind, agreed, register_signed


def register() -> None:
    """Make the kinds known when the app starts."""
    register_signed(SignedKind("minutes", _minutes))
    register_signed(SignedKind("objective", _objectives))
    register_signed(SignedKind("coaching form", _coaching))


def _minutes() -> Iterator[Signed]:
    approved = Minutes.objects.exclude(signature=None).select_related("signature", "review")
    for each in approved.order_by("pk").iterator(100):
        # From the rows and from the text kept of them: both must be what the manager signed.
        now = minutes_content(each.review, form=form_of(each.content))
        hashes = agreed(*(digest(text).hex() for text in (now, each.content)), each.content_hash)
        yield Signed(each.review.number, each.signature, hashes)  # type: ignore[arg-type]


def _coaching() -> Iterator[Signed]:
    related = ("signature", "agent_signature", "person", "finding", "case")
    signed = CoachingForm.objects.exclude(signature=None).select_related(*related).prefetch_related("defects")
    for each in signed.order_by("pk").iterator(500):
        assert each.signature is not None
        if each.content:
            # From the rows and from the text kept of them: both must be what the coach signed.
            hashes = agreed(*(digest(text).hex() for text in (content_of_coaching(each), each.content)))
        else:
            hashes = {_before_it_was_kept(each)}
        yield Signed(each.number, each.signature, hashes)
        if each.agent_signature:
            yield Signed(each.number, each.agent_signature, [content_of_answer(each, each.comment)])


def _before_it_was_kept(form: CoachingForm) -> str:
    """What coaches signed of forms with one follow-up date."""
    content = {
        "person": form.person.uuid,
        "problem": form.problem,
        "cause": form.cause,
        "agreement": form.agreement,
        "follow_up_on": form.follow_up_on,
    }
    return digest(canonical(content)).hex()


def _objectives() -> Iterator[Signed]:
    signed = ObjectiveRevision.objects.exclude(signature=None).select_related(
        "signature", "objective__site", "objective__line", "owner"
    )
    for each in signed.order_by("pk").iterator(200):
        hashes = agreed(*(digest(text).hex() for text in (content_of(each), each.content)), each.content_hash)
        yield Signed(f"{each.objective} revision {each.number}", each.signature, hashes)  # type: ignore[arg-type]
