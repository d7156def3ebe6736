"""Forms about people, accounts and places."""

from trainingops.people.forms.account import (
    CodeForm,
    NewPasswordForm,
    OwnPinForm,
    PasswordAgainForm,
    PreferencesForm,
    SignInForm,
)
from trainingops.people.forms.people import (
    CodesForm,
    DelegationForm,
    LeaveForm,
    LineForm,
    OutsideAccountForm,
    PersonFilter,
    RoleForm,
    SiteForm,
    TeamForm,
)
from trainingops.people.forms.shift_codes import ShiftCodeForm, ShiftHoursForm

__all__ = (
    "CodeForm",
    "CodesForm",
    "DelegationForm",
    "LeaveForm",
    "LineForm",
    "NewPasswordForm",
    "OutsideAccountForm",
    "OwnPinForm",
    "PasswordAgainForm",
    "PersonFilter",
    "PreferencesForm",
    "RoleForm",
    "ShiftCodeForm",
    "ShiftHoursForm",
    "SignInForm",
    "SiteForm",
    "TeamForm",
)
