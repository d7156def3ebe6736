"""Home while trainings are prepared: what waits for whom, and what everybody waits for (2.2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from planning.enums import Consent, ConsultationAnswer
from planning.models import ModuleVersion, OvertimeOrder
from planning.services import answer_consultation, answer_overtime, ask_consultation, return_revision
from planning.services.releases import answer_release
from planning.services.trainers import answer_request, request_trainer
from planning.tests.factories import approved_plan, draft_plan, make_world, submitted_plan
from sessions.tests.factories import START
from trainingops.dashboard import desk
from trainingops.dashboard.tests.test_home import HOUR, NOW, awaited, desk_of, fetch, some, waiting
from trainingops.people.enums import Role
from trainingops.people.tests.factories import grant_role, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.mark.point("DSH-3")
@pytest.mark.clause("5.1.1")
def test_a_release_waits_for_the_leader_then_another_batch_for_the_pic():
    world = make_world()
    plan = approved_plan(world=world, starts_at=START, now=NOW - HOUR)
    release = plan.releases.get()
    (line,) = desk.waiting(desk_of(world.leader))
    assert line.item.title == f"Confirm the release: {plan.title}, {release.planned_session.label}"
    assert line.item.url == reverse("release_detail", args=[release.uuid])
    assert line.item.due_at == START
    assert (release.team.name, line.item.title.replace("Confirm the release", "Release of agents")) in awaited(
        world.pic
    )
    assert waiting(make_user("team_leader", site=world.site, line=world.line)) == []
    assert waiting(world.leader, START) == []

    answer_release(release=release, to="other_batch", reason="Akhir bulan", actor=world.leader, now=NOW)
    assert waiting(world.leader) == []
    (line,) = [line for line in desk.waiting(desk_of(world.pic)) if "another batch" in line.item.title]
    assert (line.item.why, line.item.url) == (
        f"{release.team.name}: Akhir bulan",
        reverse("plan_adjust", args=[plan.uuid]),
    )


@pytest.mark.point("DSH-3")
@pytest.mark.clause("5.1.1")
def test_overtime_waits_for_the_agents_own_consent():
    world = make_world(people=2)
    plan = submitted_plan(world=world, starts_at=START, now=NOW - HOUR)
    agent = make_user("agent", person=world.people[0])
    other = make_user("agent", person=world.people[1])
    meeting = plan.revisions.get().sessions.get().meetings.get()
    order = OvertimeOrder.objects.create(
        plan=plan,
        person=world.people[0],
        meeting=meeting.uuid,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        minutes=60,
        reason="Shift pagi",
        ordered_by="Operation",
        entered_by=world.pic,
        entered_at=NOW - HOUR,
    )
    (line,) = desk.waiting(desk_of(agent))
    assert (line.item.title, line.item.url) == (
        f"Answer on overtime: {plan.title}",
        reverse("overtime_answer", args=[order.uuid]),
    )
    assert waiting(other) == [] and waiting(agent, START) == []
    assert (world.people[0].name, f"Consent to overtime: {plan.title}") in awaited(world.pic)
    answer_overtime(order=order, consent=Consent.GIVEN, actor=agent, now=NOW)
    assert waiting(agent) == [] and not some("Consent to overtime", awaited(world.pic))


@pytest.mark.point("DSH-3")
def test_a_submitted_plan_waits_for_the_manager_until_it_is_decided(client):
    world = make_world()
    plan = submitted_plan(world=world, starts_at=START, now=NOW - HOUR)
    (line,) = desk.waiting(desk_of(world.manager))
    assert line.item.title == f"Approve the plan: {plan.title}"
    assert line.item.url == reverse("plan_approval", args=[plan.revisions.get().uuid])
    assert line.due.word == "Starts in 1 day"
    assert line.age == "Waiting for 1 hour."
    assert some("Decision on the plan", awaited(world.pic))
    fetch(client, world.manager, NOW, reverse("plan_detail", args=[plan.uuid]))
    assert len(waiting(world.manager)) == 1
    return_revision(revision=plan.revisions.get(), comment="Kurang satu Agent.", actor=world.manager, now=NOW)
    assert waiting(world.manager) == []
    assert waiting(world.pic) == [f"Revise the plan: {plan.title}"]
    assert awaited(world.pic) == []


def test_plans_wait_in_the_order_of_their_start(client):
    world = make_world()
    for days in (9, 3, 6):
        submitted_plan(
            world=make_world(site=world.site, line=world.line), starts_at=START + timedelta(days=days), now=NOW
        )
    starts = [line.item.due_at for line in desk.waiting(desk_of(world.manager))]
    assert starts == sorted(starts)


@pytest.mark.point("DSH-4")
def test_the_plans_that_wait_are_those_of_the_queue(client):
    world = make_world()
    submitted_plan(world=world, starts_at=START, now=NOW)
    submitted_plan(world=make_world(), starts_at=START, now=NOW)
    queue, _asked = fetch(client, world.manager, NOW, reverse("plan_approvals"))
    assert len(queue.context["table"].rows) == len(some("Approve the plan", waiting(world.manager))) == 1


def test_a_manager_of_another_site_has_nothing_on_the_desk():
    submitted_plan(starts_at=START, now=NOW)
    assert waiting(make_world().manager) == []


def test_a_draft_waits_for_its_own_pic_only():
    world = make_world()
    plan = draft_plan(world=world, starts_at=START, now=NOW - HOUR)
    assert waiting(world.pic) == [f"Finish the plan: {plan.title}"]
    other = make_user("trainer", site=world.site, line=world.line)
    assert waiting(other) == []


def test_coordination_waits_for_the_team_and_is_awaited_by_who_asked():
    world = make_world()
    plan = draft_plan(world=world, starts_at=START, now=NOW - HOUR)
    (asked,) = ask_consultation(plan=plan, parties=[Role.QC], due_on=START.date(), actor=world.pic, now=NOW - HOUR)
    assert waiting(world.qc) == [f"Answer on the plan: {plan.title}"]
    assert waiting(world.operations) == []
    assert ("Quality Control", f"Coordination on the plan: {plan.title}") in awaited(world.pic)
    answer_consultation(consultation=asked, answer=ConsultationAnswer.AGREED, remark="", actor=world.qc, now=NOW)
    assert waiting(world.qc) == []
    assert some("Coordination", awaited(world.pic)) == []


def test_a_module_waits_for_a_manager_of_its_lines_and_never_for_its_author():
    world = make_world()
    version = world.module_version
    ModuleVersion.objects.filter(pk=version.pk).update(
        state="submitted", submitted_at=NOW - HOUR, decided_by=None, decided_at=None
    )
    assert some("Decide on the module", waiting(world.manager))
    assert some("Decision on the module", awaited(world.pic))
    assert waiting(make_world().manager) == []
    grant_role(world.pic, "manager")
    assert some("Decide on the module", waiting(world.pic)) == []


@pytest.mark.point("DSH-1")
@pytest.mark.clause("5.1.1 a")
def test_a_request_for_a_trainer_waits_for_sso_training_and_then_for_nobody():
    world = make_world(people=1)
    sso = make_user(Role.SSO_TRAINING, line=world.line)
    asked = request_trainer(
        site=world.site,
        line=world.line,
        module=world.module_version.module,
        wanted_on=(NOW + timedelta(days=14)).date(),
        asked="Satu trainer",
        actor=world.pic,
        now=NOW - HOUR,
    )
    (line,) = desk.waiting(desk_of(sso))
    assert line.item.title == f"Answer the request for a trainer: {asked.number}"
    assert line.item.url == reverse("trainer_request_detail", args=[asked.uuid])
    title = f"Trainer for {world.module_version.module.title}: {asked.number}"
    assert (str(Role.SSO_TRAINING.label), title) in awaited(world.pic)
    assert waiting(make_user(Role.SSO_TRAINING, line=make_world(people=0).line)) == []

    answer_request(request=asked, answer="declined", note="Penuh", trainer=None, actor=sso, now=NOW)
    assert waiting(sso) == []
    assert title not in [told for _who, told in awaited(world.pic)]
