"""Rows that every installation has: the reasons of absence of ATT-5."""

from __future__ import annotations

from typing import Any

from sessions.models import AbsenceReason

#: code, name as the procedure's people say it, charged to Operation, needs the name of who decided
REASONS = (
    ("sick", "Sakit", False, False),
    ("permit", "Izin", False, False),
    ("leave", "Cuti", False, False),
    ("day_off", "Libur", False, False),
    ("duty", "Dinas", False, False),
    ("not_released", "Tidak dilepas (traffic tinggi)", True, True),
    ("technical", "Kendala teknis", False, False),
    ("unexcused", "Alpa", False, False),
)


def ensure_reference(**_: Any) -> None:
    """Make the reasons that are missing; what an administrator changed stays."""
    known = set(AbsenceReason.objects.values_list("code", flat=True))
    AbsenceReason.objects.bulk_create(
        AbsenceReason(code=code, name=name, charged_to_operation=charged, needs_decider=decider, order=order)
        for order, (code, name, charged, decider) in enumerate(REASONS)
        if code not in known
    )
