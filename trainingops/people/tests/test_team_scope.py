"""A role narrowed to teams opens nothing of another place, also where a thing has no team of its own."""

from __future__ import annotations

import pytest

from planning.models import TrainingPlan
from planning.tests.factories import approved_plan, make_world
from reporting.models import ReportObligation
from sessions.models import TrainingSession
from trainingops.people.models import Person
from trainingops.people.tests.factories import TeamFactory, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [TrainingPlan, TrainingSession, ReportObligation, Person])
def test_team_leader_of_another_place_sees_nothing(model):
    approved_plan(world=make_world())
    elsewhere = TeamFactory()
    leader = make_user("team_leader", teams=[elsewhere])
    assert not model.objects.visible_to(leader).exists()


def test_team_leader_sees_the_plans_of_their_site_and_line():
    world = make_world()
    plan = approved_plan(world=world)
    assert list(TrainingPlan.objects.visible_to(world.leader)) == [plan]
    assert not world.leader.authority.covers("team_leader", site_id=-1, line_id=plan.line_id)
