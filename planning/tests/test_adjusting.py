"""What is material needs the manager, the rest the PIC changes alone (UX.md APR-3)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from planning.content import content_of
from planning.difference import difference
from planning.enums import BookingRole, Method
from planning.models import Booking, Room, TrainerProfile, TrainingApplication
from planning.services import (
    DoubleBooking,
    MeetingTimes,
    Recipient,
    amend_plan,
    return_revision,
    save_part,
    save_session,
    submit_revision,
    withdraw_revision,
)
from planning.services.adjusting import add_recipient, adjust_target, change_place
from planning.tests.factories import (
    approved_plan,
    draft_plan,
    make_module,
    make_paper,
    make_scheme,
    make_world,
)
from sessions.models import Enrolment
from sessions.services.extra_time import extra_minutes
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.people.models import User
from trainingops.people.tests.factories import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.point("APR-3")]


@pytest.fixture
def world():
    return make_world(people=3)


@pytest.fixture
def plan(world):
    return approved_plan(world=world, sessions=2)


def later(session, *, by=timedelta(0), longer=timedelta(0)):
    return [
        MeetingTimes(uuid=each.uuid, starts_at=each.starts_at + by, ends_at=each.ends_at + by + longer)
        for each in session.meetings.all()
    ]


MATERIAL = {
    "module": lambda w: {"module_version": make_module(w.line, author=w.pic, decided_by=w.manager)},
    "method": lambda w: {"method": Method.ONLINE},
    "application": lambda w: {"application": TrainingApplication.objects.create(name="Lain")},
    "scheme": lambda w: {"scheme": make_scheme()},
    "pass_mark": lambda w: {"pass_mark": Decimal(85)},
    "pre_paper": lambda w: {"pre_paper": make_paper("C")},
    "post_paper": lambda w: {"post_paper": make_paper("D")},
}
_PART = {"module": "module", "method": "method", "application": "method"}


@pytest.mark.parametrize("field", MATERIAL)
def test_a_material_field_is_named_in_a_new_revision(world, plan, field):
    draft = amend_plan(plan=plan, actor=world.pic, now=timezone.now())
    before = content_of(draft)
    values = MATERIAL[field](world)
    save_part(revision=draft, part=_PART.get(field, "scoring"), values=values, actor=world.pic, now=timezone.now())
    draft.refresh_from_db()
    found = difference(before, content_of(draft))
    assert field in {each.field for each in found if each.material}


@pytest.mark.parametrize("field", ["meeting", "duration", "trainers", "target"])
def test_a_material_change_of_sessions_and_targets_is_named_in_a_new_revision(world, plan, field):
    draft = amend_plan(plan=plan, actor=world.pic, now=timezone.now())
    before = content_of(draft)
    session = draft.sessions.first()
    other = TrainerProfile.objects.create(name="Trainer lain")
    if field == "target":
        draft.targets.first().delete()
    else:
        save_session(
            revision=draft,
            planned=session,
            label=session.label,
            host_site=session.host_site,
            trainers=[other] if field == "trainers" else [world.trainer],
            room=session.room,
            meetings=later(
                session,
                by=timedelta(days=1) if field == "meeting" else timedelta(0),
                longer=timedelta(minutes=15) if field == "duration" else timedelta(0),
            ),
            actor=world.pic,
            now=timezone.now(),
        )
    assert field in {each.field for each in difference(before, content_of(draft)) if each.material}


def change_room(world, plan):
    room = Room.objects.create(site=world.site, name="Ruang lain")
    planned = plan.approved_revision.sessions.first()
    change_place(planned=planned, room=room, link=planned.link, actor=world.pic, now=timezone.now())
    assert set(Booking.objects.filter(live=True, room=room).values_list("planned_meeting__planned_session", flat=True))
    assert not Booking.objects.filter(live=True, room=world.room, planned_meeting__planned_session=planned).exists()
    return "plan.place_changed"


def change_link(world, plan):
    planned = plan.approved_revision.sessions.first()
    link = "https://rapat.example.com/1"
    change_place(planned=planned, room=planned.room, link=link, actor=world.pic, now=timezone.now())
    planned.refresh_from_db()
    assert planned.link == link
    return "plan.place_changed"


def move_target(world, plan):
    one, two = plan.approved_revision.sessions.order_by("pk")
    target = one.targets.first()
    adjust_target(target=target, to=two, extra_minutes=0, actor=world.pic, now=timezone.now())
    live = Booking.objects.filter(live=True, person=target.person, role=BookingRole.PARTICIPANT)
    assert [each.planned_meeting.planned_session for each in live] == [two]
    enrolled = Enrolment.objects.filter(person=target.person, removed_at=None)
    assert [each.training_session.uuid for each in enrolled] == [two.uuid]
    return "plan.target_moved"


def give_time(world, plan):
    target = plan.approved_revision.targets.first()
    adjust_target(target=target, to=target.planned_session, extra_minutes=15, actor=world.pic, now=timezone.now())
    assert extra_minutes(Enrolment.objects.get(person=target.person)) == 15
    return "plan.extra_time_given"


def one_more_recipient(world, plan):
    recipient = Recipient(party="client", name="Klien", email="klien@example.com")
    add_recipient(plan=plan, recipient=recipient, actor=world.pic, now=timezone.now())
    assert plan.approved_revision.recipients.filter(email="klien@example.com").exists()
    with pytest.raises(Refused):
        add_recipient(plan=plan, recipient=recipient, actor=world.pic, now=timezone.now())
    return "plan.recipient_added"


@pytest.mark.parametrize("change", [change_room, change_link, move_target, give_time, one_more_recipient])
def test_the_pic_changes_what_is_not_material_alone_and_the_journal_knows(world, plan, change):
    """No new revision, the signed content and its hash stay, and one entry says what was changed."""
    revision = plan.approved_revision
    signed = (revision.content, revision.content_hash)

    verb = change(world, plan)

    plan.refresh_from_db()
    revision.refresh_from_db()
    assert plan.revisions.count() == 1 and plan.approved_revision == revision
    assert (revision.content, revision.content_hash) == signed
    assert Entry.objects.filter(verb=verb, subject=revision.uuid).count() == 1
    draft = amend_plan(plan=plan, actor=world.pic, now=timezone.now())
    assert not difference(content_of(revision), content_of(draft))
    assert not [each for each in difference(_signed(revision), content_of(draft)) if each.material]


@pytest.mark.parametrize("end", ["returned", "withdrawn"])
def test_the_next_revision_keeps_what_was_changed_while_none_was_open(world, plan, end):
    """APR-3: a revision that came back is the pattern of the next, and the PIC's own changes since go along."""
    begun = timezone.now()
    second = amend_plan(plan=plan, actor=world.pic, now=begun)
    save_part(revision=second, part="scoring", values={"pass_mark": Decimal(85)}, actor=world.pic, now=begun)
    submit_revision(revision=second, actor=world.pic, now=begun)
    if end == "returned":
        return_revision(revision=second, comment="Belum tepat.", actor=world.manager, now=begun)
    else:
        withdraw_revision(revision=second, actor=world.pic, now=begun)
    one, two = plan.approved_revision.sessions.order_by("pk")
    moved, slow = one.targets.first(), two.targets.first()
    room = Room.objects.create(site=world.site, name="Ruang lain")
    later = timezone.now()
    change_place(planned=two, room=room, link="https://rapat.example.com/1", actor=world.pic, now=later)
    adjust_target(target=moved, to=two, extra_minutes=0, actor=world.pic, now=later)
    adjust_target(target=slow, to=two, extra_minutes=15, actor=world.pic, now=later)
    recipient = Recipient(party="client", name="Klien", email="klien@example.com")
    add_recipient(plan=plan, recipient=recipient, actor=world.pic, now=later)

    third = amend_plan(plan=plan, actor=world.pic, now=timezone.now())

    batch = third.sessions.get(uuid=two.uuid)
    assert third.pass_mark == Decimal(85), "what the revision that came back said"
    assert (batch.room, batch.link) == (room, "https://rapat.example.com/1")
    assert third.targets.get(person=moved.person).planned_session == batch
    assert third.targets.get(person=slow.person).extra_minutes == 15
    assert third.recipients.filter(email="klien@example.com").count() == 1
    found = {each.field for each in difference(_signed(plan.approved_revision), content_of(third))}
    assert {"room", "link", "batch", "recipient"} <= found, "the manager reads them in the difference"


def _signed(revision):
    import json

    return json.loads(revision.content)


def test_what_is_taken_begun_or_open_elsewhere_is_refused(world, plan):
    now = timezone.now()
    one, two = plan.approved_revision.sessions.order_by("pk")
    elsewhere = approved_plan(world=make_world(people=1))
    taken = Room.objects.create(site=world.site, name="Ruang terpakai")
    meeting = one.meetings.get()
    Booking.objects.create(
        planned_meeting=elsewhere.approved_revision.sessions.get().meetings.get(),
        role=BookingRole.ROOM,
        room=taken,
        during=(meeting.starts_at, meeting.ends_at),
    )
    with pytest.raises(DoubleBooking):
        change_place(planned=one, room=taken, link="", actor=world.pic, now=now)
    with pytest.raises(Refused):
        change_place(planned=one, room=make_world(people=0).room, link="", actor=world.pic, now=now)
    with pytest.raises(NotAllowed):
        change_place(planned=one, room=None, link="", actor=world.manager, now=now)
    with pytest.raises(Refused):
        change_place(planned=one, room=None, link="", actor=world.pic, now=now + timedelta(days=9))
    target = one.targets.first()
    with pytest.raises(Refused):
        adjust_target(target=target, to=two, extra_minutes=121, actor=world.pic, now=now)
    with pytest.raises(Refused):
        other = elsewhere.approved_revision.sessions.get()
        adjust_target(target=target, to=other, extra_minutes=0, actor=world.pic, now=now)
    amend_plan(plan=plan, actor=world.pic, now=now)
    with pytest.raises(WrongState):
        adjust_target(target=target, to=two, extra_minutes=0, actor=world.pic, now=now)
    with pytest.raises(WrongState):
        draft = draft_plan(world=make_world(people=1))
        add_recipient(plan=draft, recipient=Recipient(party="qc", email="a@example.com"), actor=draft.pic, now=now)


@pytest.mark.clause("5.1.1 e")
def test_what_submission_refuses_the_pic_alone_cannot_make_afterwards(world, plan):
    """4.1, 5.1.1 e: an offline batch keeps a room, and nobody more is left without a seat than the manager approved."""
    one, two = plan.approved_revision.sessions.order_by("pk")
    now, act = timezone.now(), {"actor": world.pic, "now": timezone.now()}
    small = Room.objects.create(site=world.site, name="Ruang kecil", capacity=1)
    for change, field in (
        (lambda: change_place(planned=one, room=None, link="", **act), "room"),
        (lambda: change_place(planned=one, room=small, link="", **act), "room"),
    ):
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.field == field
    one.refresh_from_db()
    assert one.room == world.room
    Room.objects.filter(pk=world.room.pk).update(capacity=1)
    with pytest.raises(Refused) as refused:
        adjust_target(target=one.targets.first(), to=two, extra_minutes=0, actor=world.pic, now=now)
    assert refused.value.field == "to" and world.room.name in str(refused.value)
    change_place(planned=one, room=small, link="", **act)  # as many without a seat as before


@pytest.mark.clause("5.3.2")
def test_a_recipient_added_is_of_their_party_here_and_given_in_one_way(world, plan):
    """The rule of the draft: an account holds its party here today; an account and a mail address are two things."""
    for recipient, field in (
        (Recipient(party="operations", user=world.pic), "user"),
        (Recipient(party="operations", user=make_world(people=0).operations), "user"),
        (Recipient(party="team_leader", user=world.leader, name="Budi", email="budi@example.com"), "user"),
        (Recipient(party="client"), "email"),
    ):
        with pytest.raises(Refused) as refused:
            add_recipient(plan=plan, recipient=recipient, actor=world.pic, now=timezone.now())
        assert refused.value.field == field
    added = Recipient(party="team_leader", user=world.leader)
    assert add_recipient(plan=plan, recipient=added, actor=world.pic, now=timezone.now()).user == world.leader


def addresses(plan):
    one = plan.approved_revision.sessions.order_by("pk").first()
    return [
        reverse("plan_adjust", args=[plan.uuid]),
        reverse("plan_adjust_place", args=[plan.uuid, one.uuid]),
        reverse("plan_adjust_target", args=[plan.uuid, one.targets.first().uuid]),
        reverse("plan_adjust_recipient", args=[plan.uuid]),
    ]


def test_who_may_open_the_pages(client, world, plan):
    for address in addresses(plan):
        client.logout()
        assert client.get(address).status_code == 302
        sign_in(client, world.manager)
        assert client.get(address).status_code == 403
        sign_in(client, make_user("trainer", site=world.site, line=world.line))
        assert client.get(address).status_code == 403
        sign_in(client, make_user("trainer", site=make_world(people=0).site))
        assert client.get(address).status_code == 404
        sign_in(client, world.pic)
        assert client.get(address).status_code == 200
        assert client.delete(address).status_code == 405


def test_each_page_saves(client, world, plan):
    one, two = plan.approved_revision.sessions.order_by("pk")
    target, (_page, place, person, recipient) = one.targets.first(), addresses(plan)
    sign_in(client, world.pic)
    given = {"room": one.room_id, "link": "https://rapat.example.com/1"}
    assert client.post(place, {**given, "room": ""}).status_code == 422
    assert client.post(place, given).status_code == 302
    assert client.post(person, {"to": two.pk, "extra_minutes": "10"}).status_code == 302
    assert client.post(person, {"to": two.pk, "extra_minutes": "999"}).status_code == 422
    user: User = world.leader
    assert client.post(recipient, {"party": "operations", "user": user.pk}).status_code == 422
    assert client.post(recipient, {"party": "team_leader", "user": user.pk}).status_code == 302
    target.refresh_from_db()
    assert (target.planned_session, target.extra_minutes) == (two, 10)


def test_the_page_costs_the_same_with_one_target_and_with_three(client, django_assert_max_num_queries):
    counts = []
    for people in (1, 3):
        world = make_world(people=people)
        plan = approved_plan(world=world)
        sign_in(client, world.pic)
        with django_assert_max_num_queries(12) as queries:
            client.get(reverse("plan_adjust", args=[plan.uuid]))
        counts.append(len(queries.captured_queries))
    assert counts[0] == counts[1]
