"""What the desk is read from: each kind of row once a page, whatever roles the reader holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Exists, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Least

from evaluation.enums import ActionState, ReviewState
from evaluation.models import CoachingForm, ImprovementAction, Review
from planning.enums import Consent, ModuleState, PlanState, ReleaseState, RevisionState
from planning.models import (
    Consultation,
    ModuleVersion,
    OvertimeOrder,
    PlannedMeeting,
    PlanRevision,
    ReleaseConfirmation,
    TrainerRequest,
)
from reporting.enums import ObligationState
from reporting.models import Distribution, ReportObligation, ReportVersion, TrainingReport
from sessions.enums import HELD, OPEN_CASES, CaseState, CorrectionState, MeetingState, SessionState
from sessions.models import (
    AttendanceCorrection,
    Deviation,
    Enrolment,
    MeetingTrainer,
    RecoveryCase,
    SessionMeeting,
    TrainingSession,
)
from sessions.queries.assessing import assessments_waiting
from sessions.queries.corrections import corrections_to_decide
from sessions.queries.gone import lapses_to_confirm
from sessions.queries.pages import people_without_score
from sessions.queries.paper import waiting_pages
from sessions.queries.testing import answers_to_mark
from sessions.services.assessors import ASSESSORS
from trainingops.dashboard.plain import Row, packed, plain_rows
from trainingops.notifications.models import OutboxMessage, OutboxState
from trainingops.people.enums import Role
from trainingops.people.models import ServiceLine, User
from trainingops.records.models import Archive

#: A report that somebody else owes is told from two days before it is due.
NEAR = timedelta(days=2)
#: How far ahead a participant sees their sessions.
AHEAD = timedelta(days=30)
#: Those who teach: a PIC is a trainer; SSO Training teaches soft skills (5.1.1 a).
TEACHERS = (Role.TRAINER, Role.SSO_TRAINING)
#: The teams that a plan is coordinated with (5.1.1 d).
CONSULTED = (Role.QC, Role.OPERATIONS, Role.OPERATION_SUPPORT)
OFFICES = (Role.MANAGER, *TEACHERS, *CONSULTED, Role.TEAM_LEADER, Role.AUDITOR)


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
        ``report_due_at`` and ``unscored`` (who was there and has no complete score).
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
                report_due_at=F("obligation__due_at"),
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

        Whose person is away for long is left out: nothing can be arranged before they are back.
        """
        led = self.user.authority.scope(
            Role.TEAM_LEADER, site="enrolment__site", line="enrolment__line", team="enrolment__team"
        )
        answers = Q(leader=self.user) | led & Q(leader=None)
        found = (
            RecoveryCase.objects.filter(Q(owner=self.user, state=CaseState.OPEN) | answers & Q(state__in=OPEN_CASES))
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

    # --- Small things, all by one query --------------------------------------------------------------------

    @cached_property
    def small(self) -> dict[str, list[Row]]:
        """Kinds of which few rows and few words are needed, each a list of plain values: one query for all."""
        wanted = {name: rows for name, roles, rows in self._small_kinds() if self.user.authority.has(*roles)}
        return plain_rows(User.objects.filter(pk=self.user.pk), wanted)

    def _small_kinds(self) -> list[tuple[str, tuple[str, ...], QuerySet[Any]]]:
        return [
            ("modules", (Role.MANAGER, *TEACHERS), self._modules()),
            ("consultations", CONSULTED, self._consultations()),
            ("requests", (Role.MANAGER, *TEACHERS), self._requests()),
            ("releases", (Role.TEAM_LEADER, *TEACHERS), self._releases()),
            ("overtime", (Role.AGENT, Role.TEAM_LEADER, *TEACHERS), self._overtime()),
            ("corrections", (*TEACHERS, Role.AGENT), self._corrections()),
            ("assessments", ASSESSORS, self._assessments()),
            ("amendments", TEACHERS, self._amendments()),
            ("reviews", (Role.MANAGER, *TEACHERS, *CONSULTED, Role.TEAM_LEADER), self._reviews()),
            ("coaching", (Role.MANAGER, *TEACHERS, Role.TEAM_LEADER, Role.AGENT), self._coaching()),
            ("archives", (Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR), self._archives()),
            ("lapses", (Role.MANAGER, *TEACHERS), self._lapses()),
            ("failed_mails", (Role.ADMINISTRATOR,), self._failed_mails()),
        ]

    def _modules(self) -> QuerySet[Any]:
        """Versions that the reader may decide on, which takes every line of the module (2.1), and their own."""
        inside = self.user.authority.scope(Role.MANAGER, line="pk")
        outside = ServiceLine.objects.filter(modules=OuterRef("module")).exclude(inside)
        to_decide = Q(state=ModuleState.SUBMITTED) & ~Exists(outside) & ~Q(author=self.user)
        if not self.user.authority.has(Role.MANAGER):
            to_decide = Q(pk__in=[])
        own = Q(author=self.user, state__in=[ModuleState.SUBMITTED, ModuleState.RETURNED])
        return packed(
            ModuleVersion.objects.filter(to_decide | own).order_by("submitted_at"),
            *("uuid", "number", "state", "author_id", "submitted_at", "decided_at"),
            module="module__uuid",
            title="module__title",
            author="author__name",
            note="decision_note",
        )

    def _consultations(self) -> QuerySet[Any]:
        """Open questions to the reader's teams (5.1.1 d)."""
        to_me = Q(pk__in=[])
        for party in CONSULTED:
            to_me |= self.user.authority.scope(party, site="plan__site", line="plan__line") & Q(party=party)
        open_now = Consultation.objects.filter(to_me, answer="").exclude(plan__state=PlanState.CANCELLED)
        return packed(
            open_now.order_by("due_on"),
            *("uuid", "due_on", "asked_at"),
            title="plan__title",
            number="plan__number",
            asked_by="asked_by__name",
            timezone="plan__site__timezone",
        )

    def _requests(self) -> QuerySet[Any]:
        """Requests for a trainer without answer: to the reader as SSO Training, and their own (5.1.1 a)."""
        to_me = self.user.authority.scope(Role.SSO_TRAINING, site="site", line="line")
        return packed(
            TrainerRequest.objects.filter(to_me | Q(requested_by=self.user), answer="").order_by("wanted_on", "pk"),
            *("uuid", "number", "wanted_on", "requested_at", "requested_by_id"),
            requested_by="requested_by__name",
            module="module__title",
            timezone="site__timezone",
        )

    def _releases(self) -> QuerySet[Any]:
        """Sessions to come whose release a leader of the team has not confirmed, or asked another batch for (5.1.1)."""
        meetings = PlannedMeeting.objects.filter(planned_session=OuterRef("planned_session")).order_by("starts_at")
        waiting = ReleaseConfirmation.objects.filter(
            Q(team__in=self.led_teams, state=ReleaseState.ASKED)
            | Q(plan__pic=self.user, state__in=[ReleaseState.ASKED, ReleaseState.OTHER_BATCH]),
            plan__state__in=[PlanState.APPROVED, PlanState.UNDER_WAY],
        ).annotate(begins_at=Subquery(meetings.values("starts_at")[:1]))
        return packed(
            waiting.filter(begins_at__gt=self.now).order_by("begins_at", "pk"),
            *("uuid", "state", "reason", "asked_at", "answered_at", "begins_at", "team_id"),
            team="team__name",
            batch="planned_session__label",
            plan="plan__uuid",
            title="plan__title",
            pic_id="plan__pic_id",
            timezone="planned_session__host_site__timezone",
        )

    def _overtime(self) -> QuerySet[Any]:
        """Overtime to come without the agent's answer: the reader's own, and of the plans of a PIC (5.1.1 f)."""
        open_now = OvertimeOrder.objects.filter(
            Q(person=self.user.person_id or 0) | Q(plan__pic=self.user),
            consent=Consent.ASKED,
            withdrawn_at=None,
            starts_at__gt=self.now,
        ).exclude(plan__state=PlanState.CANCELLED)
        return packed(
            open_now.order_by("starts_at", "pk"),
            *("uuid", "ordered_by", "entered_at", "starts_at", "person_id"),
            person="person__name",
            plan="plan__uuid",
            title="plan__title",
            pic_id="plan__pic_id",
            timezone="plan__site__timezone",
        )

    def _corrections(self) -> QuerySet[Any]:
        """Corrections of attendance that the reader decides on, and those that they asked for (ATT-5)."""
        to_decide = corrections_to_decide(self.user)
        rows = AttendanceCorrection.objects.filter(
            Q(pk__in=to_decide.order_by().values("pk")) | Q(requested_by=self.user), state=CorrectionState.PENDING
        )
        return packed(
            rows.order_by("requested_at"),
            *("uuid", "requested_by_id", "requested_at"),
            person="enrolment__person__name",
            person_id="enrolment__person_id",
            meeting="meeting__uuid",
            title="meeting__training_session__plan__title",
            batch="meeting__training_session__label",
            pic="meeting__training_session__plan__pic__name",
        )

    def _assessments(self) -> QuerySet[Any]:
        """Cells of score grids that wait for the reader, who was asked to assess (5.1.2)."""
        return packed(
            assessments_waiting(self.user).order_by("asked_at"),
            *("attempt", "asked_at"),
            session="training_session__uuid",
            title="training_session__plan__title",
            batch="training_session__label",
            parameter="parameter__name",
            person="enrolment__person__name",
        )

    def _amendments(self) -> QuerySet[Any]:
        """Submitted reports of the reader whose session says something else since (5.3.2)."""
        rows = TrainingReport.objects.filter(changed_at__isnull=False, obligation__owner=self.user)
        return packed(
            rows.order_by("changed_at"),
            *("uuid", "number", "changed_at"),
            title="obligation__training_session__plan__title",
            batch="obligation__training_session__label",
        )

    def _reviews(self) -> QuerySet[Any]:
        """Reviews under way that the reader leads or takes part in (5.4), with how many aspects are answered."""
        seen = Review.objects.visible_to(self.user).order_by().values("pk")
        under_way = [ReviewState.SCHEDULED, ReviewState.HELD, ReviewState.APPROVED]
        return packed(
            Review.objects.filter(pk__in=seen, state__in=under_way)
            .annotate(answered=Count("findings__aspect", filter=Q(findings__withdrawn_at=None), distinct=True))
            .order_by("scheduled_at"),
            *("uuid", "number", "state", "site_id", "line_id", "scheduled_at", "held_at", "secretary_id", "answered"),
            line="line__name",
            site="site__name",
            secretary="secretary__name",
            text="minutes__text",
        )

    def _coaching(self) -> QuerySet[Any]:
        """Forms about the reader without their comment; forms by the reader without comment, or to follow up.

        A follow-up is settled by the next form for the same person.
        """
        later = CoachingForm.objects.filter(person=OuterRef("person"), coached_at__gt=OuterRef("coached_at"))
        by_me = Q(coach=self.user) & (Q(commented_at=None) | Q(followed=False, follow_up_on__lte=self.day_start.date()))
        about_me = Q(person=self.user.person_id, commented_at=None) if self.user.person_id else Q(pk__in=[])
        return packed(
            CoachingForm.objects.annotate(followed=Exists(later)).filter(by_me | about_me).order_by("follow_up_on"),
            *("uuid", "number", "person_id", "coach_id", "coached_at", "commented_at", "follow_up_on", "followed"),
            person="person__name",
            person_uuid="person__uuid",
            coach="coach__name",
            timezone="site__timezone",
        )

    def _archives(self) -> QuerySet[Any]:
        """The reader's archives that can still be downloaded."""
        there = Archive.objects.visible_to(self.user).filter(ready_at__isnull=False, expires_at__gt=self.now)
        return packed(there.order_by("-ready_at"), "uuid", "ready_at", "expires_at", records="records_count")

    def _lapses(self) -> QuerySet[Any]:
        """People on target who left or moved, as the list of people says: the reader confirms or keeps them (4.3)."""
        return packed(
            lapses_to_confirm(self.user).order_by("lapse_proposed_at", "pk"),
            *("uuid", "lapse_cause", "lapse_proposed_at"),
            person="person__name",
            title="plan__title",
        )

    def _failed_mails(self) -> QuerySet[Any]:
        failed = OutboxMessage.objects.filter(state=OutboxState.FAILED)
        return packed(failed.order_by("created_at"), "created_at")


def _count(rows: QuerySet[Any]) -> Subquery:
    """How many rows a correlated subquery has; none is 0."""

    counted = rows.order_by().values("training_session").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))  # type: ignore[return-value]
