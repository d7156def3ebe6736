"""What goes into the records of this stage: minutes (Risalah Rapat) and the coaching form (clause 6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.enums import Aspect
from evaluation.models import CoachingForm, Finding, Review
from evaluation.queries import Written, by_aspect
from trainingops.people.enums import Role, SignatureMeaning
from trainingops.people.models import User
from trainingops.records.payloads import signed
from trainingops.records.registry import EvidenceKind, register_kind
from trainingops.ui.moments import day_words, moment_words

LANGUAGE = "id"

MINUTES = EvidenceKind(
    name="minutes",
    label=gettext_lazy("Minutes of review"),
    prefix="RR",
    form_number="FR-CC-TRN-06",
    template="evaluation/print/minutes.html",
    template_version="3",
    clauses=("5.4", "4.4", "6"),
    iso_clauses=("9.1", "10.3"),
)
COACHING = EvidenceKind(
    name="coaching",
    label=gettext_lazy("Coaching form"),
    prefix="FP",
    form_number="FR-CC-TRN-07",
    template="evaluation/print/coaching.html",
    template_version="3",
    clauses=("6", "5.4"),
    iso_clauses=("7.2", "10.3"),
    readers=("auditor", "manager"),
)


def register_evidence() -> None:
    """Make the kinds known at start."""
    register_kind(MINUTES)
    register_kind(COACHING)


def minutes_payload(review: Review, *, written: Written, approver: User, now: datetime) -> dict[str, Any]:
    """The minutes as they are printed: everything in words, in the record's language."""
    zone = review.site.zone
    with translation.override(LANGUAGE):
        held_at = review.held_at or review.scheduled_at
        return {
            "title": _("Minutes of review"),
            "subtitle": _("Training Refreshment and Improvement"),
            "subtitle_more": f"{review.line.name} {review.site.name}",
            "clause": "5.4",
            "ident": [
                [_("Number"), review.number],
                [_("Held"), moment_words(held_at, zone)],
                [_("Period"), f"{day_words(review.period_from)} – {day_words(review.period_to)}"],
                [_("Led by"), approver.name],
                [_("Secretary"), review.secretary.name],
                [_("Trainings"), ", ".join(plan.number for plan in written.plans) or "–"],
            ],
            "participants": [
                {"name": p.user.name, "presence": str(p.get_presence_display()), "excuse": p.excuse}
                for p in written.participants
            ],
            "text": review.minutes.text,
            "aspects": [_aspect(aspect, findings, zone) for aspect, findings in by_aspect(written.findings)],
            "signatures": [
                {
                    "name": approver.name,
                    "role": str(Role.MANAGER.label),
                    "meaning": str(SignatureMeaning.APPROVED.label),
                    "at": moment_words(now, zone),
                }
            ],
        }


def _aspect(aspect: Aspect, findings: list[Finding], zone: Any) -> dict[str, Any]:
    return {
        "label": str(aspect.label),
        "findings": [
            {
                "text": _("No findings") if finding.nothing_found else finding.text,
                "defects": len(finding.training_defects.all()),
                "no_action_reason": finding.no_action_reason,
                "actions": [
                    {
                        "number": action.number,
                        "kind": str(action.get_kind_display()),
                        "text": action.text,
                        "owner": action.owner.name,
                        "due": moment_words(action.due_at, zone),
                        "removes": action.removes,
                    }
                    for action in finding.actions.all()
                ],
            }
            for finding in findings
        ],
    }


def coaching_payload(form: CoachingForm) -> dict[str, Any]:
    """The coaching form as it is printed, as it stands; each signature, follow-up and the end make a version."""
    zone = form.site.zone
    assert form.coached_at is not None and form.signature is not None
    with translation.override(LANGUAGE):
        signatures = [signed(form.coach.name, form.signature, zone)]
        if form.agent_signature:
            signatures.append(signed(form.person.name, form.agent_signature, zone))
        return {
            "title": _("Coaching form (Form Pembinaan SDM)"),
            "subtitle": form.person.name,
            "subtitle_more": form.person.employee_no,
            "clause": "6",
            "version": _("version %(number)d") % {"number": form.record_version} if form.record_version > 1 else "",
            "ident": [
                [_("Number"), form.number],
                [_("Date"), moment_words(form.coached_at, zone)],
                [_("Service line"), form.line.name],
                [_("Site"), form.site.name],
                [_("Coach"), form.coach.name],
                [_("State"), str(form.get_state_display())],
                *([[_("Grounds"), grounds]] if (grounds := grounds_words(form)) else []),
            ],
            "problem": form.problem,
            "cause": form.cause,
            "agreement": form.agreement,
            "comment": form.comment,
            "commented_at": moment_words(form.commented_at, zone) if form.commented_at else "",
            "defects": [
                {
                    "reference": defect.source_reference,
                    "day": day_words(defect.occurred_on),
                    "parameter": str(defect.parameter),
                    "class": str(defect.get_error_class_display()),
                }
                for defect in form.defects.select_related("parameter").order_by("occurred_on")
            ],
            "follow_ups": [
                {
                    "due": day_words(each.due_on),
                    "seen_on": day_words(each.seen_on) if each.seen_on else "",
                    "seen": each.seen,
                    "by": each.seen_by.name if each.seen_by else "",
                }
                for each in form.follow_ups.select_related("seen_by")
            ],
            "result": str(form.get_result_display()) if form.result else "",
            "conclusion": form.conclusion,
            "unacknowledged_reason": form.unacknowledged_reason,
            "signatures": signatures,
        }


def grounds_words(form: CoachingForm) -> str:
    """What a coaching follows from beside defects, in a few words of the active language."""
    said = []
    if form.case:
        said.append(_("remedial not passed, %(number)s") % {"number": form.case.enrolment.training_session.plan.number})
    if form.review:
        said.append(_("review %(number)s") % {"number": form.review.number})
    return "; ".join(said)
