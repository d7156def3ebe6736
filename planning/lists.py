"""The short lists of a revision, read in one query with it: what it chose besides sessions and targets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, Exists, F, Func, Max, Min, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, JSONObject

from planning.effect_windows import selected_span
from planning.models import (
    ClassType,
    NeedSource,
    PlanRecipient,
    PlanRevision,
    PlanTarget,
    RecoveryForm,
    ScoringParameter,
    TrainingModule,
)
from planning.queries.defects_since import groundless
from planning.queries.effect import selecting
from planning.queries.questions import with_paper_remarks
from planning.queries.terms import with_terms
from trainingops.people.models import RoleAssignment, User
from trainingops.people.queries import in_force


@dataclass(frozen=True)
class Lists:
    """The rows of a revision's short lists; for reading only, they hold what a page or its content says of them.

    Attributes:
        batches: the key of the batch of each target.
        selected: first and last day of the defects by which targets were chosen, if any were.
        groundless: how many targets of a draft rest on annulled defects only.
        standing: the recipients (party, key of the account) who are active and hold their party's role now.
    """

    needs: list[NeedSource]
    class_types: list[ClassType]
    recovery_forms: list[RecoveryForm]
    parameters: list[ScoringParameter]
    recipients: list[PlanRecipient]
    batches: list[int | None]
    selected: tuple[date, date] | None
    groundless: int
    standing: set[tuple[str, int]]


def with_lists(revisions: QuerySet[PlanRevision], *, now: datetime) -> QuerySet[PlanRevision]:
    """Revisions with their short lists, which :func:`lists_of` reads, and their PIC's terms: no query more.

    ``fitting_module`` is the key of the module where it is meant for the plan's line.

    Args:
        now: on whose day at the plan's site a recipient must hold the role of the party, as at submission.
    """
    there = Func(OuterRef("revision__plan__site__timezone"), Value(now), function="timezone")
    day: Any = Cast(there, DateField())
    parameters = ScoringParameter.objects.filter(scheme=OuterRef("scheme")).order_by("order", "name")
    figures = {name: Cast(name, TextField()) for name in ("weight", "minimum", "maximum_score")}
    grants = (
        RoleAssignment.objects.filter(in_force(day), user=OuterRef("user"), role=OuterRef("party"))
        .filter(Q(sites=None) | Q(sites=OuterRef("revision__plan__site")))
        .filter(Q(lines=None) | Q(lines=OuterRef("revision__plan__line")))
    )
    recipients = (
        PlanRecipient.objects.filter(revision=OuterRef("pk"))
        .order_by("party", "pk")
        .annotate(stands=Exists(grants.filter(user__is_active=True)))
    )
    fitting = TrainingModule.lines.through.objects.filter(
        trainingmodule=OuterRef("module_version__module"), serviceline=OuterRef("plan__line")
    )
    return with_paper_remarks(with_terms(revisions)).annotate(
        fitting_module=Subquery(fitting.values("trainingmodule")[:1]),
        listed_needs=_chosen("needs", "uuid", "kind", "dated_on", "request"),
        listed_class_types=_chosen("class_types", "code", "name"),
        listed_recovery_forms=_chosen("recovery_forms", "code", "name"),
        listed_parameters=_json(parameters, "uuid", "name", "order", "source", "settled_by", "assessors", **figures),
        listed_recipients=_json(
            recipients, "party", "name", "email", "user_id", "stands", uuid=F("user__uuid"), account=F("user__name")
        ),
        listed_batches=ArraySubquery(
            PlanTarget.objects.filter(revision=OuterRef("pk")).order_by().values("planned_session")
        ),
        listed_selected=ArraySubquery(
            selecting(PlanTarget.objects.filter(revision=OuterRef("pk")))
            .values("revision")
            .annotate(row=JSONObject(since=Min("since"), until=Max("until")))
            .values("row")
        ),
        listed_groundless=ArraySubquery(
            groundless(PlanTarget.objects.filter(revision=OuterRef("pk"))).order_by().values("pk")
        ),
    )


def _chosen(name: str, *fields: str) -> ArraySubquery:
    """What the revision chose from a catalogue: ``fields`` of each row, in the catalogue's order if it has one."""
    relation: Any = PlanRevision._meta.get_field(name)
    side = relation.m2m_reverse_field_name()
    rows = relation.remote_field.through.objects.filter(planrevision=OuterRef("pk")).order_by(
        *(f"{side}__{order}" for order in relation.related_model._meta.ordering if order[0] != "-")
    )
    return _json(rows, **{field: F(f"{side}__{field}") for field in fields})


def _json(rows: QuerySet[Any], *names: str, **more: Any) -> ArraySubquery:
    return ArraySubquery(rows.values(row=JSONObject(**{name: name for name in names}, **more)))


def lists_of(revision: PlanRevision) -> Lists | None:
    """The short lists that :func:`with_lists` brought along, or None."""
    rows: Any = revision
    if not hasattr(rows, "listed_needs"):
        return None
    if not hasattr(rows, "lists"):
        rows.lists = _read(rows)
    return cast("Lists", rows.lists)


def _read(rows: Any) -> Lists:
    return Lists(
        needs=[
            NeedSource(
                uuid=UUID(row["uuid"]),
                kind=row["kind"],
                dated_on=date.fromisoformat(row["dated_on"]),
                request=row["request"],
            )
            for row in rows.listed_needs
        ],
        class_types=[ClassType(**row) for row in rows.listed_class_types],
        recovery_forms=[RecoveryForm(**row) for row in rows.listed_recovery_forms],
        parameters=[_parameter(row) for row in rows.listed_parameters],
        recipients=[_recipient(row) for row in rows.listed_recipients],
        batches=rows.listed_batches,
        selected=selected_span((row["since"], row["until"]) for row in rows.listed_selected),
        groundless=len(rows.listed_groundless),
        standing={(row["party"], row["user_id"]) for row in rows.listed_recipients if row["stands"]},
    )


def _parameter(row: dict[str, Any]) -> ScoringParameter:
    figures = {name: row[name] and Decimal(row[name]) for name in ("weight", "minimum", "maximum_score")}
    return ScoringParameter(**{**row, **figures, "uuid": UUID(row["uuid"])})


def _recipient(row: dict[str, Any]) -> PlanRecipient:
    user = User(pk=row["user_id"], uuid=UUID(row["uuid"]), name=row["account"]) if row["user_id"] else None
    return PlanRecipient(party=row["party"], name=row["name"], email=row["email"], user=user)
