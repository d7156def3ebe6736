"""Lists of required modules: submitted, decided, revised (ISO 9001 7.2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from planning.enums import REQUIREMENT_TRANSITIONS, RequirementState
from planning.models import CompetenceRequirement, TrainingModule
from planning.services import requirements as services
from planning.services.requirements import Needed, RequirementText
from planning.tests.factories import make_module, make_world
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.models import Segment
from trainingops.people.tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("ISO 7.2")]

NOW = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Asia/Jakarta"))
TODAY = NOW.date()


def submit(world, *modules, actor=None, now=NOW, segment=None, **changes):
    """A revision submitted by the PIC; by default the world's module, valid for twelve months."""
    chosen = [Needed(each, 12) for each in modules] or [Needed(world.module_version.module, 12)]
    said = {"effective_on": now.date(), "expiring_days": 60, "grace_days": 30, "reason": "Standar lini", **changes}
    content = RequirementText(modules=said.pop("chosen", chosen), **said)
    return services.submit_requirement(
        line=world.line, segment=segment, content=content, actor=actor or world.pic, now=now
    )


def approve(world, requirement, *, now=NOW):
    return services.approve_requirement(requirement=requirement, note="", actor=world.manager, now=now)


def in_force(world, *modules, now=NOW, **changes):
    return approve(world, submit(world, *modules, now=now, **changes), now=now)


def test_7_2_a_pic_submits_and_the_manager_puts_it_in_force():
    world = make_world()
    submitted = submit(world)
    assert not CompetenceRequirement.objects.in_force(TODAY).exists()
    assert Notice.objects.get(kind="requirement_submitted").recipient == world.manager
    approve(world, submitted)
    assert list(CompetenceRequirement.objects.in_force(TODAY)) == [submitted]


def test_7_2_a_revision_follows_and_the_one_before_stays():
    world = make_world()
    first = in_force(world)
    other = make_module(world.line, author=world.pic, decided_by=world.manager).module
    second = in_force(world, world.module_version.module, other, effective_on=TODAY + timedelta(days=10))
    of_segment = in_force(world, segment=Segment.objects.create(code="gold", name="Gold"))
    assert (first.revision, second.revision, of_segment.revision) == (1, 2, 1)
    held = CompetenceRequirement.objects.in_force
    assert set(held(TODAY)) == {first, of_segment}
    assert set(held(TODAY + timedelta(days=10))) == {second, of_segment}
    assert [each.module for each in first.modules.all()] == [world.module_version.module]


def test_7_2_an_approval_that_comes_late_begins_on_its_own_day():
    world = make_world()
    submitted = submit(world)
    later = NOW + timedelta(days=5)
    assert approve(world, submitted, now=later).effective_on == later.date()


def test_7_2_who_may_submit_and_decide():
    world, other = make_world(), make_world()
    with pytest.raises(NotAllowed):
        submit(world, actor=other.pic)
    with pytest.raises(NotAllowed):
        submit(world, actor=make_user("trainer", line=world.line))  # a trainer without appointment is no PIC
    own = submit(world, actor=world.manager)
    with pytest.raises(NotAllowed):
        approve(world, own)
    with pytest.raises(NotAllowed):
        services.withdraw_requirement(requirement=own, actor=world.pic, now=NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"chosen": []}, "modules"),
        ({"effective_on": date(2026, 11, 23)}, "effective_on"),
        ({"reason": " "}, "reason"),
    ],
)
def test_7_2_what_a_list_must_say(changes, field):
    with pytest.raises(Refused) as refused:
        submit(make_world(), **changes)
    assert refused.value.field == field


def test_7_2_only_what_can_be_planned_on_the_line_can_be_required():
    world, other = make_world(), make_world()
    with pytest.raises(Refused, match=other.module_version.module.code):
        submit(world, other.module_version.module)
    with pytest.raises(Refused, match="DRAFT"):
        submit(world, TrainingModule.objects.create(code="DRAFT", title="x", kind="hard"))


def test_7_2_one_revision_waits_at_a_time():
    world = make_world()
    submitted = submit(world)
    with pytest.raises(Refused, match=str(submitted)):
        submit(world)


@pytest.mark.parametrize("state", [state for state in RequirementState if state not in REQUIREMENT_TRANSITIONS])
def test_7_2_what_is_decided_stays_decided(state):
    world = make_world()
    submitted = submit(world)
    CompetenceRequirement.objects.update(state=state)
    for step in (services.approve_requirement, services.return_requirement):
        with pytest.raises(WrongState):
            step(requirement=submitted, note="x", actor=world.manager, now=NOW)
    with pytest.raises(WrongState):
        services.withdraw_requirement(requirement=submitted, actor=world.pic, now=NOW)


def test_7_2_a_return_says_why():
    world = make_world()
    with pytest.raises(Refused) as refused:
        services.return_requirement(requirement=submit(world), note=" ", actor=world.manager, now=NOW)
    assert refused.value.field == "note"
