"""No overtime without order and consent, before and after the approval; no order without its meeting (5.1.1 f)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from planning.completeness import Snapshot
from planning.enums import Consent, PlanState, RevisionState
from planning.models import OvertimeOrder, PlannedMeeting
from planning.queries.roster import roster_of
from planning.services import (
    MeetingTimes,
    amend_plan,
    answer_overtime,
    cancel_plan,
    place_targets,
    remove_session,
    remove_targets,
    return_revision,
    save_session,
    submit_revision,
    withdraw_revision,
)
from planning.services.adjusting import adjust_target
from planning.services.orders import withdraw_pointless_orders
from planning.tests.factories import approve, draft_plan, make_world
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
from trainingops.domain import Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.enums import Presence, ShiftKind
from trainingops.people.services import ShiftEntry
from trainingops.people.tests.factories import sign_in

pytestmark = [pytest.mark.clause("5.1.1 f"), pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def world():
    return make_world(people=0)


def submitted(world, people, **when):
    """A plan that was complete when it was submitted: the roster said nothing yet."""
    plan, revision, meeting = drafted(world, people, **when)
    submit_revision(revision=revision, actor=world.pic, now=NOW)
    revision.refresh_from_db()
    return plan, revision, meeting


def approved(world, people, **when):
    plan, revision, meeting = submitted(world, people, **when)
    approve(revision, world.manager, NOW)
    plan.refresh_from_db()
    return plan, plan.approved_revision, meeting


def ordered(world, revision, person, meeting, *, consent=None):
    order(world, revision, [(person.pk, meeting.uuid)])
    made = OvertimeOrder.objects.get(person=person, meeting=meeting.uuid, withdrawn_at=None)
    if consent:
        answer_overtime(order=made, consent=consent, actor=person.user, now=NOW)
    return made


def second_batch(world, revision, *, hour):
    start = NOW.astimezone(world.site.zone).replace(year=DAY.year, month=DAY.month, day=DAY.day, hour=hour, minute=0)
    return save_session(
        revision=revision,
        label="Batch 2",
        host_site=world.site,
        trainers=[world.trainer],
        room=world.room,
        meetings=[MeetingTimes(starts_at=start, ends_at=start + timedelta(hours=2))],
        actor=world.pic,
        now=NOW,
    )


# --- approval ----------------------------------------------------------------------------------------------
@pytest.mark.clause("4.1")
@pytest.mark.parametrize("consent", [None, "asked", Consent.REFUSED])
def test_approval_is_refused_while_somebody_would_come_in_overtime_unordered_or_unasked(world, consent):
    late, there = agents(world, 2)
    _plan, revision, meeting = submitted(world, [late, there])
    rostered(world, late, SHIFT)  # the roster came after the submission
    if consent:
        ordered(world, revision, late, meeting, consent=None if consent == "asked" else consent)
    with pytest.raises(Refused) as refused:
        approve(revision, world.manager, NOW)
    assert refused.value.code == "overtime"
    assert late.name in str(refused.value) and there.name not in str(refused.value)
    assert "Return the plan" in str(refused.value) and "ordered the overtime" in str(refused.value)
    revision.refresh_from_db()
    assert revision.state == RevisionState.SUBMITTED


@pytest.mark.clause("4.1")
def test_overtime_ordered_while_the_plan_awaits_its_decision_lets_it_be_approved_as_it_was_submitted(world):
    (late,) = agents(world, 1)
    _plan, revision, meeting = submitted(world, [late])
    rostered(world, late, SHIFT)
    ordered(world, revision, late, meeting, consent=Consent.GIVEN)
    assert approve(revision, world.manager, NOW).content_hash == revision.content_hash


@pytest.mark.point("APR-3")
def test_the_manager_reads_the_refusal_on_the_page_and_who_comes_in_overtime_with_order_and_answer(client, world):
    late, agreed = agents(world, 2)
    _plan, revision, meeting = submitted(world, [late, agreed], minutes=300)
    for person in (late, agreed):
        rostered(world, person, SHIFT)
    ordered(world, revision, agreed, meeting, consent=Consent.GIVEN)
    world.manager.language = "en"
    world.manager.save()
    with time_machine.travel(NOW, tick=False):
        sign_in(client, world.manager)
        url = reverse("plan_approval", args=[revision.uuid])
        html = client.get(url).content.decode()
        given = {"decision": "approve", "content_hash": revision.content_hash, "comment": ""}
        answer = client.post(url, given)
    for shown in (late.name, "No order yet", "Shift lain penuh", "Ratna, manajer", "Agreed", "PP 35/2021"):
        assert shown in html, shown
    assert "more than 4 hours of overtime" in html
    assert answer.status_code == 422 and late.name in answer.content.decode()


# --- after the approval ------------------------------------------------------------------------------------
@pytest.mark.point("APR-3")
def test_moving_somebody_into_overtime_after_the_approval_asks_for_reason_and_order_and_asks_the_agent(world):
    mover, stays, other = agents(world, 3)
    rostered(world, mover, SHIFT)
    plan, revision, _meeting = drafted(world, [mover, stays, other], hour=10)
    evening = second_batch(world, revision, hour=16)
    place_targets(revision=revision, people=[other], planned=evening, actor=world.pic, now=NOW)
    submit_revision(revision=revision, actor=world.pic, now=NOW)
    revision.refresh_from_db()
    approve(revision, world.manager, NOW)
    target = revision.targets.get(person=mover)
    moved = {"target": target, "to": evening, "extra_minutes": 0, "actor": world.pic, "now": NOW}
    with pytest.raises(Refused) as refused:
        adjust_target(**moved)
    assert refused.value.field == "reason" and "120 minutes of overtime" in str(refused.value)
    target.refresh_from_db()
    with pytest.raises(Refused) as refused:
        adjust_target(**moved, reason="Shift lain penuh")
    assert refused.value.field == "ordered_by"
    adjust_target(**moved, reason="Shift lain penuh", ordered_by="Ratna, manajer")
    made = OvertimeOrder.objects.get()
    assert (made.person, made.consent, made.plan) == (mover, Consent.ASKED, plan)
    assert Notice.objects.filter(kind="overtime_asked", recipient=mover.user).exists()


@pytest.mark.point("APR-3")
def test_nobody_is_moved_to_a_batch_on_their_leave_and_no_batch_is_emptied(world):
    away, stays, other = agents(world, 3)
    plan, revision, _meeting = drafted(world, [away, stays, other], hour=10)
    evening = second_batch(world, revision, hour=16)
    place_targets(revision=revision, people=[other], planned=evening, actor=world.pic, now=NOW)
    submit_revision(revision=revision, actor=world.pic, now=NOW)
    revision.refresh_from_db()
    approve(revision, world.manager, NOW)
    rostered(world, away, LEAVE)
    moved = {"to": evening, "extra_minutes": 0, "actor": world.pic, "now": NOW}
    with pytest.raises(Refused, match="cannot come to Batch 2: on leave"):
        adjust_target(target=revision.targets.get(person=away), **moved)
    morning = revision.sessions.get(label="Batch 1")
    with pytest.raises(Refused, match=r"is the last one in Batch 2.*new revision") as refused:
        adjust_target(target=revision.targets.get(person=other), **{**moved, "to": morning})
    assert refused.value.field == "to" and plan.approved_revision is None


def test_overtime_is_ordered_for_a_coming_meeting_of_an_approved_plan_when_the_roster_changed_later(client, world):
    (late,) = agents(world, 1)
    plan, _revision, meeting = approved(world, [late])
    rostered(world, late, SHIFT)
    url = reverse("plan_roster", args=[plan.uuid])
    given = {"action": "order", "pair": f"{late.pk}:{meeting.uuid}", "reason": "Shift berubah", "ordered_by": "Ratna"}
    client.force_login(world.pic)
    with time_machine.travel(NOW, tick=False):
        assert f'value="{late.pk}:{meeting.uuid}"' in client.get(url).content.decode()
        assert client.post(url, given).status_code == 302
    assert OvertimeOrder.objects.get().reason == "Shift berubah"


def test_a_declined_order_asks_for_nothing_once_the_meeting_lies_inside_the_shift(client, world):
    (late,) = agents(world, 1)
    plan, revision, meeting = approved(world, [late])
    rostered(world, late, SHIFT)
    ordered(world, revision, late, meeting, consent=Consent.REFUSED)
    rostered(world, late, ShiftEntry("MD", "Middle", ShiftKind.WORK, time(9), time(20)))
    client.force_login(world.pic)
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("plan_roster", args=[plan.uuid]))
    assert not page.context["lacking"]
    assert f'value="{late.pk}:{meeting.uuid}"' not in page.content.decode()


def test_no_overtime_is_ordered_for_a_meeting_that_began_or_a_training_that_is_over(world):
    (late,) = agents(world, 1)
    plan, revision, meeting = approved(world, [late])
    rostered(world, late, SHIFT)
    with pytest.raises(Refused, match="no overtime any more"):
        order(world, revision, [(late.pk, meeting.uuid)], now=meeting.starts_at)
    for state in (PlanState.REPORTED, PlanState.CLOSED, PlanState.CANCELLED):
        plan.state = state
        plan.save()
        with pytest.raises(WrongState):
            order(world, revision, [(late.pk, meeting.uuid)])


@pytest.mark.parametrize("state", ["returned", "rejected", "withdrawn", "superseded"])
def test_no_overtime_is_ordered_for_a_revision_that_does_not_stand(world, state):
    (late,) = agents(world, 1)
    _plan, revision, meeting = submitted(world, [late])
    rostered(world, late, SHIFT)
    type(revision).objects.filter(pk=revision.pk).update(state=state)
    with pytest.raises(WrongState):
        order(world, revision, [(late.pk, meeting.uuid)])


# --- orders whose meeting is no more -----------------------------------------------------------------------
def later(session):
    return [
        MeetingTimes(uuid=each.uuid, starts_at=each.starts_at, ends_at=each.ends_at + timedelta(hours=1))
        for each in session.meetings.all()
    ]


def move_meeting(world, revision, session, late):
    save_session(
        revision=revision, planned=session, label=session.label, host_site=session.host_site, trainers=[],
        meetings=later(session), actor=world.pic, now=NOW,
    )  # fmt: skip


def remove_batch(world, revision, session, late):
    remove_session(revision=revision, planned=session, actor=world.pic, now=NOW)


def remove_target(world, revision, session, late):
    remove_targets(revision=revision, people=[late], actor=world.pic, now=NOW)


def place_elsewhere(world, revision, session, late):
    other = second_batch(world, revision, hour=19)
    place_targets(revision=revision, people=[late], planned=other, actor=world.pic, now=NOW)


def withdraw(world, revision, session, late):
    withdraw_revision(revision=revision, actor=world.pic, now=NOW)


def give_up(world, revision, session, late):
    cancel_plan(plan=revision.plan, reason="Tidak perlu lagi", actor=world.pic, now=NOW)


@pytest.mark.parametrize("end", [move_meeting, remove_batch, remove_target, place_elsewhere, withdraw, give_up])
def test_an_order_ends_with_its_meeting_and_the_agent_is_told(world, end):
    (late,) = agents(world, 1)
    rostered(world, late, SHIFT)
    _plan, revision, meeting = drafted(world, [late])
    made = ordered(world, revision, late, meeting)
    end(world, revision, meeting.planned_session, late)
    made.refresh_from_db()
    assert made.withdrawn_at == NOW
    notice = Notice.objects.get(kind="overtime_withdrawn", recipient=late.user)
    assert notice.subject == made.uuid
    with pytest.raises(WrongState):
        answer_overtime(order=made, consent=Consent.GIVEN, actor=late.user, now=NOW)
    assert not roster_of(revision, [meeting]).minutes  # no part of the 4 and 18 hours
    assert not Notice.objects.filter(kind="overtime_withdrawn").exclude(pk=notice.pk).exists()


@pytest.mark.point("DSH-4")
def test_a_withdrawn_order_waits_neither_for_the_agent_nor_for_the_pic(client, world):
    (late,) = agents(world, 1)
    rostered(world, late, SHIFT)
    _plan, revision, meeting = drafted(world, [late])
    made = ordered(world, revision, late, meeting)
    url = reverse("overtime_answer", args=[made.uuid])
    with time_machine.travel(NOW, tick=False):
        client.force_login(late.user)
        assert url in client.get(reverse("home")).content.decode()
        move_meeting(world, revision, meeting.planned_session, late)
        assert 'name="consent"' not in client.get(url).content.decode()
        for user in (late.user, world.pic):
            client.force_login(user)
            assert client.get(reverse("home")).status_code == 200
            assert late.name not in client.get(reverse("home")).content.decode() or user == late.user


def test_an_order_whose_meeting_moved_unnoticed_is_not_answered(world):
    (late,) = agents(world, 1)
    rostered(world, late, SHIFT)
    _plan, revision, meeting = drafted(world, [late])
    made = ordered(world, revision, late, meeting)
    PlannedMeeting.objects.filter(pk=meeting.pk).update(ends_at=meeting.ends_at + timedelta(hours=1))
    with pytest.raises(WrongState, match="moved or given up"):
        answer_overtime(order=made, consent=Consent.GIVEN, actor=late.user, now=NOW)


def test_the_approved_meeting_keeps_its_orders_until_a_revision_that_moves_it_is_approved(world):
    (late,) = agents(world, 1)
    plan, revision, meeting = approved(world, [late])
    rostered(world, late, SHIFT)
    made = ordered(world, revision, late, meeting, consent=Consent.GIVEN)
    draft = amend_plan(plan=plan, actor=world.pic, now=NOW)
    session = draft.sessions.get()
    save_session(
        revision=draft, planned=session, label=session.label, host_site=session.host_site, trainers=[world.trainer],
        room=world.room, meetings=later(session), actor=world.pic, now=NOW,
    )  # fmt: skip
    made.refresh_from_db()
    assert made.withdrawn_at is None  # the class is still held as it was approved
    rostered(world, late, type(SHIFT)("S", "Siang", SHIFT.kind, SHIFT.ends_at, SHIFT.ends_at.replace(hour=22)))
    submit_revision(revision=draft, actor=world.pic, now=NOW)
    draft.refresh_from_db()
    approve(draft, world.manager, NOW)
    made.refresh_from_db()
    assert made.withdrawn_at == NOW


def test_what_was_returned_keeps_its_orders_for_the_next_revision(world):
    (late,) = agents(world, 1)
    plan, revision, meeting = submitted(world, [late])
    rostered(world, late, SHIFT)
    made = ordered(world, revision, late, meeting, consent=Consent.GIVEN)
    return_revision(revision=revision, comment="Tambah tujuan.", actor=world.manager, now=NOW)
    amend_plan(plan=plan, actor=world.pic, now=NOW)
    made.refresh_from_db()
    assert made.withdrawn_at is None


# --- windows and batches -----------------------------------------------------------------------------------
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
