"""What the tests of the monthly plan share: when they look at it, and the address of December."""

from __future__ import annotations

from datetime import UTC, datetime

NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)
#: 10.00 WIB on the first Tuesday of November and of December.
NOVEMBER, DECEMBER = datetime(2026, 11, 3, 3, tzinfo=UTC), datetime(2026, 12, 1, 3, tzinfo=UTC)


def at(world, **more):
    """The parameters of the page of December at the world's site."""
    return {"month": "2026-12", "site": world.site.code, **more}
