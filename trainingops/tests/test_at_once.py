"""Two at the same moment: one wins, the other is told why, and nothing happens twice (DESIGN.md §1 "Locks", §5.8)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from planning.enums import PlanState, RevisionState
from planning.models import ApprovalDecision, PlanRevision
from planning.services import approve_revision, withdraw_revision
from planning.tests.factories import make_world, signature, submitted_plan
from reporting.models import ReportObligation
from sessions.enums import MeetingState, SessionState
from sessions.frozen import read_scheme
from sessions.models import ParameterScore, TrainingSession
from sessions.services import GridConflict, ScoreCell, conclude_meeting, conclude_session, record_scores
from sessions.tests.factories import attend, opened
from trainingops.domain import Refused
from trainingops.people.enums import Role
from trainingops.people.tests.factories import make_user
from trainingops.records.models import EvidenceRequest


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run each act in its own connection, all released together; "done", or the name of the refusal, sorted."""
    ready, outcomes = threading.Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        ready.wait(10)
        try:
            act()
            outcomes.append("done")
        except (Refused, GridConflict) as refused:
            outcomes.append(type(refused).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(outcomes)


def approval(revision: PlanRevision, manager) -> Callable[[], object]:
    now = timezone.now()
    signed = signature(manager, revision.content_hash, now=now)
    return lambda: approve_revision(
        revision=revision, content_hash=revision.content_hash, signature=signed, actor=manager, now=now
    )


@pytest.mark.clause("4.1")
def test_of_two_managers_approving_one_plan_one_decides(committed_db):
    world = make_world()
    plan = submitted_plan(world=world)
    other = make_user(Role.MANAGER, site=world.site, line=world.line)
    revision = plan.revisions.get()

    assert at_once(approval(revision, world.manager), approval(revision, other)) == ["WrongState", "done"]

    assert ApprovalDecision.objects.filter(revision=revision).count() == 1
    assert TrainingSession.objects.filter(plan=plan).count() == 1
    assert ReportObligation.objects.filter(training_session__plan=plan).count() == 1
    assert EvidenceRequest.objects.filter(kind="training_plan", subject=plan.uuid).count() <= 1


@pytest.mark.clause("4.1")
def test_a_plan_is_approved_or_withdrawn_never_both(committed_db):
    world = make_world()
    plan = submitted_plan(world=world)
    revision = plan.revisions.get()

    outcome = at_once(
        approval(revision, world.manager),
        lambda: withdraw_revision(revision=revision, actor=world.pic, now=timezone.now()),
    )

    assert outcome == ["WrongState", "done"]
    plan.refresh_from_db()
    revision.refresh_from_db()
    held = TrainingSession.objects.filter(plan=plan).exists()
    approved = plan.state == PlanState.APPROVED
    assert held == approved == (revision.state == RevisionState.APPROVED)


@pytest.mark.clause("5.2")
def test_a_session_is_concluded_once(committed_db):
    held = opened()
    attend(held)
    meeting, now = held.meeting, held.meeting.ends_at
    conclude = [lambda: conclude_meeting(meeting=meeting, actor=held.pic, now=now)] * 2
    assert at_once(*conclude) == ["WrongState", "done"]
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.CONCLUDED

    training_session = held.fresh()
    reasons = {"test": "Jaringan putus"}
    conclude = [
        lambda: conclude_session(training_session=training_session, actor=held.pic, now=now, reasons=reasons)
    ] * 2
    assert at_once(*conclude) == ["WrongState", "done"]
    assert held.fresh().state == SessionState.CONCLUDED
    for kind in ("attendance", "test_results"):
        assert EvidenceRequest.objects.filter(kind=kind, subject=training_session.uuid).count() == 1


@pytest.mark.point("SCR-4")
def test_of_two_trainers_scoring_one_cell_one_is_shown_the_other(committed_db):
    held = opened()
    attend(held)
    (typed,) = [each for each in read_scheme(held.training_session.scheme).parameters if each.source == "trainer"]
    enrolment, now = held.enrolments[0], held.meeting.starts_at

    def save(value: int) -> Callable[[], object]:
        cell = ScoreCell(enrolment.pk, typed.uuid, Decimal(value), version=0)
        return lambda: record_scores(training_session=held.training_session, cells=[cell], actor=held.pic, now=now)

    assert at_once(save(70), save(90)) == ["GridConflict", "done"]
    row = ParameterScore.objects.get(enrolment=enrolment)
    assert row.value in (70, 90) and row.version == 1
