"""Whether a class makes up for what was missed: when it may lie and how long it lasts (clauses 4.2, 5.3.1).

The procedure asks that everybody on target gets the training, and on schedule. So a class of recovery lasts at least
as long as what its people missed and ends before their cases are due. What falls short of that is a deviation from the
plan that was approved: it needs a written reason, the manager reads it and acknowledges it as any other (4.2). A batch
of a plan was approved at its length for the same module version and scoring scheme: there only the due date counts,
and the reason stands with the case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from planning.queries.roster import hindered_at, some_names
from planning.services.drafting import LONGEST_MEETING
from sessions.enums import CaseCause, DeviationKind
from sessions.models import RecoveryCase
from sessions.services.deviations import Difference
from trainingops.domain import Refused
from trainingops.people.models import Site
from trainingops.ui.moments import day_words, moment_words
from trainingops.ui.stored import stored_moment, stored_span

#: No class of recovery begins later than this after its cases are due, or after today where they are due already.
FARTHEST = timedelta(days=90)

Times = Sequence[tuple[datetime, datetime]]


def check_times(times: Times, cases: Iterable[RecoveryCase], site: Site, now: datetime) -> None:
    """A class to come, as long as a meeting of a plan may be, in sight of its due date and in the shift of its people.

    Raises:
        Refused: it lies in the past or too far ahead, ends before it starts, is longer than twelve hours, or is
            overtime for somebody or in their long leave.
    """
    cases = list(cases)
    due_at = min(case.due_at for case in cases)
    for start, end in times:
        _check_meeting(start, end, site, now)
        check_not_far(start, due_at, site, now)
    require_on_shift(times, cases, site, field="starts_at")


def require_on_shift(times: Times, cases: Iterable[RecoveryCase], site: Site, *, field: str) -> None:
    """Raise ``Refused`` where somebody is away then, or comes in overtime, which only a plan orders.

    Away are long leave, and what the roster has of that day: leave, sick, excused, duty travel.
    """
    names = {case.enrolment.person_id: case.enrolment.person.name for case in cases}
    hindered = hindered_at(times, names, site)
    if hindered.leaves:
        away = sorted(f"{names[person]} ({_days_words(*leave)})" for person, leave in hindered.leaves.items())
        raise Refused(
            _("On long leave then: %(names)s. Choose a time outside it, or leave them out of this class.")
            % {"names": some_names(away)},
            field=field,
            code="leave",
        )
    if hindered.absent:
        absent = sorted(f"{names[person]} ({how.label})" for person, how in hindered.absent.items())
        raise Refused(
            _("Away then by the roster: %(names)s. Choose another day, or leave them out of this class.")
            % {"names": some_names(absent)},
            field=field,
            code="absent",
        )
    if hindered.overtime:
        raise Refused(
            _(
                "Overtime without an order and consent, by the roster as it is now: %(names)s. "
                "Choose a time within their shift, or another form of recovery."
            )
            % {"names": some_names(sorted(names[person] for person in hindered.overtime))},
            field=field,
            code="overtime",
        )


def check_not_far(start: datetime, due_at: datetime, site: Site, now: datetime) -> None:
    """Raises ``Refused`` for a class more than ninety days after ``due_at``; a slip of the year is one."""
    latest = max(due_at, now) + FARTHEST
    if start > latest:
        raise Refused(
            _(
                "The start %(start)s is more than %(days)d days after the case is due (%(due)s). "
                "Choose one up to %(latest)s."
            )
            % {
                "start": moment_words(start, site.zone),
                "days": FARTHEST.days,
                "due": moment_words(due_at, site.zone),
                "latest": moment_words(latest, site.zone),
            },
            field="starts_at",
        )


def shortcomings(times: Times, cases: Sequence[RecoveryCase], site: Site) -> list[Difference]:
    """What a class lacks: it ends after a case is due, or is shorter than what one of its people missed."""
    found = []
    due_at, ends_at = min(case.due_at for case in cases), max(end for _start, end in times)
    if ends_at > due_at:
        found.append(
            Difference(DeviationKind.DATE, [(stored_moment(due_at, site.zone), stored_moment(ends_at, site.zone))])
        )
    missed, lasts = longest_missed(cases), sum((end - start for start, end in times), timedelta(0))
    if lasts < missed:
        found.append(Difference(DeviationKind.DURATION, [(stored_span(missed), stored_span(lasts))]))
    return found


def require_reason_for(found: Iterable[Difference], reason: str) -> None:
    """Raise ``Refused`` when a class lacks something and nobody wrote why; both values and the remedy are named."""
    if reason.strip():
        return
    for each in found:
        words = (
            _(
                "The class ends %(actual)s, after the case is due: %(planned)s. "
                "Choose an earlier time or write the reason."
            )
            if each.kind == DeviationKind.DATE
            else _("The class lasts %(actual)s, and %(planned)s were missed. Let it end later or write the reason.")
        )
        raise Refused(words % {"planned": each.planned, "actual": each.actual}, field="reason")


def longest_missed(cases: Iterable[RecoveryCase]) -> timedelta:
    """What the person who missed most of all has to make up for; the cases bring their meetings."""
    missed: dict[int, timedelta] = {}
    for case in cases:
        key = case.enrolment.person_id
        missed[key] = missed.get(key, timedelta(0)) + missed_in(case)
    return max(missed.values(), default=timedelta(0))


def missed_in(case: RecoveryCase) -> timedelta:
    """How much of the meeting of a recovery case was missed: late by, left early by, or all of what was held.

    A meeting counts as it was planned, or as it was held where that was shorter.
    """
    if case.cause in (CaseCause.LATE, CaseCause.LEFT_EARLY) and case.minutes:
        return timedelta(minutes=case.minutes)
    meeting = case.meeting
    if meeting is None:
        return timedelta(0)
    planned = meeting.ends_at - meeting.starts_at
    if meeting.actual_starts_at is None or meeting.actual_ends_at is None:
        return planned
    held = meeting.actual_ends_at - meeting.actual_starts_at
    return min(planned, timedelta(minutes=held.total_seconds() // 60))


def _days_words(first: date, last: date | None) -> str:
    """First and last day of a leave; the last open while nobody knows it."""
    return f"{day_words(first, 'dated')} – {day_words(last, 'dated') if last else '…'}"


def _check_meeting(start: datetime, end: datetime, site: Site, now: datetime) -> None:
    said = {"start": moment_words(start, site.zone), "end": moment_words(end, site.zone)}
    if start <= now:
        raise Refused(
            _("The start %(start)s lies in the past; it is %(now)s. Choose a time to come.")
            % {**said, "now": moment_words(now, site.zone)},
            field="starts_at",
        )
    if end <= start:
        raise Refused(
            _("The class ends at %(end)s, not after its start at %(start)s. Give a later end.") % said, field="ends_at"
        )
    if end - start > LONGEST_MEETING:
        raise Refused(
            _("From %(start)s to %(end)s is longer than 12 hours. Give an earlier end.") % said, field="ends_at"
        )
