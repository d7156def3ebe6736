"""What sessions has signed, recomputed: waived targets and cases."""

from __future__ import annotations

from collections.abc import Iterator

from sessions.models import RecoveryCase, TargetOutcome
from sessions.services.waivers import case_waiver_hash, waiver_hash
from trainingops.people.signed import Signed, SignedKind, register_signed


def register() -> None:
    """Make the kind known when the app starts."""
    register_signed(SignedKind("waiver", _waivers))


def _waivers() -> Iterator[Signed]:
    """A target is waived by its own signature or by that of one of its cases, whose cases it waives with it."""
    for outcome in (
        TargetOutcome.objects.exclude(signature=None).select_related("signature").order_by("pk").iterator(500)
    ):
        cases = list(RecoveryCase.objects.filter(signature=outcome.signature_id))
        hashes = {waiver_hash(outcome, outcome.reason), *(case_waiver_hash(each, outcome.reason) for each in cases)}
        yield Signed(f"of target {outcome.uuid}", outcome.signature, hashes)  # type: ignore[arg-type]
    for case in RecoveryCase.objects.exclude(signature=None).select_related("signature").order_by("pk").iterator(500):
        together = TargetOutcome.objects.filter(signature=case.signature_id)
        beside = RecoveryCase.objects.filter(signature=case.signature_id)
        hashes = {case_waiver_hash(each, case.note) for each in beside}
        hashes |= {waiver_hash(outcome, case.note) for outcome in together}
        yield Signed(f"of case {case.uuid}", case.signature, hashes)  # type: ignore[arg-type]
