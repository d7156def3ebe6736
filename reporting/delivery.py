"""Whether a report reached every party that it must reach (4.3, 5.3.2): the one place that says so."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, JSONObject

from reporting.models import ReportDelivery, ReportObligation, ReportParty, ReportVersion
from reporting.queries import COPY_MAIL
from trainingops.notifications.enums import OutboxState
from trainingops.notifications.models import OutboxMessage
from trainingops.people.enums import Employment
from trainingops.people.models import Delegation, RoleAssignment
from trainingops.people.queries import in_force

if TYPE_CHECKING:
    from reporting.models import ReportObligationQuerySet


def with_delivery(obligations: ReportObligationQuerySet, *, now: datetime) -> ReportObligationQuerySet:
    """Annotate ``delivered``: submitted, and every mandatory party has its latest version (indicator 4.3b).

    A party has it when one of those who stand for it has read it; or holds the party's role there and can still open
    it; or, without account, was sent the PDF or handed the report. ``unreached`` lists the others as
    ``{party, site, line}``, for :func:`reporting.wording.unreached_words`.
    """
    latest = ReportVersion.objects.filter(report__obligation=OuterRef("pk")).order_by("-number").values("pk")[:1]
    missing = unreached_parties(now).filter(version=OuterRef("latest_version"))
    return obligations.annotate(
        latest_version=Subquery(latest),
        unreached=ArraySubquery(
            missing.order_by("pk").values(row=JSONObject(party="party", site="site__name", line="line__name"))
        ),
        delivered=ExpressionWrapper(Q(latest_version__isnull=False) & ~Q(Exists(missing)), output_field=BooleanField()),
    )


def unreached_parties(now: datetime) -> QuerySet[ReportParty]:
    """The parties of versions that nobody stands for any more, or yet."""
    stand = ReportParty.recipients.through.objects.annotate(day=_day_at("reportparty__site__timezone", now)).filter(
        reportparty=OuterRef("pk")
    )
    handed = ReportDelivery.objects.filter(distribution=OuterRef("distribution"))
    mailed = OutboxMessage.objects.filter(
        kind=COPY_MAIL, subject=OuterRef("distribution__uuid"), state=OutboxState.SENT
    )
    holds = _holds(
        user="distribution__user", role="reportparty__party", site="reportparty__site", line="reportparty__line"
    )
    reached = (
        Q(distribution__acknowledged_at__isnull=False)
        | Q(Exists(handed))
        | (Q(distribution__user=None) & Q(Exists(mailed)))
        | (_can_sign_in("distribution__user") & holds)
    )
    return ReportParty.objects.filter(~Exists(stand.filter(reached)))


def _can_sign_in(user: str) -> Q:
    """An open account of somebody who still works here."""
    return Q(**{f"{user}__is_active": True}) & ~Q(**{f"{user}__person__employment": Employment.LEFT})


def _holds(*, user: str, role: str, site: str, line: str) -> Q:
    """The account holds the role at the place on the row's ``day``, of its own or by delegation."""
    held = RoleAssignment.objects.filter(
        in_force(OuterRef("day")),  # type: ignore[arg-type]
        Q(sites=None) | Q(sites=OuterRef(site)),
        Q(lines=None) | Q(lines=OuterRef(line)),
        role=OuterRef(role),
    )
    lent = Delegation.objects.filter(
        in_force(OuterRef(OuterRef("day"))),  # type: ignore[arg-type]
        delegate=OuterRef(OuterRef(user)),
        principal=OuterRef("user"),
        role=OuterRef("role"),
    )
    return Q(Exists(held.filter(user=OuterRef(user)))) | Q(Exists(held.filter(Exists(lent))))


def _day_at(timezone: str, now: datetime) -> Cast:
    """The date of ``now`` where the row belongs."""
    return Cast(Func(F(timezone), Value(now), function="timezone", output_field=DateTimeField()), DateField())


def delivery_of(obligation: ReportObligation, *, now: datetime) -> Any:
    """One obligation with what :func:`with_delivery` annotates."""
    rows = ReportObligation.objects.filter(pk=obligation.pk)
    return with_delivery(rows, now=now).select_related("training_session__site", "training_session__line").get()
