"""The demo's roster of last month, this one and the next, and what is not an ordinary day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from planning.completeness import Snapshot
from planning.enums import Consent
from planning.models import OvertimeOrder, PlanRevision
from planning.services import answer_overtime, mark_day, order_overtime
from trainingops.local.demo.cast import Cast
from trainingops.people.enums import Role, ShiftKind
from trainingops.people.models import Person
from trainingops.people.queries import present_assignments
from trainingops.people.services import RosterRow, RosterSlot, ShiftEntry, save_roster
from trainingops.people.shifts import span

_CODES = {
    code: ShiftEntry(code, name, kind, starts_at, ends_at)
    for code, name, kind, starts_at, ends_at in (
        ("P", "Pagi", ShiftKind.WORK, time(7), time(15)),
        ("MD", "Middle", ShiftKind.WORK, time(9), time(18)),
        ("S", "Siang", ShiftKind.WORK, time(14), time(22)),
        ("M", "Malam", ShiftKind.WORK, time(22), time(6)),
        ("OFF", "Libur", ShiftKind.OFF, None, None),
        ("CT", "Cuti tahunan", ShiftKind.LEAVE, None, None),
        ("SKT", "Sakit", ShiftKind.SICK, None, None),
        ("DL", "Dinas luar", ShiftKind.DUTY, None, None),
    )
}
_ROTATION = ("P", "P", "S", "S", "M", "M", "OFF", "OFF")
#: Every so many agents: one is away for these days around today.
_AWAY = {5: ("CT", range(1, 6)), 11: ("SKT", range(-2, 0)), 17: ("DL", range(2, 4))}


def load_roster(cast: Cast, now: datetime) -> int:
    """Three months around ``now`` for the agents; returns how many days."""
    today = now.astimezone(cast.jakarta.zone).date()
    first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    last = (today.replace(day=1) + timedelta(days=70)).replace(day=1) - timedelta(days=1)
    agents = Person.objects.working().filter(user__role_assignments__role=Role.AGENT)
    people = list(agents.exclude(user__role_assignments__role__in=[Role.TRAINER, Role.QC]).order_by("employee_no"))
    places = present_assignments([person.pk for person in people], now)
    rows = []
    for index, person in enumerate(people):
        place = places.get(person.pk)
        if place is None:
            continue
        days = {}
        for step in range((last - first).days + 1):
            day = first + timedelta(days=step)
            entry = _CODES[_code(index, day, today)]
            times = (
                span(day, entry.starts_at, entry.ends_at, place.site.zone) if entry.starts_at and entry.ends_at else ()
            )
            days[day] = RosterSlot(entry, *times)
        rows.append(RosterRow(person, place.site_id, place.line_id, days))
    return save_roster(rows=rows, actor=cast.administrator, now=now)


def _code(index: int, day: date, today: date) -> str:
    """Two of three work middle shifts on weekdays, the others rotate through the night; a few are away."""
    for each, (code, days) in _AWAY.items():
        if index % each == each - 1 and (day - today).days in days:
            return code
    if index % 3 == 0:
        return _ROTATION[(day.toordinal() + index) % len(_ROTATION)]
    return "MD" if day.weekday() < 5 else "OFF"


def load_exceptions(cast: Cast, revision: PlanRevision, now: datetime) -> int:
    """A marked day, and overtime ordered for those of a draft whose meeting lies outside their shift."""
    today = now.astimezone(cast.jakarta.zone).date()
    mark_day(
        site=cast.jakarta,
        line=cast.inbound,
        day=today - timedelta(days=9),
        reason="Gangguan aplikasi SBG, antrean dialihkan",
        actor=cast.manager,
        now=now,
    )
    return _order(revision, "Batch terakhir sebelum tarif baru berlaku; shift lain sudah penuh.", now)


def settle_overtime(revision: PlanRevision, now: datetime) -> None:
    """Overtime of what awaits its decision, ordered when the roster came, and agreed to on paper."""
    _order(revision, "Sesi terakhir bulan ini; roster baru terbit setelah rencana diajukan.", now)
    for order in OvertimeOrder.objects.filter(plan=revision.plan, withdrawn_at=None):
        answer_overtime(
            order=order, consent=Consent.GIVEN, note="Formulir lembur 41/XI/2026", actor=revision.plan.pic, now=now
        )


def _order(revision: PlanRevision, reason: str, now: datetime) -> int:
    """Overtime for everybody who needs it; returns how many orders."""
    late = [row for row in Snapshot(revision, now).ahead if not row.is_settled]
    if not late:
        return 0
    return order_overtime(
        revision=revision,
        pairs=[(row.person, row.meeting.uuid) for row in late],
        reason=reason,
        ordered_by="Ratna Prameswari, Manajer Operasional",
        actor=revision.plan.pic,
        now=now,
    )
