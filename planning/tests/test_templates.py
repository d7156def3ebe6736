"""Plan templates: what a plan takes over from one, who keeps them, and the first batch (4.1, 5.1.1 e)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from planning.enums import Method, ModuleState, TargetReason, TrainingKind
from planning.models import ClassType, PlanTemplate, TrainingPlan
from planning.services import add_targets, plan_first_batch
from planning.services.templates import restore_template, retire_template, save_template
from planning.tests.plan_templates import begin, content, make
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.people.tests.factories import ServiceLineFactory, make_user

pytestmark = pytest.mark.django_db


# --- what a plan takes over --------------------------------------------------------------------------------
def test_a_plan_takes_over_all_of_4_1_but_who_when_and_where(world):
    plan = begin(world, make(world))
    draft = plan.revisions.get()
    assert (draft.module_version, draft.method, draft.application) == (
        world.module_version,
        Method.OFFLINE,
        world.application,
    )
    assert (draft.scheme, draft.pass_mark, draft.pre_paper, draft.post_paper) == (
        world.scheme,
        80,
        world.pre_paper,
        world.post_paper,
    )
    assert (draft.tolerance_minutes, draft.recovery_days, draft.purpose) == (5, 3, "Penyegaran singkat.")
    assert [each.code for each in draft.class_types.all()] == ["presentation"]
    assert [each.code for each in draft.recovery_forms.all()] == ["make_up"]
    assert {"manager", "qc", "operations", "operation_support"} <= set(draft.recipients.values_list("party", flat=True))
    assert plan.template == PlanTemplate.objects.get()


def test_what_went_out_of_use_meanwhile_is_left_blank_and_shows_as_missing(world, client):
    template = make(world)
    world.module_version.state = ModuleState.RETIRED
    world.module_version.save()
    type(world.scheme).objects.update(is_active=False)
    type(world.application).objects.update(is_active=False)
    ClassType.objects.update(is_active=False)
    draft = begin(world, PlanTemplate.objects.get()).revisions.get()
    assert (draft.module_version, draft.scheme, draft.application) == (None, None, None)
    assert not draft.class_types.exists()
    client.force_login(world.pic)
    page = client.get(reverse("plan_template_detail", args=[template.uuid]))
    assert page.context["version"] is None


def test_changing_a_template_leaves_the_plans_made_from_it(world):
    template = make(world)
    plan = begin(world, template)
    make(world, template=template, pass_mark=Decimal(70))
    assert plan.revisions.get().pass_mark == 80
    assert begin(world, PlanTemplate.objects.get()).revisions.get().pass_mark == 70


@pytest.mark.parametrize("case", ["kind", "line", "module", "retired"])
def test_a_template_that_does_not_fit_is_refused_by_name(world, case):
    template = make(world, line=None)
    other = {"kind": TrainingKind.IMPROVEMENT} if case == "kind" else {}
    if case == "line":
        PlanTemplate.objects.update(line=ServiceLineFactory(), module=None)
    elif case == "module":
        world.module_version.module.lines.set([ServiceLineFactory()])
    elif case == "retired":
        retire_template(template=template, actor=world.pic, now=timezone.now())
    with translation.override("en"), pytest.raises(Refused, match="Briefing 15–30 menit") as refused:
        begin(world, PlanTemplate.objects.get(), **other)
    assert refused.value.field == "template"
    assert not TrainingPlan.objects.exists()


# --- keeping them ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("minutes", 4), ("minutes", 721), ("meetings", 0), ("meetings", 11), ("pass_mark", Decimal(101))],
)
def test_a_value_out_of_bounds_is_refused_at_its_field(world, field, value):
    with pytest.raises(Refused) as refused:
        make(world, **{field: value})
    assert refused.value.field == field
    assert not PlanTemplate.objects.exists()


@pytest.mark.clause("5.1.2")
def test_a_pass_mark_that_no_remedial_could_reach_is_refused(world):
    world.scheme.remedial_cap = Decimal(80)
    with pytest.raises(Refused) as refused:
        make(world, pass_mark=Decimal(95))
    assert refused.value.field == "pass_mark" and "95" in str(refused.value)


def test_a_name_is_used_once_and_a_module_belongs_to_the_line(world):
    make(world)
    with pytest.raises(Refused) as refused:
        make(world, name="BRIEFING 15–30 MENIT")
    assert refused.value.field == "name"
    world.module_version.module.lines.clear()
    with pytest.raises(Refused) as refused:
        make(world, name="Lain")
    assert refused.value.field == "module"


def test_who_plans_or_approves_on_the_line_keeps_its_templates(world):
    """4.1: a template only proposes; the approval decides."""
    template = make(world)
    now = timezone.now()
    elsewhere = make_user("trainer", line=ServiceLineFactory())
    for actor in (world.qc, elsewhere):
        for act in (
            lambda who: save_template(template=template, values=content(world), actor=who, now=now),
            lambda who: retire_template(template=template, actor=who, now=now),
        ):
            with pytest.raises(NotAllowed):
                act(actor)
    save_template(template=template, values=content(world), actor=world.manager, now=now)
    assert set(Entry.objects.values_list("verb", flat=True)) >= {"plan_template.made", "plan_template.changed"}


def test_it_goes_out_of_use_and_back_and_no_state_twice(world):
    template, now = make(world), timezone.now()
    with pytest.raises(WrongState):
        restore_template(template=template, actor=world.pic, now=now)
    retire_template(template=template, actor=world.pic, now=now)
    with pytest.raises(WrongState):
        retire_template(template=template, actor=world.pic, now=now)
    assert restore_template(template=template, actor=world.pic, now=now).is_active


# --- the first batch ---------------------------------------------------------------------------------------
def test_the_first_batch_holds_its_meetings_day_by_day_and_everybody(world):
    plan = begin(world, make(world))
    revision, now = plan.revisions.get(), timezone.now()
    people = {"revision": revision, "people": world.people, "reason": TargetReason.SEGMENT}
    add_targets(**people, actor=world.pic, now=now)
    starts_at = (now + timedelta(days=5)).replace(microsecond=0)
    values = {"starts_at": starts_at, "minutes": 30, "trainer": world.trainer, "room": world.room}
    planned = plan_first_batch(revision=revision, meetings=2, **values, actor=world.pic, now=now)
    assert [(each.starts_at - starts_at, each.ends_at - each.starts_at) for each in planned.meetings.all()] == [
        (timedelta(days=day), timedelta(minutes=30)) for day in (0, 1)
    ]
    assert set(revision.targets.values_list("planned_session", flat=True)) == {planned.pk}
    with pytest.raises(WrongState):
        plan_first_batch(revision=revision, meetings=1, **values, actor=world.pic, now=now)


@pytest.mark.parametrize("meetings", [0, 11])
def test_a_number_of_meetings_out_of_bounds_is_refused(world, meetings):
    revision, now = begin(world, make(world)).revisions.get(), timezone.now()
    with pytest.raises(Refused) as refused:
        plan_first_batch(
            revision=revision,
            starts_at=now + timedelta(days=5),
            minutes=30,
            meetings=meetings,
            trainer=world.trainer,
            actor=world.pic,
            now=now,
        )
    assert refused.value.field == "meetings"
