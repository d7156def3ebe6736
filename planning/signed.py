"""What planning has signed, recomputed: appointments, and the plans that were approved."""

from __future__ import annotations

from collections.abc import Iterator

from planning.content import hash_of
from planning.models import Appointment, ApprovalDecision
from planning.services.appointments import appointment_hash
from trainingops.people.signed import Signed, SignedKind, agreed, register_signed


def register() -> None:
    """Make the kinds known when the app starts."""
    register_signed(SignedKind("appointment", _appointments))
    register_signed(SignedKind("plan", _decisions))


def _appointments() -> Iterator[Signed]:
    for each in Appointment.objects.select_related("signature", "user", "site", "line").order_by("pk").iterator(500):
        content_hash = appointment_hash(
            user=each.user,
            site=each.site,
            line=each.line,
            duties=each.duties,
            starts_on=each.starts_on,
            ends_on=each.ends_on,
        )
        yield Signed(each.number, each.signature, [content_hash])


def _decisions() -> Iterator[Signed]:
    decisions = ApprovalDecision.objects.exclude(signature=None).select_related("signature", "revision__plan")
    for each in decisions.order_by("pk").iterator(100):
        hashes = agreed(hash_of(each.revision.content), each.revision.content_hash, each.content_hash)
        yield Signed(str(each.revision), each.signature, hashes)  # type: ignore[arg-type]
