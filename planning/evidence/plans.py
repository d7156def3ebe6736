"""The approved plan on paper: *Rencana Training*, one record for each approved revision (4.1, 5.1.1)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from planning.completeness import plain
from planning.content import scheme_of, sessions_of
from planning.effect_windows import windows_words
from planning.enums import Consent, Method, TrainingKind
from planning.evidence.coordination import answer_words
from planning.evidence.revisions import order_about_revision, plans_beginning
from planning.models import (
    ApprovalDecision,
    OvertimeOrder,
    PlannedMeeting,
    PlannedSession,
    PlanRevision,
    TrainingPlan,
)
from planning.queries.plans import local_day
from planning.wording import meeting_words
from planning.wording.settling import scheme_words, scored_by
from trainingops.people.enums import Role
from trainingops.people.models import User
from trainingops.records.models import EvidenceRequest
from trainingops.records.registry import EvidenceKind, register_kind
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words, moment_words


def register() -> None:
    """Make the kind known when the app starts."""
    register_kind(
        EvidenceKind(
            name="training_plan",
            label=gettext_lazy("Training plan"),
            prefix="RT",
            form_number="FR-CC-TRN-02",
            template="planning/print/training_plan.html",
            template_version="5",
            clauses=("4.1", "5.1.1", "5.1.2"),
            iso_clauses=("7.1", "7.2", "8.1"),
            expected=expected_plans,
            expected_title=gettext_lazy("%(what)s is not approved"),
        )
    )


def expected_plans(since: date, until: date, user: User) -> QuerySet[Any, tuple[str]]:
    """The plans whose first meeting lies in the period and that nobody approved: what 4.1 misses."""
    missing = plans_beginning(since, until, user).filter(approved_revision=None)
    return missing.annotate(what=F("number")).values_list("what")


def request_plan_evidence(
    *, revision: PlanRevision, decision: ApprovalDecision, actor: User, now: datetime
) -> EvidenceRequest:
    """Order the record of an approved revision, with what the manager saw and signed."""
    with translation.override("id"):
        payload = _payload(revision, decision)
    return order_about_revision("training_plan", revision, payload, actor=actor, now=now)


def _payload(revision: PlanRevision, decision: ApprovalDecision) -> dict[str, Any]:
    plan = revision.plan
    return {
        "title": _("Training plan"),
        "subtitle": plan.title,
        "subtitle_more": _("%(number)s, revision %(revision)d") % {"number": plan.number, "revision": revision.number},
        "clause": "4.1",
        "ident": _ident(revision),
        "purpose": revision.purpose,
        "needs": [
            _("%(kind)s, %(day)s, %(by)s: %(request)s")
            % {
                "kind": need.get_kind_display(),
                "day": day_words(need.dated_on),
                "by": need.asked_by,
                "request": need.request,
            }
            for need in revision.needs.all()
        ],
        "sessions": [_session(planned) for planned in sessions_of(revision)],
        "scheme": scheme_words(scheme_of(revision.scheme, revision)) if revision.scheme else "",
        "parameters": _parameters(revision),
        "overtime": _overtime(revision),
        "targets": _targets(revision),
        "recovery": ", ".join(str(form) for form in revision.recovery_forms.all()),
        "recovery_days": revision.recovery_days,
        "tolerance_minutes": revision.tolerance_minutes,
        "busy_reason": revision.busy_reason,
        "trainer_reason": revision.trainer_reason,
        "seats_reason": revision.seats_reason,
        "consultations": _answers(plan, local_day(decision.decided_at, plan.site)),
        "recipients": sorted(
            {
                f"{Role(each.party).label}: {each.user.name if each.user else each.name or each.email}"
                for each in revision.recipients.select_related("user")
            }
        ),
        "content_hash": revision.content_hash,
        "comment": decision.comment,
        "signatures": _signatures(revision, decision),
    }


def _parameters(revision: PlanRevision) -> list[dict[str, Any]]:
    """The scoring scheme line by line."""
    return [
        {
            "name": parameter.name,
            "weight": format_figure(plain(parameter.weight)),
            "minimum": "–" if parameter.minimum is None else format_figure(plain(parameter.minimum)),
            "maximum": format_figure(plain(parameter.maximum_score)),
            "source": scored_by(parameter),
        }
        for parameter in (revision.scheme.parameters.order_by("order", "name") if revision.scheme else [])
    ]


def _overtime(revision: PlanRevision) -> list[dict[str, Any]]:
    """The overtime ordered for its meetings, with why, by whom, and the agent's answer (PP 35/2021)."""
    zone = revision.plan.site.zone
    meetings = PlannedMeeting.objects.filter(planned_session__revision=revision).values("uuid")
    orders = OvertimeOrder.objects.filter(plan=revision.plan, meeting__in=meetings, withdrawn_at=None)
    return [
        {
            "name": order.person.name,
            "when": meeting_words(order.starts_at, order.ends_at, zone),
            "minutes": order.minutes,
            "reason": order.reason,
            "ordered_by": order.ordered_by,
            "consent": str(Consent(order.consent).label),
        }
        for order in orders.select_related("person").order_by("starts_at", "person__name")
    ]


def _targets(revision: PlanRevision) -> list[dict[str, Any]]:
    """Who is to be trained, in which batch, and why."""
    return [
        {
            "name": target.person.name,
            "number": target.person.employee_no,
            "batch": target.planned_session.label if target.planned_session else "–",
            "reason": target.reason_words or target.get_reason_display(),
        }
        for target in revision.targets.select_related("person", "planned_session")
    ]


def _answers(plan: TrainingPlan, today: date) -> list[dict[str, Any]]:
    """What the coordinated parties had said by ``today``, or that they said nothing in time."""
    return [
        {
            "party": str(Role(each.party).label),
            "answer": answer_words(each, today),
            "remark": each.remark,
            "by": each.answered_for or (each.answered_by.name if each.answered_by else ""),
        }
        for each in plan.consultations.select_related("answered_by")
    ]


def _signatures(revision: PlanRevision, decision: ApprovalDecision) -> list[dict[str, Any]]:
    """Who submitted the plan and who approved it, with their moments."""
    submitted, zone = revision.submitted_by, revision.plan.site.zone
    return [
        {
            "name": submitted.name if submitted else "",
            "role": "PIC",
            "meaning": _("Submitted"),
            "at": moment_words(revision.submitted_at, zone) if revision.submitted_at else "",
        },
        {
            "name": decision.by_words,
            "role": str(Role.MANAGER.label),
            "meaning": _("Approved"),
            "at": moment_words(decision.decided_at, zone),
        },
    ]


def _ident(revision: PlanRevision) -> list[list[str]]:
    plan = revision.plan
    papers = [each.code for each in (revision.pre_paper, revision.post_paper) if each]
    return [
        [_("Kind, service line"), f"{TrainingKind(plan.kind).label}, {plan.line}"],
        ["PIC", plan.pic.name],
        [_("Module"), str(revision.module_version)],
        [_("Method"), str(Method(revision.method).label)],
        [_("Duration"), _duration(revision)],
        [_("Application"), str(revision.application)],
        [_("Class types"), ", ".join(str(kind) for kind in revision.class_types.all()) or "–"],
        [_("Pre-/Post-test"), " / ".join(papers)],
        [_("Pass mark"), format_figure(revision.pass_mark or 0, 2)],
        *([[_("Measuring the effect"), windows]] if (windows := windows_words(revision)) else []),
    ]


def _duration(revision: PlanRevision) -> str:
    """How many days and minutes one participant is trained: those of the longest batch (4.1, 5.1.1 e)."""
    batches = [[(each.host_site.zone, meeting) for meeting in each.meetings.all()] for each in sessions_of(revision)]
    days = max(
        (len({meeting.starts_at.astimezone(zone).date() for zone, meeting in batch}) for batch in batches), default=0
    )
    longest = max((sum(_minutes(meeting) for _zone, meeting in batch) for batch in batches), default=0)
    words = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return _("%(days)s, %(minutes)d minutes a participant") % {"days": words, "minutes": longest}


def _session(planned: PlannedSession) -> dict[str, Any]:
    zone = planned.host_site.zone
    return {
        "label": planned.label,
        "place": ", ".join(
            filter(None, [planned.host_site.name, planned.room.name if planned.room else "", planned.link])
        ),
        "trainers": ", ".join(trainer.name for trainer in planned.trainers.all()),
        "meetings": [
            {
                "when": meeting_words(meeting.starts_at, meeting.ends_at, zone),
                "length": _("%(n)d minutes") % {"n": _minutes(meeting)},
            }
            for meeting in planned.meetings.all()
        ],
    }


def _minutes(meeting: PlannedMeeting) -> int:
    return int((meeting.ends_at - meeting.starts_at).total_seconds() // 60)
