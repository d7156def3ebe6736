"""Changes in the evaluation stage (4.4, 5.4)."""

from evaluation.services.actions import add_action, check_action, finish_action, start_action, withdraw_action
from evaluation.services.coaching import (
    comment_on_coaching,
    content_of_coaching,
    create_coaching_form,
    sign_and_coach,
)
from evaluation.services.defects import Occurrence, record_training_defect, register_training_defects
from evaluation.services.reviews import (
    add_finding,
    approve_minutes,
    cancel_review,
    change_finding,
    close_review,
    close_settled_plan,
    hold_review,
    minutes_content,
    missing_before_approval,
    note_presence,
    save_minutes,
    schedule_review,
    sign_and_approve_minutes,
    take_up_plan,
    take_up_reported,
    withdraw_finding,
)

__all__ = [
    "Occurrence",
    "add_action",
    "add_finding",
    "approve_minutes",
    "cancel_review",
    "change_finding",
    "check_action",
    "close_review",
    "close_settled_plan",
    "comment_on_coaching",
    "content_of_coaching",
    "create_coaching_form",
    "finish_action",
    "hold_review",
    "minutes_content",
    "missing_before_approval",
    "note_presence",
    "record_training_defect",
    "register_training_defects",
    "save_minutes",
    "schedule_review",
    "sign_and_approve_minutes",
    "sign_and_coach",
    "start_action",
    "take_up_plan",
    "take_up_reported",
    "withdraw_action",
    "withdraw_finding",
]
