"""What a timeline is told from, read at once (2.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Value

from evaluation.enums import ActionState, ReviewState
from evaluation.models import ImprovementAction, Review
from planning.models import Consultation, NeedSource, PlanRevision, TrainingPlan
from reporting.models import ReportObligation, ReportVersion, TrainingRecap, TrainingReport
from sessions.enums import OPEN_CASES, CaseState, OutcomeState
from sessions.models import TargetOutcome
from trainingops.dashboard.plain import Row, packed, plain_rows
from trainingops.people.models import User
from trainingops.ui.navigation import may_open


@dataclass
class Story:
    """Everything that a timeline is told from."""

    plan: TrainingPlan
    revisions: list[PlanRevision]
    #: Annotated: what of them the reader may open.
    sessions: list[Any]
    versions: list[Any]
    rows: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def outcomes(self) -> Row:
        return self.rows["outcomes"][0] if self.rows["outcomes"] else {"targeted": 0, "trained": 0, "outstanding": 0}


def tell(plan: TrainingPlan, reader: User) -> Story:
    """Read a plan's story: four queries, whatever happened in it. Only what ``reader`` may open is linked."""
    obligations = ReportObligation.objects.visible_to(reader).filter(training_session=OuterRef("pk"))
    on_board = may_open(reader.authority.role_names, "obligation_detail")
    return Story(
        plan=plan,
        revisions=list(
            plan.revisions.select_related("submitted_by", "decision__decided_by", "created_by").order_by("number")
        ),
        sessions=list(
            plan.training_sessions.select_related("site", "obligation", "obligation__report", "summary")
            .annotate(
                cases=Count("enrolments__cases", filter=~Q(enrolments__cases__state=CaseState.VOIDED)),
                cases_since=Min("enrolments__cases__opened_at", filter=~Q(enrolments__cases__state=CaseState.VOIDED)),
                cases_open=Count("enrolments__cases", filter=Q(enrolments__cases__state__in=OPEN_CASES)),
                cases_until=Max("enrolments__cases__settled_at"),
                obligation_opens=Exists(obligations) if on_board else Value(False),
            )
            .order_by("starts_at", "pk")
        ),
        versions=list(
            ReportVersion.objects.filter(report__obligation__training_session__plan=plan)
            .select_related("report", "submitted_by", "report__obligation__training_session")
            .annotate(opens=Exists(TrainingReport.objects.visible_to(reader).filter(pk=OuterRef("report"))))
            .defer("content")
            .order_by("submitted_at")
        ),
        rows=plain_rows(TrainingPlan.objects.filter(pk=plan.pk), _kinds(reader)),
    )


def _kinds(reader: User) -> dict[str, QuerySet[Any]]:
    """What few words are told of: one query for all of it."""
    plan = OuterRef("pk")
    consultations = Consultation.objects.filter(plan=plan).order_by("asked_at")
    reviews = Review.objects.filter(plans=plan).exclude(state=ReviewState.CANCELLED).order_by("scheduled_at")
    decided = ImprovementAction.objects.filter(finding__review__plans=plan).exclude(state=ActionState.WITHDRAWN)
    actions = decided.order_by("created_at")
    return {
        "needs": packed(
            NeedSource.objects.filter(revisions__plan=plan).distinct().order_by(), "dated_on", "asked_by", "request"
        ),
        "consultations": packed(
            consultations, "party", "asked_at", "due_on", "answer", "answered_at", answered_by="answered_by__name"
        ),
        "outcomes": packed(_outcomes(plan), targeted="n_all", trained="n_trained", outstanding="n_outstanding"),
        "recaps": packed(TrainingRecap.objects.visible_to(reader).filter(plan=plan), "uuid", "closed_at"),
        "reviews": packed(
            reviews, "number", "state", "scheduled_at", "held_at", "closed_at", approved_at="minutes__approved_at"
        ),
        "actions": packed(actions, "number", "text", "state", "due_at", "done_at", owner="owner__name"),
    }


def _outcomes(plan: OuterRef) -> QuerySet[Any]:
    """One row: how many people are on target, were trained, and are still to be."""
    return (
        TargetOutcome.objects.filter(plan=plan)
        .order_by()
        .values("plan")
        .annotate(
            n_all=Count("pk"),
            n_trained=Count("pk", filter=Q(state=OutcomeState.TRAINED)),
            n_outstanding=Count("pk", filter=Q(state=OutcomeState.OUTSTANDING)),
        )
    )
