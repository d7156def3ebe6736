"""Signing in, the first password, one's own settings."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from trainingops.people.models import User
from trainingops.people.services.pins import not_a_pin
from trainingops.ui.forms import PageForm


def _password(label: Any, *, new: bool, required: Any) -> forms.CharField:
    """A password field; pasting is allowed, and so are blanks inside."""
    return forms.CharField(
        label=label,
        strip=False,
        max_length=200,
        error_messages={"required": required},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password" if new else "current-password"}),
    )


class SignInForm(PageForm, LoginForm):
    """Employee number or mail address, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("Employee number or mail address"),
            max_length=254,
            error_messages={"required": _("Enter your employee number or mail address")},
            widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        )
        self.fields["password"] = _password(_("Password"), new=False, required=_("Enter your password"))
        self.order_fields(["login", "password"])


class PasswordAgainForm(PageForm, ReauthenticateForm):
    """The password once more, before something is signed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = _password(_("Password"), new=False, required=_("Enter your password"))


class NewPasswordMixin(forms.Form):
    """A new password, typed twice."""

    def add_passwords(self) -> None:
        """Put the two fields at the end."""
        self.fields["password"] = _password(_("New password"), new=True, required=_("Enter a new password"))
        self.fields["password"].help_text = _("At least 10 characters. A short sentence is easy to remember.")
        self.fields["again"] = _password(_("New password again"), new=True, required=_("Enter the new password again"))

    def check_passwords(self, user: User | None) -> None:
        """Both are the same and strong enough."""
        password, again = self.cleaned_data.get("password"), self.cleaned_data.get("again")
        if password and again and password != again:
            self.add_error("again", _("The two passwords differ. Type the same one twice."))
        if password:
            try:
                validate_password(password, user)
            except forms.ValidationError as error:
                self.add_error("password", error)


class CodeForm(PageForm, NewPasswordMixin):
    """First sign-in, or a forgotten password: the code that somebody handed out."""

    login = forms.CharField(
        label=_("Employee number or mail address"),
        max_length=254,
        error_messages={"required": _("Enter your employee number or mail address")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    code = forms.CharField(
        label=_("One-time code"),
        max_length=20,
        help_text=_("8 characters, from your team leader, trainer or the administrator."),
        error_messages={"required": _("Enter the one-time code")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_passwords()

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.check_passwords(None)
        return self.cleaned_data


class NewPasswordForm(PageForm, NewPasswordMixin):
    """Change one's own password."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.add_passwords()

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.check_passwords(self.user)
        return self.cleaned_data


class OwnPinForm(PageForm):
    """One's own PIN for shared PCs, typed twice."""

    pin = forms.CharField(
        label=_("PIN"),
        max_length=20,
        help_text=_("Six digits. With it you check in and take tests on a PC that several people share."),
        error_messages={"required": _("Type six digits")},
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    again = forms.CharField(
        label=_("PIN again"),
        max_length=20,
        error_messages={"required": _("Type the six digits again")},
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def clean_pin(self) -> str:
        """Six digits, whatever else is wrong."""
        return self._digits("pin")

    def clean_again(self) -> str:
        """Likewise."""
        return self._digits("again")

    def _digits(self, name: str) -> str:
        typed = str(self.cleaned_data[name])
        if why := not_a_pin(typed):
            raise forms.ValidationError(why)
        return typed

    def clean(self) -> dict[str, Any]:
        super().clean()
        pin, again = self.cleaned_data.get("pin"), self.cleaned_data.get("again")
        if pin and again and pin != again:
            self.add_error("again", _("The two PINs differ. Type the same one twice."))
        return self.cleaned_data


class PreferencesForm(PageForm, forms.ModelForm):
    """Language, time zone, appearance."""

    class Meta:
        model = User
        fields = ["language", "timezone", "theme"]
        widgets = {"theme": forms.RadioSelect, "language": forms.RadioSelect, "timezone": forms.RadioSelect}
