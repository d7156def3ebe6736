"""What lies beside the plan: a later end within the tolerance, times that cannot be, make-up classes elsewhere."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from planning.models import PlannedMeeting, Room
from reporting.models import ObligationChange, ReportObligation
from reporting.wording import reason_of
from sessions.models import Attendance, Deviation, RecoveryCase, TrainingSession
from sessions.services import RollCell, conclude_meeting, record_roll
from sessions.tests.factories import START, absent, attend, concluded, end_session, make_up_for, opened
from trainingops.domain import Refused
from trainingops.people.tests.factories import SiteFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.mark.clause("5.3.2")
@pytest.mark.parametrize("minutes", [1, 5, 14])
def test_a_meeting_that_ends_minutes_late_is_concluded_without_a_reason(minutes):
    """Less than the fifteen minutes of a deviation: the obligation notes the later end, and says why by itself."""
    held = opened()
    attend(held)
    end = held.meeting.ends_at + minutes * MINUTE
    end_session(held, now=end)
    assert (held.training_session.state, Deviation.objects.count()) == ("concluded", 0)
    obligation = ReportObligation.objects.get(training_session=held.training_session)
    assert obligation.last_end == end
    change = ObligationChange.objects.get(obligation=obligation, cause="later_end")
    assert (change.old_last_end, change.reason) == (held.training_session.ends_at, "")
    assert "within the tolerance" in reason_of(change)


@pytest.mark.clause("5.3.1")
@pytest.mark.parametrize(("late", "early"), [(90, 60), (60, 60)])
def test_nobody_arrives_after_they_have_left(late, early):
    """The meeting lasts two hours: who came at its ninetieth minute did not leave at its sixtieth."""
    held = opened(people=1)
    cell = RollCell(held.enrolments[0].pk, "late", minutes_late=late, minutes_left_early=early)
    with pytest.raises(Refused, match=held.enrolments[0].person.name) as refused:
        record_roll(meeting=held.meeting, cells=[cell], actor=held.pic, now=held.meeting.ends_at)
    assert refused.value.field == f"left-{held.enrolments[0].pk}"
    assert not Attendance.objects.exists()


@pytest.mark.clause("4.2")
def test_a_meeting_began_at_most_twelve_hours_before_its_plan():
    held = opened()
    attend(held)
    now = held.meeting.ends_at
    for start in (START - timedelta(days=2000), START - timedelta(hours=12) - MINUTE):
        with pytest.raises(Refused) as refused:
            conclude_meeting(
                meeting=held.meeting, actor=held.pic, now=now, actual_starts_at=start, actual_ends_at=start + MINUTE
            )
        assert refused.value.field == "actual_starts_at"
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=now, actual_starts_at=START - timedelta(hours=1))


@pytest.mark.clause("4.2")
def test_a_meeting_that_is_said_to_last_days_is_refused():
    held = opened()
    attend(held)
    with pytest.raises(Refused, match="24 ") as refused:
        conclude_meeting(meeting=held.meeting, actor=held.pic, now=START + timedelta(days=3))
    assert refused.value.field == "actual_ends_at"


@pytest.mark.clause("5.3.1")
@pytest.mark.parametrize(
    ("begins", "lasts", "field"),
    [
        (timedelta(days=3), timedelta(days=1096), "ends_at"),
        (timedelta(days=3), timedelta(hours=23), "ends_at"),
        (timedelta(days=3), -timedelta(hours=1), "ends_at"),
        (timedelta(0), timedelta(hours=11), "starts_at"),
    ],
)
def test_a_make_up_class_lies_ahead_and_lasts_no_longer_than_a_meeting_of_a_plan(begins, lasts, field):
    held = concluded(lambda people: absent(people[0]))
    start = held.training_session.starts_at + begins
    before = PlannedMeeting.objects.count()
    with pytest.raises(Refused) as refused:
        make_up_for(held, starts_at=start, ends_at=start + lasts)
    assert refused.value.field == field
    assert PlannedMeeting.objects.count() == before


@pytest.mark.clause("5.3.1")
def test_a_make_up_class_elsewhere_is_planned_in_the_zone_and_a_room_of_that_site(client, monkeypatch):
    held = concluded(lambda people: absent(people[0]))
    makassar = SiteFactory(timezone="Asia/Makassar")
    near = Room.objects.create(site=makassar, name="Ruang Anoa")
    now = held.training_session.ends_at + timedelta(hours=1)
    monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda: now)
    client.force_login(held.pic)
    data = {
        "case": str(RecoveryCase.objects.get().uuid),
        "form": held.plan.approved_revision.recovery_forms.get(code="make_up").pk,
        "label": "Susulan",
        "host_site": makassar.pk,
        "trainers": [held.world.trainer.pk],
        "starts_at_day": "2026-11-27",
        "starts_at_time": "10:00",
        "ends_at_day": "2026-11-27",
        "ends_at_time": "11:00",
    }
    url = reverse("recovery_schedule")
    refused = client.post(url, data | {"room": held.world.room.pk})
    assert refused.status_code == 422
    assert "WITA" in refused.content.decode()
    assert client.post(url, data | {"room": near.pk}).status_code == 302
    made = TrainingSession.objects.get(kind="make_up")
    assert made.starts_at.astimezone(makassar.zone).hour == 10
