"""The codes of the roster: what they mean, their times, and the times of one site (5.1.1 f).

A day of a roster keeps the instants that held when it was written: a change here is for the rosters that come.
"""

from __future__ import annotations

from datetime import datetime, time

from django.utils.translation import gettext as _

from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.people.enums import ShiftKind
from trainingops.people.models import RosterDay, ShiftCode, ShiftHours, Site, User
from trainingops.people.policies import can_keep_codes, can_set_hours
from trainingops.people.services.roster import ShiftEntry


@service
def add_shift_code(*, entry: ShiftEntry, actor: User, now: datetime) -> ShiftCode:
    """A code that rosters may use from now on; it is kept in capitals, as imports read it.

    Raises:
        NotAllowed: no keeper of the whole house's roster.
        Refused: the code exists, or a shift lacks its times.
    """
    require(can_keep_codes(actor))
    code = entry.code.strip().upper()
    _check_times(entry)
    if ShiftCode.objects.filter(code__iexact=code).exists():
        raise Refused(
            _("“%(code)s” exists already. Change it there, or choose another.") % {"code": code}, field="code"
        )
    made = ShiftCode.objects.create(code=code, **_values(entry))
    record("shift_code.added", subject=made, actor=actor, now=now, data=_facts(made))
    return made


@service
def change_shift_code(*, shift_code: ShiftCode, entry: ShiftEntry, actor: User, now: datetime) -> ShiftCode:
    """Correct name or times of a code; rosters that are written stay as they are.

    Raises:
        NotAllowed: no keeper of the whole house's roster.
        Refused: another meaning for a code that a roster uses, or a shift without times.
    """
    require(can_keep_codes(actor))
    shift_code = ShiftCode.objects.select_for_update(no_key=True).get(pk=shift_code.pk)
    _check_times(entry)
    if entry.kind != shift_code.kind and (used := days_used(shift_code)):
        raise Refused(
            _("%(code)s stands in %(days)d days of the roster as “%(kind)s”. Add another code for another meaning.")
            % {"code": shift_code.code, "days": used, "kind": shift_code.get_kind_display()},
            field="kind",
        )
    before = _facts(shift_code)
    for name, value in _values(entry).items():
        setattr(shift_code, name, value)
    shift_code.save()
    if not shift_code.is_working:
        shift_code.hours.all().delete()
    after = _facts(shift_code)
    record("shift_code.changed", subject=shift_code, actor=actor, now=now, data={"before": before, "after": after})
    return shift_code


@service
def remove_shift_code(*, shift_code: ShiftCode, actor: User, now: datetime) -> None:
    """Take away a code that no roster uses.

    Raises:
        NotAllowed: no keeper of the whole house's roster.
        Refused: a roster uses it: it is kept, with when.
    """
    require(can_keep_codes(actor))
    shift_code = ShiftCode.objects.select_for_update().get(pk=shift_code.pk)
    if used := days_used(shift_code):
        raise Refused(
            _("%(code)s stands in %(days)d days of the roster and is kept.") % {"code": shift_code.code, "days": used}
        )
    record("shift_code.removed", subject=shift_code, actor=actor, now=now, data=_facts(shift_code))
    shift_code.delete()


@service
def set_shift_hours(
    *,
    shift_code: ShiftCode,
    site: Site,
    starts_at: time | None,
    ends_at: time | None,
    actor: User,
    now: datetime,
) -> None:
    """Give a working code its own times at one site; both blank: the times of the house hold again.

    Raises:
        NotAllowed: the roster of the site is not the actor's.
        Refused: the code is no shift, or one of the times is missing.
    """
    require(can_set_hours(actor, site))
    if not shift_code.is_working:
        raise Refused(_("%(code)s is no shift and has no times.") % {"code": shift_code.code}, field="starts_at")
    if (starts_at is None) != (ends_at is None):
        missing = "ends_at" if ends_at is None else "starts_at"
        raise Refused(_("Give both start and end, or neither for the times of the house."), field=missing)
    if starts_at is None or ends_at is None:
        ShiftHours.objects.filter(code=shift_code, site=site).delete()
    else:
        ShiftHours.objects.update_or_create(
            code=shift_code, site=site, defaults={"starts_at": starts_at, "ends_at": ends_at}
        )
    data = {"site": site.uuid, "starts_at": _iso(starts_at), "ends_at": _iso(ends_at)}
    record("shift_code.hours_set", subject=shift_code, actor=actor, now=now, data=data)


def days_used(shift_code: ShiftCode) -> int:
    """In how many days of the roster the code stands."""
    return RosterDay.objects.filter(code=shift_code).count()


def _check_times(entry: ShiftEntry) -> None:
    if entry.is_working and (entry.starts_at is None or entry.ends_at is None):
        missing = "starts_at" if entry.starts_at is None else "ends_at"
        raise Refused(_("A shift needs its start and its end."), field=missing)


def _values(entry: ShiftEntry) -> dict[str, object]:
    """The columns of a code; what is no shift has no times."""
    return {
        "name": entry.name.strip(),
        "kind": entry.kind,
        "is_working": entry.is_working,
        "starts_at": entry.starts_at if entry.is_working else None,
        "ends_at": entry.ends_at if entry.is_working else None,
    }


def _facts(code: ShiftCode) -> dict[str, object]:
    return {
        "code": code.code,
        "name": code.name,
        "kind": ShiftKind(code.kind).value,
        "starts_at": _iso(code.starts_at),
        "ends_at": _iso(code.ends_at),
    }


def _iso(clock: time | None) -> str | None:
    return clock.isoformat("minutes") if clock else None
