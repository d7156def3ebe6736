"""One training through every stage, step by step as the procedure has it, by the services that the pages call.

The steps happen at moments before ``now``, so that deadlines, records and reviews stand in an order that could be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from planning.enums import ConsultationAnswer, Method, NeedKind, ReleaseState, TrainingKind
from planning.models import (
    ClassType,
    NeedSource,
    PlanRevision,
    QualityParameter,
    RecoveryForm,
    Room,
    TrainerProfile,
    TrainingApplication,
    TrainingPlan,
)
from planning.queries.effect import proposal
from planning.queries.needs import DefectFilter
from planning.services.appointments import sign_and_appoint
from planning.services.approval import sign_and_approve, submit_revision
from planning.services.consultations import answer_consultation, ask_consultation
from planning.services.drafting import MeetingTimes, Recipient, save_part, save_recipients, save_session
from planning.services.needs import add_need_source
from planning.services.plans import create_plan
from planning.services.releases import answer_release
from planning.services.targets import choose_targets_from_defects
from reporting.content import freeze
from reporting.models import Distribution, TrainingReport
from reporting.services import acknowledge_report, sign_and_send
from reporting.services.drafts import save_draft
from sessions.enums import AttendanceStatus, TestPhase
from sessions.models import Enrolment, RecoveryCase, TrainingSession
from sessions.services import RollCell, record_attendance, record_roll
from sessions.services.attempts import save_answer, start_attempt, submit_attempt
from sessions.services.concluding import conclude_session
from sessions.services.recovery import MakeUp, schedule_make_up
from sessions.services.results import ScoreCell, record_scores, typed_parameters
from sessions.services.running import conclude_meeting, open_post_test, open_session
from trainingops.local.demo import school
from trainingops.local.demo.cast import Cast
from trainingops.people.enums import Role
from trainingops.people.models import User

TITLE = "KCA, jatuh tempo dan perpanjangan SBG"


@dataclass
class Cycle:
    """Who takes part, and when each step happens."""

    cast: Cast
    now: datetime

    def days_ago(self, days: int, hour: int, minute: int = 0) -> datetime:
        """A local time in Jakarta, so many days before today."""
        local = self.now.astimezone(self.cast.jakarta.zone)
        return (local - timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)


def run_stages(cycle: Cycle) -> TrainingPlan:
    """Take one training from the appointment of its PIC to the last of its targets."""
    appoint(cycle, "CC0001", "CC0002", "CC0005")
    plan = approved_plan(cycle)
    training_session = plan.training_sessions.get()
    hold(training_session)
    report(cycle, training_session, days=3)
    make_up = recover(cycle, plan)
    report(cycle, make_up, days=1, unread=Role.OPERATION_SUPPORT)  # a receipt that is missing (EMP-3)
    plan.refresh_from_db()
    return plan


def appoint(cycle: Cycle, *logins: str) -> None:
    """Step 1: the manager appoints PICs for their own site and line (5.1.1 a)."""
    cast, at = cycle.cast, cycle.days_ago(80, 9)
    for login in logins:
        user = cast.user(login)
        assert user.person is not None
        place = user.person.assignments.select_related("site", "line").get()
        sign_and_appoint(
            user=user,
            site=place.site,
            line=place.line,
            duties="Menyusun, melaksanakan, dan melaporkan Training Refreshment dan Improvement.",
            starts_on=at.date(),
            ends_on=at.date() + timedelta(days=365),
            authenticated_at=at - timedelta(minutes=2),
            actor=cast.manager,
            now=at,
        )
        profile = TrainerProfile.objects.get(user=user)
        profile.modules.set([school.module(code).module for code in ("PNM-HS-04", "PNM-HS-09", "PNM-SS-02")])


def approved_plan(cycle: Cycle) -> TrainingPlan:
    """Steps 2 and 3: plan from the defects, ask the teams, submit, approve with a fresh log-in (4.1, 5.1)."""
    cast = cycle.cast
    plan = draft_plan(cycle)
    revision = plan.revisions.get()
    consult(cycle, plan)
    submit_revision(revision=revision, actor=cast.pic, now=cycle.days_ago(10, 15))
    revision.refresh_from_db()
    at = cycle.days_ago(9, 10)
    sign_and_approve(
        revision=revision,
        content_hash=revision.content_hash,
        authenticated_at=at - timedelta(minutes=1),
        actor=cast.manager,
        now=at,
    )
    plan.refresh_from_db()
    for release in plan.releases.all():
        leader = cast.user("CC0011")
        answer_release(release=release, to=ReleaseState.CONFIRMED, actor=leader, now=cycle.days_ago(8, 9))
    return plan


def draft_plan(cycle: Cycle) -> TrainingPlan:
    """An improvement plan with everything that 4.1 names."""
    cast, at = cycle.cast, cycle.days_ago(12, 9)
    plan = create_plan(
        kind=TrainingKind.IMPROVEMENT,
        title=TITLE,
        site=cast.jakarta,
        line=cast.inbound,
        purpose="Defect C1: tanggal jatuh tempo SBG dijelaskan keliru.",
        needs=[_need(cycle)],
        actor=cast.pic,
        now=at,
    )
    revision = plan.revisions.get()
    fill(revision, at)
    planned = save_session(
        revision=revision,
        label="Batch 1",
        host_site=cast.jakarta,
        trainers=[TrainerProfile.objects.get(user=cast.pic)],
        room=Room.objects.get(name="Ruang Melati"),
        meetings=[MeetingTimes(starts_at=cycle.days_ago(4, 13), ends_at=cycle.days_ago(4, 15))],
        actor=cast.pic,
        now=at,
    )
    choose_targets_from_defects(
        revision=revision,
        filters=DefectFilter(
            since=cycle.days_ago(60, 0).date(),
            until=cycle.days_ago(13, 0).date(),
            parameter=QualityParameter.objects.get(code="C1"),
        ),
        minimum_count=2,
        planned=planned,
        actor=cast.pic,
        now=at,
    )
    save_part(revision=revision, part="effect", values=proposal(revision), actor=cast.pic, now=at)
    save_recipients(revision=revision, recipients=_recipients(cast), actor=cast.pic, now=at)
    return plan


def _need(cycle: Cycle) -> NeedSource:
    """What QC asked for (5.1.1 d)."""
    return add_need_source(
        kind=NeedKind.QC,
        dated_on=cycle.days_ago(14, 0).date(),
        asked_by=cycle.cast.qc.name,
        request="Improvement jatuh tempo SBG untuk agent dengan dua defect C1 atau lebih.",
        document="Laporan tapping bulanan",
        line=cycle.cast.inbound,
        actor=cycle.cast.qc,
        now=cycle.days_ago(14, 10),
    )


def _recipients(cast: Cast) -> list[Recipient]:
    """The parties that get the report."""
    return [
        Recipient(party=Role.MANAGER, user=cast.manager),
        Recipient(party=Role.OPERATIONS, user=cast.user("OPS01")),
        Recipient(party=Role.OPERATION_SUPPORT, user=cast.user("SUP01")),
        Recipient(party=Role.QC, user=cast.qc),
    ]


def fill(revision: PlanRevision, at: datetime, *, module: str = "PNM-HS-04") -> None:
    """The parts of a plan that do not depend on people and times."""
    pre, post = school.papers()
    parts: dict[str, dict[str, Any]] = {
        "module": {"module_version": school.module(module)},
        "method": {
            "method": Method.OFFLINE,
            "application": TrainingApplication.objects.get(name="Simulator SBG"),
            "class_types": list(ClassType.objects.filter(code="role_play")),
        },
        "slot": {"busy_reason": "Interval terendah pada hari itu penuh; Operation menyetujui."},
        "scoring": {"scheme": school.scheme(), "pass_mark": Decimal(80), "pre_paper": pre, "post_paper": post},
        "recovery": {"recovery_forms": list(RecoveryForm.objects.all()), "recovery_days": 7, "tolerance_minutes": 15},
    }
    for part, values in parts.items():
        save_part(revision=revision, part=part, values=values, actor=revision.plan.pic, now=at)


def consult(cycle: Cycle, plan: TrainingPlan) -> None:
    """The three teams are asked and answer (5.1.1 d)."""
    cast, asked_at = cycle.cast, cycle.days_ago(12, 11)
    answers = {
        Role.QC: (cast.qc, ConsultationAnswer.AGREED, ""),
        Role.OPERATIONS: (cast.user("OPS01"), ConsultationAnswer.REMARKS, "Paling banyak tiga orang dari satu shift."),
        Role.OPERATION_SUPPORT: (cast.user("SUP01"), ConsultationAnswer.NO_REMARKS, ""),
    }
    asked = ask_consultation(
        plan=plan, parties=list(answers), due_on=cycle.days_ago(11, 0).date(), actor=cast.pic, now=asked_at
    )
    for consultation in asked:
        user, answer, remark = answers[Role(consultation.party)]
        answer_consultation(
            consultation=consultation, answer=answer, remark=remark, actor=user, now=cycle.days_ago(11, 14)
        )


def hold(training_session: TrainingSession) -> None:
    """Step 4: attendance, both tests, scores; the last participant is absent and gets a recovery case (5.2, 5.3.1)."""
    trainer, starts_at = training_session.plan.pic, training_session.starts_at
    open_session(training_session=training_session, actor=trainer, now=starts_at)
    meeting = training_session.meetings.get()
    enrolments = list(training_session.enrolments.select_related("person__user").order_by("person__employee_no"))
    present, absent = enrolments[:-1], enrolments[-1]
    cells = [RollCell(enrolment=each.pk, status=AttendanceStatus.PRESENT) for each in present[1:]]
    cells.append(RollCell(enrolment=present[0].pk, status=AttendanceStatus.LATE, minutes_late=9))
    cells.append(
        RollCell(
            enrolment=absent.pk,
            status=AttendanceStatus.ABSENT,
            reason="not_released",
            reason_note="Team leader menahan karena traffic tinggi",
        )
    )
    record_roll(meeting=meeting, cells=cells, actor=trainer, now=starts_at + timedelta(minutes=10))
    teach(training_session, present, trainer)


def teach(training_session: TrainingSession, present: list[Enrolment], trainer: User, *, weak: int | None = 1) -> None:
    """Pre-test, post-test, scores, conclusion; the participant at the place ``weak`` stays below the pass mark."""
    starts_at, ends_at = training_session.starts_at, training_session.ends_at
    for index, enrolment in enumerate(present):
        take(enrolment, TestPhase.PRE, right=2 + index % 2, now=starts_at + timedelta(minutes=12))
    open_post_test(training_session=training_session, actor=trainer, now=ends_at - timedelta(minutes=25))
    for index, enrolment in enumerate(present):
        take(enrolment, TestPhase.POST, right=3 if index == weak else 5, now=ends_at - timedelta(minutes=24))
    cells = [
        ScoreCell(
            enrolment=enrolment.pk,
            parameter=parameter.uuid,
            value=Decimal(75 if index == weak else 85 + index),
        )
        for index, enrolment in enumerate(present)
        for parameter in typed_parameters(training_session)
    ]
    record_scores(training_session=training_session, cells=cells, actor=trainer, now=ends_at - timedelta(minutes=2))
    conclude_meeting(meeting=training_session.meetings.get(), actor=trainer, now=ends_at)
    training_session.refresh_from_db()
    conclude_session(
        training_session=training_session,
        actor=trainer,
        now=ends_at + timedelta(minutes=5),
        notes="Peserta aktif bertanya tentang perpanjangan.",
    )
    training_session.refresh_from_db()


def take(enrolment: Enrolment, phase: str, *, right: int, now: datetime) -> None:
    """Answer a test: the first ``right`` questions rightly, the rest wrongly."""
    user = enrolment.person.user
    attempt = start_attempt(enrolment=enrolment, phase=phase, actor=user, now=now)
    questions = attempt.paper.paper_questions.select_related("question_version").order_by("order")
    for place, row in enumerate(questions):
        question = row.question_version
        wrong = next(option["key"] for option in question.options if option["key"] not in question.correct)
        choice = question.correct if place < right else [wrong]
        save_answer(attempt=attempt, question_version=question, choice=choice, actor=user, now=now)
    submit_attempt(attempt=attempt, actor=user, now=now + timedelta(minutes=6))


def report(cycle: Cycle, training_session: TrainingSession, *, days: int, unread: str = "") -> None:
    """Step 5: the filled draft gets its narrative, is submitted in time, and every party acknowledges it (5.3.2)."""
    training_report = TrainingReport.objects.get(obligation__training_session=training_session)
    trainer, at = training_session.plan.pic, cycle.days_ago(days, 9)
    save_draft(
        report=training_report,
        version=training_report.version,
        course="Training berjalan sesuai rencana; peserta berlatih tiga kasus perpanjangan.",
        obstacles="Satu peserta tidak dilepas karena traffic tinggi.",
        follow_up="Kelas susulan dijadwalkan; materi dibagikan kepada team leader.",
        actor=trainer,
        now=at,
    )
    training_report.refresh_from_db()
    version = sign_and_send(
        report=training_report,
        content_hash=freeze(training_report, number=1, now=at).hash,
        authenticated_at=at,
        actor=trainer,
        now=at + timedelta(minutes=5),
    )
    for distribution in Distribution.objects.filter(version=version).exclude(party=unread).select_related("user"):
        if distribution.user is not None:
            acknowledge_report(version=version, actor=distribution.user, now=at + timedelta(hours=2))


def recover(cycle: Cycle, plan: TrainingPlan) -> TrainingSession:
    """Step 6: a make-up class for the open case; the obligation "every target is trained" closes (4.3)."""
    cast = cycle.cast
    cases = list(RecoveryCase.objects.filter(enrolment__training_session__plan=plan, state="open", kind="recovery"))
    make_up = schedule_make_up(
        cases=cases,
        make_up=MakeUp(
            form=RecoveryForm.objects.get(code="make_up"),
            label="Kelas susulan",
            host_site=cast.jakarta,
            trainers=[TrainerProfile.objects.get(user=cast.pic)],
            meetings=[(cycle.days_ago(2, 13), cycle.days_ago(2, 15))],
            room=Room.objects.get(name="Ruang Kenanga"),
        ),
        actor=cast.pic,
        now=cycle.days_ago(3, 14),
    )
    open_session(training_session=make_up, actor=cast.pic, now=make_up.starts_at)
    meeting = make_up.meetings.get()
    present = list(make_up.enrolments.select_related("person__user"))
    for enrolment in present:
        record_attendance(
            meeting=meeting,
            cell=RollCell(enrolment=enrolment.pk, status=AttendanceStatus.PRESENT),
            actor=cast.pic,
            now=make_up.starts_at + timedelta(minutes=5),
        )
    teach(make_up, present, cast.pic)
    return make_up
