"""What the reporting stage does; each function is one transaction."""

from reporting.services.breaches import breach_overdue, mark_breach
from reporting.services.drafts import open_draft, save_draft
from reporting.services.obligations import (
    cancel_obligation,
    extend_obligation,
    reconcile_obligations,
    reschedule_obligation,
    schedule_obligation,
)
from reporting.services.reminders import remind_owner, remind_owners
from reporting.services.rules import add_day_off, add_policy, remove_day_off, remove_policy

__all__ = [
    "add_day_off",
    "add_policy",
    "breach_overdue",
    "cancel_obligation",
    "extend_obligation",
    "mark_breach",
    "open_draft",
    "reconcile_obligations",
    "remind_owner",
    "remind_owners",
    "remove_day_off",
    "remove_policy",
    "reschedule_obligation",
    "save_draft",
    "schedule_obligation",
]
