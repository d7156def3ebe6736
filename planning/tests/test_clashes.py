"""A clash of trainer, participant, room or licence is refused and explained: who, when, for what, and what helps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from planning.enums import BookingRole
from planning.models import Booking, LicenceSeat
from planning.services import DoubleBooking
from planning.services.adjusting import adjust_target, change_place
from planning.services.bookings import book_guests, book_revision, book_substitute, clashes_of
from planning.tests.factories import approve, approved_plan, make_world, submitted_plan
from planning.tests.race import approve_at_once
from trainingops.people.tests.factories import SiteFactory, make_user

START = (timezone.now() + timedelta(days=4)).replace(hour=6, minute=0, second=0, microsecond=0)
pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def share(one, two, side):
    """Let the second world want the trainer, a participant, the room or the licences of the first."""
    if side == "trainer":
        two.trainer = one.trainer
        one.trainer.modules.add(two.module_version.module)
    elif side == "participant":
        two.people = one.people
    elif side == "room":
        two.room = one.room
    else:
        two.application = one.application


def licensed(application, seats=4):
    """Give an application so many licences."""
    application.needs_licence = True
    application.save()
    LicenceSeat.objects.bulk_create(LicenceSeat(application=application, number=n + 1) for n in range(seats))


REMEDIES = {
    "trainer": "Pilih trainer atau waktu lain.",
    "participant": "Pilih batch atau waktu lain, atau keluarkan dari target.",
    "room": "Pilih ruang atau waktu lain.",
    "seat": "Pilih waktu lain, atau batch yang lebih kecil.",
}


@pytest.mark.parametrize("side", ["trainer", "participant", "room", "seat"])
def test_each_kind_of_clash_is_warned_of_in_the_draft_and_refused_at_approval_with_its_remedy(side, now):
    """Drafts only warn; the approval is refused, says when in the zone of the site, and nothing is written."""
    one = make_world()
    if side == "seat":
        licensed(one.application)
    approved_plan(world=one, starts_at=START, now=now)
    two = make_world(site=one.site, line=one.line)
    share(one, two, side)
    revision = submitted_plan(world=two, starts_at=START, now=now).revisions.get()
    booked = Booking.objects.count()

    with translation.override("id"):
        (warned, *_more) = clashes_of(revision, reader=two.pic)
        with pytest.raises(DoubleBooking) as refused:
            approve(revision, two.manager, now)

    text = str(refused.value)
    assert REMEDIES[side] in text
    assert str(warned) in text or side != "seat"
    assert "WIB" in text or "WITA" in text or "WIT" in text
    assert Booking.objects.count() == booked


def test_a_reader_learns_the_number_of_another_plan_only_where_they_may_know_it(now):
    """A manager of the same line reads the number and gets a link; one of another site reads “another training”."""
    one = make_world()
    first = approved_plan(world=one, starts_at=START, now=now)
    far = SiteFactory()
    two = make_world(site=far, line=one.line)
    share(one, two, "trainer")
    revision = submitted_plan(world=two, starts_at=START, now=now).revisions.get()
    insider, outsider = make_user("manager"), make_user("manager", site=far)

    with translation.override("en"):
        (seen,) = clashes_of(revision, reader=insider)
        (hidden,) = clashes_of(revision, reader=outsider)
        (nobody,) = clashes_of(revision)
        assert first.number in str(seen)
        assert seen.url == reverse("plan_detail", args=[first.uuid])
        assert first.number not in str(hidden) and "another training" in str(hidden) and not hidden.url
        assert str(nobody) == str(hidden)


def test_the_page_of_the_batches_names_the_clash_with_a_link(client, now):
    from planning.services import amend_plan, withdraw_revision

    world = make_world()
    first = approved_plan(world=world, starts_at=START, now=now)
    plan = submitted_plan(world=world, starts_at=START, now=now)
    withdraw_revision(revision=plan.revisions.get(), actor=world.pic, now=now)
    amend_plan(plan=plan, actor=world.pic, now=now)
    client.force_login(world.pic)
    page = client.get(reverse("plan_sessions", args=[plan.uuid])).content.decode()
    assert first.number in page
    assert f'href="{reverse("plan_detail", args=[first.uuid])}"' in page


def test_a_room_that_is_taken_refuses_another_place_and_a_person_who_is_taken_another_batch(now):
    """What the PIC changes alone is refused by the same constraint, in the same words."""
    one = make_world()
    plan = approved_plan(world=one, starts_at=START, now=now)
    other = make_world(site=one.site, line=one.line)
    approve(submitted_plan(world=other, starts_at=START, now=now).revisions.get(), other.manager, now)
    with pytest.raises(DoubleBooking, match=other.room.name):
        change_place(planned=plan.approved_revision.sessions.get(), room=other.room, link="", actor=one.pic, now=now)
    three = make_world(site=one.site, line=one.line)
    wide = submitted_plan(world=three, starts_at=START + timedelta(days=1), sessions=2, now=now)
    approve(wide.revisions.get(), three.manager, now)
    wide.refresh_from_db()
    first, second = wide.approved_revision.sessions.order_by("pk")
    target = wide.approved_revision.targets.filter(planned_session=first).first()
    meeting = second.meetings.get()
    elsewhere = plan.planned_sessions.create(label="Lain", host_site=one.site)
    elsewhere.meetings.create(starts_at=meeting.starts_at, ends_at=meeting.ends_at)
    book_guests(elsewhere, people=[target.person])
    with pytest.raises(DoubleBooking, match=target.person.name):
        adjust_target(target=target, to=second, extra_minutes=0, actor=three.pic, now=now)


def test_a_guest_of_a_batch_and_a_substitute_are_booked_and_stay_when_the_plan_is_booked_again(now):
    """Recovery in another batch takes the person; a substitute on the day is refused while they teach elsewhere."""
    one = make_world()
    plan = approved_plan(world=one, starts_at=START, now=now)
    other = make_world(site=one.site, line=one.line)
    busy = submitted_plan(world=other, starts_at=START, now=now)
    approve(busy.revisions.get(), other.manager, now)
    planned = plan.approved_revision.sessions.get()
    meetings = list(planned.meetings.values_list("uuid", flat=True))
    with pytest.raises(DoubleBooking, match=other.people[0].name):
        book_guests(planned, people=other.people[:1])
    with pytest.raises(DoubleBooking, match=other.trainer.name):
        book_substitute(planned, trainer=other.trainer, meetings=meetings)
    Booking.objects.filter(planned_meeting__planned_session__plan=busy).update(live=False)
    book_guests(planned, people=[*other.people[:1], one.people[0]])
    book_substitute(planned, trainer=other.trainer, meetings=meetings)
    book_substitute(planned, trainer=one.trainer, meetings=meetings)
    guests = Booking.objects.filter(live=True, is_guest=True)
    assert set(guests.values_list("role", flat=True)) == {BookingRole.PARTICIPANT, BookingRole.TRAINER}
    book_revision(plan.approved_revision, superseded=plan.approved_revision)
    assert guests.count() == 2
    assert Booking.objects.filter(live=True, trainer=one.trainer).count() == 1


def test_two_approvals_at_once_for_the_last_licence_let_one_pass(committed_db):
    """Of two transactions for one licence one is refused with the reason, whatever their order."""
    now = timezone.now()
    one = make_world()
    two = make_world(site=one.site, line=one.line)
    licensed(one.application)
    share(one, two, "seat")
    revisions = [(world, submitted_plan(world=world, starts_at=START, now=now).revisions.get()) for world in (one, two)]
    outcomes = approve_at_once(revisions, now=now)
    assert outcomes.count("approved") == 1
    assert any(one.application.name in outcome for outcome in outcomes)
