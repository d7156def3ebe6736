"""What a submission freezes: a plan revision as canonical JSON without names, and its hash (APR-3).

Persons, users and trainers stand in it by uuid only, so that the text may stay when their names are disposed of.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from planning.models import PlannedSession, PlanRecipient, PlanRevision, PlanTarget, ScoringScheme
from trainingops.audit.journal import canonical


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
        "needs": sorted(str(need.uuid) for need in revision.needs.all()),
        "module": version
        and {
            "uuid": str(version.uuid),
            "code": version.module.code,
            "version": version.number,
            "title": version.module.title,
        },
        "method": revision.method,
        "application": revision.application.name if revision.application else None,
        "class_types": sorted(kind.code for kind in revision.class_types.all()),
        "scheme": revision.scheme and _scheme(revision.scheme, revision),
        "pre_paper": revision.pre_paper and {"uuid": str(revision.pre_paper.uuid), "code": revision.pre_paper.code},
        "post_paper": revision.post_paper and {"uuid": str(revision.post_paper.uuid), "code": revision.post_paper.code},
        "tolerance_minutes": revision.tolerance_minutes,
        "recovery_days": revision.recovery_days,
        "recovery_forms": sorted(form.code for form in revision.recovery_forms.all()),
        "busy_reason": revision.busy_reason,
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


def load(*revisions: PlanRevision, whole: bool = True) -> None:
    """Fetch the rows of revisions together, for a page that reads them several times. Never for a decision.

    Args:
        whole: all that the content says; else sessions and targets only.
    """
    sessions = PlannedSession.objects.select_related("host_site", "room").prefetch_related("trainers", "meetings")
    targets = PlanTarget.objects.select_related("person", "planned_session").order_by("person__uuid")
    rows: list[Any] = [Prefetch("sessions", sessions.order_by("id")), Prefetch("targets", targets)]
    if whole:
        rows += [
            "targets__defects",
            Prefetch("recipients", PlanRecipient.objects.select_related("user")),
            "needs",
            "class_types",
            "recovery_forms",
            "scheme__parameters",
        ]
    prefetch_related_objects(list(revisions), *rows)


def loaded(revision: PlanRevision, name: str) -> list[Any] | None:
    """The related rows that :func:`load` fetched, or None."""
    cache = getattr(revision, "_prefetched_objects_cache", {})
    return list(cache[name]) if name in cache else None


def sessions_of(revision: PlanRevision) -> list[PlannedSession]:
    """The planned sessions of a revision with trainers, meetings, room and site, in their order."""
    if (known := loaded(revision, "sessions")) is not None:
        return known
    return list(
        revision.sessions.select_related("host_site", "room").prefetch_related("trainers", "meetings").order_by("id")
    )


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
    if (known := loaded(revision, "recipients")) is not None:
        return known
    return list(revision.recipients.select_related("user"))


def _scheme(scheme: ScoringScheme, revision: PlanRevision) -> dict[str, Any]:
    """The scoring scheme with the pass mark of this revision: the manager sets it by approving (DESIGN.md §2)."""
    return {
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
            }
            for parameter in sorted(scheme.parameters.all(), key=lambda each: (each.order, each.name))
        ],
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


def _target(target: PlanTarget) -> dict[str, Any]:
    return {
        "person": str(target.person.uuid),
        "reason": target.reason,
        "defects": sorted(str(defect.uuid) for defect in target.defects.all()),
        "session": str(target.planned_session.uuid) if target.planned_session else None,
    }
