"""Attendance list and test results as records (clauses 5.3.1, 6): what goes on the page, when it should exist."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import F, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.models import TrainerProfile
from sessions.enums import BEYOND_TARGET, CHECKED_IN, HELD, AttendanceStatus, CaseCause, MeetingState, Verdict
from sessions.explanations import assessors_of
from sessions.models.attendance import absence_reason_name
from sessions.queries.facts import session_facts
from sessions.queries.ledger import on_target
from sessions.queries.visibility import READS_WHOLE
from sessions.verdicts import percentage_words, verdict_of
from trainingops.people.models import Person
from trainingops.records.models import EvidenceRequest
from trainingops.records.registry import EvidenceKind, register_kind
from trainingops.records.services import request_evidence
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words, hours_words, moment_words

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from sessions.models import TrainingSession
    from trainingops.people.models import User

ATTENDANCE = "attendance"
TEST_RESULTS = "test_results"


def register() -> None:
    """Make the two forms known; called when the app starts."""
    register_kind(
        EvidenceKind(
            name=ATTENDANCE,
            label=gettext_lazy("Attendance list"),
            prefix="DH",
            form_number="FR-CC-TRN-03",
            template="sessions/print/attendance.html",
            title_began="Daftar Hadir ",
            template_version="5",
            clauses=("5.3.1", "6"),
            iso_clauses=("7.2",),
            # It names everybody of a class; Operation and team leaders read pages, which know scopes.
            readers=READS_WHOLE,
            expected=partial(_missing, ATTENDANCE),
            expected_title=gettext_lazy("Attendance list of %(what)s"),
        )
    )
    register_kind(
        EvidenceKind(
            name=TEST_RESULTS,
            label=gettext_lazy("Test results"),
            prefix="HT",
            form_number="FR-CC-TRN-05",
            template="sessions/print/test_results.html",
            title_began="Hasil Tes ",
            template_version="7",
            clauses=("5.1.2", "6"),
            iso_clauses=("7.2", "9.1"),
            readers=READS_WHOLE,
            expected=partial(_missing, TEST_RESULTS),
            expected_title=gettext_lazy("Test results of %(what)s"),
        )
    )


def request_attendance(training_session: TrainingSession, *, actor: Any, now: datetime, why: str = "") -> None:
    """Order the attendance list, inside the service that ends a session, or changes it afterwards (``why``)."""
    with translation.override("id"):
        payload = _base(training_session, _("Attendance list"), "5.3.1") | _attendance(training_session)
        payload |= _version(ATTENDANCE, training_session, why, now)
    _request(ATTENDANCE, training_session, payload, actor, now)


def request_test_results(training_session: TrainingSession, *, actor: Any, now: datetime, why: str = "") -> None:
    """Order the test results, each with how it came about; ``why`` says what changed them afterwards."""
    with translation.override("id"):
        payload = _base(training_session, _("Test results"), "5.1.2") | _results(training_session)
        payload |= _version(TEST_RESULTS, training_session, why, now)
    _request(TEST_RESULTS, training_session, payload, actor, now)


def _request(kind: str, training_session: TrainingSession, payload: dict[str, Any], actor: Any, now: datetime) -> None:
    zone = training_session.site.zone
    ends = training_session.meetings.exclude(actual_ends_at=None).values_list("actual_ends_at", flat=True)
    last = max((each for each in ends if each), default=training_session.ends_at)
    request_evidence(
        kind=kind,
        subject=training_session,
        title=training_session.number,
        payload=payload,
        evidence_date=last.astimezone(zone).date(),
        actor=actor,
        now=now,
        training=training_session.plan,
        site=training_session.site,
        line=training_session.line,
    )


def _version(kind: str, training_session: TrainingSession, why: str, now: datetime) -> dict[str, Any]:
    """A record that replaces an earlier one says so; the earlier one stays."""
    if not why:
        return {}
    number = EvidenceRequest.objects.filter(kind=kind, subject=training_session.uuid).count() + 1
    at = moment_words(now, training_session.site.zone)
    note = _("Replaces the version before it. Changed on %(at)s: %(why)s") % {"at": at, "why": why}
    return {"version": _("version %(n)d") % {"n": number}, "notes": [note]}


def _base(training_session: TrainingSession, title: str, clause: str) -> dict[str, Any]:
    """What both pages say about the session."""
    zone, planned, plan = training_session.site.zone, training_session.planned, training_session.plan
    revision = training_session.revision
    place = " · ".join(each for each in (planned.room.name if planned.room else "", training_session.site.name) if each)
    start, end = training_session.starts_at, training_session.ends_at
    return {
        "title": title,
        "subtitle": plan.title,
        "subtitle_more": f"{training_session.number}, {training_session.label}",
        "clause": clause,
        "zone": moment_words(start, zone, "time").rsplit(" ", 1)[-1],
        "ident": [
            [_("Planned time"), _planned(start, end, zone)],
            ["PIC", plan.pic.name],
            [_("Place"), place],
            [_("Trainers"), ", ".join(_trainers(training_session))],
            [_("Module"), str(training_session.module_version)],
            [_("Service line"), training_session.line.name],
            [_("Plan"), plan.number + (f", rev. {revision.number}" if revision else "")],
            [_("Kind"), training_session.get_kind_display()],
            [_("Concluded by"), _concluded(training_session)],
            [_("Tolerated lateness"), _("%(n)d minutes") % {"n": training_session.tolerance_minutes}],
        ],
        "signatures": [],
    }


def _planned(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """One day with its hours, or from one moment to another."""
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    if first != last:
        return f"{moment_words(start, zone)} – {moment_words(end, zone)}"
    return f"{day_words(first, 'weekday')}, {hours_words(start, end, zone)}"


def _concluded(training_session: TrainingSession) -> str:
    """Who ended the session, and when."""
    if training_session.concluded_by is None or training_session.concluded_at is None:
        return ""
    moment = moment_words(training_session.concluded_at, training_session.site.zone)
    return f"{training_session.concluded_by.name}, {moment}"


def _trainers(training_session: TrainingSession) -> list[str]:
    taught = TrainerProfile.objects.filter(pk__in=training_session.meetings.values("meeting_trainers__trainer"))
    return [each.name for each in taught.order_by("name")]


def _people(training_session: TrainingSession) -> dict[str, Person]:
    enrolled = Person.objects.filter(enrolments__training_session=training_session)
    return {str(person.uuid): person for person in enrolled}


def _attendance(training_session: TrainingSession) -> dict[str, Any]:
    facts, people, zone = session_facts(training_session), _people(training_session), training_session.site.zone
    meetings = []
    for index, meeting in enumerate(facts["meetings"], start=1):
        rows = []
        for person in facts["people"]:
            cell = next((each for each in person["attendance"] if each["meeting"] == meeting["uuid"]), None)
            row = _attendance_row(people[person["person"]], cell, meeting, zone)
            if person["origin"] in BEYOND_TARGET:
                row["note"] = ", ".join(each for each in (_("beyond target"), row["note"]) if each)
            rows.append(row)
        start, end = meeting["actual_starts_at"], meeting["actual_ends_at"]
        meetings.append(
            {
                "title": _("Meeting %(n)d of %(all)d") % {"n": index, "all": len(facts["meetings"])},
                "day": day_words(meeting["starts_at"].astimezone(zone).date(), "weekday"),
                "planned": hours_words(meeting["starts_at"], meeting["ends_at"], zone),
                "actual": hours_words(start, end, zone) if start and end else _("not recorded"),
                "rows": rows,
            }
        )
    counts = facts["counts"]
    return {
        "meetings": meetings,
        "sums": [
            [_("Target"), counts["enrolled"]],
            [_("Present"), counts["present"]],
            [_("Late"), counts["late"]],
            [_("Absent"), counts["absent"]],
            [_("Not recorded"), counts["not_recorded"]],
            *([[_("Beyond target"), counts["beyond_target"]]] if counts["beyond_target"] else []),
            [_("Recovery cases"), sum(1 for each in facts["recovery"] if each["kind"] == "recovery")],
        ],
    }


def _attendance_row(person: Person, cell: dict[str, Any] | None, meeting: dict[str, Any], zone: Any) -> dict[str, str]:
    row = {
        "employee_no": person.employee_no,
        "name": person.name,
        "arrived": "",
        "state": _("not recorded"),
        "note": "",
    }
    if cell is None or not cell["status"]:
        return row
    row["state"] = str(AttendanceStatus(cell["status"]).label)
    notes = []
    if cell["status"] == AttendanceStatus.ABSENT:
        notes += [absence_reason_name(cell["reason"] or ""), cell["note"]]
    if cell["status"] == AttendanceStatus.LATE:
        arrived = meeting["starts_at"] + timedelta(minutes=cell["minutes_late"])
        row["arrived"] = moment_words(arrived, zone, "time").rsplit(" ", 1)[0]
        notes.append(_("%(n)d minutes") % {"n": cell["minutes_late"]})
    if cell["status"] == AttendanceStatus.PRESENT:
        came_by = cell["source"] in CHECKED_IN
        at = moment_words(cell["recorded_at"], zone, "time").rsplit(" ", 1)[0] if came_by else ""
        row["arrived"] = at or _("no time noted")
    if cell["minutes_left_early"]:
        notes.append(_("left %(n)d minutes early") % {"n": cell["minutes_left_early"]})
    if cell["shortfall"] and cell["shortfall"] != CaseCause.ABSENT:
        notes.append("recovery")
    row["note"] = ", ".join(each for each in notes if each)
    return row


def _results(training_session: TrainingSession) -> dict[str, Any]:
    facts, people = session_facts(training_session), _people(training_session)
    scheme = facts["scheme"]
    rows = []
    for person in facts["people"]:
        who, explained = people[person["person"]], person["explanation"]
        scores = {each["name"]: each for each in explained["parameters"]} if explained else {}
        rows.append(
            {
                "employee_no": who.employee_no,
                "name": who.name,
                "pre": percentage_words(person["pre"], scheme["decimals"], none=""),
                "post": percentage_words(person["post"], scheme["decimals"], none=""),
                "scores": [
                    _typed(scores[each["name"]]["score"]) if each["name"] in scores else ""
                    for each in scheme["parameters"]
                ],
                "final": _figure(person["final"], scheme["decimals"]),
                "verdict": str(verdict_of(person).label),
            }
        )
    counts = facts["counts"]
    incomplete = sum(verdict_of(person) == Verdict.INCOMPLETE for person in on_target(facts["people"]))
    return {
        "scheme": scheme["name"],
        "pass_mark": _figure(scheme["pass_mark"], scheme["decimals"]),
        "parameters": [
            {
                "name": each["name"],
                "weight": _figure(each["weight"]),
                "minimum": _figure(each["minimum"]),
                "maximum": _figure(each["maximum"]),
            }
            for each in scheme["parameters"]
        ],
        "rows": rows,
        "assessors": assessors_of(each["explanation"] for each in facts["people"]),
        "hard": [_("%(code)s: right %(right)d of %(taken)d") % each for each in facts["items"] if each["hard"]],
        "sums": [
            [_("Participants"), counts["enrolled"]],
            [str(Verdict.PASSED.label), counts["passed"]],
            [str(Verdict.NOT_TRAINED.label), counts["passed_not_trained"]],
            [str(Verdict.NOT_PASSED.label), counts["not_passed"]],
            *([[str(Verdict.INCOMPLETE.label), incomplete]] if incomplete else []),
            [str(Verdict.NOT_SCORED.label), counts["not_scored"] - incomplete],
            [str(Verdict.ABSENT.label), counts["did_not_take_part"]],
            [_("Mean pre-test"), _figure(counts["mean_pre"], scheme["decimals"])],
            [_("Mean post-test"), _figure(counts["mean_post"], scheme["decimals"])],
        ],
    }


def _figure(value: Decimal | None, places: int | None = None) -> str:
    return "" if value is None else format_figure(value.normalize() if places is None else value, places)


def _typed(text: str | None) -> str:
    return "" if text is None else format_figure(Decimal(text))


def _missing(kind: str, start: date, end: date, user: User) -> QuerySet[Any, tuple[str]]:
    """What should exist for a period: one record for each session concluded in it (EVD-1)."""
    from sessions.models import TrainingSession
    from trainingops.records.models import EvidenceRecord

    held = TrainingSession.objects.visible_to_staff(user).filter(
        state__in=HELD,
        meetings__state=MeetingState.CONCLUDED,
        ends_at__date__gte=start,
        ends_at__date__lte=end,
    )
    made = EvidenceRecord.objects.filter(kind=kind).values("subject")
    return held.exclude(uuid__in=made).distinct().annotate(what=F("number")).values_list("what")
