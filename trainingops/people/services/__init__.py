"""Changes to people, accounts, roles, places and signatures."""

from trainingops.people.services.accounts import (
    change_password,
    close_account,
    open_account,
    open_accounts,
    open_outside_account,
    save_preferences,
)
from trainingops.people.services.administrators import admit_administrator
from trainingops.people.services.codes import (
    CODE_ATTEMPTS,
    Slip,
    issue_codes,
    issue_pins,
    issue_sign_in_code,
    issue_slip,
    redeem_sign_in_code,
)
from trainingops.people.services.delegations import end_delegation, give_delegation
from trainingops.people.services.leave import record_long_leave
from trainingops.people.services.persons import PersonEntry, new_team_name, save_people, team_meant
from trainingops.people.services.pins import set_own_pin, user_of_pin
from trainingops.people.services.places import create_line, create_site, create_team
from trainingops.people.services.roles import end_role, grant_role
from trainingops.people.services.roster import RosterRow, RosterSlot, ShiftEntry, save_roster
from trainingops.people.services.shift_codes import (
    add_shift_code,
    change_shift_code,
    remove_shift_code,
    set_shift_hours,
)
from trainingops.people.services.signatures import require_signature, sign

__all__ = (
    "CODE_ATTEMPTS",
    "PersonEntry",
    "RosterRow",
    "RosterSlot",
    "ShiftEntry",
    "Slip",
    "add_shift_code",
    "admit_administrator",
    "change_password",
    "change_shift_code",
    "close_account",
    "create_line",
    "create_site",
    "create_team",
    "end_delegation",
    "end_role",
    "give_delegation",
    "grant_role",
    "issue_codes",
    "issue_pins",
    "issue_sign_in_code",
    "issue_slip",
    "new_team_name",
    "open_account",
    "open_accounts",
    "open_outside_account",
    "record_long_leave",
    "redeem_sign_in_code",
    "remove_shift_code",
    "require_signature",
    "save_people",
    "save_preferences",
    "save_roster",
    "set_own_pin",
    "set_shift_hours",
    "sign",
    "team_meant",
    "user_of_pin",
)
