"""What reporting has signed, recomputed: every version of a report."""

from __future__ import annotations

from collections.abc import Iterator

from reporting.content import Frozen
from reporting.models import ReportVersion
from trainingops.people.signed import Signed, SignedKind, agreed, register_signed


def register() -> None:
    """Make the kind known when the app starts."""
    register_signed(SignedKind("report", _versions))


def _versions() -> Iterator[Signed]:
    for each in ReportVersion.objects.select_related("signature", "report").order_by("pk").iterator(100):
        what = f"{each.report.number} v{each.number}"
        yield Signed(what, each.signature, agreed(Frozen(each.content).hash, each.content_hash))
