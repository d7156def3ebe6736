"""Form Pembinaan SDM (clause 6)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.template.loader import render_to_string

from evaluation import services
from evaluation.enums import COACHING_UNDER_WAY, CoachingResult, CoachingState
from evaluation.grounds import problem_of
from evaluation.models import CoachingForm
from evaluation.services import CoachingText, Grounds
from evaluation.signed import _coaching as signed_forms
from evaluation.tests.factories import NOW
from planning.tests.factories import make_world, signature
from planning.tests.needs import make_defects
from trainingops.audit.journal import digest
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import make_agent, make_user
from trainingops.records.models import EvidenceRequest

pytestmark = [pytest.mark.django_db, pytest.mark.clause("6")]

TODAY = NOW.date()
WORDS = {
    "problem": "Tiga defect C1",
    "cause": "Pengetahuan produk",
    "agreement": "Belajar mandiri",
    "follow_up_on": TODAY + timedelta(days=7),
}


def said(**changes) -> CoachingText:
    words = {**WORDS, **changes}
    days = words.pop("follow_ups", [words.pop("follow_up_on")])
    words.pop("follow_up_on", None)
    return CoachingText(**words, follow_ups=days)


def draft(actor, person, *, grounds=None, now=NOW, **changes):
    return services.draft_coaching(person=person, content=said(**changes), grounds=grounds, actor=actor, now=now)


def coach(actor, person, *, role="manager", **changes):
    """A form that its coach has signed."""
    form = draft(actor, person, **changes)
    content_hash = digest(services.content_of_coaching(form)).hex()
    return services.sign_coaching(
        form=form, signature=signature(actor, content_hash, now=NOW, role=role), actor=actor, now=NOW
    )


def acknowledge(form, agent, comment="", *, now=NOW):
    """The agent signs, with their words."""
    content_hash = services.content_of_answer(form, comment)
    signed = signature(agent, content_hash, now=now, role="agent", meaning="confirmed")
    return services.acknowledge_coaching(form=form, comment=comment, signature=signed, actor=agent, now=now)


def payload_of(request) -> dict:
    kept = json.loads(request.payload.text)
    return kept.get("data", kept)


def test_team_leader_coaches_their_own_agent_and_a_record_is_ordered():
    world = make_world()
    person = world.people[0]
    form = coach(world.leader, person, role="team_leader")
    assert (form.site, form.line, form.signature.user) == (world.site, world.line, world.leader)
    assert "Tiga defect C1" in EvidenceRequest.objects.get(kind="coaching").payload.text
    assert "defect C1" not in Entry.objects.get(verb="coaching.made").text


def test_nobody_coaches_outside_their_scope_or_themselves():
    world, other = make_world(), make_world()
    with pytest.raises(NotAllowed):
        coach(world.leader, other.people[0], role="team_leader")
    agent = make_agent(site=world.site, line=world.line)
    manager = make_user("manager", person=agent)
    with pytest.raises(NotAllowed):
        coach(manager, agent)


def test_follow_up_in_the_past_is_refused():
    world = make_world()
    with pytest.raises(Refused) as refused:
        coach(world.manager, world.people[0], follow_up_on=(NOW - timedelta(days=1)).date())
    assert refused.value.field == "follow_up_on"
    assert not CoachingForm.objects.exists()


@pytest.mark.parametrize(("days", "allowed"), [(180, True), (181, False)])
def test_a_follow_up_lies_within_180_days(days, allowed):
    world = make_world()
    day = (NOW + timedelta(days=days)).date()
    if allowed:
        assert coach(world.manager, world.people[0], follow_up_on=day).follow_up_on == day
        return
    with pytest.raises(Refused, match="180") as refused:
        coach(world.manager, world.people[0], follow_up_on=day)
    assert (refused.value.field, refused.value.code) == ("follow_up_on", "too_far_ahead")


def test_the_comment_makes_the_next_version_of_the_record_with_its_time():
    """6: what the agent says is evidence too; the first version stays as it was made."""
    world = make_world()
    person = world.people[0]
    form = coach(world.manager, person)
    later = NOW + timedelta(days=2)
    acknowledge(form, make_user("agent", person=person), "Saya minta contoh", now=later)
    first, second = EvidenceRequest.objects.filter(kind="coaching", subject=form.uuid).order_by("pk")
    assert "minta contoh" not in first.payload.text
    printed = payload_of(second)
    assert (printed["comment"], printed["version"]) == ("Saya minta contoh", "versi 2")
    of_coach, of_agent = printed["signatures"]
    assert "25" in printed["commented_at"] and [of_coach] == payload_of(first)["signatures"]
    assert of_agent["name"] == person.name
    assert first.evidence_date == second.evidence_date
    page = render_to_string("evaluation/print/coaching.html", {"payload": printed, "frame": {}})
    assert "Saya minta contoh" in page and printed["commented_at"] in page


def test_signature_covers_these_very_words():
    world = make_world()
    signed = signature(world.manager, "0" * 64, now=NOW)
    form = draft(world.manager, world.people[0])
    with pytest.raises(Refused, match=r"signature|tanda tangan"):
        services.sign_coaching(form=form, signature=signed, actor=world.manager, now=NOW)


def test_the_agent_comments_once():
    world = make_world()
    person = world.people[0]
    agent = make_user("agent", person=person)
    form = coach(world.manager, person)
    with pytest.raises(NotAllowed):
        acknowledge(form, make_user("agent", person=world.people[1]), "x")
    acknowledge(form, agent, "Saya setuju")
    with pytest.raises(Refused):
        acknowledge(form, agent, "Lagi")
    form.refresh_from_db()
    assert (form.state, form.comment) == (CoachingState.ACKNOWLEDGED, "Saya setuju")


def test_a_draft_is_read_by_its_coach_and_the_manager_only():
    world = make_world()
    person = world.people[0]
    agent, other = make_user("agent", person=person), make_user("agent", person=world.people[1])
    form = draft(world.leader, person)

    def readers():
        people = (world.leader, world.manager, agent, other, make_world().manager)
        return [form in CoachingForm.objects.visible_to(each) for each in people]

    assert readers() == [True, True, False, False, False]
    with pytest.raises(NotAllowed):
        services.withdraw_coaching(form=form, actor=world.manager, now=NOW)
    services.edit_coaching(form=form, content=said(cause="Terburu-buru"), actor=world.leader, now=NOW)
    assert not EvidenceRequest.objects.filter(kind="coaching").exists()
    services.sign_draft(form=form, role="team_leader", authenticated_at=NOW, actor=world.leader, now=NOW)
    assert readers() == [True, True, True, False, False]
    with pytest.raises(WrongState):
        services.edit_coaching(form=form, content=said(), actor=world.leader, now=NOW)


def test_a_form_is_followed_up_date_by_date_and_closed_and_the_record_shows_all_of_it():
    """Several dates, each with what was seen; an added one waits again; the end says what came of it."""
    world = make_world()
    days = [TODAY + timedelta(days=3), TODAY + timedelta(days=10)]
    form = coach(world.leader, world.people[0], role="team_leader", follow_ups=days)
    close = {"result": CoachingResult.REACHED, "conclusion": "Tiga sampel tanpa defect", "actor": world.leader}
    for number, follow_up in enumerate(form.follow_ups.all()):
        with pytest.raises(WrongState):
            services.close_coaching(form=form, **close, now=NOW)
        at = NOW + timedelta(days=4 + 7 * number)
        services.note_follow_up(follow_up=follow_up, seen="Lebih tenang", seen_on=at.date(), actor=world.leader, now=at)
        with pytest.raises(WrongState):
            services.note_follow_up(follow_up=follow_up, seen="x", seen_on=at.date(), actor=world.leader, now=at)
    extra = services.add_follow_up(form=form, due_on=at.date() + timedelta(days=5), actor=world.manager, now=at)
    form.refresh_from_db()
    assert form.state == CoachingState.SIGNED
    at += timedelta(days=6)
    services.note_follow_up(follow_up=extra, seen="Bertahan", seen_on=at.date(), actor=world.manager, now=at)
    with pytest.raises(Refused) as refused:
        services.close_coaching(form=form, **close, now=at)
    assert refused.value.field == "unacknowledged_reason"
    services.close_coaching(form=form, **close, unacknowledged_reason="Cuti panjang", now=at)
    last = payload_of(EvidenceRequest.objects.filter(kind="coaching").latest("pk"))
    assert [each["seen"] for each in last["follow_ups"]] == ["Lebih tenang", "Lebih tenang", "Bertahan"]
    page = render_to_string("evaluation/print/coaching.html", {"payload": last, "frame": {}})
    assert all(words in page for words in ("Bertahan", "Tiga sampel tanpa defect", "Cuti panjang"))
    assert all(each.signature.content_hash in each.hashes for each in signed_forms())


@pytest.mark.parametrize(("days", "field"), [(-8, "seen_on"), (1, "seen_on")], ids=["before the coaching", "ahead"])
def test_a_follow_up_was_seen_between_the_coaching_and_today(days, field):
    world = make_world()
    follow_up = coach(world.manager, world.people[0]).follow_ups.get()
    seen_on = TODAY + timedelta(days=days)
    with pytest.raises(Refused) as refused:
        services.note_follow_up(follow_up=follow_up, seen="x", seen_on=seen_on, actor=world.manager, now=NOW)
    assert refused.value.field == field


@pytest.mark.parametrize("state", list(CoachingState))
def test_each_step_asks_for_its_state(state):
    world = make_world()
    agent = make_user("agent", person=world.people[0])
    form = (draft if state == CoachingState.DRAFTED else coach)(world.manager, world.people[0])
    if state != CoachingState.DRAFTED:
        CoachingForm.objects.update(state=state, result="reached", closed_at=NOW)
    by = {"form": form, "actor": world.manager, "now": NOW}
    steps = {
        CoachingState.SIGNED: lambda: services.sign_draft(**by, role="manager", authenticated_at=NOW),
        CoachingState.WITHDRAWN: lambda: services.withdraw_coaching(**by),
        CoachingState.CLOSED: lambda: services.close_coaching(**by, result="reached", conclusion="x"),
    }
    allowed = {CoachingState.DRAFTED: {"signed", "withdrawn"}, CoachingState.FOLLOWED_UP: {"closed"}}.get(state, set())
    for step in (steps[to] for to in steps if to not in allowed):
        with pytest.raises(WrongState):
            step()
    if state not in COACHING_UNDER_WAY:
        with pytest.raises(WrongState):
            services.sign_and_acknowledge(form=form, comment="", authenticated_at=NOW, actor=agent, now=NOW)
        with pytest.raises(WrongState):
            services.add_follow_up(**by, due_on=TODAY)


def test_the_problem_begins_with_the_data_that_are_there():
    world = make_world()
    defects = make_defects(world)
    person = defects[0].person
    mine = [each for each in defects if each.person == person]
    text = problem_of(person, mine, Grounds())
    assert text.startswith(str(len(mine))) and defects[0].parameter.name in text
    other = make_agent(site=world.site, line=world.line)
    with pytest.raises(Refused) as refused:
        services.draft_coaching(
            person=other,
            content=CoachingText(problem="p", cause="c", agreement="a", follow_ups=[TODAY], defects=mine),
            actor=world.manager,
            now=NOW,
        )
    assert refused.value.field == "defects"


def test_a_coach_is_reminded_the_day_before_and_once_after():
    world = make_world()
    coach(world.leader, world.people[0], role="team_leader")
    told = []
    for days in (5, 6, 6, 8, 9):
        services.remind_follow_ups(now=NOW + timedelta(days=days))
        told.append(Notice.objects.filter(kind__in=["coaching.reminder", "coaching.overdue"]).count())
    assert told == [0, 1, 1, 2, 2]
    assert {each.recipient for each in Notice.objects.filter(kind="coaching.overdue")} == {world.leader}
