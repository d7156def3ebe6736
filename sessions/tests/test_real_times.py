"""Recorded times are times that were: no future, no contradiction, no meeting of nothing (4.2, 5.3.1)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sessions.models import Attendance, RecoveryCase, SessionMeeting
from sessions.queries.facts import session_facts
from sessions.services import RollCell, conclude_meeting, record_roll
from sessions.tests.factories import START, attend, opened
from trainingops.domain import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.1")]
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"status": "late", "minutes_late": 25}, "arrived"),
        ({"status": "present", "minutes_left_early": 10}, "left"),
    ],
)
def test_an_arrival_or_leaving_that_has_not_come_is_refused_with_its_time(said, field):
    held = opened()
    cell = RollCell(held.enrolments[0].pk, **said)
    with pytest.raises(Refused) as refused:
        record_roll(meeting=held.meeting, cells=[cell], actor=held.pic, now=START + 5 * MINUTE)
    assert refused.value.field == f"{field}-{held.enrolments[0].pk}"
    assert held.enrolments[0].person.name in str(refused.value)
    assert not Attendance.objects.exclude(status="").exists()


def test_the_minute_of_now_has_come_for_a_meeting_that_starts_within_a_minute():
    """A tap on "late" writes the time of now, whatever the seconds."""
    held = opened()
    SessionMeeting.objects.filter(pk=held.meeting.pk).update(starts_at=START + timedelta(seconds=50))
    attend(held, RollCell(held.enrolments[0].pk, "late", minutes_late=5), now=START + 5 * MINUTE)
    assert Attendance.objects.get(status="late").minutes_late == 5


def test_a_meeting_contains_the_arrivals_that_are_recorded():
    held = opened()
    attend(held, RollCell(held.enrolments[0].pk, "late", minutes_late=60))
    now = START + 70 * MINUTE
    with pytest.raises(Refused, match=held.enrolments[0].person.name) as refused:
        conclude_meeting(
            meeting=held.meeting, actor=held.pic, now=now, actual_starts_at=START, actual_ends_at=START + 30 * MINUTE
        )
    assert refused.value.field == "actual_ends_at"
    held.meeting.refresh_from_db()
    assert held.meeting.state == "open"
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=now, actual_starts_at=START, actual_ends_at=now)


@pytest.mark.parametrize("minutes", [0, -5])
def test_a_meeting_of_nothing_is_refused_with_both_times(minutes):
    held = opened()
    attend(held)
    with pytest.raises(Refused) as refused:
        conclude_meeting(
            meeting=held.meeting,
            actor=held.pic,
            now=START + 30 * MINUTE,
            actual_starts_at=START + 10 * MINUTE,
            actual_ends_at=START + (10 + minutes) * MINUTE,
        )
    assert refused.value.field == "actual_ends_at"
    assert not RecoveryCase.objects.exists()


def test_lateness_counts_from_the_start_that_was():
    """Planned at 10, begun at 10.20: who came at 10.30 missed ten minutes, within the tolerance of fifteen."""
    held = opened()
    attend(
        held,
        RollCell(held.enrolments[0].pk, "late", minutes_late=30),
        RollCell(held.enrolments[1].pk, "late", minutes_late=40),
    )
    conclude_meeting(
        meeting=held.meeting, actor=held.pic, now=held.meeting.ends_at, actual_starts_at=START + 20 * MINUTE
    )
    (case,) = RecoveryCase.objects.all()
    assert (case.enrolment_id, case.minutes) == (held.enrolments[1].pk, 20)
    by_person = {each["enrolment"]: each["trained"] for each in session_facts(held.training_session)["people"]}
    assert [by_person[str(each.uuid)] for each in held.enrolments] == [True, False, True]
