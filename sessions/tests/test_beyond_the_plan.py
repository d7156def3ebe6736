"""What lies beside the plan: a later end within the tolerance, times that cannot be, make-up classes elsewhere."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from planning.models import Booking, PlannedMeeting, Room
from reporting.models import ObligationChange, ReportObligation
from reporting.wording import reason_of
from sessions.frozen import read_scheme
from sessions.models import Attendance, Deviation, RecoveryCase, SessionResult, TrainingSession
from sessions.services import (
    RollCell,
    ScoreCell,
    conclude_meeting,
    conclude_session,
    open_case_test,
    open_post_test,
    record_roll,
    record_scores,
)
from sessions.tests.factories import (
    START,
    absent,
    attend,
    concluded,
    end_session,
    make_up_for,
    opened,
    score,
    take_test,
)
from sessions.verdicts import verdict_for
from trainingops.domain import Refused
from trainingops.people.tests.factories import SiteFactory
from trainingops.ui.moments import moment_words

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def _take_the_post_test(held):
    now = START + 30 * MINUTE
    open_post_test(training_session=held.training_session, actor=held.pic, now=now)
    take_test(held.enrolments[0], phase="post", right=5, now=now)


@pytest.mark.clause("5.3.2")
@pytest.mark.parametrize("minutes", [1, 5, 14])
def test_a_meeting_that_ends_minutes_late_is_concluded_without_a_reason(minutes):
    """Less than the fifteen minutes of a deviation: the obligation notes the later end, and says why by itself."""
    held = opened()
    attend(held)
    _take_the_post_test(held)
    end = held.meeting.ends_at + minutes * MINUTE
    end_session(held, now=end)
    assert (held.training_session.state, Deviation.objects.count()) == ("concluded", 0)
    obligation = ReportObligation.objects.get(training_session=held.training_session)
    assert obligation.last_end == end
    change = ObligationChange.objects.get(obligation=obligation, cause="later_end")
    assert (change.old_last_end, change.reason) == (held.training_session.ends_at, "")
    with translation.override("en"):
        assert "within the tolerance" in reason_of(change)


@pytest.mark.clause("5.3.1")
@pytest.mark.parametrize(("late", "early"), [(90, 60), (60, 60)])
def test_nobody_arrives_after_they_have_left(late, early):
    """The meeting lasts two hours: who came at its ninetieth minute did not leave at its sixtieth."""
    held = opened(people=1)
    cell = RollCell(held.enrolments[0].pk, "late", minutes_late=late, minutes_left_early=early)
    with pytest.raises(Refused, match=held.enrolments[0].person.name) as refused:
        record_roll(meeting=held.meeting, cells=[cell], actor=held.pic, now=held.meeting.ends_at)
    assert refused.value.field == f"left-{held.enrolments[0].pk}"
    assert not Attendance.objects.exists()


@pytest.mark.clause("4.2")
def test_a_meeting_began_at_most_twelve_hours_before_its_plan():
    held = opened()
    attend(held)
    now = held.meeting.ends_at
    for start in (START - timedelta(days=2000), START - timedelta(hours=12) - MINUTE):
        with pytest.raises(Refused) as refused:
            conclude_meeting(
                meeting=held.meeting, actor=held.pic, now=now, actual_starts_at=start, actual_ends_at=start + MINUTE
            )
        assert refused.value.field == "actual_starts_at"
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=now, actual_starts_at=START - timedelta(hours=1))


@pytest.mark.clause("4.2")
def test_a_meeting_that_is_said_to_last_days_is_refused():
    held = opened()
    attend(held)
    with pytest.raises(Refused, match="24 ") as refused:
        conclude_meeting(meeting=held.meeting, actor=held.pic, now=START + timedelta(days=3))
    assert refused.value.field == "actual_ends_at"


@pytest.mark.clause("5.3.1")
@pytest.mark.parametrize(
    ("begins", "lasts", "field"),
    [
        (timedelta(days=3), timedelta(days=1096), "ends_at"),
        (timedelta(days=3), timedelta(hours=23), "ends_at"),
        (timedelta(days=3), -timedelta(hours=1), "ends_at"),
        (timedelta(0), timedelta(hours=11), "starts_at"),
    ],
)
def test_a_make_up_class_lies_ahead_and_lasts_no_longer_than_a_meeting_of_a_plan(begins, lasts, field):
    held = concluded(lambda people: absent(people[0]))
    start = held.training_session.starts_at + begins
    before = PlannedMeeting.objects.count()
    with pytest.raises(Refused) as refused:
        make_up_for(held, starts_at=start, ends_at=start + lasts)
    assert refused.value.field == field
    assert PlannedMeeting.objects.count() == before


@pytest.mark.clause("5.3.1")
def test_a_make_up_class_elsewhere_is_planned_in_the_zone_and_a_room_of_that_site(client, monkeypatch):
    held = concluded(lambda people: absent(people[0]))
    makassar = SiteFactory(timezone="Asia/Makassar")
    near = Room.objects.create(site=makassar, name="Ruang Anoa")
    now = held.training_session.ends_at + timedelta(hours=1)
    monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda: now)
    client.force_login(held.pic)
    data = {
        "case": str(RecoveryCase.objects.get().uuid),
        "form": held.plan.approved_revision.recovery_forms.get(code="make_up").pk,
        "label": "Susulan",
        "host_site": makassar.pk,
        "trainers": [held.world.trainer.pk],
        "starts_at_day": "2026-11-27",
        "starts_at_time": "10:00",
        "ends_at_day": "2026-11-27",
        "ends_at_time": "12:00",
    }
    url = reverse("recovery_schedule")
    refused = client.post(url, data | {"room": held.world.room.pk})
    assert refused.status_code == 422
    assert "WITA" in refused.content.decode()
    assert client.post(url, data | {"room": near.pk}).status_code == 302
    made = TrainingSession.objects.get(kind="make_up")
    assert made.starts_at.astimezone(makassar.zone).hour == 10


def _concluded_without_the_post_test():
    held = opened(people=2)
    attend(held)
    score(held, {each.pk: "90" for each in held.enrolments}, now=held.meeting.ends_at)
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=held.meeting.ends_at)
    return held


@pytest.mark.clause("5.1.2")
def test_a_session_ends_without_the_test_that_its_scheme_counts_only_with_a_reason(client, monkeypatch):
    held = _concluded_without_the_post_test()
    now = held.training_session.ends_at
    monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda: now)
    client.force_login(held.pic)
    url = reverse("session_conclude", args=[held.training_session.uuid])
    shown = client.get(url).content.decode()
    assert reverse("session_post_test", args=[held.training_session.uuid]) in shown
    assert 'name="reason_test"' in shown
    with pytest.raises(Refused, match="Post-test") as refused:
        conclude_session(training_session=held.training_session, actor=held.pic, now=now)
    assert (refused.value.field, held.fresh().state) == ("reason_test", "open")
    assert client.post(url, {"reason_test": "Jaringan putus"}).status_code == 302
    deviation = Deviation.objects.get()
    assert (deviation.kind, deviation.reason, deviation.planned_words) == ("test", "Jaringan putus", "Post-test")
    assert "0" in deviation.actual_words
    assert "2" in deviation.actual_words


@pytest.mark.clause("5.1.2")
def test_a_test_result_on_paper_completes_who_took_no_test_before_the_session_ended(client):
    held = _concluded_without_the_post_test()
    end_session(held)
    (test,) = [each for each in read_scheme(held.training_session.scheme).parameters if each.source == "post_test"]
    first, second = held.enrolments
    client.force_login(held.pic)
    grid = reverse("session_scores", args=[held.training_session.uuid])
    number = read_scheme(held.training_session.scheme).parameters.index(test) + 1
    key = f"{first.pk}-{number}"
    assert f'name="score-{key}"' in client.get(grid).content.decode()
    assert client.post(grid, {f"score-{key}": "80", f"row-{first.pk}": f"{number}:0:"}).status_code == 302
    result = SessionResult.objects.get(enrolment=first, current=True)
    assert (result.status, result.explanation["on_paper"]) == ("scored", [test.name])
    assert SessionResult.objects.get(enrolment=second, current=True).status == "incomplete"
    assert held.fresh().summary.scored == 1


@pytest.mark.clause("5.1.2")
def test_no_paper_stands_against_a_test_that_was_handed_in_or_can_still_be():
    held = opened(people=2)
    attend(held)
    _take_the_post_test(held)
    (test,) = [each for each in read_scheme(held.training_session.scheme).parameters if each.source == "post_test"]
    cells = [ScoreCell(each.pk, test.uuid, Decimal(80)) for each in held.enrolments]
    now = held.training_session.ends_at
    with pytest.raises(Refused, match=held.enrolments[1].person.name):
        record_scores(training_session=held.training_session, cells=cells[1:], actor=held.pic, now=now)
    end_session(held)
    with pytest.raises(Refused, match=held.enrolments[0].person.name):
        record_scores(training_session=held.training_session, cells=cells[:1], actor=held.pic, now=now)
    record_scores(training_session=held.training_session, cells=cells[1:], actor=held.pic, now=now)


@pytest.mark.clause("5.1.2")
def test_a_remedial_never_lowers_a_mark_and_a_failed_one_is_called_so(client):
    held = concluded(right=(2, 5, 5))
    before = held.enrolments[0].results.get(current=True).final
    case = RecoveryCase.objects.get()
    now = held.training_session.ends_at + timedelta(hours=1)
    open_case_test(case=case, form=None, actor=held.pic, now=now)
    client.force_login(held.enrolments[0].person.user)
    ((word, *_rest),) = client.get(reverse("my_trainings")).context["cards"][0]["cases"]
    assert word.test_opened_at == now
    take_test(held.enrolments[0], phase="remedial", right=1, now=now)
    assert held.enrolments[0].results.get(current=True).final == before
    assert RecoveryCase.objects.with_failure().get().failed
    client.force_login(held.pic)
    listed = client.get(reverse("recovery_list") + "?state=failed")
    assert [kind for _case, kind, *_rest in listed.context["rows"]] == ["late"]


@pytest.mark.clause("5.3.1")
def test_a_class_that_ended_early_leaves_trainer_and_participants_free_for_a_recovery_the_same_day():
    held = opened()
    attend(held, absent(held.enrolments[0]))
    _end_an_hour_early = held.meeting.ends_at - timedelta(hours=1)
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=_end_an_hour_early)
    assert {each.during.upper for each in Booking.objects.filter(live=True)} == {_end_an_hour_early}
    conclude_session(
        training_session=held.training_session,
        actor=held.pic,
        now=_end_an_hour_early,
        reasons={"duration": "Lebih cepat", "test": "Jaringan putus"},
    )
    assert held.fresh().state == "concluded"
    again = make_up_for(held, starts_at=held.training_session.ends_at - 50 * MINUTE, now=_end_an_hour_early + MINUTE)
    assert again.training_session.state == "scheduled"


@pytest.mark.clause("5.3.2")
def test_the_board_says_when_a_class_that_ended_early_really_ended(client):
    held = opened()
    attend(held)
    early = held.meeting.ends_at - timedelta(hours=1)
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=early)
    conclude_session(
        training_session=held.training_session,
        actor=held.pic,
        now=early,
        reasons={"duration": "Lebih cepat", "test": "Jaringan putus"},
    )
    client.force_login(held.manager)
    obligation = ReportObligation.objects.get()
    (start, *_rest) = client.get(reverse("obligation_detail", args=[obligation.uuid])).context["steps"]
    zone = held.world.site.zone
    with translation.override(held.manager.language):
        assert moment_words(early, zone, "weekday") in start
    client.force_login(held.pic)
    shown = client.get(reverse("session_detail", args=[held.training_session.uuid])).content.decode()
    assert early.isoformat(timespec="seconds")[:16] in shown


@pytest.mark.clause("5.1.2")
def test_scores_that_were_typed_and_blanked_leave_no_result_behind():
    held = opened(people=1)
    attend(held)
    score(held, {held.enrolments[0].pk: "90"}, now=START)
    assert SessionResult.objects.filter(current=True).exists()
    (typed,) = [each for each in read_scheme(held.training_session.scheme).parameters if each.source == "trainer"]
    blank = ScoreCell(held.enrolments[0].pk, typed.uuid, None, version=1)
    record_scores(training_session=held.training_session, cells=[blank], actor=held.pic, now=START)
    result = SessionResult.objects.filter(current=True).first()
    assert verdict_for(result, ["present"], trained=True) == "not_scored"


@pytest.mark.clause("5.3.1")
def test_a_settled_case_opens_no_form(client, monkeypatch):
    held = concluded(lambda people: absent(people[0]))
    case = RecoveryCase.objects.get()
    RecoveryCase.objects.filter(pk=case.pk).update(state="lapsed")
    monkeypatch.setattr("trainingops.people.sign_in.authenticated_at", lambda request: held.training_session.ends_at)
    client.force_login(held.manager)
    for name in ("case_lapse", "case_test"):
        answer = client.get(reverse(name, args=[case.uuid]))
        assert (answer.status_code, answer.get("Location")) == (302, reverse("case_detail", args=[case.uuid])), name


@pytest.mark.clause("5.2")
def test_the_session_page_asks_for_photos_until_the_report_is_in(client):
    held = concluded()
    client.force_login(held.pic)
    page, form = reverse("session_detail", args=[held.training_session.uuid]), 'type="file" name="photos"'
    assert form in client.get(page).content.decode()
    ReportObligation.objects.update(
        state="submitted", submitted_at=held.training_session.ends_at, submitted_by=held.pic
    )
    assert form not in client.get(page).content.decode()
