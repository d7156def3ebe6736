"""Who is on target and why: from the defects or by hand (5.1.1 b, c)."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from planning.completeness import Snapshot, check
from planning.enums import DefectState, ErrorClass, RootCause, TargetReason
from planning.lists import with_lists
from planning.models import Defect, PlanRevision, QualityParameter
from planning.queries.needs import DefectFilter, defect_counts
from planning.queries.plans import with_defects_now
from planning.services import (
    add_targets,
    amend_plan,
    choose_targets_from_defects,
    place_targets,
    remove_targets,
    submit_revision,
)
from planning.tests.factories import approve, approved_plan, draft_plan, make_world, submitted_plan
from trainingops.domain import NotAllowed, Refused
from trainingops.people.tests.factories import sign_in

pytestmark = pytest.mark.django_db

OCTOBER = {"since": date(2026, 10, 1), "until": date(2026, 10, 31)}


@pytest.fixture
def parameter():
    return QualityParameter.objects.create(code="C1", name="Informasi produk", error_class=ErrorClass.CACE)


def defects(world, person, count, parameter, **fields):
    """``count`` defects of ``person`` in October."""
    given = {"error_class": ErrorClass.CACE, "root_cause": RootCause.KNOWLEDGE, "occurred_on": date(2026, 10, 12)}
    return [
        Defect.objects.create(
            source="qc",
            source_reference=f"{person.pk}-{parameter.pk}-{number}-{sorted(fields.items())}",
            person=person,
            site=world.site,
            line=world.line,
            contact_reference="c",
            parameter=parameter,
            **{**given, **fields},
        )
        for number in range(count)
    ]


def choose(revision, world, minimum_count=1, **filters):
    return choose_targets_from_defects(
        revision=revision,
        filters=DefectFilter(**{**OCTOBER, **filters}),
        minimum_count=minimum_count,
        actor=world.pic,
        now=timezone.now(),
    )


@pytest.mark.clause("5.1.1 c")
def test_agents_are_chosen_by_their_defects_and_keep_the_link(world, parameter):
    """Class, parameter, root cause, period, minimum count; annulled ones do not count."""
    often, once, annulled = world.people
    mine = defects(world, often, 3, parameter)
    defects(world, often, 1, parameter, occurred_on=date(2026, 9, 1))
    defects(world, once, 1, parameter)
    defects(world, annulled, 3, parameter, state="annulled")
    revision = draft_plan(world=world).revisions.get()
    revision.targets.all().delete()

    chosen = choose(revision, world, minimum_count=2, parameter=parameter, root_cause=RootCause.KNOWLEDGE)

    target = revision.targets.get()
    assert (chosen.added, target.person, target.reason) == (1, often, TargetReason.DEFECTS)
    assert set(target.defects.all()) == set(mine)
    assert "C1" in target.reason_words
    assert target.planned_session == revision.sessions.get()


@pytest.mark.clause("5.1.1 c")
def test_a_disputed_defect_counts_and_is_marked_until_it_is_annulled(client, world, parameter):
    """Rates, needs and the choice of participants know one definition (docs/adr/0012)."""
    often, annulled, _nobody = world.people
    defects(world, often, 1, parameter)
    defects(world, often, 1, parameter, state="disputed")
    defects(world, annulled, 2, parameter, state="annulled")
    assert sum(cell.count for cell in defect_counts(Defect.objects.all(), "parameter")) == 2
    revision = draft_plan(world=world).revisions.get()
    revision.targets.all().delete()
    client.force_login(world.pic)
    asked = {"since": "2026-10-01", "until": "2026-10-31"}
    (shown,) = client.get(reverse("plan_targets_defects", args=[revision.plan.uuid]), asked).context["people"]
    assert (shown.person, shown.count, shown.disputed) == (often, 2, 1)

    choose(revision, world, minimum_count=2)
    assert revision.targets.get().defects.count() == 2
    Defect.objects.filter(state="disputed").update(state="annulled")
    (target,) = client.get(reverse("plan_targets", args=[revision.plan.uuid])).context["targets"]
    assert (target.defect_count, target.disputed_count, target.annulled_count) == (2, 0, 1)
    now = with_defects_now(PlanRevision.objects.all()).get(pk=revision.pk)
    assert (now.disputed_now, now.annulled_now) == (0, 1)


def test_choosing_again_adds_only_what_is_new(world, parameter):
    """Who is on target stays so; the link to the defects is completed."""
    person = world.people[0]
    defects(world, person, 2, parameter)
    revision = draft_plan(world=world).revisions.get()
    chosen = choose(revision, world)
    assert (chosen.added, chosen.already) == (0, 1)
    assert revision.targets.get(person=person).defects.count() == 2
    choose(revision, world)
    assert revision.targets.get(person=person).defects.count() == 2


@pytest.mark.parametrize(
    ("filters", "minimum", "field"),
    [
        ({"since": date(2026, 10, 2), "until": date(2026, 10, 1)}, 1, "until"),
        ({}, 0, "minimum_count"),
        ({}, 9, "minimum_count"),
    ],
)
def test_a_choice_that_finds_nobody_is_refused_at_its_field(world, filters, minimum, field):
    """The message names the field and the remedy; nothing is written."""
    revision = draft_plan(world=world).revisions.get()
    with pytest.raises(Refused) as refused:
        choose(revision, world, minimum_count=minimum, **filters)
    assert refused.value.field == field


@pytest.mark.clause("5.1.1 b")
def test_people_are_added_by_hand_with_the_reason(world):
    """Chosen by the PIC needs words; who left cannot be on target."""
    revision = draft_plan(world=world).revisions.get()
    now = timezone.now()
    remove_targets(revision=revision, people=world.people, actor=world.pic, now=now)
    given = {"revision": revision, "people": world.people[:2], "actor": world.pic, "now": now}
    with pytest.raises(Refused):
        add_targets(**given, reason=TargetReason.CHOSEN)
    with pytest.raises(Refused):
        add_targets(**{**given, "people": []}, reason=TargetReason.SEGMENT)
    world.people[1].employment = "left"
    world.people[1].save()
    with pytest.raises(Refused, match=world.people[1].name):
        add_targets(**given, reason=TargetReason.SEGMENT)
    assert add_targets(**{**given, "people": world.people[:1]}, reason=TargetReason.SEGMENT).added == 1


def test_a_batch_of_another_revision_is_refused(world):
    """The batch belongs to the revision that is written."""
    plan = approved_plan(world=world)
    now = timezone.now()
    draft = amend_plan(plan=plan, actor=world.pic, now=now)
    old = plan.approved_revision.sessions.get()
    with pytest.raises(Refused):
        place_targets(revision=draft, people=world.people, planned=old, actor=world.pic, now=now)
    with pytest.raises(NotAllowed):
        remove_targets(revision=draft, people=world.people, actor=world.manager, now=now)


def test_the_page_shows_whose_the_defects_are_before_anybody_is_on_target(client, world, parameter):
    """5.1.1 c: GET shows, POST puts on target; the page of needs hands the parameter over by its code."""
    defects(world, world.people[0], 2, parameter)
    plan = draft_plan(world=world)
    revision = plan.revisions.get()
    revision.targets.all().delete()
    client.force_login(world.pic)
    url = reverse("plan_targets_defects", args=[plan.uuid])
    asked = {"parameter": "C1", "since": "2026-10-01", "until": "2026-10-31"}

    page = client.get(url, asked)
    assert [person.count for person in page.context["people"]] == [2]
    assert not revision.targets.exists()
    assert client.post(url, {**asked, "parameter": parameter.pk, "minimum_count": "1"}).status_code == 302
    assert revision.targets.get().defects.count() == 2


def test_people_are_searched_and_added_on_the_page(client, world):
    """5.1.1 b: by name, number or team; nobody ticked is said so."""
    plan = draft_plan(world=world)
    revision = plan.revisions.get()
    revision.targets.all().delete()
    client.force_login(world.pic)
    url = reverse("plan_targets_add", args=[plan.uuid])
    person = world.people[1]

    assert client.get(url, {"q": person.employee_no}).context["people"] == [person]
    assert client.post(url, {"reason": "segment"}).status_code == 422
    assert client.post(url, {"reason": "segment", "person": person.pk}).status_code == 302
    assert revision.targets.get().person == person


@pytest.mark.parametrize("name", ["plan_targets", "plan_sessions", "plan_detail", "plan_submit", "plan_targets_add"])
def test_pages_cost_the_same_with_one_target_and_with_three(client, name, django_assert_max_num_queries):
    """The number of people never multiplies the queries."""
    counts = []
    for people in (1, 3):
        world = make_world(people=people)
        plan = draft_plan(world=world)
        client.force_login(world.pic)
        with django_assert_max_num_queries(40) as queries:
            assert client.get(reverse(name, args=[plan.uuid])).status_code == 200
        counts.append(len(queries.captured_queries))
    assert counts[0] == counts[1], counts


@pytest.mark.clause("2.3")
@pytest.mark.clause("5.1.1 c")
def test_a_frozen_reason_is_marked_for_each_person_whose_defect_was_annulled(client, world, parameter):
    """On the page of the approval, of the revision, of the plan, in its file; what was frozen stays as it was."""
    plan = submitted_plan(world=world)
    revision = plan.revisions.get()
    target = revision.targets.get(person=world.people[0])
    target.defects.set(defects(world, target.person, 3, parameter))
    frozen = revision.content
    Defect.objects.filter(pk=target.defects.first().pk).update(state="annulled")

    sign_in(client, world.manager)
    approval = client.get(reverse("plan_approval", args=[revision.uuid]))
    assert approval.context["annulled"] == [(target.person.name, 1)]
    for address in (
        reverse("plan_revision", args=[plan.uuid, revision.number]),
        reverse("plan_detail", args=[plan.uuid]),
    ):
        lines = [line for row in client.get(address).context["rows"] for line in row.lines]
        marked = {line.after: "1 " in line.note for line in lines if "(1 " in line.note}
        assert len(marked) == 1 and target.person.name in next(iter(marked)), address
    revision.refresh_from_db()
    assert revision.content == frozen


def gaps(revision):
    return {item.key for item in check(Snapshot(revision, timezone.now())) if item.gap}


@pytest.mark.clause("5.1.1 c", "2.3")
def test_a_draft_keeps_nobody_for_annulled_defects_only(world, parameter):
    """2.3: an annulled defect leaves the needs; only what was approved keeps its reason."""
    plan = draft_plan(world=world)
    revision = plan.revisions.get()
    target = revision.targets.first()
    behind = defects(world, target.person, 2, parameter)
    target.defects.set(behind)
    revision.targets.filter(pk=target.pk).update(reason=TargetReason.DEFECTS)
    Defect.objects.filter(pk=behind[0].pk).update(state=DefectState.ANNULLED)
    assert gaps(revision) == set(), "one is left"
    Defect.objects.update(state=DefectState.ANNULLED)
    assert gaps(revision) == {"targets"}
    listed = with_lists(PlanRevision.objects.filter(pk=revision.pk), now=timezone.now()).get()
    assert gaps(listed) == {"targets"}

    Defect.objects.update(state=DefectState.VALID)
    submit_revision(revision=revision, actor=world.pic, now=timezone.now())
    revision.refresh_from_db()
    approve(revision, world.manager, timezone.now())
    Defect.objects.update(state=DefectState.ANNULLED)
    plan.refresh_from_db()
    assert gaps(amend_plan(plan=plan, actor=world.pic, now=timezone.now())) == set(), "a frozen reason stays"
