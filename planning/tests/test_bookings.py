"""A double booking is refused by the database; co-trainers, neighbours and swaps pass (DESIGN §3, Booking)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from planning.models import Booking, LicenceSeat, PlannedMeeting, PlanRevision, Room, TrainerProfile
from planning.services import (
    DoubleBooking,
    amend_plan,
    book_planned_session,
    cancel_plan,
    release,
    submit_revision,
)
from planning.services.bookings import clashes_of
from planning.tests.factories import approve, approved_plan, make_world, submitted_plan
from planning.tests.race import approve_at_once
from sessions.models import SessionMeeting
from trainingops.audit.tests.fixtures import guards_lifted
from trainingops.domain import Refused

START = (timezone.now() + timedelta(days=4)).replace(hour=6, minute=0, second=0, microsecond=0)


@pytest.fixture
def now():
    return timezone.now()


def test_the_same_people_trainer_and_room_at_one_time_are_refused_by_name(world, now):
    """The refusal names who or what, when and in which plan; nothing is written."""
    first = approved_plan(world=world, starts_at=START, now=now)
    second = submitted_plan(world=world, starts_at=START + timedelta(minutes=90), now=now).revisions.get()

    with pytest.raises(DoubleBooking) as refused:
        approve(second, world.manager, now)

    text = " ".join(str(clash) for clash in refused.value.clashes)
    assert world.room.name in text
    assert world.people[0].name in text
    assert first.number in str(refused.value)
    second.refresh_from_db()
    assert second.state == "submitted"
    assert Booking.objects.filter(live=True).count() == 5


def test_a_draft_warns_of_what_an_approval_would_refuse(world, now):
    """Drafts book nothing; their page warns."""
    approved_plan(world=world, starts_at=START, now=now)
    plan = submitted_plan(world=world, starts_at=START, now=now)
    assert {clash.what for clash in clashes_of(plan.revisions.get())} >= {world.room.name, world.trainer.name}


def test_back_to_back_meetings_pass(world, now):
    """A meeting that starts when another ends takes nothing twice."""
    approved_plan(world=world, starts_at=START, now=now)
    second = submitted_plan(world=world, starts_at=START + timedelta(minutes=120), now=now).revisions.get()
    assert clashes_of(second) == []
    approve(second, world.manager, now)


def test_co_trainers_pass(world, now):
    """Two trainers of one meeting are two bookings of one time."""
    plan = submitted_plan(world=world, starts_at=START, now=now)
    fellow = TrainerProfile.objects.create(name="Rekan", kind="client")
    fellow.modules.add(world.module_version.module)
    plan.revisions.get().sessions.get().trainers.add(fellow)
    revision = plan.revisions.get()
    revision.content, revision.content_hash = "", ""
    with guards_lifted("planning_planrevision"):
        PlanRevision.objects.filter(pk=revision.pk).update(state="draft")
    revision = submit_revision(revision=revision, actor=world.pic, now=now)
    approve(revision, world.manager, now)
    assert Booking.objects.filter(role="trainer", live=True).count() == 2


def test_a_swap_of_times_inside_a_plan_passes(world, now):
    """Two batches exchange their times: the constraints wait until both have moved."""
    plan = approved_plan(world=world, starts_at=START, sessions=2, now=now)
    draft = amend_plan(plan=plan, actor=world.pic, now=now)
    one, two = PlannedMeeting.objects.filter(planned_session__revision=draft)
    times = (one.starts_at, one.ends_at), (two.starts_at, two.ends_at)
    (two.starts_at, two.ends_at), (one.starts_at, one.ends_at) = times
    one.save()
    two.save()
    approve(submit_revision(revision=draft, actor=world.pic, now=now), world.manager, now)
    live = Booking.objects.filter(live=True)
    assert set(live.values_list("planned_meeting__planned_session__revision", flat=True)) == {draft.pk}


def test_a_trainer_who_is_also_on_target_clashes_with_themself(world, now):
    """A trainer's own person cannot sit in another class meanwhile."""
    world.trainer.person = world.people[0]
    world.trainer.save()
    revision = submitted_plan(world=world, starts_at=START, now=now).revisions.get()
    with pytest.raises(DoubleBooking):
        approve(revision, world.manager, now)


def test_each_participant_takes_a_licence_and_too_few_are_refused(world, now):
    """Three people use three licences at a time; the refusal names the application, what is needed and what is free."""
    world.application.needs_licence = True
    world.application.save()
    LicenceSeat.objects.bulk_create(LicenceSeat(application=world.application, number=n) for n in range(1, 5))
    approved_plan(world=world, starts_at=START, now=now)
    other = make_world(site=world.site, line=world.line)
    other.application = world.application
    second = submitted_plan(world=other, starts_at=START, now=now).revisions.get()
    with pytest.raises(Refused, match=world.application.name):
        approve(second, other.manager, now)
    LicenceSeat.objects.bulk_create(LicenceSeat(application=world.application, number=n) for n in (5, 6))
    approve(second, other.manager, now)
    seats = Booking.objects.filter(role="seat", live=True).order_by("seat__number")
    assert list(seats.values_list("seat__number", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_a_make_up_class_books_and_is_released(world, now):
    """The sessions stage books make-up classes by a downward call; cancelling gives all back."""
    plan = approved_plan(world=world, starts_at=START, now=now)
    planned = plan.planned_sessions.create(label="Susulan", host_site=world.site, room=world.room)
    planned.trainers.add(world.trainer)
    at = START + timedelta(days=3)
    planned.meetings.create(starts_at=at, ends_at=at + timedelta(hours=1))
    book_planned_session(planned, people=world.people[:1])
    assert Booking.objects.filter(live=True, planned_meeting__planned_session=planned).count() == 3
    assert release(planned=planned) == 3
    cancel_plan(plan=plan, reason="x", actor=world.manager, now=now)
    assert not Booking.objects.filter(live=True).exists()
    with pytest.raises(ValueError):
        release()


def test_the_database_refuses_a_double_booking_whatever_the_service_does(world, now):
    """The exclusion constraint holds without any service; a booking names exactly what it takes."""
    plan = approved_plan(world=world, starts_at=START, now=now)
    booking = Booking.objects.get(role="room", live=True)
    meeting = plan.approved_revision.sessions.get().meetings.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.create(planned_meeting=meeting, role="room", room=world.room, during=booking.during)
    other = Room.objects.create(site=world.site, name="Lain")
    Booking.objects.create(planned_meeting=meeting, role="room", room=other, during=booking.during)
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.create(planned_meeting=meeting, role="room", person=world.people[0], during=booking.during)


@pytest.mark.parametrize("length", [timedelta(hours=24, minutes=1), timedelta(0), timedelta(minutes=-5)])
def test_the_database_refuses_a_meeting_that_cannot_be(world, now, length):
    """5.1.1 e: a meeting ends after it starts and within a day, in the plan and in the session made from it."""
    plan = approved_plan(world=world, starts_at=START, now=now)
    for meetings in (PlannedMeeting.objects.filter(planned_session__revision__plan=plan), SessionMeeting.objects.all()):
        with pytest.raises(IntegrityError, match=r"meeting_(within_a_day|ends_after_start)"), transaction.atomic():
            meetings.update(ends_at=F("starts_at") + length)


def test_two_managers_approving_at_once_book_a_room_once(committed_db):
    """DESIGN §3: of two approvals at the same moment for one room, one passes and one is refused with the reason."""
    now = timezone.now()
    one = make_world()
    two = make_world(site=one.site, line=one.line)
    two.room = one.room
    revisions = [(world, submitted_plan(world=world, starts_at=START, now=now).revisions.get()) for world in (one, two)]
    outcomes = approve_at_once(revisions, now=now)
    assert outcomes.count("approved") == 1
    assert any(one.room.name in outcome for outcome in outcomes)
    assert Booking.objects.filter(room=one.room, live=True).count() == 1
