"""The list of standard modules of a line, kept as evidence (2.1, ISO 7.1.6)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from planning.evidence.modules import request_module_list
from planning.policies.catalogue import can_record_standard
from trainingops.audit.journal import record, service
from trainingops.domain import require

if TYPE_CHECKING:
    from trainingops.people.models import ServiceLine, User
    from trainingops.records.models import EvidenceRequest


@service
def record_standard_modules(*, line: ServiceLine, actor: User, now: datetime) -> EvidenceRequest:
    """Order *Daftar Modul Standar* of a line as a sealed record, as it is now.

    Raises:
        NotAllowed: the line lies outside what the actor writes modules for.
    """
    require(can_record_standard(actor, line))
    request = request_module_list(line=line, actor=actor, now=now)
    record("module_list.recorded", subject=line, actor=actor, now=now, data={"request": request.uuid})
    return request
