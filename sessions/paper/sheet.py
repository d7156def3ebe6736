"""The printed attendance list, blank or with what is recorded: to be signed by hand, and no record (PRN-2, PRN-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from sessions.enums import AttendanceStatus
from sessions.models.attendance import absence_reason_name
from sessions.paper.codes import address_of
from sessions.queries.pages import meetings_of, recorded_at, roll_of
from trainingops.records.frames import procedure_in_force
from trainingops.records.models import Clause
from trainingops.records.registry import get_kind
from trainingops.ui.moments import day_words, hours_words, moment_words

if TYPE_CHECKING:
    from sessions.models import Attendance, Enrolment, PaperSheet, SessionMeeting

STYLESHEET = settings.BASE_DIR / "static" / "print" / "sheet.css"
#: The language of the forms of the procedure.
LANGUAGE = "id"
#: One mask for every code, as on records: trying all eight takes as long as ten rows.
QR_MASK = 2


def draw(sheet: PaperSheet) -> bytes:
    """The PDF of a print, with those enrolled now."""
    # Drawing loads 60 MB of libraries that a web process never needs.
    from trainingops.records.rendering import draw_sheet

    return draw_sheet(page_of(sheet), stylesheet=STYLESHEET)


def page_of(sheet: PaperSheet) -> str:
    """The page as XHTML, in the language of the forms."""
    with translation.override(LANGUAGE):
        return render_to_string("sessions/print/sheet.html", _context(sheet))


def _context(sheet: PaperSheet) -> dict[str, Any]:
    meeting = sheet.meeting
    training_session = meeting.training_session
    zone, kind = training_session.site.zone, get_kind("attendance")
    day = meeting.starts_at.astimezone(zone).date()
    procedure = procedure_in_force(day)
    clause = Clause.objects.filter(source=Clause.Source.PROCEDURE, number=kind.clauses[0]).first()
    people = list(roll_of(meeting).select_related("team"))
    printed = {"name": sheet.printed_by.name, "time": moment_words(sheet.printed_at, zone)}
    return {
        "sheet": sheet,
        "training_session": training_session,
        "organisation": settings.ENV.organisation,
        "unit": settings.ENV.unit,
        "form": f"{kind.form_number}, Rev {kind.form_revision}",
        "procedure": procedure,
        "in_force": day_words(procedure.effective_on),
        "clause": clause,
        "printed": _("Printed by %(name)s, %(time)s") % printed,
        "qr": _qr(sheet),
        "which": _which(meeting),
        "zone": moment_words(meeting.starts_at, zone, "time").rsplit(" ", 1)[-1],
        "ident_rows": _ident(meeting, day_words(day, "weekday")),
        "rows": [_row(each) for each in people],
        "spare": range(len(people) + 1, len(people) + 1 + sheet.spare_rows),
    }


def _qr(sheet: PaperSheet) -> str:
    """Strong enough for a stain or a fold on the paper; one drawing serves every page."""
    import segno

    drawing = segno.make(address_of(sheet.code), error="q", micro=False, mask=QR_MASK).svg_inline(
        border=0, omitsize=True, dark="#10201a", title=f"QR {sheet.number}"
    )
    return mark_safe(drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def _which(meeting: SessionMeeting) -> str:
    meetings = meetings_of(meeting.training_session)
    place = next((at for at, each in enumerate(meetings, start=1) if each.pk == meeting.pk), 1)
    return _("meeting %(n)d of %(all)d") % {"n": place, "all": max(len(meetings), 1)}


def _ident(meeting: SessionMeeting, day: str) -> list[list[tuple[str, str]]]:
    training_session = meeting.training_session
    planned, plan, revision = training_session.planned, training_session.plan, training_session.revision
    taught = meeting.meeting_trainers.select_related("trainer").order_by("trainer__name")
    pairs = [
        (_("Day, date"), day),
        ("PIC", plan.pic.name),
        (_("Time"), hours_words(meeting.starts_at, meeting.ends_at, training_session.site.zone)),
        (_("Trainers"), ", ".join(each.trainer.name for each in taught)),
        (
            _("Place"),
            ", ".join(each for each in (planned.room.name if planned.room else "", training_session.site.name) if each),
        ),
        (_("Module"), str(training_session.module_version)),
        (_("Service line"), training_session.line.name),
        (_("Plan"), plan.number + (f", rev. {revision.number}" if revision else "")),
    ]
    return [pairs[at : at + 2] for at in range(0, len(pairs), 2)]


def _row(enrolment: Enrolment) -> dict[str, str]:
    recorded = recorded_at(enrolment)
    return {
        "employee_no": enrolment.person.employee_no,
        "name": enrolment.person.name,
        "team": str(enrolment.team or ""),
        "state": "" if recorded is None or not recorded.status else str(AttendanceStatus(recorded.status).label),
        "remark": "" if recorded is None else _remark(recorded),
    }


def _remark(recorded: Attendance) -> str:
    """What the roll says beside the state: how late, how early gone, why absent."""
    if recorded.status == AttendanceStatus.ABSENT and recorded.reason:
        return absence_reason_name(recorded.reason.code, recorded.reason.name)
    parts = []
    if recorded.status == AttendanceStatus.LATE:
        parts.append(_("%(n)d minutes") % {"n": recorded.minutes_late})
    if recorded.minutes_left_early:
        parts.append(_("left %(n)d minutes early") % {"n": recorded.minutes_left_early})
    return ", ".join(parts)
