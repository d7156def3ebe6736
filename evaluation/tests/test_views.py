"""The pages of evaluation: who sees what, what each step needs, and that queries do not grow."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from evaluation import services
from evaluation.enums import ActionState, Aspect, Presence, ReviewState
from evaluation.models import CoachingForm, ImprovementAction, Review, TrainingDefect
from evaluation.tests.factories import NOW, add_action, answered_review, held_review, scheduled_review
from planning.tests.factories import make_world
from trainingops.people.models import Signature
from trainingops.people.tests.factories import grant_role, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.4")]


@pytest.fixture
def at():
    """The clock of the pages stands where the factories stand."""
    with time_machine.travel(NOW, tick=True):
        yield


def text(answer):
    return answer.content.decode()


def test_lists_show_what_is_in_scope_only(client, at):
    scene = answered_review()
    other = make_world()
    client.force_login(scene.manager)
    assert scene.review.number in text(client.get(reverse("review_list")))
    action = ImprovementAction.objects.first()
    assert action.number in text(client.get(reverse("action_list")))
    client.force_login(other.manager)
    assert scene.review.number not in text(client.get(reverse("review_list")))
    assert action.number not in text(client.get(reverse("action_list")))


@pytest.mark.parametrize(
    "name", ["review_detail", "review_minutes", "finding_new", "review_presence", "review_close", "review_approve"]
)
def test_a_foreign_review_does_not_exist(client, at, name):
    scene = held_review()
    sign_in(client, make_world().manager)
    assert client.post(reverse(name, args=[scene.review.uuid])).status_code in (404, 405)
    if name in ("review_detail", "review_minutes", "finding_new", "review_approve"):
        assert client.get(reverse(name, args=[scene.review.uuid])).status_code == 404


@pytest.mark.parametrize("name", ["action_detail", "action_finish", "action_check", "coaching_detail"])
def test_a_missing_object_is_404(client, at, name):
    sign_in(client, make_user("manager"))
    assert client.get(reverse(name, args=["00000000-0000-4000-8000-000000000000"])).status_code == 404


@pytest.mark.parametrize("name", ["review_list", "review_new", "action_list", "training_defect_list", "coaching_list"])
def test_anonymous_is_sent_to_sign_in_and_outsiders_are_refused(client, at, name):
    assert client.get(reverse(name)).status_code == 302
    client.force_login(make_user("client"))
    assert client.get(reverse(name)).status_code == 403


def test_manager_schedules_in_the_browser(client, at):
    world = make_world()
    client.force_login(world.manager)
    page = client.get(reverse("review_new"))
    assert page.status_code == 200
    answer = client.post(
        reverse("review_new"),
        {
            "once": "abc",
            "site": world.site.pk,
            "line": world.line.pk,
            "period_from": "2026-10-01",
            "period_to": "2026-11-30",
            "scheduled_at_day": "2026-11-24",
            "scheduled_at_time": "10:00",
            "secretary": world.qc.pk,
        },
    )
    review = Review.objects.get()
    assert answer["Location"] == reverse("review_detail", args=[review.uuid])
    assert review.scheduled_at.isoformat() == "2026-11-24T03:00:00+00:00"


def test_bad_input_is_named_and_nothing_is_written(client, at):
    world = make_world()
    client.force_login(world.manager)
    answer = client.post(reverse("review_new"), {"site": world.site.pk})
    assert answer.status_code == 422
    assert "Ada masalah" in text(answer)
    assert not Review.objects.exists()


def test_presence_and_holding_on_one_form(client, at):
    scene = scheduled_review()
    client.force_login(scene.manager)
    url = reverse("review_presence", args=[scene.review.uuid])
    assert client.get(url).status_code == 405
    data = {}
    for participant in scene.review.participants.all():
        data[f"presence_{participant.user_id}"] = "invited"
        data[f"excuse_{participant.user_id}"] = ""
    answer = client.post(url, {**data, "hold": "1"})
    assert scene.plan.pic.name in text(answer)
    # Refused at the PIC's own control with what was chosen there; who came is not half noted either.
    assert answer.status_code == 422
    assert "“Diundang”" in str(answer.context["presence_form"].errors[f"presence_{scene.plan.pic.pk}"])
    data[f"presence_{scene.plan.pic.pk}"] = "excused"
    answer = client.post(url, {**data, "hold": "1"})
    assert scene.plan.pic.name in str(answer.context["presence_form"].errors[f"excuse_{scene.plan.pic.pk}"])
    assert set(scene.review.participants.values_list("presence", flat=True)) == {"invited"}
    for key in list(data):
        if key.startswith("presence_"):
            data[key] = "present"
    assert client.post(url, {**data, "hold": "1"}).status_code == 302
    scene.review.refresh_from_db()
    assert scene.review.state == ReviewState.HELD


def test_secretary_writes_minutes_findings_and_actions(client, at):
    scene = held_review()
    client.force_login(scene.secretary)
    url = reverse("review_minutes", args=[scene.review.uuid])
    assert client.post(url, {"text": "Dibuka.", "version": 1}).status_code == 302
    stale = client.post(url, {"text": "Teks saya", "version": 1})
    assert "Teks saya" in text(stale)
    answer = client.post(
        reverse("finding_new", args=[scene.review.uuid]), {"aspect": Aspect.METHOD, "text": "Terlambat"}
    )
    assert answer.status_code == 302
    finding = scene.review.findings.get()
    answer = client.post(
        reverse("action_new", args=[finding.uuid]),
        {
            "kind": "curative",
            "text": "Kelas susulan",
            "owner": scene.world.pic.pk,
            "due_at_day": "2026-12-01",
            "due_at_time": "17:00",
        },
    )
    assert answer.status_code == 302, text(answer)
    page = text(client.get(reverse("review_detail", args=[scene.review.uuid])))
    assert "Kelas susulan" in page
    assert "belum berisi temuan" in page


def test_approval_in_the_browser_binds_to_the_fingerprint(client, at):
    scene = answered_review()
    sign_in(client, scene.manager)
    url = reverse("review_approve", args=[scene.review.uuid])
    page = client.get(url)
    assert page.status_code == 200
    assert client.post(url, {"content_hash": "f" * 64}).status_code == 409
    assert not Signature.objects.filter(content_hash="f" * 64).exists()  # what is refused is not signed either
    answer = client.post(url, {"content_hash": page.context["content_hash"]})
    assert answer.status_code == 302
    scene.review.refresh_from_db()
    assert scene.review.state == ReviewState.APPROVED
    assert client.post(reverse("review_close", args=[scene.review.uuid])).status_code == 302


def test_owner_finishes_and_another_checks(client, at):
    scene = answered_review()
    action = ImprovementAction.objects.first()
    client.force_login(scene.world.pic)
    assert client.post(reverse("action_start", args=[action.uuid])).status_code == 302
    assert client.post(reverse("action_finish", args=[action.uuid]), {"evidence_note": ""}).status_code == 422
    assert client.post(reverse("action_finish", args=[action.uuid]), {"evidence_note": "Foto"}).status_code == 302
    assert client.get(reverse("action_check", args=[action.uuid])).status_code == 403
    client.force_login(scene.manager)
    assert client.get(reverse("action_start", args=[action.uuid])).status_code == 405
    answer = client.post(reverse("action_check", args=[action.uuid]), {"effective": "yes", "note": "Nol kejadian"})
    assert answer.status_code == 302
    action.refresh_from_db()
    assert action.state == ActionState.EFFECTIVE
    assert (
        client.post(reverse("action_check", args=[action.uuid]), {"effective": "yes", "note": "x"}).status_code == 422
    )


def test_coaching_in_the_browser_and_the_agent_s_comment(client, at):
    world = make_world()
    agent = make_user("agent", person=world.people[0])
    sign_in(client, world.leader)
    assert world.people[0].name in text(client.get(reverse("coaching_list"), {"q": world.people[0].name}))
    url = reverse("coaching_new", args=[world.people[0].uuid])
    assert client.get(url).status_code == 200
    words = {"problem": "p", "cause": "c", "agreement": "a", "follow_up_on": "2026-12-01"}
    assert "Ada masalah" in text(client.post(url, {**words, "follow_up_on": "2026-01-01"}))
    assert client.post(url, words).status_code == 302
    form = CoachingForm.objects.get()
    client.force_login(agent)
    detail = reverse("coaching_detail", args=[form.uuid])
    assert client.get(detail).status_code == 200
    answer = reverse("coaching_acknowledge", args=[form.uuid])
    assert client.get(answer).url.startswith("/sign-in/again/")  # a fresh log-in first
    sign_in(client, agent)
    assert client.get(answer).status_code == 200
    assert client.post(answer, {"comment": "Setuju"}).url == detail
    client.force_login(make_user("agent", person=world.people[1]))
    assert client.get(detail).status_code == 404


@pytest.mark.clause("4.4")
def test_people_report_a_training_defect(client, at):
    scene = scheduled_review()
    training_session = scene.plan.training_sessions.get()
    type(training_session).objects.update(opened_at=NOW - timedelta(days=7))
    client.force_login(scene.plan.pic)
    url = reverse("training_defect_new")
    answer = client.post(
        url,
        {
            "training_session": training_session.pk,
            "kind": "facility",
            "occurred_at_day": "2026-11-16",
            "occurred_at_time": "10:00",
            "description": "Proyektor mati",
        },
    )
    assert answer.status_code == 302, text(answer)
    assert TrainingDefect.objects.filter(kind="facility").exists()
    assert "Proyektor mati" in text(client.get(reverse("training_defect_list"), {"kind": "facility"}))


CHANGES = ["finding_edit", "finding_withdraw", "action_withdraw"]


def _change_url(scene, name):
    finding = scene.review.findings.get(aspect=Aspect.METHOD)
    thing = finding.actions.first() if name == "action_withdraw" else finding
    return reverse(name, args=[thing.uuid])


@pytest.mark.parametrize("name", CHANGES)
def test_who_may_change_or_withdraw_what_a_review_says(client, at, name):
    scene = answered_review()
    url = _change_url(scene, name)
    assert client.get(url).status_code == 302
    client.force_login(make_user("agent"))
    assert client.get(url).status_code == 403
    client.force_login(make_world().manager)
    assert client.get(url).status_code == 404
    client.force_login(scene.plan.pic)
    assert client.get(url).status_code == 403
    client.force_login(scene.secretary)
    assert client.get(url).status_code == 200
    assert client.delete(url).status_code == 405


def test_the_secretary_puts_a_mis_click_right_in_the_browser(client, at):
    """Contradiction refused at its control; answer changed; action and finding withdrawn; the aspect waits again."""
    scene = held_review()
    client.force_login(scene.secretary)
    new = reverse("finding_new", args=[scene.review.uuid])
    both = {"once": "a", "aspect": Aspect.SOFT_MODULES, "nothing_found": "on", "text": "Modul terlalu panjang"}
    answer = client.post(new, both)
    assert answer.status_code == 422 and answer.context["form"].errors["nothing_found"]
    assert "Modul terlalu panjang" in text(answer)
    client.post(new, {"once": "b", "aspect": Aspect.SOFT_MODULES, "nothing_found": "on"})
    finding = scene.review.findings.get()
    page = text(client.get(reverse("review_detail", args=[scene.review.uuid])))
    assert f"{new}?aspect=soft_modules" not in page and f"{new}?aspect=method" in page
    edit = reverse("finding_edit", args=[finding.uuid])
    assert edit in page and "checked" in text(client.get(edit))
    client.post(edit, {"once": "c", "aspect": Aspect.SOFT_MODULES, "text": "Modul terlalu panjang"})
    page = text(client.get(reverse("review_detail", args=[scene.review.uuid])))
    assert f"{new}?aspect=soft_modules" in page and "Modul terlalu panjang" in page
    action = add_action(scene, finding)
    withdraw = reverse("finding_withdraw", args=[finding.uuid])
    page = text(client.get(reverse("review_detail", args=[scene.review.uuid])))
    assert withdraw not in page and reverse("action_withdraw", args=[action.uuid]) in page
    assert client.post(withdraw, {"once": "d", "reason": "Keliru"}).status_code == 422
    client.post(reverse("action_withdraw", args=[action.uuid]), {"once": "e", "reason": "Salah temuan"})
    assert "Salah temuan" in text(client.get(reverse("action_detail", args=[action.uuid])))
    client.post(withdraw, {"once": "f", "reason": "Keliru"})
    page = text(client.get(reverse("review_detail", args=[scene.review.uuid])))
    assert "Modul terlalu panjang" not in page and f"{new}?aspect=soft_modules" in page
    assert client.get(edit).status_code == 404


def test_the_page_that_is_signed_shows_all_of_it_in_the_order_of_the_review(client, at):
    """5.4: participants, excuses, period, time, trainings and findings are in the hash, so they are shown."""
    scene = answered_review()
    scene.review.participants.filter(user=scene.plan.pic).update(presence=Presence.EXCUSED, excuse="Dinas luar kota")
    sign_in(client, scene.manager)
    page = text(client.get(reverse("review_approve", args=[scene.review.uuid])))
    for said in ("Dinas luar kota", scene.plan.pic.name, scene.secretary.name, scene.plan.number, "24 Oktober 2026"):
        assert said in page
    places = [page.index(f"<b>{aspect.label}</b>") for aspect in Aspect]
    assert places == sorted(places)
    review = text(client.get(reverse("review_detail", args=[scene.review.uuid])))
    assert "Dilaksanakan" in page and "Dilaksanakan" in review


def test_a_manager_who_wrote_the_minutes_is_not_led_to_their_approval(client, at):
    scene = answered_review()
    grant_role(scene.secretary, "manager")
    url = reverse("review_approve", args=[scene.review.uuid])
    client.force_login(scene.secretary)
    assert url not in text(client.get(reverse("review_detail", args=[scene.review.uuid])))
    client.force_login(scene.manager)
    assert url in text(client.get(reverse("review_detail", args=[scene.review.uuid])))


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_rows(client, at, rows, django_assert_max_num_queries):
    world = make_world()
    scene = held_review(world)
    for _ in range(rows):
        finding = services.add_finding(
            review=scene.review, aspect=Aspect.METHOD, text="x", actor=scene.secretary, now=NOW
        )
        add_action(scene, finding)
    client.force_login(world.manager)
    for url in (
        reverse("review_list"),
        reverse("review_detail", args=[scene.review.uuid]),
        reverse("action_list"),
        reverse("action_detail", args=[ImprovementAction.objects.first().uuid]),
        reverse("coaching_list"),
        reverse("training_defect_list"),
    ):
        with django_assert_max_num_queries(12):
            client.get(url)
