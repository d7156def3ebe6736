"""The pages of execution: each works, and opens to nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from sessions.enums import Verdict
from sessions.evidence import _attendance
from sessions.models import (
    Attendance,
    Deviation,
    ParameterScore,
    RecoveryCase,
    TestAttempt,
    TrainingSession,
)
from sessions.services import check_in, open_post_test, report_deviation, start_attempt
from sessions.tests.factories import (
    START,
    absent,
    attend,
    concluded,
    make_up_for,
    opened,
    scheduled,
    typed_cell,
)
from trainingops.people.models import User
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch):
    """Let pages believe in a time: what the middleware puts on the request."""

    def set_time(moment):
        monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda: moment)

    return set_time


def _client(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _pages(held, case):
    """Every page that shows something about this session, by URL name."""
    session, meeting = held.training_session.uuid, held.meeting.uuid
    return {
        "session_list": reverse("session_list"),
        "session_detail": reverse("session_detail", args=[session]),
        "session_results": reverse("session_results", args=[session]),
        "session_scores": reverse("session_scores", args=[session]),
        "session_conclude": reverse("session_conclude", args=[session]),
        "deviation_new": reverse("deviation_new", args=[session]),
        "meeting_roll": reverse("meeting_roll", args=[meeting]),
        "meeting_conclude": reverse("meeting_conclude", args=[meeting]),
        "deviation_list": reverse("deviation_list"),
        "recovery_list": reverse("recovery_list"),
        "recovery_schedule": reverse("recovery_schedule") + f"?case={case.uuid}",
        "case_detail": reverse("case_detail", args=[case.uuid]),
        "case_test": reverse("case_test", args=[case.uuid]),
        "my_trainings": reverse("my_trainings"),
    }


def _posts(held, case):
    """Every address that only takes POST, by URL name."""
    session, meeting, person = held.training_session.uuid, held.meeting.uuid, held.enrolments[0].pk
    parameter = "00000000-0000-0000-0000-000000000000"
    return {
        "session_open": reverse("session_open", args=[session]),
        "session_post_test": reverse("session_post_test", args=[session]),
        "session_score_cell": reverse("session_score_cell", args=[session, person, parameter]),
        "meeting_open": reverse("meeting_open", args=[meeting]),
        "meeting_cell": reverse("meeting_cell", args=[meeting, person]),
        "meeting_rest": reverse("meeting_rest", args=[meeting]),
        "meeting_rest_undo": reverse("meeting_rest_undo", args=[meeting, parameter]),
    }


@pytest.fixture
def held():
    return concluded(lambda people: absent(people[0]))


def test_every_page_opens_to_the_pic_and_to_no_stranger(held):
    case = RecoveryCase.objects.get()
    client, stranger, agent = _client(held.pic), _client(make_user("trainer", site=None)), make_user("agent")
    for name, url in _pages(held, case).items():
        assert client.get(url).status_code == 200, name
        anonymous = Client().get(url)
        assert anonymous.status_code == 302 and reverse("account_login") in anonymous.url, name
        assert client.delete(url).status_code == 405, name
        if name != "my_trainings":
            assert _client(agent).get(url).status_code == 403, name
    elsewhere = make_user("trainer", site=scheduled().world.site)
    for name in ("session_detail", "session_results", "session_scores", "meeting_roll", "case_detail"):
        assert _client(elsewhere).get(_pages(held, case)[name]).status_code == 404, name
    assert stranger.get(_pages(held, case)["session_detail"]).status_code == 200  # a trainer without scope sees all


def test_every_post_refuses_get_strangers_and_wrong_roles(held):
    case = RecoveryCase.objects.get()
    client, elsewhere = _client(held.pic), _client(make_user("trainer", site=scheduled().world.site))
    for name, url in _posts(held, case).items():
        assert client.get(url).status_code == 405, name
        assert elsewhere.post(url).status_code == 404, name
        assert _client(make_user("agent")).post(url).status_code == 403, name
        assert Client().post(url).status_code == 302, name


@pytest.mark.parametrize(
    "name", ["session_list", "session_detail", "meeting_roll", "session_scores", "session_results"]
)
def test_the_number_of_queries_does_not_grow_with_people(name, django_assert_num_queries):
    counts = []
    for people in (1, 3):
        held = concluded(lambda everybody: absent(everybody[0]), people=people, right=[5] * people)
        client = _client(held.pic)
        url = _pages(held, RecoveryCase.objects.last())[name]
        client.get(url)
        with django_assert_num_queries(14, exact=False) as captured:
            assert client.get(url).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_recovery_and_my_trainings_do_not_grow_with_rows(django_assert_num_queries):
    held = concluded(lambda people: absent(people[0]))
    person = held.enrolments[0].person
    user = make_user("agent", person=person)
    pic, agent = _client(held.pic), _client(user)
    counts = []
    for _round in (1, 2):
        for client, url in ((pic, reverse("recovery_list") + "?state=all"), (agent, reverse("my_trainings"))):
            with django_assert_num_queries(14, exact=False) as captured:
                assert client.get(url).status_code == 200
            counts.append(len(captured))
        if _round == 1:
            make_up_for(held)
    assert (counts[0], counts[1]) == (counts[2], counts[3])


@pytest.mark.clause("5.2")
def test_the_day_in_the_browser_without_javascript(at):
    held = scheduled()
    at(START)
    client, session = _client(held.pic), held.training_session
    assert client.post(reverse("session_open", args=[session.uuid])).status_code == 302
    roll = reverse("meeting_roll", args=[held.meeting.uuid])
    first, second, third = held.enrolments
    data = {}
    for each in held.enrolments:
        data |= {f"version-{each.pk}": "0", f"was-{each.pk}": "||||"}
    data |= {f"status-{first.pk}": "present", f"status-{second.pk}": "late", f"arrived-{second.pk}": "09.12"}
    at(START + timedelta(minutes=15))
    assert client.post(roll, data).url == roll
    rows = {each.enrolment: each for each in Attendance.objects.all()}
    assert (rows[first].status, rows[second].status, rows[second].minutes_late) == ("present", "late", 12)
    assert third not in rows
    assert client.post(reverse("meeting_rest", args=[held.meeting.uuid])).status_code == 302
    fill = Attendance.objects.get(enrolment=third).fill
    page = client.get(roll).content.decode()
    assert reverse("meeting_rest_undo", args=[held.meeting.uuid, fill]) in page
    client.post(reverse("meeting_rest_undo", args=[held.meeting.uuid, fill]))
    assert Attendance.objects.get(enrolment=third).status == ""
    client.post(reverse("meeting_rest", args=[held.meeting.uuid]))
    scores = reverse("session_scores", args=[session.uuid])
    client.post(scores, typed_cell(held, first, "87,5"))
    assert str(ParameterScore.objects.get().value) == "87.50"
    end = START + timedelta(hours=2)
    at(end)
    ended = client.post(
        reverse("meeting_conclude", args=[held.meeting.uuid]),
        {
            "actual_starts_at_day": "2026-11-24",
            "actual_starts_at_time": "09:00",
            "actual_ends_at_day": "2026-11-24",
            "actual_ends_at_time": "11:00",
        },
    )
    assert ended.status_code == 302
    conclude, said = reverse("session_conclude", args=[session.uuid]), {"notes": "Lancar"}
    assert client.post(conclude, said).status_code == 422  # nobody took the post-test, which the scheme counts
    assert client.post(conclude, said | {"reason_test": "Jaringan putus"}).status_code == 302
    assert held.fresh().state == "concluded"


@pytest.mark.point("ATT-4")
def test_a_tap_saves_one_row_and_shows_its_state(at):
    held = opened()
    at(START + timedelta(minutes=20))
    person = held.enrolments[0]
    url = reverse("meeting_cell", args=[held.meeting.uuid, person.pk])
    data = {f"version-{person.pk}": "0", f"was-{person.pk}": "||||", f"status-{person.pk}": "late"}
    answer = _client(held.pic).post(url, data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert Attendance.objects.get().minutes_late == 20
    page = answer.content.decode()
    assert f'id="row-{person.pk}"' in page and 'id="roll-bar"' in page and "1/3" in page


@pytest.mark.point("ATT-5")
def test_a_leaving_time_after_the_end_is_refused_and_what_stood_before_stays(at):
    """Not saved as if it had been blank."""
    held = opened()
    at(held.meeting.ends_at + timedelta(minutes=30))
    person, client, url = held.enrolments[0], _client(held.pic), reverse("meeting_roll", args=[held.meeting.uuid])
    typed = {f"version-{person.pk}": "0", f"was-{person.pk}": "||||", f"status-{person.pk}": "present"}
    late = (held.meeting.ends_at + timedelta(minutes=8)).astimezone(held.world.site.zone).strftime("%H.%M")
    page = client.post(url, typed | {f"left-{person.pk}": late})
    assert page.status_code == 422 and f"pulang pukul {late}" in page.content.decode()
    assert not Attendance.objects.exists()


@pytest.mark.point("ATT-5")
def test_a_tap_on_absent_waits_for_its_reason():
    held = opened()
    person = held.enrolments[0]
    url = reverse("meeting_cell", args=[held.meeting.uuid, person.pk])
    data = {f"version-{person.pk}": "0", f"was-{person.pk}": "||||", f"status-{person.pk}": "absent"}
    answer = _client(held.pic).post(url, data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert not Attendance.objects.exists()
    _client(held.pic).post(url, data | {f"reason-{person.pk}": "sick"}, headers={"HX-Request": "true"})
    assert Attendance.objects.get().reason.code == "sick"


@pytest.mark.point("QUZ-6")
def test_a_participant_takes_the_test_without_javascript_and_nobody_else_sees_it(at):
    held = opened()
    at(START + timedelta(minutes=30))
    attend(held)
    open_post_test(training_session=held.training_session, actor=held.pic, now=START)
    enrolment = held.enrolments[0]
    user = make_user("agent", person=enrolment.person)
    client = _client(user)
    start = reverse("test_start", args=[enrolment.uuid, "post"])
    assert start in client.get(reverse("my_trainings")).content.decode()
    assert client.get(start).status_code == 200
    question = client.post(start).url
    attempt = TestAttempt.objects.get()
    assert question == reverse("test_question", args=[attempt.uuid, 1])
    assert client.get(question).status_code == 200
    client.post(question, {"choice": "A"})
    assert client.get(start).url == reverse("test_question", args=[attempt.uuid, 2]), "it goes on at the first blank"
    for place in range(1, 6):
        answer = client.post(reverse("test_question", args=[attempt.uuid, place]), {"choice": "A"})
    summary = reverse("test_summary", args=[attempt.uuid])
    assert answer.url == summary
    assert client.get(summary).status_code == 200
    assert TestAttempt.objects.get().state == "in_progress"
    done = client.post(reverse("test_submit", args=[attempt.uuid])).url
    assert client.get(done).status_code == 200
    assert TestAttempt.objects.get().points == 5
    other = _client(make_user("agent", person=held.enrolments[1].person))
    for url in (question, summary, done, start):
        assert other.get(url).status_code == 404
    assert other.post(reverse("test_submit", args=[attempt.uuid])).status_code == 404
    assert _client(held.pic).get(question).status_code == 404


@pytest.mark.point("QUZ-1")
def test_a_tap_saves_in_the_background():
    held = opened()
    user = make_user("agent", person=held.enrolments[0].person)
    attempt = start_attempt(enrolment=held.enrolments[0], phase="pre", actor=user, now=START)
    TestAttempt.objects.update(due_at=START + timedelta(days=3650))
    url = reverse("test_question", args=[attempt.uuid, 1])
    answer = _client(user).post(url, {"choice": "B"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["X-Saved"]) == (204, "1")
    assert int(answer.headers["X-Left"]) > 0
    assert attempt.answers.get().choice == ["B"]
    assert "checked" in _client(user).get(url).content.decode()


def test_the_print_of_a_roll_carries_its_number(held):
    page = _client(held.pic).get(reverse("meeting_roll", args=[held.meeting.uuid])).content.decode()
    assert held.plan.number in held.training_session.number
    assert f'<p class="print-only code">{held.training_session.number}</p>' in page


def test_the_recovery_is_scheduled_from_its_list(held, at):
    at(held.training_session.ends_at + timedelta(hours=1))
    case, client = RecoveryCase.objects.get(), _client(held.pic)
    url = reverse("recovery_schedule")
    form = held.plan.approved_revision.recovery_forms.get(code="make_up")
    data = {
        "case": str(case.uuid),
        "form": form.pk,
        "label": "Susulan",
        "host_site": held.world.site.pk,
        "trainers": [held.world.trainer.pk],
        "starts_at_day": "2026-11-27",
        "starts_at_time": "09:00",
        "ends_at_day": "2026-11-27",
        "ends_at_time": "11:00",
    }
    assert client.post(url, data | {"label": ""}).status_code == 422
    answer = client.post(url, data)
    made = TrainingSession.objects.get(kind="make_up")
    assert answer.url == reverse("session_detail", args=[made.uuid])
    cancel = reverse("session_cancel", args=[made.uuid])
    assert client.get(cancel).status_code == 200
    assert client.post(cancel, {"reason": "Ruang rusak"}).status_code == 302
    case.refresh_from_db()
    assert case.state == "open"


def test_the_manager_acknowledges_and_waives_with_a_fresh_log_in(held, monkeypatch):
    from django.utils import timezone

    training_session = scheduled().training_session
    report_deviation(
        training_session=training_session,
        kind="application",
        planned="Simulator",
        actual="Kertas",
        reason="Aplikasi padam",
        actor=training_session.plan.pic,
        now=START,
    )
    deviation = Deviation.objects.get()
    from planning.tests.factories import manager_of

    manager = _client(manager_of(training_session.plan))
    url = reverse("deviation_acknowledge", args=[deviation.uuid])
    assert manager.get(url).status_code == 405
    assert _client(training_session.plan.pic).post(url).status_code == 403
    assert url in manager.get(reverse("deviation_list")).content.decode()
    assert manager.post(url).status_code == 302
    deviation.refresh_from_db()
    assert deviation.acknowledged_by == manager_of(training_session.plan)

    case, client = RecoveryCase.objects.get(), _client(held.manager)
    waive, lapse = reverse("case_waive", args=[case.uuid]), reverse("case_lapse", args=[case.uuid])
    assert client.get(waive).status_code == 302  # asks for the password first
    monkeypatch.setattr("sessions.views.cases.authenticated_at", lambda request: timezone.now())
    monkeypatch.setattr("trainingops.people.sign_in.authenticated_at", lambda request: timezone.now())
    assert client.get(lapse).status_code == 200
    assert client.post(lapse, {"reason": "Pindah"}).status_code == 422  # still works here
    assert client.get(waive).status_code == 200
    assert client.post(waive, {"reason": ""}).status_code == 422
    case.refresh_from_db()
    assert case.state == "open"


@pytest.mark.clause("4.3")
def test_a_participant_reads_passed_only_once_trained(at):
    """The card says what every other page says: nobody passes before each meeting was attended or recovered."""
    held = concluded()
    at(START + timedelta(hours=5))
    enrolment = held.enrolments[0]
    client = _client(
        User.objects.filter(person=enrolment.person).first() or make_user("agent", person=enrolment.person)
    )
    (card,) = client.get(reverse("my_trainings")).context["cards"]
    assert card["verdict"] == Verdict.PASSED
    # No case says that the meeting was missed, only that nobody recorded it.
    Attendance.objects.filter(enrolment=enrolment).update(status="")
    (card,) = client.get(reverse("my_trainings")).context["cards"]
    assert card["verdict"] == Verdict.NOT_TRAINED


@pytest.mark.clause("6")
def test_the_attendance_list_says_that_no_time_was_noted():
    """Present on time is recorded without a time: the list says so instead of a dash that reads as missing."""
    held = opened()
    person = make_user("agent", person=held.enrolments[0].person)
    check_in(meeting=held.meeting, at=START - timedelta(minutes=8), source="qr", actor=person, now=START)
    held.enrolments = held.enrolments[1:]
    attend(held)
    with translation.override("id"):
        payload = _attendance(held.training_session)
    rows = payload["meetings"][0]["rows"]
    assert [row["arrived"] for row in rows if row["state"] == "Hadir"] == ["08.52", "tanpa jam", "tanpa jam"]
