"""Scores and marks that change after the conclusion: only with a reason, and everything follows (5.1.2, 5.3.2, 4.3)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from planning.models import Competence
from reporting.models import ReportVersion, TrainingReport
from reporting.tests.writing import report_of, send, submitted
from sessions.frozen import read_scheme
from sessions.models import ParameterScore, RecoveryCase, SessionGain, SessionResult, TargetOutcome
from sessions.services import (
    NewScore,
    RollCell,
    ScoreCell,
    amend_results,
    correct_attendance,
    open_case_test,
    record_scores,
)
from sessions.services.checking import wrong_summaries
from sessions.tests.factories import START, attend, concluded, end_session, opened, score, take_test, typed_cell
from trainingops.audit.models import Entry, EntryDetail
from trainingops.domain import NotAllowed, Refused, StaleVersion, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import client_of, make_user
from trainingops.records.models import EvidenceRequest

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.1.2")]

HOUR = timedelta(hours=1)


def amend(held, enrolment, value, *, actor=None, version=None, now=None, reason="Salah ketik, lembar nilai 60."):
    row = ParameterScore.objects.get(enrolment=enrolment)
    new = NewScore(row.pk, None if value is None else Decimal(value), row.version if version is None else version)
    return amend_results(
        enrolment=enrolment,
        scores=[new],
        reason=reason,
        actor=actor or held.pic,
        now=now or held.training_session.ends_at + 2 * HOUR,
    )


def test_an_amended_score_moves_result_ledger_and_competence_and_keeps_what_stood_before():
    held = concluded(right=(5, 5, 5), roleplay="90")
    enrolment = held.enrolments[0]
    old = SessionResult.objects.get(enrolment=enrolment, current=True)
    amend(held, enrolment, "0")
    new = SessionResult.objects.get(enrolment=enrolment, current=True)
    old.refresh_from_db()
    outcome = TargetOutcome.objects.get(enrolment=enrolment)
    assert (old.current, new.passed, old.final > new.final) == (False, False, True)
    assert (outcome.state, outcome.result) == ("trained", "in_remedial")
    assert RecoveryCase.objects.get(enrolment=enrolment).kind == "remedial"
    assert not Competence.objects.filter(source=enrolment.uuid).exists()
    assert held.fresh().summary.passed == 2 and list(wrong_summaries()) == []
    entry = Entry.objects.get(verb="scores.amended")
    detail = EntryDetail.objects.get(entry=entry).text
    assert "Salah ketik" in detail and "90" in detail and "Salah ketik" not in entry.text
    newest = EvidenceRequest.objects.filter(kind="test_results").order_by("-pk")[0]
    assert "Salah ketik" in newest.payload.text and "versi 2" in newest.payload.text


def test_a_remedial_that_has_no_cause_any_more_is_void_and_the_competence_keeps_its_figure():
    held = concluded(right=(5, 5, 5), roleplay="0")
    enrolment = held.enrolments[0]
    assert RecoveryCase.objects.get(enrolment=enrolment).state == "open"
    amend(held, enrolment, "90")
    assert RecoveryCase.objects.get(enrolment=enrolment).state == "voided"
    assert TargetOutcome.objects.get(enrolment=enrolment).result == "passed"
    first = Competence.objects.get(source=enrolment.uuid)
    amend(held, enrolment, "100", now=held.training_session.ends_at + 30 * HOUR)
    again = Competence.objects.get(source=enrolment.uuid)
    assert again.result > first.result and again.achieved_on == first.achieved_on


def test_a_first_attempt_that_passes_after_all_counts_without_the_cap_of_the_remedial():
    held = concluded(right=(2, 5, 5), roleplay="10")
    enrolment = held.enrolments[0]
    case = RecoveryCase.objects.get(enrolment=enrolment, kind="remedial")
    now = held.training_session.ends_at + HOUR
    open_case_test(case=case, form=None, actor=held.pic, now=now)
    take_test(enrolment, phase="remedial", right=5, now=now + HOUR)
    assert SessionResult.objects.get(enrolment=enrolment, current=True).attempt == 2
    amend(held, enrolment, "100", now=now + 3 * HOUR)
    current = SessionResult.objects.get(enrolment=enrolment, current=True)
    case.refresh_from_db()
    if current.passed and current.attempt == 1:
        assert case.state == "voided"
    else:
        assert (current.attempt, case.state) == (2, "resolved")


def test_a_score_taken_away_leaves_the_result_incomplete_and_never_zero():
    held = concluded(right=(5, 5, 5), roleplay="90")
    enrolment = held.enrolments[0]
    amend(held, enrolment, None)
    current = SessionResult.objects.get(enrolment=enrolment, current=True)
    assert (current.status, current.final) == ("incomplete", None)
    assert TargetOutcome.objects.get(enrolment=enrolment).result == "not_scored"


def test_amending_needs_reason_change_fresh_version_and_the_right_person():
    held = concluded(right=(5, 5, 5), roleplay="90")
    enrolment = held.enrolments[0]
    with pytest.raises(Refused) as refused:
        amend(held, enrolment, "60", reason=" ")
    assert refused.value.field == "reason"
    with pytest.raises(Refused) as refused:
        amend(held, enrolment, "90")
    assert refused.value.code == "unchanged"
    with pytest.raises(StaleVersion):
        amend(held, enrolment, "60", version=9)
    with pytest.raises(Refused) as refused:
        amend(held, enrolment, "101")
    assert refused.value.field.startswith("score_")
    for other in (make_user("trainer"), held.manager):
        with pytest.raises(NotAllowed):
            amend(held, enrolment, "60", actor=other)
    assert ParameterScore.objects.get(enrolment=enrolment).value == 90


def test_while_the_session_is_under_way_the_grid_changes_scores():
    held = opened()
    with pytest.raises(WrongState):
        amend_results(enrolment=held.enrolments[0], reason="x", actor=held.pic, now=held.training_session.starts_at)


@pytest.mark.clause("5.3.2")
def test_after_the_report_an_amendment_makes_the_next_version_due_and_the_former_stays_readable():
    held = concluded(right=(5, 5, 5), roleplay="90")
    first = submitted(held)
    now = held.training_session.ends_at + 5 * HOUR
    amend(held, held.enrolments[0], "0", now=now)
    report = report_of(held)
    assert (report.state, report.changed_at, report.changed_what) == ("submitted", now, ["scores"])
    assert Notice.objects.filter(kind="report.to_amend", recipient=held.pic).count() == 1
    cell = RollCell(held.enrolments[1].pk, "absent", version=1, reason="sick")
    correct_attendance(meeting=held.meeting, cell=cell, why="Tertukar.", actor=held.pic, now=now + HOUR)
    assert report_of(held).changed_what == ["attendance", "scores"]
    second = send(report_of(held), held.pic, now=now + 2 * HOUR, reason="Nilai diubah.")
    report = report_of(held)
    assert (report.state, report.changed_at, report.changed_what, second.number) == ("amended", None, [], 2)
    assert ReportVersion.objects.get(pk=first.pk).content == first.content != second.content
    assert Notice.objects.filter(kind="report.amended", recipient=held.manager).exists()


def test_a_draft_follows_by_itself_and_owes_nothing():
    held = concluded(right=(5, 5, 5), roleplay="90")
    amend(held, held.enrolments[0], "0")
    assert TrainingReport.objects.get().changed_at is None


def blank_one(**options):
    """A concluded session whose first person has no score of the trainer, and its submitted report."""
    held = opened(**options)
    attend(held)
    score(held, {each.pk: "90" for each in held.enrolments[1:]}, now=START)
    end_session(held, reasons={"score": "Lembar tertinggal."})
    submitted(held)
    return held


@pytest.mark.clause("5.3.2")
def test_after_the_report_the_grid_fills_a_blank_with_a_reason_only_and_the_next_version_is_due():
    held = blank_one()
    enrolment, address = held.enrolments[0], reverse("session_scores", args=[held.training_session.uuid])
    client, cell = client_of(held.pic), typed_cell(held, held.enrolments[0], "80")
    page = client.get(address).content.decode()
    assert 'name="reason"' in page and "data-cells" not in page and "versi berikutnya" in page
    refused = client.post(address, cell | {"reason": " "})
    assert refused.status_code == 422 and 'value="80"' in refused.content.decode()
    (typed,) = [each for each in read_scheme(held.training_session.scheme).parameters if each.source == "trainer"]
    saving = reverse("session_score_cell", args=[held.training_session.uuid, enrolment.pk, typed.uuid])
    assert client.post(saving, {"value": "80"}, headers={"Accept": "application/json"}).status_code == 422
    assert not ParameterScore.objects.filter(enrolment=enrolment).exists()
    assert client.post(address, cell | {"reason": "Lembar ditemukan."}).status_code == 302
    assert ParameterScore.objects.get(enrolment=enrolment).value == 80
    assert report_of(held).changed_what == ["scores"]
    assert "Lembar ditemukan." in EvidenceRequest.objects.filter(kind="test_results").order_by("-pk")[0].payload.text


@pytest.mark.clause("5.3.2")
def test_after_the_report_results_on_paper_ask_for_the_reason_and_gain_is_counted_anew():
    held = blank_one()
    parameter = next(e for e in read_scheme(held.training_session.scheme).parameters if e.source == "post_test")
    address = reverse("session_paper_results", args=[held.training_session.uuid]) + f"?test={parameter.uuid}"
    typed = {f"points-{held.enrolments[0].pk}": "4", "test-maximum": "5"}
    SessionGain.objects.update(stale=False)
    client = client_of(held.pic)
    refused = client.post(address, typed)
    assert refused.status_code == 422 and 'name="reason"' in refused.content.decode()
    assert client.post(address, typed | {"reason": "Dari kertas."}).status_code == 302
    assert report_of(held).changed_what == ["scores"] and SessionGain.objects.get().stale


def test_results_on_paper_after_the_conclusion_make_the_gain_stale():
    held = concluded(right=(None, 5, 5))
    SessionGain.objects.update(stale=False)
    parameter = next(e for e in read_scheme(held.training_session.scheme).parameters if e.source == "post_test")
    cells = [ScoreCell(held.enrolments[0].pk, parameter.uuid, Decimal(80))]
    now = held.training_session.ends_at + HOUR
    record_scores(training_session=held.training_session, cells=cells, actor=held.pic, now=now)
    assert SessionGain.objects.get().stale


@pytest.mark.clause("6")
def test_the_record_of_results_says_the_means_of_everybody_as_page_and_report_do():
    held = concluded(right=(None, 5, 3))
    made = EvidenceRequest.objects.filter(kind="test_results").latest("pk").payload.text
    assert '["Rata-rata post-test","80,00"]' in made
    assert '["Belum lengkap",1],["Belum dinilai",0]' in made, "as its table says of them"
    assert held.fresh().summary.mean_post == 80
