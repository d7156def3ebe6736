"""Forms about people, accounts and places."""

from trainingops.people.forms.account import (
    CodeForm,
    NewPasswordForm,
    PasswordAgainForm,
    PreferencesForm,
    SignInForm,
)

__all__ = ("CodeForm", "NewPasswordForm", "PasswordAgainForm", "PreferencesForm", "SignInForm")
