"""What every way of recovery does with its cases: lock, check the form, schedule (5.3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from planning.enums import PlanState
from planning.models import RecoveryForm, TrainingPlan
from planning.services.plans import advance_plan
from sessions.enums import (
    CaseKind,
    CaseState,
)
from sessions.models import RecoveryCase, TrainingSession
from sessions.services.outcomes import lock_cases
from trainingops.audit.journal import record
from trainingops.domain import Refused
from trainingops.people.models import Person


def lock_to_recover(cases: Sequence[RecoveryCase]) -> tuple[list[TrainingPlan], list[RecoveryCase]]:
    """As :func:`lock_cases`; only recovery cases gather in a class."""
    if not cases:
        raise Refused(_("Choose at least one recovery case."), field="cases")
    plans, locked = lock_cases(case.pk for case in cases)
    if any(case.kind != CaseKind.RECOVERY for case in locked):
        raise Refused(_("A result below the pass mark needs a remedial test, not a class."), field="cases")
    return plans, locked


def check_form(form: RecoveryForm, plans: Iterable[TrainingPlan]) -> None:
    for plan in plans:
        revision = plan.approved_revision
        if revision is None or not revision.recovery_forms.filter(pk=form.pk).exists():
            raise Refused(
                _("The approved plan %(number)s does not allow “%(form)s”. Choose a form that it allows.")
                % {"number": plan.number, "form": form},
                field="form",
            )


def people_of(cases: Iterable[RecoveryCase]) -> list[Person]:
    """Each person once, however many of their cases a class recovers."""
    return list({case.enrolment.person_id: case.enrolment.person for case in cases}.values())


def schedule(
    cases: Sequence[RecoveryCase],
    training_session: TrainingSession,
    form: RecoveryForm,
    actor: Any,
    now: datetime,
    *,
    note: str = "",
) -> None:
    for case in cases:
        case.state, case.scheduled_in, case.form = CaseState.SCHEDULED, training_session, form
        case.test_opened_at = None
        case.note = note.strip() or case.note
        record(
            "case.scheduled",
            subject=case,
            actor=actor,
            now=now,
            data={"session": training_session.uuid, "form": form.code},
            detail={"note": note.strip()} if note.strip() else None,
        )
    RecoveryCase.objects.bulk_update(cases, ["state", "scheduled_in", "form", "test_opened_at", "note"])


def under_way_again(plans: Iterable[TrainingPlan], actor: Any, now: datetime) -> None:
    for plan in plans:
        if plan.state in (PlanState.REPORTED, PlanState.UNDER_REVIEW):
            advance_plan(plan=plan, to=PlanState.UNDER_WAY, actor=actor, now=now)
