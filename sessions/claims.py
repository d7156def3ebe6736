"""What a valid code earns: ten minutes to sign in and confirm, with the time of the scan (ATT-2).

The claim is a signed cookie of the browser that scanned. It stands in no address, so that nobody sends it along to a
colleague elsewhere; a log-in leaves it as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing

LIFETIME = timedelta(minutes=10)
#: The browser keeps it longer, so that an expired claim is told from none.
KEPT = timedelta(hours=1)
COOKIE = "check_in"
_SALT = "trainingops.sessions.claim"


@dataclass(frozen=True)
class Claim:
    """A scan: of which meetings the code was (one, but for a chance in millions), when, how, and the code itself."""

    meetings: tuple[UUID, ...]
    at: datetime
    source: str
    code: str

    def holds(self, now: datetime) -> bool:
        """Whether it may still be confirmed."""
        return self.at <= now < self.at + LIFETIME

    def pack(self) -> str:
        """Signed, for the cookie."""
        meetings = [each.hex for each in self.meetings]
        return signing.dumps([meetings, self.at.isoformat(), self.source, self.code], salt=_SALT)


def unpack(text: str) -> Claim | None:
    """The claim of a cookie; None where it is not one of ours."""
    try:
        meetings, at, source, code = signing.loads(text, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return Claim(tuple(map(UUID, meetings)), datetime.fromisoformat(at), source, code)


def claim_for(before: Claim | None, *, meetings: tuple[UUID, ...], source: str, code: str, now: datetime) -> Claim:
    """The claim of a scan now. An earlier one of the same meeting still holds: who scans again did not come later."""
    if before is not None and before.holds(now) and before.meetings == meetings:
        return before
    return Claim(meetings, now, source, code)
