"""What happened to a case, in words, read from the journal (5.3.1)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from planning.models import RecoveryForm
from sessions.enums import CaseCause, CaseKind, Suspension
from sessions.models import RecoveryCase, TrainingSession
from trainingops.audit.models import Entry
from trainingops.people.models import User
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words, moment_words


@dataclass(frozen=True)
class Step:
    """One thing that happened: when, by whom (blank for the system), in words, with what was written."""

    at: datetime
    who: str
    words: str
    note: str = ""


@dataclass(frozen=True)
class _Names:
    """What the uuids and codes of the entries are called, and of which kind the case is."""

    people: dict[str, str]
    sessions: dict[str, str]
    forms: dict[str, str]
    zone: ZoneInfo
    kind: str

    def moment(self, text: str) -> str:
        return moment_words(datetime.fromisoformat(text), self.zone)


def history_of(case: RecoveryCase) -> list[Step]:
    """The steps of a case in their order; four queries. What was written and is disposed of since is left out."""
    entries = list(Entry.objects.filter(subject=case.uuid).select_related("detail").order_by("pk"))
    said = [json.loads(entry.text)["data"] for entry in entries]
    names = _names(case, entries, said)
    steps = []
    for entry, data in zip(entries, said, strict=True):
        detail = json.loads(entry.detail.text) if hasattr(entry, "detail") else {}
        if tell := _WORDS.get(entry.verb):
            who = names.people.get(str(entry.actor), "")
            steps.append(Step(entry.occurred_at, who, tell(data, detail, names), str(detail.get("note", ""))))
    return steps


def _names(case: RecoveryCase, entries: Iterable[Entry], said: Iterable[dict[str, Any]]) -> _Names:
    mentioned = {str(value) for data in said for value in data.values() if isinstance(value, str)}
    uuids = {value for value in mentioned if len(value) == 36 and value.count("-") == 4}
    people = User.objects.filter(uuid__in=uuids | {str(entry.actor) for entry in entries if entry.actor})
    sessions = TrainingSession.objects.filter(uuid__in=uuids)
    return _Names(
        {str(each.uuid): each.name for each in people},
        {str(uuid): number for uuid, number in sessions.values_list("uuid", "number")},
        {form.code: str(form) for form in RecoveryForm.objects.all()},
        case.enrolment.training_session.site.zone,
        case.kind,
    )


def _opened(data: dict[str, Any], _detail: dict[str, Any], names: _Names) -> str:
    return _("Opened: %(cause)s. Due %(due)s.") % {
        "cause": CaseCause(data["cause"]).label,
        "due": names.moment(data["due_at"]),
    }


def _scheduled(data: dict[str, Any], _detail: dict[str, Any], names: _Names) -> str:
    return _("%(form)s arranged in %(number)s.") % {
        "form": names.forms.get(data["form"], data["form"]),
        "number": names.sessions.get(data["session"], ""),
    }


def _open_again(data: dict[str, Any], _detail: dict[str, Any], names: _Names) -> str:
    if "taken_from" in data:
        return _("Taken back from %(number)s; open again.") % {"number": names.sessions.get(data["taken_from"], "")}
    if "recovered_in" in data:
        number = names.sessions.get(data["recovered_in"], "")
        return _("%(number)s was not attended in full; open again.") % {"number": number}
    return _("The class was cancelled; open again.")


def _resolved(data: dict[str, Any], _detail: dict[str, Any], names: _Names) -> str:
    if "recovered_in" in data:
        return _("Made up for in %(number)s.") % {"number": names.sessions.get(data["recovered_in"], "")}
    if data.get("passed") is False:
        return _("The remedial was not passed; the scheme gives no further attempt.")
    return _("Remedial passed.") if data.get("passed") else _("Made up for by self-study with its post-test.")


def _voided(_data: dict[str, Any], detail: dict[str, Any], names: _Names) -> str:
    if names.kind == CaseKind.RECOVERY:
        return _("Void: the attendance was corrected.")
    if "final" not in detail:
        return _("Void: the score was changed.")
    if detail["final"] is None:
        return _("Void: the score was taken away, so that there is no result.")
    said = {"was": _score(detail["was"]), "final": _score(detail["final"])}
    return _("Void: the result was changed from %(was)s to %(final)s, which passes.") % said


def _score(figure: str | None) -> str:
    return format_figure(Decimal(figure), 2) if figure is not None else "–"


def _test_opened(data: dict[str, Any], _detail: dict[str, Any], _names: _Names) -> str:
    return _("Remedial test opened.") if data["form"] == "remedial" else _("Self-study with post-test opened.")


def _suspended(data: dict[str, Any], detail: dict[str, Any], names: _Names) -> str:
    due = names.moment(data["due_at"])
    if not detail.get("from"):
        return _("Suspended during a long absence. Due %(due)s.") % {"due": due}
    said = {
        "why": str(Suspension(detail["why"]).label).lower(),
        "since": day_words(date.fromisoformat(detail["from"])),
        "until": day_words(date.fromisoformat(detail["until"])) if detail.get("until") else "",
        "due": due,
    }
    if not said["until"]:
        return _("Suspended from %(since)s on, until the return (%(why)s).") % said
    return _("Suspended from %(since)s to %(until)s (%(why)s). Due %(due)s.") % said


def _resumed(data: dict[str, Any], _detail: dict[str, Any], names: _Names) -> str:
    return _("No longer suspended. Due %(due)s.") % {"due": names.moment(data["due_at"])}


def _inherited(data: dict[str, Any], _detail: dict[str, Any], names: _Names) -> str:
    return _("Now with team leader %(name)s.") % {"name": names.people.get(data["to"] or "", "–")}


_Tell = Callable[[dict[str, Any], dict[str, Any], _Names], str]
_WORDS: dict[str, _Tell] = {
    "case.opened": _opened,
    "case.scheduled": _scheduled,
    "case.open": _open_again,
    "case.resolved": _resolved,
    "case.waived": lambda *_said: _("Waived, signed."),
    "case.lapsed": lambda *_said: _("Lapsed: left or moved, confirmed."),
    "case.voided": _voided,
    "case.test_opened": _test_opened,
    "case.test_taken_back": lambda *_said: _("The test was taken back."),
    "case.failed_again": lambda *_said: _("Remedial not passed; another attempt is left."),
    "case.suspended": _suspended,
    "case.resumed": _resumed,
    "case.inherited": _inherited,
}
