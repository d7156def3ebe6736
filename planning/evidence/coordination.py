"""What the teams were asked and answered, on paper: *Lembar Koordinasi* (5.1.1 d, clause 6)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.content import current_content
from planning.coordinating import about_content, answered_words, changed_words
from planning.evidence.revisions import order_about_revision, plans_beginning
from planning.models import Consultation, PlanRevision
from planning.queries.plans import local_day
from trainingops.people.enums import Role
from trainingops.people.models import User
from trainingops.records.models import EvidenceRequest
from trainingops.records.registry import EvidenceKind, register_kind
from trainingops.ui.moments import day_words, moment_words
from trainingops.ui.shown import Shown


def register() -> None:
    """Make the kind known when the app starts."""
    register_kind(
        EvidenceKind(
            name="coordination",
            label=gettext_lazy("Coordination sheet"),
            prefix="LK",
            form_number="FR-CC-TRN-08",
            template="planning/print/coordination.html",
            template_version="2",
            clauses=("5.1.1",),
            iso_clauses=("7.2", "8.1"),
            expected=expected_coordination,
            expected_title=gettext_lazy("%(what)s was coordinated with nobody"),
        )
    )


def expected_coordination(since: date, until: date, user: User) -> QuerySet[Any, tuple[str]]:
    """The plans whose first meeting lies in the period and about which no team was asked."""
    missing = plans_beginning(since, until, user).filter(consultations=None)
    return missing.annotate(what=F("number")).values_list("what")


def request_sheet(*, revision: PlanRevision, actor: User, now: datetime) -> EvidenceRequest:
    """Order the sheet of what was asked and answered about the plan of ``revision`` until ``now``."""
    with translation.override("id"):
        payload = _payload(revision, now)
    return order_about_revision("coordination", revision, payload, actor=actor, now=now)


def _payload(revision: PlanRevision, now: datetime) -> dict[str, Any]:
    plan = revision.plan
    about = about_content(current_content(revision), number=revision.number)
    asked = plan.consultations.select_related("asked_by", "answered_by", "file").order_by("asked_at", "pk")
    return {
        "title": _("Coordination sheet"),
        "subtitle": plan.title,
        "subtitle_more": _("%(number)s, revision %(revision)d") % {"number": plan.number, "revision": revision.number},
        "clause": "5.1.1",
        "ident": [
            [_("Site, service line"), f"{plan.site}, {plan.line}"],
            ["PIC", plan.pic.name],
            [_("Module"), str(revision.module_version or "–")],
            [_("State as of"), moment_words(now, plan.site.zone)],
        ],
        "purpose": revision.purpose,
        "answers": [_answer(each, local_day(now, plan.site), about) for each in asked],
        "signatures": [
            {
                "name": each.answered_by.name if each.answered_by else "",
                "role": str(Role(each.party).label),
                "meaning": _meaning(each),
                "how": _("Answered in the system"),
                "at": moment_words(each.answered_at, plan.site.zone) if each.answered_at else "",
            }
            for each in asked
            if each.answer and not each.answered_for  # what the PIC entered has its document, and nobody's hand
        ],
    }


def answer_words(asked: Consultation, today: date) -> str:
    """What a party answered; else whether it still may, or let its day pass (silence is no agreement)."""
    if asked.answer:
        return str(asked.get_answer_display())
    if asked.is_silent(today):
        return _("No answer by %(day)s") % {"day": day_words(asked.due_on)}
    return _("Not answered yet")


def _meaning(asked: Consultation) -> str:
    """What somebody signed for, with the revision that they saw."""
    number = asked.answered_about.get("revision")
    answer = str(asked.get_answer_display())
    return _("%(answer)s, for revision %(number)d") % {"answer": answer, "number": number} if number else answer


def _answer(asked: Consultation, today: date, about: Shown) -> dict[str, Any]:
    zone = asked.plan.site.zone
    entered = bool(asked.answered_for)
    return {
        "party": str(Role(asked.party).label),
        "asked": _("%(when)s by %(who)s, answer until %(day)s")
        % {"when": moment_words(asked.asked_at, zone), "who": asked.asked_by.name, "day": day_words(asked.due_on)},
        "answer": answer_words(asked, today),
        "about": answered_words(asked) if asked.answer else "",
        "changed": changed_words(asked, about),
        "remark": asked.remark,
        "by": asked.answered_for or (asked.answered_by.name if asked.answered_by else ""),
        "entered": _("Entered by %(who)s from the document %(file)s, SHA-256 %(hash)s")
        % {"who": asked.answered_by, "file": asked.file_name, "hash": asked.file.sha256}
        if entered and asked.file
        else "",
    }
