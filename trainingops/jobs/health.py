"""What must work for the site to be ready. Each room registers its checks when it starts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from trainingops.jobs.models import Heartbeat

#: A check returns "" when all is well, else one sentence: what is wrong and what to do.
Check = Callable[[datetime], str]

#: What mends regular work that does not happen.
CLOCK_REMEDY = "Start beat and the clock worker (manage.py up does), and check that the broker answers."

_checks: dict[str, Check] = {}


def register_check(name: str, check: Check) -> None:
    """Make a check part of readiness."""
    _checks[name] = check


def run_checks(now: datetime) -> dict[str, str]:
    """Name of each check and what it found; an empty text is good news. A check that breaks is bad news."""
    found = {}
    for name, check in sorted(_checks.items()):
        try:
            found[name] = check(now)
        except Exception as error:
            found[name] = f"{type(error).__name__}: {error}"
    return found


def heartbeat_check(name: str, *, within: timedelta, remedy: str) -> Check:
    """A check that a regular process has done its work lately."""

    def check(now: datetime) -> str:
        beat = Heartbeat.objects.filter(name=name).first()
        if beat is None:
            return f"{name} has never run. {remedy}"
        if now - beat.beat_at > within:
            return f"{name} last ran at {beat.beat_at:%Y-%m-%d %H:%M:%S} UTC. {remedy}"
        return ""

    return check


def beat(name: str, *, now: datetime) -> None:
    """Note that a regular process did its work at ``now``."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": now})
