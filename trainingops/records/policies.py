"""Who may do what with evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainingops.people.models import User
    from trainingops.records.models import EvidenceRequest


def can_retry_request(user: User, request: EvidenceRequest) -> bool:
    """Managers and administrators within their scope."""
    return user.authority.covers("manager", "administrator", site_id=request.site_id, line_id=request.line_id)


def can_archive(user: User) -> bool:
    """Whoever may read evidence for others: auditors, managers and administrators."""
    return user.authority.has("auditor", "manager", "administrator")
