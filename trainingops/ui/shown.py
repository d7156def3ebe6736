"""What a page showed, so that nobody agrees to what they did not read (UX.md APR-3).

The page writes ``<input type="hidden" name="shown" value="{{ shown }}">`` with :func:`mark`; the view hands
:func:`shown_by` to its service, and the service, its rows locked, asks :func:`require_shown`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from trainingops.domain import StaleVersion

#: What a page shows of a thing, as plain data by name; long texts and lists of people as their hash.
Shown = dict[str, Any]

_SALT = "trainingops.ui.shown"


def mark(content: Shown) -> str:
    """The signed text of the hidden field ``shown``."""
    return signing.dumps(content, salt=_SALT, compress=True)


def shown_by(request: HttpRequest) -> Shown:
    """What the page that was sent had shown; nothing where it does not say so in our own hand."""
    try:
        return dict(signing.loads(request.POST.get("shown", ""), salt=_SALT))
    except signing.BadSignature:
        return {}


def differences(then: Shown, now: Shown, names: Mapping[str, Any]) -> str:
    """What of ``names`` is another now, in words, each once; what ``then`` does not say is not compared."""
    changed = (str(name) for key, name in names.items() if key in then and then[key] != now.get(key))
    return ", ".join(dict.fromkeys(changed))


def require_shown(shown: Shown | None, now: Shown, names: Mapping[str, Any]) -> None:
    """Refuse what was sent from a page that showed something else.

    Args:
        shown: from :func:`shown_by`; None where no page was between, as in a service called by another.
        now: the same of the locked rows.
        names: the words for each key.

    Raises:
        StaleVersion: names what changed.
    """
    if shown is None or shown == now:
        return
    if changed := differences(shown, now, names):
        words = _("This has changed since you opened this page: %(what)s. Read it as it stands now, then send again.")
        raise StaleVersion(words % {"what": changed})
    raise StaleVersion(_("This page does not say what it showed you. Read it as it stands now, then send again."))
