"""When a review meets, what it looks at, and that no day is reviewed twice: clause 5.4."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from evaluation import services
from evaluation.enums import Presence, ReviewState
from evaluation.models import Review
from evaluation.tests.factories import NOW, held_review, note_all_present, scheduled_review
from planning.enums import PlanState
from planning.models import TrainingPlan
from planning.services import advance_plan
from planning.tests.factories import World, approved_plan, make_world
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import grant_role, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.4")]


def schedule(world: World, **change) -> Review:
    values = {
        "period_from": (NOW - timedelta(days=30)).date(),
        "period_to": NOW.date(),
        "scheduled_at": NOW + timedelta(hours=1),
        "secretary": world.qc,
    }
    return services.schedule_review(site=world.site, line=world.line, **(values | change), actor=world.manager, now=NOW)


def plan_under_way(world: World, *, days: int = 6) -> TrainingPlan:
    """A training held last week whose report is still owed."""
    plan = approved_plan(world=world, starts_at=NOW - timedelta(days=days))
    TrainingPlan.objects.filter(pk=plan.pk).update(state=PlanState.UNDER_WAY)
    plan.refresh_from_db()
    return plan


def test_a_review_is_not_held_before_its_day():
    scene = scheduled_review()
    Review.objects.update(scheduled_at=datetime(2027, 12, 31, 3, tzinfo=NOW.tzinfo))
    note_all_present(scene)
    with pytest.raises(Refused, match="31 Desember 2027") as refused:
        services.hold_review(review=scene.review, actor=scene.manager, now=NOW)
    assert refused.value.code == "not_its_day"
    assert Review.objects.get().state == ReviewState.SCHEDULED


def test_a_review_may_be_held_earlier_on_its_day_with_the_true_time():
    scene = scheduled_review()
    note_all_present(scene)
    assert (
        services.hold_review(review=scene.review, actor=scene.manager, now=NOW).held_at
        == NOW
        < Review.objects.get().scheduled_at
    )


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        (
            {"period_from": date(2031, 1, 1), "period_to": date(2031, 12, 31), "scheduled_at": NOW.replace(year=2031)},
            "period_from",
            "1 Januari 2031",
        ),
        ({"scheduled_at": NOW.replace(year=2029)}, "scheduled_at", "2029"),
        ({"period_to": NOW.date() + timedelta(days=8)}, "period_to", "1 Desember 2026"),
    ],
)
def test_neither_the_period_nor_the_meeting_lies_in_the_far_future(change, field, words):
    with pytest.raises(Refused, match=words) as refused:
        schedule(make_world(), **change)
    assert refused.value.field == field
    assert not Review.objects.exists()


def test_a_training_reported_after_the_invitation_is_in_the_review_and_its_pic_must_be_there(client):
    world = make_world()
    plan = plan_under_way(world)
    review = schedule(world)
    assert not review.plans.exists()
    advance_plan(plan=plan, to=PlanState.REPORTED, actor=None, now=NOW)
    plan.refresh_from_db()
    assert plan.state == PlanState.UNDER_REVIEW
    assert list(review.plans.all()) == list(review.late_plans.all()) == [plan]
    assert review.participants.get(user=plan.pic).is_required
    assert Notice.objects.filter(kind="review.scheduled", recipient=plan.pic).exists()
    with pytest.raises(Refused, match=plan.pic.name):
        services.hold_review(
            review=review, presence={world.manager.pk: (Presence.PRESENT, "")}, actor=world.manager, now=NOW
        )
    with time_machine.travel(NOW):
        sign_in(client, world.manager)
        page = client.get(reverse("review_detail", args=[review.uuid])).content.decode()
    assert "dilaporkan setelah undangan" in page


def test_a_training_that_no_signal_brought_joins_when_the_meeting_is_declared_held(client):
    scene = scheduled_review()
    note_all_present(scene)
    other = make_user("trainer", site=scene.world.site, line=scene.world.line)
    late = plan_under_way(scene.world)
    TrainingPlan.objects.filter(pk=late.pk).update(state=PlanState.REPORTED, pic=other)
    with pytest.raises(Refused, match=other.name):
        services.hold_review(review=scene.review, actor=scene.manager, now=NOW)
    assert not scene.review.participants.filter(user=other).exists()
    data = {f"presence_{each.user_id}": "present" for each in scene.review.participants.all()}
    url = reverse("review_presence", args=[scene.review.uuid])
    with time_machine.travel(NOW):
        sign_in(client, scene.manager)
        answer = client.post(url, {**data, "hold": "1"})
        assert answer.status_code == 422
        assert answer.context["presence_form"].errors[f"presence_{other.pk}"]
        assert client.post(url, {**data, f"presence_{other.pk}": "present", "hold": "1"}).status_code == 302
    scene.review.refresh_from_db()
    assert scene.review.state == ReviewState.HELD
    assert set(scene.review.plans.all()) == {scene.plan, late}


def test_who_was_invited_as_secretary_is_required_as_pic():
    world = make_world()
    plan = plan_under_way(world)
    review = schedule(world, secretary=plan.pic)
    assert not review.participants.get(user=plan.pic).is_required
    advance_plan(plan=plan, to=PlanState.REPORTED, actor=None, now=NOW)
    assert review.participants.get(user=plan.pic).is_required


def test_a_held_review_takes_no_more_trainings():
    scene = held_review()
    plan = plan_under_way(scene.world)
    advance_plan(plan=plan, to=PlanState.REPORTED, actor=None, now=NOW)
    plan.refresh_from_db()
    assert plan.state == PlanState.REPORTED
    assert plan not in scene.review.plans.all()


def test_no_second_review_of_an_overlapping_period_of_the_same_site_and_line():
    scene = scheduled_review()
    with pytest.raises(Refused, match=scene.review.number) as refused:
        schedule(scene.world, period_from=NOW.date())
    assert (refused.value.field, refused.value.code) == ("period_from", "period_taken")
    schedule(make_world())
    before = scene.review.period_from - timedelta(days=1)
    schedule(scene.world, period_from=before, period_to=before)


def test_the_database_refuses_two_reviews_of_one_day():
    scene = scheduled_review()
    before = scene.review.period_from - timedelta(days=1)
    other = schedule(scene.world, period_from=before, period_to=before)
    with pytest.raises(IntegrityError, match="review_period_once"), transaction.atomic():
        Review.objects.filter(pk=other.pk).update(period_to=NOW.date())


def test_the_upgrade_keeps_the_overlapping_reviews_that_were_accepted_before():
    from importlib import import_module

    mark = import_module("evaluation.migrations.0005_reviews_never_overlap").MARK_OVERLAPS
    scene = scheduled_review()
    before = scene.review.period_from - timedelta(days=1)
    other = schedule(scene.world, period_from=before, period_to=before)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE evaluation_review DROP CONSTRAINT review_period_once")
        Review.objects.filter(pk=other.pk).update(period_to=NOW.date())
        cursor.execute(mark)
    assert list(Review.objects.filter(shares_period=True)) == [other]


def test_a_review_that_is_called_off_frees_its_period_and_tells_who_was_invited(client):
    scene = scheduled_review()
    with time_machine.travel(NOW):
        sign_in(client, scene.manager)
        url = reverse("review_cancel", args=[scene.review.uuid])
        assert client.get(url).status_code == 405
        assert client.post(url).status_code == 302
        assert client.get(reverse("review_detail", args=[scene.review.uuid])).status_code == 200
    assert Review.objects.get().state == ReviewState.CANCELLED
    assert Notice.objects.filter(kind="review.cancelled").count() == 3
    again = schedule(scene.world)
    assert list(again.plans.all()) == [scene.plan]


@pytest.mark.parametrize("state", [each for each in ReviewState if each != ReviewState.SCHEDULED])
def test_only_a_scheduled_review_is_called_off(state):
    scene = scheduled_review()
    Review.objects.update(state=state)
    scene.review.refresh_from_db()
    with pytest.raises(WrongState, match=str(state.label)):
        services.cancel_review(review=scene.review, actor=scene.manager, now=NOW)


def test_only_the_manager_in_scope_calls_a_review_off(client):
    scene = scheduled_review()
    grant_role(scene.secretary, "trainer")
    with pytest.raises(NotAllowed):
        services.cancel_review(review=scene.review, actor=scene.secretary, now=NOW)
    sign_in(client, make_world().manager)
    assert client.post(reverse("review_cancel", args=[scene.review.uuid])).status_code == 404
