"""A frozen content made readable: figures, people whom the reader may see, and the texts made of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from planning.models import TrainerProfile
from planning.queries.lookups import look_up, texts
from reporting.content import Frozen
from reporting.figures import Figures, actions_of, decimal, figures_of, people_of
from reporting.sight import Sight, redact
from reporting.times import spans, times_held, times_words
from reporting.wording import gain_words, not_held_words
from sessions.enums import OPEN_CASES, AttendanceStatus, CaseCause, CaseKind, CaseState, DeviationKind, EnrolmentOrigin
from sessions.models import AbsenceReason, Deviation, Enrolment, TrainingSession
from sessions.models.attendance import KNOWN_REASONS, absence_reason_name
from sessions.queries.facts import deviations_of
from sessions.queries.ledger import counted_apart, is_beyond_target
from sessions.verdicts import percentage_words, verdict_of
from trainingops.ui.moments import moment_words


@dataclass(frozen=True)
class Missed:
    """A participant who was absent, late, left early or not recorded at a meeting.

    ``meeting`` says which one, where the class had several.
    """

    name: str
    employee_no: str
    meeting: str
    situation: str
    note: str
    recovery: str
    kind: str
    due_at: datetime | None


@dataclass(frozen=True)
class Reading:
    """A report as one reader sees it."""

    data: dict[str, Any]
    zone: ZoneInfo
    figures: Figures
    missed: list[Missed]
    missed_elsewhere: int
    results: list[dict[str, Any]]
    results_elsewhere: int
    trainers: str
    deviations: list[str]
    actions: list[str]

    @property
    def times(self) -> list[str]:
        """A line for each day of the class."""
        return times_held(self.data)

    @property
    def times_words(self) -> str:
        return times_words(self.data)

    @property
    def not_held(self) -> str:
        """That the class was cancelled, when and why; empty for one that was held."""
        return not_held_words(self.data) if self.figures.not_held else ""

    @property
    def ended_on(self) -> date:
        """The last day of the class, where it was held."""
        return max(end for _start, end in spans(self.data)).date()

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """Each parameter with its mean as a figure, and as lengths of 200 for its bar and the pass mark."""
        mark = decimal(self.data["scheme"]["pass_mark"]) or Decimal(0)
        rows = []
        for each in self.data["parameters"]:
            mean = decimal(each["mean"])
            rows.append({**each, "mean": mean, "bar": f"{2 * (mean or 0):.1f}", "mark": f"{2 * mark:.1f}"})
        return rows

    @property
    def lowest(self) -> dict[str, Any] | None:
        scored = [each for each in self.parameters if each["mean"] is not None]
        return min(scored, key=lambda each: each["mean"]) if len(scored) > 1 else None

    @property
    def gain_words(self) -> str:
        """What the class learned, and that it proves no cause (5.4); empty before it was computed."""
        return gain_words(self.data["gain"])

    @property
    def hard_items(self) -> list[dict[str, Any]]:
        return [{**each, "share": decimal(each["share"])} for each in self.data["items"] if each["hard"]]


def read(
    frozen: Frozen, training_session: TrainingSession, *, sight: Sight, facts: Mapping[str, Any] | None = None
) -> Reading:
    """The content as ``sight`` allows it: names and scores of some, counts of the others, the same figures for all.

    Args:
        facts: what the content was frozen from, where it is at hand: it knows the names.
    """
    whole = frozen.data
    data = redact(whole, sight)
    words = _words_in(facts, data) if facts else _words(data, training_session)
    names, notes = _names(words.get("person", []))
    places = data["scheme"]["decimals"]
    results = [
        {
            **each,
            "who": names[each["enrolment"]],
            "post_words": percentage_words(each["post"], places),
            "final": decimal(each["final"]),
            "verdict": verdict_of(each),
            "apart": _apart_words(counted_apart(each, data["recovery"])),
        }
        for each in people_of(data)
        if each["enrolment"] in names
    ]
    elsewhere = [each for each in whole["people"] if not sight.shows(each)]
    reported = {each["uuid"] for each in data["deviations"]}
    return Reading(
        data=data,
        zone=ZoneInfo(data["session"]["timezone"]),
        figures=figures_of(whole),
        missed=_missed(data, names, notes),
        missed_elsewhere=sum(bool(_shortfalls(each, whole["meetings"])) for each in elsewhere),
        results=results,
        results_elsewhere=len(elsewhere),
        trainers=", ".join(sorted(name for _key, name, *_rest in words.get("trainer", []))),
        deviations=[
            deviation_words(each, sight) for each in deviations_of(training_session) if str(each.uuid) in reported
        ],
        actions=actions_of(data),
    )


Names = Mapping[str, tuple[str, str]]
Notes = Mapping[tuple[str, str], str]


def _words(data: Mapping[str, Any], training_session: TrainingSession) -> dict[str, list[tuple[str, ...]]]:
    """Names and notes of the people of a content, and the names of the trainers; one query."""
    shown = [each["enrolment"] for each in data["people"]]
    people = Enrolment.objects.filter(training_session=training_session, uuid__in=shown)
    trainers = {each["uuid"] for meeting in data["meetings"] for each in meeting["trainers"]}
    said = ("person__name", "person__employee_no", "attendances__meeting__uuid", "attendances__reason_note")
    return look_up(
        [
            texts("person", people, "uuid", *said),
            texts("trainer", TrainerProfile.objects.filter(uuid__in=trainers), "uuid", "name"),
        ]
    )


def _words_in(facts: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, list[tuple[str, ...]]]:
    """The same from what was just read of the session."""
    shown = {each["enrolment"] for each in data["people"]}
    people: list[tuple[str, ...]] = [
        (str(each.uuid), each.person.name, each.person.employee_no, cell["meeting"], cell["note"])
        for each in facts["enrolments"]
        if str(each.uuid) in shown
        for cell in (each.attended or [{"meeting": "", "note": ""}])
    ]
    return {"person": people, "trainer": [(each["uuid"], each["name"]) for each in facts["trainers"]]}


def _names(rows: Iterable[tuple[str, ...]]) -> tuple[Names, Notes]:
    """Name and employee number by enrolment, and the note of each meeting."""
    names = {uuid: (name, number) for uuid, name, number, _meeting, _note in rows}
    return names, {(meeting, uuid): note for uuid, _name, _number, meeting, note in rows if note}


def _shortfalls(person: Mapping[str, Any], meetings: Collection[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What somebody missed, meeting by meeting; one of which nobody recorded their attendance is missed (5.3.1)."""
    cells = {each["meeting"]: each for each in person["attendance"] if each["status"]}
    if not is_beyond_target(person):
        cells = {each["uuid"]: cells.get(each["uuid"]) or _blank(each) for each in meetings}
    return [
        each
        for each in cells.values()
        if each["shortfall"] or each["status"] in (AttendanceStatus.ABSENT, AttendanceStatus.LATE)
    ]


def _blank(meeting: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "meeting": meeting["uuid"],
        "status": "",
        "minutes_late": 0,
        "minutes_left_early": 0,
        "reason": None,
        "shortfall": CaseCause.NOT_RECORDED.value,
    }


def _reasons(data: Mapping[str, Any]) -> dict[str, str]:
    """The words for each reason of absence in a content; only those that the house added are looked up."""
    codes = {each["reason"] for person in data["people"] for each in person["attendance"] if each["reason"]}
    added = codes - set(KNOWN_REASONS)
    names = dict(AbsenceReason.objects.filter(code__in=added).values_list("code", "name")) if added else {}
    return {code: absence_reason_name(code, names.get(code, "")) for code in codes}


def _missed(data: Mapping[str, Any], names: Names, notes: Notes) -> list[Missed]:
    reasons, cases, meetings = _reasons(data), _cases(data), _meeting_words(data)
    found = []
    for person in data["people"]:
        if person["enrolment"] not in names:
            continue
        name, number = names[person["enrolment"]]
        for each in _shortfalls(person, data["meetings"]):
            case = cases.get((person["person"], each["meeting"])) or cases.get((person["person"], None))
            found.append(
                Missed(
                    name=name,
                    employee_no=number,
                    meeting=meetings.get(each["meeting"], ""),
                    situation=_situation(each, reasons),
                    note=notes.get((each["meeting"], person["enrolment"]), ""),
                    recovery=_case_words(case, each, person),
                    kind=_case_kind(case),
                    due_at=datetime.fromisoformat(case["due_at"]) if case and case["state"] in OPEN_CASES else None,
                )
            )
    return found


def _cases(data: Mapping[str, Any]) -> dict[tuple[str, str | None], dict[str, Any]]:
    """The recovery case of each missed meeting, one that was voided only where no other is; before the fourth form of
    a content a case did not say its meeting."""
    cases = [each for each in data["recovery"] if each["kind"] == CaseKind.RECOVERY]
    cases.sort(key=lambda each: each["state"] != CaseState.VOIDED)
    return {(each["person"], each.get("meeting")): each for each in cases}


def _meeting_words(data: Mapping[str, Any]) -> dict[str, str]:
    """When each meeting of a class of several began, by its uuid."""
    if len(data["meetings"]) < 2:
        return {}
    zone = ZoneInfo(data["session"]["timezone"])
    return {
        each["uuid"]: moment_words(datetime.fromisoformat(each["starts_at"]), zone, "short")
        for each in data["meetings"]
    }


def _situation(cell: Mapping[str, Any], reasons: Mapping[str, str]) -> str:
    if cell["status"] == AttendanceStatus.ABSENT:
        reason = reasons.get(cell["reason"] or "", "")
        return _("Absent: %(reason)s") % {"reason": reason} if reason else _("Absent")
    words = []
    if cell["minutes_late"]:
        words.append(_("Late by %(minutes)d minutes") % {"minutes": cell["minutes_late"]})
    if cell["minutes_left_early"]:
        words.append(_("Left %(minutes)d minutes early") % {"minutes": cell["minutes_left_early"]})
    if not words:
        return str(CaseCause(cell["shortfall"]).label) if cell["shortfall"] in CaseCause.values else _("Late")
    return ", ".join(words)


def _apart_words(column: str) -> str:
    """What the table of achievement counts somebody under, where that is not their verdict."""
    words = {"waiting": _("Waiting for recovery"), "given_up": _("Waived or lapsed"), "in_remedial": "Remedial"}
    return words.get(column, "").lower()


def _case_words(case: Mapping[str, Any] | None, cell: Mapping[str, Any], person: Mapping[str, Any]) -> str:
    """What became of it; a shortfall without a case is of somebody who owes none, as who came beyond target, or who
    was there to make up for a case of another class."""
    if case is None and cell["shortfall"] and person.get("origin") == EnrolmentOrigin.RECOVERY:
        return _("The recovery stays open")
    if case is None:
        return _("No recovery owed") if cell["shortfall"] else _("Within the tolerance")
    words = str(CaseState(case["state"]).label)
    return f"{words}: {case['scheduled_in']}" if case["scheduled_in"] else words


def _case_kind(case: Mapping[str, Any] | None) -> str:
    kinds = {CaseState.OPEN: "warn", CaseState.SCHEDULED: "info", CaseState.RESOLVED: "ok", CaseState.WAIVED: "waive"}
    return kinds.get(CaseState(case["state"]), "idle") if case else "idle"


def deviation_words(deviation: Deviation, sight: Sight) -> str:
    """A deviation in one line; who came for whom is a name, so that only those who see everybody read it."""
    if deviation.kind == DeviationKind.PARTICIPANT and not sight.is_whole:
        return _("%(kind)s: somebody came who was not on target.") % {"kind": DeviationKind(deviation.kind).label}
    return _("%(kind)s: planned %(planned)s, actual %(actual)s. Reason: %(reason)s") % {
        "kind": DeviationKind(deviation.kind).label,
        "planned": deviation.planned_words,
        "actual": deviation.actual_words,
        "reason": deviation.reason,
    }
