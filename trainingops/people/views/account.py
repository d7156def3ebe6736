"""The first sign-in with a code, one's own settings and password, the language of a visitor."""

from __future__ import annotations

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.i18n import set_language as set_language_cookie

from trainingops.domain import Refused
from trainingops.people.forms import CodeForm, NewPasswordForm, OwnPinForm, PreferencesForm
from trainingops.people.http import SignedInRequest
from trainingops.people.services import change_password, redeem_sign_in_code, save_preferences, set_own_pin
from trainingops.people.services.codes import find_account
from trainingops.people.sign_in import fresh_log_in_required, note_failure, require_unthrottled


@never_cache
@sensitive_post_parameters("code", "password", "again")
def code_redeem(request: HttpRequest) -> HttpResponse:
    """Employee number, one-time code and a new password; signs in at once."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (response := _redeem(request, form)):
        return response
    context = {"form": form, "next": get_next_redirect_url(request) or ""}
    return render(request, "account/code.html", context)


def _redeem(request: HttpRequest, form: CodeForm) -> HttpResponse | None:
    typed = form.cleaned_data
    account = find_account(typed["login"])
    now = timezone.now()
    try:
        require_unthrottled(request, account, now=now)
        user = redeem_sign_in_code(login=typed["login"], code=typed["code"], password=typed["password"], now=now)
    except Refused as refused:
        note_failure(request, account, now=now)
        form.add_refusal(refused)
        return None
    except ValidationError as error:
        # Too many attempts, or a password that is too much like the name: the code stays usable.
        form.add_error("password" if error.error_list[0].code != "too_many_login_attempts" else None, error)
        return None
    login = Login(user=user, redirect_url=get_next_redirect_url(request))
    return perform_password_login(request, {"username": user.login}, login)


def account(request: SignedInRequest) -> HttpResponse:
    """One's own language, time zone and appearance, and the roles one holds."""
    form = PreferencesForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        user = save_preferences(
            user=request.user,
            language=chosen["language"],
            timezone=chosen["timezone"],
            theme=chosen["theme"],
            now=request.now,
        )
        with override(user.language):
            messages.success(request, _("Your settings are saved."))
        return redirect("account")
    roles = request.user.role_assignments.prefetch_related("sites", "lines", "teams").order_by("role", "starts_on")
    return render(request, "account/account.html", {"form": form, "roles": roles})


@never_cache
@sensitive_post_parameters("password", "again")
@fresh_log_in_required
def account_password(request: SignedInRequest) -> HttpResponse:
    """A new password, after the present one was typed within the last 15 minutes."""
    form = NewPasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        user = change_password(
            user=request.user, password=form.cleaned_data["password"], actor=request.user, now=request.now
        )
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is changed. Other devices are signed out."))
        return redirect("account")
    return render(request, "account/password.html", {"form": form})


@never_cache
@sensitive_post_parameters("pin", "again")
@fresh_log_in_required
def account_pin(request: SignedInRequest) -> HttpResponse:
    """A PIN of one's own for shared PCs, after the password was typed within the last 15 minutes (ATT-8)."""
    form = OwnPinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_own_pin(user=request.user, pin=form.cleaned_data["pin"], now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("Your PIN for shared PCs is set."))
            return redirect("account")
    return render(request, "account/pin.html", {"form": form})


def set_language(request: HttpRequest) -> HttpResponse:
    """The language of the pages: a cookie for visitors, the own setting for those who are signed in."""
    language = request.POST.get("language", "")
    user = request.user
    if user.is_authenticated and language in dict(settings.LANGUAGES):
        save_preferences(user=user, language=language, timezone=user.timezone, theme=user.theme, now=timezone.now())
    return set_language_cookie(request)
