"""Agents beside the modules that they must hold, and what follows from it (ISO 9001 7.2)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from planning.enums import CompetenceState as State
from planning.enums import TargetReason
from planning.models import Competence
from planning.queries.competence_matrix import MatrixRule, agent_rows, columns_of, counts_of
from planning.services.competences import plan_for_competence, remind_competences
from planning.tests.factories import make_module, make_world
from planning.tests.test_requirements import NOW, TODAY, in_force
from trainingops.domain import NotAllowed, Refused
from trainingops.notifications.models import Notice
from trainingops.people.models import PersonAssignment, Segment

pytestmark = [pytest.mark.django_db, pytest.mark.clause("ISO 7.2")]
LONG_AGO = NOW - timedelta(days=400)


def show(person, version, days_ago, **fields):
    return Competence.objects.create(
        person=person, module_version=version, achieved_on=TODAY - timedelta(days=days_ago), source=uuid4(), **fields
    )


def states(world, **rule):
    """The cells by person and module code."""
    rule = MatrixRule(line=world.line, day=TODAY, **rule)
    codes = {module.pk: module.code for module in columns_of(world.line, day=TODAY)}
    return {
        row.place.person: {codes[module]: cell.state for module, cell in row.cells.items()} for row in agent_rows(rule)
    }


@pytest.mark.parametrize(
    ("days_ago", "state"),
    [(None, State.MISSING), (366, State.EXPIRED), (365, State.EXPIRING), (305, State.EXPIRING), (304, State.CURRENT)],
)
def test_7_2_a_cell_says_how_an_agent_stands(days_ago, state):
    """Twelve months from 24 November 2025 end on 24 November 2026, that day included; sixty days before it is soon."""
    world = make_world(people=1)
    in_force(world, now=LONG_AGO)
    if days_ago is not None:
        show(world.people[0], world.module_version, 500)
        show(world.people[0], world.module_version, days_ago)
    assert set(states(world)[world.people[0]].values()) == {state}


def test_7_2_a_new_agent_has_days_and_an_old_one_keeps_them_not_at_each_revision():
    world = make_world(people=2)
    old, new = world.people
    in_force(world, now=LONG_AGO)
    in_force(world, reason="Revisi kedua")
    PersonAssignment.objects.filter(person=new).update(starts_on=TODAY - timedelta(days=29))
    module = world.module_version.module
    assert states(world) == {old: {module.code: State.MISSING}, new: {module.code: State.GRACE}}


def test_7_2_a_segment_asks_for_more_and_the_shorter_validity_counts():
    world = make_world(people=2)
    plain, gold_agent = world.people
    extra = make_module(world.line, author=world.pic, decided_by=world.manager)
    gold = Segment.objects.create(code="gold", name="Gold")
    PersonAssignment.objects.get(person=gold_agent).segments.add(gold)
    in_force(world, now=LONG_AGO)
    in_force(world, extra.module, now=LONG_AGO, segment=gold)
    show(gold_agent, extra, 10)
    base = world.module_version.module.code
    assert states(world) == {
        plain: {base: State.MISSING},
        gold_agent: {base: State.MISSING, extra.module.code: State.CURRENT},
    }
    assert list(states(world, segment=gold)) == [gold_agent]
    assert list(states(world, user=make_world().pic)) == []  # another line's PIC sees nobody of this one


def test_7_2_counts_equal_the_lists():
    world = make_world(people=4)
    in_force(world, now=LONG_AGO)
    for person, days in zip(world.people, (10, 400, 320), strict=False):
        show(person, world.module_version, days)
    rule = MatrixRule(line=world.line, day=TODAY, user=world.manager)
    counts = counts_of(rule)
    assert counts.agents == {State.CURRENT: 1, State.EXPIRED: 1, State.EXPIRING: 1, State.MISSING: 1}
    assert counts.modules == {world.module_version.module_id: counts.agents}
    for state in State:
        assert len(agent_rows(rule, states=[state])) == counts.agents[state]


def test_7_2_expiry_leads_to_a_plan_with_its_participants_and_their_reasons():
    world = make_world(people=3)
    in_force(world, now=LONG_AGO)
    soon, held, never = world.people
    show(soon, world.module_version, 320)
    show(held, world.module_version, 10)
    asked = {"title": "Penyegaran", "site": world.site, "line": world.line, "module_version": world.module_version}
    plan = plan_for_competence(**asked, people=world.people, actor=world.pic, now=NOW)
    revision = plan.revisions.get()
    targets = {each.person: each for each in revision.targets.all()}
    assert set(targets) == {soon, never} and revision.module_version == world.module_version
    assert {each.reason for each in targets.values()} == {TargetReason.COMPETENCE}
    assert targets[soon].reason_facts == [
        {"competence": world.module_version.module.code, "until": (TODAY + timedelta(days=45)).isoformat()}
    ]
    assert world.module_version.module.code in targets[never].reason_words
    with pytest.raises(Refused):
        plan_for_competence(**asked, people=[held], actor=world.pic, now=NOW)
    with pytest.raises(NotAllowed):
        plan_for_competence(**asked, people=[soon], actor=world.manager, now=NOW)


def test_7_2_each_pic_is_told_once_a_week_of_what_ends_and_is_not_planned():
    world = make_world(people=3)
    in_force(world, now=LONG_AGO)
    for person in world.people[:2]:
        show(person, world.module_version, 320)
    assert remind_competences(now=NOW) == 1
    notice = Notice.objects.get(kind="competences_end")
    assert (notice.recipient, notice.params["count"]) == (world.pic, 2)
    assert remind_competences(now=NOW + timedelta(hours=1)) == 0
    plan_for_competence(
        title="Penyegaran",
        site=world.site,
        line=world.line,
        module_version=world.module_version,
        people=world.people,
        actor=world.pic,
        now=NOW,
    )
    assert remind_competences(now=NOW + timedelta(days=7)) == 0
