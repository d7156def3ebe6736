"""The review: clause 5.4."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from evaluation import services
from evaluation.agenda import defect_trends, figures_by_aspect
from evaluation.enums import REVIEW_TRANSITIONS, Aspect, Presence, ReviewState
from evaluation.models import Minutes, Review
from evaluation.queries import unsettled_of
from evaluation.services.reviews.minutes import form_of
from evaluation.tests.factories import NOW, answered_review, approve, held_review, note_all_present, scheduled_review
from planning.enums import PlanState
from planning.models import TrainingPlan
from planning.tests.factories import make_world, signature
from sessions import services as services_of_sessions
from sessions.enums import CaseKind, OutcomeState
from sessions.models import Enrolment, RecoveryCase, TargetOutcome, TrainingSession
from sessions.tests.factories import concluded
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, StaleVersion, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.enums import Employment
from trainingops.people.models import Person, User
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


def test_what_is_signed_holds_the_period_the_excuses_and_the_findings_in_the_order_of_the_page():
    scene = answered_review()
    before = services.minutes_content(scene.review)
    content = json.loads(before)
    assert [each["aspect"] for each in content["findings"]] == list(Aspect)
    assert content["plans"] == [scene.plan.number]
    scene.review.participants.filter(user=scene.plan.pic).update(presence=Presence.EXCUSED, excuse="Dinas luar")
    excused = services.minutes_content(scene.review)
    scene.review.participants.filter(user=scene.plan.pic).update(excuse="Sakit")
    assert len({before, excused, services.minutes_content(scene.review)}) == 3


def test_minutes_signed_in_the_first_form_are_recomputed_in_it():
    """6: what was signed before secretary, trainings and excuses were part of it still proves itself."""
    scene = answered_review()
    review = approve(scene)
    assert form_of(Minutes.objects.get(review=review).content) == 3
    second = json.loads(services.minutes_content(review, form=2))
    said = [action for finding in second["findings"] for action in finding["actions"]]
    assert second["form"] == 2 and said and not any("training_defects" in action for action in said)
    first = services.minutes_content(review, form=1)
    assert form_of(first) == 1
    pks = list(review.findings.order_by("pk").values_list("aspect", flat=True))
    assert [each["aspect"] for each in json.loads(first)["findings"]] == pks
    assert not {"secretary", "plans", "excuses", "form"} & set(json.loads(first))


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


@pytest.fixture
def with_remedial():
    """A training under review, all trained, one of them with an open remedial case; its minutes are approved."""
    held = concluded(right=(5, 5, 0), roleplay="90")
    case = RecoveryCase.objects.get(kind=CaseKind.REMEDIAL)
    TrainingPlan.objects.filter(pk=held.plan.pk).update(state=PlanState.UNDER_REVIEW)
    scene = scheduled_review()
    scene.review.plans.set([held.plan])
    Review.objects.update(state=ReviewState.APPROVED, site=held.plan.site, line=held.plan.line)
    scene.review.refresh_from_db()
    return SimpleNamespace(held=held, case=case, review=scene.review, manager=held.manager)


def _lapse(with_remedial, now):
    case = with_remedial.case
    Person.objects.filter(pk=case.enrolment.person_id).update(employment=Employment.LEFT)
    services_of_sessions.lapse_case(case=case, reason="Keluar", actor=with_remedial.manager, now=now)


@pytest.mark.clause("5.3.1")
def test_a_training_with_an_open_remedial_case_does_not_close_with_its_review_but_with_that_case(with_remedial):
    """A plan closes only with nothing outstanding; who waits is named, and no further step closes it."""
    held = with_remedial.held
    services.close_review(review=with_remedial.review, actor=with_remedial.manager, now=NOW)
    held.plan.refresh_from_db()
    assert held.plan.state == PlanState.UNDER_REVIEW
    [(plan, people)] = unsettled_of([held.plan])
    assert (plan, [each.name for each in people]) == (held.plan, [with_remedial.case.enrolment.person.name])
    _lapse(with_remedial, NOW)
    held.plan.refresh_from_db()
    assert held.plan.state == PlanState.CLOSED


@pytest.mark.clause("5.3.1")
def test_the_last_case_closes_nothing_before_the_review_is_closed(with_remedial):
    _lapse(with_remedial, NOW)
    with_remedial.held.plan.refresh_from_db()
    assert with_remedial.held.plan.state == PlanState.UNDER_REVIEW


@pytest.mark.clause("5.3.1")
def test_a_closed_training_offers_no_test(with_remedial, client):
    """One that was closed with an open remedial case before: neither trainer nor agent can go on with it."""
    case, held = with_remedial.case, with_remedial.held
    agent = User.objects.get(person=case.enrolment.person)
    services_of_sessions.open_case_test(case=case, form=None, actor=held.pic, now=NOW)
    client.force_login(agent)
    offered = reverse("test_start", args=[case.enrolment.uuid, "remedial"])
    assert offered in client.get(reverse("my_trainings")).content.decode()
    TrainingPlan.objects.filter(pk=held.plan.pk).update(state=PlanState.CLOSED)
    assert offered not in client.get(reverse("my_trainings")).content.decode()
    assert offered not in client.get("/").content.decode()
    enrolment = Enrolment.objects.get(pk=case.enrolment_id)
    with pytest.raises(Refused) as refused:
        services_of_sessions.start_attempt(enrolment=enrolment, phase="remedial", actor=agent, now=NOW)
    assert refused.value.code == "test_closed"
    with pytest.raises(WrongState):
        services_of_sessions.open_case_test(case=case, form=None, actor=held.pic, now=NOW)


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


@pytest.mark.clause("5.4")
def test_the_agenda_holds_the_classes_by_aspect_and_the_training_defects_against_the_days_before():
    scene = held_review()
    classes = TrainingSession.objects.filter(plan=scene.plan)
    classes.update(state="concluded")
    figures = figures_by_aspect(scene.review)
    kind = f"{classes.get().module_version.module.kind}_modules"
    (line,) = figures[kind].lines
    assert (line.classes, line.participants) == (1, classes.get().enrolments.count())
    assert set(figures) == set(Aspect) - {Aspect.OTHER}
    services.record_training_defect(
        kind="facility",
        training_session=classes.get(),
        occurred_at=classes.get().starts_at,
        description="Proyektor mati",
        impact="",
        correction="",
        actor=scene.plan.pic,
        now=NOW,
    )
    ((named, trend),) = defect_trends(scene.review)[1]
    assert (named, trend.now, trend.before) == ("facility", 1, 0)
