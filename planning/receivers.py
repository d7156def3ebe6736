"""What the planning stage does when the room of people speaks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.urls import reverse

from planning.tasks import watch_rosters
from trainingops.jobs.wake import wake
from trainingops.notifications.services import notify
from trainingops.people.models import Delegation
from trainingops.people.signals import absences_changed, delegation_changed
from trainingops.ui.stored import stored_day


@receiver(delegation_changed, dispatch_uid="planning.tell_the_delegate")
def on_delegation_changed(*, delegation: Delegation, ended: bool, actor: Any, now: datetime, **_: Any) -> None:
    """Tell who acts for an absent manager that they do, or no longer do (4.1)."""
    notify(
        kind="delegation_ended" if ended else "delegation_given",
        recipients=[delegation.delegate],
        subject=delegation,
        url=reverse("home"),
        params={
            "principal": str(delegation.principal),
            "actor": str(actor),
            "starts": stored_day(delegation.starts_on),
            "ends": stored_day(delegation.ends_on),
        },
        now=now,
    )


@receiver(absences_changed, dispatch_uid="planning.watch_rosters")
def on_absences_changed(**_: Any) -> None:
    """Whom a new roster or leave takes out of an approved training their PIC learns at once, not an hour later."""
    wake(watch_rosters)
