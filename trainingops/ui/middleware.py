"""The last net: no refusal ends as a crash, and no refused method as an empty page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import BadRequest, ValidationError
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from trainingops.domain import Refused
from trainingops.ui.days_off import one_page
from trainingops.ui.views import bad_request, conflict, method_not_allowed

logger = logging.getLogger(__name__)


class ErrorPages:
    """Shows a refusal that a view let pass as 409, and 405 in words; a form sent back with its errors is a 422."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with one_page():
            response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            allowed = response.headers.get("Allow", "")
            return method_not_allowed(request, [word.strip() for word in allowed.split(",") if word.strip()])
        if (
            response.status_code == HTTPStatus.OK
            and request.method == "POST"
            and getattr(request, "shows_errors", False)
        ):
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
            response._has_been_logged = True  # type: ignore[attr-defined]  # a typing error is no news for the log
        return response

    def process_view(self, request: HttpRequest, _view: object, _args: object, _kwargs: object) -> None:
        """400 for a NUL character: no keyboard types it, and PostgreSQL keeps no text that holds one."""
        given = [request.GET, request.POST] if request.method == "POST" else [request.GET]
        if any("\x00" in text for fields in given for name, texts in fields.lists() for text in (name, *texts)):
            raise BadRequest("NUL character")

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """409 for a refusal, 400 for a value that no row can hold; everything else is not ours."""
        if isinstance(exception, Refused):
            return conflict(request, exception)
        if isinstance(exception, (ValidationError, DataError)):
            logger.warning("%s: unreadable value", request.path, exc_info=exception)
            return bad_request(request, exception)
        return None
