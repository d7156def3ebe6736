"""Whole pages and parts of them; pages for what could not be done: what happened, what to do (UX.md EMP-1)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, ValidationError
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseServerError
from django.shortcuts import render
from django.template import loader
from django.utils.cache import patch_vary_headers

from trainingops.domain import Refused, StaleVersion, WrongState
from trainingops.ui.exports import table_response


def list_page(request: HttpRequest, page: str, context: Mapping[str, Any], *, file: str) -> HttpResponse:
    """A page about one ``table``; ``export=xlsx`` gives exactly its filtered rows as a workbook named ``file`` (EXP-1).

    ``{% table table %}`` of the page offers it below the rows.
    """
    if request.GET.get("export") == "xlsx":
        return table_response(context["table"], name=file)
    query = request.GET.copy()
    query.pop("page", None)
    query["export"] = "xlsx"
    return render(request, page, {**context, "file_url": f"?{query.urlencode()}"})


def method_not_allowed(request: HttpRequest, methods: Iterable[str]) -> HttpResponse:
    """405: the address exists, but not for this kind of request."""
    response = HttpResponseNotAllowed(sorted(methods))
    response.content = render(request, "405.html").content
    return response


def bad_request(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """400: an address or a value that cannot be read; 413: more than one request may hold. Nothing was written."""
    if isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)):
        return render(request, "413.html", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)


def server_error(_request: HttpRequest) -> HttpResponse:
    """500: our fault; 503 while the database does not answer, which passes. Neither page reads anything."""
    error = sys.exc_info()[0]
    if error and issubclass(error, (OperationalError, InterfaceError)):
        page = loader.render_to_string("503.html")
        return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "10"})
    return HttpResponseServerError(loader.render_to_string("500.html"))


def _says_why(refused: ValidationError | str) -> bool:
    """Whether the step is refused for a reason of its own: reloading the page would change nothing."""
    return isinstance(refused, Refused) and not isinstance(refused, WrongState | StaleVersion)


def conflict(request: HttpRequest, refused: ValidationError | str) -> HttpResponse:
    """409: the thing changed meanwhile or its state does not allow the step; nothing was written."""
    message = " ".join(refused.messages) if isinstance(refused, ValidationError) else refused
    context = {"message": message, "remedy_url": getattr(refused, "url", ""), "sent": request.method == "POST"}
    context["changed"] = context["sent"] and not _says_why(refused)
    return render(request, "409.html", context, status=409)


def render_part(
    request: HttpRequest, page: str, part: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """``page``, or for htmx only ``part`` of it; a cache between us tells the two apart by ``Vary``."""
    asked_by_htmx = request.headers.get("HX-Request") == "true"
    response = render(request, part if asked_by_htmx else page, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
