"""A frozen content made readable: figures, people whom the reader may see, and the texts made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.models import TrainerProfile
from planning.queries.lookups import look_up, texts
from reporting.content import Frozen
from sessions.enums import OPEN_CASES, AttendanceStatus, CaseCause, CaseKind, CaseState, DeviationKind, Verdict
from sessions.models import AbsenceReason, Deviation, Enrolment, TrainingSession
from sessions.models.attendance import KNOWN_REASONS, absence_reason_name
from sessions.queries.facts import deviations_of
from sessions.queries.ledger import Ledger, ledger_of, on_target
from sessions.verdicts import verdict_of
from trainingops.people.queries import SEES_PEOPLE
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words, moment_words

if TYPE_CHECKING:
    from trainingops.people.models import User

WHATSAPP_LIMIT = 1000
#: What people write where there is nothing to do.
NO_ACTION = {"none", "tidak ada", "nihil"}

#: The words for who has no result, as the table says them.
_UNSCORED = (Verdict.NOT_SCORED, Verdict.INCOMPLETE, Verdict.ABSENT)


@dataclass(frozen=True)
class Figures:
    """The numbers of a report: on its page, in the mail, on WhatsApp and on paper the same (RPT-5, RPT-6)."""

    participants: int
    passed: int
    with_result: int
    not_scored: int
    trained: int
    absent: int
    not_recorded: int
    recovery: int
    remedial: int
    actions: int
    mean_final: Decimal | None
    gain: Decimal | None
    decimals: int
    verdicts: Mapping[Verdict, int]
    beyond_target: int = 0

    @property
    def share(self) -> Decimal | None:
        """Passed of those who have a result (4.3); none while nobody has one."""
        return Decimal(self.passed) / self.with_result if self.with_result else None

    @property
    def pass_words(self) -> str:
        """How many passed, or that nobody is scored: an empty score sheet is no failed class."""
        if self.share is None:
            return self.unscored_words
        words = _("%(passed)d of %(participants)d") % {"passed": self.passed, "participants": self.participants}
        return f"{words} {self.share_words}"

    @property
    def share_words(self) -> str:
        """The share in brackets, with those whom it counts where somebody has no result yet."""
        if self.share is None:
            return ""
        shown = {"share": format_figure(self.share * 100, 1), "scored": self.with_result}
        if self.with_result == self.participants:
            return f"({shown['share']}%)"
        return _("(%(share)s%% of %(scored)d with a result)") % shown

    @property
    def unscored_words(self) -> str:
        """Who has no result, in the words and counts of the report's own table; everybody where nobody has one."""
        shown = (
            _UNSCORED if self.share is not None else (*_UNSCORED, *(each for each in Verdict if each not in _UNSCORED))
        )
        counts = [(Verdict(each).label, self.verdicts.get(each, 0)) for each in shown]
        return ", ".join(f"{label[:1].lower()}{label[1:]}: {count}" for label, count in counts if count)

    @property
    def beyond_words(self) -> str:
        """How many came without being targeted; empty for none."""
        count = self.beyond_target
        words = ngettext("%(n)d beyond target, counted apart", "%(n)d beyond target, counted apart", count)
        return words % {"n": count} if count else ""

    @property
    def mean_words(self) -> str:
        if self.mean_final is None:
            return _("not recorded")
        if self.gain is None:
            return format_figure(self.mean_final, self.decimals)
        words = _("%(mean)s (pre-test to post-test %(gain)s)")
        return words % {
            "mean": format_figure(self.mean_final, self.decimals),
            "gain": with_sign(self.gain, self.decimals),
        }


@dataclass(frozen=True)
class Missed:
    """A participant who was absent, late, left early or not recorded at a meeting."""

    name: str
    employee_no: str
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
    deviations: list[Deviation]
    actions: list[str]

    @property
    def starts_at(self) -> datetime:
        return min(_moments(self.data, "starts_at"))

    @property
    def ends_at(self) -> datetime:
        return max(_moments(self.data, "ends_at"))

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
    def hard_items(self) -> list[dict[str, Any]]:
        return [{**each, "share": decimal(each["share"])} for each in self.data["items"] if each["hard"]]


def with_sign(figure: Decimal, places: int) -> str:
    """A difference with its sign."""
    return ("+" if figure >= 0 else "") + format_figure(figure, places)


def decimal(text: str | None) -> Decimal | None:
    """A figure of the content."""
    return None if text is None else Decimal(text)


def figures_of(data: Mapping[str, Any]) -> Figures:
    """The numbers of a content."""
    ledger = session_ledger(data)
    pre, post = decimal(data["gain"]["mean_pre"]), decimal(data["gain"]["mean_post"])
    return Figures(
        participants=data["counts"]["enrolled"],
        passed=ledger.passed,
        with_result=ledger.passed + ledger.in_remedial + ledger.not_passed,
        not_scored=ledger.not_scored,
        trained=ledger.trained,
        absent=data["counts"]["absent"],
        not_recorded=data["counts"]["not_recorded"],
        recovery=ledger.waiting,
        remedial=ledger.in_remedial,
        actions=len(actions_of(data)),
        mean_final=decimal(data["counts"]["mean_final"]),
        gain=None if pre is None or post is None else post - pre,
        decimals=data["scheme"]["decimals"],
        verdicts=Counter(verdict_of(each) for each in on_target(people_of(data))),
        beyond_target=data["counts"].get("beyond_target", 0),
    )


def session_ledger(data: Mapping[str, Any], enrolments: Iterable[str] | None = None) -> Ledger:
    """What became of the people of a content, or of some: the one count behind every figure (4.3)."""
    wanted = None if enrolments is None else set(enrolments)
    people = [each for each in people_of(data) if wanted is None or each["enrolment"] in wanted]
    return ledger_of(people, data["recovery"])


def people_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The people of a content; in the first form of it only the cases told who was trained."""
    untrained = {
        each["person"]
        for each in data["recovery"]
        if each["kind"] == CaseKind.RECOVERY and each["state"] not in (CaseState.RESOLVED, CaseState.VOIDED)
    }
    return [{"trained": each["person"] not in untrained, **each} for each in data["people"]]


def actions_of(data: Mapping[str, Any]) -> list[str]:
    """The follow-up, one action a line; a line that says "none" is no action."""
    lines = (line.strip(" \t-•") for line in data["narrative"]["follow_up"].splitlines())
    return [line for line in lines if line and line.rstrip(".").casefold() not in NO_ACTION]


def read(frozen: Frozen, training_session: TrainingSession, *, reader: User | None) -> Reading:
    """The content as ``reader`` may see it: names of the people in their scope, counts of the others.

    Without a reader all names are shown: the record, and the page of those who write the report.
    """
    data = frozen.data
    words = _words(data, training_session, reader)
    names, notes = _names(words.get("person", []))
    missed = _missed(data, names, notes)
    results = [
        {**each, "who": names[each["enrolment"]], "final": decimal(each["final"]), "verdict": verdict_of(each)}
        for each in people_of(data)
        if each["enrolment"] in names
    ]
    elsewhere = [each for each in data["people"] if each["enrolment"] not in names]
    reported = {each["uuid"] for each in data["deviations"]}
    return Reading(
        data=data,
        zone=ZoneInfo(data["session"]["timezone"]),
        figures=figures_of(data),
        missed=missed,
        missed_elsewhere=sum(bool(_shortfalls(each)) for each in elsewhere),
        results=results,
        results_elsewhere=len(elsewhere),
        trainers=", ".join(sorted(name for _key, name, *_rest in words.get("trainer", []))),
        deviations=[each for each in deviations_of(training_session) if str(each.uuid) in reported],
        actions=actions_of(data),
    )


Names = Mapping[str, tuple[str, str]]
Notes = Mapping[tuple[str, str], str]


def _words(
    data: Mapping[str, Any], training_session: TrainingSession, reader: User | None
) -> dict[str, list[tuple[str, ...]]]:
    """Names and notes of those whom the reader may see, and the names of the trainers; one query."""
    inside = Q() if reader is None else reader.authority.scope(*SEES_PEOPLE, site="site", line="line", team="team")
    people = Enrolment.objects.filter(inside, training_session=training_session)
    trainers = {each["uuid"] for meeting in data["meetings"] for each in meeting["trainers"]}
    said = ("person__name", "person__employee_no", "attendances__meeting__uuid", "attendances__reason_note")
    return look_up(
        [
            texts("person", people, "uuid", *said),
            texts("trainer", TrainerProfile.objects.filter(uuid__in=trainers), "uuid", "name"),
        ]
    )


def _names(rows: Iterable[tuple[str, ...]]) -> tuple[Names, Notes]:
    """Name and employee number by enrolment, and the note of each meeting."""
    names = {uuid: (name, number) for uuid, name, number, _meeting, _note in rows}
    return names, {(meeting, uuid): note for uuid, _name, _number, meeting, note in rows if note}


def _shortfalls(person: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        each
        for each in person["attendance"]
        if each["shortfall"] or each["status"] in (AttendanceStatus.ABSENT, AttendanceStatus.LATE)
    ]


def _reasons(data: Mapping[str, Any]) -> dict[str, str]:
    """The words for each reason of absence in a content; only those that the house added are looked up."""
    codes = {each["reason"] for person in data["people"] for each in person["attendance"] if each["reason"]}
    added = codes - set(KNOWN_REASONS)
    names = dict(AbsenceReason.objects.filter(code__in=added).values_list("code", "name")) if added else {}
    return {code: absence_reason_name(code, names.get(code, "")) for code in codes}


def _missed(data: Mapping[str, Any], names: Names, notes: Notes) -> list[Missed]:
    reasons = _reasons(data)
    cases = {each["person"]: each for each in data["recovery"] if each["kind"] == CaseKind.RECOVERY}
    found = []
    for person in data["people"]:
        if person["enrolment"] not in names:
            continue
        name, number = names[person["enrolment"]]
        for each in _shortfalls(person):
            case = cases.get(person["person"])
            found.append(
                Missed(
                    name=name,
                    employee_no=number,
                    situation=_situation(each, reasons),
                    note=notes.get((each["meeting"], person["enrolment"]), ""),
                    recovery=_case_words(case, each["shortfall"]),
                    kind=_case_kind(case),
                    due_at=datetime.fromisoformat(case["due_at"]) if case and case["state"] in OPEN_CASES else None,
                )
            )
    return found


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


def _case_words(case: Mapping[str, Any] | None, shortfall: str | None) -> str:
    """What became of it; a shortfall without a case is of somebody who owes none, as who came beyond target."""
    if case is None:
        return _("No recovery owed") if shortfall else _("Within the tolerance")
    words = str(CaseState(case["state"]).label)
    return f"{words}: {case['scheduled_in']}" if case["scheduled_in"] else words


def _case_kind(case: Mapping[str, Any] | None) -> str:
    kinds = {CaseState.OPEN: "warn", CaseState.SCHEDULED: "info", CaseState.RESOLVED: "ok", CaseState.WAIVED: "waive"}
    return kinds.get(CaseState(case["state"]), "idle") if case else "idle"


def _moments(data: Mapping[str, Any], key: str) -> list[datetime]:
    """When each meeting really began or ended, else as planned; the session's own time where it had no meeting."""
    moments = [each[f"actual_{key}"] or each[key] for each in data["meetings"]] or [data["session"][key]]
    return [datetime.fromisoformat(each) for each in moments]


def deviation_words(deviation: Deviation) -> str:
    """A deviation in one line."""
    return _("%(kind)s: planned %(planned)s, actual %(actual)s. Reason: %(reason)s") % {
        "kind": DeviationKind(deviation.kind).label,
        "planned": deviation.planned_words,
        "actual": deviation.actual_words,
        "reason": deviation.reason,
    }


def whatsapp_text(data: Mapping[str, Any], *, submitted_at: datetime, address: str) -> str:
    """The summary to copy: the report's own numbers, counts only, no names, at most 1,000 characters (RPT-6)."""
    figures = figures_of(data)
    zone = ZoneInfo(data["session"]["timezone"])
    starts = min(_moments(data, "starts_at")).astimezone(zone)
    place = f"{data['session']['line']} {data['session']['site']}"
    lines = [
        f"{day_words(starts.date(), 'weekday')}, {place}",
        _("Passed: %(words)s") % {"words": figures.pass_words},
        _("Absent: %(absent)d, recovery waiting: %(recovery)d")
        % {"absent": figures.absent, "recovery": figures.recovery},
        _("Remedial: %(remedial)d") % {"remedial": figures.remedial},
        _("Mean: %(mean)s") % {"mean": figures.mean_words},
        _("Actions: %(actions)d") % {"actions": figures.actions},
        _("Report %(number)s, version %(version)d, sent %(at)s")
        % {"number": data["report"], "version": data["version"], "at": moment_words(submitted_at, zone)},
        _("Read it here (log-in needed): %(address)s") % {"address": address},
    ]
    rest = "\n".join(lines)
    head = _("*H+1 report* %(title)s, %(batch)s") % {"title": data["plan"]["title"], "batch": data["session"]["label"]}
    return f"{head[: WHATSAPP_LIMIT - len(rest) - 1]}\n{rest}"
