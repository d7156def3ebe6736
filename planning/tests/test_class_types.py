"""Class types are a list that people extend; what plans named is never lost (5.1.1 e)."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from planning.models import ClassType, PlanRevision
from planning.services import save_part
from planning.services.class_types import (
    add_class_type,
    rename_class_type,
    restore_class_type,
    retire_class_type,
)
from planning.tests.factories import draft_plan, submitted_plan
from planning.wording import Wording
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.django_db


def keep(verb, world, **values):
    return verb(**values, actor=world.manager, now=timezone.now())


def test_a_class_type_of_ones_own_gets_a_code_of_its_name(world):
    """5.1.1 e: extendable; the code is unique however often a name comes back."""
    one = keep(add_class_type, world, name=" Kelas grooming seragam ")
    assert (one.name, one.code) == ("Kelas grooming seragam", "kelas_grooming_seragam")
    keep(rename_class_type, world, class_type=one, name="Seragam")
    two = keep(add_class_type, world, name="Kelas grooming seragam")
    assert two.code == "kelas_grooming_seragam_2"
    assert Entry.objects.filter(verb="class_type.renamed").exists()


@pytest.mark.parametrize("name", ["  ", "GROOMING CLASS", "Kelas grooming"])
def test_a_blank_or_taken_name_is_refused_in_the_words_that_are_shown(world, name):
    with translation.override("id" if name.startswith("Kelas") else "en"), pytest.raises(Refused) as refused:
        keep(add_class_type, world, name=name)
    assert refused.value.field == "name"


def test_only_manager_and_administrator_keep_the_list(world):
    for verb, values in (
        (add_class_type, {"name": "Debat"}),
        (retire_class_type, {"class_type": ClassType.objects.get(code="grooming")}),
    ):
        with pytest.raises(NotAllowed):
            verb(**values, actor=world.pic, now=timezone.now())


def test_it_goes_out_of_use_and_back_and_no_state_twice(world):
    grooming = ClassType.objects.get(code="grooming")
    with pytest.raises(WrongState):
        keep(restore_class_type, world, class_type=grooming)
    keep(retire_class_type, world, class_type=grooming)
    with pytest.raises(WrongState):
        keep(retire_class_type, world, class_type=grooming)
    assert keep(restore_class_type, world, class_type=grooming).is_active


def test_one_out_of_use_stays_where_a_plan_chose_it_and_is_offered_nowhere_else(world, client):
    """5.1.1 e: a used one is never lost."""
    mine = keep(add_class_type, world, name="Debat")
    plan, other = draft_plan(world=world), draft_plan(world=world)
    revision = plan.revisions.get()
    save_part(revision=revision, part="method", values={"class_types": [mine]}, actor=world.pic, now=timezone.now())
    keep(retire_class_type, world, class_type=mine)
    client.force_login(world.pic)
    for each, offered in ((plan, True), (other, False)):
        page = client.get(reverse("plan_part", args=[each.uuid, "method"]))
        assert (mine in page.context["form"].fields["class_types"].queryset) is offered


def test_what_was_frozen_reads_the_name_that_people_gave_it(world):
    """APR-5: a type of one's own is read by its name, a renamed one by its new name, never by its code."""
    mine = keep(add_class_type, world, name="Debat")
    grooming = ClassType.objects.get(code="grooming")
    plan = draft_plan(world=world)
    revision = plan.revisions.get()
    chosen = {"class_types": [mine, grooming]}
    save_part(revision=revision, part="method", values=chosen, actor=world.pic, now=timezone.now())
    content = {"class_types": ["debat", "grooming", "role_play"]}
    with translation.override("en"):
        assert said(revision, content) == "Debat, Grooming class, Role play"
        keep(rename_class_type, world, class_type=grooming, name="Tata rias")
        assert said(PlanRevision.objects.get(), content) == "Debat, Tata rias, Role play"


def said(revision, content):
    return Wording(revision, contents=[content]).rows({}, content)[0].after


def test_the_approval_of_a_submitted_plan_names_it(world):
    plan = submitted_plan(world=world)
    content = json.loads(plan.revisions.get().content)
    assert "role_play" in content["class_types"]
    with translation.override("en"):
        words = {row.key: row.after for row in Wording(plan.revisions.get(), contents=[content]).rows({}, content)}
    assert words["class_types"] == "Role play"


@pytest.mark.parametrize("name", ["class_type_list", "class_type_new", "class_type_edit"])
def test_the_pages_open_for_their_roles(client, world, name):
    args = [ClassType.objects.get(code="grooming").uuid] if name == "class_type_edit" else []
    url = reverse(name, args=args)
    assert client.get(url).status_code == 302
    client.force_login(world.manager)
    assert client.get(url).status_code == 200
    assert client.delete(url).status_code == 405
    client.force_login(world.qc)
    assert client.get(url).status_code == 403


def test_the_manager_adds_renames_retires_and_restores_on_the_pages(client, world):
    client.force_login(world.manager)
    assert client.post(reverse("class_type_new"), {"name": ""}).status_code == 422
    assert client.post(reverse("class_type_new"), {"name": "Debat"}).url == reverse("class_type_list")
    mine = ClassType.objects.get(code="debat")
    edit = reverse("class_type_edit", args=[mine.uuid])
    assert client.post(edit, {"name": "Role play"}).status_code == 422
    assert client.post(edit, {"name": "Debat kelas"}).status_code == 302
    for verb, in_use in (("retire", False), ("restore", True)):
        url = reverse(f"class_type_{verb}", args=[mine.uuid])
        assert client.get(url).status_code == 405
        assert client.post(url).status_code == 302
        assert client.post(url).status_code == 409
        assert ClassType.objects.get(pk=mine.pk).is_active is in_use
    client.force_login(make_user("administrator"))
    assert "Debat kelas" in client.get(reverse("class_type_list")).content.decode()


def test_the_list_costs_the_same_with_one_plan_and_with_three(client, world):
    draft_plan(world=world)
    client.force_login(world.manager)
    with CaptureQueriesContext(connection) as first:
        client.get(reverse("class_type_list"))
    for _each in range(2):
        draft_plan(world=world)
    with CaptureQueriesContext(connection) as second:
        page = client.get(reverse("class_type_list"))
    assert {each.code: each.plan_count for each in page.context["rows"]}["role_play"] == 3
    assert len(first) == len(second) <= 12
