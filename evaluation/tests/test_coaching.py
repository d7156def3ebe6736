"""Form Pembinaan SDM (clause 6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

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
