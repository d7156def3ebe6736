"""No overtime without order and consent, before and after the approval; no order without its meeting (5.1.1 f)."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
import time_machine
from django.urls import reverse

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
from planning.tests.factories import approve, make_world
from planning.tests.test_overtime import (
    DAY,
    LEAVE,
    NOW,
    SHIFT,
    agents,
    drafted,
    order,
    rostered,
)
from trainingops.domain import Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.enums import ShiftKind
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
@pytest.mark.parametrize(
    ("consent", "lacking"), [(None, "order overtime"), ("asked", "not agreed"), (Consent.REFUSED, "not agreed")]
)
def test_approval_is_refused_while_somebody_would_come_in_overtime_unordered_or_unasked(world, consent, lacking):
    late, there = agents(world, 2)
    _plan, revision, meeting = submitted(world, [late, there])
    rostered(world, late, SHIFT)  # the roster came after the submission
    if consent:
        ordered(world, revision, late, meeting, consent=None if consent == "asked" else consent)
    with pytest.raises(Refused) as refused:
        approve(revision, world.manager, NOW)
    assert refused.value.code == "lost"
    assert late.name in str(refused.value) and there.name not in str(refused.value)
    assert "Return the plan" in str(refused.value) and lacking in str(refused.value)
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
    with pytest.raises(Refused, match=r"nobody in Batch 2.*new revision") as refused:
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
