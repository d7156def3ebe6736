"""Sessions as an approved revision asks for them (DESIGN.md §3)."""

from sessions.services.scheduling.revisions import (
    add_meetings,
    assignments_on,
    cancel_locked,
    cancel_sessions_of,
    follow_targets,
    happened_to,
    next_number,
    place,
    schedule_from_revision,
)
from sessions.services.scheduling.telling import announce, tell_moved

__all__ = [
    "add_meetings",
    "announce",
    "assignments_on",
    "cancel_locked",
    "cancel_sessions_of",
    "follow_targets",
    "happened_to",
    "next_number",
    "place",
    "schedule_from_revision",
    "tell_moved",
]
