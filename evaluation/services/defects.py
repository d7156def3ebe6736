"""The register of training defects, filled mostly by the system itself (4.4)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from evaluation.enums import TrainingDefectKind
from evaluation.models import TrainingDefect
from evaluation.policies import can_record_defect
from planning.models import TrainingPlan
from sessions.models import TrainingSession
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require
from trainingops.people.models import User


@service
def register_training_defect(
    *,
    kind: str,
    plan: TrainingPlan,
    training_session: TrainingSession | None,
    occurred_at: datetime,
    source: uuid.UUID,
    now: datetime,
    description: str = "",
    found: Mapping[str, Any] | None = None,
    actor: User | None = None,
    impact: str = "",
    correction: str = "",
) -> TrainingDefect:
    """Put what went wrong into the register; the same source and kind are counted once, whoever reports it again.

    Args:
        source: uuid of the breach, deviation or recovery case behind it.
        description: as a person typed it, without names of persons; blank where the kind says it.
        found: for a deviation what it was (``TrainingDefect.words`` reads it).
    """
    place = training_session or plan
    defect, created = TrainingDefect.objects.get_or_create(
        kind=kind,
        source=source,
        defaults={
            "plan": plan,
            "training_session": training_session,
            "site_id": place.site_id,
            "line_id": place.line_id,
            "occurred_at": occurred_at,
            "description": description,
            "found": dict(found or {}),
            "impact": impact,
            "correction": correction,
            "decided_by": actor,
            "recorded_at": now,
        },
    )
    if created:
        record(
            "training_defect.registered",
            subject=defect,
            actor=actor,
            now=now,
            data={"kind": kind, "source": source, "plan": plan.uuid},
        )
    return defect


@service
def record_training_defect(
    *,
    kind: str,
    training_session: TrainingSession,
    occurred_at: datetime,
    description: str,
    impact: str,
    correction: str,
    actor: User,
    now: datetime,
) -> TrainingDefect:
    """A person reports what the system cannot see: a failed room or application, a faulty question.

    Raises:
        NotAllowed: not within the actor's scope.
        Refused: the moment lies in the future.
    """
    require(can_record_defect(actor, training_session.site, training_session.line))
    if occurred_at > now:
        raise Refused(_("The time lies in the future. Enter when it happened."), field="occurred_at")
    if kind not in (TrainingDefectKind.FACILITY, TrainingDefectKind.QUESTION, TrainingDefectKind.RATING):
        raise Refused(_("The system registers this kind itself. Choose another kind."), field="kind")
    return register_training_defect(
        kind=kind,
        plan=training_session.plan,
        training_session=training_session,
        occurred_at=occurred_at,
        source=uuid.uuid4(),
        description=description,
        impact=impact,
        correction=correction,
        actor=actor,
        now=now,
    )
