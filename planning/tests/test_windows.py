"""Windows and batches for those whom the roster does not hold, and what pages of preparation begin with (5.1.1 f)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from planning.completeness import Snapshot
from planning.models import OvertimeOrder
from planning.queries.roster import roster_of
from planning.services import (
    MeetingTimes,
    amend_plan,
    save_session,
    submit_revision,
)
from planning.services.orders import withdraw_pointless_orders
from planning.tests.factories import draft_plan, make_world
from planning.tests.test_overtime import (
    DAY,
    LEAVE,
    NOW,
    OFF,
    SHIFT,
    agents,
    drafted,
    order,
    overtime_item,
    rostered,
    traffic,
)
from planning.tests.test_overtime_orders import approved
from trainingops.domain import Refused
from trainingops.people.enums import Presence, ShiftKind
from trainingops.people.services import ShiftEntry

pytestmark = [pytest.mark.clause("5.1.1 f"), pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def world():
    return make_world(people=0)


def test_one_batch_that_does_not_hold_its_people_gets_batches_proposed_for_those(client, world):
    people = agents(world, 6)
    traffic(world)
    plan, _revision, _meeting = drafted(world, people, hour=16)
    days = [NOW.date() + timedelta(days=step) for step in range(16)]
    for number, person in enumerate(people):
        middle = ShiftEntry("MD", "Middle", ShiftKind.WORK, time(9), time(18))
        rostered(world, person, middle if number < 2 else SHIFT, days)
    world.pic.language = "en"
    world.pic.save()
    client.force_login(world.pic)
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("plan_sessions", args=[plan.uuid]))
        assert page.context["misplaced"] == 4  # two are on shift then
        assert set(page.context["people"]) >= {each.pk for each in people}
        assert "The batches of 4 people do not hold them" in page.content.decode()
        windows = page.context["slots"].windows
        assert all(each.outside == 4 - len(each.on_shift) for each in windows)
        if proposal := page.context["proposal"]:
            assert {key for batch in proposal.batches for key in batch.people} <= {each.pk for each in people[2:]}
        answer = client.post(reverse("plan_batches", args=[plan.uuid]), {"fingerprint": "another"})
        assert answer.status_code == 409


def test_a_window_says_how_many_are_outside_their_shift(client, world):
    people = agents(world, 3)
    traffic(world)
    plan, _revision, _meeting = drafted(world, people, hour=10)
    days = [NOW.date() + timedelta(days=step) for step in range(16)]
    rostered(world, people[0], OFF, days)
    for person in people[1:]:
        rostered(world, person, SHIFT, days)
    world.pic.language = "en"
    world.pic.save()
    client.force_login(world.pic)
    with time_machine.travel(NOW, tick=False):
        html = client.get(reverse("plan_windows", args=[plan.uuid])).content.decode()
    assert "2 of 3 on shift" in html and "1 would need overtime or cannot come" in html


def test_windows_are_as_long_as_the_meeting_that_they_move_and_taking_one_adds_none(client, world):
    people = agents(world, 2)
    traffic(world)
    plan, revision, meeting = drafted(world, people, minutes=150)
    batch = revision.sessions.get()
    client.force_login(world.pic)
    with time_machine.travel(NOW, tick=False):
        session = reverse("plan_session", args=[plan.uuid, batch.uuid])
        way = f"{reverse('plan_windows', args=[plan.uuid])}?batch={batch.uuid}&meeting={meeting.uuid}"
        assert way.replace("&", "&amp;") in client.get(session).content.decode()
        page = client.get(way)
        day, window = page.context["day_windows"][0].day, page.context["day_windows"][0].window
        assert window.duration_minutes == 150
        taken = f"{session}?start={day}T{window.starts_at}&minutes=150&meeting={meeting.uuid}"
        assert taken.replace("&", "&amp;") in page.content.decode()
        rows = client.get(taken).context["formset"].initial
    assert [row["uuid"] for row in rows] == [meeting.uuid]
    assert rows[0]["starts_at"].time() == window.starts_at
    assert rows[0]["ends_at"] - rows[0]["starts_at"] == timedelta(minutes=150)


def test_without_targets_the_roster_says_that_targets_are_missing_not_the_roster(world):
    _plan, revision, _meeting = drafted(world, agents(world, 1))
    revision.targets.all().delete()
    item = overtime_item(revision)
    assert "choose targets" in item.value and "assumed" not in item.value


def test_targets_chosen_before_the_only_batch_are_read_as_in_it_and_can_be_ordered(client, world):
    """5.1.1 f: what the page counts is what submission checks; the roster page shows them, and overtime is ordered."""
    late, there = agents(world, 2)
    rostered(world, late, SHIFT)
    plan, revision, meeting = drafted(world, [late, there])
    revision.targets.update(planned_session=None)
    item = overtime_item(revision)
    assert "1 target would train outside the shift" in item.gap and "assumed" not in item.value
    assert Snapshot(revision, NOW).roster.leaving(meeting) == 1
    with time_machine.travel(NOW, tick=False):
        client.force_login(world.pic)
        page = client.get(reverse("plan_roster", args=[plan.uuid]))
    assert page.context["lacking"] and late.name in page.content.decode()
    assert order(world, revision, [(late.pk, meeting.uuid)]) == 1
    assert set(revision.targets.values_list("planned_session", flat=True)) == {meeting.planned_session_id}
    withdraw_pointless_orders(plan=plan, actor=world.pic, now=NOW)
    assert OvertimeOrder.objects.get().withdrawn_at is None


def test_a_draft_without_a_batch_does_not_say_that_there_is_no_roster(world):
    (late,) = agents(world, 1)
    rostered(world, late, SHIFT)
    _plan, revision, meeting = drafted(world, [late])
    revision.targets.update(planned_session=None)
    meeting.planned_session.delete()
    item = overtime_item(revision)
    assert not item.complete and "assumed" not in item.value


@pytest.mark.parametrize("entry", [SHIFT, LEAVE])
def test_people_are_counted_not_their_meetings(world, entry):
    """5.1.1 f: somebody outside the shift at two meetings is one person."""
    (late,) = agents(world, 1)
    rostered(world, late, entry, days=[DAY, DAY + timedelta(days=1)])
    world.people[:] = [late]
    starts_at = datetime.combine(DAY, time(16), tzinfo=world.site.zone)
    revision = draft_plan(world=world, starts_at=starts_at, meetings=2, now=NOW).revisions.get()
    assert overtime_item(revision).gap.startswith("1 target ")


@pytest.mark.parametrize(
    ("hour", "presence"), [(8, Presence.AFTER_NIGHT), (13, Presence.AFTER_NIGHT), (18, Presence.BEFORE_SHIFT)]
)
def test_a_night_shift_is_gone_on_from_only_for_some_hours(world, hour, presence):
    (night,) = agents(world, 1)
    malam = ShiftEntry("M", "Malam", ShiftKind.WORK, time(22), time(6))
    rostered(world, night, malam, (DAY - timedelta(days=1), DAY))
    _plan, revision, meeting = drafted(world, [night], hour=hour)
    (row,) = roster_of(revision, [meeting]).rows
    assert row.standing.presence == presence and row.standing.overtime_minutes == 120


def test_a_meeting_that_ends_when_it_starts_is_said_so(world):
    _plan, revision, meeting = drafted(world, agents(world, 1))
    times = MeetingTimes(uuid=meeting.uuid, starts_at=meeting.starts_at, ends_at=meeting.starts_at)
    with pytest.raises(Refused, match="starts and ends at"):
        save_session(
            revision=revision, planned=meeting.planned_session, label="Batch 1", host_site=world.site, trainers=[],
            meetings=[times], actor=world.pic, now=NOW,
        )  # fmt: skip


@pytest.mark.point("CHT-4")
def test_the_page_of_traffic_begins_with_a_small_class_and_its_csv_names_each_column_once(client, world):
    traffic(world)
    client.force_login(world.operations)
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("traffic"))
        head = client.get(reverse("traffic_csv")).content.decode("utf-8-sig").splitlines()[0].split(";")
        off = client.get(reverse("traffic"), {"until": "2026-12-25"}).content.decode()
    assert page.context["chosen"].leaving == 5
    assert "5" in page.content.decode() and len(set(head)) == len(head)
    assert 'id="id_until_day_off"' in off  # the day off that the address asks for is named beside the field
    assert client.get(reverse("traffic"), {"leaving": "0"}).context["chosen"].leaving == 0


@pytest.mark.point("APR-1")
def test_home_names_both_starts_of_a_change_that_moves_the_training(client, world):
    plan, _revision, _meeting = approved(world, agents(world, 1), hour=10)
    draft = amend_plan(plan=plan, actor=world.pic, now=NOW)
    session = draft.sessions.get()
    times = [
        MeetingTimes(
            uuid=each.uuid, starts_at=each.starts_at + timedelta(days=1), ends_at=each.ends_at + timedelta(days=1)
        )
        for each in session.meetings.all()
    ]
    save_session(
        revision=draft, planned=session, label=session.label, host_site=session.host_site, trainers=[world.trainer],
        room=world.room, meetings=times, actor=world.pic, now=NOW,
    )  # fmt: skip
    submit_revision(revision=draft, actor=world.pic, now=NOW)
    world.manager.language = "en"
    world.manager.save()
    client.force_login(world.manager)
    with time_machine.travel(NOW, tick=False):
        html = client.get(reverse("home")).content.decode()
    assert "Start as approved: 26 Nov" in html and "as asked for: 27 Nov" in html


@pytest.mark.clause("5.1.1 b")
def test_the_group_page_begins_with_the_site_of_the_plan(client, world):
    plan, _revision, _meeting = drafted(world, agents(world, 1))
    client.force_login(world.pic)
    form = client.get(reverse("plan_targets_group", args=[plan.uuid])).context["form"]
    assert form["site"].value() == world.site.pk
