"""Revisions, waivers, lapses, and the two sums that always hold (clauses 4.3, 5.3.1)."""

from __future__ import annotations

import random
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from planning.models import PlannedMeeting, PlannedSession, PlanTarget
from planning.tests.factories import signature
from sessions.models import RecoveryCase, TargetOutcome, TrainingSession
from sessions.queries.ledger import identity
from sessions.services import (
    RollCell,
    acknowledge_deviation,
    cancel_make_up,
    cancel_sessions_of,
    case_waiver_hash,
    lapse_case,
    report_deviation,
    schedule_from_revision,
    schedule_make_up,
    waive_case,
    waive_outcome,
    waiver_hash,
)
from sessions.signals import session_cancelled, session_rescheduled
from sessions.tests.factories import START, absent, concluded, make_up_for, scheduled
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.people.models import PersonAssignment
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, grant_role, make_agent, make_user

pytestmark = pytest.mark.django_db
LATER = START + timedelta(days=1)


def _ledger(held):
    return identity(TargetOutcome.objects.filter(plan=held.plan))


def test_a_revision_moves_the_session_by_its_uuid_and_exchanges_targets():
    held = scheduled()
    heard = []
    session_rescheduled.connect(lambda **said: heard.append(said["old_ends_at"]), weak=False, dispatch_uid="test")
    revision = held.plan.approved_revision
    leaving, coming = held.enrolments[0].person, make_agent(held.world.site, held.world.line)
    old_end = held.training_session.ends_at
    PlannedMeeting.objects.filter(planned_session__revision=revision).update(
        starts_at=START + timedelta(days=1), ends_at=START + timedelta(days=1, hours=2)
    )
    PlanTarget.objects.filter(revision=revision, person=leaving).delete()
    PlanTarget.objects.create(
        revision=revision, person=coming, planned_session=revision.sessions.get(), reason="chosen"
    )
    schedule_from_revision(revision=revision, actor=held.manager, now=START - timedelta(days=1))
    session_rescheduled.disconnect(dispatch_uid="test")
    moved = held.fresh()
    assert heard == [old_end]
    assert moved.starts_at == START + timedelta(days=1)
    assert TrainingSession.objects.count() == 1
    present = moved.enrolments.filter(removed_at=None)
    assert {each.person for each in present} == {*held.world.people, coming} - {leaving}
    assert set(TargetOutcome.objects.values_list("person", flat=True)) == {each.person_id for each in present}
    assert moved.summary.enrolled == 3
    PlannedSession.objects.filter(revision=revision).update(revision=None)
    schedule_from_revision(revision=revision, actor=held.manager, now=START)
    assert held.fresh().state == "cancelled"


def test_a_plan_given_up_cancels_its_sessions():
    held = scheduled(people=1)
    heard = []
    session_cancelled.connect(lambda **said: heard.append(said["reason"]), weak=False, dispatch_uid="test")
    cancel_sessions_of(plan=held.plan, reason="Klien menunda", actor=held.manager, now=START)
    session_cancelled.disconnect(dispatch_uid="test")
    assert heard == ["Klien menunda"]
    assert held.fresh().meetings.get().state == "cancelled"


@pytest.mark.clause("4.3")
def test_nobody_waives_their_own_case_whatever_their_roles():
    """Separation of duties: neither the owner, nor the person it is about; the database holds it too."""
    held = concluded(lambda people: absent(people[0]), right=(None, 5, 5))
    case = RecoveryCase.objects.get(enrolment=held.enrolments[0])
    grant_role(held.pic, "manager")
    agent = make_user("manager", person=held.enrolments[0].person)
    for actor in (held.pic, agent):
        signed = signature(actor, case_waiver_hash(case, "Cuti melahirkan"), now=LATER, meaning="waived")
        with pytest.raises(NotAllowed):
            waive_case(case=case, reason="Cuti melahirkan", signature=signed, actor=actor, now=LATER)
        outcome = TargetOutcome.objects.get(enrolment=case.enrolment)
        signed = signature(actor, waiver_hash(outcome, "Cuti melahirkan"), now=LATER, meaning="waived")
        with pytest.raises(NotAllowed):
            waive_outcome(outcome=outcome, reason="Cuti melahirkan", signature=signed, actor=actor, now=LATER)
    with pytest.raises(IntegrityError, match="case_waived_by_another"), transaction.atomic():
        RecoveryCase.objects.filter(pk=case.pk).update(
            state="waived", signature=signed, note="Cuti melahirkan", settled_by=case.owner
        )


def test_a_waived_case_waives_its_target_with_a_signature_of_another_than_the_owner():
    held = concluded(lambda people: absent(people[0]))
    case, reason = RecoveryCase.objects.get(), "Cuti melahirkan"
    signed = signature(held.manager, case_waiver_hash(case, reason), now=LATER, meaning="waived")
    with pytest.raises(NotAllowed):
        waive_case(case=case, reason=reason, signature=signed, actor=held.pic, now=LATER)
    with pytest.raises(Refused):
        waive_case(case=case, reason="", signature=signed, actor=held.manager, now=LATER)
    with pytest.raises(Refused):
        waive_case(case=case, reason="Alasan lain", signature=signed, actor=held.manager, now=LATER)
    waive_case(case=case, reason=reason, signature=signed, actor=held.manager, now=LATER)
    case.refresh_from_db()
    assert (case.state, case.note) == ("waived", reason)
    counted = _ledger(held)
    assert (counted.targeted, counted.waived, counted.trained, counted.outstanding) == (3, 1, 2, 0)
    again = signature(held.manager, case_waiver_hash(case, reason), now=LATER, meaning="waived")
    with pytest.raises(WrongState):
        waive_case(case=case, reason=reason, signature=again, actor=held.manager, now=LATER)
    outcome = TargetOutcome.objects.get(state="waived")
    over = signature(held.manager, waiver_hash(outcome, reason), now=LATER, meaning="waived")
    with pytest.raises(WrongState):
        waive_outcome(outcome=outcome, reason=reason, signature=over, actor=held.manager, now=LATER)


def test_a_waived_remedial_case_leaves_the_target_trained_and_not_passed():
    held = concluded(right=(1, 5, 5))
    case, reason = RecoveryCase.objects.get(), "Pindah tugas"
    signed = signature(held.manager, case_waiver_hash(case, reason), now=LATER, meaning="waived")
    waive_case(case=case, reason=reason, signature=signed, actor=held.manager, now=LATER)
    assert (_ledger(held).trained, _ledger(held).not_passed) == (3, 1)


def test_a_case_lapses_only_for_who_left_or_moved():
    held = concluded(lambda people: absent(people[0]))
    case = RecoveryCase.objects.get()
    with pytest.raises(Refused):
        lapse_case(case=case, reason="Pindah", actor=held.manager, now=LATER)
    with pytest.raises(NotAllowed):
        lapse_case(case=case, reason="Pindah", actor=held.pic, now=LATER)
    PersonAssignment.objects.filter(person=held.enrolments[0].person).update(site=SiteFactory())
    with pytest.raises(Refused):  # the module applies at every site of its line
        lapse_case(case=case, reason="Pindah", actor=held.manager, now=LATER)
    PersonAssignment.objects.filter(person=held.enrolments[0].person).update(line=ServiceLineFactory())
    lapse_case(case=case, reason="Pindah", actor=held.manager, now=LATER)
    assert (_ledger(held).lapsed, _ledger(held).outstanding) == (1, 0)
    with pytest.raises(WrongState):
        lapse_case(case=case, reason="Pindah", actor=held.manager, now=LATER)


@pytest.mark.parametrize("state", ["scheduled", "resolved", "lapsed", "voided"])
def test_only_open_cases_are_gathered(state):
    held = concluded(lambda people: absent(people[0]))
    again = make_up_for(held)
    case = RecoveryCase.objects.select_related("enrolment__training_session", "enrolment__person").get()
    RecoveryCase.objects.update(state=state)
    meeting = again.meeting
    make_up = SimpleNamespace(
        form=case.form,
        label="Lagi",
        host_site=held.world.site,
        trainers=[held.world.trainer],
        meetings=[(meeting.starts_at + timedelta(days=1), meeting.ends_at + timedelta(days=1))],
        room=None,
        link="",
    )
    with pytest.raises(WrongState), transaction.atomic():
        schedule_make_up(cases=[case], make_up=make_up, actor=held.pic, now=LATER)


def test_a_make_up_class_that_is_cancelled_opens_its_cases_and_a_class_of_the_plan_is_not_cancelled_here():
    held = concluded(lambda people: absent(people[0]))
    again = make_up_for(held)
    with pytest.raises(NotAllowed):
        cancel_make_up(training_session=held.training_session, reason="Tidak jadi", actor=held.pic, now=LATER)
    with pytest.raises(Refused):
        cancel_make_up(training_session=again.training_session, reason=" ", actor=held.pic, now=LATER)
    cancel_make_up(training_session=again.training_session, reason="Ruang rusak", actor=held.pic, now=LATER)
    assert RecoveryCase.objects.get().state == "open"
    with pytest.raises(WrongState):
        cancel_make_up(training_session=again.training_session, reason="Lagi", actor=held.pic, now=LATER)


@pytest.mark.clause("4.2")
def test_a_deviation_is_acknowledged_once_by_the_manager():
    held = scheduled(people=1)
    values = {"kind": "application", "planned": "Zoom", "reason": "Listrik padam"}
    with pytest.raises(Refused):
        report_deviation(training_session=held.training_session, **values, actual="", actor=held.pic, now=START)
    row = report_deviation(training_session=held.training_session, **values, actual="Teams", actor=held.pic, now=START)
    assert row.actual == "Teams"
    with pytest.raises(NotAllowed):
        acknowledge_deviation(deviation=row, actor=held.pic, now=START)
    acknowledge_deviation(deviation=row, actor=held.manager, now=START)
    with pytest.raises(WrongState):
        acknowledge_deviation(deviation=row, actor=held.manager, now=START)


@pytest.mark.clause("4.3")
@pytest.mark.parametrize("seed", range(4))
def test_both_sums_hold_whatever_happened(seed):
    """Any mix of attendance and scores: targeted and trained always add up, and nobody blank or absent is trained."""
    chance = random.Random(seed)
    kinds = [chance.choice(["present", "absent", "late", "very late", "early"]) for _ in range(5)]

    def cell(index):
        def make(people):
            key = people[index].pk
            return {
                "present": RollCell(key, "present"),
                "absent": RollCell(key, "absent", reason="sick"),
                "late": RollCell(key, "late", minutes_late=15),
                "very late": RollCell(key, "late", minutes_late=16),
                "early": RollCell(key, "present", minutes_left_early=16),
            }[kinds[index]]

        return make

    held = concluded(*(cell(index) for index in range(5)), people=5, right=[chance.choice([0, 3, 5]) for _ in range(5)])
    counted = _ledger(held)
    assert counted.holds
    assert counted.trained == sum(kind in ("present", "late") for kind in kinds)
    assert counted.targeted == 5
