"""Reviews: the meeting and its minutes (5.4)."""

from evaluation.services.reviews.findings import add_finding, change_finding, withdraw_finding
from evaluation.services.reviews.meeting import (
    cancel_review,
    close_review,
    close_settled_plan,
    hold_review,
    note_presence,
    schedule_review,
)
from evaluation.services.reviews.minutes import (
    approve_minutes,
    minutes_content,
    missing_before_approval,
    save_minutes,
    sign_and_approve_minutes,
)
from evaluation.services.reviews.trainings import take_up_plan, take_up_reported

__all__ = [
    "add_finding",
    "approve_minutes",
    "cancel_review",
    "change_finding",
    "close_review",
    "close_settled_plan",
    "hold_review",
    "minutes_content",
    "missing_before_approval",
    "note_presence",
    "save_minutes",
    "schedule_review",
    "sign_and_approve_minutes",
    "take_up_plan",
    "take_up_reported",
    "withdraw_finding",
]
