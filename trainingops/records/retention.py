"""How long evidence is kept (clause 6): two calendar years, counted as DESIGN.md §2 says. Pure."""

from __future__ import annotations

from datetime import date


def retain_until(basis: date, years: int) -> date:
    """The last day on which evidence must be kept, to its end at the site.

    Args:
        basis: the later of the day the evidence is about and the end of what it supports.
        years: calendar years, 2 by the procedure.

    Returns:
        The same day ``years`` later; 29 February ends on 28 February.
    """
    try:
        return basis.replace(year=basis.year + years)
    except ValueError:
        return basis.replace(year=basis.year + years, day=28)
