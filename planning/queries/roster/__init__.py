"""The roster beside a plan (5.1.1 f)."""

from planning.queries.roster.meetings import (
    PlanRoster,
    TargetAtMeeting,
    beyond_the_law,
    names_in,
    people_in,
    roster_of,
    rosters_of,
    some_names,
    to_place,
)
from planning.queries.roster.shifts import hindered_at, shifts_between

__all__ = [
    "PlanRoster",
    "TargetAtMeeting",
    "beyond_the_law",
    "hindered_at",
    "names_in",
    "people_in",
    "roster_of",
    "rosters_of",
    "shifts_between",
    "some_names",
    "to_place",
]
