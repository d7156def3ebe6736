"""The register of training defects fills itself and counts once (4.4)."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from html import unescape
from importlib import import_module

import pytest
from django.urls import reverse
from django.utils import translation

from evaluation import services
from evaluation.enums import TrainingDefectKind
from evaluation.models import ImprovementAction, TrainingDefect
from evaluation.receivers import (
    register_amended_defects,
    register_breach,
    register_late_approval,
    register_session_defects,
)
from evaluation.tests.factories import NOW, add_action, held_review, reported_plan
from planning.models import TrainingPlan
from planning.tests.factories import make_world
from sessions.enums import DeviationKind
from sessions.models import AbsenceReason, Attendance, Deviation, RecoveryCase
from trainingops.domain import NotAllowed, Refused
from trainingops.people.tests.factories import make_user
from trainingops.ui.stored import stored_span

pytestmark = [pytest.mark.django_db, pytest.mark.clause("4.4")]


@pytest.fixture
def training_session():
    return reported_plan(make_world()).training_sessions.first()


def test_deviation_absence_and_lateness_are_registered_once_each(training_session):
    manager, meeting = training_session.plan.pic, training_session.meetings.first()
    Deviation.objects.create(
        training_session=training_session,
        kind=DeviationKind.TRAINER,
        planned="A",
        actual="B",
        reason="Sakit",
        reported_by=manager,
        reported_at=NOW,
    )
    reason = AbsenceReason.objects.first() or AbsenceReason.objects.create(code="sakit", name="Sakit")
    absent, late = training_session.enrolments.all()[:2]
    Attendance.objects.create(meeting=meeting, enrolment=absent, status="absent", reason=reason)
    Attendance.objects.create(meeting=meeting, enrolment=late, status="late", minutes_late=30)
    for enrolment in (absent, late):
        RecoveryCase.objects.create(
            kind="recovery", enrolment=enrolment, meeting=meeting, owner=manager, due_at=NOW, opened_at=NOW
        )
    for _ in range(2):
        register_session_defects(training_session=training_session, actor=None, now=NOW)
    kinds = sorted(TrainingDefect.objects.values_list("kind", flat=True))
    assert kinds == [TrainingDefectKind.ABSENCE, TrainingDefectKind.DEVIATION, TrainingDefectKind.LATENESS]


def test_what_the_system_saw_reads_in_the_language_of_the_reader(training_session):
    Deviation.objects.create(
        training_session=training_session,
        kind=DeviationKind.DURATION,
        measured=[[stored_span(timedelta(minutes=120)), stored_span(timedelta(minutes=90))]],
        reason="Aplikasi lambat",
        reported_by=training_session.plan.pic,
        reported_at=NOW,
    )
    register_session_defects(training_session=training_session, actor=None, now=NOW)
    defect = TrainingDefect.objects.get(kind=TrainingDefectKind.DEVIATION)
    assert defect.description == ""
    with translation.override("en"):
        assert defect.words == "Deviation: Duration. Planned 120 minutes, actual 90 minutes."
    with translation.override("id"):
        assert defect.words == "Ketidaksesuaian: Durasi. Rencana 120 menit, aktual 90 menit."


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("duration", "90 menit", {"minutes": 90}),
        ("date", "3 Agustus 2026", {"day": "2026-08-03"}),
        (
            "time",
            "3 Okt 14.30 WITA",
            {"moment": "2026-10-03T14:30:00+08:00", "zone": "Asia/Makassar", "style": "short"},
        ),
        ("time", "lebih lambat", None),
        ("duration", "3 Agustus 2026", None),
    ],
)
def test_words_that_older_versions_kept_become_values(kind, text, said):
    migration = import_module("sessions.migrations.0003_system_words_by_kind")
    assert migration.value(kind, text, "Asia/Makassar", 2026) == said


def test_breach_is_registered_at_its_due_time(training_session):
    obligation = training_session.obligation
    for _ in range(2):
        register_breach(obligation=obligation, now=NOW)
    assert TrainingDefect.objects.get().occurred_at == obligation.due_at


def report(training_session, actor, **changes):
    values = {
        "kind": TrainingDefectKind.FACILITY,
        "training_session": training_session,
        "occurred_at": NOW,
        "description": "Proyektor mati",
        "impact": "",
        "correction": "",
        **changes,
    }
    return services.record_training_defect(**values, actor=actor, now=NOW)


def test_people_report_what_the_system_cannot_see(training_session):
    assert report(training_session, training_session.plan.pic).source != uuid.UUID(int=0)


def test_reports_outside_the_scope_or_of_the_future_are_refused(training_session):
    with pytest.raises(NotAllowed):
        report(training_session, make_user("trainer", site=make_world().site))
    with pytest.raises(Refused):
        report(training_session, training_session.plan.pic, occurred_at=NOW + timedelta(hours=1))
    with pytest.raises(Refused):
        report(training_session, training_session.plan.pic, kind=TrainingDefectKind.ABSENCE)


# --- What turned out not to have been, what the clock tells, what people decide ----------------------------


@pytest.fixture
def absence(training_session):
    """A registered absence for a reason, with its case."""
    meeting, enrolment = training_session.meetings.first(), training_session.enrolments.first()
    reason = AbsenceReason.objects.get(code="sick")
    Attendance.objects.create(meeting=meeting, enrolment=enrolment, status="absent", reason=reason)
    case = RecoveryCase.objects.create(
        kind="recovery",
        enrolment=enrolment,
        meeting=meeting,
        owner=training_session.plan.pic,
        due_at=NOW,
        opened_at=NOW - timedelta(days=3),
    )
    register_session_defects(training_session=training_session, actor=None, now=NOW)
    return case


def test_an_absence_names_its_reason_and_follows_its_correction(training_session, absence):
    defect = TrainingDefect.objects.get()
    assert (defect.absence_reason.code, defect.reported_by, defect.decision) == ("sick", None, "")
    assert str(defect.absence_reason) in defect.words
    Attendance.objects.update(reason=AbsenceReason.objects.exclude(code="sick").first())
    register_session_defects(training_session=training_session, actor=None, now=NOW)
    assert TrainingDefect.objects.get().absence_reason.code != "sick"


@pytest.mark.parametrize("is_named", [False, True])
def test_what_was_none_goes_unless_a_finding_names_it(is_named):
    scene = held_review()
    training_session = scene.plan.training_sessions.get()
    meeting, enrolment = training_session.meetings.first(), training_session.enrolments.first()
    Attendance.objects.create(meeting=meeting, enrolment=enrolment, status="late", minutes_late=30)
    case = RecoveryCase.objects.create(
        kind="recovery", enrolment=enrolment, meeting=meeting, owner=scene.plan.pic, due_at=NOW, opened_at=NOW
    )
    register_session_defects(training_session=training_session, actor=None, now=NOW)
    if is_named:
        named = [TrainingDefect.objects.get()]
        services.add_finding(
            review=scene.review, aspect="other", text="x", training_defects=named, actor=scene.secretary, now=NOW
        )
    RecoveryCase.objects.filter(pk=case.pk).update(state="voided")
    register_amended_defects(training_session=training_session, what="attendance", actor=None, now=NOW)
    assert TrainingDefect.objects.exists() is is_named


def test_a_case_is_overdue_once_its_due_date_has_passed_and_not_when_that_moves(absence):
    before, at = NOW - timedelta(seconds=1), NOW
    services.register_what_is_late(now=before)
    overdue = TrainingDefect.objects.filter(kind=TrainingDefectKind.RECOVERY_OVERDUE)
    assert not overdue.exists()
    assert [services.register_what_is_late(now=at), services.register_what_is_late(now=at)] == [1, 0]
    assert (overdue.get().source, overdue.get().occurred_at) == (absence.uuid, absence.due_at)
    RecoveryCase.objects.update(due_at=NOW + timedelta(days=5))
    services.register_what_is_late(now=at)
    assert not overdue.exists()


@pytest.mark.clause("4.1")
def test_a_start_that_passed_before_the_approval_is_registered_once(training_session):
    plan = training_session.plan
    TrainingPlan.objects.filter(pk=plan.pk).update(missed_start_at=NOW - timedelta(days=1))
    plan.refresh_from_db()
    for _ in range(2):
        register_late_approval(revision=plan.approved_revision, actor=None, now=NOW)
        services.register_what_is_late(now=NOW)
    assert TrainingDefect.objects.get(kind=TrainingDefectKind.LATE_APPROVAL).occurred_at == NOW - timedelta(days=1)


def decide(defect, actor, **changes):
    values = {"impact_level": "minor", "impact": "", "correction": "Kelas susulan", "decision": "corrected", **changes}
    return services.decide_training_defect(defect=defect, **values, actor=actor, now=NOW)


def test_manager_or_pic_decide_on_what_the_system_registered(training_session, absence):
    defect = TrainingDefect.objects.get()
    decide(defect, training_session.plan.pic)
    defect.refresh_from_db()
    assert (defect.decided_by, defect.decided_at) == (training_session.plan.pic, NOW)
    with pytest.raises(NotAllowed):
        decide(defect, make_user("trainer", site=training_session.site, line=training_session.line))
    for changes, field in (({"correction": " "}, "correction"), ({"impact_level": ""}, "impact_level")):
        with pytest.raises(Refused) as refused:
            decide(defect, training_session.plan.pic, **changes)
        assert refused.value.field == field


# --- Indicator 4.4 -----------------------------------------------------------------------------------------


def test_indicator_counts_by_kind_and_impact_against_as_many_days_before(
    client, training_session, django_assert_max_num_queries
):
    manager = make_user("manager", site=training_session.site, line=training_session.line)
    for day, level in ((1, "serious"), (2, ""), (40, "minor")):
        report(training_session, training_session.plan.pic)
        made = TrainingDefect.objects.filter(impact="").latest("pk")
        TrainingDefect.objects.filter(pk=made.pk).update(
            occurred_at=NOW - timedelta(days=day), impact_level=level, impact="x"
        )
    client.force_login(manager)
    asked = {"since": "2026-10-25", "until": "2026-11-23"}
    url = reverse("training_defect_indicator")
    client.get(url, asked)
    with django_assert_max_num_queries(15):
        page = client.get(url, asked)
    (kind,) = page.context["table"].data.data
    assert (kind.now, kind.before, kind.impact["serious"], kind.impact[""]) == (2, 1, 1, 1)
    links = re.findall(r'href="([^"]*training-defects/\?kind=facility[^"]*)">(\d+)<', page.content.decode())
    assert len(links) == 4
    for link, number in links:
        assert client.get(unescape(link)).context["table"].paginator.count == int(number)


@pytest.mark.clause("5.4")
def test_indicator_says_how_many_actions_closed_on_time_and_worked(client):
    scene = held_review()
    finding = services.add_finding(review=scene.review, aspect="other", text="x", actor=scene.secretary, now=NOW)
    made = [add_action(scene, finding) for _ in range(3)]
    ImprovementAction.objects.update(due_at=NOW - timedelta(days=2))
    ImprovementAction.objects.filter(pk=made[0].pk).update(state="effective", done_at=NOW - timedelta(days=3))
    ImprovementAction.objects.filter(pk=made[1].pk).update(state="done", done_at=NOW - timedelta(days=1))
    client.force_login(scene.manager)
    page = client.get(reverse("training_defect_indicator"), {"since": "2026-11-01", "until": "2026-11-23"})
    figures = [(each.met, each.due) for each in (page.context["on_time"], page.context["effective"])]
    assert figures == [(1, 3), (1, 2)]
    links = re.findall(r'href="([^"]*actions/\?since[^"]*)">(\d+)<', page.content.decode())
    assert [client.get(unescape(link)).context["table"].paginator.count for link, _n in links] == [1, 3, 1, 2]
