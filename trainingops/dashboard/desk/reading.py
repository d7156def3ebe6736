"""What the desk is read from: each kind of row once a page, whatever roles the reader holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, Exists, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from evaluation.enums import ActionState
from evaluation.models import ImprovementAction
from planning.enums import PlanState, RevisionState
from planning.models import (
    PlannedMeeting,
    PlanRevision,
)
from reporting.enums import ObligationState
from reporting.models import Distribution, ReportObligation, ReportVersion
from sessions.enums import HELD, OPEN_CASES, CaseState, MeetingState, SessionState
from sessions.models import (
    Attendance,
    Deviation,
    Enrolment,
    MeetingTrainer,
    RecoveryCase,
    SessionMeeting,
    TrainingSession,
)
from sessions.queries.gone import awaits_lapse
from sessions.queries.pages import people_without_score
from sessions.queries.paper import waiting_pages
from sessions.queries.testing import answers_to_mark
from trainingops.dashboard.desk.small import small_rows
from trainingops.dashboard.plain import Row
from trainingops.people.enums import Role
from trainingops.people.models import User

#: A report that somebody else owes is told from two days before it is due.
NEAR = timedelta(days=2)
#: How far ahead a participant sees their sessions.
AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Queue:
    """How many rows wait in a queue, and since when the oldest does."""

    count: int
    since: datetime


@dataclass
class Desk:
    """The reader's desk at one moment: lazy, so that a role pays only for what it looks at."""

    user: User
    now: datetime

    @cached_property
    def day_start(self) -> datetime:
        """The midnight that began the reader's today."""
        return datetime.combine(self.now.astimezone(self.user.zone).date(), time(), self.user.zone)

    @cached_property
    def day_end(self) -> datetime:
        return datetime.combine(self.day_start.date() + timedelta(days=1), time(), self.user.zone)

    @cached_property
    def led_teams(self) -> frozenset[int]:
        """Keys of the teams that the reader leads."""
        grants = [grant for grant in self.user.authority.grants if grant.role == Role.TEAM_LEADER]
        return frozenset[int]().union(*(grant.teams for grant in grants))

    def covers(self, *roles: str, place: Any) -> bool:
        """Whether the reader holds one of the roles where ``place`` (a row with a site and a line) is."""
        return self.user.authority.covers(*roles, site_id=place.site_id, line_id=place.line_id)

    # --- Planning ------------------------------------------------------------------------------------------

    @cached_property
    def revisions(self) -> list[PlanRevision]:
        """Submitted revisions in the manager's scope, and the newest revision of each plan of the reader's own.

        With ``first_at`` (when it begins; of a change the earlier of what is approved and what is asked for: it is
        decided before either), ``people`` (on target), ``asked`` (parties that have not answered) and
        ``answers_due`` (the earliest date asked for).
        """
        newest = PlanRevision.objects.filter(plan=OuterRef("plan")).order_by("-number").values("pk")[:1]
        meetings = PlannedMeeting.objects.filter(planned_session__revision=OuterRef("pk")).order_by("starts_at")
        approved = PlannedMeeting.objects.filter(
            planned_session__revision=OuterRef("plan__approved_revision")
        ).order_by("starts_at")
        submitted = self.user.authority.scope(Role.MANAGER, site="plan__site", line="plan__line") & Q(
            state=RevisionState.SUBMITTED
        )
        own = Q(plan__pic=self.user, pk=Subquery(newest))
        unanswered = Q(plan__consultations__answer="", plan__consultations__asked_by=self.user)
        return list(
            PlanRevision.objects.filter(
                submitted | own, state__in=[RevisionState.DRAFT, RevisionState.SUBMITTED, RevisionState.RETURNED]
            )
            .exclude(plan__state=PlanState.CANCELLED)
            .select_related("plan__site", "plan__line", "plan__pic", "submitted_by", "decision")
            .annotate(
                first_at=Least(Subquery(meetings.values("starts_at")[:1]), Subquery(approved.values("starts_at")[:1])),
                own_at=Subquery(meetings.values("starts_at")[:1]),
                people=Count("targets", distinct=True),
                asked=ArrayAgg("plan__consultations__party", filter=unanswered, distinct=True, default=[]),
                answers_due=Min("plan__consultations__due_on", filter=unanswered),
            )
            .order_by("first_at", "pk")
        )

    # --- Sessions ------------------------------------------------------------------------------------------

    @cached_property
    def queues(self) -> dict[str, Queue]:
        """The queues of rows that are worked off on a page of their own, those that are not empty; one query."""
        waiting = {
            "answers": (answers_to_mark(self.user), "attempt__submitted_at"),
            "scans": (waiting_pages(self.user), "scan__uploaded_at"),
        }
        first, *rest = (
            rows.order_by()
            .values(queue=Value(name))
            .annotate(n=Count("pk"), since=Min(path))
            .values_list("queue", "n", "since")
            for name, (rows, path) in waiting.items()
        )
        return {name: Queue(count, since) for name, count, since in first.union(*rest) if count}

    @cached_property
    def sessions(self) -> list[TrainingSession]:
        """The sessions of today, the reader's own that are not settled, and those with a deviation to acknowledge.

        With ``today_at`` (its first meeting today, or none), ``is_own``, ``unacknowledged`` (deviations by others
        that nobody acknowledged), ``told_at`` (the oldest of them), ``own_unacknowledged``,
        ``report_due_at`` (none once nothing is owed) and ``unscored`` (who was there and has no complete score).
        """
        met_today = (
            SessionMeeting.objects.filter(
                training_session=OuterRef("pk"), starts_at__lt=self.day_end, ends_at__gte=self.day_start
            )
            .exclude(state=MeetingState.CANCELLED)
            .order_by("starts_at")
        )
        teaches = MeetingTrainer.objects.filter(meeting__training_session=OuterRef("pk"), trainer__user=self.user)
        unsettled = Q(state__in=[SessionState.SCHEDULED, SessionState.OPEN], ends_at__lt=self.now) | Q(
            state__in=HELD, obligation__state=ObligationState.PENDING
        )
        waiting = Deviation.objects.filter(training_session=OuterRef("pk"), acknowledged_at=None)
        manages = self.user.authority.scope(Role.MANAGER, site="plan__site", line="plan__line")
        return list(
            TrainingSession.objects.visible_to_staff(self.user)
            .exclude(state=SessionState.CANCELLED)
            .annotate(
                teaches=Exists(teaches),
                today_at=Subquery(met_today.values("starts_at")[:1]),
                unacknowledged=_count(waiting.exclude(reported_by=self.user)),
                own_unacknowledged=_count(waiting.filter(reported_by=self.user)),
                told_at=Subquery(waiting.order_by("reported_at").values("reported_at")[:1]),
                report_due_at=Case(When(obligation__state=ObligationState.PENDING, then=F("obligation__due_at"))),
                unscored=_count(people_without_score().filter(training_session=OuterRef("pk"))),
            )
            .filter(
                Q(today_at__isnull=False)
                | (Q(plan__pic=self.user) | Q(teaches=True)) & (unsettled | Q(own_unacknowledged__gt=0))
                | manages & Q(unacknowledged__gt=0)
            )
            .select_related("plan", "site", "summary", "planned__room")
            .order_by("starts_at", "pk")
        )

    @cached_property
    def cases(self) -> list[RecoveryCase]:
        """Open cases that the reader owns, and those not settled of agents whom they lead (5.3.1).

        Whose person is away for long is left out: nothing can be arranged before they are back. So is, for who leads
        them, whoever left or moved: PIC or manager decide first (4.3).
        """
        led = self.user.authority.scope(
            Role.TEAM_LEADER, site="enrolment__site", line="enrolment__line", team="enrolment__team"
        )
        answers = Q(leader=self.user) | led & Q(leader=None)
        found = (
            RecoveryCase.objects.filter(
                Q(owner=self.user, state=CaseState.OPEN) | answers & Q(state__in=OPEN_CASES) & ~Q(awaits_lapse())
            )
            .select_related(
                "enrolment__person",
                "enrolment__training_session__plan",
                "enrolment__training_session__site",
                "owner",
                "scheduled_in__site",
            )
            .order_by("due_at", "pk")
        )
        return [case for case in found if not case.is_suspended(self.now)]

    @cached_property
    def enrolments(self) -> list[Enrolment]:
        """The reader's own places in sessions to come, under way, or with a test opened by a case."""
        opened = (
            RecoveryCase.objects.filter(enrolment=OuterRef("pk"), state=CaseState.OPEN, test_opened_at__isnull=False)
            .exclude(enrolment__training_session__plan__state=PlanState.CLOSED)
            .order_by("pk")
        )
        soon = Q(training_session__state=SessionState.SCHEDULED, training_session__starts_at__lt=self.now + AHEAD)
        return list(
            Enrolment.objects.filter(person=self.user.person_id, removed_at=None)
            .annotate(case_kind=Subquery(opened.values("kind")[:1]), case_due_at=Subquery(opened.values("due_at")[:1]))
            .annotate(case_opened_at=Subquery(opened.values("test_opened_at")[:1]))
            .annotate(attended=ArraySubquery(Attendance.objects.filter(enrolment=OuterRef("pk")).values("status")))
            .filter(soon | Q(training_session__state=SessionState.OPEN) | Q(case_kind__isnull=False))
            .select_related("training_session__plan", "training_session__site", "training_session__planned__room")
            .prefetch_related("attempts")
            .order_by("training_session__starts_at", "pk")
        )

    # --- Reporting -----------------------------------------------------------------------------------------

    @cached_property
    def obligations(self) -> list[ReportObligation]:
        """Reports not submitted whose session has ended or that are nearly due (5.3.2); ``teaches`` beside."""
        teaches = MeetingTrainer.objects.filter(
            meeting__training_session=OuterRef("training_session"), trainer__user=self.user
        )
        return list(
            ReportObligation.objects.visible_to(self.user)
            .filter(Q(due_at__lte=self.now + NEAR) | Q(last_end__lte=self.now), state=ObligationState.PENDING)
            .annotate(teaches=Exists(teaches))
            .select_related(
                "report", "owner", "training_session__plan", "training_session__site", "training_session__line"
            )
            .order_by("due_at", "pk")
        )

    def owes(self, obligation: ReportObligation) -> bool:
        """Whether the reader writes this report: its owner, or who taught the session."""
        return obligation.owner_id == self.user.pk or bool(obligation.teaches)  # type: ignore[attr-defined]

    @cached_property
    def receipts(self) -> list[Distribution]:
        """Latest versions that the reader has not confirmed, and those of their own that others have not."""
        newer = ReportVersion.objects.filter(report=OuterRef("version__report"), number__gt=OuterRef("version__number"))
        return list(
            Distribution.objects.filter(
                ~Exists(newer),
                Q(user=self.user) | Q(version__submitted_by=self.user, user__isnull=False),
                acknowledged_at=None,
                unreachable=False,
            )
            .select_related("user", "version__submitted_by", "version__report__obligation__training_session__plan")
            .order_by("sent_at", "pk")
        )

    # --- Evaluation ----------------------------------------------------------------------------------------

    @cached_property
    def actions(self) -> list[ImprovementAction]:
        """Actions that are not yet effective, of the reader's own or in their sight."""
        return list(
            ImprovementAction.objects.visible_to(self.user)
            .exclude(state__in=[ActionState.EFFECTIVE, ActionState.WITHDRAWN])
            .select_related("owner", "finding__review__site")
            .order_by("due_at", "pk")
        )

    # --- Small things ----------------------------------------------------------------------------------------

    @cached_property
    def small(self) -> dict[str, list[Row]]:
        """What :mod:`trainingops.dashboard.desk.small` reads, by kind."""
        return small_rows(self)


def _count(rows: QuerySet[Any]) -> Subquery:
    """How many rows a correlated subquery has; none is 0."""

    counted = rows.order_by().values("training_session").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))  # type: ignore[return-value]
