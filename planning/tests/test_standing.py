"""What a plan stands on: an approved module version (2.1) and a PIC with an appointment in force (5.1.1 a)."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planning.completeness import Snapshot, check
from planning.enums import ModuleState, PlanState
from planning.forms.plans.parts import ModuleForm
from planning.models import (
    Appointment,
    ModuleVersion,
    PlanHandOver,
    PlannedMeeting,
    TrafficInterval,
    TrainingPlan,
)
from planning.services import Incomplete, amend_plan, hand_over_plan, return_revision, save_part, submit_revision
from planning.services.appointments import revoke_appointment
from planning.services.modules import ModuleText, edit_module, retire_version
from planning.services.schemes import retire_scheme
from planning.tests import plan_templates
from planning.tests.factories import approve, approved_plan, draft_plan, make_appointment, make_world, submitted_plan
from trainingops.audit.models import Entry
from trainingops.audit.tests.fixtures import guards_lifted
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.enums import Employment
from trainingops.people.models import LongLeave, Person
from trainingops.people.tests.factories import ServiceLineFactory, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.1.1 a"), pytest.mark.usefixtures("english")]


def retired(plan, world):
    ModuleVersion.objects.filter(pk=world.module_version.pk).update(state=ModuleState.RETIRED)
    return "retired"


def revoked(plan, world):
    appointment = Appointment.objects.get(user=world.pic)
    revoke_appointment(appointment=appointment, reason="Pindah unit.", actor=world.manager, now=timezone.now())
    return "no appointment in force"


def ended_before_the_last_meeting(plan, world):
    last = PlannedMeeting.objects.filter(planned_session__plan=plan).latest("ends_at").ends_at
    with guards_lifted("planning_appointment"):
        Appointment.objects.filter(user=world.pic).update(ends_on=last.date() - timedelta(days=1))
    return "no appointment in force"


def narrowed(plan, world):
    module = world.module_version.module
    content = ModuleText(title=module.title, kind=module.kind, lines=[ServiceLineFactory()], topics=module.topics.all())
    edit_module(module=module, content=content, actor=make_user("manager"), now=timezone.now())
    notice = Notice.objects.get(kind="module_narrowed")
    assert notice.recipient == world.pic and plan.number in str(notice.params)
    return f"is not meant for {world.line}".lower()


def scheme_retired(plan, world):
    retire_scheme(scheme=world.scheme, actor=world.pic, now=timezone.now())
    return "is out of use. choose another scoring scheme"


#: What a plan may lose, with the item of the task list that says so.
LOSSES = {
    retired: "module",
    narrowed: "module",
    scheme_retired: "parameters",
    revoked: "pic",
    ended_before_the_last_meeting: "pic",
}


@pytest.mark.clause("2.1", "5.1.2")
@pytest.mark.parametrize("lose", LOSSES)
def test_what_fell_away_since_the_submission_forbids_the_approval_and_stands_on_its_page(client, lose):
    """2.1 a version not approved, or not for the line; 5.1.2 a scheme out of use; 5.1.1 a the PIC's appointment."""
    world = make_world(people=1)
    plan = submitted_plan(world=world, meetings=2)
    revision = plan.revisions.get()
    words = lose(plan, world)

    with pytest.raises(Refused) as refused:
        approve(revision, world.manager, timezone.now())

    assert refused.value.code == "lost" and words in str(refused.value).lower()
    plan.refresh_from_db()
    assert plan.state == PlanState.IN_PREPARATION
    world.manager.language = "en"
    world.manager.save()
    sign_in(client, world.manager)
    page = client.get(reverse("plan_approval", args=[revision.uuid]))
    assert words in page.content.decode().lower() and len(page.context["lost"]) == 1
    return_revision(revision=revision, comment="Belum dapat.", actor=world.manager, now=timezone.now())
    draft = amend_plan(plan=plan, actor=world.pic, now=timezone.now())
    assert gaps_of(draft) == [LOSSES[lose]], "the next revision says so before it is submitted"


@pytest.mark.clause("2.1", "7.1.6")
def test_an_approved_plan_keeps_a_version_that_went_out_of_use_and_the_pic_of_a_draft_is_told(client):
    """What the page of "Take out of use" promises: a later revision of an approved plan is approved with it."""
    world = make_world(people=1)
    kept, other = approved_plan(world=world), draft_plan(world=world)
    version = world.module_version
    retire_version(version=version, actor=world.manager, now=timezone.now())

    notice = Notice.objects.get(recipient=world.pic, kind="module_retired")
    assert other.number in str(notice.params) and kept.number not in str(notice.params)
    assert "module" in gaps_of(other.revisions.get())
    draft = amend_plan(plan=kept, actor=world.pic, now=timezone.now())
    assert "module" not in gaps_of(draft)
    client.force_login(world.pic)
    offered = client.get(reverse("plan_part", args=[kept.uuid, "module"])).context["form"].fields["module_version"]
    assert version in offered.queryset
    assert version not in ModuleForm(instance=other.revisions.get(), user=world.pic).fields["module_version"].queryset
    submit_revision(revision=draft, actor=world.pic, now=timezone.now())
    world.manager.language = "en"
    world.manager.save()
    sign_in(client, world.manager)
    page = client.get(reverse("plan_approval", args=[draft.uuid]))
    assert not page.context["lost"] and "keeps it" in page.content.decode()
    draft.refresh_from_db()
    approve(draft, world.manager, timezone.now())


@pytest.mark.clause("5.1.2")
def test_a_plan_keeps_the_scheme_it_was_approved_with_and_a_draft_says_that_its_own_is_out_of_use(client):
    """A revision of the pass mark alone keeps the scheme; nothing is dropped by a form that does not offer it."""
    world = make_world(people=1)
    kept, other = approved_plan(world=world), draft_plan(world=world)
    retire_scheme(scheme=world.scheme, actor=world.pic, now=timezone.now())
    assert gaps_of(other.revisions.get()) == ["parameters"]

    draft = amend_plan(plan=kept, actor=world.pic, now=timezone.now())
    client.force_login(world.pic)
    for plan in (kept, other):
        address = reverse("plan_part", args=[plan.uuid, "scoring"])
        form = client.get(address).context["form"]
        given = {name: form[name].value() or "" for name in form.fields} | {"pass_mark": "75"}
        answer = client.post(address, given)
        assert answer.status_code == (302 if plan is kept else 422)
        assert plan is kept or str(world.scheme) in answer.context["form"].errors["scheme"][0]
    draft.refresh_from_db()
    assert (draft.scheme, draft.pass_mark) == (world.scheme, 75)
    assert gaps_of(draft) == []
    assert other.revisions.get().scheme == world.scheme


@pytest.mark.clause("5.1.2", "7.1.6")
def test_what_uses_a_scheme_is_shown_before_it_goes_out_of_use_its_pics_are_told_and_it_comes_back(client):
    """A trainer whose scope does not cover every plan that would lose it leaves it to a manager."""
    world = make_world(people=1)
    kept, other, template = approved_plan(world=world), draft_plan(world=world), plan_templates.make(world)
    scheme = world.scheme
    address = reverse("scheme_retire", args=[scheme.uuid])
    stranger = make_user("trainer", line=ServiceLineFactory(), language="en")
    client.force_login(stranger)
    assert address not in client.get(reverse("scheme_detail", args=[scheme.uuid])).content.decode()
    assert client.get(address).status_code == client.post(address).status_code == 403
    copy = client.get(reverse("scheme_copy", args=[scheme.uuid]))
    assert "retire" not in copy.context["form"].fields

    client.force_login(world.pic)
    copy = client.get(reverse("scheme_copy", args=[scheme.uuid]))
    assert copy.context["form"]["retire"].value() is None, "nobody takes it out of use by overlooking a tick"
    assert all(str(each) in copy.content.decode() for each in (kept, other, template))
    asked = client.get(address).content.decode()
    assert all(str(each) in asked for each in (kept, other, template))
    assert client.post(address).status_code == 302
    notice = Notice.objects.get(recipient=world.pic, kind="scheme_retired")
    assert other.number in str(notice.params) and kept.number not in str(notice.params)
    assert client.get(address).status_code == 302, "out of use already"
    assert gaps_of(other.revisions.get()) == ["parameters"]
    listed = client.get(reverse("plan_template_list")).content.decode()
    assert "Skema penilaiannya" in listed or "Its scoring scheme is out of use" in listed
    back = reverse("scheme_restore", args=[scheme.uuid])
    assert [client.post(back).status_code, client.post(back).status_code] == [302, 409]
    assert gaps_of(other.revisions.get()) == []


def gaps_of(revision):
    return [item.key for item in check(Snapshot(revision, timezone.now())) if item.gap]


def successor(world, **changes):
    """Another PIC of the world's site and line."""
    user = make_user("trainer", site=world.site, line=world.line)
    appointment = make_appointment(user, world.manager, site=world.site, line=world.line)
    if changes:
        with guards_lifted("planning_appointment"):
            Appointment.objects.filter(pk=appointment.pk).update(**changes)
    return user


def hand_over(plan, world, to, **changes):
    given = {"reason": "PIC pindah unit.", "actor": world.manager, "now": timezone.now(), **changes}
    return hand_over_plan(plan=plan, to=to, **given)


def test_a_plan_that_lost_its_pic_is_handed_over_and_goes_on():
    """2.2, 5.1.1 a: the way out of a revoked appointment, journalled; both are told."""
    world = make_world(people=1)
    plan = submitted_plan(world=world)
    revoked(plan, world)
    to = successor(world)

    hand_over(plan, world, to)

    plan.refresh_from_db()
    assert plan.pic == to
    assert Entry.objects.filter(verb="plan.handed_over", subject=plan.uuid).count() == 1
    told = Notice.objects.filter(kind="plan_handed_over").values_list("recipient", flat=True)
    assert set(told) == {world.pic.pk, to.pk}
    approve(plan.revisions.get(), world.manager, timezone.now())
    with pytest.raises(NotAllowed):
        amend_plan(plan=plan, actor=world.pic, now=timezone.now())
    assert amend_plan(plan=plan, actor=to, now=timezone.now()).number == 2


def test_who_proposed_a_revision_does_not_decide_on_it_after_handing_over():
    """APR-6: the new PIC answers for it, the old one wrote it."""
    world = make_world(people=1)
    plan = submitted_plan(world=world)
    to = successor(world)
    hand_over(plan, world, to)
    plan.refresh_from_db()
    for user in (world.pic, to):
        with pytest.raises(NotAllowed):
            approve(plan.revisions.get(), user, timezone.now())


def test_a_plan_is_handed_over_by_the_manager_to_somebody_else_who_is_appointed():
    world = make_world(people=1)
    plan = draft_plan(world=world)
    to = successor(world)
    ended = timezone.now().date() - timedelta(days=1)
    soon = timezone.now().date() + timedelta(days=1)
    with pytest.raises(NotAllowed):
        hand_over(plan, world, to, actor=world.pic)
    with pytest.raises(NotAllowed):
        hand_over(plan, world, world.manager)
    for refused, field in (
        ({"to": to, "reason": "  "}, "reason"),
        ({"to": world.pic}, "to"),
        ({"to": make_user("trainer", site=world.site, line=world.line)}, "to"),
        ({"to": successor(world, ends_on=ended)}, "to"),
        ({"to": successor(world, ends_on=soon)}, "to"),
    ):
        with pytest.raises(Refused) as said:
            hand_over(plan, world, **refused)
        assert said.value.field == field
    assert not PlanHandOver.objects.exists()


@pytest.mark.parametrize("state", PlanState)
def test_what_is_over_is_not_handed_over(state):
    """DESIGN §4: every state of a plan."""
    world = make_world(people=1)
    plan = draft_plan(world=world)
    TrainingPlan.objects.filter(pk=plan.pk).update(state=state)
    if state in {PlanState.CLOSED, PlanState.CANCELLED}:
        with pytest.raises(WrongState):
            hand_over(plan, world, successor(world))
    else:
        hand_over(plan, world, successor(world))


def test_the_page_hands_over_and_the_plan_says_so(client):
    world = make_world(people=1)
    plan, to = approved_plan(world=world), successor(world)
    address = reverse("plan_hand_over", args=[plan.uuid])
    assert client.get(address).status_code == 302
    sign_in(client, world.pic)
    assert client.get(address).status_code == 403
    sign_in(client, make_user("manager", site=make_world(people=0).site))
    assert client.get(address).status_code == 404
    sign_in(client, world.manager)
    assert client.delete(address).status_code == 405
    assert to.name in client.get(address).content.decode()
    assert client.post(address, {"to": str(to.uuid), "reason": ""}).status_code == 422
    assert client.post(address, {"to": str(world.pic.uuid), "reason": "Pindah."}).status_code == 422
    assert client.post(address, {"to": str(to.uuid), "reason": "PIC pindah unit."}).status_code == 302
    page = client.get(reverse("plan_detail", args=[plan.uuid])).content.decode()
    assert "PIC pindah unit." in page and to.name in page


def test_the_pages_cost_the_same_with_one_pic_and_with_three(client, django_assert_max_num_queries):
    world = make_world(people=1)
    plan = draft_plan(world=world)
    sign_in(client, world.manager)
    for name in ("plan_hand_over", "plan_detail"):
        counts = []
        for _n in range(2):
            hand_over(plan, world, successor(world))
            with django_assert_max_num_queries(12) as queries:
                client.get(reverse(name, args=[plan.uuid]))
            counts.append(len(queries.captured_queries))
        assert counts[0] == counts[1]


def may_not_teach(plan, world):
    world.trainer.modules.clear()
    return "trainer_reason", "may not teach"


def no_recipient(plan, world):
    world.operations.is_active = False
    world.operations.save()
    return "recipients", "no active recipient for operation"


def gone(plan, world):
    Person.objects.filter(pk=world.people[0].pk).update(employment=Employment.LEFT, left_on=timezone.localdate())
    return "overtime", "has left: " + world.people[0].name.lower()


def leaves_before_the_meeting(plan, world):
    Person.objects.filter(pk=world.people[0].pk).update(left_on=timezone.localdate())
    return "overtime", "has left: " + world.people[0].name.lower()


def on_long_leave(plan, world):
    LongLeave.objects.create(
        person=world.people[0], starts_on=timezone.localdate(), recorded_by=world.manager, recorded_at=timezone.now()
    )
    return "overtime", "is on leave, sick or travelling during a meeting: " + world.people[0].name.lower()


def became_busy(plan, world):
    """The traffic was imported since: two agents for fifty calls a quarter of an hour, day and night."""
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    TrafficInterval.objects.bulk_create(
        TrafficInterval(
            site=world.site, line=world.line, source="ACD", minutes=30, offered=100, aht_seconds=240, agents=2,
            starts_at=hour - timedelta(minutes=30 * step),
        )
        for step in range(1, 48 * 21)
    )  # fmt: skip
    return "busy_reason", "lies in a busy interval: write the reason"


@pytest.mark.clause("5.3.2")
@pytest.mark.parametrize(
    "lose", [may_not_teach, no_recipient, gone, leaves_before_the_meeting, on_long_leave, became_busy]
)
def test_submission_approval_their_pages_and_the_approved_plan_ask_one_list(client, lose):
    """5.1.1 a, f, 5.3.2: what submission refuses, the approval refuses too, and whoever reads the plan is told."""
    world = make_world(people=2)
    held, waiting = (
        approved_plan(world=world),
        submitted_plan(world=world, starts_at=timezone.now() + timedelta(days=5)),
    )
    draft = draft_plan(world=world, starts_at=timezone.now() + timedelta(days=6)).revisions.get()
    key, words = lose(held, world)

    with pytest.raises(Incomplete) as incomplete:
        submit_revision(revision=draft, actor=world.pic, now=timezone.now())
    assert [item.key for item in incomplete.value.items] == [key]
    with pytest.raises(Refused) as refused:
        approve(waiting.revisions.get(), world.manager, timezone.now())
    assert refused.value.code == "lost" and words in str(refused.value).lower()
    sign_in(client, world.manager)
    for address in (
        reverse("plan_approval", args=[waiting.revisions.get().uuid]),
        reverse("plan_detail", args=[waiting.uuid]),
        reverse("plan_detail", args=[held.uuid]),
    ):
        page = client.get(address, headers={"Accept-Language": "en"})
        assert [item.key for item in page.context["lost"]] == [key]
        assert page.context["lost"][0].gap in html.unescape(page.content.decode())


@pytest.mark.clause("5.1.1 f")
def test_who_left_after_a_meeting_that_was_held_does_not_hold_up_the_next_revision():
    world = make_world(people=1)
    start = timezone.now().replace(hour=3, minute=0, second=0, microsecond=0) - timedelta(days=1)
    plan = approved_plan(world=world, starts_at=start)
    gone(plan, world)
    draft = amend_plan(plan=plan, actor=world.pic, now=timezone.now())
    assert all(item.complete for item in check(Snapshot(draft, timezone.now())))


@pytest.mark.clause("5.1.1 a")
def test_the_reason_for_an_unqualified_trainer_is_shown_only_while_one_lacks_the_module(client):
    world = make_world(people=1)
    world.trainer.modules.clear()
    plan = draft_plan(world=world)
    save_part(
        revision=plan.revisions.get(),
        part="trainers",
        values={"trainer_reason": "Didampingi Rika."},
        actor=world.pic,
        now=timezone.now(),
    )
    submit_revision(revision=plan.revisions.get(), actor=world.pic, now=timezone.now())
    sign_in(client, world.manager)
    world.manager.language = "en"
    world.manager.save()
    address = reverse("plan_approval", args=[plan.revisions.get().uuid])
    aside = "A trainer without qualification:"
    said = client.get(address).content.decode()
    world.trainer.modules.add(world.module_version.module)
    assert (aside in said, aside in client.get(address).content.decode()) == (True, False)
