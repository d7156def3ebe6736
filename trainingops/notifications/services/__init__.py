"""What changes notices, mails and preferences."""

from trainingops.notifications.services.digests import finish_bulk, write_digests
from trainingops.notifications.services.notices import Told, forget_old, mark_read, notify, notify_many
from trainingops.notifications.services.outbox import resend_message, resend_messages, wait_again
from trainingops.notifications.services.preferences import (
    choose_channels,
    require_choice,
    resume_mails,
    stop_mails,
)

__all__ = [
    "Told",
    "choose_channels",
    "finish_bulk",
    "forget_old",
    "mark_read",
    "notify",
    "notify_many",
    "require_choice",
    "resend_message",
    "resend_messages",
    "resume_mails",
    "stop_mails",
    "wait_again",
    "write_digests",
]
