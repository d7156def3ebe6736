"""The roster as workforce management keeps it (5.1.1 f)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.people.enums import ShiftKind
from trainingops.people.models import Person, RosterDay, ShiftCode, Site, User
from trainingops.people.policies import can_keep_roster
from trainingops.people.signals import absences_changed

_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class ShiftEntry:
    """A code with its meaning; working ones with their local times (an end at or before the start is the next day)."""

    code: str
    name: str
    kind: str
    starts_at: time | None = None
    ends_at: time | None = None

    @property
    def is_working(self) -> bool:
        return self.kind == ShiftKind.WORK


@dataclass(frozen=True)
class RosterSlot:
    """What one cell of a roster says: the code, and the instants of a working shift in the zone of the site."""

    entry: ShiftEntry
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class RosterRow:
    """The days of one person, with the place that decides who may write them."""

    person: Person
    site_id: int
    line_id: int
    days: Mapping[date, RosterSlot]


@service
def save_roster(*, rows: Sequence[RosterRow], actor: User, now: datetime) -> int:
    """Write the days given; days known already get the new code. Codes that are new are added first.

    Returns:
        how many days were written.

    Raises:
        NotAllowed: somebody works outside the actor's scope.
        Refused: a working code without times.
    """
    for site_id, line_id in {(row.site_id, row.line_id) for row in rows}:
        require(can_keep_roster(actor, site_id=site_id, line_id=line_id))
    codes = _codes({slot.entry.code: slot.entry for row in rows for slot in row.days.values()})
    days = [
        RosterDay(
            person=row.person, day=day, code=codes[slot.entry.code], starts_at=slot.starts_at, ends_at=slot.ends_at
        )
        for row in rows
        for day, slot in row.days.items()
    ]
    if not days:
        return 0
    RosterDay.objects.bulk_create(
        days,
        update_conflicts=True,
        unique_fields=["person", "day"],
        update_fields=["code", "starts_at", "ends_at"],
        batch_size=_ROWS_AT_ONCE,
    )
    dates = [each.day for each in days]
    record(
        "roster.saved",
        subject=Site.objects.get(pk=rows[0].site_id),
        actor=actor,
        now=now,
        data={"people": len(rows), "days": len(days), "first": min(dates), "last": max(dates)},
    )
    absences_changed.send(sender=RosterDay, people=[row.person.pk for row in rows], actor=actor, now=now)
    return len(days)


def _codes(entries: Mapping[str, ShiftEntry]) -> dict[str, ShiftCode]:
    """The stored codes; those not stored yet are added."""
    bare = sorted(e.code for e in entries.values() if e.is_working and (e.starts_at is None or e.ends_at is None))
    if bare:
        raise Refused(
            _("Without times: %(codes)s. Give the start and the end of the shift.") % {"codes": ", ".join(bare)}
        )
    ShiftCode.objects.bulk_create(
        (
            ShiftCode(
                code=entry.code,
                name=entry.name,
                kind=entry.kind,
                is_working=entry.is_working,
                starts_at=entry.starts_at,
                ends_at=entry.ends_at,
            )
            for entry in entries.values()
        ),
        ignore_conflicts=True,
    )
    return {row.code: row for row in ShiftCode.objects.filter(code__in=entries)}
