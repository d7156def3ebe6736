"""Measured effect: fixed by the plan, measured by a worker, and no more claimed than the figures carry (2.3, 5.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from evaluation.enums import EffectVerdict, StudyState
from evaluation.models import EffectMeasurement, EffectStudy
from evaluation.services import ask_measurement, measure_due, measure_study, plan_study, studies_due
from evaluation.services.effects import _keep
from evaluation.tests.effects import (
    AFTER,
    BEFORE,
    MEASURED_AT,
    PLANNED_AT,
    SELECTED,
    approved,
    drafted,
    observed,
    sampled,
    save_windows,
    train,
)
from planning.completeness import Snapshot, check
from planning.models import Defect, SampleCount
from planning.queries.effect import proposal
from planning.services.defects import annul_defect
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.4")]


def gap(effect):
    items = {item.key: item for item in check(Snapshot(effect.revision, PLANNED_AT))}
    return items["effect"].gap


# --- The plan ----------------------------------------------------------------------------------------------
def test_an_improvement_is_not_complete_without_its_windows_and_the_form_proposes_them():
    effect = drafted()
    with translation.override("en"):
        assert gap(effect).startswith("Fill in: class of defects, first day before")
    proposed = proposal(effect.revision)
    assert proposed["effect_class"] == "cace"
    assert proposed["before_until"] == SELECTED[0] - timedelta(days=1)
    assert proposed["after_from"] == AFTER[0]
    save_windows(effect, **proposed)
    assert gap(effect) == ""


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"before_until": SELECTED[0]}, "before_until"),
        ({"before_until": SELECTED[1] + timedelta(days=2)}, "before_until"),
        ({"before_from": BEFORE[1] + timedelta(days=1)}, "before_until"),
        ({"after_from": AFTER[0] - timedelta(days=1)}, "after_from"),
        ({"after_until": AFTER[0] - timedelta(days=1)}, "after_until"),
        ({"after_until": AFTER[0] + timedelta(days=400)}, "after_until"),
    ],
)
def test_windows_that_cannot_be_are_refused_at_their_field(wrong, field):
    """2.3: the days that chose the participants are never the window before, and after is after the class."""
    effect = drafted()
    with pytest.raises(Refused) as refused:
        save_windows(effect, **wrong)
    assert refused.value.field == field


def test_participants_chosen_later_by_the_window_before_are_a_gap():
    effect = drafted()
    save_windows(effect)
    target = effect.revision.targets.first()
    target.reason_facts = [{**target.reason_facts[0], "since": BEFORE[1].isoformat()}]
    target.save(update_fields=["reason_facts"])
    assert "10" in gap(effect)


def test_the_database_refuses_the_selecting_window_as_before():
    study = approved().study
    with pytest.raises(IntegrityError), transaction.atomic():
        EffectStudy.objects.filter(pk=study.pk).update(selected_from=BEFORE[1])


def test_the_approval_makes_the_study_as_the_plan_says():
    study = approved().study
    assert (study.state, study.effect_class) == (StudyState.WAITING, "cace")
    assert (study.before_from, study.before_until, study.after_from, study.after_until) == (*BEFORE, *AFTER)
    assert (study.selected_from, study.selected_until) == SELECTED
    assert study.due_at == datetime(2026, 8, 5, 17, 0, tzinfo=UTC)  # midnight in WIB


# --- Measuring ---------------------------------------------------------------------------------------------
def test_nothing_is_measured_before_the_window_has_ended():
    study = observed().study
    assert studies_due(now=study.due_at - timedelta(seconds=1)) == []
    assert not measure_study(study_id=study.pk, now=study.due_at - timedelta(seconds=1))


def test_those_trained_are_compared_with_those_who_met_the_same_rule_and_the_offices_are_told_once():
    effect = observed()
    assert measure_due(now=MEASURED_AT) == 1
    study = effect.study
    found = study.latest
    assert (study.state, found.verdict) == (StudyState.MEASURED, EffectVerdict.LOWER)
    assert (found.trained, found.compared) == (12, 12)
    assert (float(found.rate_trained), float(found.rate_compared)) == (0.05, 0.3)
    people = found.result["people"]
    assert (people["targets"], people["trained"], people["matched"], people["untrained"]) == (12, 12, 12, 0)
    classes = [each["class"] for each in found.result["classes"]]
    assert classes == ["cace", "bace", "coace"]
    told = Notice.objects.filter(kind="effect.measured")
    assert {each.recipient_id for each in told} == {effect.world.pic.pk, effect.world.manager.pk}
    assert not measure_study(study_id=study.pk, now=MEASURED_AT)
    assert (EffectMeasurement.objects.count(), told.count()) == (1, 2)


def test_without_a_comparison_the_verdict_is_regression_to_the_mean():
    """However far the rate fell: everybody who met the rule was trained."""
    effect = approved(agents=12)
    sampled(effect, effect.trained, BEFORE[0], defective=12)
    sampled(effect, effect.trained, AFTER[0], defective=1)
    measure_due(now=MEASURED_AT)
    assert effect.study.latest.verdict == EffectVerdict.NO_COMPARISON


def test_without_samples_there_is_not_enough_data():
    effect = approved()
    measure_due(now=MEASURED_AT)
    found = effect.study.latest
    assert found.verdict == EffectVerdict.TOO_FEW
    assert found.result["people"]["trained_without_samples"] == 12


def test_no_difference_is_not_called_an_effect():
    effect = observed(after=6)
    measure_due(now=MEASURED_AT)
    assert effect.study.latest.verdict == EffectVerdict.NOT_DIFFERENT


def test_everybody_is_counted_who_left_moved_came_late_or_was_trained_elsewhere():
    effect = approved(trained=False)
    left, moved, late, waiting, *trained = effect.trained
    train(effect, trained)
    train(effect, [late], on=AFTER[0] + timedelta(days=3))
    type(left).objects.filter(pk=left.pk).update(employment="left", left_on=AFTER[0])
    moved.assignments.update(ends_on=AFTER[0])
    other = effect.others[0]
    other.module_trainings.create(
        module_version=effect.world.module_version, trained_on=AFTER[0], source=effect.world.line.uuid
    )
    measure_due(now=MEASURED_AT)
    people = effect.study.latest.result["people"]
    said = {name: people[name] for name in ("trained", "late", "untrained", "waiting", "matched", "elsewhere")}
    assert said == {"trained": 8, "late": 1, "untrained": 3, "waiting": 3, "matched": 11, "elsewhere": 1}
    assert (people["left"], people["moved"]) == (1, 1)
    assert waiting.pk


def test_targeted_samples_and_annulled_defects_do_not_count():
    effect = observed()
    effect.world.people[0].samples.update(kind="targeted")
    annulled = Defect.objects.filter(person=effect.others[0])
    annulled.update(state="annulled")
    measure_due(now=MEASURED_AT)
    found = effect.study.latest
    assert (found.trained, found.compared) == (11, 11)
    assert found.result["people"]["trained_without_samples"] == 1


def test_two_workers_at_once_keep_one_measurement():
    from evaluation.measuring import measure

    study = observed().study
    found = measure(study)
    assert _keep(study=study, found=found, now=MEASURED_AT)
    assert not _keep(study=study, found=found, now=MEASURED_AT)
    assert EffectMeasurement.objects.count() == 1


# --- Measuring again ---------------------------------------------------------------------------------------
def test_annulled_defects_lead_to_another_measurement_and_the_old_one_stays():
    effect = observed()
    measure_due(now=MEASURED_AT)
    first, later = effect.study.latest, MEASURED_AT + timedelta(days=1)
    annul_defect(
        defect=Defect.objects.filter(person=effect.others[0]).first(),
        reason="Bukan kesalahan Agent",
        actor=effect.world.qc,
        now=later,
    )
    ask_measurement(study=effect.study, actor=effect.world.qc, now=later)
    assert measure_due(now=later) == 1
    study = effect.study
    assert (study.latest.number, study.latest.compared, study.latest.asked_by) == (2, 11, effect.world.qc)
    assert (first.compared, list(study.measurements.values_list("number", flat=True))) == (12, [2, 1])
    with pytest.raises(IntegrityError), transaction.atomic():
        EffectMeasurement.objects.filter(pk=first.pk).update(verdict=EffectVerdict.HIGHER)


def test_nothing_new_is_kept_where_nothing_changed_and_it_says_when_it_looked():
    effect = observed()
    measure_due(now=MEASURED_AT)
    later = MEASURED_AT + timedelta(days=1)
    ask_measurement(study=effect.study, actor=effect.world.manager, now=later)
    ask_measurement(study=effect.study, actor=effect.world.qc, now=later)
    assert measure_due(now=later) == 0
    study = effect.study
    assert (study.checked_at, study.wanted_at, study.measurements.count()) == (later, None, 1)


def test_only_offices_of_the_place_ask_and_only_for_what_was_measured():
    effect = observed()
    with pytest.raises(WrongState):
        ask_measurement(study=effect.study, actor=effect.world.manager, now=PLANNED_AT)
    measure_due(now=MEASURED_AT)
    with pytest.raises(NotAllowed):
        ask_measurement(study=effect.study, actor=effect.world.operations, now=MEASURED_AT)


def test_an_approved_revision_with_other_windows_is_measured_again():
    effect = observed()
    measure_due(now=MEASURED_AT)
    revision = effect.revision
    revision.after_until = AFTER[1] + timedelta(days=7)
    study = plan_study(revision=revision, actor=None, now=MEASURED_AT)
    assert (study.state, studies_due(now=MEASURED_AT)) == (StudyState.WAITING, [])
    later = MEASURED_AT + timedelta(days=8)
    assert measure_due(now=later) == 1
    assert effect.study.latest.after_until == revision.after_until


def test_the_classes_are_never_added_into_one_figure():
    effect = observed()
    sample = effect.trained[0].samples.latest("contacted_on")
    SampleCount.objects.create(sample=sample, error_class="bace", defective=20)
    measure_due(now=MEASURED_AT)
    by_class = {each["class"]: each["rows"][0]["after"]["defective"] for each in effect.study.latest.result["classes"]}
    assert by_class == {"cace": 12, "bace": 20, "coace": 0}
