"""What a version of a report freezes: the facts of the session and the narrative, persons by uuid only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from reporting.models import TrainingReport
from reporting.reaction import reaction_data
from reporting.wording import SECTIONS
from sessions.models import TrainingSession
from sessions.queries.facts import session_facts
from sessions.queries.ledger import on_target
from trainingops.audit.journal import canonical, digest

#: The form of the content; raise it when keys change, so that old versions stay readable.
FORM = 6


@dataclass(frozen=True)
class Frozen:
    """Content as canonical JSON with its SHA-256: what is shown, signed and kept."""

    text: str

    @property
    def hash(self) -> str:
        return digest(self.text).hex()

    @property
    def data(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.text)
        return loaded


def freeze(report: TrainingReport, *, number: int, now: datetime, facts: Mapping[str, Any] | None = None) -> Frozen:
    """The content of version ``number`` as things stand: the same facts give the same text.

    Args:
        now: decides whether the reaction survey may be read already.
        facts: of the session (:func:`session_facts`), where they are read already.
    """
    obligation = report.obligation
    training_session = obligation.training_session
    plan = training_session.plan
    facts = facts or session_facts(training_session)
    module = training_session.module_version
    content = {
        "form": FORM,
        "report": report.number,
        "version": number,
        "session": {
            "uuid": training_session.uuid,
            "number": training_session.number,
            "label": training_session.label,
            "kind": training_session.kind,
            "state": training_session.state,
            "cancelled_at": training_session.cancelled_at,
            "cancel_reason": training_session.cancel_reason,
            "site": training_session.site.name,
            "timezone": training_session.site.timezone,
            "line": training_session.line.name,
            "starts_at": training_session.starts_at,
            "ends_at": training_session.ends_at,
            "tolerance_minutes": training_session.tolerance_minutes,
        },
        "plan": {
            "uuid": plan.uuid,
            "number": plan.number,
            "title": plan.title,
            "kind": plan.kind,
            "pic": plan.pic.uuid,
        },
        "module": {"code": module.module.code, "version": module.number, "title": module.module.title},
        "due_at": obligation.due_at,
        "counts": facts["counts"],
        "scheme": facts["scheme"],
        "parameters": _parameters(facts["scheme"]["parameters"], on_target(facts["people"])),
        "meetings": facts["meetings"],
        "people": [_person(each) for each in facts["people"]],
        "gain": {key: facts["gain"][key] for key in ("n", "mean_pre", "mean_post")} | _gain(training_session),
        "items": facts["items"],
        "deviations": [{"uuid": each["uuid"], "kind": each["kind"]} for each in facts["deviations"]],
        "recovery": facts["recovery"],
        "reaction": reaction_data(report, now),
        "photos": _photos(report),
        "narrative": {name: getattr(report, name) for name in SECTIONS},
    }
    return Frozen(canonical(content))


#: The figures of :class:`sessions.models.SessionGain` that a report tells.
_GAIN = ("class_gain", "individual_gain", "at_maximum", "t", "p_value")


def _gain(training_session: TrainingSession) -> dict[str, Any]:
    """What the class learned as it was computed (5.4); nothing while the present scores are not counted."""
    gain = getattr(training_session, "gain", None)
    return {} if gain is None or gain.stale or not gain.pairs else {name: getattr(gain, name) for name in _GAIN}


def _photos(report: TrainingReport) -> list[str]:
    """The photos of the class; with :func:`reporting.queries.with_class` they are there already."""
    known = getattr(report, "photo_uuids", None)
    if known is None:
        known = report.obligation.training_session.class_files.photos().values_list("uuid", flat=True)
    return [str(each) for each in known]


def _person(person: Mapping[str, Any]) -> dict[str, Any]:
    """Without free text, which may name people: it is looked up apart for those who may read it."""
    attendance = [{key: value for key, value in each.items() if key != "note"} for each in person["attendance"]]
    kept = ("person", "enrolment", "origin", "trained", "pre", "post", "remedial", "status", "final", "passed")
    return {**{key: person[key] for key in kept}, "below_minimum": person["below_minimum"], "attendance": attendance}


def _parameters(parameters: Iterable[Mapping[str, Any]], people: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each parameter with its mean on 0–100 over those who have a score for it."""
    scores: dict[str, list[Decimal]] = {}
    for person in people:
        for each in (person["explanation"] or {}).get("parameters", []):
            if each["on_hundred"] is not None:
                scores.setdefault(each["name"], []).append(Decimal(each["on_hundred"]))
    return [
        {
            "name": each["name"],
            "weight": each["weight"],
            "minimum": each["minimum"],
            "scored": len(scores.get(each["name"], [])),
            "mean": _mean(scores.get(each["name"], [])),
        }
        for each in parameters
    ]


def _mean(values: list[Decimal]) -> Decimal | None:
    return (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.0001")) if values else None
