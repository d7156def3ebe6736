"""Take people, trainers, rooms and licence seats for approved meetings; the database refuses a double booking.

Drafts book nothing. A licensed application takes one seat for each participant of a meeting.
"""

from planning.services.bookings.clashes import Clash, DoubleBooking, Shortage
from planning.services.bookings.writing import (
    book_guests,
    book_planned_session,
    book_revision,
    book_substitute,
    clashes_of,
    free_from,
    give_back,
    give_back_trainer,
    move_bookings,
    release,
    wanted_by,
)

__all__ = [
    "Clash",
    "DoubleBooking",
    "Shortage",
    "book_guests",
    "book_planned_session",
    "book_revision",
    "book_substitute",
    "clashes_of",
    "free_from",
    "give_back",
    "give_back_trainer",
    "move_bookings",
    "release",
    "wanted_by",
]
