"""Pages for what could not be done: each says what happened and what to do (UX.md EMP-1)."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render


def method_not_allowed(request: HttpRequest, methods: Iterable[str]) -> HttpResponse:
    """405: the address exists, but not for this kind of request."""
    response = HttpResponseNotAllowed(sorted(methods))
    response.content = render(request, "405.html").content
    return response


def conflict(request: HttpRequest, refused: ValidationError | str) -> HttpResponse:
    """409: the thing changed meanwhile or its state does not allow the step; nothing was written."""
    message = " ".join(refused.messages) if isinstance(refused, ValidationError) else refused
    return render(request, "409.html", {"message": message}, status=409)
