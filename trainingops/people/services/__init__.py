"""Changes to people, accounts, roles, places and signatures."""

from trainingops.people.services.accounts import (
    PREFERENCES,
    change_password,
    close_account,
    open_account,
    save_preferences,
)
from trainingops.people.services.codes import CODE_ATTEMPTS, issue_sign_in_code, redeem_sign_in_code
from trainingops.people.services.persons import PersonEntry, save_people
from trainingops.people.services.places import create_line, create_site, create_team
from trainingops.people.services.roles import end_role, grant_role
from trainingops.people.services.signatures import SIGNATURE_FRESHNESS, require_signature, sign

__all__ = (
    "CODE_ATTEMPTS",
    "PREFERENCES",
    "SIGNATURE_FRESHNESS",
    "PersonEntry",
    "change_password",
    "close_account",
    "create_line",
    "create_site",
    "create_team",
    "end_role",
    "grant_role",
    "issue_sign_in_code",
    "open_account",
    "redeem_sign_in_code",
    "require_signature",
    "save_people",
    "save_preferences",
    "sign",
)
