"""A PC that several people share, in check-in mode for one meeting (ATT-8).

The mode is a signed cookie of that browser, set by who runs the class. A PIN opens a log-in that can do a few
:class:`Step`s and nothing else (``sessions.middleware``); it ends with the step. What a person may do at a shared PC
besides checking in is registered here at the start, by this stage or a later one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.core import signing
from django.http import HttpRequest, HttpResponse

from trainingops.domain import Registry

if TYPE_CHECKING:
    from sessions.models import Enrolment, SessionMeeting

COOKIE = "shared_pc"
#: In the Django session of somebody who came by a PIN: the uuid of the meeting.
BY_PIN = "shared_pc"
#: A log-in by PIN ends at the latest after so long; each step ends it before.
LONGEST = timedelta(hours=3)
_SALT = "trainingops.sessions.shared_pc"


@dataclass(frozen=True)
class Offer:
    """What a step offers somebody now: words for the button, where it leads, and whether they go on with it."""

    label: str
    url: str
    begun: bool = False


@dataclass(frozen=True)
class Step:
    """Something that a person may do at a shared PC after their PIN: a test, a survey.

    Attributes:
        name: unique.
        offer: from the meeting and the person's enrolment to what is open to them now, or None.
        pages: names of the addresses that it needs.
        ends: the name of the address that shows the receipt: the person is signed out with it.
        receipt: from the request and the address's arguments to the receipt's words; empty while there is nothing
            handed in, and the page itself is shown.
    """

    name: str
    offer: Callable[[SessionMeeting, Enrolment], Offer | None]
    pages: frozenset[str]
    ends: str
    receipt: Callable[[Any, dict[str, Any]], str]


STEPS: Registry[Step] = Registry("step at a shared PC")


def meeting_of_browser(request: HttpRequest) -> UUID | None:
    """The meeting for which this browser is in check-in mode; None where it is not, or the cookie is not ours."""
    try:
        return UUID(signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None


def begin(response: HttpResponse, meeting: SessionMeeting, now: datetime) -> None:
    """Put the browser that gets ``response`` into check-in mode: until a day after the planned start at most."""
    response.set_cookie(
        COOKIE,
        signing.dumps(meeting.uuid.hex, salt=_SALT),
        max_age=max(meeting.starts_at + timedelta(days=1) - now, timedelta(hours=1)),
        secure=settings.SECURE_ON,
        httponly=True,
        samesite="Lax",
    )


def end(response: HttpResponse) -> None:
    """Take the browser out of check-in mode."""
    response.delete_cookie(COOKIE, samesite="Lax")


def signed_in_by_pin(request: HttpRequest) -> bool:
    """Whether whoever is signed in came by a PIN."""
    return BY_PIN in request.session


def next_person(request: HttpRequest) -> None:
    """Sign out whoever came by a PIN; somebody who is signed in with a password stays."""
    if signed_in_by_pin(request):
        logout(request)


def leave_nothing(response: HttpResponse) -> None:
    """Tell the browser to forget what it showed; its cookies stay, they hold the mode."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
