"""The pages of notices and mails. A GET changes nothing."""

from trainingops.notifications.views.inbox import inbox, notice_open, notice_read, notices_read
from trainingops.notifications.views.outbox import outbox_list, outbox_resend, outbox_resend_all
from trainingops.notifications.views.preferences import notice_preferences
from trainingops.notifications.views.unsubscribing import unsubscribe

__all__ = [
    "inbox",
    "notice_open",
    "notice_preferences",
    "notice_read",
    "notices_read",
    "outbox_list",
    "outbox_resend",
    "outbox_resend_all",
    "unsubscribe",
]
