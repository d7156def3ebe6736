"""The register of training defects, filled mostly by the system itself (4.4)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
from trainingops.ui.moments import moment_words

#: A room or an application may fail while the session is being prepared.
PREPARATION = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """Something that went wrong.

    Attributes:
        source: uuid of the breach, deviation or recovery case behind it.
        description: as a person typed it, without names of persons; blank where the kind says it.
        found: for a deviation what it was (``TrainingDefect.words`` reads it).
    """

    kind: str
    plan: TrainingPlan
    training_session: TrainingSession | None
    occurred_at: datetime
    source: uuid.UUID
    description: str = ""
    found: Mapping[str, Any] = field(default_factory=dict)
    impact: str = ""
    correction: str = ""


@service
def register_training_defects(
    *, occurrences: Sequence[Occurrence], now: datetime, actor: User | None = None
) -> list[TrainingDefect]:
    """Put what went wrong into the register; the same source and kind are counted once, whoever reports it again.

    Two queries and the journal's, whatever the number.

    Returns:
        the defects that are new.
    """
    sources = [each.source for each in occurrences]
    known = set(TrainingDefect.objects.filter(source__in=sources).values_list("kind", "source"))
    new = [_defect(each, actor, now) for each in occurrences if (each.kind, each.source) not in known]
    for defect in TrainingDefect.objects.bulk_create(new):
        record(
            "training_defect.registered",
            subject=defect,
            actor=actor,
            now=now,
            data={"kind": defect.kind, "source": defect.source, "plan": defect.plan.uuid},
        )
    return new


@service
def withdraw_training_defects(
    *, training_session: TrainingSession, kind: str, actor: User | None, now: datetime
) -> list[uuid.UUID]:
    """What was registered of a class turned out not to have been; one that a finding names stays with its review.

    Returns:
        the uuids of those that went.
    """
    rows = list(TrainingDefect.objects.filter(training_session=training_session, kind=kind, findings=None))
    for each in rows:
        data = {"kind": each.kind, "source": each.source, "plan": training_session.plan.uuid}
        record("training_defect.withdrawn", subject=each, actor=actor, now=now, data=data)
    TrainingDefect.objects.filter(pk__in=[each.pk for each in rows]).delete()
    return [each.uuid for each in rows]


def _defect(found: Occurrence, actor: User | None, now: datetime) -> TrainingDefect:
    place = found.training_session or found.plan
    return TrainingDefect(
        kind=found.kind,
        source=found.source,
        plan=found.plan,
        training_session=found.training_session,
        site_id=place.site_id,
        line_id=place.line_id,
        occurred_at=found.occurred_at,
        description=found.description,
        found=dict(found.found),
        impact=found.impact,
        correction=found.correction,
        decided_by=actor,
        recorded_at=now,
    )


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
    zone = training_session.site.zone
    began = min(training_session.opened_at or training_session.starts_at, training_session.starts_at)
    said = {"at": moment_words(occurred_at, zone), "start": moment_words(began, zone)}
    if occurred_at > now:
        raise Refused(_("%(at)s lies in the future. Enter when it happened.") % said, field="occurred_at")
    if occurred_at < began - PREPARATION:
        raise Refused(
            _("%(at)s lies more than a day before the session of %(start)s. Enter when it happened.") % said,
            field="occurred_at",
        )
    if kind not in (TrainingDefectKind.FACILITY, TrainingDefectKind.QUESTION, TrainingDefectKind.RATING):
        raise Refused(_("The system registers this kind itself. Choose another kind."), field="kind")
    occurrence = Occurrence(
        kind=kind,
        plan=training_session.plan,
        training_session=training_session,
        occurred_at=occurred_at,
        source=uuid.uuid4(),
        description=description,
        impact=impact,
        correction=correction,
    )
    (defect,) = register_training_defects(occurrences=[occurrence], actor=actor, now=now)
    return defect
