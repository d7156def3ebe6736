"""What a submission freezes: a plan revision as canonical JSON without names, and its hash (APR-3).

Persons, users and trainers stand in it by uuid only, so that the text may stay when their names are disposed of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects
from django.db.models.functions import JSONObject

from planning.effect_windows import DAYS
from planning.enums import SettledBy
from planning.lists import lists_of
from planning.models import (
    ClassType,
    Defect,
    NeedSource,
    PlannedMeeting,
    PlannedSession,
    PlanRecipient,
    PlanRevision,
    PlanTarget,
    RecoveryForm,
    ScoringParameter,
    ScoringScheme,
    TrainerProfile,
)
from planning.qualifying import with_permits
from planning.queries.defects_since import with_annulled
from trainingops.audit.journal import canonical

#: What a revision chose and its content says, for ``select_related``.
CHOICES = ("module_version__module", "application", "scheme", "pre_paper", "post_paper", "effect_parameter")


def freeze(revision: PlanRevision) -> str:
    """The canonical JSON of ``revision`` as its rows say now; the same rows always give the same text."""
    return canonical(content_of(revision))


def hash_of(text: str) -> str:
    """SHA-256 of a frozen content, as 64 hexadecimal characters: what a decision binds to."""
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(revision: PlanRevision) -> dict[str, Any]:
    """The content of a revision as plain data; figures as text, times in UTC, lists in an order of their own."""
    plan, version = revision.plan, revision.module_version
    return {
        "plan": {
            "number": plan.number,
            "kind": plan.kind,
            "title": plan.title,
            "site": plan.site.code,
            "line": plan.line.code,
        },
        "purpose": revision.purpose,
        "needs": sorted(str(need.uuid) for need in needs_of(revision)),
        "module": version
        and {
            "uuid": str(version.uuid),
            "code": version.module.code,
            "version": version.number,
            "title": version.module.title,
        },
        "method": revision.method,
        "application": revision.application.name if revision.application else None,
        "class_types": sorted(kind.code for kind in class_types_of(revision)),
        "scheme": revision.scheme and scheme_of(revision.scheme, revision),
        "pre_paper": revision.pre_paper and {"uuid": str(revision.pre_paper.uuid), "code": revision.pre_paper.code},
        "post_paper": revision.post_paper and {"uuid": str(revision.post_paper.uuid), "code": revision.post_paper.code},
        "tolerance_minutes": revision.tolerance_minutes,
        "recovery_days": revision.recovery_days,
        "recovery_forms": sorted(form.code for form in recovery_forms_of(revision)),
        "busy_reason": revision.busy_reason,
        "trainer_reason": revision.trainer_reason,
        # Only where one is written, so that what was frozen before there was this field keeps its hash.
        **({"seats_reason": revision.seats_reason} if revision.seats_reason else {}),
        **effect_of(revision),
        "sessions": [_session(each) for each in sessions_of(revision)],
        "targets": [_target(each) for each in targets_of(revision)],
        "recipients": sorted(
            (
                {
                    "party": each.party,
                    "user": str(each.user.uuid) if each.user else None,
                    "email_sha256": None if each.user else hash_of(each.email.lower()),
                }
                for each in recipients_of(revision)
            ),
            key=lambda each: (each["party"], each["user"] or each["email_sha256"] or ""),
        ),
    }


def current_content(revision: PlanRevision) -> dict[str, Any]:
    """What a revision says: as it was frozen, of a draft as its rows say now."""
    return json.loads(revision.content) if revision.content else content_of(revision)


def load(*revisions: PlanRevision, sessions: bool = True) -> None:
    """Fetch sessions and targets of revisions together, for a page that reads them often. Never for a decision.

    Args:
        sessions: whether the page needs the rows of sessions, trainers and meetings.
    """
    targets = (
        with_annulled(PlanTarget.objects.select_related("person", "planned_session"))
        .annotate(defect_uuids=ArraySubquery(Defect.objects.filter(targets=OuterRef("pk")).order_by().values("uuid")))
        .order_by("person__uuid")
    )
    rows = [Prefetch("targets", targets), *([Prefetch("sessions", _sessions())] if sessions else [])]
    prefetch_related_objects(list(revisions), *rows)
    if sessions:
        _unfold(planned for revision in revisions for planned in revision.sessions.all())


def _sessions() -> QuerySet[PlannedSession]:
    """With room and site, and ``meeting_rows`` and ``trainer_rows`` for :func:`_unfold`."""
    approved = PlannedMeeting.objects.filter(
        uuid=OuterRef("uuid"),
        starts_at=OuterRef("starts_at"),
        planned_session__revision=OuterRef("planned_session__revision__plan__approved_revision"),
    )
    meetings = PlannedMeeting.objects.filter(planned_session=OuterRef("pk")).annotate(is_approved=Exists(approved))
    trainers = with_permits(TrainerProfile.objects.filter(planned_sessions=OuterRef("pk"))).order_by("name")
    known = (*_TRAINER, "may_teach", "certificates")
    names = ("id", "uuid", "starts_at", "ends_at", "is_approved")
    return (
        PlannedSession.objects.select_related("host_site", "room")
        .annotate(
            trainer_rows=ArraySubquery(trainers.values(row=JSONObject(**{name: name for name in known}))),
            meeting_rows=ArraySubquery(
                meetings.order_by("starts_at").values(row=JSONObject(**{name: name for name in names}))
            ),
        )
        .order_by("id")
    )


def _unfold(sessions: Iterable[PlannedSession]) -> None:
    """Give sessions what was read in the same query: meetings, each with whether it so ``is_approved``; trainers.

    They stand where a prefetch would have put them, so that ``planned.meetings.all()`` asks no query. The trainers are
    as :func:`~planning.qualifying.with_permits` reads them.
    """
    for planned in sessions:
        rows: Any = planned
        meetings: Any = planned.meetings.all()
        meetings._result_cache = [_meeting(planned, row) for row in rows.meeting_rows]
        trainers: Any = planned.trainers.all()
        trainers._result_cache = [_trainer(planned, row) for row in rows.trainer_rows]
        rows.__dict__.setdefault("_prefetched_objects_cache", {}).update(meetings=meetings, trainers=trainers)


#: What a plan reads of a trainer.
_TRAINER = ("id", "uuid", "name", "person_id", "user_id", "kind", "unit_id", "valid_until")


def _trainer(planned: PlannedSession, row: Mapping[str, Any]) -> TrainerProfile:
    until = row["valid_until"] and date.fromisoformat(row["valid_until"])
    values = {**row, "uuid": UUID(row["uuid"]), "valid_until": until}
    trainer: Any = TrainerProfile.from_db(planned._state.db, list(_TRAINER), [values[name] for name in _TRAINER])
    trainer.may_teach, trainer.certificates = row["may_teach"], row["certificates"]
    return cast("TrainerProfile", trainer)


def _meeting(planned: PlannedSession, row: Mapping[str, Any]) -> PlannedMeeting:
    times = [datetime.fromisoformat(row[name]).astimezone(UTC) for name in ("starts_at", "ends_at")]
    names = ["id", "uuid", "planned_session_id", "starts_at", "ends_at"]
    meeting = PlannedMeeting.from_db(planned._state.db, names, [row["id"], UUID(row["uuid"]), planned.pk, *times])
    meeting.planned_session = planned
    meeting.is_approved = row["is_approved"]  # type: ignore[attr-defined]
    return meeting


def loaded(revision: PlanRevision, name: str) -> list[Any] | None:
    """The related rows that :func:`load` fetched, or None."""
    cache = getattr(revision, "_prefetched_objects_cache", {})
    return list(cache[name]) if name in cache else None


def sessions_of(revision: PlanRevision) -> list[PlannedSession]:
    """The planned sessions of a revision with trainers, meetings, room and site, in their order."""
    if (known := loaded(revision, "sessions")) is not None:
        return known
    rows = list(_sessions().filter(revision=revision))
    _unfold(rows)
    return rows


def targets_of(revision: PlanRevision) -> list[PlanTarget]:
    """The targets of a revision with person, batch and defects, by the person's uuid."""
    if (known := loaded(revision, "targets")) is not None:
        return known
    return list(
        revision.targets.select_related("person", "planned_session")
        .prefetch_related("defects")
        .order_by("person__uuid")
    )


def recipients_of(revision: PlanRevision) -> list[PlanRecipient]:
    """The recipients of a revision with their accounts."""
    if known := lists_of(revision):
        return known.recipients
    return list(revision.recipients.select_related("user"))


def needs_of(revision: PlanRevision) -> list[NeedSource]:
    """The sources of the need."""
    return known.needs if (known := lists_of(revision)) else list(revision.needs.all())


def class_types_of(revision: PlanRevision) -> list[ClassType]:
    """The class types."""
    return known.class_types if (known := lists_of(revision)) else list(revision.class_types.all())


def recovery_forms_of(revision: PlanRevision) -> list[RecoveryForm]:
    """The forms of recovery that are offered."""
    return known.recovery_forms if (known := lists_of(revision)) else list(revision.recovery_forms.all())


def parameters_of(revision: PlanRevision) -> list[ScoringParameter]:
    """The parameters of the scoring scheme; none without a scheme."""
    if known := lists_of(revision):
        return known.parameters
    return list(revision.scheme.parameters.all()) if revision.scheme else []


def scheme_of(scheme: ScoringScheme, revision: PlanRevision) -> dict[str, Any]:
    """The scoring scheme with the pass mark of this revision: the manager sets it by approving (DESIGN.md §2)."""
    # One remedial attempt is what a content says that names none: those frozen before the rule keep their hash.
    remedials = {} if scheme.remedial_attempts == 1 else {"remedial_attempts": scheme.remedial_attempts}
    return {
        **remedials,
        "name": scheme.name,
        "decimals": scheme.decimals,
        "pass_mark": _figure(revision.pass_mark),
        "remedial_cap": _figure(scheme.remedial_cap),
        "parameters": [
            {
                "uuid": str(parameter.uuid),
                "name": parameter.name,
                "weight": _figure(parameter.weight),
                "minimum": _figure(parameter.minimum),
                "maximum_score": _figure(parameter.maximum_score),
                "source": parameter.source,
                **_assessors(parameter),
            }
            for parameter in sorted(parameters_of(revision), key=lambda each: (each.order, each.name))
        ],
    }


def _assessors(parameter: ScoringParameter) -> dict[str, Any]:
    """How several assessors are settled; nothing for one, so that what was frozen before keeps its hash."""
    if parameter.settled_by == SettledBy.ONE:
        return {}
    return {"settled_by": parameter.settled_by, "assessors": parameter.assessors}


def effect_of(revision: PlanRevision) -> dict[str, Any]:
    """How the effect is measured; nothing where it is not planned, so that what was frozen before keeps its hash."""
    days = [getattr(revision, name) for name in DAYS]
    if not revision.effect_class and not any(days):
        return {}
    parameter = revision.effect_parameter
    return {
        "effect": {
            "class": revision.effect_class,
            "parameter": parameter and parameter.code,
            **{name: day and day.isoformat() for name, day in zip(DAYS, days, strict=True)},
        }
    }


def _figure(value: Decimal | None) -> str | None:
    """A decimal in one form only, whether it comes from a form or from the database: no trailing noughts."""
    return None if value is None else f"{Decimal(value).normalize():f}"


def _session(planned: PlannedSession) -> dict[str, Any]:
    return {
        "uuid": str(planned.uuid),
        "label": planned.label,
        "host_site": planned.host_site.code,
        "trainers": sorted(str(trainer.uuid) for trainer in planned.trainers.all()),
        "room": planned.room.name if planned.room else None,
        "link": planned.link,
        "meetings": [
            {
                "uuid": str(meeting.uuid),
                "starts_at": _instant(meeting.starts_at),
                "ends_at": _instant(meeting.ends_at),
            }
            for meeting in sorted(planned.meetings.all(), key=lambda each: each.starts_at)
        ],
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _defects(target: PlanTarget) -> list[UUID]:
    known: list[UUID] | None = getattr(target, "defect_uuids", None)
    return [defect.uuid for defect in target.defects.all()] if known is None else known


def _target(target: PlanTarget) -> dict[str, Any]:
    return {
        "person": str(target.person.uuid),
        "reason": target.reason,
        "defects": sorted(map(str, _defects(target))),
        "session": str(target.planned_session.uuid) if target.planned_session else None,
    }
