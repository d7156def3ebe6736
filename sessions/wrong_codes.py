"""How often a code may be guessed: by person and address, never by an address alone (ATT-6).

A class sits behind one address, so its typing errors do not add up to a lock. Whoever is not signed in is at most
asked to sign in first; then the count is their own.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.http import HttpRequest

from trainingops.audit.access_events import client_address, record_access
from trainingops.audit.models import AccessEvent

WITHIN = timedelta(minutes=10)
#: Wrong codes of one person from one address, and from everywhere.
FROM_ADDRESS = 10
IN_ALL = 40
#: Wrong codes of people who are not signed in, from one address, until it asks them to sign in.
OF_STRANGERS = 60
_ABOUT = "check-in code"


def note_wrong_code(request: HttpRequest, *, now: datetime) -> None:
    """Count a code that no screen showed; what was typed is not kept."""
    user = request.user if request.user.is_authenticated else None
    record_access(AccessEvent.Kind.REFUSAL, user=user, request=request, subject=user, now=now, data={"about": _ABOUT})


def too_many(request: HttpRequest, *, now: datetime) -> bool:
    """Whether this person (or, of those not signed in, this address) has guessed too often of late."""
    address = client_address(request)
    recent = AccessEvent.objects.filter(kind=AccessEvent.Kind.REFUSAL, occurred_at__gt=now - WITHIN, data__about=_ABOUT)
    if not request.user.is_authenticated:
        return recent.filter(subject=None, address=address).count() >= OF_STRANGERS
    found = recent.filter(subject=request.user.uuid).aggregate(
        here=Count("pk", filter=Q(address=address)), all=Count("pk")
    )
    return bool(found["here"] >= FROM_ADDRESS or found["all"] >= IN_ALL)
