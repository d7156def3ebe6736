"""Recovery in another batch and a substitute on the day take people as an approval does (5.1.1, 5.3.1, APR-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from planning.models import Booking, RecoveryForm, TrainerProfile
from planning.services import DoubleBooking, book_planned_session, release
from sessions.models import MeetingTrainer, RecoveryCase
from sessions.services import report_deviation, schedule_in_batch
from sessions.tests.factories import START, absent, concluded, scheduled
from trainingops.people.tests.factories import make_agent

pytestmark = pytest.mark.django_db
LATER = START + timedelta(days=1)


def taken_elsewhere(held, at, *, people=(), trainers=()):
    """A class of its own that has somebody booked for two hours."""
    planned = held.training_session.plan.planned_sessions.create(label="Lain", host_site=held.world.site)
    planned.meetings.create(starts_at=at, ends_at=at + timedelta(hours=2))
    planned.trainers.set(trainers)
    book_planned_session(planned, people=people)
    return planned


@pytest.mark.clause("5.3.1")
def test_recovery_in_another_batch_books_the_person_and_is_refused_while_they_sit_elsewhere():
    held = concluded(lambda people: absent(people[0]))
    case = RecoveryCase.objects.select_related("enrolment__person").get()
    person, at = case.enrolment.person, START + timedelta(days=7)
    others = [make_agent(held.world.site, held.world.line) for _ in range(2)]
    batch = scheduled(world=replace(held.world, people=others), starts_at=at)
    elsewhere = taken_elsewhere(held, at, people=[person])

    def join():
        return schedule_in_batch(
            cases=[case],
            training_session=batch.training_session,
            form=RecoveryForm.objects.get(code="another_batch"),
            actor=held.pic,
            now=LATER,
        )

    with pytest.raises(DoubleBooking, match=person.name):
        join()
    case.refresh_from_db()
    assert case.state == "open" and not batch.training_session.enrolments.filter(person=person).exists()
    release(planned=elsewhere)
    join()
    booked = Booking.objects.get(person=person, live=True, is_guest=True)
    assert booked.planned_meeting.planned_session == batch.training_session.planned


@pytest.mark.clause("4.2")
def test_a_substitute_who_teaches_elsewhere_is_refused_by_name_and_one_who_is_free_is_booked():
    held = scheduled(people=1)
    substitute = TrainerProfile.objects.create(name="Pengganti Sibuk", kind="client")
    elsewhere = taken_elsewhere(held, held.meeting.starts_at, trainers=[substitute])
    values = {"kind": "trainer", "planned": "Rika", "actual": "", "reason": "Sakit", "substitute": substitute}

    def report():
        report_deviation(training_session=held.training_session, **values, actor=held.pic, now=START)

    with pytest.raises(DoubleBooking, match="Pengganti Sibuk"):
        report()
    assert not MeetingTrainer.objects.filter(trainer=substitute).exists()
    release(planned=elsewhere)
    report()
    assert Booking.objects.get(trainer=substitute, live=True).is_guest
