"""A training defect is dated with the time of the fact (4.4)."""

from __future__ import annotations

import pytest

from evaluation.models import TrainingDefect
from sessions.services import RollCell
from sessions.tests.factories import attend, end_session, opened

pytestmark = [pytest.mark.django_db, pytest.mark.clause("4.4")]


def test_a_training_defect_never_lies_in_the_future():
    held = opened()
    attend(held, RollCell(held.enrolments[0].pk, "late", minutes_late=40))
    end_session(held)
    (defect,) = TrainingDefect.objects.filter(kind="lateness")
    assert defect.occurred_at <= held.training_session.concluded_at
