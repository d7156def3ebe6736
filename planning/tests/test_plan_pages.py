"""The pages of plans: who may open them, what they do, and how many queries they cost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planning.enums import PlanState, RevisionState
from planning.models import TrainingPlan
from planning.services import save_part
from planning.tests.factories import approved_plan, draft_plan, make_world, submitted_plan
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.django_db

DRAFT_PAGES = [("plan_part", {"part": part}) for part in ("need", "module", "method", "scoring", "recovery")] + [
    (name, {})
    for name in (
        "plan_sessions",
        "plan_session_new",
        "plan_targets",
        "plan_targets_defects",
        "plan_targets_add",
        "plan_recipients",
        "plan_submit",
        "plan_consult",
        "plan_cancel",
    )
]


@pytest.mark.parametrize(("name", "kwargs"), DRAFT_PAGES)
def test_every_page_of_a_draft_opens_for_its_pic_and_nobody_else(client, world, name, kwargs):
    """2.2: the PIC writes; a stranger does not know of it, another role may not, nobody gets in without sign-in."""
    plan = draft_plan(world=world)
    url = reverse(name, kwargs={"uuid": plan.uuid, **kwargs})

    assert client.get(url).status_code == 302
    client.force_login(world.pic)
    assert client.get(url).status_code == 200
    client.force_login(world.qc)
    assert client.get(url).status_code == 403
    client.force_login(make_user("trainer", site=make_world(people=0).site))
    assert client.get(url).status_code == 404
    client.force_login(world.pic)
    assert client.delete(url).status_code == 405


def test_the_list_filters_by_links_with_counts(client, world):
    """DLN-4, EXP-1: the count beside a filter is the number of rows behind it, and the export is the same filter."""
    draft_plan(world=world)
    submitted_plan(world=world)
    client.force_login(world.pic)

    page = client.get(reverse("plan_list"), {"state": PlanState.IN_PREPARATION})
    assert len(page.context["table"].rows) == 2
    assert {row["value"]: row["count"] for row in page.context["facets"][0][2]} == {"in_preparation": 2}
    assert client.get(reverse("plan_list"), {"state": "closed"}).status_code == 200
    export = client.get(reverse("plan_list"), {"export": "xlsx"})
    assert "spreadsheetml" in export["Content-Type"]


def test_an_empty_list_says_so(client, world):
    """EMP-1: nothing yet is another text than nothing for this filter."""
    client.force_login(world.pic)
    assert client.get(reverse("plan_list")).status_code == 200


@pytest.mark.parametrize("name", ["plan_list", "plan_approvals"])
def test_lists_cost_the_same_with_one_row_and_with_three(client, world, name, django_assert_max_num_queries):
    """Query budget: 12, whatever the rows."""
    submitted_plan(world=world)
    client.force_login(world.manager)
    with django_assert_max_num_queries(12) as first:
        client.get(reverse(name))
    for day in (5, 7):
        submitted_plan(world=world, starts_at=timezone.now() + timedelta(days=day))
    with django_assert_max_num_queries(12) as second:
        page = client.get(reverse(name))
    assert len(page.context["table"].rows) == 3
    assert len(first.captured_queries) == len(second.captured_queries)


def test_a_plan_is_begun_by_an_appointed_pic(client, world):
    """5.1.1 a: an appointment in force opens the form, a second sending makes no second plan."""
    client.force_login(world.pic)
    page = client.get(reverse("plan_new"), {"kind": "improvement", "line": world.line.code})
    place = page.context["form"].fields["place"].queryset.get()
    assert page.context["form"].initial["place"] == place.pk
    given = {
        "kind": "improvement",
        "title": "Salam pembuka",
        "place": place.pk,
        "purpose": "Temuan QC",
        "once": "k",
    }

    answer = client.post(reverse("plan_new"), given)
    again = client.post(reverse("plan_new"), given)

    plan = TrainingPlan.objects.get()
    assert answer.url == again.url == reverse("plan_detail", args=[plan.uuid])
    assert plan.pic == world.pic
    assert {each.party for each in plan.revisions.get().recipients.all()} == {
        "manager",
        "qc",
        "operations",
        "operation_support",
    }


def test_without_appointment_the_form_says_why_there_is_none(client, world):
    """5.1.1 a: a trainer who is not appointed is told whom to ask."""
    client.force_login(make_user("trainer", site=world.site, line=world.line, language="en"))
    assert "You have no appointment as PIC in force" in client.get(reverse("plan_new")).content.decode()


def test_parts_save_on_their_own(client, world):
    """Conventions, long forms: each page saves what it holds and names what it refuses."""
    plan = draft_plan(world=world)
    client.force_login(world.pic)
    url = reverse("plan_part", args=[plan.uuid, "scoring"])
    given = {
        "scheme": world.scheme.pk,
        "pass_mark": "82,5",
        "pre_paper": world.pre_paper.pk,
        "post_paper": world.post_paper.pk,
    }

    assert client.post(url, {**given, "pass_mark": "182"}).status_code == 422
    assert plan.revisions.get().pass_mark == 80
    assert client.post(url, given).status_code == 302
    assert str(plan.revisions.get().pass_mark) == "82.50"


def test_a_batch_is_added_changed_and_removed(client, world):
    """5.1.1 e: sessions and meetings with their times in the zone of the host site."""
    plan = draft_plan(world=world)
    revision = plan.revisions.get()
    client.force_login(world.pic)
    day = (timezone.localtime() + timedelta(days=9)).date()
    given = {
        "label": "Batch sore",
        "host_site": world.site.pk,
        "trainers": [world.trainer.pk],
        "room": world.room.pk,
        "meetings-TOTAL_FORMS": "1",
        "meetings-INITIAL_FORMS": "0",
        "meetings-0-starts_at_day": day.isoformat(),
        "meetings-0-starts_at_time": "15:00",
        "meetings-0-ends_at_day": day.isoformat(),
        "meetings-0-ends_at_time": "16:30",
    }

    answer = client.post(reverse("plan_session_new", args=[plan.uuid]), given)
    assert answer.status_code == 302, (answer.context["form"].errors, answer.context["formset"].errors)
    batch = revision.sessions.get(label="Batch sore")
    meeting = batch.meetings.get()
    assert meeting.starts_at.astimezone(world.site.zone).hour == 15

    given |= {"meetings-INITIAL_FORMS": "1", "meetings-0-uuid": str(meeting.uuid), "meetings-0-ends_at_time": "17:00"}
    url = reverse("plan_session", args=[plan.uuid, batch.uuid])
    assert client.get(url).status_code == 200
    assert client.post(url, given).status_code == 302
    assert batch.meetings.get().uuid == meeting.uuid
    assert client.post(url, given | {"meetings-0-ends_at_time": "14:00"}).status_code == 422

    assert client.post(reverse("plan_session_remove", args=[plan.uuid, batch.uuid])).status_code == 302
    assert not revision.sessions.filter(label="Batch sore").exists()


def test_targets_are_moved_and_taken_off(client, world):
    """5.1.1 b: the set of targets is the PIC's to write while it is a draft."""
    plan = draft_plan(world=world, sessions=2)
    revision = plan.revisions.get()
    client.force_login(world.pic)
    url = reverse("plan_targets", args=[plan.uuid])
    one, two, _three = world.people
    second = revision.sessions.get(label="Batch 2")

    assert client.post(url, {"action": "remove"}).status_code == 422
    assert client.post(url, {"action": "place", "person": one.pk, "batch": second.pk}).status_code == 302
    assert revision.targets.get(person=one).planned_session == second
    assert client.post(url, {"action": "remove", "person": two.pk}).status_code == 302
    assert not revision.targets.filter(person=two).exists()


def test_recipients_are_chosen_by_party_and_by_mail(client, world):
    """5.3.2: accounts by party, others by mail."""
    plan = draft_plan(world=world)
    client.force_login(world.pic)
    url = reverse("plan_recipients", args=[plan.uuid])
    given = {
        "recipient": [f"manager:{world.manager.pk}"],
        "others-TOTAL_FORMS": "1",
        "others-INITIAL_FORMS": "0",
        "others-0-party": "client",
        "others-0-name": "Klien",
        "others-0-email": "klien@contoh.id",
    }
    assert client.post(url, given | {"others-0-party": ""}).status_code == 422
    assert client.post(url, given).status_code == 302
    chosen = set(plan.revisions.get().recipients.values_list("party", "email"))
    assert chosen == {("manager", ""), ("client", "klien@contoh.id")}


def test_submitting_names_what_is_missing_with_its_page(client, world):
    """4.1: a plan without pass mark is not submitted; the page names it and leads there."""
    plan = draft_plan(world=world)
    revision = plan.revisions.get()
    save_part(revision=revision, part="scoring", values={"pass_mark": None}, actor=world.pic, now=timezone.now())
    client.force_login(world.pic)

    answer = client.post(reverse("plan_submit", args=[plan.uuid]))

    assert answer.status_code == 422
    assert reverse("plan_part", args=[plan.uuid, "scoring"]) in answer.content.decode()
    revision.refresh_from_db()
    assert revision.state == RevisionState.DRAFT


def test_submit_withdraw_and_begin_again(client, world):
    """5.1: the PIC submits, withdraws, and begins the next revision from it."""
    plan = draft_plan(world=world)
    client.force_login(world.pic)
    assert client.post(reverse("plan_submit", args=[plan.uuid])).status_code == 302
    answer = client.get(reverse("plan_submit", args=[plan.uuid]))
    assert answer.status_code == 409
    assert f'href="{reverse("plan_detail", args=[plan.uuid])}"' in answer.content.decode(), "the way to the remedy"
    assert client.post(reverse("plan_withdraw", args=[plan.uuid])).status_code == 302
    assert client.post(reverse("plan_amend", args=[plan.uuid])).status_code == 302
    assert list(plan.revisions.values_list("number", "state")) == [(2, "draft"), (1, "withdrawn")]
    assert client.get(reverse("plan_detail", args=[plan.uuid])).status_code == 200
    assert client.get(reverse("plan_revision", args=[plan.uuid, 1])).status_code == 200


def test_the_manager_cancels_with_a_reason(client, world):
    """A plan that is given up frees what it took and says why."""
    plan = approved_plan(world=world)
    client.force_login(world.manager)
    url = reverse("plan_cancel", args=[plan.uuid])
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "Klien menunda."}).status_code == 302
    plan.refresh_from_db()
    assert plan.state == PlanState.CANCELLED


def test_coordination_is_asked_and_answered_with_one_tap(client, world):
    """5.1.1 d: the team answers by one button; silence stays visible as no answer."""
    plan = submitted_plan(world=world)
    now = timezone.now()
    client.force_login(world.pic)
    due = (now + timedelta(days=2)).date()
    asked = client.post(reverse("plan_consult", args=[plan.uuid]), {"parties": ["qc", "operations"], "due_on": due})
    assert asked.status_code == 302
    question = plan.consultations.get(party="qc")
    url = reverse("consultation_answer", args=[question.uuid])

    client.force_login(world.operations)
    assert client.get(url).status_code == 403
    client.force_login(world.qc)
    page = client.get(url)
    assert page.status_code == 200
    shown = {"shown": page.context["shown"]}
    assert client.post(url, {"answer": "remarks", "remark": "", **shown}).status_code == 422
    assert client.post(url, {"answer": "agreed", **shown}).status_code == 302
    assert client.post(url, {"answer": "agreed", **shown}).status_code == 409
    question.refresh_from_db()
    assert (question.answer, question.answered_by) == ("agreed", world.qc)
