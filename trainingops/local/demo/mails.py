"""A mail that the mail server refused: what the administrator finds under Mails (NTF-5)."""

from __future__ import annotations

from trainingops.notifications.enums import OutboxState
from trainingops.notifications.models import OutboxMessage


def refuse_a_mail(kind: str) -> str:
    """The newest mail of this kind comes back; its address is the demo's own invention, as all of them are."""
    message = OutboxMessage.objects.filter(kind=kind, state=OutboxState.PENDING).latest("pk")
    message.state, message.attempts = OutboxState.FAILED, 1
    message.error = f"SMTPRecipientsRefused: {{'{message.address}': (550, b'5.1.1 user unknown')}}"
    message.save(update_fields=["state", "attempts", "error"])
    return "1 mail was refused by the mail server and waits for the administrator"
