"""Pages of the Form Pembinaan SDM (clause 6): where it begins, its steps, and who may read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from evaluation.enums import CoachingState
from evaluation.models import CoachingForm
from evaluation.tests.factories import held_review
from evaluation.tests.test_coaching import TODAY, coach, draft
from evaluation.tests.test_views import at, sign_in  # noqa: F401 (a fixture)
from planning.tests.factories import make_world
from planning.tests.needs import make_defects
from sessions.models import RecoveryCase
from sessions.services import open_case_test
from sessions.tests.factories import concluded, take_test
from trainingops.people.tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("6"), pytest.mark.usefixtures("at")]
AGREED = {"cause": "c", "agreement": "a", "follow_up_on": (TODAY + timedelta(days=7)).isoformat()}


def test_a_service_defect_is_one_click_from_a_form_that_holds_it(client):
    world = make_world()
    defect = make_defects(world)[0]
    sign_in(client, world.manager)
    new = f"{reverse('coaching_new', args=[defect.person.uuid])}?defect={defect.uuid}"
    assert new in client.get(reverse("defect_detail", args=[defect.uuid])).content.decode()
    form = client.get(new).context["form"]
    assert defect.pk in form.initial["defects"] and defect.parameter.name in form.initial["problem"]
    sent = {**AGREED, "problem": form.initial["problem"], "defects": [defect.pk], "act": "draft"}
    made = client.post(new, sent).url
    kept = CoachingForm.objects.get()
    assert (kept.state, list(kept.defects.all())) == (CoachingState.DRAFTED, [defect])
    assert made in client.get(reverse("defect_detail", args=[defect.uuid])).content.decode()
    sign = reverse("coaching_edit", args=[kept.uuid])
    assert client.get(sign).context["form"].initial["agreement"] == "a"
    assert client.post(sign, {**sent, "act": "sign"}).url == made
    kept.refresh_from_db()
    assert kept.state == CoachingState.SIGNED and client.get(sign).url == made


def test_a_remedial_that_was_not_passed_is_one_click_from_a_form_with_its_results(
    client, django_assert_max_num_queries
):
    held = concluded(right=(2, 5, 5))
    case, person = RecoveryCase.objects.get(), held.enrolments[0].person
    now = held.training_session.ends_at + timedelta(hours=1)
    open_case_test(case=case, form=None, actor=held.pic, now=now)
    sign_in(client, held.pic)
    page, new = reverse("case_detail", args=[case.uuid]), reverse("coaching_new", args=[person.uuid])
    assert new not in client.get(page).content.decode()
    take_test(held.enrolments[0], phase="remedial", right=1, now=now)
    with django_assert_max_num_queries(12):
        assert f"{new}?case={case.uuid}" in client.get(page).content.decode()
    problem = client.get(f"{new}?case={case.uuid}").context["form"].initial["problem"]
    assert held.training_session.plan.number in problem
    client.post(f"{new}?case={case.uuid}", {**AGREED, "problem": problem, "act": "draft"})
    assert CoachingForm.objects.get().case == case


def test_a_finding_of_a_review_leads_to_the_agent_and_stands_in_the_form(client):
    scene = held_review()
    finding = scene.review.findings.create(aspect="other", text="Agent tidak dilepas")
    person = scene.world.people[0]
    sign_in(client, scene.world.manager)
    chosen = f"{reverse('coaching_list')}?finding={finding.uuid}"
    assert chosen in client.get(reverse("review_detail", args=[scene.review.uuid])).content.decode()
    new = f"{reverse('coaching_new', args=[person.uuid])}?finding={finding.uuid}"
    assert new in client.get(f"{chosen}&q={person.name}").content.decode()
    assert finding.text in client.get(new).context["form"].initial["problem"]
    sign_in(client, make_world().manager)
    assert client.get(chosen).status_code == 404


def test_the_steps_after_the_signature_have_their_pages(client):
    world = make_world()
    form = coach(world.manager, world.people[0])
    follow_up = form.follow_ups.get()
    sign_in(client, world.manager)
    detail, close = (reverse(name, args=[form.uuid]) for name in ("coaching_detail", "coaching_close"))
    assert client.get(close).url == detail
    more = reverse("coaching_follow_up_new", args=[form.uuid])
    assert client.post(more, {"due_on": form.follow_up_on.isoformat()}).status_code == 422
    note = reverse("coaching_follow_up", args=[follow_up.uuid])
    assert note in client.get(detail).content.decode()
    assert client.post(note, {"seen_on": TODAY.isoformat(), "seen": ""}).status_code == 422
    assert client.post(note, {"seen_on": TODAY.isoformat(), "seen": "Lebih baik"}).url == detail
    assert client.get(note).url == detail
    sent = {"result": "partly", "conclusion": "Diteruskan", "unacknowledged_reason": "Cuti"}
    assert client.post(close, sent).url == detail
    page = client.get(detail).content.decode()
    assert all(words in page for words in ("Lebih baik", "Diteruskan", "Cuti"))


@pytest.mark.parametrize(
    "name", ["coaching_edit", "coaching_withdraw", "coaching_acknowledge", "coaching_follow_up_new", "coaching_close"]
)
def test_the_forms_of_others_do_not_exist(client, name):
    world = make_world()
    form = draft(world.leader, world.people[0])
    sign_in(client, make_user("manager", "team_leader", "agent", site=make_world().site))
    address = reverse(name, args=[form.uuid])
    answer = client.post(address) if name == "coaching_withdraw" else client.get(address)
    assert answer.status_code == 404


def test_the_agent_reads_their_form_in_the_list_and_the_file_and_nobody_else_s(client, django_assert_max_num_queries):
    world = make_world()
    mine, other = (coach(world.leader, person, role="team_leader") for person in world.people[:2])
    client.force_login(make_user("agent", person=world.people[0]))
    with django_assert_max_num_queries(12):
        page = client.get(reverse("coaching_list")).content.decode()
    assert mine.number in page and other.number not in page
    assert client.get(f"{reverse('coaching_list')}?export=xlsx").status_code == 200
    client.force_login(world.manager)
    due = client.get(f"{reverse('coaching_list')}?due=week").content.decode()
    assert mine.number in due and other.number in due
    assert mine.number not in client.get(f"{reverse('coaching_list')}?due=over").content.decode()
