"""Every page that can be opened by GET, for somebody of the demo: what the budgets are measured on."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse

from evaluation.enums import IndicatorKey
from evaluation.models import (
    CoachingFollowUp,
    CoachingForm,
    EffectStudy,
    Finding,
    ImprovementAction,
    ItemFigures,
    Objective,
    Review,
    ReviewPolicy,
    TrainingDefect,
)
from planning.enums import PlanState
from planning.forms.plans import PART_FORMS
from planning.models import (
    Appointment,
    ClassType,
    CompetenceRequirement,
    Consultation,
    Defect,
    MarkedDay,
    ModuleMaterial,
    ModuleVersion,
    MonitoringSample,
    NeedSource,
    OvertimeOrder,
    PlanRevision,
    PlanTemplate,
    ProductChange,
    QualityParameter,
    Question,
    ReleaseConfirmation,
    RevisionComment,
    Room,
    ScoringScheme,
    TestPaper,
    Topic,
    TrainerProfile,
    TrainerQualification,
    TrainerRequest,
    TrainingApplication,
    TrainingModule,
    TrainingPlan,
)
from reporting.models import (
    DayOff,
    DeadlinePolicy,
    Distribution,
    ReportDelivery,
    ReportObligation,
    ReportVersion,
    TrainingRecap,
    TrainingReport,
)
from sessions.enums import HELD, TestPhase
from sessions.frozen import read_scheme
from sessions.models import (
    AskedAssessor,
    AttendanceCorrection,
    ClassFile,
    Deviation,
    Enrolment,
    JoinRequest,
    PaperSheet,
    ReactionSurvey,
    RecoveryCase,
    Scan,
    ScanPage,
    SessionMeeting,
    TargetOutcome,
    TestAttempt,
    TrainingSession,
)
from trainingops.access import ACCESS
from trainingops.imports.models import ImportRun
from trainingops.imports.registry import importers_for
from trainingops.jobs.models import Job
from trainingops.notifications.models import Notice, OutboxMessage
from trainingops.people.models import Delegation, Person, RoleAssignment, ServiceLine, ShiftCode, User
from trainingops.records.models import Archive, EvidenceRecord, EvidenceRequest

#: What hands out a file, belongs to a page that is counted, or knows its reader by more than a session.
NOT_PAGES = {
    "account_login",
    "account_code",
    "account_inactive",
    "account_logout",
    "account_reauthenticate",
    "archive_download",
    "calendar_file",
    "competence_pdf",
    "consultation_document",
    "correction_document",
    "delivery_file",
    "evidence_data",
    "evidence_export",
    "evidence_pdf",
    "health_live",
    "health_ready",
    "import_errors",
    "import_template",
    "obligation_export",
    "material_file",
    "need_source_document",
    "people_download",
    "qualification_document",
    "trainer_request_document",
    "training_calendar",
    "product_change_document",
    "report_copy",
    "report_preview_pdf",
    "roster_download",
    "scan_file",
    "scan_picture",
    "class_file",
    "class_file_thumbnail",
    "session_file",
    "sheet_code",
    "sheet_file",
    "test_paper",
    "traffic_csv",
    "unsubscribe",
    "verify",
    "verify_record",
}

Address = dict[str, Any]


class DrawnPages:
    """The pages of the untouched house as its people were shown them: drawn once for all tests that only read them."""

    def __init__(self) -> None:
        self._pages: dict[tuple[str, str], bytes | None] = {}
        self._statuses: dict[tuple[str, str], int] = {}

    def keep(self, login: str, url: str, answer: HttpResponse) -> bytes | None:
        """Note an answer; its content if it is a page."""
        is_page = answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
        content = None if answer.streaming or not is_page else answer.content
        self._pages[login, url] = content and zlib.compress(content, 1)
        self._statuses[login, url] = answer.status_code
        return content

    def get(self, login: str, url: str, client: Client) -> bytes | None:
        """The page at ``url`` for ``login``, who is signed in on ``client``; nothing if the answer is no page."""
        if (login, url) not in self._pages:
            return self.keep(login, url, client.get(url))
        content = self._pages[login, url]
        return content and zlib.decompress(content)

    def status(self, login: str, url: str, client: Client) -> int:
        """What :meth:`get` was answered with."""
        self.get(login, url, client)
        return self._statuses[login, url]


def _by_uuid(model: type[Model], states: str = "state") -> Callable[[], Iterable[Address]]:
    """The newest row of each state, or three rows where there are no states."""

    def find() -> Iterable[Address]:
        rows: QuerySet[Any] = model._default_manager.order_by("-pk")
        if states in {each.name for each in model._meta.get_fields()}:
            rows = model._default_manager.filter(
                pk__in=model._default_manager.order_by(states, "-pk").distinct(states).values("pk")
            )
        return [{"uuid": row.uuid} for row in rows[:6]]

    return find


def _drafts() -> list[Address]:
    return [
        {"uuid": each} for each in TrainingPlan.objects.filter(revisions__state="draft").values_list("uuid", flat=True)
    ]


def _approved() -> QuerySet[PlanRevision]:
    return PlanRevision.objects.filter(approved_for__state__in=[PlanState.APPROVED, PlanState.UNDER_WAY])


def _adjusted() -> list[Address]:
    return [{"uuid": each.plan.uuid} for each in _approved().select_related("plan")]


def _draft_sessions() -> list[Address]:
    revisions = PlanRevision.objects.filter(state="draft").prefetch_related("plan", "sessions")
    return [{"uuid": each.plan.uuid, "session": one.uuid} for each in revisions for one in each.sessions.all()]


def _score_cells() -> list[Address]:
    """A cell of the grid for each parameter of sessions that have participants."""
    rows = Enrolment.objects.exclude(training_session__scheme={}).select_related("training_session")[:6]
    return [
        {"uuid": each.training_session.uuid, "enrolment": each.pk, "parameter": parameter.uuid}
        for each in rows
        for parameter in read_scheme(each.training_session.scheme).parameters
    ]


def _roll_cells() -> list[Address]:
    enrolments = Enrolment.objects.prefetch_related("training_session__meetings")[:6]
    return [{"uuid": m.uuid, "enrolment": each.pk} for each in enrolments for m in each.training_session.meetings.all()]


def _enrolments() -> list[Address]:
    """Everybody under way: each page shows the reader's own."""
    return [{"uuid": each.uuid} for each in Enrolment.objects.filter(training_session__plan__state="under_way")]


def _surveys() -> QuerySet[ReactionSurvey]:
    return ReactionSurvey.objects.select_related("training_session")


def _attempts() -> list[Address]:
    return [{"uuid": each.uuid} for each in TestAttempt.objects.all()]


def _orders() -> list[Address]:
    """Orders of records of one place; one without a site or line is excluded by no scope (`records.queries`)."""
    placed = EvidenceRequest.objects.exclude(site=None).exclude(line=None).order_by("state", "-pk").distinct("state")
    return [{"uuid": each.uuid} for each in placed]


def _importers() -> list[Address]:
    return [{"kind": each.name} for each in importers_for(User.objects.get(login="ADM01"))]


#: Whose addresses begin how; the longest beginning counts.
SUBJECTS: dict[str, Callable[[], Iterable[Address]]] = {
    "account_": _by_uuid(User),
    "action_": _by_uuid(ImprovementAction),
    "action_new": _by_uuid(Finding),
    "analysis_return": _by_uuid(ItemFigures, "verdict"),
    "appointment_": _by_uuid(Appointment),
    "archive_": _by_uuid(Archive),
    "attendance_correct": _roll_cells,
    "case_": _by_uuid(RecoveryCase),
    "check_in_": _by_uuid(SessionMeeting),
    "calendar_file": lambda: [{"token": "x" * 43}],
    "check_in_scan": lambda: [{"code": "ACDEFG"}],
    "class_file": _by_uuid(ClassFile, "kind"),
    "application_": _by_uuid(TrainingApplication),
    "class_type_": _by_uuid(ClassType),
    "competence_pdf": _by_uuid(Person),
    "requirement_": _by_uuid(CompetenceRequirement),
    "coaching_": _by_uuid(CoachingForm),
    "comment_": _by_uuid(RevisionComment),
    "coaching_new": _by_uuid(Person),
    "coaching_follow_up": _by_uuid(CoachingFollowUp),
    "coaching_follow_up_new": _by_uuid(CoachingForm),
    "consultation_": _by_uuid(Consultation),
    "defect_": _by_uuid(Defect),
    "sample_": _by_uuid(MonitoringSample),
    "defect_decide": lambda: [
        {**each, "verb": verb} for each in _by_uuid(Defect)() for verb in ("dispute", "uphold", "annul")
    ],
    "delegation_end": _by_uuid(Delegation),
    "deviation_": _by_uuid(TrainingSession),
    "correction_": _by_uuid(AttendanceCorrection),
    "correction_new": _by_uuid(SessionMeeting),
    "day_off_": _by_uuid(DayOff),
    "deviation_acknowledge": _by_uuid(Deviation),
    "evidence_": _by_uuid(EvidenceRecord, "kind"),
    "evidence_retry": _orders,
    "finding_": _by_uuid(Review),
    "guest_": _by_uuid(SessionMeeting),
    "guest_remove": _roll_cells,
    "import_": _by_uuid(ImportRun),
    "import_new": _importers,
    "import_template": _importers,
    "job_": _by_uuid(Job),
    "indicator_detail": lambda: [{"key": key} for key in IndicatorKey.values],
    "join_": _by_uuid(JoinRequest),
    "material_": _by_uuid(ModuleMaterial),
    "material_new": _by_uuid(ModuleVersion),
    "meeting_": _by_uuid(SessionMeeting),
    "meeting_cell": _roll_cells,
    "meeting_rest_undo": lambda: [{**each, "fill": UUID(int=0)} for each in _by_uuid(SessionMeeting)()],
    "module_": _by_uuid(TrainingModule),
    "module_standard_": _by_uuid(ServiceLine),
    "module_version_": _by_uuid(ModuleVersion),
    "module_version_new": _by_uuid(TrainingModule),
    "notice_": _by_uuid(Notice, "kind"),
    "objective_": _by_uuid(Objective),
    "obligation_": _by_uuid(ReportObligation),
    "outbox_": _by_uuid(OutboxMessage),
    "need_source_": _by_uuid(NeedSource),
    "overtime_": _by_uuid(OvertimeOrder, "consent"),
    "paper_": _by_uuid(TestPaper),
    "paper_preview": lambda: [{**each, "place": 1} for each in _by_uuid(TestPaper)()],
    "parameter_": _by_uuid(QualityParameter),
    "person_": _by_uuid(Person),
    "product_change_": _by_uuid(ProductChange),
    "place_": lambda: [{"kind": kind} for kind in ("site", "line", "team")],
    "plan_": _by_uuid(TrainingPlan),
    "plan_adjust": _adjusted,
    "plan_adjust_place": lambda: [
        {"uuid": each.plan.uuid, "session": one.uuid} for each in _approved() for one in each.sessions.all()
    ],
    "plan_adjust_recipient": _adjusted,
    "plan_adjust_target": lambda: [
        {"uuid": each.plan.uuid, "target": one.uuid} for each in _approved() for one in each.targets.all()[:2]
    ],
    "plan_approval": _by_uuid(PlanRevision),
    "plan_part": lambda: [{**each, "part": part} for each in _drafts() for part in PART_FORMS],
    "plan_recipients": _drafts,
    "plan_revision": lambda: [
        {"uuid": each.plan.uuid, "number": each.number} for each in PlanRevision.objects.exclude(content="")
    ],
    "plan_session": _draft_sessions,
    "plan_session_new": _drafts,
    "plan_sessions": _drafts,
    "plan_submit": _drafts,
    "plan_targets": _drafts,
    "plan_template_": _by_uuid(PlanTemplate),
    "plan_when": _drafts,
    "plan_windows": _drafts,
    "policy_remove": _by_uuid(DeadlinePolicy),
    "question_": _by_uuid(Question),
    "recap_": _by_uuid(TrainingRecap),
    "recipient_": _by_uuid(TrainingReport),
    "recipient_later": _by_uuid(Distribution, "party"),
    "recipient_remind": _by_uuid(Distribution, "party"),
    "recipient_resend": _by_uuid(Distribution, "party"),
    "delivery_": _by_uuid(Distribution, "party"),
    "delivery_file": _by_uuid(ReportDelivery),
    "client_names_set": _by_uuid(ServiceLine),
    "release_": _by_uuid(ReleaseConfirmation),
    "report_": _by_uuid(TrainingReport),
    "report_copy": lambda: [{"uuid": each.report.uuid, "number": each.number} for each in ReportVersion.objects.all()],
    "report_difference": lambda: [
        {"uuid": each.report.uuid, "old": 1, "new": each.number} for each in ReportVersion.objects.all()
    ],
    "report_version": lambda: [
        {"uuid": each.report.uuid, "number": each.number} for each in ReportVersion.objects.all()
    ],
    "review_": _by_uuid(Review),
    "review_policy_remove": _by_uuid(ReviewPolicy),
    "revision_comment": _by_uuid(PlanRevision),
    "role_": _by_uuid(User),
    "role_end": _by_uuid(RoleAssignment, "role"),
    "scan_": _by_uuid(ScanPage),
    "scan_file": _by_uuid(Scan),
    "room_": _by_uuid(Room),
    "scheme_": _by_uuid(ScoringScheme),
    "score_amend": lambda: [
        {"uuid": each.training_session.uuid, "enrolment": each.pk}
        for each in Enrolment.objects.filter(training_session__state__in=HELD).select_related("training_session")[:6]
    ],
    "session_": _by_uuid(TrainingSession),
    "session_assessor_withdraw": lambda: [
        {"uuid": each.training_session.uuid, "asked": each.uuid}
        for each in AskedAssessor.objects.select_related("training_session")
    ],
    "session_extra_time": lambda: [
        {"uuid": each.training_session.uuid, "enrolment": each.uuid}
        for each in Enrolment.objects.select_related("training_session")[:6]
    ],
    "session_file": lambda: [{**each, "run": UUID(int=0)} for each in _by_uuid(TrainingSession)()],
    "session_score_cell": _score_cells,
    "sheet_": _by_uuid(PaperSheet),
    "sheet_code": lambda: [{"code": each.code} for each in PaperSheet.objects.all()[:3]],
    "survey_": _enrolments,
    "survey_result": lambda: [{"uuid": each.training_session.uuid} for each in _surveys()],
    "target_lapse": _by_uuid(TargetOutcome),
    "test_": _attempts,
    "test_question": lambda: [{**each, "place": 1} for each in _attempts()],
    "test_start": lambda: [{**each, "phase": phase} for each in _enrolments() for phase in TestPhase],
    "topic_": _by_uuid(Topic),
    "effect_": _by_uuid(EffectStudy),
    "plan_levels": _by_uuid(TrainingPlan),
    "training_defect_": _by_uuid(TrainingDefect, "kind"),
    "qualification_document": _by_uuid(TrainerQualification),
    "qualification_new": _by_uuid(TrainerProfile),
    "traffic_day_": _by_uuid(MarkedDay),
    "shared_pc_": _by_uuid(SessionMeeting),
    "shift_code_": _by_uuid(ShiftCode),
    "training_calendar": _enrolments,
    "trainer_": _by_uuid(TrainerProfile),
    "trainer_request_": _by_uuid(TrainerRequest, "answer"),
    "unsubscribe": lambda: [{"signed": "tautan-yang-tidak-kami-tandatangani"}],
    "verify_record": lambda: [{"code": "KODE-YANG-TIDAK-ADA"}],
}


def account(login: str) -> User:
    """The account with this log-in, or the first with this role; the agent is one with a test to take."""
    found = User.objects.filter(login=login).first()
    if login == "agent":
        there = TrainingPlan.objects.filter(state=PlanState.UNDER_WAY).latest("pk")
        found = User.objects.filter(person__enrolments__training_session__plan=there).earliest("pk")
    return found or User.objects.filter(role_assignments__role=login).earliest("pk")


def pages(user: User) -> Iterator[tuple[str, str]]:
    """Name and address of each page that the access table lets ``user`` open; scope and state may still refuse."""
    roles = user.authority.role_names
    for name, rule in ACCESS.items():
        if name not in NOT_PAGES and rule.allows(roles, "GET"):
            for subject in subjects(name):
                yield name, reverse(name, kwargs=subject)


def subjects(name: str) -> Iterable[Address]:
    """What addresses of this name can be about; one empty subject for a page that is about nothing in particular."""
    try:
        reverse(name)
    except NoReverseMatch:
        beginnings = [each for each in SUBJECTS if name.startswith(each)]
        return SUBJECTS[max(beginnings, key=len)]()
    return [{}]
