"""Who of a line is off the floor already, in trainings that are approved (5.1.1 f)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate

from planning.enums import BookingRole
from planning.models import Booking
from planning.slots import SLOT_MINUTES, minute_of
from trainingops.people.models import PersonAssignment, RosterDay, ServiceLine, Site


@dataclass(frozen=True)
class Away:
    """Participants of approved meetings who are on shift then: key of the plan, of the person, start and end."""

    rows: tuple[tuple[int, int, datetime, datetime], ...] = ()

    def during(self, starts_at: datetime, ends_at: datetime, *, plan: int, besides: Collection[int] = ()) -> int:
        """How many are away at some time of a meeting of ``plan``, without its own and ``besides``."""
        found = {
            person
            for key, person, begins, ends in self.rows
            if key != plan and begins < ends_at and starts_at < ends and person not in besides
        }
        return len(found)

    def floor(self, zone: ZoneInfo, *, plan: int) -> dict[tuple[date, int], set[int]]:
        """Who is away in each half hour of the site, without those of ``plan``."""
        found: dict[tuple[date, int], set[int]] = {}
        for key, person, begins, ends in self.rows:
            moment = begins.astimezone(zone)
            moment -= timedelta(minutes=moment.minute % SLOT_MINUTES)
            while key != plan and moment < ends:
                found.setdefault((moment.date(), minute_of(moment.time())), set()).add(person)
                moment += timedelta(minutes=SLOT_MINUTES)
        return found


def away_of_line(*, site: Site, line: ServiceLine, since: date) -> Away:
    """Who of the line at the site is in a training from ``since`` on; one query."""
    return Away(tuple(away_rows(site=site, line=line, since=since).values_list(*COLUMNS)))


#: What a row of :func:`away_rows` says, in the order of :class:`Away`.
COLUMNS = ("planned_meeting__planned_session__plan", "person", "starts", "ends")


def away_of_texts(rows: Iterable[Sequence[str]]) -> Away:
    """The same from the texts of :data:`COLUMNS`, as :func:`~planning.queries.lookups.look_up` reads them."""
    return Away(
        tuple(
            (int(plan), int(person), datetime.fromisoformat(starts), datetime.fromisoformat(ends))
            for plan, person, starts, ends, *_rest in rows
        )
    )


def away_rows(*, site: Site, line: ServiceLine, since: date) -> QuerySet[Booking]:
    """The bookings of people of the line at the site for meetings from ``since`` on, who are on shift then.

    Somebody without roster on that day is assumed on shift, as everywhere.
    """
    day = TruncDate("planned_meeting__starts_at", tzinfo=site.zone)
    held = PersonAssignment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=OuterRef("day")),
        person=OuterRef("person"),
        site=site,
        line=line,
        starts_on__lte=OuterRef("day"),
    )
    roster = RosterDay.objects.filter(person=OuterRef("person"))
    on_shift = roster.filter(starts_at__lt=OuterRef("ends"), ends_at__gt=OuterRef("starts"))
    return (
        Booking.objects.filter(
            role=BookingRole.PARTICIPANT,
            live=True,
            during__endswith__gt=datetime.combine(since, time(), tzinfo=site.zone),
        )
        .annotate(day=day, starts=F("planned_meeting__starts_at"), ends=F("planned_meeting__ends_at"))
        .filter(Exists(held))
        .filter(Exists(on_shift) | ~Exists(roster.filter(day=OuterRef("day"))))
    )
