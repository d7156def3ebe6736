"""Konfirmasi pelepasan agent: asked with the approval, answered by each team's leader (5.1.1, NTF-6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planning.enums import ReleaseState
from planning.models import ReleaseConfirmation
from planning.services import cancel_plan
from planning.services.adjusting import adjust_target, move_targets
from planning.services.releases import answer_release, remind_leaders, renew_releases
from planning.tests.factories import approved_plan, make_world
from sessions.models import Enrolment
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.models import LongLeave
from trainingops.people.tests.factories import TeamFactory, make_agent, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.1.1")]


@pytest.fixture
def world():
    return make_world(people=2)


@pytest.fixture
def plan(world):
    return approved_plan(world=world, sessions=2)


def answer(release, to, actor, **more):
    return answer_release(release=release, to=to, actor=actor, now=timezone.now(), **more)


def test_an_approval_asks_the_leader_of_each_team_once_a_session(world, plan):
    rows = ReleaseConfirmation.objects.filter(plan=plan)
    assert rows.count() == 2 and {row.state for row in rows} == {"asked"}
    notices = Notice.objects.filter(kind="release_asked")
    assert {(each.recipient, each.subject) for each in notices} == {(world.leader, row.uuid) for row in rows}
    assert renew_releases(revision=plan.approved_revision, actor=world.pic, now=timezone.now()) == 0


def test_the_leader_confirms_or_asks_for_another_batch_with_a_reason(world, plan):
    one, two = ReleaseConfirmation.objects.filter(plan=plan).order_by("pk")
    answer(one, "confirmed", world.leader)
    with pytest.raises(WrongState):
        answer(one, "confirmed", world.leader)
    with pytest.raises(Refused) as refused:
        answer(two, "other_batch", world.leader, reason=" ")
    assert refused.value.field == "reason"
    answer(two, "other_batch", world.leader, reason="Traffic tinggi.")

    assert Notice.objects.filter(kind="release_other_batch", recipient=world.pic).count() == 1
    entry = Entry.objects.get(verb="release.other_batch")
    assert "Traffic" not in entry.text
    for actor in (world.pic, world.manager, world.qc):
        with pytest.raises(NotAllowed):
            answer(one, "other_batch", actor, reason="x")
    with pytest.raises(Refused):
        answer_release(release=two, to="confirmed", actor=world.leader, now=timezone.now() + timedelta(days=9))


@pytest.mark.parametrize("state", ReleaseState.values)
def test_no_answer_leads_back_to_asked(world, plan, state):
    release = ReleaseConfirmation.objects.filter(plan=plan).first()
    if state != "asked":
        release = answer(release, state, world.leader, reason="x")
    with pytest.raises(WrongState):
        answer(release, "asked", world.leader)


@pytest.mark.point("APR-3")
def test_the_pic_answers_by_moving_the_targets_and_what_changed_is_asked_again(world):
    """Somebody of another team stays behind: nobody empties a class."""
    other = make_agent(team=TeamFactory(site=world.site, line=world.line))
    world.people.append(other)
    plan = approved_plan(world=world, sessions=2)
    mine = ReleaseConfirmation.objects.filter(plan=plan, team__leaders=world.leader.person)
    one, two = plan.approved_revision.sessions.order_by("pk")
    for release in mine:
        answer(release, "confirmed", world.leader)
    moved = one.targets.exclude(person=other).get()
    adjust_target(target=moved, to=two, extra_minutes=0, actor=world.pic, now=timezone.now())
    (row,) = mine.all()
    assert (row.planned_session, row.state, row.answered_by) == (two, "asked", None)


def test_nobody_releases_agents_for_a_cancelled_plan_and_its_page_says_why(client, world, plan):
    """The address of the notice stays; there is nothing to confirm and nothing to invite to."""
    release = ReleaseConfirmation.objects.filter(plan=plan).first()
    cancel_plan(plan=plan, reason="Tidak jadi.", actor=world.manager, now=timezone.now())
    for to in ("confirmed", "other_batch"):
        with pytest.raises(WrongState, match=plan.number):
            answer(release, to, world.leader, reason="x")
    sign_in(client, world.leader)
    page = client.get(reverse("release_detail", args=[release.uuid]))
    assert plan.number in page.context["closed"] and page.context["closed"] in page.content.decode()
    assert b'name="to"' not in page.content and b"invitation-text" not in page.content


def test_agents_moved_one_by_one_are_asked_for_once_until_the_leader_has_read_or_answered(client, world):
    """Each move changes what is asked of two batches; the open question shows it, a second notice adds nothing."""
    others = TeamFactory(site=world.site, line=world.line)
    team = world.leader.person.led_teams.get()
    world.people = [make_agent(team=each) for each in (team, team, team, team, others, others)]
    plan = approved_plan(world=world, sessions=2)
    one, two = plan.approved_revision.sessions.order_by("pk")
    told = Notice.objects.filter(kind="release_asked", recipient=world.leader)
    assert told.count() == 2
    first, second = one.targets.filter(person__in=world.people[:4]).order_by("pk")
    adjust_target(target=first, to=two, extra_minutes=0, actor=world.pic, now=timezone.now())
    assert told.count() == 2
    gone, other = (ReleaseConfirmation.objects.get(planned_session=each, team=team) for each in (one, two))
    answer(other, "confirmed", world.leader)
    adjust_target(target=second, to=two, extra_minutes=0, actor=world.pic, now=timezone.now())
    assert [each.subject for each in told.order_by("pk")][2:] == [other.uuid], "the answer lapsed: asked anew"
    assert ReleaseConfirmation.objects.get(plan=plan, team=team) == other
    sign_in(client, world.leader)
    page = client.get(reverse("release_detail", args=[gone.uuid]))
    assert page.status_code == 200 and str(one) in page.context["closed"] and b'name="to"' not in page.content
    with pytest.raises(WrongState):
        answer(gone, "confirmed", world.leader)
    second.refresh_from_db()
    adjust_target(target=second, to=one, extra_minutes=0, actor=world.pic, now=timezone.now())
    assert ReleaseConfirmation.objects.get(pk=gone.pk).state == "asked", "needed again"


def test_leaders_are_reminded_once_in_their_working_hours(world):
    """DLN-3."""
    ten = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    approved_plan(world=world, now=ten - timedelta(days=9), starts_at=ten + timedelta(days=2))
    assert remind_leaders(now=ten - timedelta(days=5)) == 0
    assert remind_leaders(now=ten + timedelta(hours=12)) == 0
    assert remind_leaders(now=ten) == 1
    assert remind_leaders(now=ten + timedelta(minutes=10)) == 0


@pytest.mark.point("NTF-6")
def test_the_invitation_names_the_team_s_own_people_only(client, world):
    other = make_agent(team=TeamFactory(site=world.site, line=world.line))
    world.people.append(other)
    approved_plan(world=world)
    assert ReleaseConfirmation.objects.count() == 2
    mine = ReleaseConfirmation.objects.get(team__leaders=world.leader.person)
    sign_in(client, world.leader)

    page = client.get(reverse("release_detail", args=[mine.uuid]))

    text = page.context["invitation"]
    assert all(person.name in text for person in world.people[:2]) and other.name not in text
    assert "WIB" in text and world.room.name in text and other.name not in page.content.decode()
    theirs = ReleaseConfirmation.objects.exclude(pk=mine.pk).get()
    assert client.get(reverse("release_detail", args=[theirs.uuid])).status_code == 404


def test_the_pages_and_who_may_open_them(client, world, plan):
    release = ReleaseConfirmation.objects.filter(plan=plan).first()
    one = reverse("release_detail", args=[release.uuid])
    assert client.get(one).status_code == 302
    sign_in(client, make_user("agent"))
    assert client.get(one).status_code == client.get(reverse("release_list")).status_code == 403
    sign_in(client, make_user("manager", site=make_world(people=0).site))
    assert client.get(one).status_code == 404
    sign_in(client, world.pic)
    assert client.get(one).status_code == 200
    assert client.post(one, {"to": "confirmed"}).status_code == 403
    assert client.delete(one).status_code == 405
    sign_in(client, world.leader)
    assert one in client.get(reverse("release_list")).content.decode()
    shown = client.get(one).context["shown"]
    assert client.post(one, {"to": "other_batch", "reason": "", "shown": shown}).status_code == 422
    assert client.post(one, {"to": "confirmed", "shown": shown}).status_code == 302
    assert client.post(one, {"to": "confirmed", "shown": shown}).status_code == 409


@pytest.mark.point("APR-3")
def test_a_leader_releases_only_the_agents_who_were_shown(client, world):
    """5.1.1: the page stood open while the PIC moved somebody in; what was typed stays, and the leader reads who."""
    first, second = world.people
    world.people.append(make_agent(team=TeamFactory(site=world.site, line=world.line)))
    plan = approved_plan(world=world, sessions=2)
    one, two = plan.approved_revision.sessions.order_by("pk")
    assert two.targets.get().person == second
    release = ReleaseConfirmation.objects.get(planned_session=two)
    address, world.leader.language = reverse("release_detail", args=[release.uuid]), "en"
    world.leader.save()
    sign_in(client, world.leader)
    shown = client.get(address).context["shown"]
    adjust_target(target=one.targets.get(person=first), to=two, extra_minutes=0, actor=world.pic, now=timezone.now())

    for mark in (shown, "", "forged"):
        for given in ({"to": "confirmed"}, {"to": "other_batch", "reason": "Traffic tinggi."}):
            page = client.post(address, {**given, "shown": mark})
            assert page.status_code == 409 and given.get("reason", "") in page.content.decode()
    words = client.post(address, {"to": "confirmed", "shown": shown}).content.decode()
    assert f"since you opened this page: agents, new: {first.name}." in words
    release.refresh_from_db()
    assert release.state == "asked"
    shown = client.get(address).context["shown"]
    assert client.post(address, {"to": "confirmed", "shown": shown}).status_code == 302


def test_the_plan_shows_who_released_within_their_budget(client, django_assert_max_num_queries):
    counts = []
    for people in (1, 3):
        world = make_world(people=people)
        plan = approved_plan(world=world)
        release = ReleaseConfirmation.objects.get(plan=plan)
        address = reverse("release_detail", args=[release.uuid])
        sign_in(client, world.pic)
        for url in (
            reverse("plan_detail", args=[plan.uuid]),
            reverse("release_list"),
            address,
        ):
            with django_assert_max_num_queries(13) as queries:
                page = client.get(url)
            assert address in page.content.decode() or url == address
            counts.append(len(queries.captured_queries))
    assert counts[:3] == counts[3:]


@pytest.mark.clause("5.1.1")
def test_the_session_shows_who_released_with_a_link_for_those_who_may_open_it(client, world, plan):
    session = plan.approved_revision.sessions.first()
    page = reverse("session_detail", args=[session.uuid])
    one = ReleaseConfirmation.objects.get(plan=plan, planned_session=session)
    address = reverse("release_detail", args=[one.uuid])
    stranger = make_user(
        "team_leader", site=world.site, line=world.line, teams=[TeamFactory(site=world.site, line=world.line)]
    )
    for reader, linked in ((world.pic, True), (world.leader, True), (stranger, False)):
        sign_in(client, reader)
        shown = client.get(page)
        assert [line.team for line in shown.context["releases"]] == [one.team.name]
        assert (address in shown.content.decode()) == linked
        assert client.get(address).status_code == (200 if linked else 404)


def crowd(world):
    """Batch 1 with two agents of the led team and one of another, batch 2 with two of the other; the plan, approved."""
    other = TeamFactory(site=world.site, line=world.line)
    one, two, three = (make_agent(team=other) for _n in range(3))
    first, second = world.people
    world.people[:] = [first, one, second, two, three]
    return approved_plan(world=world, sessions=2), other


@pytest.mark.point("APR-3")
def test_a_whole_team_is_moved_to_another_batch_at_once(client, world):
    """The PIC answers "another batch" with one form, not with one for each agent."""
    first, second = world.people
    plan, _other = crowd(world)
    one, two = plan.approved_revision.sessions.order_by("pk")
    release = ReleaseConfirmation.objects.get(planned_session=one, team=world.leader.person.led_teams.get())
    move = reverse("release_move", args=[release.uuid])
    answer(release, "other_batch", world.leader, reason="Traffic tinggi.")

    assert client.get(move).status_code == 302
    sign_in(client, world.leader)
    assert client.get(move).status_code == 403
    sign_in(client, world.pic)
    assert move in client.get(reverse("release_detail", args=[release.uuid])).content.decode()
    assert client.get(move).status_code == 200 and client.delete(move).status_code == 405
    assert client.post(move, {"to": one.pk}).status_code == 422
    assert client.post(move, {"to": two.pk}).status_code == 302

    assert set(two.targets.values_list("person", flat=True)) >= {first.pk, second.pk}
    assert Entry.objects.filter(verb="plan.target_moved").count() == 2
    enrolled = Enrolment.objects.filter(person__in=[first, second], removed_at=None)
    assert {each.training_session.uuid for each in enrolled} == {two.uuid}
    sign_in(client, make_user("trainer", site=make_world(people=0).site))
    assert client.get(move).status_code == 404


@pytest.mark.point("APR-3")
def test_who_cannot_come_there_stays_and_the_rest_of_the_team_is_moved(client, world):
    """Whoever is on leave is named, and holds nobody up; where nobody can come, the move is refused."""
    first, second = world.people
    plan, _other = crowd(world)
    one, two = plan.approved_revision.sessions.order_by("pk")
    release = ReleaseConfirmation.objects.get(planned_session=one, team=world.leader.person.led_teams.get())
    move = reverse("release_move", args=[release.uuid])
    noted = {"starts_on": timezone.localdate(), "recorded_by": world.manager, "recorded_at": timezone.now()}
    LongLeave.objects.create(person=first, **noted)
    sign_in(client, world.pic)

    page = client.post(move, {"to": two.pk}, follow=True).content.decode()

    assert first.name in page and second.name in page
    assert [row.planned_session for row in (one.targets.get(person=first), two.targets.get(person=second))] == [
        one,
        two,
    ]
    (said,) = Entry.objects.filter(verb="plan.target_moved")
    assert str(second.uuid) in said.text
    LongLeave.objects.create(person=second, **noted)
    with pytest.raises(Refused) as refused:
        move_targets(plan=plan, people=[first], to=two, actor=world.pic, now=timezone.now())
    assert refused.value.field == "to" and first.name in str(refused.value)


def test_a_team_that_is_the_whole_batch_is_offered_no_move_but_what_else_the_pic_can_do(client, world, plan):
    release = ReleaseConfirmation.objects.filter(plan=plan).first()
    answer(release, "other_batch", world.leader, reason="Traffic tinggi.")
    sign_in(client, world.pic)
    move = reverse("release_move", args=[release.uuid])
    page = client.get(reverse("release_detail", args=[release.uuid]))
    assert page.context["whole_batch"] in page.content.decode() and move not in page.content.decode()
    assert client.get(move).status_code == 302


def test_a_team_is_not_moved_where_nobody_would_be_left(world):
    plan, _other = crowd(world)
    one, two = plan.approved_revision.sessions.order_by("pk")
    people = [target.person for target in two.targets.select_related("person")]
    with pytest.raises(Refused) as refused:
        move_targets(plan=plan, people=people, to=one, actor=world.pic, now=timezone.now())
    assert refused.value.field == "to" and two.targets.count() == 2
    with pytest.raises(Refused):
        move_targets(plan=plan, people=people, to=two, actor=world.pic, now=timezone.now())


def test_the_pic_learns_of_a_team_that_nobody_can_answer_for(world):
    """A team without a leader is asked, and nobody would ever see it."""
    _plan, other = crowd(world)
    told = Notice.objects.filter(kind="release_unasked")
    assert {each.recipient for each in told} == {world.pic} and told.count() == 2
    assert {each.params["team"] for each in told} == {other.name}
