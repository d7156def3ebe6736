"""What a new roster does to an approved training reaches its PIC (5.1.1 f)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from planning import tasks
from planning.queries.load import slots_for
from planning.queries.roster import roster_of
from planning.queries.traffic import load_ahead
from planning.services.watching import tell_of_roster_changes
from planning.tests.factories import make_world
from planning.tests.test_overtime import DAY, LEAVE, NOW, OFF, SHIFT, agents, drafted, rostered, traffic
from planning.tests.test_overtime_orders import approved
from trainingops.notifications.models import Notice
from trainingops.people.enums import Presence
from trainingops.people.models import LongLeave
from trainingops.people.services.leave import record_long_leave

pytestmark = [pytest.mark.clause("5.1.1 f"), pytest.mark.django_db]


@pytest.mark.parametrize("entry", [LEAVE, OFF])
def test_the_pic_is_told_once_when_the_roster_takes_people_out_of_an_approved_training(entry):
    """After the approval nobody looks at the roster page."""
    world = make_world(people=0)
    people = agents(world, 3)
    for person in people:
        rostered(world, person, SHIFT)
    plan, _revision, _meeting = approved(world, people, hour=10)
    told = Notice.objects.filter(kind="plan_roster_changed")
    assert tell_of_roster_changes(now=NOW) == 0 and not told.exists()

    for person in people[:2]:
        rostered(world, person, entry)

    assert tell_of_roster_changes(now=NOW) == 1
    assert tell_of_roster_changes(now=NOW + timedelta(hours=1)) == 1
    notice = told.get()
    assert (notice.recipient, notice.params["people"]) == (world.pic, 2)
    assert notice.url == reverse("plan_roster", args=[plan.uuid])
    rostered(world, people[2], entry)
    tell_of_roster_changes(now=NOW)
    assert told.count() == 2, "somebody more is news"
    assert tell_of_roster_changes(now=NOW + timedelta(days=9)) == 0, "what was held is over"


def test_a_leave_recorded_after_the_approval_tells_the_pic_as_soon_as_it_is_saved(
    monkeypatch, django_capture_on_commit_callbacks
):
    """Nobody waits for the hourly look."""
    world = make_world(people=0)
    people = agents(world, 2)
    for person in people:
        rostered(world, person, SHIFT)
    approved(world, people, hour=10)
    monkeypatch.setattr(tasks.timezone, "now", lambda: NOW)
    monkeypatch.setattr("planning.receivers.wake", transaction.on_commit)
    with django_capture_on_commit_callbacks(execute=True):
        record_long_leave(
            person=people[0], starts_on=DAY, ends_on=DAY + timedelta(days=6), actor=world.operations, now=NOW
        )
    assert Notice.objects.get(kind="plan_roster_changed").recipient == world.pic


def test_a_long_leave_counts_as_absent_in_roster_and_windows_whatever_the_roster_says():
    """Also for somebody who is on no roster; the days after it are theirs again."""
    world = make_world(people=0)
    traffic(world, agents=20, offered=100)
    away, unrostered, there = people = agents(world, 3)
    for person in (away, there):
        rostered(world, person, SHIFT, days=[DAY, DAY + timedelta(days=1)])
    for person in (away, unrostered):
        LongLeave.objects.create(
            person=person, starts_on=DAY, ends_on=DAY, recorded_by=world.operations, recorded_at=NOW
        )
    _plan, revision, meeting = drafted(world, people, hour=10)
    roster = roster_of(revision, [meeting], ahead=[DAY, DAY + timedelta(days=1)])
    found = {row.person: row.standing.presence for row in roster.rows}
    assert found == {away.pk: Presence.LEAVE, unrostered.pk: Presence.LEAVE, there.pk: Presence.ON_SHIFT}
    world.site.refresh_from_db()
    known = load_ahead(site=world.site, line=world.line, today=NOW.astimezone(world.site.zone).date())
    keys = [person.pk for person in people]
    for given in (None, roster):
        slots = slots_for(keys, known, site=world.site, first=DAY, duration_minutes=60, roster=given)
        inside = {each.day: set(each.on_shift) for each in slots.windows if each.window.starts_at.hour == 10}
        assert inside[DAY] == {there.pk} and inside[DAY + timedelta(days=1)] == set(keys)
