"""The due date of a case waits while its person is away for long (5.3.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse

from sessions.enums import OPEN_CASES
from sessions.models import RecoveryCase
from sessions.notices import about
from sessions.services.outcomes import lock_cases
from sessions.suspension import READ_KINDS, Absence, Clock, clock_of, long_absences
from trainingops.audit.journal import record, service
from trainingops.notifications.services import notify
from trainingops.people.models import LongLeave, RosterDay, User
from trainingops.people.shifts import LONG_ABSENCE
from trainingops.ui.stored import Stored, stored_day, stored_moment

#: How far ahead of its first due date the roster is read for a case.
AHEAD = timedelta(days=120)


@service
def suspend_cases(*, now: datetime, actor: User | None = None, people: Collection[int] | None = None) -> int:
    """Bring the due dates of open cases in line with the long absences of their people, and tell who answers for them.

    Right when called late, twice or at once: the due date follows from roster and leave, never from the one before.

    Args:
        people: whose cases; all open ones when missing.

    Returns:
        how many cases have another due date, or another absence, than before.
    """
    rows = RecoveryCase.objects.filter(state__in=OPEN_CASES)
    if people is not None:
        rows = rows.filter(enrolment__person__in=people)
    wrong = _to_change(rows, now)
    if not wrong:
        return 0
    _plans, locked = lock_cases(wrong)
    wanted = _to_change(RecoveryCase.objects.filter(pk__in=[each.pk for each in locked], state__in=OPEN_CASES), now)
    changed = [each for each in locked if each.pk in wanted]
    for case in changed:
        _set(case, wanted[case.pk], actor, now)
    RecoveryCase.objects.bulk_update(changed, ["due_at", "suspension", "suspended_from", "suspended_until"])
    return len(changed)


def clocks_of(cases: Collection[RecoveryCase], now: datetime) -> dict[int, Clock]:
    """Until when each case is due, by its key; two queries. The cases bring their session with its site."""
    if not cases:
        return {}
    absences = _absences(cases)
    return {
        case.pk: clock_of(
            opened_at=case.opened_at,
            first_due_at=case.first_due_at,
            absences=absences.get(case.enrolment.person_id, ()),
            zone=case.enrolment.training_session.site.zone,
            now=now,
        )
        for case in cases
    }


def _absences(cases: Iterable[RecoveryCase]) -> dict[int, list[Absence]]:
    """The long absences of the people of some cases."""
    people = {case.enrolment.person_id for case in cases}
    first = min(case.opened_at for case in cases).date() - timedelta(days=2 * LONG_ABSENCE)
    last = (max(case.first_due_at for case in cases) + AHEAD).date()
    days = RosterDay.objects.filter(person__in=people, day__range=(first, last), code__kind__in=READ_KINDS)
    roster: dict[int, dict[date, str]] = {}
    for person, day, kind in days.values_list("person", "day", "code__kind").order_by():
        roster.setdefault(person, {})[day] = kind
    leaves: dict[int, list[tuple[date, date | None]]] = {}
    for person, starts_on, ends_on in LongLeave.objects.filter(person__in=people).values_list(
        "person", "starts_on", "ends_on"
    ):
        leaves.setdefault(person, []).append((starts_on, ends_on))
    return {person: long_absences(roster.get(person, {}), leaves.get(person, ())) for person in people}


def _to_change(rows: QuerySet[RecoveryCase], now: datetime) -> dict[int, Clock]:
    """Of these cases those whose due date or absence is another by now."""
    cases = list(rows.select_related("enrolment__training_session__site"))
    clocks = clocks_of(cases, now)
    return {case.pk: clocks[case.pk] for case in cases if _stands(case) != _as_stored(clocks[case.pk])}


def _stands(case: RecoveryCase) -> tuple[datetime, str, date | None, date | None]:
    return case.due_at, case.suspension, case.suspended_from, case.suspended_until


def _as_stored(clock: Clock) -> tuple[datetime, str, date | None, date | None]:
    absence = clock.absence
    if absence is None:
        return clock.due_at, "", None, None
    return clock.due_at, absence.kind, absence.first, absence.last


def _set(case: RecoveryCase, clock: Clock, actor: User | None, now: datetime) -> None:
    """Another absence is journalled and told; of one without end the due date alone moves on day by day."""
    before, wanted = _stands(case), _as_stored(clock)
    case.due_at, case.suspension, case.suspended_from, case.suspended_until = wanted
    if before[1:] == wanted[1:] and case.suspended_until is None:
        return
    verb = "case.suspended" if case.suspension else "case.resumed"
    detail = {"why": case.suspension, "from": case.suspended_from, "until": case.suspended_until}
    data = {"from": before[0], "due_at": case.due_at}
    record(verb, subject=case, actor=actor, now=now, data=data, detail=detail if case.suspension else None)
    if case.suspended_from is None:
        return
    training_session = case.enrolment.training_session
    notify(
        kind="recovery_suspended",
        recipients=[each for each in (case.owner, case.leader) if each is not None],
        subject=case,
        step=f"{case.suspended_from} {case.suspended_until}",
        url=reverse("case_detail", args=[case.uuid]),
        params={
            "name": case.enrolment.person.name,
            "title": training_session.plan.title,
            **_span(case.suspended_from, case.suspended_until),
            "due": stored_moment(case.due_at, training_session.site.zone),
        },
        now=now,
    )
    if held := case.class_in_absence():
        notify(
            kind="recovery_in_absence",
            recipients=[case.owner],
            subject=case,
            step=f"{held.uuid} {case.suspended_from} {case.suspended_until}",
            url=reverse("case_detail", args=[case.uuid]),
            params=about(held, name=case.enrolment.person.name, **_span(case.suspended_from, case.suspended_until)),
            now=now,
        )


def _span(first: date, last: date | None) -> dict[str, Stored]:
    """First and last day of an absence, in the reader's words."""
    return {"since": stored_day(first), "until": stored_day(last) if last else "…"}
