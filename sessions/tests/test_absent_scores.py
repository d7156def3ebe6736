"""Who was absent has no score by any door, and none in their name counts (SCR-5, clauses 4.3, 5.1.2)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from planning.models import ScoringParameter
from sessions.enums import AttendanceStatus, Verdict
from sessions.frozen import read_scheme
from sessions.grid import rows_of
from sessions.models import AbsenceReason, Attendance, ParameterScore, RecoveryCase
from sessions.queries.facts import session_facts
from sessions.services import (
    RollCell,
    ScoreCell,
    correct_attendance,
    open_post_test,
    record_attendance,
    record_scores,
)
from sessions.services.results import ScoreSource
from sessions.steps import test_open_to as open_to  # pytest would take its name for a test's
from sessions.tests.factories import absent, attend, end_session, opened, score, take_test
from sessions.verdicts import verdict_of
from trainingops.dashboard.desk.reading import Desk
from trainingops.dashboard.desk.sessions import _open_phase
from trainingops.domain import Refused
from trainingops.people.tests.factories import client_of, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.point("SCR-5")]
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def held():
    """A class under way whose first participant was there for half an hour, says the roll."""
    held = opened()
    attend(held)
    return held


def _away(held, now):
    version = Attendance.objects.get(enrolment=held.enrolments[0]).version
    cell = absent(held.enrolments[0])
    cell = RollCell(cell.enrolment, cell.status, version=version, reason=cell.reason)
    return record_attendance(meeting=held.meeting, cell=cell, actor=held.pic, now=now)


def test_a_grid_opened_before_somebody_was_marked_absent_scores_them_no_more(held):
    now, first = held.meeting.starts_at + HALF_HOUR, held.enrolments[0]
    _away(held, now)
    with pytest.raises(Refused, match=first.person.name):
        score(held, {first.pk: "80"}, now=now)
    assert not ParameterScore.objects.exists()


def test_who_is_recorded_absent_is_offered_no_test_anywhere(held):
    now, first = held.meeting.starts_at + HALF_HOUR, held.enrolments[0]
    open_post_test(training_session=held.training_session, actor=held.pic, now=now)
    user = make_user("agent", person=first.person)
    first.training_session = held.fresh()
    page, link = reverse("my_trainings"), reverse("test_start", args=[first.uuid, "post"]).encode()
    assert open_to(held.meeting, first) == "post" and link in client_of(user).get(page).content
    assert [_open_phase(each) for each in Desk(user, now).enrolments] == ["post"]
    _away(held, now)
    assert open_to(held.meeting, first) is None and link not in client_of(user).get(page).content
    assert [_open_phase(each) for each in Desk(user, now).enrolments] == [""]
    with translation.override("en"), pytest.raises(Refused, match="absent"):
        take_test(first, phase="post", right=5, now=now)


@pytest.mark.parametrize("on_paper", [False, True])
def test_nobody_whom_a_score_says_to_have_taken_part_becomes_absent_unless_it_is_blanked(held, on_paper):
    now, first = held.meeting.starts_at + HALF_HOUR, held.enrolments[0]
    source = "post" if on_paper else "trainer"
    (parameter,) = [
        each for each in read_scheme(held.training_session.scheme).parameters if each.source.startswith(source)
    ]
    record_scores(
        training_session=held.training_session,
        cells=[ScoreCell(first.pk, parameter.uuid, Decimal(70))],
        source=ScoreSource(run=None) if on_paper else None,
        actor=held.pic,
        now=now,
    )
    with pytest.raises(Refused, match=f"{first.person.name}.*{parameter.name}"):
        _away(held, now)
    assert Attendance.objects.get(enrolment=first).status == AttendanceStatus.PRESENT
    blank = ScoreCell(first.pk, parameter.uuid, None, version=1)
    record_scores(training_session=held.training_session, cells=[blank], actor=held.pic, now=now)
    assert _away(held, now).status == AttendanceStatus.ABSENT


@pytest.mark.clause("4.3")
def test_a_test_handed_in_by_somebody_absent_counts_in_no_figure_until_a_correction(held):
    first, second, third = held.enrolments
    now = held.meeting.starts_at + HALF_HOUR
    open_post_test(training_session=held.training_session, actor=held.pic, now=now)
    take_test(first, phase="post", right=1, now=now)
    for each in (second, third):
        take_test(each, phase="post", right=5, now=now)
    _away(held, now)
    score(held, {second.pk: "90", third.pk: "90"}, now=now)
    end_session(held)
    facts = session_facts(held.training_session)
    away = next(each for each in facts["people"] if each["enrolment"] == str(first.uuid))
    assert (verdict_of(away), away["post"], away["final"]) == (Verdict.ABSENT, None, None)
    assert (facts["counts"]["mean_post"], facts["counts"]["did_not_take_part"], facts["counts"]["not_passed"]) == (
        100,
        1,
        0,
    )
    assert {item["taken"] for item in facts["items"]} == {2}
    row = next(each for each in rows_of(held.training_session, 1, None) if each.enrolment == first)
    assert (row.verdict, row.total) == (Verdict.ABSENT, "—")
    assert list(RecoveryCase.objects.values_list("enrolment", "kind")) == [(first.pk, "recovery")]


@pytest.mark.clause("4.3")
@pytest.mark.parametrize("to", ["present", "absent"])
def test_a_remedial_follows_a_corrected_presence(to):
    """Who failed and turns out to have been absent has nothing to do again but the class; the other way round too."""
    held = opened()
    first, now = held.enrolments[0], held.meeting.starts_at + HALF_HOUR
    attend(held)
    open_post_test(training_session=held.training_session, actor=held.pic, now=now)
    take_test(first, phase="post", right=0, now=now)
    if to == "absent":
        score(held, {first.pk: "10"}, now=now)
    else:
        ParameterScore.objects.bulk_create(_scored(held, first, now))
        _force_absent(held, now)
    end_session(held)
    wanted = absent(first) if to == "absent" else RollCell(first.pk, "present")
    version = Attendance.objects.get(enrolment=first).version
    cell = RollCell(first.pk, wanted.status, version=version, reason=wanted.reason)
    later = held.training_session.ends_at + HALF_HOUR
    correct_attendance(meeting=held.meeting, cell=cell, why="Salah baris.", actor=held.pic, now=later)
    cases = dict(RecoveryCase.objects.filter(enrolment=first).values_list("kind", "state"))
    assert cases == (
        {"remedial": "voided", "recovery": "open"} if to == "absent" else {"remedial": "open", "recovery": "voided"}
    )


def _scored(held, enrolment, now):
    (typed,) = [each for each in read_scheme(held.training_session.scheme).parameters if each.source == "trainer"]
    parameter = ScoringParameter.objects.get(uuid=typed.uuid)
    return [
        ParameterScore(
            enrolment=enrolment,
            parameter=parameter,
            value=10,
            assessor=held.pic,
            recorded_by=held.pic,
            recorded_at=now,
        )
    ]


def _force_absent(held, now):
    """As rows from before this rule stand: a score beside an absence."""
    Attendance.objects.filter(enrolment=held.enrolments[0]).update(
        status="absent", reason=AbsenceReason.objects.get(code="sick")
    )
