"""Every page that can be opened by GET, for somebody of the demo: what the budgets are measured on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import NoReverseMatch, reverse

from evaluation.models import CoachingForm, Finding, ImprovementAction, Review
from planning.forms.plans import PART_FORMS
from planning.models import (
    Appointment,
    Consultation,
    Defect,
    ModuleMaterial,
    ModuleVersion,
    PlanRevision,
    Question,
    ScoringScheme,
    TestPaper,
    TrainerProfile,
    TrainingModule,
    TrainingPlan,
)
from reporting.models import ReportObligation, ReportVersion, TrainingReport
from sessions.enums import TestPhase
from sessions.models import Enrolment, RecoveryCase, SessionMeeting, TestAttempt, TrainingSession
from trainingops.access import ACCESS
from trainingops.imports.models import ImportRun
from trainingops.imports.registry import importers_for
from trainingops.jobs.models import Job
from trainingops.people.models import Person, User
from trainingops.records.models import Archive, EvidenceRecord

#: What hands out a file, belongs to a page that is counted, or knows its reader by more than a session.
NOT_PAGES = {
    "account_login",
    "account_code",
    "account_inactive",
    "account_logout",
    "account_reauthenticate",
    "archive_download",
    "evidence_data",
    "evidence_export",
    "evidence_pdf",
    "health_live",
    "health_ready",
    "import_errors",
    "import_template",
    "obligation_export",
    "people_download",
    "traffic_csv",
    "verify",
    "verify_record",
}

Address = dict[str, Any]


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


def _draft_sessions() -> list[Address]:
    revisions = PlanRevision.objects.filter(state="draft").prefetch_related("plan", "sessions")
    return [{"uuid": each.plan.uuid, "session": one.uuid} for each in revisions for one in each.sessions.all()]


def _enrolments() -> list[Address]:
    """Everybody under way: each page shows the reader's own."""
    return [{"uuid": each.uuid} for each in Enrolment.objects.filter(training_session__plan__state="under_way")]


def _attempts() -> list[Address]:
    return [{"uuid": each.uuid} for each in TestAttempt.objects.all()]


#: Whose addresses begin how; the longest beginning counts.
SUBJECTS: dict[str, Callable[[], Iterable[Address]]] = {
    "account_": _by_uuid(User),
    "action_": _by_uuid(ImprovementAction),
    "action_new": _by_uuid(Finding),
    "appointment_": _by_uuid(Appointment),
    "archive_": _by_uuid(Archive),
    "case_": _by_uuid(RecoveryCase),
    "coaching_": _by_uuid(CoachingForm),
    "coaching_new": _by_uuid(Person),
    "consultation_": _by_uuid(Consultation),
    "defect_": _by_uuid(Defect),
    "defect_decide": lambda: [
        {**each, "verb": verb} for each in _by_uuid(Defect)() for verb in ("dispute", "uphold", "annul")
    ],
    "deviation_": _by_uuid(TrainingSession),
    "evidence_": _by_uuid(EvidenceRecord, "kind"),
    "finding_": _by_uuid(Review),
    "import_": _by_uuid(ImportRun),
    "import_new": lambda: [{"kind": each.name} for each in importers_for(User.objects.get(login="ADM01"))],
    "job_": _by_uuid(Job),
    "material_": _by_uuid(ModuleMaterial),
    "material_new": _by_uuid(ModuleVersion),
    "meeting_": _by_uuid(SessionMeeting),
    "module_": _by_uuid(TrainingModule),
    "module_version_": _by_uuid(ModuleVersion),
    "module_version_new": _by_uuid(TrainingModule),
    "obligation_": _by_uuid(ReportObligation),
    "paper_": _by_uuid(TestPaper),
    "person_": _by_uuid(Person),
    "place_": lambda: [{"kind": kind} for kind in ("site", "line", "team")],
    "plan_": _by_uuid(TrainingPlan),
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
    "question_": _by_uuid(Question),
    "recipient_": _by_uuid(TrainingReport),
    "report_": _by_uuid(TrainingReport),
    "report_version": lambda: [
        {"uuid": each.report.uuid, "number": each.number} for each in ReportVersion.objects.all()
    ],
    "review_": _by_uuid(Review),
    "role_": _by_uuid(User),
    "scheme_": _by_uuid(ScoringScheme),
    "session_": _by_uuid(TrainingSession),
    "test_": _attempts,
    "test_question": lambda: [{**each, "place": 1} for each in _attempts()],
    "test_start": lambda: [{**each, "phase": phase} for each in _enrolments() for phase in TestPhase],
    "trainer_": _by_uuid(TrainerProfile),
}


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
