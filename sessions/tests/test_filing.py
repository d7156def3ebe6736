"""A class held without approval, filed afterwards from its paper (clauses 4.1, 4.2, 5.2, 5.3.2)."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from python_calamine import CalamineWorkbook

from evaluation.models import TrainingDefect
from planning.models import Competence, ModuleTraining
from planning.queries.indicator import by_place, plans_due, total
from planning.services import amend_plan
from reporting.models import ReportObligation, TrainingReport
from sessions.frozen import read_scheme
from sessions.models import ClassFile, Deviation, RecoveryCase, SessionResult, TargetOutcome, TrainingSession
from sessions.services import (
    Came,
    NewScore,
    RollCell,
    ScoreCell,
    acknowledge_deviation,
    amend_results,
    correct_attendance,
    file_class,
    record_scores,
)
from sessions.tests.factories import START, scheduled
from sessions.tests.filed import HELD, NOW, filed, held_class, paper, said_of, typed
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.people.tests.factories import make_user
from trainingops.records.models import EvidencePayload

pytestmark = pytest.mark.django_db


@pytest.fixture
def beside():
    """An approved plan of the same people, whose ledger nothing may disturb."""
    return scheduled(starts_at=START + timedelta(days=5))


@pytest.fixture
def world(beside):
    return beside.world


@pytest.mark.clause("5.2")
def test_a_filed_class_is_made_as_concluded_and_says_so_everywhere(world):
    training_session = filed(world)
    assert (training_session.kind, training_session.state, training_session.revision) == ("filed", "filed", None)
    assert training_session.label == "Tanpa persetujuan sebelumnya"
    assert training_session.summary.present == 3
    plan = training_session.plan
    assert (plan.is_filed, plan.state, plan.approved_revision) == (True, "under_way", None)
    with translation.override("en"):
        assert plan.get_state_display() == "Under way, without prior approval"
        assert training_session.get_state_display() == "Filed, without prior approval"
    assert ClassFile.objects.get(training_session=training_session, kind="paper").file_name == "daftar-hadir.pdf"


@pytest.mark.clause("5.2")
def test_the_database_never_lets_a_filed_plan_look_approved(world):
    plan, other = filed(world).plan, world
    plan.approved_revision = plan.revisions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        plan.save(update_fields=["approved_revision"])
    with pytest.raises(WrongState, match=plan.number):
        amend_plan(plan=plan, actor=other.pic, now=NOW)


@pytest.mark.clause("4.2")
def test_the_manager_acknowledges_it_as_a_deviation_and_it_is_a_training_defect(world):
    training_session = filed(world)
    deviation = Deviation.objects.get(training_session=training_session)
    assert (deviation.kind, deviation.reason) == ("approval", "Gangguan mendadak pada aplikasi.")
    with translation.override("en"):
        assert deviation.planned_words == "approved before it was held"
        assert deviation.actual_words == "without prior approval"
    with pytest.raises(NotAllowed):
        acknowledge_deviation(deviation=deviation, actor=world.pic, now=NOW)
    acknowledge_deviation(deviation=deviation, actor=world.manager, now=NOW)
    defect = TrainingDefect.objects.get(training_session=training_session)
    assert (defect.kind, defect.occurred_at) == ("no_approval", HELD)
    assert training_session.number in defect.words


@pytest.mark.clause("5.3.2")
def test_its_report_is_due_the_day_after_it_was_held(world):
    training_session = filed(world)
    obligation = ReportObligation.objects.get(training_session=training_session)
    assert obligation.due_at == (HELD.replace(hour=17) + timedelta(days=1))  # midnight in WIB that ends the next day
    assert obligation.due_at < NOW
    assert TrainingReport.objects.filter(obligation=obligation).exists()


@pytest.mark.clause("4.3")
def test_it_makes_no_target_no_case_and_leaves_other_ledgers_alone(world, beside):
    before = list(TargetOutcome.objects.order_by("pk").values())
    training_session = filed(world, people=[Came(world.people[0]), Came(world.people[1], minutes_late=40)])
    assert list(TargetOutcome.objects.order_by("pk").values()) == before
    assert not RecoveryCase.objects.filter(enrolment__training_session=training_session).exists()
    assert ModuleTraining.objects.filter(module_version=world.module_version).count() == 2
    assert {each.trained_on for each in ModuleTraining.objects.all()} == {HELD.date()}


@pytest.mark.clause("7.2")
def test_scores_are_typed_afterwards_and_who_passes_has_shown_the_module(world):
    training_session = filed(world)
    first, second, third = training_session.enrolments.order_by("pk")
    parameters = read_scheme(training_session.scheme).parameters
    cells = [
        ScoreCell(enrolment.pk, each.uuid, Decimal(value))
        for enrolment, value in ((first, "95"), (second, "40"))
        for each in parameters
    ]
    record_scores(training_session=training_session, cells=cells, actor=world.pic, now=NOW)
    passed = {each.enrolment: each.passed for each in SessionResult.objects.filter(current=True)}
    assert passed == {first: True, second: False}
    shown = Competence.objects.get(module_version=world.module_version)
    assert (shown.person, shown.achieved_on) == (first.person, HELD.date())
    assert not RecoveryCase.objects.filter(enrolment__training_session=training_session).exists()
    assert third.pk not in {each.pk for each in passed}


@pytest.mark.clause("7.2")
def test_a_changed_score_of_a_filed_class_opens_no_remedial_and_its_competence_follows(world):
    _training_session, enrolment = typed(world, "90")

    def amend(value):
        scores = [NewScore(each.pk, Decimal(value), each.version) for each in enrolment.scores.order_by("pk")]
        amend_results(enrolment=enrolment, scores=scores, reason="Salah ketik.", actor=world.pic, now=NOW)

    assert Competence.objects.get(source=enrolment.uuid).result == 90
    amend("40")
    assert not SessionResult.objects.get(enrolment=enrolment, current=True).passed
    assert not Competence.objects.filter(source=enrolment.uuid).exists()
    assert not RecoveryCase.objects.filter(enrolment=enrolment).exists()
    amend("95")
    assert Competence.objects.get(source=enrolment.uuid).result == 95


@pytest.mark.clause("7.2")
def test_a_correction_of_a_filed_class_opens_no_case_and_takes_training_and_competence_back(world):
    training_session, enrolment = typed(world, "90")
    meeting = training_session.meetings.get()

    def correct(status, version, **more):
        cell = RollCell(enrolment.pk, status, version=version, **more)
        correct_attendance(meeting=meeting, cell=cell, why="Salah baca daftar.", actor=world.pic, now=NOW)

    def told():
        rows = (ModuleTraining, Competence)
        return [each.objects.filter(source=enrolment.uuid).exists() for each in rows]

    assert told() == [True, True]
    correct("absent", 1, reason="sick")
    assert told() == [False, False]
    assert not RecoveryCase.objects.filter(enrolment=enrolment).exists()
    correct("present", 2)
    assert told() == [True, True]


@pytest.mark.clause("5.3.1")
def test_a_case_that_a_filed_class_once_opened_offers_no_recovery_that_its_plan_cannot_have(world, at):
    """Former versions opened one; what is left is to waive it, or to correct the attendance."""
    training_session = filed(world)
    case = RecoveryCase.objects.create(
        kind="recovery",
        enrolment=training_session.enrolments.order_by("pk")[0],
        meeting=training_session.meetings.get(),
        cause="absent",
        owner=world.pic,
        due_at=NOW + timedelta(days=7),
        opened_at=NOW,
    )
    client = Client()
    client.force_login(world.pic)
    page = client.get(reverse("case_detail", args=[case.uuid])).content.decode()
    schedule = reverse("recovery_schedule")
    assert schedule not in page and reverse("case_test", args=[case.uuid]) not in page
    assert client.get(schedule, {"case": str(case.uuid)}).status_code == 302


@pytest.mark.clause("4.1")
def test_it_is_a_miss_in_indicator_4_1(world):
    training_session = filed(world)
    due = plans_due(world.manager, since=HELD.date(), until=HELD.date(), now=NOW)
    assert [(each.pk, each.is_met) for each in due] == [(training_session.plan_id, False)]
    assert total(by_place(due)).share == 0


@pytest.mark.clause("5.2")
@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("reason", {"reason": " "}),
        ("people", {"people": []}),
        ("title", {"title": " "}),
        ("method", {"method": "sulap"}),
        ("pass_mark", {"pass_mark": Decimal(101)}),
        ("pass_mark", {"pass_mark": Decimal(0)}),
        ("trainers", {"trainers": []}),
        ("ends_at", {"ends_at": HELD}),
        ("ends_at", {"starts_at": NOW, "ends_at": NOW + timedelta(hours=1)}),
        ("ends_at", {"ends_at": HELD + timedelta(hours=13)}),
        ("starts_at", {"starts_at": HELD - timedelta(days=400), "ends_at": HELD - timedelta(days=399.9)}),
    ],
)
def test_what_cannot_have_been_is_refused_at_its_field(world, field, changes):
    with pytest.raises(Refused) as refused:
        filed(world, **changes)
    assert refused.value.field == field
    assert not TrainingSession.objects.filter(kind="filed").exists()


@pytest.mark.clause("5.2")
def test_somebody_named_twice_or_late_beyond_the_end_is_refused_by_name(world):
    person = world.people[0]
    with pytest.raises(Refused, match=person.name):
        filed(world, people=[Came(person), Came(person)])
    with pytest.raises(Refused, match=person.name):
        filed(world, people=[Came(person, minutes_late=120)])


@pytest.mark.clause("5.2")
def test_an_end_before_the_start_is_said_at_the_end_and_not_of_who_came_late(world):
    with pytest.raises(Refused) as refused:
        filed(world, people=[Came(world.people[0], minutes_late=12)], ends_at=HELD - timedelta(hours=1))
    assert refused.value.field == "ends_at"


@pytest.mark.clause("5.1.2")
def test_a_pass_mark_that_no_remedial_could_reach_is_refused(world):
    world.scheme.remedial_cap = Decimal(80)
    with pytest.raises(Refused) as refused:
        filed(world, pass_mark=Decimal(85))
    assert refused.value.field == "pass_mark"


@pytest.mark.clause("5.1.1")
def test_only_a_pic_with_an_appointment_in_force_files_a_class(world):
    stranger = make_user("trainer", site=world.site, line=world.line)
    with pytest.raises(NotAllowed):
        file_class(
            held=held_class(world), people=[Came(world.people[0])], reason="x", paper=paper(), actor=stranger, now=NOW
        )


@pytest.mark.clause("6")
def test_the_attendance_list_of_a_filed_class_names_no_revision(world):
    training_session = filed(world)
    payload = EvidencePayload.objects.get(requests__kind="attendance", requests__subject=training_session.uuid)
    ident = dict(json.loads(payload.text)["data"]["ident"])
    assert "rev." not in ident["Rencana"]
    assert "tanpa persetujuan sebelumnya" in ident["Jenis"].lower()


@pytest.fixture
def at(monkeypatch):
    """Let pages believe in the day of the filing."""
    monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda: NOW)


@pytest.mark.clause("5.2")
def test_the_page_files_a_class_and_every_page_of_it_says_so(world, at):
    client = Client()
    client.force_login(world.pic)
    url = reverse("session_filed_new")
    assert client.get(url).status_code == 200
    unknown = client.post(url, said_of(world, people="CC9999"))
    assert unknown.status_code == 422 and "CC9999" in unknown.content.decode()
    answer = client.post(url, said_of(world))
    training_session = TrainingSession.objects.get(kind="filed")
    assert answer.status_code == 302
    assert training_session.starts_at == HELD
    assert list(training_session.enrolments.order_by("pk").values_list("attendances__minutes_late", flat=True)) == [
        0,
        12,
    ]
    words = "tanpa persetujuan sebelumnya"
    for reader in (world.pic, world.manager):
        client.force_login(reader)
        for name, subject in (("session_detail", training_session), ("plan_detail", training_session.plan)):
            assert words in client.get(reverse(name, args=[subject.uuid])).content.decode()
        for name in ("session_list", "plan_list", "deviation_list"):
            assert words in client.get(reverse(name), {"tab": "all"}).content.decode(), name
        for name in ("session_list", "plan_list"):
            book = CalamineWorkbook.from_filelike(
                BytesIO(client.get(reverse(name), {"tab": "all", "export": "xlsx"}).content)
            )
            assert words in str(book.get_sheet_by_index(0).to_python()), name


@pytest.mark.clause("5.1.1")
def test_who_is_no_pic_does_not_open_the_page(world, at):
    client = Client()
    client.force_login(make_user("trainer", site=world.site, line=world.line))
    assert client.get(reverse("session_filed_new")).status_code == 403
    client.force_login(world.manager)
    assert client.get(reverse("session_filed_new")).status_code == 403
    assert Client().get(reverse("session_filed_new")).status_code == 302
