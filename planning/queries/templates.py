"""What a template says, and what a plan would say as one; each read by one query, for the form of a template."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from planning.content import CHOICES
from planning.lists import lists_of, with_lists
from planning.models import PlannedMeeting, PlanRevision, PlanTemplate, TrainingPlan
from planning.services.templates import PLAIN
from trainingops.people.enums import MANDATORY_PARTIES
from trainingops.people.models import User


def with_codes(templates: QuerySet[PlanTemplate]) -> QuerySet[Any]:
    """Templates with the codes of their class types and forms of recovery: ``class_type_codes``, ``recovery_codes``."""

    def codes(relation: Any, side: str) -> ArraySubquery:
        rows = relation.through.objects.filter(plantemplate=OuterRef("pk")).order_by()
        return ArraySubquery(rows.values(f"{side}__code"))

    return templates.annotate(
        class_type_codes=codes(PlanTemplate.class_types, "classtype"),
        recovery_codes=codes(PlanTemplate.recovery_forms, "recoveryform"),
    )


def values_in(template: Any, names: set[str]) -> dict[str, Any]:
    """The fields ``names`` of a template read :func:`with_codes`, as its form shows them."""
    plain = {each.name: getattr(template, each.name) for each in PlanTemplate._meta.fields if each.name in names}
    return plain | {"class_types": template.class_type_codes, "recovery_forms": template.recovery_codes}


def values_of_plan(uuid: UUID, *, user: User, now: datetime) -> dict[str, Any] | None:
    """What a template made from a plan says: all but who, when and where, to be looked over before it is saved.

    The approved revision counts, else the newest. None where ``user`` may not know of the plan.
    """
    plans = TrainingPlan.objects.visible_to(user).filter(uuid=uuid)
    meetings = PlannedMeeting.objects.filter(planned_session__revision=OuterRef("pk"))
    times = JSONObject(batch=F("planned_session"), starts_at=F("starts_at"), ends_at=F("ends_at"))
    revisions = (
        PlanRevision.objects.filter(plan__in=plans)
        .select_related("plan__line", *CHOICES)
        .annotate(times=ArraySubquery(meetings.order_by("planned_session", "starts_at").values(row=times)))
        .order_by(F("approved_for").asc(nulls_last=True), "-number")
    )
    revision: Any = with_lists(revisions, now=now).first()
    return None if revision is None else _values(revision)


def _values(revision: Any) -> dict[str, Any]:
    plan, lists = revision.plan, lists_of(revision)
    assert lists is not None
    batch = [each for each in revision.times if each["batch"] == revision.times[0]["batch"]]
    return {
        "name": plan.title[:80],
        "kind": plan.kind,
        "line": plan.line,
        "title": plan.title,
        "purpose": revision.purpose,
        "module": revision.module_version.module if revision.module_version else None,
        "minutes": _minutes(batch[0]) if batch else None,
        "meetings": len(batch) or 1,
        "parties": sorted({each.party for each in lists.recipients} - set(MANDATORY_PARTIES)),
        **{name: getattr(revision, name) for name in PLAIN},
        "class_types": [each.code for each in lists.class_types],
        "recovery_forms": [each.code for each in lists.recovery_forms],
    }


def _minutes(times: dict[str, str]) -> int:
    length = datetime.fromisoformat(times["ends_at"]) - datetime.fromisoformat(times["starts_at"])
    return int(length.total_seconds() // 60)
