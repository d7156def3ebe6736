"""When a training hurts service least (clause 5.1.1 f).

Pure: no Django, no clock. Times are the local times of the site.
"""

from planning.slots.batches import Batch, DayWindow, Proposal, floor_of, holds_all, propose_batches, windows_on
from planning.slots.profile import (
    DAY_MINUTES,
    REFERENCE_WEEKS,
    SLOT_MINUTES,
    HalfHour,
    Interval,
    Partial,
    Profile,
    build_profile,
    clock,
    minute_of,
    reference_start,
)
from planning.slots.targets import (
    BY_CAPACITY,
    BY_CONTACT_RATE,
    BY_SERVICE_LEVEL,
    BY_VOLUME,
    Load,
    Target,
    load_of,
    may_leave,
)
from planning.slots.windows import Recommendation, Window, assess, recommend

__all__ = (
    "BY_CAPACITY",
    "BY_CONTACT_RATE",
    "BY_SERVICE_LEVEL",
    "BY_VOLUME",
    "DAY_MINUTES",
    "REFERENCE_WEEKS",
    "SLOT_MINUTES",
    "Batch",
    "DayWindow",
    "HalfHour",
    "Interval",
    "Load",
    "Partial",
    "Profile",
    "Proposal",
    "Recommendation",
    "Target",
    "Window",
    "assess",
    "build_profile",
    "clock",
    "floor_of",
    "holds_all",
    "load_of",
    "may_leave",
    "minute_of",
    "propose_batches",
    "recommend",
    "reference_start",
    "windows_on",
)
