"""What an administrator does about mails that could not be sent (NTF-5)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import WrongState, require
from trainingops.jobs.wake import wake
from trainingops.notifications.enums import OutboxState
from trainingops.notifications.models import OutboxMessage

if TYPE_CHECKING:
    from trainingops.people.models import User


@service
def resend_message(*, message: OutboxMessage, actor: User, now: datetime) -> OutboxMessage:
    """Put a failed message back into the outbox under its Message-ID, with all its attempts before it (NTF-5).

    It goes to the address that the account has now: a wrong one is mended there.

    Raises:
        NotAllowed: no administrator.
        WrongState: the message waits or was sent; nothing to send again.
    """
    message = OutboxMessage.objects.select_for_update(no_key=True).get(pk=message.pk)
    require(actor.authority.has("administrator"))
    if message.state != OutboxState.FAILED:
        raise WrongState(
            _("This mail is not sent again: its state is “%(state)s”. Reload the page.")
            % {"state": message.get_state_display()},
            code="wrong_state",
        )
    wait_again(message, actor, now)
    return message


@service
def resend_messages(*, messages: QuerySet[OutboxMessage], actor: User, now: datetime) -> int:
    """Put every failed one of ``messages`` back, as :func:`resend_message` does; how many.

    Raises:
        NotAllowed: no administrator.
    """
    require(actor.authority.has("administrator"))
    failed = list(messages.filter(state=OutboxState.FAILED).order_by("pk").select_for_update(no_key=True, of=("self",)))
    for message in failed:
        wait_again(message, actor, now)
    return len(failed)


def wait_again(message: OutboxMessage, actor: User, now: datetime) -> None:
    """Put one failed message back, inside the service that may."""
    if message.recipient and message.recipient.email:
        message.address = message.recipient.email
    message.state, message.attempts, message.error, message.not_before = OutboxState.PENDING, 0, "", now
    message.save(update_fields=["address", "state", "attempts", "error", "not_before"])
    from trainingops.notifications.tasks import deliver_mail

    wake(deliver_mail)
    record("mail.resent", subject=message, actor=actor, now=now, data={"kind": message.kind, "about": message.subject})
