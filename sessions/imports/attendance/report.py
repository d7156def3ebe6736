"""A report of attendance laid beside a meeting: whom it means, how long they were there, what would be recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sessions.enums import AttendanceStatus, MeetingState, SessionState
from sessions.imports.attendance.presences import Line, Presence, Reading, gather, line_of
from sessions.imports.attendance.stamps import day_of_name, is_numeric, minutes_of, near, read_stamp
from sessions.imports.people import Named
from sessions.lateness import minutes_late
from sessions.models import Attendance, Enrolment, SessionMeeting
from sessions.queries.pages import recorded_at, roll_of
from sessions.services import RollCell
from sessions.services.elsewhere import CAME, names_of_other_classes, with_other_class
from trainingops.imports.registry import Batch
from trainingops.people.models import Person

#: What share of the meeting counts as having been there, in percent; the first is the default.
SHARES = ("75", "50", "60", "80", "90", "100")
#: Zones of the house; the site's own stands first.
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "UTC")


@dataclass
class Found:
    """One person of the file, with what would be recorded of them.

    Attributes:
        elsewhere: the other class in whose roll they came at that hour; nobody is present in two.
    """

    person: Person | None
    presence: Presence
    enrolment: Enrolment | None = None
    old: Attendance | None = None
    cell: RollCell | None = None
    share: int = 0
    elsewhere: str = ""

    @property
    def first(self) -> Line:
        """The row that speaks for the person."""
        lines = self.presence.lines
        return min(lines, key=lambda line: (bool(line.problems), line.waiting, line.row.number))

    @property
    def is_unreadable(self) -> bool:
        return any(line.problems for line in self.presence.lines)

    @property
    def is_same(self) -> bool:
        """Whether what would be recorded is what stands there already."""
        new, old = self.cell, self.old
        if new is None or old is None:
            return False
        late = new.minutes_late if new.status == AttendanceStatus.LATE else 0
        recorded = old.minutes_late if old.status == AttendanceStatus.LATE else 0
        return (new.status, late, new.minutes_left_early) == (old.status, recorded, old.minutes_left_early)

    @property
    def came(self) -> bool:
        """Whether the roll says so already."""
        return self.old is not None and self.old.status in CAME

    @property
    def is_conflict(self) -> bool:
        """Whether something else is recorded already."""
        return self.cell is not None and self.old is not None and bool(self.old.status) and not self.is_same


@dataclass
class Report:
    """A file of attendance and the meeting that it is about."""

    meeting: SessionMeeting
    zone: ZoneInfo
    reading: Reading
    lines: list[Line]
    people: list[Found] = field(default_factory=list)
    missing: list[Enrolment] = field(default_factory=list)
    other_day: datetime | None = None
    numeric: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the meeting takes attendance now."""
        taken = self.meeting.state in (MeetingState.OPEN, MeetingState.CONCLUDED)
        return taken and self.meeting.training_session.state == SessionState.OPEN

    @property
    def may_replace(self) -> bool:
        """Whether what was recorded may be changed: afterwards that is a correction."""
        return self.meeting.state == MeetingState.OPEN

    @property
    def conflicts(self) -> list[Found]:
        return [each for each in self.people if each.is_conflict]

    @property
    def open_ended(self) -> list[Found]:
        """Those who never left by the file, before anybody says until when they stayed."""
        return [each for each in self.people if any(line.event == "joined" for line in _last(each.presence))]

    @property
    def has_times(self) -> bool:
        return any(line.stays for line in self.lines)

    def local(self, moment: datetime, zone: ZoneInfo | None = None) -> datetime:
        """A moment as the clock of the file shows it."""
        return moment.astimezone(zone or self.zone).replace(tzinfo=None)

    def moment(self, stamp: datetime) -> datetime:
        """A time of the file as a moment."""
        return stamp.replace(tzinfo=self.zone)

    @property
    def window(self) -> tuple[datetime, datetime]:
        """The meeting on the clock of the file."""
        return self.window_in(self.zone)

    def window_in(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The meeting on the clock of a zone: as it was held where it began later or ended earlier than planned."""
        starts = max(self.meeting.starts_at, self.meeting.actual_starts_at or self.meeting.starts_at)
        ends = min(self.meeting.ends_at, self.meeting.actual_ends_at or self.meeting.ends_at)
        if ends <= starts:
            starts, ends = self.meeting.starts_at, self.meeting.ends_at
        return self.local(starts, zone), self.local(ends, zone)

    @property
    def better_zone(self) -> str:
        """A zone in which those enrolled would have been there for much more of the meeting; empty without one."""
        enrolled = [each.presence for each in self.people if each.enrolment]

        def seconds(zone: str) -> int:
            return sum(presence.inside(*self.window_in(ZoneInfo(zone))) for presence in enrolled)

        best = max(ZONES, key=seconds)
        return best if 2 * seconds(best) > 3 * seconds(self.zone.key) else ""


def _last(presence: Presence) -> list[Line]:
    events = [line for line in presence.lines if line.event]
    return [max(events, key=lambda line: line.stays[0].joined)] if events else []


def zone_question(batch: Batch) -> str:
    """The name of the question for the zone: its answer is remembered for the layout and whose account it is."""
    return f"zone_{batch.user.pk}"


def report_of(batch: Batch) -> Report | None:
    """The file laid beside its meeting; ``None`` without a meeting. Read once a batch, in three queries."""
    meeting = batch.origin.subject
    if meeting is None:
        return None
    if "report" not in batch.kept:
        batch.kept["report"] = _report(batch, meeting)
    report: Report = batch.kept["report"]
    return report


def _report(batch: Batch, meeting: SessionMeeting) -> Report:
    answered = batch.answer(zone_question(batch))
    zone = ZoneInfo(answered) if answered in ZONES else meeting.training_session.site.zone
    day = meeting.starts_at.astimezone(zone).date()
    cells = [cell for row in batch.rows for name in ("joined", "left") if (cell := row.cells.get(name))]
    cells += [text for stays in batch.facts.get("stays", {}).values() for stay in stays for text in stay if text]
    stated = batch.facts.get("meeting", {}).get("starts", "")
    month_first = near([*cells, *([stated] if stated else [])], day)[True]
    named = day_of_name(batch.origin.file_name)
    reading = Reading(month_first, (named or day) if batch.facts.get("times_only") else None)
    lines = [line_of(row, reading, batch.facts) for row in batch.rows]
    report = Report(meeting, zone, reading, lines, numeric=any(is_numeric(cell) for cell in [*cells, stated]))
    report.other_day = _other_day(report, stated)
    if report.other_day is None:
        _refuse_future(report, batch.now)
    _gather(batch, report)
    _compare(batch, report)
    return report


def _other_day(report: Report, stated: str) -> datetime | None:
    """A time of the file, where none of its times lies within a day of the meeting."""
    times = [stay.joined for line in report.lines for stay in line.stays]
    if not times and (said := read_stamp(stated, month_first=report.reading.month_first)):
        times = [said]
    day = report.window[0].date()
    return min(times) if times and all(abs((each.date() - day).days) > 1 for each in times) else None


def _refuse_future(report: Report, now: datetime) -> None:
    """Nobody has joined or left in a minute that has not come, as on the roll: mostly the zone is another one."""
    for line in report.lines:
        for name in ("joined", "left"):
            times = [at for stay in line.stays if (at := getattr(stay, name))]
            if any(report.moment(at.replace(second=0, microsecond=0)) > now for at in times):
                line.problems.append((name, "not_yet"))


def _gather(batch: Batch, report: Report) -> None:
    """The people of the file in the order of their first row."""
    named = Named(batch, [line.row for line in report.lines], ids=("employee_no", "email", "upn"), name="name")
    groups: dict[Any, tuple[Person | None, list[Line]]] = {}
    for line in report.lines:
        person = named.person(line.row)
        key = person.pk if person else (line.row.text("email") or line.row.text("name")).casefold()
        groups.setdefault(key, (person, []))[1].append(line)
    ends = report.window[1] if batch.answer("end") == "ends" else None
    wins = bool(batch.facts.get("duration_wins"))
    most = _length(batch.facts.get("meeting", {}), report.reading)
    report.people = [Found(person, gather(lines, ends=ends, wins=wins, most=most)) for person, lines in groups.values()]
    batch.kept["named"] = named


def _length(said: Mapping[str, str], reading: Reading) -> int | None:
    """Seconds of the meeting by the file itself."""
    starts, ends = (reading.stamp(said.get(name, "")) for name in ("starts", "ends"))
    return max(int((ends - starts).total_seconds()), 0) if starts and ends else None


def _compare(batch: Batch, report: Report) -> None:
    """Lay the roll beside it: what would be recorded of whom, and who is not in the file."""
    roll = {each.person_id: each for each in with_other_class(roll_of(report.meeting), report.meeting)}
    others = names_of_other_classes(roll.values(), batch.user)
    for each in report.people:
        if each.person is not None:
            each.enrolment = roll.pop(each.person.pk, None)
        if each.enrolment is not None:
            each.old = recorded_at(each.enrolment)
            each.cell, each.share = _proposed(batch, report, each)
            each.elsewhere = others.get(each.enrolment.pk, "")
    report.missing = list(roll.values())


def _proposed(batch: Batch, report: Report, found: Found) -> tuple[RollCell | None, int]:
    """The cell that the file gives, and the share of the meeting in percent; no cell below the share that counts.

    Late is late from the first minute (:func:`sessions.lateness.minutes_late`); leaving within the tolerance of the
    plan, which a report shows of nearly everybody, is none. Minutes are against the plan, as on the roll.
    """
    starts, ends = report.window
    presence = found.presence
    inside = presence.inside(starts, ends)
    share = int(100 * inside // (ends - starts).total_seconds())
    least = int(batch.answer("share") or SHARES[0])
    if found.is_unreadable or report.other_day or share < least or found.enrolment is None:
        return None, share
    tolerance = report.meeting.training_session.tolerance_minutes
    late = minutes_late(report.meeting, report.moment(presence.joined)) if presence.joined else 0
    early = 0
    if presence.left and minutes_of(ends - presence.left) > tolerance:
        early = max(minutes_of(report.local(report.meeting.ends_at) - presence.left), 0)
    return (
        RollCell(
            enrolment=found.enrolment.pk,
            status=AttendanceStatus.LATE if late else AttendanceStatus.PRESENT,
            version=found.old.version if found.old else 0,
            minutes_late=late,
            minutes_left_early=early,
        ),
        share,
    )
