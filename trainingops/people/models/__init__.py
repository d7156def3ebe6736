"""Who works where, who may do what, and who signed."""

from trainingops.people.models.accounts import CalendarFeed, SignInCode, User
from trainingops.people.models.persons import Person, PersonAssignment, Team
from trainingops.people.models.places import Segment, ServiceLine, Site, Unit
from trainingops.people.models.roles import Delegation, RoleAssignment, Signature
from trainingops.people.models.roster import LongLeave, RosterDay, ShiftCode, ShiftHours

__all__ = [
    "CalendarFeed",
    "Delegation",
    "LongLeave",
    "Person",
    "PersonAssignment",
    "RoleAssignment",
    "RosterDay",
    "Segment",
    "ServiceLine",
    "ShiftCode",
    "ShiftHours",
    "SignInCode",
    "Signature",
    "Site",
    "Team",
    "Unit",
    "User",
]
