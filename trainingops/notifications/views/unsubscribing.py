"""Switching mails of a kind off from a mail, without signing in (NTF-4)."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from trainingops.domain import Refused
from trainingops.notifications.services import require_choice, resume_mails, stop_mails
from trainingops.notifications.unsubscribing import read_wish


# Without the token of a form: mail programs post here by themselves (RFC 8058), and no cookie is asked. What may be
# done is signed into the address.
@csrf_exempt
@never_cache
def unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """A GET shows the form and changes nothing; a POST switches off, or with ``again`` on, and says so."""
    wish = read_wish(signed)
    if wish is None:
        return render(request, "notifications/unsubscribe.html", {"state": "unknown"}, status=HTTPStatus.NOT_FOUND)
    status, state, refusal = HTTPStatus.OK, "asked", ""
    with translation.override(wish.user.language):
        try:
            require_choice(wish.kind)
            if request.method == "POST":
                state = "resumed" if "again" in request.POST else "stopped"
                act = resume_mails if state == "resumed" else stop_mails
                act(user=wish.user, kind=wish.kind.name, now=timezone.now())
        except Refused as refused:
            status, state, refusal = HTTPStatus.CONFLICT, "refused", str(refused)
        context = {"state": state, "kind": wish.kind, "reader": wish.user, "refusal": refusal}
        response = render(request, "notifications/unsubscribe.html", context, status=status)
    response.headers["Content-Language"] = wish.user.language
    return response
