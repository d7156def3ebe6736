"""Evidence is kept for two years after the last action that it supports (clause 6, DESIGN.md §2)."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from django.utils import translation

from evaluation.enums import ActionState
from evaluation.models import ImprovementAction
from evaluation.tests.factories import answered_review
from trainingops.people.tests.factories import SiteFactory, make_user
from trainingops.records.models import EvidenceRecord
from trainingops.records.queries import retention_end, retention_reason, with_standing
from trainingops.records.tests.kinds import TODAY, made, places, roll_kind  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.clause("6"), pytest.mark.usefixtures("roll_kind", "places")]


def _kept():
    return {
        each.subject: (retention_end(each), retention_reason(each)) for each in with_standing(EvidenceRecord.objects)
    }


def test_records_of_a_training_and_of_its_review_are_kept_for_its_last_action(client):
    scene = answered_review()
    in_training, minutes, elsewhere = made(training=scene.plan), made(subject=scene.review), made()
    # 18.00 UTC on the 30th is the 31st at the site.
    ImprovementAction.objects.update(due_at=datetime(2031, 12, 30, 18, tzinfo=UTC))
    kept = _kept()
    for record in (in_training, minutes):
        until, reason = kept[record.subject]
        assert until == date(2033, 12, 31)
        assert "31 Desember 2031" in reason and "tindakan perbaikan" in reason
    assert kept[elsewhere.subject][0] == date(TODAY.year + 2, TODAY.month, TODAY.day)
    client.force_login(make_user("auditor"))
    page = client.get(reverse("evidence_detail", args=[minutes.uuid])).content.decode()
    assert "31 Desember 2033" in page and "31 Desember 2031" in page


@pytest.mark.parametrize(("state", "year"), [(ActionState.DONE, 2029), (ActionState.OPEN, 2033)])
def test_an_action_that_is_done_ended_when_it_was_done(state, year):
    scene = answered_review()
    minutes = made(subject=scene.review)
    ImprovementAction.objects.update(
        due_at=datetime(2031, 12, 30, 3, tzinfo=UTC), done_at=datetime(2027, 2, 1, 3, tzinfo=UTC), state=state
    )
    assert _kept()[minutes.subject][0].year == year


def test_the_reason_says_what_the_days_are_counted_from():
    training = SiteFactory(uuid=uuid.uuid4())
    first = made(training=training)
    last = made(training=training, supports_until=date(2027, 3, 31))
    kept = _kept()
    with translation.override("id"):
        assert "rekaman pelatihannya" in kept[first.subject][1]
    assert kept[last.subject][1] != kept[first.subject][1]
