"""Form Pembinaan SDM (clause 6)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.template.loader import render_to_string

from evaluation import services
from evaluation.models import CoachingForm
from evaluation.tests.factories import NOW
from planning.tests.factories import make_world, signature
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused
from trainingops.people.tests.factories import make_agent, make_user
from trainingops.records.models import EvidenceRequest

pytestmark = [pytest.mark.django_db, pytest.mark.clause("6")]

WORDS = {
    "problem": "Tiga defect C1",
    "cause": "Pengetahuan produk",
    "agreement": "Belajar mandiri",
    "follow_up_on": (NOW + timedelta(days=7)).date(),
}


def coach(actor, person, *, role="manager", **changes):
    words = {**WORDS, **changes}
    content_hash = services.content_of_coaching(person=person, **words)
    return services.create_coaching_form(
        person=person, **words, signature=signature(actor, content_hash, now=NOW, role=role), actor=actor, now=NOW
    )


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
    services.comment_on_coaching(
        form=form, comment="Saya minta contoh", actor=make_user("agent", person=person), now=later
    )
    first, second = EvidenceRequest.objects.filter(kind="coaching", subject=form.uuid).order_by("pk")
    assert "minta contoh" not in first.payload.text
    said = json.loads(second.payload.text)
    said = said.get("data", said)
    assert (said["comment"], said["version"]) == ("Saya minta contoh", "versi 2")
    assert (
        "25" in said["commented_at"]
        and said["signatures"]
        == json.loads(first.payload.text).get("data", json.loads(first.payload.text))["signatures"]
    )
    assert first.evidence_date == second.evidence_date
    page = render_to_string("evaluation/print/coaching.html", {"payload": said, "frame": {}})
    assert "Saya minta contoh" in page and said["commented_at"] in page


def test_signature_covers_these_very_words():
    world = make_world()
    signed = signature(world.manager, "0" * 64, now=NOW)
    with pytest.raises(Refused, match=r"signature|tanda tangan"):
        services.create_coaching_form(person=world.people[0], **WORDS, signature=signed, actor=world.manager, now=NOW)


def test_the_agent_comments_once():
    world = make_world()
    person = world.people[0]
    agent = make_user("agent", person=person)
    form = coach(world.manager, person)
    with pytest.raises(NotAllowed):
        services.comment_on_coaching(form=form, comment="x", actor=world.pic, now=NOW)
    services.comment_on_coaching(form=form, comment="Saya setuju", actor=agent, now=NOW)
    with pytest.raises(Refused):
        services.comment_on_coaching(form=form, comment="Lagi", actor=agent, now=NOW)
