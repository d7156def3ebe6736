"""Improvement actions: decided, done, checked by somebody else (4.4, 5.4)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from evaluation import services
from evaluation.enums import ACTION_TRANSITIONS, ActionKind, ActionState, Aspect, TrainingDefectKind
from evaluation.models import EffectivenessCheck, ImprovementAction, Review, TrainingDefect
from evaluation.tests.factories import NOW, add_action, answered_review, approve, held_review
from sessions.models import TrainingSession
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.4")]


@pytest.fixture
def scene():
    scene = held_review()
    scene.finding = services.add_finding(
        review=scene.review, aspect=Aspect.METHOD, text="Terlambat", actor=scene.secretary, now=NOW
    )
    scene.action = add_action(scene, scene.finding)
    return scene


def finish(scene, note="Foto papan pengumuman"):
    return services.finish_action(action=scene.action, evidence_note=note, actor=scene.world.pic, now=NOW)


def check(scene, *, effective, actor=None, now=NOW, note="Dihitung ulang"):
    return services.check_action(
        action=scene.action, effective=effective, note=note, actor=actor or scene.manager, now=now
    )


def test_action_runs_from_open_to_effective(scene):
    services.start_action(action=scene.action, actor=scene.world.pic, now=NOW)
    finish(scene)
    check(scene, effective=True)
    scene.action.refresh_from_db()
    assert scene.action.state == ActionState.EFFECTIVE


def test_not_effective_reopens(scene):
    finish(scene)
    check(scene, effective=False)
    scene.action.refresh_from_db()
    assert scene.action.state == ActionState.OPEN
    finish(scene)


def test_nobody_checks_their_own_action(scene):
    finish(scene)
    with pytest.raises(NotAllowed):
        check(scene, effective=True, actor=scene.world.pic)
    assert not EffectivenessCheck.objects.exists()


def test_only_the_owner_carries_out(scene):
    with pytest.raises(NotAllowed):
        services.start_action(action=scene.action, actor=scene.manager, now=NOW)
    with pytest.raises(NotAllowed):
        services.finish_action(action=scene.action, evidence_note="x", actor=scene.manager, now=NOW)


def test_done_needs_evidence_and_a_check_needs_words(scene):
    with pytest.raises(Refused):
        finish(scene, note=" ")
    finish(scene)
    with pytest.raises(Refused):
        check(scene, effective=True, note="")


def test_due_in_the_past_is_refused(scene):
    with pytest.raises(Refused) as refused:
        services.add_action(
            finding=scene.finding,
            kind="curative",
            text="x",
            owner=scene.world.pic,
            due_at=NOW,
            actor=scene.secretary,
            now=NOW,
        )
    assert refused.value.field == "due_at"


def test_no_action_where_nothing_was_found(scene):
    nothing = services.add_finding(
        review=scene.review, aspect=Aspect.OTHER, nothing_found=True, actor=scene.secretary, now=NOW
    )
    with pytest.raises(Refused):
        add_action(scene, nothing)


@pytest.mark.parametrize(("days", "allowed"), [(366, True), (367, False)])
def test_an_action_is_due_within_a_year(days, allowed):
    scene = held_review()
    finding = services.add_finding(review=scene.review, aspect=Aspect.METHOD, text="x", actor=scene.secretary, now=NOW)
    words = {"kind": ActionKind.CURATIVE, "text": "x", "owner": scene.world.pic, "due_at": NOW + timedelta(days=days)}
    if allowed:
        services.add_action(finding=finding, **words, actor=scene.secretary, now=NOW)
        return
    with pytest.raises(Refused, match="2027") as refused:
        services.add_action(finding=finding, **words, actor=scene.secretary, now=NOW)
    assert (refused.value.field, refused.value.code) == ("due_at", "too_far_ahead")


def test_no_action_after_the_minutes_are_approved():
    scene = answered_review()
    finding = scene.review.findings.get(aspect=Aspect.METHOD)
    approve(scene)
    finding.refresh_from_db()
    with pytest.raises(WrongState):
        add_action(scene, finding)


@pytest.mark.clause("4.4")
def test_check_counts_the_training_defects_again(scene):
    before = [_late(scene, NOW - timedelta(days=day), day) for day in (1, 2, 14, 16)]
    scene.finding.training_defects.set(before)
    finish(scene)
    _late(scene, NOW + timedelta(days=1), 20)
    found = check(scene, effective=True, now=NOW + timedelta(days=15))
    assert (found.defects_before, found.defects_after) == (3, 1)
    spans = (found.before_since, found.before_until, found.after_since, found.after_until)
    assert spans == tuple(NOW + timedelta(days=day) for day in (-15, 0, 0, 15))


@pytest.mark.clause("4.4")
def test_an_effect_on_training_defects_is_not_said_before_the_waiting_time_is_over(scene):
    scene.finding.training_defects.set([_late(scene, NOW - timedelta(days=1), 1)])
    finish(scene)
    _late(scene, NOW + timedelta(days=1), 20)
    last_day = NOW + timedelta(days=14)
    with pytest.raises(Refused) as refused:
        check(scene, effective=True, now=last_day - timedelta(seconds=1))
    assert (refused.value.field, refused.value.code) == ("effective", "too_early")
    assert check(scene, effective=True, now=last_day).effective


@pytest.mark.clause("4.4")
def test_an_action_names_the_training_defects_of_its_finding_and_only_their_kinds_count(scene):
    late, other = _late(scene, NOW - timedelta(days=1), 1), _late(scene, NOW - timedelta(days=1), 2)
    TrainingDefect.objects.filter(pk=other.pk).update(kind=TrainingDefectKind.ABSENCE)
    scene.finding.training_defects.set([late, other])
    values = {"finding": scene.finding, "kind": "curative", "text": "x", "owner": scene.world.pic}
    values |= {"due_at": NOW + timedelta(days=7), "actor": scene.secretary, "now": NOW}
    scene.action = services.add_action(**values, training_defects=[late])
    finish(scene)
    assert check(scene, effective=None, now=NOW + timedelta(days=2)).defects_before == 1
    scene.finding.training_defects.set([other])
    with pytest.raises(Refused) as refused:
        services.add_action(**values, training_defects=[late])
    assert refused.value.field == "training_defects"


def test_what_opens_again_after_its_due_time_needs_a_new_one(scene):
    finish(scene)
    late = NOW + timedelta(days=8)
    with pytest.raises(Refused) as refused:
        check(scene, effective=False, now=late)
    assert refused.value.field == "due_at"
    again = late + timedelta(days=7)
    services.check_action(action=scene.action, effective=False, note="x", due_at=again, actor=scene.manager, now=late)
    scene.action.refresh_from_db()
    assert (scene.action.state, scene.action.due_at, scene.action.reminded_at) == (ActionState.OPEN, again, None)
    assert scene.action.decided_due_at == NOW + timedelta(days=7)


def test_what_an_action_was_to_remove_and_until_when_proves_itself_after_it_opened_again():
    """6: the signed minutes are recomputed alike, whatever became of the action since."""
    scene = answered_review()
    approve(scene)
    signed = services.minutes_content(scene.review)
    scene.action = scene.review.findings.get(aspect=Aspect.METHOD).actions.first()
    finish(scene)
    late = NOW + timedelta(days=8)
    services.check_action(
        action=scene.action,
        effective=False,
        note="x",
        due_at=late + timedelta(days=7),
        actor=scene.manager,
        now=late,
    )
    services.tell_of_actions(now=late + timedelta(days=8))
    assert services.minutes_content(Review.objects.get(pk=scene.review.pk)) == signed


def test_the_owner_is_reminded_once_before_and_owner_and_manager_are_told_once_after(scene):
    other = add_action(scene, scene.finding)
    near, late = NOW + timedelta(days=5), NOW + timedelta(days=8)
    assert services.tell_of_actions(now=NOW) == 0
    assert [services.tell_of_actions(now=near), services.tell_of_actions(now=near)] == [2, 0]
    services.finish_action(action=other, evidence_note="Foto", actor=scene.world.pic, now=near)
    assert [services.tell_of_actions(now=late), services.tell_of_actions(now=late)] == [1, 0]
    told = Notice.objects.filter(subject=scene.action.uuid)
    assert [each.recipient for each in told.filter(kind="action.reminder")] == [scene.world.pic]
    assert {scene.world.pic, scene.manager} <= {each.recipient for each in told.filter(kind="action.overdue")}


def _late(scene, at, number):
    occurrence = services.Occurrence(
        kind=TrainingDefectKind.LATENESS,
        plan=scene.plan,
        training_session=scene.plan.training_sessions.first(),
        occurred_at=at,
        source=uuid.UUID(int=number),
        description="Terlambat",
    )
    (defect,) = services.register_training_defects(occurrences=[occurrence], now=NOW)
    return defect


@pytest.mark.clause("4.4")
def test_no_training_since_the_action_is_no_effect_and_the_check_waits(scene):
    """5.4: none before and none after is no data; the action stays done until a training has shown something."""
    scene.finding.training_defects.set([_late(scene, NOW - timedelta(days=1), 1)])
    finish(scene)
    with pytest.raises(Refused, match="belum ada training") as refused:
        check(scene, effective=True, now=NOW + timedelta(minutes=1))
    assert (refused.value.field, refused.value.code) == ("effective", "no_data")
    assert not EffectivenessCheck.objects.exists()
    check(scene, effective=None, now=NOW + timedelta(minutes=1))
    scene.action.refresh_from_db()
    assert scene.action.state == ActionState.DONE and EffectivenessCheck.objects.get().effective is None
    TrainingSession.objects.filter(pk=scene.plan.training_sessions.first().pk).update(
        state="concluded", concluded_at=NOW + timedelta(days=2)
    )
    check(scene, effective=True, now=NOW + timedelta(days=14))
    scene.action.refresh_from_db()
    assert scene.action.state == ActionState.EFFECTIVE


@pytest.mark.parametrize(
    ("state", "to"),
    [
        (state, to)
        for state in ActionState
        for to in (ActionState.IN_PROGRESS, ActionState.DONE, ActionState.EFFECTIVE, ActionState.OPEN)
        if to not in ACTION_TRANSITIONS.get(state, ())
    ],
)
def test_illegal_transitions_are_refused(scene, state, to):
    ImprovementAction.objects.update(state=state, withdrawn_reason="Keliru" if state == "withdrawn" else "")
    with pytest.raises(WrongState):
        {
            ActionState.IN_PROGRESS: lambda: services.start_action(action=scene.action, actor=scene.world.pic, now=NOW),
            ActionState.DONE: lambda: finish(scene),
            ActionState.EFFECTIVE: lambda: check(scene, effective=True),
            ActionState.OPEN: lambda: check(scene, effective=False),
        }[to]()
