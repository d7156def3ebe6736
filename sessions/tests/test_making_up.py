"""A class of recovery that can be: in time, long enough, moved, given back; one word and one count for each case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from planning.models import Booking, PlannedMeeting, RecoveryForm
from planning.services import DoubleBooking, amend_plan, book_planned_session, save_part, submit_revision
from planning.tests.factories import approve, signature
from reporting.models import ReportObligation
from sessions.enums import SessionState
from sessions.models import Deviation, RecoveryCase, SessionSummary, TargetOutcome, TrainingSession
from sessions.queries.pages import batches_for, people_without_score
from sessions.services import (
    RollCell,
    cancel_sessions_of,
    case_waiver_hash,
    conclude_meeting,
    lapse_case,
    move_make_up,
    open_case_test,
    open_session,
    record_roll,
    schedule_in_batch,
    waive_case,
    waive_outcome,
    waiver_hash,
)
from sessions.tests.factories import (
    START,
    absent,
    attend,
    concluded,
    end_session,
    make_up_for,
    opened,
    scheduled,
    score,
    take_test,
)
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.models import PersonAssignment
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, client_of, make_agent, make_user

pytestmark = pytest.mark.django_db
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LATER = START + DAY


@pytest.fixture
def at(monkeypatch):
    """Let pages believe in a time: what the middleware puts on the request."""
    return lambda moment: monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda: moment)


@pytest.fixture
def missed():
    """A concluded session of two hours that the first participant missed."""
    return concluded(lambda people: absent(people[0]))


# --- One word and one count ---------------------------------------------------------------------------------


@pytest.mark.clause("5.3.1")
def test_a_failed_remedial_has_one_word_and_is_counted_once():
    held = concluded(right=(2, 5, 5))
    case, now = RecoveryCase.objects.get(), held.training_session.ends_at + HOUR
    open_case_test(case=case, form=None, actor=held.pic, now=now)
    take_test(held.enrolments[0], phase="remedial", right=1, now=now)
    client = client_of(held.pic)
    tabs = {key: count for key, _word, count, _here in client.get(reverse("recovery_list")).context["tabs"]}
    assert (tabs["failed"], tabs["resolved"], tabs["all"]) == (1, 0, 1)
    assert len(client.get(reverse("recovery_list") + "?state=failed").context["rows"]) == 1
    assert not client.get(reverse("recovery_list") + "?state=resolved").context["rows"]
    with translation.override(held.pic.language):
        page = client.get(reverse("case_detail", args=[case.uuid])).content.decode()
    assert "Tidak lulus" in page
    assert "Tuntas" not in page


@pytest.mark.clause("5.1.2")
@pytest.mark.parametrize(("again", "ends"), [("90", ("resolved", "passed")), ("10", ("resolved", "not_passed"))])
def test_a_remedial_waits_for_the_practice_after_its_test_as_before_it(again, ends):
    """The test alone cannot make it passed, the practice can: until it is scored again the case stays open."""
    held = concluded(right=(5, 5, 5), roleplay="10")
    enrolment, now = held.enrolments[0], held.training_session.ends_at + HOUR
    case = RecoveryCase.objects.get(enrolment=enrolment)
    open_case_test(case=case, form=None, actor=held.pic, now=now)
    take_test(enrolment, phase="remedial", right=5, now=now)
    case.refresh_from_db()
    assert case.state == "open"
    client = client_of(held.pic)
    page = client.get(reverse("case_detail", args=[case.uuid])).content.decode()
    assert "Remedial belum lulus" in page and "?attempt=2" in page
    grid = client.get(reverse("session_scores", args=[held.training_session.uuid]) + "?attempt=2")
    assert [row.enrolment for row in grid.context["rows"]] == [enrolment]
    score(held, {enrolment.pk: again}, now=now + HOUR, attempt=2)
    case.refresh_from_db()
    assert (case.state, TargetOutcome.objects.get(enrolment=enrolment).result) == ends


@pytest.mark.clause("5.3.1")
def test_the_tabs_add_up_also_with_a_case_that_a_correction_voided(missed):
    RecoveryCase.objects.update(state="voided")
    page = client_of(missed.pic).get(reverse("recovery_list") + "?state=voided")
    tabs = {key: count for key, _word, count, _here in page.context["tabs"]}
    assert tabs["voided"] == tabs["all"] == len(page.context["rows"]) == 1


@pytest.mark.point("EMP-1")
def test_a_ledger_without_open_cases_is_not_an_empty_one(missed):
    stranger = client_of(concluded().pic)
    none_yet = stranger.get(reverse("recovery_list")).content.decode()
    RecoveryCase.objects.update(state="lapsed")
    client = client_of(missed.pic)
    nothing_here = client.get(reverse("recovery_list")).content.decode()
    assert "Belum ada kasus recovery" in none_yet
    assert "Belum ada kasus recovery" not in nothing_here


@pytest.mark.clause("5.3.1")
def test_only_who_may_arrange_chooses_cases_and_a_class_is_linked_only_where_it_opens(missed):
    page = client_of(missed.pic).get(reverse("recovery_list"))
    assert page.context["gathers"] and b'name="case"' in page.content
    elsewhere = make_user("team_leader", site=SiteFactory())
    case = RecoveryCase.objects.get()
    RecoveryCase.objects.update(leader=elsewhere)
    session = reverse("session_detail", args=[missed.training_session.uuid])
    for office, opens in ((missed.world.qc, True), (missed.world.leader, True), (elsewhere, False)):
        client = client_of(office)
        listed = client.get(reverse("recovery_list")).content.decode()
        detail = client.get(reverse("case_detail", args=[case.uuid])).content.decode()
        assert case.enrolment.person.name in listed and 'name="case"' not in listed
        assert (session in listed, session in detail) == (opens, opens)


@pytest.mark.clause("8.7")
def test_a_page_is_printed_at_the_readers_clock_also_where_it_tells_of_another_site(missed):
    reader = make_user("auditor", timezone="Asia/Jayapura")
    page = client_of(reader).get(reverse("case_detail", args=[RecoveryCase.objects.get().uuid])).content.decode()
    _before, printed = page.split('class="print-line"')
    assert "WIT" in printed.split("</p>")[0]


@pytest.mark.clause("5.1.2")
def test_who_was_not_recorded_has_no_score_to_complete():
    held = opened(people=3)
    record_roll(meeting=held.meeting, cells=[RollCell(held.enrolments[0].pk, "present")], actor=held.pic, now=START)
    assert [each.pk for each in people_without_score()] == [held.enrolments[0].pk]


# --- In time and long enough --------------------------------------------------------------------------------


@pytest.mark.clause("4.3")
def test_a_class_after_the_due_date_needs_a_reason_that_the_manager_acknowledges(missed):
    case = RecoveryCase.objects.get()
    with pytest.raises(Refused) as refused:
        make_up_for(missed, starts_at=case.due_at + DAY)
    assert refused.value.field == "reason"
    assert not PlannedMeeting.objects.filter(starts_at__gt=case.due_at).exists()
    made = make_up_for(missed, starts_at=case.due_at + DAY, reason="Cuti sampai tanggal 4")
    deviation = Deviation.objects.get(training_session=made.training_session)
    assert (deviation.kind, deviation.reason) == ("date", "Cuti sampai tanggal 4")
    case.refresh_from_db()
    assert case.note == "Cuti sampai tanggal 4"


@pytest.mark.clause("4.3")
@pytest.mark.parametrize("days", [91, 5 * 365])
def test_a_class_beyond_ninety_days_is_refused_whatever_the_reason(missed, days):
    case = RecoveryCase.objects.get()
    with pytest.raises(Refused) as refused:
        make_up_for(missed, starts_at=case.due_at + days * DAY, reason="Slip tahun")
    assert refused.value.field == "starts_at"
    assert "90" in str(refused.value)


@pytest.mark.clause("5.3.1")
def test_a_class_of_three_minutes_makes_up_for_two_hours_only_with_a_reason(missed):
    start = START + 3 * DAY
    for minutes in (3, 119):
        with pytest.raises(Refused) as refused:
            make_up_for(missed, starts_at=start, ends_at=start + minutes * MINUTE)
        assert refused.value.field == "reason"
        assert str(minutes) in str(refused.value)
    made = make_up_for(missed, starts_at=start, ends_at=start + 3 * MINUTE, reason="Sudah pernah ikut")
    (deviation,) = Deviation.objects.filter(training_session=made.training_session)
    assert (deviation.kind, deviation.measured) == ("duration", [[{"minutes": 120}, {"minutes": 3}]])


@pytest.mark.clause("5.3.1")
def test_lateness_is_made_up_for_by_the_minutes_that_were_missed():
    held = concluded(lambda people: RollCell(people[0].pk, "late", minutes_late=20))
    start = START + 3 * DAY
    with pytest.raises(Refused):
        make_up_for(held, starts_at=start, ends_at=start + 19 * MINUTE)
    made = make_up_for(held, starts_at=start, ends_at=start + 20 * MINUTE)
    assert not made.training_session.deviations.exists()


def _join(held, batch, now=LATER, **more):
    return schedule_in_batch(
        cases=list(RecoveryCase.objects.filter(enrolment__training_session=held.training_session, state="open")),
        training_session=batch.training_session,
        form=RecoveryForm.objects.get(code="another_batch"),
        actor=held.pic,
        now=now,
        **more,
    )


def _batch(held, starts_at):
    others = [make_agent(held.world.site, held.world.line)]
    return scheduled(world=replace(held.world, people=others), starts_at=starts_at)


@pytest.mark.clause("5.3.1")
def test_a_batch_whose_start_has_passed_takes_nobody(missed):
    batch = _batch(missed, START + 2 * DAY)
    begun = batch.training_session.starts_at
    case = RecoveryCase.objects.select_related("enrolment__training_session").get()
    with pytest.raises(Refused) as refused:
        _join(missed, batch, now=begun)
    assert refused.value.field == "batch"
    assert not batches_for(case, begun).exists()
    assert batches_for(case, begun - MINUTE).exists()


@pytest.mark.clause("4.3")
def test_a_batch_after_the_due_date_needs_a_reason_that_stands_with_the_case(missed):
    batch = _batch(missed, START + 9 * DAY)
    with pytest.raises(Refused) as refused:
        _join(missed, batch)
    assert refused.value.field == "reason"
    _join(missed, batch, reason="Batch berikutnya baru minggu depan")
    assert RecoveryCase.objects.get().note == "Batch berikutnya baru minggu depan"
    assert not Deviation.objects.filter(training_session=batch.training_session).exists()


# --- Moving a class -----------------------------------------------------------------------------------------


@pytest.mark.clause("5.3.1")
def test_a_make_up_class_that_is_too_early_is_moved_and_no_revision_is_asked_for(missed):
    make_user("agent", person=missed.enrolments[0].person)
    again = make_up_for(missed)
    old = again.training_session
    with translation.override("en"), pytest.raises(Refused, match="move it to another time"):
        open_session(training_session=old, actor=missed.pic, now=LATER)
    start = LATER + 3 * HOUR
    move_make_up(training_session=old, meetings=[(start, start + 2 * HOUR)], actor=missed.pic, now=LATER)
    moved = again.fresh()
    assert (moved.starts_at, moved.ends_at, again.meeting.starts_at) == (start, start + 2 * HOUR, start)
    live = Booking.objects.filter(planned_meeting__planned_session=moved.planned, live=True)
    assert {(each.during.lower, each.during.upper) for each in live} == {(start, start + 2 * HOUR)}
    assert {each.role for each in live} == {"trainer", "participant"}
    assert ReportObligation.objects.get(training_session=moved).last_end == moved.ends_at
    assert Notice.objects.filter(kind="session_moved").count() == 1
    open_session(training_session=moved, actor=missed.pic, now=start)


@pytest.mark.clause("5.3.1")
def test_a_class_is_moved_to_no_time_that_could_not_be_planned(missed):
    again = make_up_for(missed)
    case, start = RecoveryCase.objects.get(), START + 4 * DAY
    standing = again.meeting

    def move(start, end, **more):
        move_make_up(
            training_session=again.training_session, meetings=[(start, end)], actor=missed.pic, now=LATER, **more
        )

    for begin, end, field in (
        (standing.starts_at, standing.ends_at, "starts_at"),
        (LATER, LATER + 2 * HOUR, "starts_at"),
        (start, start + 3 * MINUTE, "reason"),
        (case.due_at, case.due_at + 2 * HOUR, "reason"),
        (case.due_at + 91 * DAY, case.due_at + 91 * DAY + 2 * HOUR, "starts_at"),
    ):
        with pytest.raises(Refused) as refused:
            move(begin, end)
        assert refused.value.field == field
    elsewhere = missed.plan.planned_sessions.create(label="Lain", host_site=missed.world.site)
    elsewhere.meetings.create(starts_at=start, ends_at=start + 2 * HOUR)
    book_planned_session(elsewhere, people=[case.enrolment.person])
    with pytest.raises(DoubleBooking, match=case.enrolment.person.name):
        move(start, start + 2 * HOUR)
    move(case.due_at, case.due_at + 2 * HOUR, reason="Cuti")
    move(START + 5 * DAY, START + 5 * DAY + 2 * HOUR)
    assert not again.training_session.deviations.exists()


@pytest.mark.clause("5.2")
def test_only_a_make_up_class_that_has_not_begun_is_moved_and_by_those_who_answer_for_it(missed):
    again = make_up_for(missed)
    times = [(START + 4 * DAY, START + 4 * DAY + 2 * HOUR)]
    with pytest.raises(NotAllowed):
        move_make_up(training_session=missed.training_session, meetings=times, actor=missed.pic, now=LATER)
    with pytest.raises(NotAllowed):
        move_make_up(training_session=again.training_session, meetings=times, actor=missed.world.qc, now=LATER)
    for state in SessionState.values:
        if state != SessionState.SCHEDULED:
            TrainingSession.objects.filter(pk=again.training_session.pk).update(state=state)
            with pytest.raises(WrongState):
                move_make_up(training_session=again.training_session, meetings=times, actor=missed.pic, now=LATER)


def test_the_page_that_moves_a_class(missed, at, django_assert_num_queries):
    again = make_up_for(missed)
    at(LATER)
    url = reverse("session_move", args=[again.training_session.uuid])
    client = client_of(missed.pic)
    assert url in client.get(reverse("session_detail", args=[again.training_session.uuid])).content.decode()
    assert Client().get(url).status_code == 302
    assert client_of(make_user("agent")).get(url).status_code == 403
    assert client_of(make_user("trainer", site=SiteFactory())).get(url).status_code == 404
    assert client.delete(url).status_code == 405
    with django_assert_num_queries(12, exact=False):
        assert client.get(url).status_code == 200
    data = {"starts_at_day": "2026-11-28", "starts_at_time": "09:00", "ends_at_day": "2026-11-28"}
    assert client.post(url, data | {"ends_at_time": "09:03"}).status_code == 422
    assert client.post(url, data | {"ends_at_time": "11:00"}).status_code == 302
    assert again.fresh().starts_at.astimezone(missed.world.site.zone).day == 28
    regular = reverse("session_move", args=[missed.training_session.uuid])
    assert client.get(regular).status_code == 302


@pytest.mark.clause("5.3.1")
def test_before_the_site_is_chosen_a_make_up_form_names_no_zone_of_its_own(missed, at):
    """Nor does it offer another batch where there is none to join."""
    SiteFactory(timezone="Asia/Jayapura")
    at(LATER)
    url = reverse("recovery_schedule") + f"?case={RecoveryCase.objects.get().uuid}"
    fields = client_of(missed.pic).get(url).context["form"].fields
    assert str(fields["starts_at"].widget.zone_said)
    assert "batch" not in fields and "another_batch" not in {each.code for each in fields["form"].queryset}
    assert {label.rsplit("(")[-1] for _key, label in list(fields["host_site"].choices)[1:]} == {"WIB)", "WIT)"}


@pytest.mark.clause("5.3.1")
def test_another_batch_and_a_class_are_not_both_filled_in(missed, at):
    batch = _batch(missed, START + 3 * DAY)
    at(LATER)
    case, client = RecoveryCase.objects.get(), client_of(missed.pic)
    forms = {code: RecoveryForm.objects.get(code=code).pk for code in ("another_batch", "make_up")}
    into_batch = {"case": str(case.uuid), "form": forms["another_batch"], "batch": batch.training_session.pk}
    made = {"label": "Susulan", "starts_at_day": "2026-11-27", "starts_at_time": "09:00"}
    site = {"host_site": missed.world.site.pk}
    both = client.post(reverse("recovery_schedule"), into_batch | site | made)
    assert both.status_code == 422
    assert set(both.context["form"].errors) == {"label", "starts_at"}
    assert "“Susulan”" in str(both.context["form"].errors["label"])
    assert "27 November 2026" in str(both.context["form"].errors["starts_at"])
    beside = client.post(reverse("recovery_schedule"), into_batch | site | made | {"form": forms["make_up"]})
    assert "batch" in beside.context["form"].errors
    assert client.post(reverse("recovery_schedule"), into_batch | site).status_code == 302
    case.refresh_from_db()
    assert case.scheduled_in == batch.training_session


# --- Given back ---------------------------------------------------------------------------------------------


def _waive(held, case):
    signed = signature(held.manager, case_waiver_hash(case, "Cuti melahirkan"), now=LATER, meaning="waived")
    waive_case(case=case, reason="Cuti melahirkan", signature=signed, actor=held.manager, now=LATER)


def _lapse(held, case):
    PersonAssignment.objects.filter(person=case.enrolment.person).update(line=ServiceLineFactory())
    lapse_case(case=case, reason="Pindah", actor=held.manager, now=LATER)


@pytest.mark.clause("5.3.1")
@pytest.mark.parametrize("end", [_waive, _lapse])
@pytest.mark.parametrize("form", ["batch", "make_up"])
def test_whose_case_ends_is_free_at_the_time_of_the_class_that_waited_for_them(missed, end, form):
    case = RecoveryCase.objects.select_related("enrolment__person", "enrolment__training_session").get()
    held = _join(missed, _batch(missed, START + 3 * DAY)) if form == "batch" else make_up_for(missed).training_session
    assert Booking.objects.filter(person=case.enrolment.person, during__startswith__gt=LATER, live=True).exists()
    end(missed, case)
    assert not Booking.objects.filter(person=case.enrolment.person, during__startswith__gt=LATER, live=True).exists()
    assert not held.enrolments.filter(person=case.enrolment.person, removed_at=None).exists()
    assert SessionSummary.objects.get(training_session=held).enrolled == (1 if form == "batch" else 0)


def _waive_target(held, enrolment, now):
    outcome = TargetOutcome.objects.get(enrolment=enrolment)
    signed = signature(held.manager, waiver_hash(outcome, "Cuti melahirkan"), now=now, meaning="waived")
    waive_outcome(outcome=outcome, reason="Cuti melahirkan", signature=signed, actor=held.manager, now=now)


@pytest.mark.clause("4.3")
def test_a_waived_target_leaves_no_open_case_in_the_figures_of_its_session(missed):
    _waive_target(missed, missed.enrolments[0], LATER)
    assert SessionSummary.objects.get(training_session=missed.training_session).cases_open == 0


@pytest.mark.clause("4.3")
def test_whose_target_was_waived_before_the_meeting_ended_has_nothing_to_make_up_for():
    held = opened()
    _waive_target(held, held.enrolments[0], START)
    attend(held, absent(held.enrolments[0]), absent(held.enrolments[1]))
    end_session(held)
    assert [each.enrolment for each in RecoveryCase.objects.all()] == [held.enrolments[1]]


@pytest.mark.clause("5.3.1")
def test_a_batch_that_is_cancelled_opens_the_cases_that_waited_for_it(missed):
    batch = _batch(missed, START + 3 * DAY)
    _join(missed, batch)
    cancel_sessions_of(plan=batch.plan, reason="Klien menunda", actor=batch.manager, now=LATER)
    case = RecoveryCase.objects.get()
    assert (case.state, case.scheduled_in) == ("open", None)


@pytest.mark.clause("5.1.1")
def test_an_amendment_leaves_free_what_a_meeting_gave_back_when_it_ended_early():
    held = opened(meetings=2)
    early = held.meeting.ends_at - HOUR
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=early)
    draft = amend_plan(plan=held.plan, actor=held.pic, now=early)
    save_part(revision=draft, part="need", values={"purpose": "Penjelasan denda ditambah."}, actor=held.pic, now=early)
    submit_revision(revision=draft, actor=held.pic, now=early)
    draft.refresh_from_db()
    approve(draft, held.manager, early)
    live = Booking.objects.filter(live=True, planned_meeting__planned_session__revision=draft)
    first = live.filter(planned_meeting__uuid=held.meeting.uuid)
    assert {each.during.upper for each in first} == {early}
    second = live.exclude(planned_meeting__uuid=held.meeting.uuid).select_related("planned_meeting")
    assert second
    assert all(each.during.upper == each.planned_meeting.ends_at for each in second)
