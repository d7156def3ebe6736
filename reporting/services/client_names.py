"""Whether the client reads names and scores of a line: the manager decides (5.3.2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from reporting.models import ClientNames
from reporting.policies import can_decide_client_names
from reporting.services.copies import take_back_names
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require

if TYPE_CHECKING:
    from trainingops.people.models import ServiceLine, User


@service
def decide_client_names(*, line: ServiceLine, shown: bool, reason: str, actor: User, now: datetime) -> ClientNames:
    """Show the client names and scores of the people of a line from now on, or no longer.

    The sealed copy that was made for somebody without account stays theirs; one that names people whom the client may
    read no longer gives way to one that does not (:func:`reporting.services.copies.take_back_names`). What was
    mailed or handed over stays where it is.

    Args:
        reason: on what it rests, such as the clause of the contract.

    Raises:
        NotAllowed: no manager of the line at every site where it has teams.
        Refused: without reason, or decided so already.
    """
    require(can_decide_client_names(actor, line))
    standing = ClientNames.objects.filter(line=line).first()
    if (standing is not None and standing.shown) == shown:
        raise Refused(
            (_("The client reads names of %(line)s already.") if shown else _("The client reads no names of %(line)s."))
            % {"line": line},
            code="unchanged",
        )
    if not reason.strip():
        raise Refused(_("Write on what it rests, such as the clause of the contract."), field="reason")
    made = ClientNames.objects.create(line=line, shown=shown, reason=reason.strip(), decided_by=actor, decided_at=now)
    taken_back = take_back_names(standing, actor=actor, now=now) if standing and not shown else 0
    record(
        "report.client_names",
        subject=made,
        actor=actor,
        now=now,
        data={"line": line.uuid, "shown": shown, "taken_back": taken_back},
        detail={"reason": made.reason},
    )
    return made
