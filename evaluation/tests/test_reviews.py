"""The review: clause 5.4."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from evaluation import services
from evaluation.enums import REVIEW_TRANSITIONS, Aspect, Presence, ReviewState
from evaluation.models import Minutes, Review
from evaluation.tests.factories import NOW, answered_review, approve, held_review, note_all_present, scheduled_review
from planning.enums import PlanState
from planning.tests.factories import make_world, signature
from sessions.enums import OutcomeState
from sessions.models import TargetOutcome
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, StaleVersion, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import make_user
from trainingops.records.models import EvidenceRequest

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.4")]


def test_scheduling_takes_the_reported_trainings_of_the_period_under_review():
    scene = scheduled_review()
    scene.plan.refresh_from_db()
    assert scene.plan.state == PlanState.UNDER_REVIEW
    assert list(scene.review.plans.all()) == [scene.plan]
    required = scene.review.participants.filter(is_required=True)
    assert [participant.user for participant in required] == [scene.plan.pic]
    assert Notice.objects.filter(kind="review.scheduled").count() == 3


def test_only_the_manager_in_scope_schedules():
    world = make_world()
    for user in (world.pic, make_user("manager", site=make_world().site)):
        with pytest.raises(NotAllowed):
            services.schedule_review(
                site=world.site,
                line=world.line,
                period_from=NOW.date(),
                period_to=NOW.date(),
                scheduled_at=NOW,
                secretary=world.qc,
                actor=user,
                now=NOW,
            )


@pytest.mark.parametrize(("change", "field"), [("secretary", "secretary"), ("period", "period_to")])
def test_scheduling_names_what_is_wrong(change, field):
    world = make_world()
    values = {
        "site": world.site,
        "line": world.line,
        "period_from": NOW.date(),
        "period_to": NOW.date() - timedelta(days=1) if change == "period" else NOW.date(),
        "scheduled_at": NOW,
        "secretary": world.manager if change == "secretary" else world.qc,
    }
    with pytest.raises(Refused) as refused:
        services.schedule_review(**values, actor=world.manager, now=NOW)
    assert refused.value.field == field
    assert not Review.objects.exists()


def test_review_is_not_held_while_a_pic_is_neither_present_nor_excused():
    scene = scheduled_review()
    services.note_presence(
        review=scene.review,
        presence={scene.manager.pk: (Presence.PRESENT, "")},
        actor=scene.manager,
        now=NOW,
    )
    with pytest.raises(Refused, match=scene.plan.pic.name):
        services.hold_review(review=scene.review, actor=scene.manager, now=NOW)


def test_review_is_not_held_without_its_manager():
    scene = scheduled_review()
    note_all_present(scene)
    with pytest.raises(NotAllowed):
        services.hold_review(review=scene.review, actor=scene.plan.pic, now=NOW)
    services.note_presence(
        review=scene.review,
        presence={scene.manager.pk: (Presence.EXCUSED, "Dinas")},
        actor=scene.secretary,
        now=NOW,
    )
    with pytest.raises(Refused, match=r"manager|manajer"):
        services.hold_review(review=scene.review, actor=scene.manager, now=NOW)


def test_excuse_needs_a_word():
    scene = scheduled_review()
    with pytest.raises(Refused):
        services.note_presence(
            review=scene.review,
            presence={scene.plan.pic_id: (Presence.EXCUSED, " ")},
            actor=scene.secretary,
            now=NOW,
        )


def test_minutes_edited_by_two_lose_nothing_silently():
    scene = held_review()
    services.save_minutes(review=scene.review, text="satu", version=1, actor=scene.secretary, now=NOW)
    with pytest.raises(StaleVersion):
        services.save_minutes(review=scene.review, text="dua", version=1, actor=scene.manager, now=NOW)
    assert Minutes.objects.get(review=scene.review).text == "satu"


def test_nothing_found_excludes_a_finding_of_the_same_aspect():
    scene = held_review()
    services.add_finding(review=scene.review, aspect=Aspect.OTHER, nothing_found=True, actor=scene.secretary, now=NOW)
    with pytest.raises(Refused):
        services.add_finding(review=scene.review, aspect=Aspect.OTHER, text="x", actor=scene.secretary, now=NOW)
    with pytest.raises(Refused):
        services.add_finding(review=scene.review, aspect=Aspect.METHOD, text=" ", actor=scene.secretary, now=NOW)


def test_minutes_are_not_approved_while_an_aspect_is_unanswered():
    scene = held_review()
    missing = services.missing_before_approval(scene.review)
    assert len(missing) == len(Aspect) + 1
    with pytest.raises(Refused) as refused:
        approve(scene)
    assert refused.value.code == "incomplete"


def test_a_finding_needs_an_action_or_a_reason_why_not():
    scene = answered_review()
    assert services.missing_before_approval(scene.review) == []
    services.add_finding(review=scene.review, aspect=Aspect.METHOD, text="Lampu redup", actor=scene.secretary, now=NOW)
    assert len(services.missing_before_approval(scene.review)) == 1
    services.add_finding(
        review=scene.review,
        aspect=Aspect.METHOD,
        text="Kursi kurang",
        no_action_reason="Sudah dipesan",
        actor=scene.secretary,
        now=NOW,
    )
    assert len(services.missing_before_approval(scene.review)) == 1


def test_approval_freezes_signs_and_orders_the_record():
    scene = answered_review()
    review = approve(scene)
    minutes = Minutes.objects.get(review=review)
    assert review.state == ReviewState.APPROVED
    assert (minutes.approved_by, minutes.signature.content_hash) == (scene.manager, minutes.content_hash)
    request = EvidenceRequest.objects.get(kind="minutes")
    assert "Peserta terlambat" in request.payload.text
    entry = Entry.objects.get(verb="minutes.approved")
    assert "terlambat" not in entry.text
    assert scene.manager.name not in entry.text
    with pytest.raises(WrongState):
        services.save_minutes(review=review, text="x", version=2, actor=scene.secretary, now=NOW)


def test_approval_binds_to_what_was_read():
    scene = answered_review()
    with pytest.raises(StaleVersion):
        services.approve_minutes(
            review=scene.review,
            content_hash="0" * 64,
            signature=signature(scene.manager, "0" * 64, now=NOW),
            actor=scene.manager,
            now=NOW,
        )


def test_the_secretary_does_not_approve_their_own_minutes():
    scene = answered_review()
    from trainingops.people.tests.factories import grant_role

    grant_role(scene.secretary, "manager")
    with pytest.raises(NotAllowed):
        approve(scene, actor=scene.secretary)


@pytest.mark.parametrize("settled", [True, False])
def test_closing_closes_trainings_whose_targets_are_settled(settled):
    scene = answered_review()
    review = approve(scene)
    TargetOutcome.objects.filter(plan=scene.plan).delete()
    for person in scene.world.people:
        state = OutcomeState.LAPSED if settled else OutcomeState.OUTSTANDING
        TargetOutcome.objects.create(plan=scene.plan, person=person, state=state)
    services.close_review(review=review, actor=scene.manager, now=NOW)
    scene.plan.refresh_from_db()
    assert scene.plan.state == (PlanState.CLOSED if settled else PlanState.UNDER_REVIEW)


@pytest.mark.parametrize(
    ("state", "to"),
    [
        (state, to)
        for state in ReviewState
        for to in (ReviewState.HELD, ReviewState.APPROVED, ReviewState.CLOSED)
        if to not in REVIEW_TRANSITIONS.get(state, ())
    ],
)
def test_illegal_transitions_name_the_state_found(state, to):
    scene = scheduled_review()
    Review.objects.update(state=state)
    scene.review.refresh_from_db()
    with pytest.raises(WrongState) as refused:
        {
            ReviewState.HELD: lambda: services.hold_review(review=scene.review, actor=scene.manager, now=NOW),
            ReviewState.APPROVED: lambda: approve(scene),
            ReviewState.CLOSED: lambda: services.close_review(review=scene.review, actor=scene.manager, now=NOW),
        }[to]()
    assert str(ReviewState(state).label) in str(refused.value)


def test_database_wants_words_in_a_finding_and_an_excuse():
    scene = held_review()
    with pytest.raises(IntegrityError), transaction.atomic():
        scene.review.findings.create(aspect=Aspect.OTHER, text="")
    with pytest.raises(IntegrityError), transaction.atomic():
        scene.review.participants.update(presence=Presence.EXCUSED, excuse="")


@pytest.mark.clause("5.4")
def test_the_database_refuses_minutes_approved_by_who_wrote_them():
    """Separation of duties holds below the service too (DESIGN.md §2)."""
    review = scheduled_review().review
    with pytest.raises(IntegrityError, match="minutes_approved_by_another"), transaction.atomic():
        Minutes.objects.filter(review=review).update(approved_by=review.secretary)
