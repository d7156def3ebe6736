"""Whatever happens, in whatever order: both sums of the ledger hold after every step (clauses 4.3, 5.3.1).

The machine walks the real services over the real tables. A service may refuse; what it writes must leave the sums
true, the summaries equal to their rows, every state one that its table of transitions allows, and nobody outstanding
whom no case can bring back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from planning.models import TrainingPlan
from planning.tests.factories import approved_plan, make_world
from sessions.tests.factories import START
from sessions.tests.ledger_corrections import CorrectionSteps
from sessions.tests.ledger_people import PeopleSteps
from sessions.tests.ledger_steps import ClassSteps, ExceptionSteps, RecoverySteps
from trainingops.people.tests.factories import ServiceLineFactory, make_agent, make_user

pytestmark = pytest.mark.django_db


class WholeLedger(ClassSteps, RecoverySteps, ExceptionSteps, CorrectionSteps, PeopleSteps):
    """Every step of every topic, in any order."""


def _plans(world: Any) -> Iterable[TrainingPlan]:
    """Two batches of two people a side, and a later batch of somebody else in the same module and scheme."""
    yield approved_plan(world=world, starts_at=START, sessions=2)
    others = replace(world, people=[make_agent(world.site, world.line)])
    yield approved_plan(world=others, starts_at=START + timedelta(days=4), meetings=2)


@pytest.mark.clause("4.3")
@pytest.mark.clause("5.3.1")
def test_both_sums_hold_after_every_step_of_any_order_of_events():
    world = make_world(people=4)
    WholeLedger.world, WholeLedger.plans = world, list(_plans(world))
    WholeLedger.elsewhere = ServiceLineFactory()
    WholeLedger.administrator = make_user("administrator")
    run_state_machine_as_test(
        WholeLedger,
        settings=settings(
            max_examples=8,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
