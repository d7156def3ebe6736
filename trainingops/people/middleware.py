"""Language and zone of the person, and the gate that every request passes."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from trainingops.people.access import Rule
from trainingops.people.authority import NOBODY

GetResponse = Callable[[HttpRequest], HttpResponse]


class PreferenceMiddleware:
    """Activates the person's language and zone; the browser's language only for those who are not signed in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        request.now = timezone.now()  # type: ignore[attr-defined]
        if user.is_authenticated:
            request.authority = user.authority  # type: ignore[attr-defined]
            language, zone = user.language, user.zone
        else:
            request.authority = NOBODY  # type: ignore[attr-defined]
            language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) or translation.get_language_from_request(
                request
            )
            language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
            zone = timezone.get_default_timezone()
        with translation.override(language), timezone.override(zone):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class AccessMiddleware:
    """Deny by default: a URL opens only as the access table says."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.table: dict[str, Rule] = import_string(settings.ACCESS_TABLE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: object, _args: object, _kwargs: object) -> HttpResponse | None:
        match = request.resolver_match
        rule = self.table.get(match.view_name) if match else None
        if rule is None:
            raise PermissionDenied
        if rule.roles is not None:
            if not request.user.is_authenticated:
                query = urlencode({"next": request.get_full_path()})
                return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{query}")
            if not rule.allows_roles(request.authority.role_names):  # type: ignore[attr-defined]
                raise PermissionDenied
        if request.method not in rule.methods:
            return HttpResponseNotAllowed(sorted(rule.methods))
        return None
