"""The same form sent twice acts once: its key is stored in the transaction of what it does (DESIGN.md §5.8).

Every form of the house carries a key (``{% csrf_token %}`` writes it) and every view is wrapped here (``urls.py``), so
that no page has to think of it.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from trainingops.audit.journal import recorded, service
from trainingops.audit.models import IdempotencyKey

#: The hidden field that holds the key.
FIELD = "once"
_NOT_CONTENT = {FIELD, "csrfmiddlewaretoken"}
View = Callable[..., Any]


def sent_once(view: View) -> View:
    """Wrap ``view`` so that a POST sent twice with the same key and content acts once and leads to the same page.

    A POST without a key (a script's, a saved cell's), or of nobody who is signed in, simply acts.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.POST.get(FIELD, "")[:64] if request.method == "POST" else ""
        if not key or "\0" in key or not request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return answer_once(
            request=request, key=key, content=content_of(request), act=lambda: view(request, *args, **kwargs)
        )

    return guarded


@service
def answer_once(*, request: Any, key: str, content: str, act: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of ``act``, or the way to the first answer when this key has acted with this content.

    A second request waits for the first one's commit. The key is kept when the act left an entry in the journal and
    led on to another page; a form that came back with its errors may be sent again. Somebody who goes back and sends
    the same page with other content means it: only the last content counts as sent.

    Args:
        key: the form's.
        content: see :func:`content_of`.
        act: the view. What it raises leaves the key unused and nothing written.
    """
    kept = _claim(request, key, content)
    if kept.content == content and not kept.is_new:
        messages.info(request, _("This form had been sent already. It counted once; this is its result."))
        return HttpResponseRedirect(kept.location)
    before = recorded()
    response = act()
    keys = IdempotencyKey.objects.filter(pk=kept.pk)
    if recorded() > before and isinstance(response, HttpResponseRedirect):
        if (kept.content, kept.location) != (content, response.url):
            keys.update(content=content, location=response.url)
    elif kept.is_new:
        keys.delete()
    return response


@dataclass(frozen=True)
class _Kept:
    """A key as it stands, locked until the transaction ends."""

    pk: int
    content: str
    location: str
    is_new: bool


#: A row that this statement makes has no earlier version: ``xmax`` is 0.
_CLAIM = """
INSERT INTO audit_idempotencykey AS kept ("user", key, created_at, content, location) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT ("user", key) DO UPDATE SET key = excluded.key
RETURNING kept.id, kept.content, kept.location, kept.xmax = 0
"""


def _claim(request: Any, key: str, content: str) -> _Kept:
    """The key, made or found, by one statement that waits for a request at work with it.

    Most forms that are saved again and again, such as grids, lead back to their own page: a new key says so at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [request.user.uuid, key, request.now, content, request.get_full_path()[:500]])
        return _Kept(*cursor.fetchone())


def content_of(request: HttpRequest) -> str:
    """SHA-256 over the address and what was sent to it, without key and token."""
    found = hashlib.sha256(repr(request.get_full_path()).encode())
    for name, values in sorted(request.POST.lists()):
        if name not in _NOT_CONTENT:
            found.update(repr((name, values)).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            found.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                found.update(chunk)
            file.seek(0)
    return found.hexdigest()
