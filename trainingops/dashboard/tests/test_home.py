"""Home by role (DSH): what waits, what is awaited, today; items leave only when the state changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluation import services as evaluation_services
from evaluation.models import ImprovementAction
from evaluation.tests import factories as reviews
from evaluation.tests.factories import NOW as REVIEW_NOW
from evaluation.tests.test_coaching import acknowledge, coach
from planning.tests.factories import approved_plan, make_world, submitted_plan
from reporting.services import acknowledge_report
from reporting.tests.writing import submitted
from sessions.models import Deviation, TargetOutcome
from sessions.services import acknowledge_deviation, report_deviation
from sessions.tests.factories import START, absent, concluded, opened, scheduled
from trainingops.dashboard import desk
from trainingops.people.enums import Role
from trainingops.people.tests.factories import grant_role, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
#: 23 November 2026, 10.00 WIB; the sessions of the factories begin 24 November, 09.00 WIB.
NOW = START - timedelta(hours=23)
HOUR = timedelta(hours=1)
BUDGET = 15


def desk_of(user, now=NOW):
    user.__dict__.pop("authority", None)
    return desk.Desk(user=user, now=now)


def waiting(user, now=NOW):
    return [line.item.title for line in desk.waiting(desk_of(user, now))]


def awaited(user, now=NOW):
    return [(line.item.who, line.item.title) for line in desk.awaited(desk_of(user, now))]


def today(user, now=NOW):
    return [event.title for event in desk.today(desk_of(user, now))]


def some(words, lines):
    return [line for line in lines if words in str(line)]


def fetch(client, user, at, url="", **query):
    """A page as ``user`` sees it at a moment, and the queries that it took."""
    with time_machine.travel(at, tick=False):
        client.force_login(user)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(url or reverse("home"), query)
    assert answer.status_code == 200
    return answer, [each["sql"][:150] for each in asked]


# --- The page ----------------------------------------------------------------------------------------------


def test_home_asks_who_is_there_and_changes_nothing(client):
    answer = client.get(reverse("home"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
    client.force_login(make_user())
    assert client.post(reverse("home")).status_code == 405


def busy_world():
    """One of everything: a plan to decide, a session today, one concluded with cases, a review with actions."""
    world = make_world()
    submitted_plan(world=make_world(), starts_at=START + timedelta(days=10), now=NOW)
    opened(world=make_world(), starts_at=START - timedelta(hours=22))
    concluded(lambda enrolments: absent(enrolments[0]), starts_at=START - timedelta(days=2))
    reviews.answered_review(world)
    return world


@pytest.mark.point("DSH-1")
def test_every_role_has_a_home_within_its_budget_of_queries(client):
    world = busy_world()
    too_many = {}
    for role in Role.values:
        user = make_user(role, person=world.people[0] if role == Role.AGENT else None)
        _answer, asked = fetch(client, user, NOW + HOUR)
        if len(asked) > BUDGET:
            too_many[role] = asked
    assert too_many == {}
    everything = make_user(*Role.values, person=world.people[1])
    _answer, asked = fetch(client, everything, NOW + HOUR)
    assert len(asked) <= BUDGET + 5, asked


def test_the_queries_of_home_do_not_grow_with_what_waits(client):
    world = make_world()
    submitted_plan(world=world, starts_at=START, now=NOW - HOUR)
    _answer, one = fetch(client, world.manager, NOW)
    for _ in range(2):
        more = make_world(site=world.site, line=world.line)
        submitted_plan(world=more, starts_at=START, now=NOW - HOUR)
    assert len(waiting(world.manager)) == 3
    _answer, three = fetch(client, world.manager, NOW)
    assert len(three) == len(one)


def test_somebody_without_work_reads_that_nothing_waits(client):
    user = make_user("client", language="en")
    client.force_login(user)
    shown = client.get(reverse("home")).content.decode()
    assert "Nothing is waiting for you" in shown


# --- Execution ---------------------------------------------------------------------------------------------


def test_a_session_of_today_waits_for_its_trainer_and_stands_in_everybodys_day():
    held = scheduled()
    assert waiting(held.pic, NOW) == []
    day = START - HOUR
    assert some("Open the session", waiting(held.pic, day))
    assert len(today(held.pic, day)) == len(today(held.manager, day)) == 1
    assert some("Open the session", waiting(held.manager, day)) == []


@pytest.mark.point("DSH-4")
def test_the_day_counts_the_sessions_that_the_list_of_today_shows(client):
    held = scheduled()
    listed, _asked = fetch(client, held.manager, START, reverse("session_list"), tab="today")
    assert len(listed.context["table"].rows) == len(today(held.manager, START)) == 1


def test_a_session_that_was_not_concluded_waits_and_is_late():
    held = opened()
    (line,) = [each for each in desk.waiting(desk_of(held.pic, START + 5 * HOUR)) if "Conclude" in each.item.title]
    assert line.due.kind == "late"


def test_missing_scores_wait_until_the_report_is_due():
    held = concluded(right=(5, 5, None))
    lines = [each.item for each in desk.waiting(desk_of(held.pic, START + 3 * HOUR))]
    days = {each.title.split(":")[0]: each.due_at for each in lines}
    assert days["Complete the scores"] == days["H+1 report"]
    submitted(held)
    assert some("Complete the scores", waiting(held.pic, START + 5 * HOUR)) == []


def test_a_deviation_waits_for_the_manager_until_it_is_acknowledged():
    held = opened()
    deviation = report_deviation(
        training_session=held.training_session,
        kind="method",
        planned="Offline",
        actual="Online",
        reason="Ruang banjir",
        actor=held.pic,
        now=START,
    )
    deviation = Deviation.objects.get(pk=deviation.pk)
    assert some("Acknowledge a deviation", waiting(held.manager, START))
    assert some("Acknowledgement of the deviation", awaited(held.pic, START))
    acknowledge_deviation(deviation=deviation, actor=held.manager, now=START)
    assert some("deviation", waiting(held.manager, START)) == []
    assert some("deviation", awaited(held.pic, START)) == []


@pytest.mark.point("DSH-1")
def test_open_cases_wait_for_their_owner_who_arranges_all_of_them_by_one_click(client):
    held = concluded(lambda enrolments: absent(enrolments[0]), lambda enrolments: absent(enrolments[1]))
    now = START + 3 * HOUR
    (line,) = [each for each in desk.waiting(desk_of(held.pic, now)) if "Arrange recovery" in each.item.title]
    page, _asked = fetch(client, held.pic, now, line.item.url)
    for enrolment in held.enrolments[:2]:
        assert enrolment.person.name in page.content.decode()
    assert some("Release for recovery", waiting(held.world.leader, now))
    assert some("recovery", waiting(make_world().leader, now)) == []
    TargetOutcome.objects.update(lapse_cause="left", lapse_proposed_at=now)
    assert some("recovery", waiting(held.world.leader, now)) == [], "PIC or manager decide first (4.3)"


def test_an_open_test_waits_for_the_participant_until_it_is_submitted():
    from sessions.tests.factories import take_test

    held = opened()
    enrolment = held.enrolments[0]
    agent = make_user("agent", person=enrolment.person)
    assert some("Pre-test", waiting(agent, START))
    take_test(enrolment, phase="pre", right=3, now=START)
    assert some("Pre-test", waiting(agent, START)) == []


def test_a_participant_sees_their_sessions_to_come():
    held = scheduled()
    agent = make_user("agent", person=held.enrolments[0].person)
    assert len(today(agent)) == 1
    assert today(make_user("agent")) == []


# --- Reporting ---------------------------------------------------------------------------------------------


def test_a_report_waits_for_its_pic_and_late_for_the_manager_with_a_reminder_in_one_click():
    held = concluded()
    soon = START + 3 * HOUR
    assert some("H+1 report:", waiting(held.pic, soon))
    assert some("H+1 report:", awaited(held.manager, soon))
    late = START + timedelta(days=3)
    (line,) = [each for each in desk.waiting(desk_of(held.manager, late)) if "not received" in each.item.title]
    assert line.due.kind == "late"
    assert line.item.post_url == reverse("obligation_remind", args=[held.training_session.obligation.uuid])
    assert some("H+1 report:", awaited(held.manager, late)) == []


@pytest.mark.point("DSH-4")
def test_the_line_on_reports_due_today_counts_what_the_board_shows(client):
    held = concluded()
    # Concluded on the 24th: due at the end of the 25th.
    morning = START + timedelta(days=1)
    (event,) = [each for each in desk.today(desk_of(held.manager, morning)) if "H+1" in each.title]
    assert event.title == "1 H+1 report is due"
    board, _asked = fetch(client, held.manager, morning, event.url)
    assert held.plan.title in board.content.decode()


@pytest.mark.point("DSH-5")
def test_somebody_with_two_roles_has_one_list_without_repetition():
    held = concluded()
    grant_role(held.pic, "manager")
    late = START + timedelta(days=3)
    mine = [each for each in waiting(held.pic, late) if "H+1" in each]
    assert mine == [f"H+1 report: {held.plan.title}, {held.training_session.label}"]


def test_a_report_waits_for_its_readers_until_they_confirm_and_is_awaited_by_its_writer():
    held = concluded()
    now = START + 3 * HOUR
    version = submitted(held, now=now)
    assert some("Read the report", waiting(held.world.qc, now))
    assert some("Receipt of the report", awaited(held.pic, now))
    assert some("H+1 report", waiting(held.pic, now)) == []
    acknowledge_report(version=version, actor=held.world.qc, now=now)
    assert some("Read the report", waiting(held.world.qc, now)) == []


# --- Evaluation --------------------------------------------------------------------------------------------


def test_minutes_wait_for_the_secretary_then_for_the_manager():
    scene = reviews.held_review()
    assert some("Write the minutes", waiting(scene.secretary, REVIEW_NOW))
    assert some("Minutes of", awaited(scene.manager, REVIEW_NOW))
    assert some("minutes", waiting(scene.manager, REVIEW_NOW)) == []


def test_written_minutes_wait_for_the_managers_signature():
    scene = reviews.answered_review()
    assert some("Write the minutes", waiting(scene.secretary, REVIEW_NOW)) == []
    assert some("Approve the minutes", waiting(scene.manager, REVIEW_NOW))
    reviews.approve(scene)
    assert some("Approve the minutes", waiting(scene.manager, REVIEW_NOW)) == []
    assert some("Close the review", waiting(scene.manager, REVIEW_NOW))


def test_actions_wait_for_their_owner_then_for_a_check_by_somebody_else():
    scene = reviews.answered_review()
    reviews.approve(scene)
    action = ImprovementAction.objects.first()
    assert len(some("Carry out the action", waiting(scene.world.pic, REVIEW_NOW))) == 2
    assert len(some("Action:", awaited(scene.manager, REVIEW_NOW))) == 2
    evaluation_services.finish_action(action=action, evidence_note="Foto papan", actor=scene.world.pic, now=REVIEW_NOW)
    assert len(some("Carry out the action", waiting(scene.world.pic, REVIEW_NOW))) == 1
    assert some("Check the effect", waiting(scene.world.qc, REVIEW_NOW))
    assert some("Check the effect", waiting(scene.world.pic, REVIEW_NOW)) == []
    assert some("Check of the effect", awaited(scene.world.pic, REVIEW_NOW))


def test_a_coaching_form_waits_for_its_reader_and_its_follow_up_for_the_coach():
    world = make_world()
    agent = make_user("agent", person=world.people[0])
    form = coach(world.leader, world.people[0], role="team_leader")
    assert some("Read your coaching form", waiting(agent, REVIEW_NOW))
    assert some("Comment on the coaching form", awaited(world.leader, REVIEW_NOW))
    assert some("Follow up", waiting(world.leader, REVIEW_NOW)) == []
    acknowledge(form, agent, "Saya setuju")
    assert waiting(agent, REVIEW_NOW) == []
    week_later = REVIEW_NOW + timedelta(days=7)
    assert some("Follow up the coaching", waiting(world.leader, week_later))


# --- Evidence ----------------------------------------------------------------------------------------------


def test_an_auditor_finds_the_way_to_the_evidence(client):
    client.force_login(make_user("auditor", language="en"))
    assert reverse("evidence_list") in client.get(reverse("home")).content.decode()


def test_an_approved_plan_waits_for_nobody():
    world = make_world()
    approved_plan(world=world, starts_at=START, now=NOW)
    assert waiting(world.manager) == []
