"""Kinds of which the desk needs few rows and few words, each a list of plain values: one query for all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from evaluation.enums import COACHING_UNDER_WAY, CoachingState, ReviewState
from evaluation.models import CoachingFollowUp, CoachingForm, Review, ReviewObligation
from planning.enums import ANSWERED_IN, Consent, ModuleState, PlanState, ReleaseState, RequirementState
from planning.models import (
    CompetenceRequirement,
    Consultation,
    ModuleVersion,
    OvertimeOrder,
    PlannedMeeting,
    QuestionReview,
    ReleaseConfirmation,
    TrainerRequest,
)
from planning.policies.catalogue import QUESTION_AUTHORS
from reporting.models import TrainingReport
from sessions.enums import CorrectionState
from sessions.models import (
    AttendanceCorrection,
)
from sessions.queries.assessing import assessments_waiting
from sessions.queries.corrections import corrections_to_decide
from sessions.queries.gone import lapses_to_confirm
from sessions.services.assessors import ASSESSORS
from trainingops.dashboard.desk.roles import CONSULTED, TEACHERS
from trainingops.dashboard.plain import Row, packed, plain_rows
from trainingops.notifications.enums import OutboxState
from trainingops.notifications.models import OutboxMessage
from trainingops.people.enums import Role
from trainingops.people.models import ServiceLine, User
from trainingops.records.models import Archive

if TYPE_CHECKING:
    from trainingops.dashboard.desk.reading import Desk


#: A review is made ready about as long before it is due.
OWED_SOON = timedelta(days=14)


def small_rows(desk: Desk) -> dict[str, list[Row]]:
    """The rows of every kind that the reader's roles look at."""
    wanted = {name: rows for name, roles, rows in _kinds(desk) if desk.user.authority.has(*roles)}
    return plain_rows(User.objects.filter(pk=desk.user.pk), wanted)


def _kinds(desk: Desk) -> list[tuple[str, tuple[str, ...], QuerySet[Any]]]:
    return [
        ("modules", (Role.MANAGER, *TEACHERS), _modules(desk)),
        ("requirements", (Role.MANAGER, *TEACHERS), _requirements(desk)),
        ("question_reviews", QUESTION_AUTHORS, _question_reviews(desk)),
        ("consultations", CONSULTED, _consultations(desk)),
        ("requests", (Role.MANAGER, *TEACHERS), _requests(desk)),
        ("releases", (Role.TEAM_LEADER, *TEACHERS), _releases(desk)),
        ("overtime", (Role.AGENT, Role.TEAM_LEADER, *TEACHERS), _overtime(desk)),
        ("corrections", (*TEACHERS, Role.AGENT), _corrections(desk)),
        ("assessments", ASSESSORS, _assessments(desk)),
        ("amendments", TEACHERS, _amendments(desk)),
        ("reviews", (Role.MANAGER, *TEACHERS, *CONSULTED, Role.TEAM_LEADER), _reviews(desk)),
        ("reviews_owed", (Role.MANAGER,), _reviews_owed(desk)),
        ("coaching", (Role.MANAGER, *TEACHERS, Role.TEAM_LEADER, Role.AGENT), _coaching(desk)),
        ("archives", (Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR), _archives(desk)),
        ("lapses", (Role.MANAGER, *TEACHERS), _lapses(desk)),
        ("failed_mails", (Role.ADMINISTRATOR,), _failed_mails()),
    ]


def _modules(desk: Desk) -> QuerySet[Any]:
    """Versions that the reader may decide on, which takes every line of the module (2.1), and their own."""
    inside = desk.user.authority.scope(Role.MANAGER, line="pk")
    outside = ServiceLine.objects.filter(modules=OuterRef("module")).exclude(inside)
    to_decide = Q(state=ModuleState.SUBMITTED) & ~Exists(outside) & ~Q(author=desk.user)
    if not desk.user.authority.has(Role.MANAGER):
        to_decide = Q(pk__in=[])
    own = Q(author=desk.user, state__in=[ModuleState.SUBMITTED, ModuleState.RETURNED])
    return packed(
        ModuleVersion.objects.filter(to_decide | own).order_by("submitted_at"),
        *("uuid", "number", "state", "author_id", "submitted_at", "decided_at"),
        module="module__uuid",
        title="module__title",
        author="author__name",
        note="decision_note",
    )


def _requirements(desk: Desk) -> QuerySet[Any]:
    """Lists of required modules that the reader may decide on, and their own that wait (ISO 9001 7.2)."""
    own = Q(submitted_by=desk.user)
    to_decide = desk.user.authority.scope(Role.MANAGER, line="line")
    return packed(
        CompetenceRequirement.objects.filter(own | to_decide, state=RequirementState.SUBMITTED).order_by(
            "submitted_at"
        ),
        *("uuid", "revision", "submitted_at", "submitted_by_id"),
        line="line__name",
        segment="segment__name",
        name="submitted_by__name",
    )


def _question_reviews(desk: Desk) -> QuerySet[Any]:
    """Questions sent back to the bank: the reader's own, and for managers those whose author is gone (5.4)."""
    mine = Q(question_version__author=desk.user)
    if desk.user.authority.has(Role.MANAGER):
        mine |= Q(question_version__author=None) | Q(question_version__author__is_active=False)
    return packed(
        QuestionReview.objects.filter(mine, settled_at=None).order_by("asked_at"),
        *("reason", "asked_at"),
        question="question_version__question__uuid",
        code="question_version__question__code",
        asked_by="asked_by__name",
    )


def _consultations(desk: Desk) -> QuerySet[Any]:
    """Open questions to the reader's teams (5.1.1 d)."""
    to_me = Q(pk__in=[])
    for party in CONSULTED:
        to_me |= desk.user.authority.scope(party, site="plan__site", line="plan__line") & Q(party=party)
    open_now = Consultation.objects.filter(to_me, answer="", plan__state__in=ANSWERED_IN)
    return packed(
        open_now.order_by("due_on"),
        *("uuid", "due_on", "asked_at"),
        title="plan__title",
        number="plan__number",
        asked_by="asked_by__name",
        timezone="plan__site__timezone",
    )


def _requests(desk: Desk) -> QuerySet[Any]:
    """Requests for a trainer without answer: to the reader as SSO Training, and their own (5.1.1 a)."""
    to_me = desk.user.authority.scope(Role.SSO_TRAINING, site="site", line="line")
    return packed(
        TrainerRequest.objects.filter(to_me | Q(requested_by=desk.user), answer="").order_by("wanted_on", "pk"),
        *("uuid", "number", "wanted_on", "requested_at", "requested_by_id"),
        requested_by="requested_by__name",
        module="module__title",
        timezone="site__timezone",
    )


def _releases(desk: Desk) -> QuerySet[Any]:
    """Sessions to come whose release a leader of the team has not confirmed, or asked another batch for (5.1.1)."""
    meetings = PlannedMeeting.objects.filter(planned_session=OuterRef("planned_session")).order_by("starts_at")
    waiting = ReleaseConfirmation.objects.filter(
        Q(team__in=desk.led_teams, state=ReleaseState.ASKED)
        | Q(plan__pic=desk.user, state__in=[ReleaseState.ASKED, ReleaseState.OTHER_BATCH]),
        plan__state__in=[PlanState.APPROVED, PlanState.UNDER_WAY],
    ).annotate(begins_at=Subquery(meetings.values("starts_at")[:1]))
    return packed(
        waiting.filter(begins_at__gt=desk.now).order_by("begins_at", "pk"),
        *("uuid", "state", "reason", "asked_at", "answered_at", "begins_at", "team_id"),
        team="team__name",
        batch="planned_session__label",
        plan="plan__uuid",
        title="plan__title",
        pic_id="plan__pic_id",
        timezone="planned_session__host_site__timezone",
    )


def _overtime(desk: Desk) -> QuerySet[Any]:
    """Overtime to come without the agent's answer: the reader's own, and of the plans of a PIC (5.1.1 f)."""
    open_now = OvertimeOrder.objects.filter(
        Q(person=desk.user.person_id or 0) | Q(plan__pic=desk.user),
        consent=Consent.ASKED,
        withdrawn_at=None,
        starts_at__gt=desk.now,
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


def _corrections(desk: Desk) -> QuerySet[Any]:
    """Corrections of attendance that the reader decides on, and those that they asked for (ATT-5)."""
    to_decide = corrections_to_decide(desk.user)
    rows = AttendanceCorrection.objects.filter(
        Q(pk__in=to_decide.order_by().values("pk")) | Q(requested_by=desk.user), state=CorrectionState.PENDING
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


def _assessments(desk: Desk) -> QuerySet[Any]:
    """Cells of score grids that wait for the reader, who was asked to assess (5.1.2)."""
    return packed(
        assessments_waiting(desk.user).order_by("asked_at"),
        *("attempt", "asked_at"),
        session="training_session__uuid",
        title="training_session__plan__title",
        batch="training_session__label",
        parameter="parameter__name",
        person="enrolment__person__name",
    )


def _amendments(desk: Desk) -> QuerySet[Any]:
    """Submitted reports of the reader whose session says something else since (5.3.2)."""
    rows = TrainingReport.objects.filter(changed_at__isnull=False, obligation__training_session__plan__pic=desk.user)
    return packed(
        rows.order_by("changed_at"),
        *("uuid", "number", "changed_at"),
        title="obligation__training_session__plan__title",
        batch="obligation__training_session__label",
    )


def _reviews(desk: Desk) -> QuerySet[Any]:
    """Reviews under way that the reader leads or takes part in (5.4), with how many aspects are answered."""
    seen = Review.objects.visible_to(desk.user).order_by().values("pk")
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


def _reviews_owed(desk: Desk) -> QuerySet[Any]:
    """Reviews that the reader leads, due within two weeks or overdue, for which no meeting is scheduled yet (5.4)."""
    scheduled = Review.objects.filter(
        site=OuterRef("site"),
        line=OuterRef("line"),
        period_to__gte=OuterRef("period_from"),
        period_from__lte=OuterRef("period_to"),
        state=ReviewState.SCHEDULED,
    )
    near = ReviewObligation.objects.filter(
        desk.user.authority.scope(Role.MANAGER, site="site", line="line"),
        ~Exists(scheduled),
        review=None,
        due_at__lte=desk.now + OWED_SOON,
    )
    return packed(
        near.order_by("due_at", "pk"),
        "due_at",
        start_on="period_from",
        end_on="period_to",
        line="line__name",
        site="site__name",
        timezone="site__timezone",
    )


def _coaching(desk: Desk) -> QuerySet[Any]:
    """Forms about the reader that they have not signed; forms by the reader that somebody has still to act on (6)."""
    unsigned = Q(acknowledged_at=None)
    mine = Q(coach=desk.user) & (
        Q(state__in=[CoachingState.DRAFTED, CoachingState.FOLLOWED_UP])
        | Q(state__in=COACHING_UNDER_WAY) & (unsigned | Q(next_on__lte=desk.day_start.date()))
    )
    about_me = unsigned & Q(person=desk.user.person_id or 0, state__in=COACHING_UNDER_WAY)
    waiting = CoachingFollowUp.objects.filter(form=OuterRef("pk"), seen_at=None).order_by("due_on")
    return packed(
        CoachingForm.objects.with_next_follow_up()
        .annotate(next_uuid=Subquery(waiting.values("uuid")[:1]))
        .filter(mine | about_me)
        .order_by("next_on", "pk"),
        *("uuid", "number", "state", "person_id", "coach_id", "drafted_at", "coached_at", "acknowledged_at"),
        *("next_on", "next_uuid"),
        person="person__name",
        coach="coach__name",
        timezone="site__timezone",
    )


def _archives(desk: Desk) -> QuerySet[Any]:
    """The reader's archives that can still be downloaded."""
    there = Archive.objects.visible_to(desk.user).filter(ready_at__isnull=False, expires_at__gt=desk.now)
    return packed(there.order_by("-ready_at"), "uuid", "ready_at", "expires_at", records="records_count")


def _lapses(desk: Desk) -> QuerySet[Any]:
    """People on target who left or moved, as the list of people says: the reader confirms or keeps them (4.3)."""
    return packed(
        lapses_to_confirm(desk.user).order_by("lapse_proposed_at", "pk"),
        *("uuid", "lapse_cause", "lapse_proposed_at"),
        person="person__name",
        title="plan__title",
    )


def _failed_mails() -> QuerySet[Any]:
    failed = OutboxMessage.objects.filter(state=OutboxState.FAILED)
    return packed(failed.order_by("created_at"), "created_at")
