"""Who is off the floor already, in other approved trainings, counts in impact and windows (5.1.1 f)."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
import time_machine
from django.urls import reverse

from planning.completeness import Snapshot
from planning.queries.away import away_of_line
from planning.queries.load import slots_for
from planning.queries.traffic import load_ahead
from planning.services import save_part, submit_revision
from planning.tests.factories import approve, make_world
from planning.tests.test_overtime import DAY, NOW, OFF, SHIFT, agents, drafted, rostered, traffic

pytestmark = [pytest.mark.clause("5.1.1 f"), pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def world():
    return make_world(people=0)


def approved_elsewhere(world, people):
    """Another training of the line at the same time, approved; the first of its people is given that day off later."""
    rostered(world, people[1], SHIFT)
    plan, revision, meeting = drafted(world, people, hour=10)
    values = {"busy_reason": "Aturan baru berlaku besok."}
    save_part(revision=revision, part="slot", values=values, actor=world.pic, now=NOW)
    submit_revision(revision=revision, actor=world.pic, now=NOW)
    revision.refresh_from_db()
    approve(revision, world.manager, NOW)
    rostered(world, people[0], OFF)
    return plan, meeting


def test_the_impact_counts_those_who_are_in_another_training_then(client, world):
    """Each plan alone leaves enough people; together they do not."""
    traffic(world, agents=20, offered=100)
    own, others = agents(world, 2), agents(world, 5)
    before = drafted(world, own, hour=10)[1]
    alone = Snapshot(before, NOW).impacts[0]
    assert (alone.elsewhere, alone.busy) == (0, False)

    other, meeting = approved_elsewhere(world, others)

    (together,) = Snapshot(before, NOW).impacts
    assert together.elsewhere == 4
    assert together.window.service_level < alone.window.service_level and together.busy
    assert together.window.unaffected < alone.window.unaffected, "the floor misses the others anyway"
    mine = away_of_line(site=world.site, line=world.line, since=NOW.date())
    assert mine.during(meeting.starts_at, meeting.ends_at, plan=other.pk) == 0, "a plan is no other training of itself"
    assert mine.during(meeting.ends_at, meeting.ends_at + timedelta(hours=1), plan=0) == 0, "back to back"
    world.pic.language = "en"
    world.pic.save()
    client.force_login(world.pic)
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("plan_sessions", args=[before.plan.uuid]))
    assert "in other trainings" in page.content.decode()


def test_windows_count_them_too(world):
    traffic(world, agents=20, offered=100)
    others = agents(world, 5)
    approved_elsewhere(world, others)
    own = [person.pk for person in agents(world, 2)]
    world.site.refresh_from_db()
    known = load_ahead(site=world.site, line=world.line, today=NOW.astimezone(world.site.zone).date())
    slots = slots_for(own, known, site=world.site, first=DAY, duration_minutes=60)
    at = {(each.day, each.window.starts_at): each for each in slots.windows}
    taken, free = at[DAY, time(10)], at[DAY, time(13)]
    assert (taken.away, free.away) == (4, 0)
    assert taken.window.may_leave == max(free.window.may_leave - 4, 0)
    assert taken.window.service_level < free.window.service_level
