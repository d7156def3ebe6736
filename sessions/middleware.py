"""What somebody may open who came by a PIN at a shared PC: the step that they chose, and nothing else (ATT-8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sessions import shared_pc

#: Where a page of a step leads when somebody leaves it.
_LEAVES = {"my_trainings", "home"}


class SharedPCMiddleware:
    """A log-in by PIN opens the pages of its steps; any other address ends it and shows the entry of the PC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        by_pin = shared_pc.signed_in_by_pin(request)
        response = self.get_response(request)
        if by_pin:
            response.headers["Cache-Control"] = "no-store"
            if not shared_pc.signed_in_by_pin(request):
                shared_pc.leave_nothing(response)
        return response

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name == "shared_pc_start" and _sent_again(request, kwargs):
            return redirect("shared_pc")
        if not shared_pc.signed_in_by_pin(request):
            return None
        request.bare = True  # type: ignore[attr-defined]
        if name in ("shared_pc", "shared_pc_choice", "set_language"):
            return None
        for step in shared_pc.STEPS.values():
            if name == step.ends and (words := step.receipt(request, kwargs)):
                return _receipt(request, words)
            if name == step.ends or name in step.pages:
                return None
        if name in _LEAVES:
            return redirect("shared_pc_choice")
        shared_pc.next_person(request)
        return redirect("shared_pc")


def _sent_again(request: HttpRequest, kwargs: dict[str, Any]) -> bool:
    """A second tap on "turn on": the first has signed the trainer out, and this browser is in the mode already."""
    is_out = request.method == "POST" and not request.user.is_authenticated
    return is_out and shared_pc.meeting_of_browser(request) == kwargs.get("uuid")


def _receipt(request: HttpRequest, words: str) -> HttpResponse:
    """The receipt, with which the person is signed out; after a while the next one finds the entry."""
    name = str(request.user)
    shared_pc.next_person(request)
    response = render(request, "sessions/shared_pc_receipt.html", {"words": words, "name": name})
    response.headers["Refresh"] = f"20; url={reverse('shared_pc')}"
    return response
