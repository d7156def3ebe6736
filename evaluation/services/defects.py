"""The register of training defects, filled mostly by the system itself (4.4)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from evaluation.enums import SEEN_BY_PEOPLE, DefectDecision
from evaluation.models import TrainingDefect
from evaluation.policies import can_decide_defect, can_record_defect
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
        reported_by: the person who reports it; none where the system saw it.
    """

    kind: str
    plan: TrainingPlan
    training_session: TrainingSession | None
    occurred_at: datetime
    source: uuid.UUID
    description: str = ""
    found: Mapping[str, Any] = field(default_factory=dict)
    absence_reason_id: int | None = None
    impact_level: str = ""
    impact: str = ""
    correction: str = ""
    reported_by: User | None = None


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
    new = [_defect(each, now) for each in occurrences if (each.kind, each.source) not in known]
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
def keep_session_defects(
    *,
    training_session: TrainingSession,
    kinds: Collection[str],
    occurrences: Sequence[Occurrence],
    actor: User | None,
    now: datetime,
) -> None:
    """Bring the register in line with what is known of a class now: what is new comes, what never was goes.

    A defect that a finding names stays with its review; the reason of an absence follows its correction.

    Args:
        kinds: of which ``occurrences`` are all there are.
    """
    standing = {(each.kind, each.source): each for each in occurrences}
    reasons: dict[int | None, list[int]] = {}
    gone = []
    here = TrainingDefect.objects.filter(training_session=training_session, kind__in=kinds)
    for row in here.select_related("plan").annotate(is_named=Exists(_naming())):
        still = standing.get((row.kind, row.source))
        if still is None and not row.is_named:
            gone.append(row)
        elif still is not None and still.absence_reason_id != row.absence_reason_id:
            reasons.setdefault(still.absence_reason_id, []).append(row.pk)
    withdraw_training_defects(defects=gone, actor=actor, now=now)
    for reason, keys in reasons.items():
        TrainingDefect.objects.filter(pk__in=keys).update(absence_reason=reason)
    register_training_defects(occurrences=occurrences, actor=actor, now=now)


def _naming() -> QuerySet[Any]:
    """The findings that name a training defect, withdrawn ones too."""
    return TrainingDefect.findings.through.objects.filter(trainingdefect=OuterRef("pk"))


@service
def withdraw_training_defects(
    *, defects: Collection[TrainingDefect], actor: User | None, now: datetime
) -> list[uuid.UUID]:
    """What turned out not to have been goes from the register; the journal keeps that it stood there.

    Returns:
        the uuids of those that went.
    """
    for each in defects:
        data = {"kind": each.kind, "source": each.source, "plan": each.plan.uuid}
        record("training_defect.withdrawn", subject=each, actor=actor, now=now, data=data)
    if defects:
        TrainingDefect.objects.filter(pk__in=[each.pk for each in defects]).delete()
    return [each.uuid for each in defects]


def _defect(found: Occurrence, now: datetime) -> TrainingDefect:
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
        absence_reason_id=found.absence_reason_id,
        impact_level=found.impact_level,
        impact=found.impact,
        correction=found.correction,
        reported_by=found.reported_by,
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
    impact_level: str = "",
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
    if kind not in SEEN_BY_PEOPLE:
        raise Refused(_("The system registers this kind itself. Choose another kind."), field="kind")
    occurrence = Occurrence(
        kind=kind,
        plan=training_session.plan,
        training_session=training_session,
        occurred_at=occurred_at,
        source=uuid.uuid4(),
        description=description,
        impact_level=impact_level,
        impact=impact,
        correction=correction,
        reported_by=actor,
    )
    (defect,) = register_training_defects(occurrences=[occurrence], actor=actor, now=now)
    return defect


@service
def decide_training_defect(
    *,
    defect: TrainingDefect,
    impact_level: str,
    impact: str,
    correction: str,
    decision: str,
    actor: User,
    now: datetime,
) -> TrainingDefect:
    """Say how bad it was, what was done at once and what is decided; a later word replaces it, the journal keeps both.

    Raises:
        NotAllowed: neither manager in scope nor PIC of the training.
        Refused: "corrected" without the correction, or the impact without its degree.
    """
    defect = (
        TrainingDefect.objects.select_for_update(no_key=True, of=("self",)).select_related("plan").get(pk=defect.pk)
    )
    require(can_decide_defect(actor, defect))
    if decision == DefectDecision.CORRECTED and not correction.strip():
        raise Refused(_("“Corrected” needs the correction. Write what was done."), field="correction")
    if decision and not impact_level:
        raise Refused(_("The impact is not judged. Choose how bad it was."), field="impact_level")
    before = {"impact_level": defect.impact_level, "decision": defect.decision}
    words_before = {"impact": defect.impact, "correction": defect.correction}
    defect.impact_level, defect.impact, defect.correction = impact_level, impact.strip(), correction.strip()
    defect.decision = decision
    defect.decided_by, defect.decided_at = (actor, now) if decision else (None, None)
    defect.save(update_fields=["impact_level", "impact", "correction", "decision", "decided_by", "decided_at"])
    record(
        "training_defect.decided",
        subject=defect,
        actor=actor,
        now=now,
        data={"before": before, "after": {"impact_level": impact_level, "decision": decision}},
        detail={"before": words_before, "after": {"impact": defect.impact, "correction": defect.correction}},
    )
    return defect
