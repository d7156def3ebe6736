"""Recovery in another batch and a substitute on the day take people as an approval does (5.1.1, 5.3.1, APR-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from planning.models import Booking, RecoveryForm, TrainerProfile
from planning.services import (
    DoubleBooking,
    amend_plan,
    book_planned_session,
    release,
    save_part,
    submit_revision,
)
from planning.tests.factories import approve
from sessions.models import Attendance, Deviation, Enrolment, MeetingTrainer, RecoveryCase
from sessions.queries.pages import batches_for
from sessions.services import propose_move, schedule_in_batch, substitute_trainer
from sessions.services.elsewhere import doubts
from sessions.tests.factories import START, absent, attend, concluded, make_up_for, opened, scheduled
from trainingops.domain import Refused
from trainingops.people.models import Person
from trainingops.people.tests.factories import client_of, make_agent, make_user

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


@pytest.mark.clause("5.3.1")
def test_a_class_one_to_one_takes_nobody_else_as_another_batch():
    held = concluded(*(lambda people, n=n: absent(people[n]) for n in range(2)))
    first, second = RecoveryCase.objects.order_by("pk")
    RecoveryCase.objects.filter(pk=second.pk).update(state="voided")
    alone = make_up_for(held, form="one_to_one").training_session
    RecoveryCase.objects.filter(pk=second.pk).update(state="open")
    assert alone.enrolments.get().person_id == first.enrolment.person_id
    assert alone not in batches_for(second, LATER)
    form = RecoveryForm.objects.get(code="another_batch")
    with pytest.raises(Refused, match=alone.number) as refused:
        schedule_in_batch(cases=[second], training_session=alone, form=form, actor=held.pic, now=LATER)
    assert refused.value.field == "batch"
    assert alone.enrolments.count() == 1


@pytest.mark.clause("4.2")
def test_a_substitute_who_teaches_elsewhere_is_refused_by_name_and_one_who_is_free_is_booked():
    held = scheduled(people=1)
    substitute = TrainerProfile.objects.create(name="Pengganti Sibuk", kind="client")
    elsewhere = taken_elsewhere(held, held.meeting.starts_at, trainers=[substitute])
    values = {"substitute": substitute, "reason": "Sakit", "trainer_reason": "Dari klien"}

    def put_in():
        substitute_trainer(training_session=held.training_session, **values, actor=held.pic, now=START)

    with pytest.raises(DoubleBooking, match="Pengganti Sibuk"):
        put_in()
    assert not MeetingTrainer.objects.filter(trainer=substitute).exists()
    release(planned=elsewhere)
    put_in()
    assert Booking.objects.get(trainer=substitute, live=True).is_guest


def substituted(held, now):
    """Another trainer, qualified for the module, takes what is left."""
    made = TrainerProfile.objects.create(name="Pengganti Siap")
    made.modules.add(held.training_session.module_version.module)
    given = {"training_session": held.training_session, "substitute": made, "actor": held.pic, "now": now}
    substitute_trainer(reason="Trainer sakit.", **given)
    return made


def teaching(held):
    """Who stands with the meetings, and who is booked for them."""
    standing = MeetingTrainer.objects.filter(meeting__training_session=held.training_session)
    booked = Booking.objects.filter(role="trainer", live=True)
    return {each.trainer for each in standing}, {each.trainer for each in booked}


@pytest.mark.clause("4.2")
@pytest.mark.point("APR-3")
def test_before_the_day_another_trainer_is_a_new_revision_and_the_page_offers_neither_that_nor_to_open(monkeypatch):
    held = scheduled(people=1)
    days_before = held.meeting.starts_at - timedelta(days=3)
    with pytest.raises(Refused) as refused:
        substituted(held, days_before)
    assert (refused.value.field, refused.value.code) == ("substitute", "too_early")
    assert teaching(held) == ({held.world.trainer}, {held.world.trainer})
    assert not Deviation.objects.exists()
    client, offers = client_of(held.pic), {}
    for moment in (days_before, held.meeting.starts_at):
        monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda at=moment: at)
        page = client.get(reverse("session_detail", args=[held.training_session.uuid])).content.decode()
        names = ("session_substitute", "session_open")
        offers[moment] = [reverse(name, args=[held.training_session.uuid]) in page for name in names]
        form = client.get(reverse("session_substitute", args=[held.training_session.uuid]))
        assert form.status_code == (302 if moment == days_before else 200)
    assert list(offers.values()) == [[False, False], [True, True]]


@pytest.mark.clause("4.2")
@pytest.mark.point("APR-3")
def test_a_substitute_stays_when_a_revision_of_the_same_trainers_is_approved():
    """What the manager approves is another date or another text; who stands in stays as the deviation says."""
    held = scheduled(people=1)
    now = held.meeting.starts_at - timedelta(hours=2)
    made = substituted(held, now)
    assert teaching(held) == ({made}, {made})
    times = {held.meeting.uuid: tuple(at + timedelta(hours=5) for at in (held.meeting.starts_at, held.meeting.ends_at))}
    moved = propose_move(
        training_session=held.training_session, times=times, reason="Listrik padam.", actor=held.pic, now=now
    )
    approve(moved, held.manager, now)
    assert teaching(held) == ({made}, {made})
    assert MeetingTrainer.objects.get(trainer=made).is_substitute
    draft = amend_plan(plan=held.plan, actor=held.pic, now=now)
    other = TrainerProfile.objects.create(name="Trainer Baru")
    other.modules.add(held.training_session.module_version.module)
    draft.sessions.get().trainers.set([other])
    save_part(revision=draft, part="need", values={"purpose": "Trainer baru."}, actor=held.pic, now=now)
    submit_revision(revision=draft, actor=held.pic, now=now)
    draft.refresh_from_db()
    approve(draft, held.manager, now)
    assert teaching(held) == ({other}, {other})


def approved_anew(held, now, trainers=None):
    """The next revision, with other trainers where they are given, submitted and approved."""
    draft = amend_plan(plan=held.plan, actor=held.pic, now=now)
    if trainers:
        draft.sessions.get().trainers.set(trainers)
    save_part(revision=draft, part="need", values={"purpose": "Penjelasan ditambah."}, actor=held.pic, now=now)
    submit_revision(revision=draft, actor=held.pic, now=now)
    draft.refresh_from_db()
    approve(draft, held.manager, now)


@pytest.mark.clause("4.2")
@pytest.mark.point("APR-3")
def test_a_revision_that_names_the_present_substitute_is_no_double_booking():
    held = scheduled(people=1)
    now = held.meeting.starts_at - timedelta(hours=2)
    made = substituted(held, now)
    approved_anew(held, now, trainers=[made])
    assert teaching(held) == ({made}, {made})
    assert not Booking.objects.get(trainer=made, live=True).is_guest
    assert not MeetingTrainer.objects.get(trainer=made).is_substitute, "the plan names them now"


@pytest.mark.clause("4.2")
def test_who_is_replaced_may_be_taken_elsewhere_and_the_plan_still_changes():
    held = scheduled(people=1)
    now = held.meeting.starts_at - timedelta(hours=2)
    made = substituted(held, now)
    taken_elsewhere(held, held.meeting.starts_at, trainers=[held.world.trainer])
    for _twice in range(2):
        approved_anew(held, now)
        mine = Booking.objects.filter(role="trainer", live=True, planned_meeting__uuid=held.meeting.uuid)
        assert [each.trainer for each in mine] == [made]
        assert teaching(held)[0] == {made}


@pytest.mark.clause("5.3.1")
def test_who_stands_in_another_roll_then_or_had_left_is_recorded_all_the_same_with_a_remark(client):
    here, there = opened(), opened(people=1)
    twice, gone, free = (each.person for each in here.enrolments)
    Enrolment.objects.filter(pk=there.enrolments[0].pk).update(person=twice)
    Person.objects.filter(pk=gone.pk).update(left_on=START.date() - timedelta(days=1))
    attend(there)
    attend(here)
    assert Attendance.objects.filter(meeting=here.meeting, status="present").count() == 3
    said = doubts(here.meeting, Person.objects.filter(pk__in=[twice.pk, gone.pk, free.pk]), here.pic)
    assert set(said) == {twice.pk, gone.pk}
    for user, page in ((here.pic, "meeting_roll"), (make_user("agent", person=twice), "check_in_done")):
        client.force_login(user)
        shown = client.get(reverse(page, args=[here.meeting.uuid])).content.decode()
        assert said[twice.pk] in shown and there.training_session.number not in shown, "of a plan that they do not see"
