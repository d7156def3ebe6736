"""The one word for how somebody came out of a session: page, record, report and mail read it here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from sessions.enums import AttendanceStatus, Verdict
from trainingops.ui.figures import format_figure

if TYPE_CHECKING:
    from sessions.models import SessionResult

_HERE = {AttendanceStatus.PRESENT, AttendanceStatus.LATE}


def stayed_away(attendance: Iterable[str]) -> bool:
    """Whether somebody was absent wherever they were recorded; blank is no absence."""
    statuses = set(attendance)
    return AttendanceStatus.ABSENT in statuses and not statuses & _HERE


def verdict(*, passed: bool | None, incomplete: bool, attendance: Iterable[str], trained: bool = True) -> Verdict:
    """How somebody came out; blank, zero and absent are three things (SCR-5, DESIGN.md §2).

    Who stayed away and has not made up for it did not take part, whatever scores stand in their name.

    Args:
        passed: what the scheme says, None without a complete result.
        incomplete: some scores are there, others are missing.
        attendance: the status at each meeting; blank where nobody recorded it, which is no absence.
        trained: whether every meeting was attended or recovered; nobody passes before that (clause 4.3).
    """
    if stayed_away(attendance) and (passed is None or not trained):
        return Verdict.ABSENT
    if passed:
        return Verdict.PASSED if trained else Verdict.NOT_TRAINED
    if passed is not None:
        return Verdict.NOT_PASSED
    return Verdict.INCOMPLETE if incomplete else Verdict.NOT_SCORED


def verdict_for(result: SessionResult | None, attendance: Iterable[str], *, trained: bool) -> Verdict:
    """The same of a stored result, or of none."""
    return verdict(
        passed=result.passed if result else None,
        incomplete=result is not None,
        attendance=attendance,
        trained=trained,
    )


def verdict_of(person: Mapping[str, Any]) -> Verdict:
    """The same of one person of :func:`sessions.queries.facts.session_facts`, or of the frozen content of a report."""
    return verdict(
        passed=person["passed"],
        incomplete=person["status"] is not None,
        attendance=[cell["status"] for cell in person["attendance"]],
        trained=person["trained"],
    )


def percentage_words(test: Mapping[str, Any] | None, places: int, *, none: str = "–") -> str:
    """A test of such a person as its percentage; ``none`` without a test.

    While a short answer waits for its mark there are no points, and so no figure either: neither a zero nor the
    "0" that contents frozen before say.
    """
    if test is None:
        return none
    if test["points"] is None:
        return _("waiting for marking")
    return format_figure(Decimal(test["percentage"]), places)
