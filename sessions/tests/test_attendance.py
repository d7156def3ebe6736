"""Roll call and score grid: versions, blanks, conflicts, budgets (ATT-4, ATT-5, ATT-7, SCR-4)."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from planning.models import TrainerProfile
from sessions.frozen import read_scheme
from sessions.models import Attendance, MeetingTrainer, ParameterScore, SessionMeeting, TrainingSession
from sessions.services import (
    GridConflict,
    RollCell,
    ScoreCell,
    conclude_meeting,
    mark_rest_present,
    open_meeting,
    open_post_test,
    record_attendance,
    record_roll,
    record_scores,
    report_deviation,
    undo_mark_rest,
)
from sessions.tests.factories import START, absent, attend, concluded, end_session, opened, scheduled, score
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, StaleVersion, WrongState
from trainingops.people.tests.factories import make_user

NOW = START + timedelta(minutes=5)


@pytest.mark.django_db
@pytest.mark.point("ATT-4")
def test_marking_the_rest_fills_blanks_only_and_undo_leaves_what_was_edited_since():
    held = opened(people=4)
    first, second, third, fourth = held.enrolments
    record_attendance(meeting=held.meeting, cell=absent(first), actor=held.pic, now=NOW)
    fill = mark_rest_present(meeting=held.meeting, actor=held.pic, now=NOW)
    assert mark_rest_present(meeting=held.meeting, actor=held.pic, now=NOW) is None
    late = RollCell(second.pk, "late", version=1, minutes_late=5)
    record_attendance(meeting=held.meeting, cell=late, actor=held.pic, now=NOW)
    assert undo_mark_rest(meeting=held.meeting, fill=fill, actor=held.pic, now=NOW) == 2
    status = dict(Attendance.objects.values_list("enrolment", "status"))
    assert status == {first.pk: "absent", second.pk: "late", third.pk: "", fourth.pk: ""}
    assert held.fresh().summary.recorded == 2


@pytest.mark.django_db
@pytest.mark.point("SCR-4")
def test_any_conflict_of_a_roll_writes_nothing_and_shows_both_values():
    held = opened()
    first, second, _third = held.enrolments
    record_attendance(meeting=held.meeting, cell=absent(first), actor=held.pic, now=NOW)
    with pytest.raises(GridConflict) as conflict:
        record_roll(
            meeting=held.meeting,
            cells=[RollCell(first.pk, "present"), RollCell(second.pk, "present")],
            actor=held.pic,
            now=NOW,
        )
    (clash,) = conflict.value.clashes
    assert (clash.theirs.status, clash.mine.status, clash.by, clash.version) == ("absent", "present", held.pic.name, 1)
    assert isinstance(conflict.value, StaleVersion)
    assert Attendance.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.point("SCR-4")
def test_what_stands_already_is_no_conflict_and_is_not_written_again():
    """The page's button after a row's own save asks for the same once more, with the version from before."""
    held = opened()
    attend(held)
    first, second, _third = held.enrolments
    late, gone = RollCell(first.pk, "late", version=1, minutes_late=5), absent(second)
    gone = RollCell(gone.enrolment, gone.status, version=1, reason=gone.reason, reason_note=gone.reason_note)
    record_roll(meeting=held.meeting, cells=[late, gone], actor=held.pic, now=NOW)
    score(held, {first.pk: "82"}, now=NOW)
    parameter, before = ParameterScore.objects.get().parameter.uuid, Entry.objects.count()
    assert record_roll(meeting=held.meeting, cells=[late, gone], actor=held.pic, now=NOW) == []
    again = ScoreCell(first.pk, parameter, Decimal(82), version=0)
    record_scores(training_session=held.training_session, cells=[again], actor=held.pic, now=NOW)
    assert record_attendance(meeting=held.meeting, cell=late, actor=held.pic, now=NOW).version == 2
    assert (ParameterScore.objects.get().version, Entry.objects.count()) == (1, before)
    for other in (RollCell(first.pk, "late", version=1, minutes_late=6), RollCell(second.pk, "present", version=1)):
        with pytest.raises(GridConflict):
            record_roll(meeting=held.meeting, cells=[late, other], actor=held.pic, now=NOW)


@pytest.mark.django_db
@pytest.mark.point("ATT-4")
def test_a_row_that_the_rest_filled_and_somebody_saved_by_hand_is_not_undone():
    held = opened(people=2)
    fill = mark_rest_present(meeting=held.meeting, actor=held.pic, now=NOW)
    record_attendance(meeting=held.meeting, cell=RollCell(held.enrolments[0].pk, "present"), actor=held.pic, now=NOW)
    assert undo_mark_rest(meeting=held.meeting, fill=fill, actor=held.pic, now=NOW) == 1


@pytest.mark.django_db
@pytest.mark.point("ATT-5")
@pytest.mark.parametrize(
    "cell",
    [
        {"status": "absent"},
        {"status": "absent", "reason": "not_released"},
        {"status": "absent", "reason": "none_such"},
        {"status": "late"},
        {"status": "late", "minutes_late": 500},
        {"status": "present", "minutes_left_early": 121},
        {"status": "perhaps"},
    ],
)
def test_what_cannot_be_is_refused_naming_the_person(cell):
    held = opened(people=1)
    with pytest.raises(Refused, match=held.enrolments[0].person.name):
        record_attendance(meeting=held.meeting, cell=RollCell(held.enrolments[0].pk, **cell), actor=held.pic, now=NOW)
    assert not Attendance.objects.exists()


@pytest.mark.django_db
def test_only_pic_and_trainer_record_and_only_under_way():
    held = scheduled(people=1)
    cell = RollCell(held.enrolments[0].pk, "present")
    with pytest.raises(WrongState):
        record_attendance(meeting=held.meeting, cell=cell, actor=held.pic, now=NOW)
    TrainingSession.objects.update(state="open")
    SessionMeeting.objects.update(state="open", actual_starts_at=START)
    with pytest.raises(NotAllowed):
        record_attendance(meeting=held.meeting, cell=cell, actor=held.manager, now=NOW)
    record_attendance(meeting=held.meeting, cell=cell, actor=held.pic, now=NOW)


@pytest.mark.django_db
@pytest.mark.point("ATT-7")
def test_in_a_concluded_meeting_only_blanks_are_filled_and_may_open_a_case():
    held = opened(people=2)
    first, second = held.enrolments
    record_attendance(meeting=held.meeting, cell=RollCell(first.pk, "present"), actor=held.pic, now=NOW)
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=held.meeting.ends_at)
    with pytest.raises(WrongState):
        record_attendance(
            meeting=held.meeting,
            cell=absent(first).__class__(first.pk, "late", version=1, minutes_late=3),
            actor=held.pic,
            now=NOW,
        )
    assert not second.cases.exists()
    record_attendance(meeting=held.meeting, cell=absent(second), actor=held.pic, now=held.meeting.ends_at)
    assert second.cases.get().cause == "absent"
    with pytest.raises(WrongState):
        undo_mark_rest(meeting=held.meeting, fill=held.meeting.uuid, actor=held.pic, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["open", "concluded", "cancelled"])
def test_a_meeting_begins_only_from_planned(state):
    held = opened(people=1)
    SessionMeeting.objects.update(state=state, actual_ends_at=START + timedelta(hours=1))
    with pytest.raises(WrongState):
        open_meeting(meeting=held.meeting, actor=held.pic, now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["planned", "concluded", "cancelled"])
def test_a_meeting_ends_only_when_under_way(state):
    held = opened(people=1)
    SessionMeeting.objects.update(state=state, actual_ends_at=START + timedelta(hours=1))
    with pytest.raises(WrongState):
        conclude_meeting(meeting=held.meeting, actor=held.pic, now=NOW)


@pytest.mark.django_db
def test_a_meeting_never_ends_in_the_future_or_before_it_began():
    held = opened(people=1)
    for end in (NOW + timedelta(minutes=1), START - timedelta(minutes=1)):
        with pytest.raises(Refused) as refused:
            conclude_meeting(meeting=held.meeting, actual_ends_at=end, actor=held.pic, now=NOW)
        assert refused.value.field == "actual_ends_at"


@pytest.mark.django_db
def test_saving_the_roll_of_a_large_class_takes_twelve_queries_and_one_entry(django_assert_max_num_queries):
    held = opened(people=40)
    before = Entry.objects.count()
    cells = [RollCell(each.pk, "present") for each in held.enrolments]
    with django_assert_max_num_queries(12):
        record_roll(meeting=held.meeting, cells=cells, actor=held.pic, now=NOW)
    assert Entry.objects.count() == before + 1
    assert held.fresh().summary.present == 40


@pytest.mark.django_db
def test_scores_are_refused_outside_their_scale_and_for_what_a_test_fills():
    held = opened(people=1)
    attend(held)
    scheme = read_scheme(held.training_session.scheme)
    by_source = {each.source: each for each in scheme.parameters}
    for parameter, value in (("trainer", "100.5"), ("trainer", "-1"), ("trainer", "80.125"), ("post_test", "80")):
        cell = ScoreCell(held.enrolments[0].pk, by_source[parameter].uuid, Decimal(value))
        with pytest.raises(Refused):
            record_scores(training_session=held.training_session, cells=[cell], actor=held.pic, now=NOW)
    with pytest.raises(NotAllowed):
        record_scores(training_session=held.training_session, cells=[], actor=make_user("trainer"), now=NOW)
    assert not ParameterScore.objects.exists()


@pytest.mark.django_db
def test_after_the_conclusion_blanks_are_filled_but_nothing_is_changed():
    held = opened(people=2)
    attend(held)
    first, second = held.enrolments
    score(held, {first.pk: "90"}, now=NOW)
    end_session(held)
    score(held, {second.pk: "70"}, now=held.training_session.ends_at)
    parameter = ParameterScore.objects.get(enrolment=first).parameter.uuid
    with pytest.raises(WrongState):
        record_scores(
            training_session=held.training_session,
            cells=[ScoreCell(first.pk, parameter, Decimal(95), version=1)],
            actor=held.pic,
            now=held.training_session.ends_at,
        )


@pytest.mark.django_db
def test_facts_of_a_session_take_three_queries_and_hold_no_name(django_assert_num_queries):
    from sessions.queries.facts import session_facts

    held = concluded(lambda people: absent(people[0], "not_released"), right=(5, 1, 5))
    training_session = TrainingSession.objects.get(pk=held.training_session.pk)
    with django_assert_num_queries(3):
        facts = session_facts(training_session)
    assert facts["counts"]["enrolled"] == 3
    assert facts["meetings"][0]["trainers"] == [{"uuid": str(held.world.trainer.uuid), "substitute": False}]
    assert (facts["counts"]["absent"], facts["counts"]["charged_to_operation"]) == (1, 1)
    assert (facts["counts"]["passed"], facts["counts"]["not_passed"]) == (1, 1)
    assert [each["taken"] for each in facts["items"]] == [2] * 5
    assert [each["hard"] for each in facts["items"]] == [False] * 5
    assert {each["cause"] for each in facts["recovery"]} == {"absent", "below_pass_mark"}
    assert not any(each.person.name in str(facts) for each in held.enrolments)


def test_two_trainers_on_one_cell_at_once_lose_nothing(committed_db):
    """One of the two wins; the other is told both values (SCR-4)."""
    held = opened(people=1)
    start, told = threading.Barrier(2), []

    def save(status, minutes):
        try:
            cell = RollCell(held.enrolments[0].pk, status, minutes_late=minutes)
            start.wait(timeout=10)
            record_attendance(meeting=held.meeting, cell=cell, actor=held.pic, now=NOW + timedelta(minutes=10))
            told.append("saved")
        except GridConflict:
            told.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=each) for each in (("present", 0), ("late", 7))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(told) == ["conflict", "saved"]
    assert Attendance.objects.get().version == 1


def _said(verb):
    return json.loads(Entry.objects.filter(verb=verb).latest("pk").text)["data"]


@pytest.mark.django_db
@pytest.mark.clause("5.1.1 a")
def test_the_pic_acts_for_a_trainer_without_account_and_the_journal_names_both():
    held = opened()
    guest = TrainerProfile.objects.create(name="Tamu", kind="external")
    MeetingTrainer.objects.filter(meeting__training_session=held.training_session).update(trainer=guest)
    record_attendance(meeting=held.meeting, cell=absent(held.enrolments[0]), actor=held.pic, now=NOW)
    fill = mark_rest_present(meeting=held.meeting, actor=held.pic, now=NOW)
    undo_mark_rest(meeting=held.meeting, fill=fill, actor=held.pic, now=NOW)
    mark_rest_present(meeting=held.meeting, actor=held.pic, now=NOW)
    open_post_test(training_session=held.training_session, actor=held.pic, now=NOW)
    report_deviation(
        training_session=held.training_session,
        kind="method",
        planned="Offline",
        actual="Online",
        reason="Ruang banjir",
        actor=held.pic,
        now=NOW,
    )
    for verb in (
        "attendance.recorded",
        "attendance.rest_marked_present",
        "attendance.rest_undone",
        "session.post_test_opened",
        "deviation.reported",
    ):
        assert _said(verb)["for"] == [str(guest.uuid)]
        assert Entry.objects.filter(verb=verb, actor=held.pic.uuid).exists()
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=NOW + timedelta(hours=1))
    assert _said("meeting.concluded")["for"] == [str(guest.uuid)]


@pytest.mark.django_db
@pytest.mark.clause("5.1.1 a")
def test_who_teaches_acts_for_nobody_else():
    held = opened()
    record_attendance(meeting=held.meeting, cell=absent(held.enrolments[0]), actor=held.pic, now=NOW)
    assert "for" not in _said("attendance.recorded") and "for" not in _said("session.opened")
