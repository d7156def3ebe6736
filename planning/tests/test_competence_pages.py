"""Pages of the competence matrix, the lists of required modules and the trainers' qualifications (ISO 9001 7.2)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from planning.models import Competence, CompetenceRequirement, TrainingPlan
from planning.tests.factories import make_world
from planning.tests.test_requirements import in_force, submit
from trainingops.people.tests.factories import client_of, make_agent, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("ISO 7.2")]
PAGES = ("competence_matrix", "requirement_list", "competence_trainers", "competence_list")


@pytest.fixture
def house():
    """A world whose list has been in force for a year, and one agent of three who holds the module."""
    world = make_world(people=3)
    in_force(world, now=timezone.now() - timedelta(days=400))
    Competence.objects.create(
        person=world.people[0], module_version=world.module_version, achieved_on=timezone.localdate(), source=uuid4()
    )
    return world


@pytest.mark.parametrize("name", PAGES)
def test_7_2_a_page_costs_the_same_however_many_rows(house, name, django_assert_max_num_queries):
    """At most twelve queries, with three agents and with nine."""
    client = client_of(house.pic)
    for more in (0, 6):
        for _ in range(more):
            make_agent(team=house.people[0].assignments.get().team)
        with django_assert_max_num_queries(12):
            assert client.get(reverse(name)).status_code == 200


def test_7_2_a_count_leads_to_its_list_and_to_the_file(house):
    client, module = client_of(house.pic), house.module_version.module
    address = f"{reverse('competence_matrix')}?line={house.line.code}&module={module.code}"
    page = client.get(address).content.decode()
    assert "?line=" in page and "&amp;state=missing" in page
    listed = client.get(f"{address}&state=missing").context["rows"]
    assert {row.place.person for row, _cells in listed} == set(house.people[1:])
    assert client.get(f"{address}&state=missing&export=xlsx").headers["Content-Type"].endswith("sheet")


def test_7_2_nobody_sees_agents_of_other_places(house):
    stranger = client_of(make_world().manager)
    page = stranger.get(f"{reverse('competence_matrix')}?line={house.line.code}").content.decode()
    assert house.people[1].name not in page
    assert client_of(make_user("agent")).get(reverse("competence_matrix")).status_code == 403


def test_7_2_a_click_begins_the_refreshment_of_those_who_lack_a_module(house):
    client, module = client_of(house.pic), house.module_version.module
    address = f"{reverse('competence_plan')}?line={house.line.code}&module={module.code}"
    page = client.get(address)
    assert [each["row"].place.person for each in page.context["rows"] if each["ticked"]] == house.people[1:]
    place = next(iter(page.context["form"].fields["place"].rows))
    sent = {"title": "Penyegaran", "place": place, "person": [house.people[1].pk]}
    assert client.post(address, {**sent, "person": []}).status_code == 422
    plan = TrainingPlan.objects.filter(title="Penyegaran")
    assert client.post(address, sent).url == reverse("plan_detail", args=[plan.get().uuid])
    assert [each.person for each in plan.get().revisions.get().targets.all()] == [house.people[1]]
    again = client.get(address).context["rows"]
    assert [each["row"].place.person for each in again if each["ticked"]] == [house.people[2]]


def test_7_2_a_list_is_submitted_read_beside_the_one_before_and_approved(house):
    pic, manager, module = client_of(house.pic), client_of(house.manager), house.module_version.module
    new = f"{reverse('requirement_new')}?line={house.line.code}"
    assert pic.get(reverse("requirement_new")).status_code == 200
    sent = {
        "effective_on": timezone.localdate().isoformat(),
        "expiring_days": "45",
        "grace_days": "14",
        "reason": "Lebih sering",
        f"module-{module.pk}": "on",
        f"months-{module.pk}": "6",
    }
    assert pic.post(new, {**sent, f"months-{module.pk}": "0"}).status_code == 422
    made = pic.post(new, sent).url
    submitted = CompetenceRequirement.objects.get(state="submitted")
    assert made == reverse("requirement_detail", args=[submitted.uuid]) and pic.get(made).status_code == 200
    decide = reverse("requirement_decide", args=[submitted.uuid])
    page = manager.get(decide)
    assert [(each.kind, each.before) for each in page.context["rows"]] == [("changed", 12)]
    assert manager.post(decide, {"note": "", "shown": page.context["shown"]}).url == made
    assert CompetenceRequirement.objects.in_force(timezone.localdate()).get() == submitted
    assert manager.get(decide).url == made


def test_7_2_what_changed_meanwhile_is_not_approved_unread(house):
    submitted = submit(house, now=timezone.now())
    client, decide = client_of(house.manager), reverse("requirement_decide", args=[submitted.uuid])
    shown = client.get(decide).context["shown"]
    submitted.modules.update(valid_months=1)
    assert client.post(decide, {"note": "", "shown": shown}).status_code == 409
    withdraw = reverse("requirement_withdraw", args=[submitted.uuid])
    assert client_of(house.pic).post(withdraw).status_code == 302


@pytest.mark.parametrize("name", ["requirement_detail", "requirement_decide"])
def test_7_2_a_list_of_another_line_does_not_exist_for_others(house, name):
    listed = CompetenceRequirement.objects.get()
    assert client_of(make_world().manager).get(reverse(name, args=[listed.uuid])).status_code == 404


def test_7_2_a_person_reads_what_is_asked_of_them(house):
    person = house.people[1]
    account = make_user("agent", person=person)
    page = client_of(account).get(reverse("my_competence")).content.decode()
    assert house.module_version.module.title in page
    assert client_of(account).get(reverse("competence_pdf", args=[person.uuid])).status_code == 200
