"""Two trainers on one grid, round after round, on a real PostgreSQL: no accepted score is ever lost (SCR-4).

``GRID_ROUNDS=500`` runs the long one (about a minute).
"""

from __future__ import annotations

import json
import os
import threading
from collections import defaultdict
from decimal import Decimal

import pytest
from django.db import connection

from sessions.models import MeetingTrainer, ParameterScore
from sessions.services import GridConflict, ScoreCell, record_scores
from sessions.services.results import typed_parameters
from sessions.tests.factories import attend, opened
from trainingops.audit.models import Entry
from trainingops.people.tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.point("SCR-4"), pytest.mark.clause("5.1.2")]
ROUNDS = int(os.environ.get("GRID_ROUNDS", "40"))


class Trainer(threading.Thread):
    """Reads the same cell as the other one, waits for them, and writes what nobody else writes."""

    def __init__(self, user, held, parameter, barrier, sign):
        super().__init__(daemon=True)
        self.user, self.held, self.parameter, self.barrier, self.sign = user, held, parameter, barrier, sign
        self.accepted, self.refused, self.failed = [], 0, []

    def run(self):
        try:
            for number in range(ROUNDS):
                self.round(number)
        except Exception as why:  # what ends a thread must end the test
            self.failed.append(why)
            self.barrier.abort()
        finally:
            connection.close()

    def round(self, number):
        enrolment = self.held.enrolments[number % 2]
        row = ParameterScore.objects.filter(enrolment=enrolment, parameter__uuid=self.parameter).first()
        value = Decimal(number) / 10 + self.sign
        cell = ScoreCell(enrolment.pk, self.parameter, value, row.version if row else 0)
        self.barrier.wait(30)
        try:
            record_scores(
                training_session=self.held.training_session,
                cells=[cell],
                actor=self.user,
                now=self.held.meeting.starts_at,
            )
            self.accepted.append((enrolment.pk, cell.version + 1, value))
        except GridConflict as conflict:
            (clash,) = conflict.clashes
            assert clash.mine == cell and clash.theirs is not None and clash.by, "both values, and who"
            self.refused += 1
        self.barrier.wait(30)


def test_two_trainers_on_one_grid_never_lose_a_score(committed_db):
    held = opened()
    attend(held)
    second = make_user("trainer", site=held.world.site, line=held.world.line)
    profile = type(held.world.trainer).objects.create(name=second.name, user=second)
    MeetingTrainer.objects.create(meeting=held.meeting, trainer=profile)
    (parameter,) = typed_parameters(held.training_session)
    barrier = threading.Barrier(2)
    trainers = [
        Trainer(user, held, parameter.uuid, barrier, sign)
        for user, sign in ((held.pic, Decimal("0.01")), (second, Decimal("0.02")))
    ]
    for each in trainers:
        each.start()
    for each in trainers:
        each.join(600)
    assert not [why for each in trainers for why in each.failed]

    accepted = [saved for each in trainers for saved in each.accepted]
    assert len(accepted) == ROUNDS and sum(each.refused for each in trainers) == ROUNDS, "one of two each round"
    assert all(each.accepted and each.refused for each in trainers), "they did get in each other's way"
    history = defaultdict(dict)
    for enrolment, version, value in accepted:
        assert version not in history[enrolment], "no version is given twice"
        history[enrolment][version] = value
    for row in ParameterScore.objects.all():
        versions = history[row.enrolment_id]
        assert sorted(versions) == list(range(1, row.version + 1)), "no version is missing"
        assert row.value == versions[row.version], "what stands is the last that was accepted"
    uuids = {each.pk: str(each.uuid) for each in held.enrolments}
    told = [
        (person, version)
        for entry in Entry.objects.filter(verb="scores.recorded")
        for person, _parameter, version in json.loads(entry.text)["data"]["cells"]
    ]
    assert sorted(told) == sorted((uuids[enrolment], version) for enrolment, version, _value in accepted)
