"""An absent manager lets somebody decide for them (4.1, APR-6)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planning.models import ApprovalDecision
from planning.services import return_revision
from planning.tests.factories import submitted_plan
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.notifications.texts import notice_text
from trainingops.people.models import Delegation, User
from trainingops.people.services import end_delegation, give_delegation
from trainingops.people.tests.factories import grant_role, make_user, sign_in
from trainingops.records.models import EvidenceRequest

pytestmark = [pytest.mark.django_db, pytest.mark.clause("4.1")]


def today() -> date:
    return timezone.localdate()


def given(principal: User, delegate: User, *, actor: User | None = None, days: int = 3, starts_in: int = 0):
    starts_on = today() + timedelta(days=starts_in)
    made = give_delegation(
        principal=principal,
        delegate=delegate,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=days),
        reason="Cuti",
        actor=actor or principal,
        now=timezone.now(),
    )
    delegate.__dict__.pop("authority", None)
    return made


@pytest.mark.point("APR-6")
def test_the_delegate_decides_and_the_decision_says_on_whose_behalf(client, world):
    """Queue, page, decision, journal and the record name both: "a.n."."""
    given(world.manager, world.operations)
    revision = submitted_plan(world=world).revisions.get()
    assert Notice.objects.filter(kind="plan_submitted", recipient=world.operations).exists()
    sign_in(client, world.operations)
    address = reverse("plan_approval", args=[revision.uuid])

    assert address in client.get(reverse("plan_approvals")).content.decode()
    assert world.manager.name in client.get(address).content.decode()
    answer = client.post(address, {"decision": "approve", "content_hash": revision.content_hash})

    assert answer.status_code == 302
    decision = ApprovalDecision.objects.get(revision=revision)
    assert (decision.decided_by, decision.on_behalf_of) == (world.operations, world.manager)
    assert str(world.manager.uuid) in Entry.objects.get(verb="revision.approved").text
    words = f"{world.operations.name} a.n. {world.manager.name}"
    assert words in client.get(reverse("plan_detail", args=[revision.plan.uuid])).content.decode()
    assert words in EvidenceRequest.objects.get(kind="training_plan").payload.text


@pytest.mark.point("APR-6")
def test_a_plan_is_never_decided_by_its_proposer_nor_for_them(client, world):
    """Neither the PIC as a delegate, nor a delegate of a manager who proposed the plan."""
    given(world.manager, world.pic)
    own = submitted_plan(world=world).revisions.get()
    with pytest.raises(NotAllowed):
        return_revision(revision=own, comment="x", actor=world.pic, now=timezone.now())

    grant_role(world.pic, "manager", site=world.site, line=world.line)
    given(world.pic, world.qc)
    with pytest.raises(NotAllowed):
        return_revision(revision=own, comment="x", actor=world.qc, now=timezone.now())
    sign_in(client, world.qc)
    assert len(client.get(reverse("plan_approvals")).context["table"].rows) == 0
    assert client.get(reverse("plan_approval", args=[own.uuid])).status_code == 403


def test_a_manager_of_their_own_right_decides_as_themself(world):
    other = make_user("manager", site=world.site, line=world.line)
    given(world.manager, other)
    revision = submitted_plan(world=world).revisions.get()
    made = return_revision(revision=revision, comment="Perbaiki.", actor=other, now=timezone.now())
    assert made.on_behalf_of is None


def test_who_acts_for_a_manager_is_told_when_it_begins_and_when_it_is_ended(world):
    made = given(world.manager, world.qc)
    end_delegation(delegation=made, actor=world.manager, now=timezone.now())
    told = Notice.objects.filter(recipient=world.qc).order_by("pk")
    assert [each.kind for each in told] == ["delegation_given", "delegation_ended"]
    assert str(world.manager) in notice_text(told[0].kind, told[0].params, language="en").title


def test_a_delegation_holds_between_its_dates_only_and_can_be_ended(world):
    made = given(world.manager, world.qc, starts_in=2)
    assert not world.qc.authority.has("manager")
    end_delegation(delegation=made, actor=world.manager, now=timezone.now())
    assert not Delegation.objects.exists()

    begun = given(world.manager, world.qc)
    Delegation.objects.update(starts_on=today() - timedelta(days=1))
    world.qc.__dict__.pop("authority", None)
    assert world.qc.authority.has("manager")
    end_delegation(delegation=begun, actor=world.manager, now=timezone.now())
    begun.refresh_from_db()
    assert begun.ends_on < today()
    assert Entry.objects.filter(verb="delegation.ended").count() == 2
    with pytest.raises(WrongState):
        end_delegation(delegation=begun, actor=world.manager, now=timezone.now())


def test_who_gives_and_what_cannot_be_given(world):
    administrator = make_user("administrator")
    with pytest.raises(NotAllowed):
        given(world.manager, world.qc, actor=world.operations)
    given(world.manager, world.qc, actor=administrator)
    with pytest.raises(NotAllowed):
        given(world.qc, world.operations)  # a delegate does not hand on
    for delegate, options, field in [
        (world.manager, {"starts_in": 9}, "delegate"),
        (world.operations, {}, "starts_on"),
        (world.operations, {"starts_in": -1}, "starts_on"),
        (world.operations, {"starts_in": 9, "days": -1}, "ends_on"),
    ]:
        with pytest.raises(Refused) as refused:
            given(world.manager, delegate, **options)
        assert refused.value.field == field
    with pytest.raises(Refused):
        given(world.operations, world.qc, actor=administrator)  # no manager


def test_the_page_gives_and_ends_for_managers_and_administrators_only(client, world):
    for name in ("delegation_list", "delegation_new"):
        assert client.get(reverse(name)).status_code == 302
    sign_in(client, world.qc)
    assert client.get(reverse("delegation_new")).status_code == 403
    sign_in(client, world.manager)
    given_days = {"starts_on": today().isoformat(), "ends_on": today().isoformat()}
    bad = {"principal": world.manager.pk, "delegate": world.manager.pk, **given_days}
    assert client.post(reverse("delegation_new"), bad).status_code == 422
    answer = client.post(reverse("delegation_new"), {**bad, "delegate": world.qc.pk})
    assert answer.status_code == 302
    made = Delegation.objects.get()
    assert world.qc.name in client.get(reverse("delegation_list")).content.decode()

    sign_in(client, make_user("manager"))
    assert client.post(reverse("delegation_end", args=[made.uuid])).status_code == 404
    assert client.get(reverse("delegation_end", args=[made.uuid])).status_code == 405
    sign_in(client, world.manager)
    assert client.post(reverse("delegation_end", args=[made.uuid])).status_code == 302
    assert not Delegation.objects.exists()


def test_the_list_costs_the_same_with_one_row_and_with_three(client, world, django_assert_max_num_queries):
    sign_in(client, world.manager)
    counts = []
    for starts_in in (0, 10, 20):
        given(world.manager, world.qc, starts_in=starts_in)
        with django_assert_max_num_queries(12) as queries:
            client.get(reverse("delegation_list"))
        counts.append(len(queries.captured_queries))
    assert counts[0] == counts[2]
