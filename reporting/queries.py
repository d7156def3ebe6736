"""Reusable reads of the reporting stage."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

from planning.models import PlanRecipient
from reporting.enums import ObligationState
from sessions.enums import HELD, SessionState
from sessions.models import ClassFile, Enrolment, ReactionSurvey, TrainingSession
from sessions.queries.survey import HERE, Reaction, reaction_of, survey_of, surveys_with_detail
from sessions.queries.visibility import own_people
from trainingops.jobs.models import Heartbeat
from trainingops.notifications.enums import Channel
from trainingops.notifications.models import Notice, OutboxMessage
from trainingops.people.enums import Role
from trainingops.people.models import RoleAssignment, User
from trainingops.people.queries import in_force
from trainingops.records.models import EvidenceRecord

#: The mail by which a recipient without account gets the PDF.
COPY_MAIL = "report.copy"
#: The mails by which an account is told of a version.
READER_MAILS = ("report.submitted", "report.amended")

if TYPE_CHECKING:
    from reporting.models import (
        DeadlinePolicy,
        Distribution,
        ReportObligation,
        ReportObligationQuerySet,
        ReportVersion,
        TrainingRecapQuerySet,
        TrainingReportQuerySet,
    )

#: The heartbeat of the sweep that notices breaches, and how long it may be silent; it runs every 30 seconds.
SWEEP = "deadlines"
SWEEP_SILENCE = timedelta(minutes=2)
OFFICES = ("manager", "trainer", "qc", "operations", "operation_support", "team_leader", "auditor", "administrator")


def obligations_visible_to(obligations: ReportObligationQuerySet, user: User) -> ReportObligationQuerySet:
    """The offices within their scope, the PIC, whoever answered for it then, and who taught the session.

    Who waits for the report elsewhere, too, because they are told while it is missing: the offices of the places that
    participants come from, and the recipients of the plan (5.3.2).
    """
    inside = user.authority.scope(*OFFICES, site="training_session__site", line="training_session__line")
    own = Q(owner=user) | Q(training_session__plan__pic=user)
    own |= Q(training_session__meetings__meeting_trainers__trainer__user=user)
    if user.authority.has(*OFFICES):
        people = Enrolment.objects.filter(own_people(user), removed_at=None)
        named = PlanRecipient.objects.filter(revision=OuterRef("training_session__plan__approved_revision"), user=user)
        own |= Q(Exists(people.filter(training_session=OuterRef("training_session")))) | Q(Exists(named))
    return obligations.filter(pk__in=obligations.model.objects.filter(inside | own).values("pk"))


def reports_visible_to(reports: TrainingReportQuerySet, user: User) -> TrainingReportQuerySet:
    """Those on obligations that the user sees, and those that were distributed to the user."""
    from reporting.models import ReportObligation

    seen = Q(obligation__in=ReportObligation.objects.visible_to(user))
    received = Q(versions__distributions__user=user)
    return reports.filter(pk__in=reports.model.objects.filter(seen | received).values("pk"))


def rule_of(obligation: ReportObligation) -> DeadlinePolicy:
    """The rule that counts and tells of an obligation; without any, the procedure's own with our times."""
    from reporting.models import DeadlinePolicy

    return obligation.policy or DeadlinePolicy()


def rule_replaced_by(rule: DeadlinePolicy, *, at: datetime) -> DeadlinePolicy | None:
    """The rule for the same day and place that gave way to one that was added ``at``."""
    gone = type(rule).objects.filter(site=rule.site_id, effective_on=rule.effective_on, removed_at=at)
    return gone.exclude(pk=rule.pk).order_by("-pk").first()


def recaps_visible_to(recaps: TrainingRecapQuerySet, user: User) -> TrainingRecapQuerySet:
    """The offices within their scope, the PIC, who taught a session, who received a report on it, and who was told."""
    inside = user.authority.scope(*OFFICES, site="plan__site", line="plan__line")
    told = Q(uuid__in=Notice.objects.filter(recipient=user, kind="report.recap").values("subject"))
    sessions = "plan__training_sessions__"
    own = Q(plan__pic=user) | Q(**{f"{sessions}meetings__meeting_trainers__trainer__user": user})
    received = Q(**{f"{sessions}obligation__report__versions__distributions__user": user})
    return recaps.filter(pk__in=recaps.model.objects.filter(inside | own | received | told).values("pk"))


# --- Who is told -------------------------------------------------------------------------------------------


def managers_in_scope(training_session: TrainingSession, now: datetime) -> list[User]:
    """Active managers whose scope covers the session's site and line, and who stands in for them."""
    return office_holders([Role.MANAGER], training_session, now)


class Placed(Protocol):
    """Something at a site, of a line: a session, or a review that is owed."""

    site: Any
    site_id: Any
    line_id: Any


def office_holders(roles: Iterable[str], placed: Placed, now: datetime) -> list[User]:
    """Active holders of one of the roles where the thing is, those who stand in for them included."""
    day = now.astimezone(placed.site.zone).date()
    held = RoleAssignment.objects.filter(
        in_force(day),
        Q(sites=None) | Q(sites=placed.site_id),
        Q(lines=None) | Q(lines=placed.line_id),
        role__in=list(roles),
    )
    stand_in = Q(
        delegations_held__principal__in=held.values("user"),
        delegations_held__role__in=list(roles),
        delegations_held__starts_on__lte=day,
        delegations_held__ends_on__gte=day,
    )
    return list(User.objects.filter(Q(pk__in=held.values("user")) | stand_in, is_active=True).distinct())


def administrators(now: datetime) -> list[User]:
    """Active administrators."""
    held = RoleAssignment.objects.filter(in_force(timezone.localdate(now)), role=Role.ADMINISTRATOR)
    return list(User.objects.filter(pk__in=held.values("user"), is_active=True))


def trainers_of(training_session: TrainingSession) -> list[User]:
    """The accounts of those who teach its meetings; a trainer from outside may have none."""
    return list(
        User.objects.filter(
            trainer_profile__in=training_session.meetings.values("meeting_trainers__trainer"), is_active=True
        )
    )


def reminder_notices(obligations: Iterable[ReportObligation]) -> set[tuple[UUID, str]]:
    """Which steps of the reminder were told already, as (obligation, step)."""
    return set(
        Notice.objects.filter(kind="report.reminder", subject__in=[each.uuid for each in obligations]).values_list(
            "subject", "step"
        )
    )


def told_about(obligation: ReportObligation) -> list[Notice]:
    """Who was told what of one obligation while its report was missing, in order."""
    return list(
        Notice.objects.filter(
            kind__in=("report.reminder", "report.breached", "report.escalated"), subject=obligation.uuid
        )
        .exclude(channel=Channel.OFF)
        .select_related("recipient")
        .order_by("created_at", "pk")
    )


# --- What should exist -------------------------------------------------------------------------------------


def sessions_without_obligation() -> QuerySet[TrainingSession]:
    """Sessions that owe a report and have no obligation: made outside the services."""
    return (
        TrainingSession.objects.filter(obligation=None)
        .exclude(state=SessionState.CANCELLED)
        .select_related("site", "plan__pic")
        .order_by("pk")
    )


def held_without_report() -> QuerySet[ReportObligation]:
    """Pending obligations of sessions that were held, without a draft."""
    from reporting.models import ReportObligation

    return (
        ReportObligation.objects.filter(
            report=None,
            state=ObligationState.PENDING,
            training_session__state__in=HELD,
        )
        .select_related("training_session__site")
        .order_by("pk")
    )


def record_number(version: ReportVersion) -> str:
    """The number of the sealed record of a version; empty while it is being made."""
    numbers = EvidenceRecord.objects.filter(kind="report", subject=version.uuid).order_by("-pk")
    return numbers.values_list("number", flat=True).first() or ""


def mails_to(distributions: Iterable[Distribution]) -> list[OutboxMessage]:
    """The mails that brought a version to these recipients, the latest last; one query."""
    rows = list(distributions)
    versions = {each.version_id for each in rows if each.user_id}
    by_account = Q(
        subject__in=_uuids_of(versions),
        kind__in=READER_MAILS,
        recipient__in=[each.user_id for each in rows if each.user_id],
    )
    outside = Q(subject__in=[each.uuid for each in rows if not each.user_id], kind=COPY_MAIL)
    return list(OutboxMessage.objects.filter(by_account | outside).order_by("pk"))


def _uuids_of(versions: Iterable[int]) -> QuerySet[ReportVersion, Any]:
    from reporting.models import ReportVersion

    return ReportVersion.objects.filter(pk__in=list(versions)).values("uuid")


def with_class(reports: TrainingReportQuerySet) -> TrainingReportQuerySet:
    """Reports with what their page says of the class besides its facts: survey, ``present`` at it, ``photo_uuids``."""
    here = Enrolment.objects.filter(
        training_session=OuterRef("obligation__training_session"), removed_at=None, attendances__status__in=HERE
    )
    counted = here.order_by().values("training_session").annotate(n=Count("pk", distinct=True)).values("n")
    photos = ClassFile.objects.filter(training_session=OuterRef("obligation__training_session")).photos()
    return reports.select_related(
        "obligation__training_session__survey__form", "obligation__training_session__gain"
    ).annotate(present=Coalesce(Subquery(counted), 0), photo_uuids=ArraySubquery(photos.values("uuid")))


def reaction_in(report: Any, now: datetime) -> Reaction | None:
    """What the participants said of the session of a report of :func:`with_class`, as far as it may be shown (9.1)."""
    survey = survey_of(report.obligation.training_session)
    return reaction_of(survey, present=report.present, now=now) if survey else None


def reaction_to(training_session: TrainingSession, now: datetime) -> Reaction | None:
    """The same of a session; one query."""
    surveys = ReactionSurvey.objects.filter(training_session=training_session)
    survey = surveys_with_detail(surveys).first()
    return reaction_of(survey, present=survey.present, now=now) if survey else None  # type: ignore[attr-defined]


def count_overdue(request: HttpRequest) -> dict[str, QuerySet[Any]]:
    """For every page: the reports that are late and still missing, of those that the reader sees; and whether the
    sweep that should notice them stands still, which the page says on top."""
    from reporting.models import ReportObligation

    user = request.user
    if not isinstance(user, User) or not user.authority.has(*OFFICES):
        return {}
    now = getattr(request, "now", None) or timezone.now()
    return {
        "overdue": ReportObligation.objects.visible_to(user).filter(state=ObligationState.PENDING, due_at__lte=now),
        "clock_stopped": Heartbeat.objects.filter(name=SWEEP, beat_at__lt=now - SWEEP_SILENCE),
    }
