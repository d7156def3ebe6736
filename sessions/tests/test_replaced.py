"""Another trainer teaches: who is replaced is free, and it is said who where several teach (4.2)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from planning.models import Booking, TrainerProfile
from sessions.models import MeetingTrainer
from sessions.queries.facts import session_facts
from sessions.services import (
    substitute_trainer,
)
from sessions.tests.factories import (
    START,
    end_session,
    opened,
    scheduled,
)
from trainingops.domain import Refused

pytestmark = pytest.mark.django_db
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.clause("4.2")
def test_a_trainer_who_is_replaced_is_free_and_teaches_none_of_it():
    held = scheduled(people=1)
    substitute = TrainerProfile.objects.create(name="Pengganti", kind="client")
    values = {"substitute": substitute, "reason": "Sakit", "trainer_reason": "Dari klien"}
    substitute_trainer(training_session=held.training_session, **values, actor=held.pic, now=START - HOUR)
    assert [each.trainer for each in MeetingTrainer.objects.filter(meeting=held.meeting)] == [substitute]
    assert [each.trainer for each in Booking.objects.filter(role="trainer", live=True)] == [substitute]


@pytest.mark.clause("4.2")
def test_who_is_replaced_in_a_class_under_way_did_not_teach_it():
    held = opened(people=1)
    substitute = TrainerProfile.objects.create(name="Pengganti", kind="client")
    values = {"substitute": substitute, "reason": "Sakit", "trainer_reason": "Dari klien"}
    deviation = substitute_trainer(
        training_session=held.training_session, **values, actor=held.pic, now=START + 5 * MINUTE
    )
    end_session(held)
    taught = session_facts(held.training_session)["meetings"][0]["trainers"]
    assert taught == [{"uuid": str(substitute.uuid), "substitute": True}]
    assert held.world.trainer.name in deviation.planned_words


@pytest.mark.clause("4.2")
def test_where_several_teach_it_is_said_who_is_replaced():
    held = scheduled(people=1)
    other, third = (TrainerProfile.objects.create(name=name, kind="client") for name in ("Dua", "Tiga"))
    MeetingTrainer.objects.create(meeting=held.meeting, trainer=other)
    values = {"substitute": third, "reason": "Sakit", "trainer_reason": "Dari klien"}

    def report(**more):
        substitute_trainer(training_session=held.training_session, **values, **more, actor=held.pic, now=START - HOUR)

    for replaces in (None, third):
        with pytest.raises(Refused) as refused:
            report(replaces=replaces)
        assert refused.value.field == "replaces"
    report(replaces=other)
    teaching = {each.trainer for each in MeetingTrainer.objects.filter(meeting=held.meeting)}
    assert teaching == {held.world.trainer, third}
