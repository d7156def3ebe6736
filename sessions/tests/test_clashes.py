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
from planning.services.bookings import free_from
from planning.tests.factories import approve
from sessions.models import Attendance, Deviation, Enrolment, MeetingTrainer, RecoveryCase
from sessions.queries.pages import batches_for
from sessions.services import (
    RollCell,
    check_in,
    mark_rest_present,
    propose_move,
    record_roll,
    schedule_in_batch,
    substitute_trainer,
)
from sessions.services.elsewhere import HeldElsewhere, doubts
from sessions.tests.factories import START, absent, attend, concluded, make_up_for, opened, scheduled
from trainingops.domain import Refused
from trainingops.people.models import Person
from trainingops.people.tests.factories import client_of, make_agent, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
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


@pytest.mark.clause("4.2")
def test_a_substitute_stands_in_from_now_on_though_they_taught_elsewhere_when_the_class_began():
    """Their class ended early, after this one had begun: they are free, and a refusal names the real times."""
    held = opened(people=1)
    substitute = TrainerProfile.objects.create(name="Pengganti Bebas", kind="client")
    elsewhere = taken_elsewhere(held, held.meeting.starts_at - HOUR, trainers=[substitute])
    values = {"substitute": substitute, "reason": "Sakit", "trainer_reason": "Dari klien"}
    ended = START + timedelta(minutes=20)
    free_from(meeting=elsewhere.meetings.get().uuid, ended_at=ended)

    def put_in(now):
        substitute_trainer(training_session=held.training_session, **values, actor=held.pic, now=now)

    with pytest.raises(DoubleBooking, match=r"08\.00–09\.20"):
        put_in(ended - timedelta(minutes=5))
    put_in(ended + timedelta(minutes=5))
    booked = Booking.objects.get(trainer=substitute, live=True, is_guest=True)
    assert (booked.during.lower, booked.during.upper) == (ended + timedelta(minutes=5), held.meeting.ends_at)


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


@pytest.fixture
def beside():
    """Two classes at the same time: ``here`` is blank but for somebody in both and present ``there``, who left too."""
    here, there = opened(people=4), opened(people=1)
    twice, gone, early, _free = (each.person for each in here.enrolments)
    Enrolment.objects.filter(pk=there.enrolments[0].pk).update(person=twice)
    Person.objects.filter(pk=gone.pk).update(left_on=START.date() - timedelta(days=1))
    Person.objects.filter(pk=early.pk).update(joined_on=START.date() + timedelta(days=1))
    attend(there)
    return here, there


@pytest.mark.clause("5.3.1")
def test_nobody_is_present_in_two_classes_at_once_by_roll_tap_or_check_in(beside, client):
    here, there = beside
    twice = here.enrolments[0]
    for cells in ([RollCell(each.pk, "present") for each in here.enrolments], [RollCell(twice.pk, "late", 0, 5)]):
        with pytest.raises(HeldElsewhere, match=twice.person.name) as refused:
            record_roll(meeting=here.meeting, cells=cells, actor=here.pic, now=START + timedelta(minutes=10))
        assert refused.value.field == f"status-{twice.pk}"
        assert there.training_session.number not in str(refused.value), "of a plan that they do not see"
    user = make_user("agent", person=twice.person)
    with pytest.raises(HeldElsewhere, match=twice.person.name):
        check_in(meeting=here.meeting, at=START, source="qr", actor=user, now=START)
    assert not Attendance.objects.filter(meeting=here.meeting).exists()
    client.force_login(here.pic)
    tap = client.post(
        reverse("meeting_cell", args=[here.meeting.uuid, twice.pk]),
        {f"status-{twice.pk}": "present", f"version-{twice.pk}": "0", f"was-{twice.pk}": "||||"},
        headers={"HX-Request": "true"},
    )
    assert tap.status_code == 422 and twice.person.name in tap.content.decode()
    record_roll(meeting=here.meeting, cells=[absent(twice)], actor=here.pic, now=START)


@pytest.mark.clause("5.3.1")
@pytest.mark.point("ATT-4")
def test_the_rest_leaves_blank_who_is_elsewhere_or_does_not_work_here_and_names_them(beside, client):
    here, _there = beside
    client.force_login(here.pic)
    page = client.post(reverse("meeting_rest", args=[here.meeting.uuid]), follow=True)
    *doubtful, free = here.enrolments
    assert list(Attendance.objects.filter(meeting=here.meeting).values_list("enrolment", "status")) == [
        (free.pk, "present")
    ]
    (said,) = [str(each) for each in page.context["messages"] if each.level_tag == "warning"]
    assert all(each.person.name in said for each in doubtful) and free.person.name not in said
    assert said.count("Catat sendiri bila ia hadir.") == 2 and "Minta kehadiran di sana dikoreksi" in said
    assert mark_rest_present(meeting=here.meeting, actor=here.pic, now=START) is None


@pytest.mark.clause("5.3.1")
def test_a_trainer_may_record_who_is_there_though_the_list_of_people_says_they_left(beside, client):
    here, _there = beside
    twice, gone, early, free = (each.person for each in here.enrolments)
    cells = [RollCell(each.pk, "present") for each in here.enrolments[1:]]
    record_roll(meeting=here.meeting, cells=cells, actor=here.pic, now=START)
    everybody = Person.objects.filter(pk__in=[each.pk for each in (twice, gone, early, free)])
    said = doubts(here.meeting, everybody, here.pic)
    assert set(said) == {twice.pk, gone.pk, early.pk}
    client.force_login(here.pic)
    shown = client.get(reverse("meeting_roll", args=[here.meeting.uuid])).content.decode()
    assert said[twice.pk] in shown and said[gone.pk] in shown


@pytest.mark.clause("5.3.1")
def test_a_class_that_ended_before_this_one_began_keeps_nobody_out(beside):
    here, there = beside
    there.training_session.meetings.update(
        state="concluded", actual_starts_at=START - timedelta(hours=2), actual_ends_at=START
    )
    twice = here.enrolments[0]
    record_roll(meeting=here.meeting, cells=[RollCell(twice.pk, "present")], actor=here.pic, now=START)
    assert Attendance.objects.get(meeting=here.meeting).status == "present"
