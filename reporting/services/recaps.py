"""The recap of a training, drafted when its last case closes (4.3, 5.3.1)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from planning.models import TrainingPlan
from reporting.models import TrainingRecap
from reporting.recap import Recap, recap_of
from reporting.services.recipients import recipients_of_all
from reporting.services.telling import tell
from sessions.enums import OPEN_CASES, CaseState, OutcomeState, SessionState
from sessions.models import RecoveryCase, TargetOutcome
from trainingops.audit.journal import record, service

if TYPE_CHECKING:
    from trainingops.people.models import User


@service
def draft_recap(*, plan: TrainingPlan, actor: User | None, now: datetime) -> TrainingRecap | None:
    """Sum up a training whose last case closed, and tell its parties; none while something is open.

    A training without any case has none either: its reports say it all. Asked again with the same numbers, nothing is
    drafted; numbers that a correction changed make the next recap.
    """
    plan = TrainingPlan.objects.select_for_update(no_key=True, of=("self",)).select_related("pic").get(pk=plan.pk)
    cases = RecoveryCase.objects.filter(enrolment__training_session__plan=plan).exclude(state=CaseState.VOIDED)
    outstanding = TargetOutcome.objects.filter(plan=plan, state=OutcomeState.OUTSTANDING)
    states = set(cases.order_by().values_list("state", flat=True).distinct())
    if not states or states & set(OPEN_CASES) or outstanding.exists():
        return None
    summed = recap_of(plan)
    last = TrainingRecap.objects.filter(plan=plan).order_by("-number").first()
    if last is not None and Recap(**last.figures) == summed:
        return last
    number = last.number + 1 if last else 1
    figures = summed.as_json()
    recap = TrainingRecap.objects.create(plan=plan, number=number, figures=figures, closed_at=now)
    _tell_parties(recap, summed, now)
    record("recap.drafted", subject=recap, actor=actor, now=now, data={"plan": plan.uuid, "number": number, **figures})
    return recap


def _tell_parties(recap: TrainingRecap, figures: Recap, now: datetime) -> None:
    plan = recap.plan
    held = plan.training_sessions.exclude(state=SessionState.CANCELLED).select_related("plan", "site", "line")
    found = recipients_of_all(list(held.order_by("pk")), now)
    parties = {each.user for each in found.all if each.user and each.reachable}
    tell(
        kind="report.recap",
        recipients={plan.pic, *parties},
        subject=recap,
        url=reverse("recap_detail", args=[recap.uuid]),
        now=now,
        params=lambda: {
            "title": plan.title,
            "number": plan.number,
            "trained": str(figures.trained),
            "due": str(figures.due),
            "on_schedule": str(figures.on_schedule),
            "recovered": str(figures.recovered),
            "waived": figures.waived_words,
            "lapsed": str(figures.lapsed),
        },
    )
