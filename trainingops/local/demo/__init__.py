"""Demo data relative to today and one full cycle through the services; ``manage.py demo`` calls these three."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

#: Where the cycle writes the archive that it downloads and checks.
ARCHIVES = settings.LOCAL_DIR / "archives"


@dataclass(frozen=True, kw_only=True)
class Login:
    """One row of the table that the demo prints; ``link`` is the page to try first."""

    role: str
    name: str
    login: str
    password: str
    language: str
    time_zone: str
    link: str


def load(now: datetime) -> list[str]:
    """Load the demo data around ``now`` unless it is there; returns what to tell the reader, one line each."""
    del now
    return []


def run_cycle(now: datetime) -> list[str]:
    """Take one training through every stage unless that is done; returns what it made, one line each."""
    del now
    return []


def logins() -> list[Login]:
    """The people one can sign in as."""
    return []
