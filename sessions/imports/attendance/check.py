"""Attendance from the reports of Zoom, Microsoft Teams and Google Meet, or a sheet like them (ATT-8, IMP-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sessions.enums import AttendanceSource
from sessions.imports.attendance import meet, teams, zoom
from sessions.imports.attendance.presences import Reading, line_of
from sessions.imports.attendance.report import SHARES, ZONES, Found, Report, report_of, zone_question
from sessions.imports.attendance.wording import PROBLEMS, presence_words, recorded_words
from sessions.imports.people import Named
from sessions.models import Attendance, SessionMeeting, TrainingSession
from sessions.policies import can_run_session
from sessions.queries.pages import roll_of
from sessions.services import RollCell, record_roll
from trainingops.imports.identity import EMPLOYEE_NO
from trainingops.imports.preview import PERSON_UNKNOWN
from trainingops.imports.registry import Batch, Change, Checked, Column, Importer, Question, Row, RowStatus, Source
from trainingops.imports.subjects import Subject
from trainingops.people.enums import Role
from trainingops.ui.moments import moment_words

if TYPE_CHECKING:
    from trainingops.imports.models import ImportRun
    from trainingops.people.models import User

#: How many names a notice lists.
_NAMED = 12


@dataclass(frozen=True)
class Recorded:
    """A cell of a roll that a report gives, with the import that it comes from."""

    meeting: SessionMeeting
    cell: RollCell
    run: ImportRun | None


def read_attendance(source: Source) -> Source:
    """The table of a report, whichever application wrote it; other files stay as they are."""
    return zoom.recognise(source) or teams.recognise(source) or meet.recognise(source) or source


def ask_attendance(batch: Batch) -> list[Question]:
    """What the report leaves open: the zone of its clock, the share that counts, an end, and who was recorded."""
    report = report_of(batch)
    if report is None:
        return []
    asked = []
    if report.has_times:
        asked.append(_zone_question(batch, report))
    shares = [(each, _("%(share)s %% of the meeting, or more") % {"share": each}) for each in SHARES]
    asked.append(_question("share", _("How much of the meeting counts as having been there?"), shares))
    if report.open_ended:
        asked.append(_end_question(report))
    if report.conflicts and report.may_replace:
        asked.append(_conflict_question(len(report.conflicts)))
    return asked


def _zone_question(batch: Batch, report: Report) -> Question:
    site = report.meeting.training_session.site
    zones = dict.fromkeys([site.zone.key, *ZONES])
    named = [(key, f"{_zone_word(report, key)} ({key})") for key in zones]
    return _question(
        zone_question(batch),
        _("In which zone are the times of the file?"),
        [each for each in named if each[0] in ZONES],
    )


def _zone_word(report: Report, key: str) -> str:
    return moment_words(report.meeting.starts_at, key, "time").rsplit(" ", 1)[-1]


def _end_question(report: Report) -> Question:
    at = moment_words(report.moment(report.window[1]), report.meeting.training_session.site.zone, "time")
    choices = [
        ("open", _("That stays unknown.")),
        ("ends", _("Until the end of the meeting, %(at)s.") % {"at": at}),
    ]
    names = ", ".join(each.first.row.text("name") for each in report.open_ended[:_NAMED])
    text = _("There is no time of leaving for %(names)s. Until when were they there?") % {"names": names}
    return _question("end", text, choices, each_time=True)


def _conflict_question(count: int) -> Question:
    text = ngettext(
        "Something else is recorded already for %(n)d person. What holds?",
        "Something else is recorded already for %(n)d people. What holds?",
        count,
    )
    choices = [("keep", _("What is recorded stays.")), ("replace", _("The file replaces it."))]
    return _question("conflicts", text % {"n": count}, choices, each_time=True)


def _question(name: str, text: str, choices: Sequence[tuple[str, str]], *, each_time: bool = False) -> Question:
    return Question(name=name, text=text, choices=choices, asked=lambda _rows: True, each_time=each_time)


def check_attendance(batch: Batch) -> list[Checked]:
    """What the report would record of everybody enrolled; who is not in it stays not recorded (ATT-7)."""
    report = report_of(batch)
    found = {row.number: Checked(row, key=row.text("name")) for row in batch.rows}
    if report is None:
        for row in batch.rows:
            _refuse(found[row.number], line_of(row, Reading(month_first=False), batch.facts).problems)
            found[row.number].leave()
        return list(found.values())
    for line in report.lines:
        _refuse(found[line.row.number], line.problems)
    named: Named = batch.kept["named"]
    for each in report.people:
        _check_person(batch, report, each, found, named)
    _notices(batch, report)
    return [*found.values(), *_missing(report, len(batch.rows))]


def _refuse(checked: Checked, problems: Sequence[tuple[str, str]]) -> None:
    for column, code in problems:
        checked.refuse(column, code, PROBLEMS[code]())


def _check_person(batch: Batch, report: Report, each: Found, found: dict[int, Checked], named: Named) -> None:
    """The first row speaks for the person, the others say that they are counted there."""
    main = found[each.first.row.number]
    for line in each.presence.lines:
        checked = found[line.row.number]
        if line in each.presence.repeated:
            checked.leave(_("Says what another row says; counted once."))
        elif line.waiting:
            checked.leave(_("Waiting room; no attendance."))
        elif checked is not main:
            checked.leave(_("Counted with row %(row)d.") % {"row": main.row.number})
    if main.is_bad:
        return
    if each.person is not None:
        main.key = f"{each.person.employee_no} {each.person.name}"
    main.leave(presence_words(report, each))
    if each.person is None:
        words = _("Nobody of the session has this id. Choose the person above, or leave it: the row is not written.")
        main.warn(named.column(main.row), PERSON_UNKNOWN, words)
    elif each.enrolment is None:
        main.warn("", "not_enrolled", _("Not enrolled in this session; not written."))
    elif each.is_unreadable:
        main.warn("", "row_unreadable", _("Another row of them cannot be read; not written. Correct that row."))
    else:
        _check_enrolled(batch, report, each, main)
    _warn(each, main)


def _check_enrolled(batch: Batch, report: Report, each: Found, main: Checked) -> None:
    """New, the same, a conflict, or below the share."""
    if each.cell is None:
        why = _("on another day") if report.other_day else _("below the share that counts")
        main.said = f"{main.said}; {_stays(why, each.old)}"
        return
    if not report.is_open:
        return
    if each.elsewhere and not each.came:
        words = _("Recorded in %(other)s at that hour; not written. Have the attendance there corrected first.")
        main.warn("", "elsewhere", words % {"other": each.elsewhere})
        return
    main.data = Recorded(report.meeting, each.cell, batch.origin.run)
    main.changes = [Change(_("Attendance"), recorded_words(each.old), recorded_words(each.cell))]
    if each.is_same:
        main.status, main.changes = RowStatus.SAME, []
        main.said += f"; {recorded_words(each.old)}"
    elif not each.is_conflict:
        main.status = RowStatus.NEW
    elif report.may_replace and batch.answer("conflicts") == "replace":
        main.status = RowStatus.CHANGED
    else:
        by = str(each.old.recorded_by or "") if each.old else ""
        main.warn("", "recorded_already", _("Recorded by %(who)s; that stays.") % {"who": by})


def _warn(each: Found, main: Checked) -> None:
    if each.presence.may_overlap:
        rows = ", ".join(str(line.row.number) for line in each.presence.lines)
        words = _("Rows %(rows)s have no times and may overlap; they count at most as long as the meeting.")
        main.warn("minutes", "may_overlap", words % {"rows": rows})


def _stays(why: str, old: Attendance | None) -> str:
    return _("%(why)s: stays “%(recorded)s”") % {"why": why, "recorded": recorded_words(old)}


def _missing(report: Report, rows: int) -> list[Checked]:
    """Those enrolled who are in no row: nobody is marked absent by a file."""
    found = []
    for enrolment in report.missing:
        old = getattr(enrolment, "recorded", None)
        person = enrolment.person
        checked = Checked(Row(rows + 1, {}), key=f"{person.employee_no} {person.name}")
        checked.leave(_stays(_("Not in the file"), old))
        found.append(checked)
    return found


def _notices(batch: Batch, report: Report) -> None:
    """How the file is read, and what it does not tell."""
    meeting, zone = report.meeting, report.meeting.training_session.site.zone
    said = {"day": moment_words(meeting.starts_at, zone, "weekday")}
    if not report.is_open:
        batch.notices.append(_("Attendance is recorded while the meeting is under way. Open it, then check again."))
    if report.other_day:
        said["found"] = moment_words(report.moment(report.other_day), zone, "weekday")
        words = _(
            "The file is of %(found)s, the meeting of %(day)s. Nothing is written; choose the file of that meeting."
        )
        batch.notices.append(words % said)
    elif report.numeric:
        order = _("month first") if report.reading.month_first else _("day first")
        batch.notices.append(_("Dates are read %(order)s: the meeting is of %(day)s.") % {**said, "order": order})
    if not report.has_times:
        batch.notices.append(_("The file has no times of joining and leaving: nobody is late or leaves early by it."))
    elif not report.other_day and (better := report.better_zone):
        words = _("Read in %(zone)s, people were there for more of the meeting. Check the zone in the answers.")
        batch.notices.append(words % {"zone": _zone_word(report, better)})
    if batch.system == teams.TEAMS and batch.facts.get("duration_wins"):
        batch.notices.append(_("The file has no list of activities: the durations are those of its participants."))


def apply_attendance(*, rows: Sequence[Checked], actor: User, now: datetime) -> None:
    """Record the cells of the rows given, through the roll."""
    if not rows:
        return
    first: Recorded = rows[0].data
    record_roll(
        meeting=first.meeting,
        cells=[row.data.cell for row in rows],
        actor=actor,
        now=now,
        source=AttendanceSource.IMPORTED,
        imported=first.run,
    )


def _meeting(user: User, uuid: UUID) -> SessionMeeting | None:
    sessions = TrainingSession.objects.visible_to_staff(user)
    rows = SessionMeeting.objects.select_related(
        "training_session__plan__pic", "training_session__site", "training_session__line"
    )
    return rows.filter(uuid=uuid, training_session__in=sessions).first()


def _meeting_words(meeting: SessionMeeting) -> str:
    number, zone = meeting.training_session.number, meeting.training_session.site.zone
    return f"{number}, {moment_words(meeting.starts_at, zone, 'short')}"


def _enrolled(meeting: SessionMeeting) -> list[tuple[str, str]]:
    return [(each.person.employee_no, each.person.name) for each in roll_of(meeting)]


MEETING = Subject(
    find=_meeting,
    may=lambda user, meeting: can_run_session(user, meeting.training_session),
    words=_meeting_words,
    url=lambda meeting: reverse("meeting_roll", args=[meeting.uuid]),
    people=_enrolled,
    chosen_at="session_list",
    hint=gettext_lazy("It begins on the page of a meeting's attendance."),
)

ATTENDANCE = Importer(
    name="attendance",
    label=gettext_lazy("Report of attendance"),
    about=gettext_lazy("Who joined an online meeting and for how long, from Zoom, Microsoft Teams or Google Meet."),
    columns=(
        Column(
            name="name",
            label=gettext_lazy("Name shown"),
            required=True,
            headings=("Name (Original Name)", "Name", "Full Name", "First name", "Nama", "Nama Lengkap"),
            example="CC0101 Siti",
        ),
        Column(name="last_name", label=gettext_lazy("Last name"), headings=("Last name", "Surname", "Nama Belakang")),
        EMPLOYEE_NO,
        Column(
            name="email",
            label=gettext_lazy("Mail address"),
            headings=("User Email", "Email", "Email Address", "Alamat Email"),
            example="siti@contoh.id",
        ),
        Column(
            name="upn",
            label=gettext_lazy("Log-in ID"),
            headings=("Participant ID (UPN)", "ID Peserta (UPN)", "UPN"),
            example="siti",
        ),
        Column(
            name="joined",
            label=gettext_lazy("Joined at"),
            headings=("Join Time", "First Join", "Time joined", "Timestamp", "Waktu Bergabung", "Pertama Bergabung"),
            example="2026-11-24 09:02:10",
        ),
        Column(
            name="left",
            label=gettext_lazy("Left at"),
            headings=("Leave Time", "Last Leave", "Time exited", "Waktu Keluar", "Terakhir Keluar"),
            example="2026-11-24 10:58:40",
        ),
        Column(
            name="minutes",
            label=gettext_lazy("Duration"),
            headings=(
                "Duration (Minutes)",
                "Total Duration (Minutes)",
                "In-Meeting Duration",
                "Durasi",
                "Durasi Dalam Rapat",
            ),
            example=116,
        ),
        Column(name="waiting", label=gettext_lazy("Waiting room"), headings=("In waiting room", "Ruang Tunggu")),
        Column(name="action", label=gettext_lazy("Joined or left"), headings=("User Action", "Tindakan")),
    ),
    roles=frozenset({Role.TRAINER, Role.SSO_TRAINING}),
    check=check_attendance,
    apply=apply_attendance,
    asks=ask_attendance,
    reshape=read_attendance,
    subject=MEETING,
    keeps_file=True,
    max_rows=5_000,
)
