"""Reusable reads of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainingops.people.models import User
    from trainingops.records.models import EvidenceRecordQuerySet


def records_visible_to(records: EvidenceRecordQuerySet, user: User) -> EvidenceRecordQuerySet:
    """Auditors, managers, trainers, QC and the offices within their scope."""
    return records.filter(
        user.authority.scope(
            "auditor",
            "manager",
            "trainer",
            "qc",
            "operations",
            "operation_support",
            "administrator",
            site="site",
            line="line",
        )
    )
