"""Submission and decision: what is frozen, who may, what it books (4.1, 5.1.1, APR)."""

from __future__ import annotations

import json

import pytest

from planning.enums import PlanState, RevisionState
from planning.models import Booking
from planning.tests.factories import approved_plan

pytestmark = pytest.mark.django_db


def test_an_approved_plan_is_frozen_booked_and_signed():
    """4.1, 5.1.1, 5.1.2: the approval freezes content and hash, takes people, trainer and room, and is signed."""
    plan = approved_plan(people=3, meetings=2)
    revision = plan.approved_revision
    content = json.loads(revision.content)

    assert plan.state == PlanState.APPROVED
    assert revision.state == RevisionState.APPROVED
    assert content["scheme"]["pass_mark"] == "80"
    assert len(content["targets"]) == 3
    assert len(content["sessions"][0]["meetings"]) == 2
    assert revision.decision.signature.content_hash == revision.content_hash
    assert Booking.objects.filter(live=True).count() == 2 * (3 + 1 + 1)
