"""From approval to conclusion and recovery, through the real services (clauses 4.2, 4.3, 5.2, 5.3.1)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from planning.models import Competence, ModuleTraining
from sessions.models import Deviation, RecoveryCase, TargetOutcome, TrainingSession
from sessions.queries.ledger import identity
from sessions.services import RollCell, conclude_meeting, conclude_session, open_post_test, open_session
from sessions.signals import session_concluded, session_scheduled, targets_settled
from sessions.tests.factories import (
    START,
    absent,
    attend,
    concluded,
    end_session,
    make_up_for,
    opened,
    scheduled,
    take_test,
)
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.people.tests.factories import make_user
from trainingops.records.models import EvidenceRequest
from trainingops.tests.kept import anew

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(request):
    """Names of the signals sent, in order."""
    names = []

    def listen(signal, name):
        def note(**kwargs):
            names.append(name)

        signal.connect(note, weak=False)
        request.addfinalizer(lambda: signal.disconnect(note))

    listen(session_scheduled, "scheduled")
    listen(session_concluded, "concluded")
    listen(targets_settled, "settled")
    with anew():
        yield names


@pytest.mark.clause("5.2")
def test_an_approval_makes_the_session_with_its_uuid_enrolments_and_outcomes(heard):
    held = scheduled()
    training_session, planned = held.training_session, held.plan.approved_revision.sessions.get()
    assert heard == ["scheduled"]
    assert (training_session.uuid, training_session.state) == (planned.uuid, "scheduled")
    assert training_session.number == f"{held.plan.number}-01"
    assert {each.uuid for each in training_session.meetings.all()} == {each.uuid for each in planned.meetings.all()}
    assert {each.person for each in held.enrolments} == set(held.world.people)
    assert {each.site for each in held.enrolments} == {held.world.site}
    assert identity(TargetOutcome.objects.filter(plan=held.plan)).outstanding == 3
    assert training_session.summary.enrolled == 3


@pytest.mark.clause("4.3")
def test_everybody_attends_passes_and_the_target_is_settled(heard):
    held = concluded()
    counted = identity(TargetOutcome.objects.filter(plan=held.plan))
    assert (counted.targeted, counted.trained, counted.passed, counted.on_schedule) == (3, 3, 3, 3)
    assert counted.holds
    assert heard == ["scheduled", "settled", "concluded"]
    assert Competence.objects.filter(module_version=held.world.module_version).count() == 3
    assert ModuleTraining.objects.filter(module_version=held.world.module_version).count() == 3
    summary = held.training_session.summary
    assert (summary.present, summary.scored, summary.passed, summary.cases_open) == (3, 3, 3, 0)
    assert (summary.mean_post, summary.mean_final) == (Decimal(100), Decimal(96))
    held.plan.refresh_from_db()
    assert held.plan.state == "under_way"
    kinds = EvidenceRequest.objects.filter(subject=held.training_session.uuid).values_list("kind", flat=True)
    assert sorted(kinds) == ["attendance", "test_results"]


@pytest.mark.clause("5.3.1")
def test_absence_lateness_over_tolerance_and_early_leave_open_cases_when_the_meeting_ends():
    held = opened(people=5)
    first, second, third, fourth, _fifth = held.enrolments
    attend(
        held,
        absent(first),
        RollCell(second.pk, "late", minutes_late=16),
        RollCell(third.pk, "late", minutes_late=15),
        RollCell(fourth.pk, "present", minutes_left_early=30),
    )
    assert RecoveryCase.objects.count() == 0
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=held.meeting.ends_at)
    cases = RecoveryCase.objects.order_by("pk")
    assert {(each.enrolment, each.cause, each.minutes) for each in cases} == {
        (first, "absent", None),
        (second, "late", 16),
        (fourth, "left_early", 30),
    }
    assert {each.owner for each in cases} == {held.pic}
    assert {each.due_at for each in cases} == {held.meeting.ends_at + timedelta(days=7)}


@pytest.mark.point("ATT-7")
def test_a_blank_stays_blank_and_becomes_a_case_when_the_session_ends():
    held = opened()
    end_session(held)
    assert held.training_session.summary.recorded == 0
    assert set(RecoveryCase.objects.values_list("cause", flat=True)) == {"not_recorded"}
    assert identity(TargetOutcome.objects.filter(plan=held.plan)).outstanding == 3


@pytest.mark.clause("5.3.1")
def test_a_make_up_class_resolves_its_cases_and_closes_the_ledger(heard):
    held = concluded(lambda people: absent(people[0]))
    assert identity(TargetOutcome.objects.filter(plan=held.plan)).outstanding == 1
    again = make_up_for(held)
    assert (again.training_session.kind, again.training_session.revision) == ("make_up", None)
    assert again.training_session.number == f"{held.plan.number}-02"
    assert RecoveryCase.objects.get().state == "scheduled"
    open_session(training_session=again.training_session, actor=held.pic, now=again.training_session.starts_at)
    again.fresh()
    attend(again)
    end_session(again)
    case = RecoveryCase.objects.get()
    assert (case.state, case.settled_by) == ("resolved", held.pic)
    outcome = TargetOutcome.objects.get(person=held.enrolments[0].person)
    assert (outcome.state, outcome.result, outcome.on_schedule) == ("trained", "not_scored", False)
    assert heard == ["scheduled", "concluded", "scheduled", "settled", "concluded"]
    assert identity(TargetOutcome.objects.filter(plan=held.plan)).holds


def test_who_passes_in_the_make_up_class_has_passed():
    held = concluded(lambda people: absent(people[0]))
    again = make_up_for(held)
    now = again.training_session.starts_at
    open_session(training_session=again.training_session, actor=held.pic, now=now)
    again.fresh()
    attend(again)
    from sessions.services import open_post_test
    from sessions.tests.factories import score

    open_post_test(training_session=again.training_session, actor=held.pic, now=now)
    take_test(again.enrolments[0], phase="post", right=5, now=now)
    score(again, {again.enrolments[0].pk: "80"}, now=now)
    end_session(again)
    outcome = TargetOutcome.objects.get(person=held.enrolments[0].person)
    assert (outcome.state, outcome.result) == ("trained", "passed")


def test_a_missed_make_up_class_leaves_the_case_open_again():
    held = concluded(lambda people: absent(people[0]))
    again = make_up_for(held)
    open_session(training_session=again.training_session, actor=held.pic, now=again.training_session.starts_at)
    again.fresh()
    attend(again, absent(again.enrolments[0], "unexcused"))
    end_session(again)
    case = RecoveryCase.objects.get()
    assert (case.state, case.scheduled_in) == ("open", None)


@pytest.mark.clause("5.1.2")
def test_a_result_below_the_pass_mark_opens_a_remedial_case_and_the_target_counts_as_trained():
    held = concluded(right=(2, 5, 5))
    case = RecoveryCase.objects.get()
    assert (case.kind, case.cause, case.meeting) == ("remedial", "below_pass_mark", None)
    counted = identity(TargetOutcome.objects.filter(plan=held.plan))
    assert (counted.trained, counted.passed, counted.in_remedial, counted.outstanding) == (3, 2, 1, 0)


@pytest.mark.parametrize(("right", "result"), [(5, "passed"), (1, "not_passed")])
def test_the_remedial_test_ends_the_case_either_way(right, result):
    from sessions.services import open_case_test

    held = concluded(right=(2, 5, 5))
    case = RecoveryCase.objects.get()
    now = held.training_session.ends_at + timedelta(hours=1)
    open_case_test(case=case, form=None, actor=held.pic, now=now)
    take_test(held.enrolments[0], phase="remedial", right=right, now=now)
    case.refresh_from_db()
    assert case.state == "resolved"
    assert TargetOutcome.objects.get(enrolment=held.enrolments[0]).result == result
    current = held.enrolments[0].results.get(current=True)
    assert current.attempt == 2


@pytest.mark.clause("5.1.2")
def test_a_scheme_with_two_remedial_attempts_leaves_the_case_open_after_the_first():
    from planning.tests.factories import make_world
    from sessions.services import open_case_test

    world = make_world(people=3)
    world.scheme.remedial_attempts = 2
    world.scheme.save()
    held = concluded(right=(2, 5, 5), world=world)
    case = RecoveryCase.objects.get()
    for hour, right, state in ((1, 1, "open"), (2, 5, "resolved")):
        now = held.training_session.ends_at + timedelta(hours=hour)
        open_case_test(case=case, form=None, actor=held.pic, now=now)
        take_test(held.enrolments[0], phase="remedial", right=right, now=now)
        case.refresh_from_db()
        assert case.state == state
    assert TargetOutcome.objects.get(enrolment=held.enrolments[0]).result == "passed"


@pytest.mark.clause("5.1.2")
def test_a_scheme_without_remedial_opens_no_case():
    from planning.tests.factories import make_world

    world = make_world(people=3)
    world.scheme.remedial_attempts = 0
    world.scheme.save()
    held = concluded(right=(2, 5, 5), world=world)
    assert not RecoveryCase.objects.exists()
    assert TargetOutcome.objects.get(enrolment=held.enrolments[0]).result == "not_passed"


def test_self_study_is_settled_by_its_post_test():
    from planning.models import RecoveryForm
    from sessions.services import open_case_test

    held = concluded(lambda people: absent(people[0]))
    form = RecoveryForm.objects.get(code="self_study")
    now = held.training_session.ends_at + timedelta(hours=1)
    case = RecoveryCase.objects.get()
    with pytest.raises(Refused):
        take_test(held.enrolments[0], phase="post", right=5, now=now)
    open_case_test(case=case, form=form, actor=held.pic, now=now)
    take_test(held.enrolments[0], phase="post", right=5, now=now)
    case.refresh_from_db()
    assert case.state == "resolved"
    assert TargetOutcome.objects.get(enrolment=held.enrolments[0]).state == "trained"


@pytest.mark.clause("4.2")
def test_a_difference_from_the_plan_needs_a_reason_and_is_kept():
    held = opened()
    attend(held)
    open_post_test(training_session=held.training_session, actor=held.pic, now=START)
    take_test(held.enrolments[0], phase="post", right=5, now=START)
    meeting = held.meeting
    late = meeting.ends_at + timedelta(minutes=40)
    conclude_meeting(meeting=meeting, actor=held.pic, now=late)
    with pytest.raises(Refused, match="120 m") as refused:
        conclude_session(training_session=held.training_session, actor=held.pic, now=late)
    assert refused.value.field == "reason_duration"
    assert held.fresh().state == "open"
    conclude_session(
        training_session=held.training_session, actor=held.pic, now=late, reasons={"duration": "Banyak pertanyaan"}
    )
    deviation = Deviation.objects.get()
    assert (deviation.kind, deviation.reason) == ("duration", "Banyak pertanyaan")


@pytest.mark.clause("5.2")
def test_it_opens_neither_early_nor_by_a_stranger():
    held = scheduled()
    with pytest.raises(NotAllowed):
        open_session(training_session=held.training_session, actor=make_user("trainer"), now=START)
    with pytest.raises(Refused, match="revis"):
        open_session(training_session=held.training_session, actor=held.pic, now=START - timedelta(hours=13))
    assert held.fresh().state == "scheduled"


def test_a_running_meeting_holds_the_session_open():
    held = opened()
    with pytest.raises(Refused):
        conclude_session(training_session=held.training_session, actor=held.pic, now=START + timedelta(hours=2))


@pytest.mark.parametrize("state", ["open", "concluded", "cancelled", "filed"])
def test_no_other_state_opens(state):
    held = scheduled()
    TrainingSession.objects.filter(pk=held.training_session.pk).update(state=state)
    with pytest.raises(WrongState):
        open_session(training_session=held.training_session, actor=held.pic, now=START)


@pytest.mark.parametrize("state", ["scheduled", "concluded", "cancelled", "filed"])
def test_no_other_state_concludes(state):
    held = scheduled()
    TrainingSession.objects.filter(pk=held.training_session.pk).update(state=state)
    with pytest.raises(WrongState):
        conclude_session(training_session=held.training_session, actor=held.pic, now=START)
