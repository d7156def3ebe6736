"""Findings by aspect: added, changed and withdrawn until the minutes are approved (5.4)."""

from __future__ import annotations

import pytest

from evaluation import services
from evaluation.enums import Aspect
from evaluation.tests.factories import NOW, answered_review, approve, held_review
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import make_user
from trainingops.records.models import EvidenceRequest

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.4")]


def test_nothing_found_excludes_a_finding_of_the_same_aspect():
    scene = held_review()
    services.add_finding(review=scene.review, aspect=Aspect.OTHER, nothing_found=True, actor=scene.secretary, now=NOW)
    with pytest.raises(Refused):
        services.add_finding(review=scene.review, aspect=Aspect.OTHER, text="x", actor=scene.secretary, now=NOW)
    with pytest.raises(Refused):
        services.add_finding(review=scene.review, aspect=Aspect.METHOD, text=" ", actor=scene.secretary, now=NOW)


CONTRADICTIONS = [
    {"text": "Modul terlalu panjang"},
    {"no_action_reason": "Sudah diganti"},
    {"training_defects": True},
]


@pytest.mark.parametrize("beside", CONTRADICTIONS)
def test_nothing_found_beside_a_finding_in_one_answer_is_refused_and_loses_no_text(beside):
    """The answer contradicts itself: neither half is dropped silently."""
    scene = held_review()
    if "training_defects" in beside:
        beside = {"training_defects": [_defect(scene)]}
    with pytest.raises(Refused) as refused:
        services.add_finding(
            review=scene.review,
            aspect=Aspect.SOFT_MODULES,
            nothing_found=True,
            **beside,
            actor=scene.secretary,
            now=NOW,
        )
    assert refused.value.field == "nothing_found"
    assert not scene.review.findings.exists()


def _defect(scene):
    from evaluation.enums import TrainingDefectKind
    from evaluation.models import TrainingDefect

    occurrence = services.Occurrence(
        kind=TrainingDefectKind.LATENESS,
        plan=scene.plan,
        training_session=scene.plan.training_sessions.first(),
        occurred_at=NOW,
        source=scene.plan.uuid,
    )
    services.register_training_defects(occurrences=[occurrence], now=NOW)
    return TrainingDefect.objects.get()


def _change(scene, finding, **answer):
    answer = {"aspect": finding.aspect, **answer}
    return services.change_finding(finding=finding, **answer, actor=scene.secretary, now=NOW)


def test_a_wrong_nothing_found_is_changed_into_a_finding_and_the_journal_keeps_both():
    scene = held_review()
    finding = services.add_finding(
        review=scene.review, aspect=Aspect.SOFT_MODULES, nothing_found=True, actor=scene.secretary, now=NOW
    )
    _change(scene, finding, text="Modul terlalu panjang")
    finding.refresh_from_db()
    assert (finding.nothing_found, finding.text) == (False, "Modul terlalu panjang")
    entry = Entry.objects.get(verb="finding.changed")
    assert "panjang" not in entry.text
    services.add_finding(
        review=scene.review, aspect=Aspect.SOFT_MODULES, text="Contoh usang", actor=scene.secretary, now=NOW
    )
    assert scene.review.findings.filter(aspect=Aspect.SOFT_MODULES).count() == 2
    with pytest.raises(Refused) as refused:
        _change(scene, finding, nothing_found=True)
    assert refused.value.field == "aspect"


def test_a_finding_with_actions_is_neither_turned_into_nothing_nor_withdrawn_before_they_are():
    scene = answered_review()
    finding = scene.review.findings.get(aspect=Aspect.METHOD)
    actions = list(finding.actions.all())
    for act in (
        lambda: _change(scene, finding, nothing_found=True),
        lambda: services.withdraw_finding(finding=finding, reason="Keliru", actor=scene.secretary, now=NOW),
    ):
        with pytest.raises(Refused, match=actions[0].number) as refused:
            act()
        assert refused.value.code == "has_actions"
    for action in actions:
        services.withdraw_action(action=action, reason="Salah temuan", actor=scene.secretary, now=NOW)
    services.withdraw_finding(finding=finding, reason="Keliru", actor=scene.secretary, now=NOW)
    assert Entry.objects.filter(verb="action.withdrawn").count() == 2
    assert Entry.objects.filter(verb="finding.withdrawn").count() == 1
    assert Notice.objects.filter(kind="action.withdrawn", recipient=scene.world.pic).count() == 2
    assert len(services.missing_before_approval(scene.review)) == 1
    assert actions[0].number not in services.minutes_content(scene.review)
    services.add_finding(review=scene.review, aspect=Aspect.METHOD, nothing_found=True, actor=scene.manager, now=NOW)
    approve(scene)
    paper = EvidenceRequest.objects.get(kind="minutes").payload.text
    assert "Peserta terlambat" not in paper and actions[0].number not in paper


def test_withdrawing_wants_a_reason_and_the_right_to_write():
    scene = answered_review()
    finding = scene.review.findings.get(aspect=Aspect.OTHER)
    action = scene.review.findings.get(aspect=Aspect.METHOD).actions.first()
    for withdraw in (
        lambda **by: services.withdraw_finding(finding=finding, now=NOW, **by),
        lambda **by: services.withdraw_action(action=action, now=NOW, **by),
    ):
        with pytest.raises(Refused) as refused:
            withdraw(reason=" ", actor=scene.secretary)
        assert refused.value.field == "reason"
        with pytest.raises(NotAllowed):
            withdraw(reason="Keliru", actor=make_user("trainer"))
        withdraw(reason="Keliru", actor=scene.secretary)
        with pytest.raises(WrongState):
            withdraw(reason="Keliru", actor=scene.secretary)


def test_after_approval_no_finding_or_action_is_changed_or_withdrawn():
    scene = answered_review()
    approve(scene)
    finding = scene.review.findings.get(aspect=Aspect.METHOD)
    by = {"actor": scene.secretary, "now": NOW}
    for act in (
        lambda: _change(scene, finding, text="Lain"),
        lambda: services.withdraw_finding(finding=finding, reason="Keliru", **by),
        lambda: services.withdraw_action(action=finding.actions.first(), reason="Keliru", **by),
    ):
        with pytest.raises(WrongState):
            act()
