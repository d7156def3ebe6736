"""What becomes busy after the approval is said, with its reason (5.1.1 f)."""

from __future__ import annotations

import json

import pytest
import time_machine
from django.urls import reverse

from planning.content import content_of
from planning.difference import difference
from planning.services import amend_plan, place_targets, return_revision, submit_revision
from planning.services.adjusting import adjust_target, move_targets
from planning.tests.factories import approve, make_world
from planning.tests.test_overtime import NOW, agents, drafted, traffic
from planning.tests.test_overtime_orders import second_batch
from trainingops.audit.models import Entry
from trainingops.domain import Refused
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import sign_in

pytestmark = [
    pytest.mark.clause("5.1.1 f"),
    pytest.mark.django_db,
    pytest.mark.point("APR-3"),
    pytest.mark.usefixtures("english"),
]
WHY = "Klien meminta hari itu."


@pytest.fixture
def world():
    world = make_world(people=0)
    for user in (world.pic, world.manager):
        user.language = "en"
        user.save()
    return world


@pytest.fixture
def plan(world):
    """Two batches of two, approved: the floor can spare two at a time and no third."""
    traffic(world, agents=20, offered=105)
    people = agents(world, 4)
    plan, revision, _meeting = drafted(world, people, hour=10)
    second = second_batch(world, revision, hour=14)
    place_targets(revision=revision, people=people[2:], planned=second, actor=world.pic, now=NOW)
    submit_revision(revision=revision, actor=world.pic, now=NOW)
    revision.refresh_from_db()
    approve(revision, world.manager, NOW)
    plan.refresh_from_db()
    return plan


def move(plan, world, *, together=False, **more):
    """The first of Batch 1 to Batch 2."""
    target = plan.approved_revision.targets.filter(planned_session__label="Batch 1").first()
    given = {"to": plan.approved_revision.sessions.get(label="Batch 2"), "actor": world.pic, "now": NOW, **more}
    if together:
        return move_targets(plan=plan, people=[target.person], **given)
    return adjust_target(target=target, extra_minutes=0, **given)


@pytest.mark.parametrize("together", [False, True])
def test_nobody_is_moved_into_what_becomes_busy_without_the_reason(world, plan, together):
    """As in the draft: the refusal names batch, people and service level, and the reason is the remedy."""
    with pytest.raises(Refused) as refused:
        move(plan, world, together=together)
    assert refused.value.field == "busy_reason"
    assert "Batch 2, 26 November 2026" in str(refused.value)
    assert "3 people off the floor, service level 94.3% → 72.9%, the target is 80.0%" in str(refused.value)


def test_the_reason_is_kept_shown_and_told_to_who_approved(client, world, plan):
    """The signed content stays; adjust page and plan say it is busy and why; the next revision brings the reason."""
    revision = plan.approved_revision
    signed = (revision.content, revision.content_hash)
    target = revision.targets.filter(planned_session__label="Batch 1").first()
    form = reverse("plan_adjust_target", args=[plan.uuid, target.uuid])
    given = {"to": revision.sessions.get(label="Batch 2").pk, "extra_minutes": "0", "busy_reason": ""}
    sign_in(client, world.pic)
    with time_machine.travel(NOW, tick=False):
        refused = client.post(form, given)
        assert refused.status_code == 422 and "service level" in refused.content.decode()
        page = client.post(form, {**given, "busy_reason": WHY}, follow=True)
        assert [each.busy for each in page.context["impacts"]] == [False, True] and WHY in page.content.decode()
        sign_in(client, world.manager)
        page = client.get(reverse("plan_detail", args=[plan.uuid]))
    assert not page.context["lost"] and len(page.context["impacts"]) == 1 and WHY in page.content.decode()
    told = Notice.objects.get(kind="plan_batch_busy")
    assert told.recipient == world.manager and told.params["batch"] == "Batch 2"
    assert WHY not in Entry.objects.get(verb="plan.batch_busy").text
    revision.refresh_from_db()
    assert (revision.content, revision.content_hash) == signed
    draft = amend_plan(plan=plan, actor=world.pic, now=NOW)
    changed = {each.field for each in difference(json.loads(revision.content), content_of(draft))}
    assert draft.busy_reason == f"Batch 2: {WHY}" and "busy_reason" in changed, "the manager reads it in the difference"


def test_a_revision_that_came_back_does_not_lose_the_reason(world, plan):
    second = amend_plan(plan=plan, actor=world.pic, now=NOW)
    submit_revision(revision=second, actor=world.pic, now=NOW)
    return_revision(revision=second, comment="Belum tepat.", actor=world.manager, now=NOW)
    move(plan, world, busy_reason=WHY)
    assert amend_plan(plan=plan, actor=world.pic, now=NOW).busy_reason == f"Batch 2: {WHY}"
