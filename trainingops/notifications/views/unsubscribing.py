"""Switching mails of a kind off from a mail, without signing in (NTF-4)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from trainingops.domain import Refused
from trainingops.notifications.enums import BY_MAIL, Channel
from trainingops.notifications.services import require_choice, resume_mails, stop_mails
from trainingops.notifications.unsubscribing import read_wish


# Without the token of a form: mail programs post here by themselves (RFC 8058), and no cookie is asked. What may be
# done is signed into the address.
@csrf_exempt
@never_cache
def unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """A GET shows the form and changes nothing; a POST switches off, or with ``again`` on as before, and says so."""
    wish = read_wish(signed)
    if wish is None:
        return render(request, "notifications/unsubscribe.html", {"state": "unknown"}, status=HTTPStatus.NOT_FOUND)
    status, state, refusal, before = HTTPStatus.OK, "asked", "", Channel.MAIL
    with translation.override(wish.user.language):
        try:
            require_choice(wish.kind)
            about: dict[str, Any] = {"user": wish.user, "kind": wish.kind.name, "now": timezone.now()}
            if "again" in request.POST:
                state = "resumed"
                resume_mails(**about, channel=_as_before(request.POST["again"]))
            elif request.method == "POST":
                before = stop_mails(**about)
                state = "off" if before == Channel.OFF else "stopped"
        except Refused as refused:
            status, state, refusal = HTTPStatus.CONFLICT, "refused", str(refused)
        context = {"state": state, "kind": wish.kind, "reader": wish.user, "refusal": refusal, "before": before}
        response = render(request, "notifications/unsubscribe.html", context, status=status)
    response.headers["Content-Language"] = wish.user.language
    return response


def _as_before(value: str) -> Channel:
    """The channel that the page of the stop named; mail at once where it names none that brings mails."""
    return Channel(value) if value in BY_MAIL else Channel.MAIL
