"""The code on the screen of a class: computed from the meeting and the server's time, stored nowhere (ATT-1, ATT-3).

A code holds for its window of the server's clock and for the next one, so that whoever reads it at the last moment
still has a whole window to scan or type it: between :data:`WINDOW` and twice that.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from trainingops.people.services.codes import ALPHABET

LENGTH = 6
#: How long the screen shows one code.
WINDOW = timedelta(seconds=30)
#: For so many windows a code that is over is still known for what it was.
REMEMBERED = 30


def window_of(now: datetime) -> int:
    """The number of the window in which ``now`` (aware) lies."""
    return int(now.timestamp() // WINDOW.total_seconds())


def remaining(now: datetime) -> int:
    """Whole seconds until the next code, from 1 to the length of a window."""
    length = int(WINDOW.total_seconds())
    return length - int(now.timestamp()) % length


def code_at(key: bytes, meeting: UUID, now: datetime) -> str:
    """The code that the screen of ``meeting`` shows at ``now``."""
    return _code(key, meeting, window_of(now))


def is_valid(key: bytes, meeting: UUID, code: str, now: datetime) -> bool:
    """Whether ``code`` (:func:`tidy`) is that of the present window or of the one before."""
    window = window_of(now)
    found = [hmac.compare_digest(_code(key, meeting, each), code) for each in (window, window - 1)]
    return any(found)


def is_over(key: bytes, meeting: UUID, code: str, now: datetime) -> bool:
    """Whether ``code`` was one of this meeting's within the last quarter of an hour and holds no longer."""
    window = window_of(now)
    past = range(window - REMEMBERED, window - 1)
    return any(hmac.compare_digest(_code(key, meeting, each), code) for each in past)


def tidy(typed: str) -> str:
    """What somebody typed as a code: without blanks and dashes, in capitals; empty where it cannot be one."""
    code = "".join(typed.upper().split()).replace("-", "")
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def _code(key: bytes, meeting: UUID, window: int) -> str:
    made = hmac.new(key, meeting.bytes + window.to_bytes(8, "big", signed=True), sha256).digest()
    number, letters = int.from_bytes(made, "big"), []
    for _place in range(LENGTH):
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return "".join(letters)
