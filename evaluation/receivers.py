"""What this stage does when a lower one reports something: it keeps the register of training defects (4.4)
and takes what was reported into its review (5.4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.dispatch import receiver

from evaluation.enums import TrainingDefectKind
from evaluation.services import (
    Occurrence,
    close_settled_plan,
    drop_study,
    keep_session_defects,
    plan_study,
    register_missed_starts,
    register_training_defects,
    take_up_plan,
)
from evaluation.services.analyses import note_analyses_due
from evaluation.tasks import analyse_paper, count_gain
from planning.enums import PlanState
from planning.models import PlanRevision, TrainingPlan
from planning.signals import plan_advanced, plan_cancelled, revision_approved
from reporting.models import ReportObligation
from reporting.signals import obligation_breached
from sessions.enums import AttendanceStatus, CaseKind, CaseState, DeviationKind
from sessions.models import Attendance, Deviation, RecoveryCase, TrainingSession
from sessions.signals import session_amended, session_cancelled, session_concluded, targets_settled, tests_changed
from trainingops.jobs.wake import wake
from trainingops.people.models import User

#: What the register has of a class by its own rows: deviations, and the meetings that people missed.
OF_A_SESSION = (
    TrainingDefectKind.DEVIATION,
    TrainingDefectKind.NO_APPROVAL,
    TrainingDefectKind.ABSENCE,
    TrainingDefectKind.LATENESS,
)


@receiver(obligation_breached)
def register_breach(*, obligation: ReportObligation, now: datetime, **_more: Any) -> None:
    """A report that is not there at its due time is a training defect, at the due time."""
    training_session = obligation.training_session
    breach = Occurrence(
        kind=TrainingDefectKind.REPORT_BREACH,
        plan=training_session.plan,
        training_session=training_session,
        occurred_at=obligation.due_at,
        source=obligation.uuid,
    )
    register_training_defects(occurrences=[breach], now=now)


@receiver(session_concluded)
def register_session_defects(
    *, training_session: TrainingSession, actor: User | None, now: datetime, **_more: Any
) -> None:
    """Deviations, absences and lateness over the tolerance, one each."""
    plan = training_session.plan
    deviations = [_of_deviation(each, training_session) for each in training_session.deviations.all()]
    absences = Attendance.objects.filter(
        enrolment=OuterRef("enrolment"), meeting=OuterRef("meeting"), status=AttendanceStatus.ABSENT
    )
    cases = RecoveryCase.objects.filter(enrolment__training_session=training_session, kind=CaseKind.RECOVERY)
    cases = cases.exclude(state=CaseState.VOIDED)
    missed = [
        Occurrence(
            kind=TrainingDefectKind.ABSENCE if case.absent else TrainingDefectKind.LATENESS,
            plan=plan,
            training_session=training_session,
            occurred_at=min(case.meeting.starts_at, now) if case.meeting else case.opened_at,
            source=case.uuid,
            absence_reason_id=case.reason,
        )
        for case in cases.select_related("meeting")
        .annotate(absent=Exists(absences), reason=Subquery(absences.values("reason")[:1]))
        .order_by("pk")
    ]
    keep_session_defects(
        training_session=training_session,
        kinds=OF_A_SESSION,
        occurrences=[*deviations, *missed],
        actor=actor,
        now=now,
    )


@receiver(session_amended)
def register_amended_defects(
    *, training_session: TrainingSession, what: str, actor: User | None, now: datetime, **_more: Any
) -> None:
    """An absence that a correction brought to light is one, too; one that it undid was none."""
    if what != "scores":
        register_session_defects(training_session=training_session, actor=actor, now=now)


@receiver(session_cancelled)
def withdraw_session_defects(
    *, training_session: TrainingSession, actor: User | None, now: datetime, **_more: Any
) -> None:
    """A class filed afterwards that is withdrawn was none: what the register has of it goes."""
    if training_session.is_withdrawn:
        keep_session_defects(
            training_session=training_session, kinds=OF_A_SESSION, occurrences=(), actor=actor, now=now
        )


@receiver(revision_approved)
def register_late_approval(*, revision: PlanRevision, actor: User | None, now: datetime, **_more: Any) -> None:
    """A plan whose first start passed before this approval was approved late (4.1)."""
    if revision.plan.missed_start_at:
        register_missed_starts(plans=[revision.plan_id], actor=actor, now=now)


@receiver(revision_approved)
def plan_effect_study(*, revision: PlanRevision, actor: User | None, now: datetime, **_more: Any) -> None:
    """What the approved revision says of measuring its effect becomes a study (2.3, 5.4)."""
    plan_study(revision=revision, actor=actor, now=now)


@receiver(plan_cancelled)
def drop_effect_study(*, plan: TrainingPlan, actor: User | None, now: datetime, **_more: Any) -> None:
    """A training that is called off has no effect to measure."""
    drop_study(plan=plan, actor=actor, now=now)


def _of_deviation(deviation: Deviation, training_session: TrainingSession) -> Occurrence:
    """A deviation in the register; a class held without approval is a kind of its own, on the day it was held (5.2)."""
    if deviation.kind == DeviationKind.APPROVAL:
        return Occurrence(
            kind=TrainingDefectKind.NO_APPROVAL,
            plan=training_session.plan,
            training_session=training_session,
            occurred_at=training_session.starts_at,
            source=deviation.uuid,
        )
    return Occurrence(
        kind=TrainingDefectKind.DEVIATION,
        plan=training_session.plan,
        training_session=training_session,
        occurred_at=deviation.reported_at,
        source=deviation.uuid,
        found={
            "kind": deviation.kind,
            "planned": deviation.planned[:80],
            "actual": deviation.actual[:80],
            "measured": deviation.measured,
        },
    )


@receiver(plan_advanced)
def join_review(*, plan: TrainingPlan, actor: User | None, now: datetime, **_more: Any) -> None:
    """A training that is reported after the invitation belongs to the review of its period all the same (5.4)."""
    if plan.state == PlanState.REPORTED:
        take_up_plan(plan=plan, actor=actor, now=now)


@receiver(targets_settled)
def close_after_review(*, plan: TrainingPlan, actor: User | None, now: datetime, **_more: Any) -> None:
    """A training that waited for somebody when its review closed is closed by the last case of it (5.3.1, 5.4)."""
    close_settled_plan(plan=plan, actor=actor, now=now)


@receiver(tests_changed)
def analyse_tests(*, training_session: TrainingSession, **_more: Any) -> None:
    """Questions and gain are computed anew by a worker, after the commit."""
    for key in note_analyses_due(training_session):
        wake(analyse_paper, key)
    wake(count_gain, training_session.pk)
