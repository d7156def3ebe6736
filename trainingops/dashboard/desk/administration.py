"""What waits for the administrator (NTF-5)."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainingops.dashboard.desk.items import ITEMS, Item, provides
from trainingops.dashboard.desk.reading import Desk
from trainingops.people.enums import Role


@provides(ITEMS, Role.ADMINISTRATOR)
def failed_mails(desk: Desk) -> Iterable[Item]:
    """Messages that could not be sent: one line with their number, which is that of the list."""
    rows = desk.small["failed_mails"]
    if rows:
        yield Item(
            title=ngettext("%(n)d mail could not be sent", "%(n)d mails could not be sent", len(rows))
            % {"n": len(rows)},
            why=_("The notices stand in the inboxes of their recipients. Correct the cause, then send again."),
            url=reverse("outbox_list"),
            action=_("Look"),
            icon="mail",
            since=rows[0]["created_at"],
        )
