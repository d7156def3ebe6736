"""How people sign in: by employee number or mail address; nobody registers themselves."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from trainingops.audit.access_events import client_address, record_access
from trainingops.audit.models import AccessEvent
from trainingops.people.enums import SIGNATURE_FRESHNESS
from trainingops.people.models import User
from trainingops.people.services.codes import find_account

#: Failures within the window before an account is closed to an address, and to everybody. A class of 60 behind one
#: address has 60 accounts, so its typing errors do not add up; somebody far away cannot lock out a person here.
FAILURE_WINDOW = timedelta(minutes=10)
FAILURES_FROM_ADDRESS = 8
FAILURES_IN_ALL = 40

View = Callable[..., HttpResponse]


class AccountAdapter(DefaultAccountAdapter):
    """allauth as this house uses it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 (the signature is allauth's)
        return False

    def get_logout_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse("account_login")

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or "0.0.0.0"  # noqa: S104 (no address at all, such as a socket)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse before the password is looked at: too many failures of this account, or of this address."""
        super().pre_authenticate(request, **credentials)
        require_unthrottled(request, find_account(_typed(credentials)), now=timezone.now())

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        note_failure(request, find_account(_typed(credentials)), now=timezone.now())

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        kind = AccessEvent.Kind.SIGN_IN
        record_access(kind, user=user, request=request, subject=user, now=timezone.now())

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """allauth's refusals in our words."""
        words = {
            "too_many_login_attempts": _("Too many attempts. Wait ten minutes, or ask for a one-time code."),
            "username_password_mismatch": _("Employee number or password is not right. Try again."),
            "email_password_mismatch": _("Mail address or password is not right. Try again."),
            "incorrect_password": _("The password is not right. Try again."),
        }
        if code in words:
            return ValidationError(words[code], code=code)
        return super().validation_error(code, *args)


def _typed(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username") or credentials.get("email") or "")


def require_unthrottled(request: HttpRequest, user: User | None, *, now: datetime) -> None:
    """Raise :class:`ValidationError` after too many failures of this account in the last ten minutes."""
    if user is None:
        return
    failures = AccessEvent.objects.filter(
        subject=user.uuid, kind=AccessEvent.Kind.SIGN_IN_FAILED, occurred_at__gt=now - FAILURE_WINDOW
    ).aggregate(here=Count("pk", filter=Q(address=client_address(request))), all=Count("pk"))
    if failures["here"] >= FAILURES_FROM_ADDRESS or failures["all"] >= FAILURES_IN_ALL:
        raise AccountAdapter(request).validation_error("too_many_login_attempts")


def note_failure(request: HttpRequest, user: User | None, *, now: datetime) -> None:
    """Keep the failure for the throttle; what was typed is not kept, it may be a password in the wrong field."""
    record_access(AccessEvent.Kind.SIGN_IN_FAILED, user=None, request=request, subject=user, now=now)


def authenticated_at(request: HttpRequest) -> datetime | None:
    """When this user last proved who they are in this session, if that is at most 15 minutes ago."""
    user = request.user
    if not user.is_authenticated:
        return None
    records = get_authentication_records(request, user)
    if not records:
        return None
    moment = datetime.fromtimestamp(records[-1]["at"], UTC)
    age = timezone.now() - moment
    return moment if timedelta() <= age <= SIGNATURE_FRESHNESS else None


def fresh_log_in_required(view: View) -> View:
    """Ask for the password first when the log-in is older than 15 minutes; then come back here.

    Put it on pages whose form signs something: their GET asks. A POST that took longer than that goes on, so that
    nothing typed is lost: the signing service refuses it and says how to confirm the password.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if authenticated_at(request) is None and request.method in ("GET", "HEAD"):
            return ask_password(request)
        return view(request, *args, **kwargs)

    return guarded


def ask_password(request: HttpRequest) -> HttpResponse:
    """To the page that asks for the password, and back to this address."""
    query = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{query}")
