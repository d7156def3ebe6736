"""Who came without being targeted: recorded apart, acknowledged, and nobody's obligation (4.2, 4.3, 5.3.1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from planning.models import Booking, Competence, ModuleTraining
from planning.tests.factories import make_module, make_world
from reporting.content import freeze
from reporting.reading import read
from reporting.sight import EVERYTHING
from reporting.tests.writing import report_of
from sessions.models import (
    Attendance,
    Deviation,
    Enrolment,
    JoinRequest,
    MeetingTrainer,
    RecoveryCase,
    SessionResult,
    TargetOutcome,
)
from sessions.queries.facts import session_facts
from sessions.queries.ledger import identity, ledger_of
from sessions.services import (
    Guest,
    RollCell,
    Used,
    acknowledge_deviation,
    add_guest,
    ask_to_join,
    conclude_meeting,
    conclude_session,
    decline_to_join,
    open_post_test,
    record_roll,
    remove_guest,
)
from sessions.services.checking import wrong_summaries
from sessions.tests.factories import attend, end_session, opened, scheduled, score, take_test
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import make_agent, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("4.2"), pytest.mark.clause("4.3")]

MINUTE = timedelta(minutes=1)


def agent(held, **more):
    return make_agent(held.world.site, held.world.line, **more)


def added(held, person=None, *, instead_of=None, now=None, request=None):
    return add_guest(
        training_session=held.training_session,
        guest=Guest(person or agent(held), "Menggantikan rekan yang sakit.", instead_of),
        request=request,
        actor=held.pic,
        now=now or held.training_session.starts_at + MINUTE,
    )


def test_an_extra_is_a_deviation_counted_apart_and_no_target_of_the_plan():
    held = opened()
    before = identity(TargetOutcome.objects.filter(plan=held.plan))
    row = added(held)
    assert (row.origin, row.team_id is not None or row.site_id == held.world.site.pk) == ("extra", True)
    deviation = Deviation.objects.get(enrolment=row)
    assert (deviation.kind, deviation.actual_words, deviation.planned_words) == (
        "participant",
        row.person.name,
        "tidak seorang pun",
    )
    assert Notice.objects.filter(kind="deviation_reported", recipient=held.manager).exists()
    acknowledge_deviation(deviation=deviation, actor=held.manager, now=held.training_session.starts_at + MINUTE)
    summary = held.fresh().summary
    assert (summary.enrolled, summary.beyond_target) == (3, 1)
    assert identity(TargetOutcome.objects.filter(plan=held.plan)) == before
    assert list(wrong_summaries()) == []


def test_a_substitute_takes_part_passes_and_the_target_stays_outstanding():
    """4.3: the competence is the substitute's, the obligation the target's."""
    held = opened()
    target = held.enrolments[0]
    row = added(held, instead_of=target)
    attend(held, RollCell(target.pk, "absent", reason="sick"), RollCell(row.pk, "present"))
    now = held.training_session.starts_at + 30 * MINUTE
    open_post_test(training_session=held.training_session, actor=held.pic, now=now)
    for each in (row, *held.enrolments[1:]):
        take_test(each, phase="post", right=5, now=now)
    score(held, {each.pk: "90" for each in (row, *held.enrolments[1:])}, now=now)
    end_session(held)
    assert SessionResult.objects.get(enrolment=row, current=True).passed
    assert Competence.objects.filter(person=row.person, source=row.uuid).exists()
    assert ModuleTraining.objects.filter(person=row.person, source=row.uuid).exists()
    outcome = TargetOutcome.objects.get(enrolment=target)
    assert (outcome.state, RecoveryCase.objects.get(enrolment=target).state) == ("outstanding", "open")
    assert not TargetOutcome.objects.filter(person=row.person).exists()
    summary = held.fresh().summary
    assert (summary.enrolled, summary.present, summary.absent, summary.passed, summary.beyond_target) == (3, 2, 1, 2, 1)
    said = session_facts(held.training_session)
    ledger = ledger_of(said["people"], said["recovery"])
    assert (len(said["people"]), ledger.targeted, ledger.trained, ledger.passed) == (4, 3, 2, 2)
    assert (said["counts"]["passed"], said["counts"]["beyond_target"]) == (2, 1)


@pytest.mark.clause("7.2")
def test_an_extra_has_shown_the_module_that_was_taught_not_the_one_that_was_planned():
    held = opened()
    row = added(held)
    attend(held, RollCell(row.pk, "present"))
    session, now = held.training_session, held.training_session.starts_at + 30 * MINUTE
    open_post_test(training_session=session, actor=held.pic, now=now)
    for each in (row, *held.enrolments):
        take_test(each, phase="post", right=5, now=now)
    score(held, {each.pk: "90" for each in (row, *held.enrolments)}, now=now)
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=held.meeting.ends_at)
    version = make_module(held.world.line, author=held.pic, decided_by=held.manager)
    conclude_session(
        training_session=session,
        used=Used(module_version=version),
        reasons=dict.fromkeys(("test", "module"), "Versi baru belum siap."),
        actor=held.pic,
        now=held.meeting.ends_at,
    )
    assert {each.module_version for each in Competence.objects.all()} == {version}
    assert {each.module_version for each in ModuleTraining.objects.all()} == {version}
    assert Competence.objects.filter(person=row.person).exists()


def test_who_came_untargeted_owes_no_recovery_and_no_remedial():
    held = opened()
    row = added(held)
    attend(held, RollCell(row.pk, "late", minutes_late=60))
    score(held, {row.pk: "0"}, now=held.training_session.starts_at + 60 * MINUTE)
    end_session(held)
    assert not RecoveryCase.objects.filter(enrolment=row).exists()


def test_a_clash_with_another_class_is_refused_by_the_database_and_explained():
    held = opened()
    other = scheduled(world=make_world(people=1))
    busy = other.enrolments[0].person
    with pytest.raises(Refused) as refused:
        added(held, busy)
    assert refused.value.code == "double_booking" and busy.name in str(refused.value)
    assert not Enrolment.objects.filter(training_session=held.training_session, person=busy).exists()


def test_who_taught_the_class_or_sat_in_another_then_is_not_added_to_it_when_its_meetings_are_over():
    """As at filing: bookings guard the meetings to come, the records those that were held (4.2, 7.2)."""
    held, other = opened(people=1), opened(world=make_world(people=1))
    trainer = MeetingTrainer.objects.get(meeting=held.meeting).trainer
    trainer.person = agent(held)
    trainer.save()
    for each in (held, other):
        attend(each)
        conclude_meeting(meeting=each.meeting, actor=each.pic, now=each.meeting.ends_at)
    for person, words in ((trainer.person, "mengajar kelas ini"), (other.enrolments[0].person, "kelas lain")):
        with pytest.raises(Refused, match=words) as refused:
            added(held, person, now=held.meeting.ends_at)
        assert refused.value.field == "person" and person.name in str(refused.value)
    assert added(held, now=held.meeting.ends_at).origin == "extra"


def test_whom_nobody_can_add_is_refused_by_field():
    held = opened()
    with pytest.raises(Refused) as refused:
        added(held, held.enrolments[0].person)
    assert refused.value.field == "person"
    guest = added(held)
    with pytest.raises(Refused) as refused:
        added(held, instead_of=guest)
    assert refused.value.field == "instead_of"
    with pytest.raises(Refused) as refused:
        add_guest(
            training_session=held.training_session,
            guest=Guest(agent(held), " "),
            actor=held.pic,
            now=held.training_session.starts_at,
        )
    assert refused.value.field == "reason"
    for other in (make_user("trainer"), held.manager):
        with pytest.raises(NotAllowed):
            add_guest(
                training_session=held.training_session,
                guest=Guest(agent(held), "x"),
                actor=other,
                now=held.training_session.starts_at,
            )


def test_somebody_is_added_while_the_session_is_under_way_only():
    held = scheduled()
    with pytest.raises(WrongState):
        added(held)
    assert not Booking.objects.filter(is_guest=True).exists()


@pytest.mark.point("ATT-2")
def test_who_asked_at_the_door_is_present_from_the_time_of_the_scan():
    held = opened()
    person = agent(held)
    user = make_user("agent", person=person)
    at = held.training_session.starts_at + 7 * MINUTE
    request = ask_to_join(meeting=held.meeting, at=at, source="qr", actor=user, now=at + MINUTE)
    again = ask_to_join(meeting=held.meeting, at=at + MINUTE, source="typed", actor=user, now=at + 2 * MINUTE)
    assert (again.pk, JoinRequest.objects.get().at) == (request.pk, at)
    row = added(held, person, request=request, now=at + 20 * MINUTE)
    kept = Attendance.objects.get(enrolment=row)
    assert (kept.status, kept.minutes_late, kept.source, kept.recorded_at) == ("late", 7, "qr", at)


def test_a_request_may_be_declined_and_who_is_on_the_list_checks_in_instead():
    held = opened()
    user = make_user("agent", person=agent(held))
    at = held.training_session.starts_at + MINUTE
    request = ask_to_join(meeting=held.meeting, at=at, source="qr", actor=user, now=at)
    with pytest.raises(NotAllowed):
        decline_to_join(request=request, actor=make_user("trainer"), now=at)
    assert decline_to_join(request=request, actor=held.pic, now=at).declined_by == held.pic
    listed = make_user("agent", person=held.enrolments[0].person)
    with pytest.raises(Refused) as refused:
        ask_to_join(meeting=held.meeting, at=at, source="qr", actor=listed, now=at)
    assert refused.value.code == "enrolled"


def test_who_was_added_by_mistake_is_taken_off_with_booking_and_deviation_while_nothing_is_recorded():
    held = opened()
    row = added(held)
    now = held.training_session.starts_at + 2 * MINUTE
    remove_guest(enrolment=row, actor=held.pic, now=now)
    assert not Deviation.objects.filter(kind="participant").exists()
    assert not Booking.objects.filter(person=row.person, live=True).exists()
    assert held.fresh().summary.beyond_target == 0
    back = added(held, row.person, now=now)
    assert back.pk == row.pk
    cell = RollCell(back.pk, "present")
    record_roll(meeting=held.meeting, cells=[cell], actor=held.pic, now=now)
    with pytest.raises(Refused, match=row.person.name):
        remove_guest(enrolment=back, actor=held.pic, now=now)
    with pytest.raises(WrongState):
        remove_guest(enrolment=held.enrolments[0], actor=held.pic, now=now)


@pytest.mark.clause("5.3.2")
def test_a_report_counts_people_beyond_target_apart_and_names_them_so():
    held = opened()
    row = added(held)
    attend(held, RollCell(row.pk, "present"))
    score(held, {each.pk: "90" for each in (row, *held.enrolments)}, now=held.training_session.starts_at + 30 * MINUTE)
    end_session(held)
    report = report_of(held)
    frozen = freeze(report, number=1, now=held.training_session.ends_at)
    reading = read(frozen, held.training_session, sight=EVERYTHING)
    assert (reading.figures.participants, reading.figures.beyond_target) == (3, 1)
    assert sum(reading.figures.verdicts.values()) == 3 and len(reading.results) == 4
    assert reading.figures.beyond_words.startswith("1 ")


@pytest.mark.clause("5.3.1")
def test_the_session_page_counts_who_came_beyond_target_on_both_sides(client):
    held = opened()
    row = added(held)
    attend(held, RollCell(row.pk, "present"))
    client.force_login(held.pic)
    page = client.get(reverse("session_detail", args=[held.training_session.uuid])).content.decode()
    assert "4/4 tercatat" in page and "4/3" not in page


@pytest.mark.clause("5.3.2")
def test_who_came_beyond_target_and_much_too_late_owes_no_recovery_and_was_not_within_the_tolerance():
    held = opened()
    row = added(held)
    minutes = held.training_session.tolerance_minutes + 50
    attend(held, RollCell(row.pk, "late", minutes_late=minutes))
    end_session(held)
    with translation.override("id"):
        (missed,) = read(
            freeze(report_of(held), number=1, now=held.training_session.ends_at),
            held.training_session,
            sight=EVERYTHING,
        ).missed
    assert (missed.name, missed.recovery) == (row.person.name, "Tanpa kewajiban recovery")
