"""What a new roster does to an approved training reaches its PIC (5.1.1 f)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from planning.services.watching import tell_of_roster_changes
from planning.tests.factories import make_world
from planning.tests.test_overtime import LEAVE, NOW, OFF, SHIFT, agents, rostered
from planning.tests.test_overtime_orders import approved
from trainingops.notifications.models import Notice

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
