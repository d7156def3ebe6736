"""What the reporting stage does; each function is one transaction."""

from reporting.services.adding import add_recipient, choose_later_versions
from reporting.services.amending import owe_next_version
from reporting.services.breaches import breach_overdue, mark_breach
from reporting.services.client_names import decide_client_names
from reporting.services.copies import mail_copy
from reporting.services.drafts import open_draft, save_draft
from reporting.services.escalating import escalate_overdue
from reporting.services.handing import record_delivery, resend_to_recipient
from reporting.services.obligations import (
    cancel_obligation,
    extend_obligation,
    reconcile_obligations,
    reschedule_obligation,
    schedule_obligation,
)
from reporting.services.readers import (
    acknowledge_report,
    note_share,
    open_report,
    remind_recipient,
    remind_unread,
)
from reporting.services.recaps import draft_recap
from reporting.services.reminders import remind_owner, remind_owners
from reporting.services.reports import amend_report, sign_and_send, submit_report
from reporting.services.rules import add_day_off, add_policy, change_day_off, remove_day_off, remove_policy
from reporting.services.succession import pass_on_obligations
from reporting.services.watching import watch_recipients

__all__ = [
    "acknowledge_report",
    "add_day_off",
    "add_policy",
    "add_recipient",
    "amend_report",
    "breach_overdue",
    "cancel_obligation",
    "change_day_off",
    "choose_later_versions",
    "decide_client_names",
    "draft_recap",
    "escalate_overdue",
    "extend_obligation",
    "mail_copy",
    "mark_breach",
    "note_share",
    "open_draft",
    "open_report",
    "owe_next_version",
    "pass_on_obligations",
    "reconcile_obligations",
    "record_delivery",
    "remind_owner",
    "remind_owners",
    "remind_recipient",
    "remind_unread",
    "remove_day_off",
    "remove_policy",
    "reschedule_obligation",
    "resend_to_recipient",
    "save_draft",
    "schedule_obligation",
    "sign_and_send",
    "submit_report",
    "watch_recipients",
]
