"""Form Pembinaan SDM: drafted, signed by the coach, acknowledged by the agent, followed up, closed (clause 6)."""

from evaluation.services.coaching.answering import acknowledge_coaching, content_of_answer, sign_and_acknowledge
from evaluation.services.coaching.following import add_follow_up, close_coaching, note_follow_up
from evaluation.services.coaching.reminders import remind_follow_ups
from evaluation.services.coaching.writing import (
    CoachingText,
    Grounds,
    content_of_coaching,
    draft_coaching,
    edit_coaching,
    sign_and_coach,
    sign_coaching,
    sign_draft,
    withdraw_coaching,
)

__all__ = [
    "CoachingText",
    "Grounds",
    "acknowledge_coaching",
    "add_follow_up",
    "close_coaching",
    "content_of_answer",
    "content_of_coaching",
    "draft_coaching",
    "edit_coaching",
    "note_follow_up",
    "remind_follow_ups",
    "sign_and_acknowledge",
    "sign_and_coach",
    "sign_coaching",
    "sign_draft",
    "withdraw_coaching",
]
