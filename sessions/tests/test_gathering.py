"""Classes suggested for open cases, within the shift, and what is taken back; indicator 4.3a (4.3, 5.1.1 f, 5.3.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from planning.models import Booking, RecoveryForm, TrafficInterval
from planning.tests.factories import signature
from sessions.models import RecoveryCase, SessionSummary, TargetOutcome
from sessions.queries.gathering import gatherings, suggestions_for
from sessions.queries.reach import by, reach_of, targets_due, total
from sessions.services import (
    case_waiver_hash,
    conclude_meeting,
    lapse_case,
    move_make_up,
    open_session,
    schedule_in_batch,
    take_back_case,
    waive_case,
)
from sessions.tests.factories import START, absent, concluded, make_up_for, opened, scheduled
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.models import LongLeave, PersonAssignment, RosterDay, ShiftCode
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, client_of, make_agent, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.1")]
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = START + DAY
TODAY = date(2026, 11, 25)


@pytest.fixture
def at(monkeypatch):
    """Let pages believe in a time: what the middleware puts on the request."""
    return lambda moment: monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda: moment)


@pytest.fixture
def missed():
    """A concluded session of two hours that the first two participants missed."""
    return concluded(lambda people: absent(people[0]), lambda people: absent(people[1]))


def _roster(people, starts_at, ends_at, *, days=range(15)):
    """The same shift (hours after midnight there) on each of the coming days."""
    hours = {"name": "X", "starts_at": "07:00", "ends_at": "15:00"}
    code, _made = ShiftCode.objects.get_or_create(code="X", defaults=hours)
    midnight = START.replace(hour=17, minute=0) - DAY  # 00.00 WIB
    RosterDay.objects.bulk_create(
        RosterDay(
            person=person,
            day=date(2026, 11, 24) + step * DAY,
            code=code,
            starts_at=midnight + step * DAY + starts_at * HOUR,
            ends_at=midnight + step * DAY + ends_at * HOUR,
        )
        for person in people
        for step in days
    )


# --- Suggestions ------------------------------------------------------------------------------------------


@pytest.mark.clause("5.1.1")
def test_open_cases_of_one_module_are_gathered_in_a_class_while_their_people_are_on_shift(missed):
    people = [each.person for each in missed.enrolments[:2]]
    _roster(people[:1], 8, 17)
    _roster(people[1:], 13, 17)
    (gathering,) = gatherings(missed.pic, LATER)
    assert (len(gathering.cases), gathering.minutes) == (2, 120)
    found = suggestions_for(gathering, LATER)
    assert found.roster_known
    best = found.found[0]
    assert best.holds_all
    assert 13 <= best.starts_at.hour <= 15
    assert best.all_in_time
    assert best.trainer is not None


@pytest.mark.clause("5.1.1")
def test_without_roster_and_traffic_a_suggestion_says_what_it_assumed(missed, at):
    at(LATER)
    page = client_of(missed.pic).get(reverse("recovery_suggestions")).content.decode()
    assert "semua orang dianggap dalam shift" in page
    assert "Traffic layanan ini belum diimpor" in page
    assert "2 kasus, semua dalam shift" in page


@pytest.mark.clause("5.1.1")
def test_with_traffic_the_low_interval_is_suggested_first(missed):
    world = missed.world
    TrafficInterval.objects.bulk_create(
        TrafficInterval(
            site=world.site,
            line=world.line,
            source="ACD",
            starts_at=START.replace(hour=1) - back * DAY + index * HOUR / 2,
            minutes=30,
            offered=10 if index in (8, 9, 10, 11) else 60,
            answered=9,
            abandoned=1,
            aht_seconds=240,
            agents=14,
        )
        for back in range(1, 29)
        for index in range(18)
    )
    (gathering,) = gatherings(missed.pic, LATER)
    found = suggestions_for(gathering, LATER)
    assert found.traffic_known
    best = found.found[0]
    assert (best.starts_at.hour, best.is_busy) == (12, False)


def test_one_tap_on_a_suggestion_prepares_the_class(missed, at):
    at(LATER)
    (gathering,) = gatherings(missed.pic, LATER)
    best = suggestions_for(gathering, LATER).found[0]
    client = client_of(missed.pic)
    form = client.get(best.url).context["form"]
    assert form["form"].value() == RecoveryForm.objects.get(code="make_up").pk
    assert form.get_initial_for_field(form.fields["starts_at"], "starts_at") == best.starts_at
    assert form["trainers"].value() == [best.trainer[0]]
    assert parse_qs(urlsplit(best.url).query)["case"] == [str(each.uuid) for each in gathering.cases]


@pytest.mark.parametrize("asked", ["start=ngawur&minutes=x", "start=2026-11-26T09:00&minutes=99999&trainer=a&room=-1"])
def test_a_suggestion_that_was_tampered_with_fills_nothing_wrong(missed, at, asked):
    at(LATER)
    url = f"{reverse('recovery_schedule')}?case={RecoveryCase.objects.first().uuid}&{asked}"
    assert client_of(missed.pic).get(url).status_code == 200


def test_who_arranges_nothing_has_no_suggestions(missed, at):
    at(LATER)
    url = reverse("recovery_suggestions")
    assert client_of(make_user("qc")).get(url).status_code == 403
    assert client_of(make_user("trainer")).get(url).context["chosen"] is None
    assert gatherings(missed.manager, LATER)


def test_suggestions_cost_the_same_for_one_case_and_for_three(at, django_assert_max_num_queries):
    held = concluded(*(lambda people, place=place: absent(people[place]) for place in range(3)), people=4)
    at(LATER)
    client = client_of(held.pic)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("recovery_suggestions")).status_code == 200


# --- Within the shift -------------------------------------------------------------------------------------


@pytest.mark.clause("5.1.1")
def test_a_class_outside_somebodys_shift_is_refused_by_name_and_one_inside_it_is_not(missed):
    person = missed.enrolments[0].person
    _roster([person], 14, 22)
    with pytest.raises(Refused) as refused:
        make_up_for(missed, starts_at=START + 3 * DAY)  # 09.00 WIB
    assert (refused.value.field, person.name in str(refused.value)) == ("starts_at", True)
    made = make_up_for(missed, starts_at=START + 3 * DAY + 5 * HOUR)
    with pytest.raises(Refused):
        move_make_up(
            training_session=made.training_session,
            meetings=[(START + 4 * DAY, START + 4 * DAY + 2 * HOUR)],
            actor=missed.pic,
            now=LATER,
        )


def test_nobody_makes_up_in_their_long_leave(missed):
    """Neither suggested nor scheduled, whatever the roster says; the refusal names who and until when."""
    (person, other) = (each.person for each in missed.enrolments[:2])
    _roster([person], 8, 17)
    LongLeave.objects.create(
        person=person,
        starts_on=date(2026, 11, 26),
        ends_on=date(2026, 11, 30),
        recorded_by=missed.manager,
        recorded_at=LATER,
    )
    (gathering,) = gatherings(missed.pic, LATER)
    found = suggestions_for(gathering, LATER).found
    in_leave = [each for each in found if date(2026, 11, 26) <= each.starts_at.date() <= date(2026, 11, 30)]
    assert {case.enrolment.person for each in in_leave for case in each.cases} <= {other}
    assert any(each.holds_all for each in found if each.starts_at.date() == date(2026, 12, 1))
    with pytest.raises(Refused) as refused:
        make_up_for(missed, starts_at=START + 3 * DAY)
    assert (refused.value.field, refused.value.code) == ("starts_at", "leave")
    assert f"{person.name} (26 Nov 2026 – 30 Nov 2026)" in str(refused.value)
    LongLeave.objects.update(ends_on=None)
    with pytest.raises(Refused, match="26 Nov 2026 – …"):
        make_up_for(missed, starts_at=START + 9 * DAY)


def test_the_trainer_of_a_class_that_ended_early_teaches_its_make_up_on_the_same_day():
    held = opened(people=2)
    other = concluded(lambda people: absent(people[0]), world=held.world, starts_at=START - 2 * DAY)
    early = held.meeting.ends_at - HOUR
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=early)
    made = make_up_for(other, starts_at=early + HOUR / 4, now=early)
    assert made.training_session.state == "scheduled"


# --- Taken back -------------------------------------------------------------------------------------------


def _in_another_batch(missed):
    """Both cases in a batch of another plan."""
    others = replace(missed.world, people=[make_agent(missed.world.site, missed.world.line)])
    batch = scheduled(world=others, starts_at=START + 3 * DAY)
    schedule_in_batch(
        cases=list(RecoveryCase.objects.all()),
        training_session=batch.training_session,
        form=RecoveryForm.objects.get(code="another_batch"),
        actor=missed.pic,
        now=LATER,
    )
    return batch


def test_a_case_sent_to_the_wrong_batch_is_taken_back_and_its_person_is_free(missed):
    batch = _in_another_batch(missed)
    make_user("agent", person=missed.enrolments[0].person)
    case = RecoveryCase.objects.get(enrolment=missed.enrolments[0])
    with pytest.raises(Refused):
        take_back_case(case=case, reason=" ", actor=missed.pic, now=LATER)
    with pytest.raises(NotAllowed):
        take_back_case(case=case, reason="Salah batch", actor=missed.world.qc, now=LATER)
    take_back_case(case=case, reason="Salah batch", actor=missed.pic, now=LATER)
    case.refresh_from_db()
    assert (case.state, case.scheduled_in, case.note) == ("open", None, "Salah batch")
    booked = Booking.objects.filter(person=case.enrolment.person, during__startswith__gt=LATER, live=True)
    assert not booked.exists()
    assert SessionSummary.objects.get(training_session=batch.training_session).enrolled == 2
    assert Notice.objects.filter(kind="recovery_taken_back").count() == 1
    with pytest.raises(WrongState):
        take_back_case(case=case, reason="Lagi", actor=missed.pic, now=LATER)


def test_a_case_is_not_taken_back_from_a_class_that_has_begun(missed):
    batch = _in_another_batch(missed)
    open_session(training_session=batch.training_session, actor=batch.pic, now=START + 3 * DAY)
    with pytest.raises(WrongState):
        take_back_case(case=RecoveryCase.objects.first(), reason="Salah", actor=missed.pic, now=START + 3 * DAY)


def test_the_page_that_takes_a_case_back_and_the_history_in_words(missed, at):
    make_up_for(missed)
    at(LATER)
    case, client = RecoveryCase.objects.order_by("pk")[0], client_of(missed.pic)
    url = reverse("case_take_back", args=[case.uuid])
    assert url in client.get(reverse("case_detail", args=[case.uuid])).content.decode()
    assert client.get(url).status_code == 200
    assert client_of(make_user("qc")).get(url).status_code == 403
    assert client_of(make_user("trainer", site=SiteFactory())).get(url).status_code == 404
    assert client.delete(url).status_code == 405
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "Peserta cuti"}).status_code == 302
    assert client.get(url).status_code == 302
    page = client.get(reverse("case_detail", args=[case.uuid])).content.decode()
    for words in ("Dibuka: Tidak hadir", "dijadwalkan di", "Ditarik kembali dari", "Peserta cuti", missed.pic.name):
        assert words in page


# --- Indicator 4.3a ---------------------------------------------------------------------------------------


def _figure(user, *, since=date(2026, 11, 1), until=TODAY, now=START + 9 * DAY):
    return reach_of(targets_due(user, since=since, until=until, now=now))


@pytest.mark.clause("4.3")
def test_waived_stays_in_the_denominator_and_who_lapsed_before_the_class_does_not():
    """Indicator 4.3a = trained ÷ targeted, waived kept in the denominator, lapsed before the session left out."""
    held = concluded(lambda people: absent(people[0]), lambda people: absent(people[1]), people=5)
    waived, lapsed = RecoveryCase.objects.select_related("enrolment__training_session", "enrolment__person")
    signed = signature(held.manager, case_waiver_hash(waived, "Cuti"), now=LATER, meaning="waived")
    waive_case(case=waived, reason="Cuti", signature=signed, actor=held.manager, now=LATER)
    PersonAssignment.objects.filter(person=lapsed.enrolment.person).update(line=ServiceLineFactory())
    lapse_case(case=lapsed, reason="Pindah", actor=held.manager, now=LATER)
    before = TargetOutcome.objects.get(person=held.enrolments[2].person)
    before.state, before.settled_at, before.reason, before.decided_by = "lapsed", START - DAY, "Keluar", held.manager
    before.save()
    reach = total(_figure(held.manager))
    assert (reach.targeted, reach.trained, reach.waived, reach.lapsed, reach.outstanding) == (4, 2, 1, 1, 0)
    assert reach.share == Decimal("0.5")


@pytest.mark.clause("4.3")
def test_who_made_up_for_it_is_trained_and_not_on_schedule(missed):
    reach = total(_figure(missed.manager))
    assert (reach.targeted, reach.trained, reach.on_schedule, reach.outstanding) == (3, 1, 1, 2)
    TargetOutcome.objects.filter(state="outstanding").update(state="trained", on_schedule=False)
    reach = total(_figure(missed.manager))
    assert (reach.share, reach.share_on_schedule) == (Decimal(1), Decimal(1) / Decimal(3))


@pytest.mark.clause("4.3")
def test_a_class_counts_in_the_month_of_its_day_there_and_not_before_it_is_over(missed):
    assert total(_figure(missed.manager, now=START)).targeted == 0
    assert total(_figure(missed.manager, until=date(2026, 11, 23))).targeted == 0
    assert [key for key, _reach in by(_figure(missed.manager), "month")] == [date(2026, 11, 1)]
    assert total(_figure(make_user("manager", site=SiteFactory()))).share is None


@pytest.mark.clause("4.3")
def test_the_page_of_the_indicator_shows_the_people_behind_it_and_gives_them_as_a_file(missed, at):
    at(START + 2 * DAY)
    client, url = client_of(missed.manager), reverse("recovery_indicator")
    page = client.get(url)
    assert len(page.context["table"].rows) == 3
    assert "1 dari 3 target selesai training" in page.content.decode()
    assert client.get(url + "?export=xlsx")["Content-Type"].endswith("sheet")
    assert client.get(url + "?since=2026-12-01&until=2026-11-01").status_code == 422
    assert client_of(make_user("agent")).get(url).status_code == 403
    listed = client.get(reverse("recovery_list")).content.decode()
    assert "1 dari 3 target bulan ini selesai training" in listed
