"""Proposed batches keep to the seats of rooms and to the diaries of trainers and participants (5.1.1 a, f)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from planning.models import Room, TrainerProfile
from planning.queries.diary import diary_of
from planning.services import MeetingTimes, save_session
from planning.slots import Interval, Target, build_profile, floor_of, holds_all, propose_batches, windows_on
from planning.slots.diary import Diary, Resource
from planning.tests.factories import approved_plan, draft_plan, make_appointment, make_world
from trainingops.domain import Refused
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.clause("5.1.1 f")
MONDAY = date(2026, 11, 2)
WIB = ZoneInfo("Asia/Jakarta")
WEEK = build_profile(
    Interval(datetime.combine(MONDAY, time(8)) + timedelta(minutes=30 * at), 30, 10, aht_seconds=60, agents=50)
    for at in range(8)
)


def at(hour, minute=0):
    return datetime.combine(MONDAY, time(hour, minute), tzinfo=WIB)


def windows(people):
    floor = floor_of([], unrostered=people, days=[MONDAY], zone=WIB)
    return windows_on(
        WEEK, days=[MONDAY], duration_minutes=60, people=people, floor=floor, target=Target(), earliest=time(8),
        latest=time(12),
    )  # fmt: skip


def propose(people, diary):
    return propose_batches(WEEK, windows(people), people=people, target=Target(), diary=diary)


def test_a_batch_takes_no_more_than_the_largest_free_room_and_gets_the_smallest_that_holds_it():
    """Two rooms: the big one is taken until ten, the small one is free all morning."""
    big, small = Resource(1, "Melati", [(at(8), at(10))], seats=6), Resource(2, "Anggrek", (), seats=2)
    proposal = propose(range(8), Diary(WIB, rooms=[big, small]))
    assert not proposal.left
    for batch in proposal.batches:
        assert batch.room is not None and len(batch.people) <= batch.room.seats
        assert batch.room is not big or batch.window.minute >= 10 * 60
    assert {batch.room.key for batch in proposal.batches} == {1, 2}


def test_a_window_without_a_free_trainer_is_none_and_back_to_back_is_free():
    taught = Resource(1, "Rina", [(at(8), at(9)), (at(10), at(12))])
    proposal = propose(range(3), Diary(WIB, trainers=[taught]))
    assert [(batch.window.minute, batch.trainer) for batch in proposal.batches] == [(9 * 60, taught)]
    always = Resource(2, "Bayu", [(at(8), at(12))])
    assert propose(range(3), Diary(WIB, trainers=[always])).left == (0, 1, 2)


def test_who_sits_elsewhere_is_in_no_batch_of_that_time():
    proposal = propose(range(3), Diary(WIB, people={0: [(at(8), at(11))], 1: [(at(8), at(12))]}))
    (busy,) = [batch for batch in proposal.batches if 0 in batch.people]
    assert busy.window.minute == 11 * 60 and proposal.left == (1,)


def test_one_window_holds_everybody_only_with_a_trainer_and_enough_seats():
    people = range(3)
    first = next(each for each in windows(people) if each.window.minute == 8 * 60)
    assert holds_all(first, people, Target(), None, None)
    assert holds_all(first, people, Target(), None, Diary(WIB, rooms=[Resource(1, "Melati", (), 3)]))
    assert not holds_all(first, people, Target(), None, Diary(WIB, rooms=[Resource(1, "Melati", (), 2)]))
    busy = Resource(1, "Rina", [(at(8), at(9))])
    assert not holds_all(first, people, Target(), None, Diary(WIB, trainers=[busy]))


@pytest.mark.django_db
class TestDiaryOfADraft:
    def test_bookings_and_the_batches_of_the_draft_itself_are_read_by_one_query(self, django_assert_num_queries):
        now = timezone.now()
        start = (now + timedelta(days=4)).replace(hour=6, minute=0, second=0, microsecond=0)
        world = make_world()
        approved_plan(world=world, starts_at=start, now=now)
        Room.objects.create(site=world.site, name="Lain", capacity=4)
        TrainerProfile.objects.create(name="Tanpa izin")
        draft = draft_plan(world=world, starts_at=start + timedelta(days=1)).revisions.get()
        own = draft.sessions.prefetch_related("meetings", "trainers").get()
        people = [world.people[0].pk, 10**9]
        days = [(start + timedelta(days=step)).date() for step in range(-1, 5)]
        draft.plan.site, draft.module_version  # noqa: B018 (read before the count)
        with django_assert_num_queries(2):  # one of them the draft's own batches, with meetings and trainers
            diary = diary_of(draft, people, days)
        assert [each.key for each in diary.trainers] == [world.trainer.pk]
        assert len(diary.trainers[0].taken) == 2
        assert {room.name: len(room.taken) for room in diary.rooms} == {own.room.name: 2, "Lain": 0}
        assert set(diary.people) == {world.people[0].pk}

    def test_a_trainer_of_the_plans_own_site_comes_before_one_of_another_who_says_so(self):
        """5.1.1 a: nobody is sent to another town without a word."""
        world = make_world()
        far = make_world(people=0, line=world.line)
        for name, user in (("A. Makassar", far.pic), ("B. Jakarta", make_user("trainer", site=world.site))):
            profile, _new = TrainerProfile.objects.update_or_create(user=user, defaults={"name": name})
            profile.modules.add(world.module_version.module)
            if user != far.pic:
                make_appointment(user, world.manager, site=world.site, line=world.line)
        draft = draft_plan(world=world).revisions.get()
        diary = diary_of(draft, [], [timezone.localdate()])
        shown = [(each.name, each.elsewhere) for each in diary.trainers]
        assert shown == [(world.trainer.name, ""), ("B. Jakarta", ""), ("A. Makassar", far.site.name)]

    def test_online_needs_no_room_and_a_module_without_trainer_limits_nothing(self):
        world = make_world()
        draft = draft_plan(world=world).revisions.get()
        draft.method = "online"
        world.trainer.modules.clear()
        diary = diary_of(draft, [], [timezone.localdate()])
        assert diary.rooms is None and diary.trainers is None

    def test_a_meeting_in_a_past_year_is_refused_with_field_value_and_remedy_unless_it_stands_there(self):
        now = timezone.now()
        world = make_world()
        draft = draft_plan(world=world).revisions.get()
        planned = draft.sessions.get()
        slip = now - timedelta(days=400)

        def save(**meeting):
            times = MeetingTimes(starts_at=slip, ends_at=slip + timedelta(hours=1), **meeting)
            save_session(
                revision=draft, planned=planned, label=planned.label, host_site=planned.host_site, trainers=(),
                meetings=[times], actor=world.pic, now=now,
            )  # fmt: skip

        with translation.override("id"), pytest.raises(Refused) as refused:
            save()
        assert refused.value.field == "meetings"
        text = str(refused.value)
        assert "tahun yang sudah lewat" in text and f"tahun {now.year} atau sesudahnya" in text
        standing = planned.meetings.get()
        planned.meetings.update(starts_at=slip, ends_at=slip + timedelta(hours=1))
        save(uuid=standing.uuid)
