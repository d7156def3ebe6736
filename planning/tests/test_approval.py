"""Submission and decision as services: states, who may, what is frozen and told (4.1, 5.1.1, APR, DESIGN §4)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from planning.content import freeze
from planning.enums import PLAN_TRANSITIONS, REVISION_TRANSITIONS, PlanState, RevisionState
from planning.models import ApprovalDecision, Booking, PlanRevision, TrainingPlan
from planning.services import (
    Shown,
    advance_plan,
    amend_plan,
    answer_consultation,
    approve_revision,
    ask_consultation,
    cancel_plan,
    comment_on_revision,
    create_plan,
    record_competences,
    reject_revision,
    return_revision,
    save_part,
    sign_and_approve,
    submit_revision,
    withdraw_revision,
)
from planning.signals import plan_cancelled, revision_approved
from planning.tests.factories import approved_plan, draft_plan, make_world, manager_of, signature, submitted_plan
from trainingops.audit.models import Entry
from trainingops.audit.tests.fixtures import guards_lifted
from trainingops.domain import NotAllowed, Refused, StaleVersion, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import grant_role, make_user
from trainingops.records.models import EvidenceRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def approve(revision, actor, now, content_hash=None, signed_hash=None):
    content_hash = content_hash or revision.content_hash
    made = signature(actor, signed_hash or content_hash, now=now)
    return approve_revision(revision=revision, content_hash=content_hash, signature=made, actor=actor, now=now)


def put(revision, state):
    """The revision in ``state``, whatever led there."""
    with guards_lifted("planning_planrevision"):
        PlanRevision.objects.filter(pk=revision.pk).update(state=state)
    revision.refresh_from_db()
    return revision


@pytest.mark.clause("4.1")
def test_an_approved_plan_is_frozen_booked_signed_told_and_kept(world, now):
    """The approval freezes content and hash, takes people, trainer and room, is signed, told and kept as a record."""
    heard = []
    revision_approved.connect(receiver := lambda **given: heard.append(given), weak=False)
    try:
        plan = approved_plan(world=world, meetings=2, now=now)
    finally:
        revision_approved.disconnect(receiver)
    revision = plan.approved_revision
    content = json.loads(revision.content)

    assert (plan.state, revision.state) == (PlanState.APPROVED, RevisionState.APPROVED)
    assert content["scheme"]["pass_mark"] == "80"
    assert {each["person"] for each in content["targets"]} == {str(person.uuid) for person in world.people}
    assert len(content["sessions"][0]["meetings"]) == 2
    assert revision.decision.signature.content_hash == revision.content_hash
    assert Booking.objects.filter(live=True).count() == 2 * (3 + 1 + 1)
    assert [(given["revision"], given["superseded"]) for given in heard] == [(revision, None)]
    assert EvidenceRequest.objects.get(kind="training_plan").training == plan.uuid
    told = {(notice.kind, notice.recipient_id) for notice in Notice.objects.filter(kind__startswith="plan_")}
    assert told == {
        ("plan_submitted", world.manager.pk),
        ("plan_approved", world.pic.pk),
        ("plan_participants", world.leader.pk),
    }
    assert Entry.objects.filter(verb="revision.approved", subject=revision.uuid).count() == 1


def test_frozen_content_and_journal_name_nobody(world, now):
    """DESIGN §5.7: revision JSON and entries hold uuids, never names, and the same rows give the same text."""
    plan = approved_plan(world=world, now=now)
    revision = plan.approved_revision
    texts = [revision.content, *Entry.objects.values_list("text", flat=True)]
    for name in [world.pic.name, *(person.name for person in world.people), *(p.employee_no for p in world.people)]:
        assert not any(name in text for text in texts)
    assert freeze(revision) == revision.content


@pytest.mark.parametrize("state", sorted(set(RevisionState) - {RevisionState.DRAFT}))
def test_only_a_draft_is_written_or_submitted(world, now, state):
    """DESIGN §4: every other state refuses writing and submission and names the state found."""
    revision = put(submitted_plan(world=world, now=now).revisions.get(), state)
    for act in (
        lambda: submit_revision(revision=revision, actor=world.pic, now=now),
        lambda: save_part(revision=revision, part="need", values={"purpose": "x"}, actor=world.pic, now=now),
    ):
        with pytest.raises(WrongState, match=str(RevisionState(state).label)):
            act()


@pytest.mark.parametrize("state", sorted(set(RevisionState) - {RevisionState.SUBMITTED}))
@pytest.mark.parametrize("verb", ["approve", "return", "reject"])
def test_only_a_submitted_revision_is_decided(world, now, verb, state):
    """DESIGN §4: approve, return and reject refuse every other state."""
    revision = put(submitted_plan(world=world, now=now).revisions.get(), state)
    acts = {
        "approve": lambda: approve(revision, world.manager, now),
        "return": lambda: return_revision(revision=revision, comment="x", actor=world.manager, now=now),
        "reject": lambda: reject_revision(revision=revision, comment="x", actor=world.manager, now=now),
    }
    with pytest.raises(WrongState):
        acts[verb]()
    assert not ApprovalDecision.objects.exists()


@pytest.mark.parametrize(
    "state", sorted(s for s in RevisionState if RevisionState.WITHDRAWN not in REVISION_TRANSITIONS.get(s, ()))
)
def test_what_was_decided_is_not_withdrawn(world, now, state):
    """DESIGN §4: only a draft or a submitted revision is withdrawn."""
    revision = put(submitted_plan(world=world, now=now).revisions.get(), state)
    with pytest.raises(WrongState):
        withdraw_revision(revision=revision, actor=world.pic, now=now)


@pytest.mark.parametrize(
    ("found", "to"),
    [(found, to) for found in PlanState for to in PlanState if to not in PLAN_TRANSITIONS.get(found, ())],
)
def test_a_plan_advances_only_as_the_table_says(world, now, found, to):
    """DESIGN §4: every transition outside the table is refused."""
    plan = draft_plan(world=world, now=now) if not TrainingPlan.objects.exists() else TrainingPlan.objects.get()
    TrainingPlan.objects.filter(pk=plan.pk).update(state=found)
    with pytest.raises(WrongState, match=str(PlanState(found).label)):
        advance_plan(plan=plan, to=to, actor=None, now=now)


def test_a_plan_is_followed_to_its_closure(world, now):
    """2.2: approved → under way → reported → under way again (recovery) → reported → under review → closed."""
    plan = approved_plan(world=world, now=now)
    for to in ("under_way", "reported", "under_way", "reported", "under_review", "closed"):
        plan = advance_plan(plan=plan, to=to, actor=None, now=now)
    assert plan.closed_at == now


@pytest.mark.point("APR-3")
def test_an_approval_binds_to_the_hash_that_was_shown(world, now):
    """Another hash, or rows that no longer give the frozen text, are refused and nothing is written."""
    revision = submitted_plan(world=world, now=now).revisions.get()
    with pytest.raises(StaleVersion):
        approve(revision, world.manager, now, content_hash="0" * 64)
    with guards_lifted("planning_planrevision"):
        PlanRevision.objects.filter(pk=revision.pk).update(pass_mark=70)
    with pytest.raises(StaleVersion):
        approve(revision, world.manager, now)
    assert not Booking.objects.exists()


def test_the_signature_is_the_actors_own_fresh_and_over_this_content(world, now):
    """DESIGN §2, signature: another hash, another's or an old log-in is refused."""
    revision = submitted_plan(world=world, now=now).revisions.get()
    other = make_user("manager", site=world.site, line=world.line)
    with pytest.raises(Refused):
        approve(revision, world.manager, now, signed_hash="1" * 64)
    with pytest.raises(Refused):
        approve_revision(
            revision=revision,
            content_hash=revision.content_hash,
            signature=signature(other, revision.content_hash, now=now),
            actor=world.manager,
            now=now,
        )
    with pytest.raises(Refused):
        sign_and_approve(
            revision=revision,
            content_hash=revision.content_hash,
            authenticated_at=now - timedelta(minutes=16),
            actor=world.manager,
            now=now,
        )


@pytest.mark.point("APR-6")
def test_nobody_approves_what_they_proposed(world, now):
    """Separation of duties, in the service and in the database."""
    revision = submitted_plan(world=world, now=now).revisions.get()
    grant_role(world.pic, "manager", site=world.site, line=world.line)
    with pytest.raises(NotAllowed):
        approve(revision, world.pic, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApprovalDecision.objects.create(
            revision=revision,
            decision="returned",
            comment="x",
            decided_by=world.pic,
            proposed_by=world.pic,
            decided_at=now,
            content_hash="0" * 64,
        )


def test_a_manager_elsewhere_does_not_decide(world, now):
    """Scope: a manager of another line may not."""
    revision = submitted_plan(world=world, now=now).revisions.get()
    stranger = make_user("manager", line=make_world(people=0).line)
    with pytest.raises(NotAllowed):
        approve(revision, stranger, now)


@pytest.mark.point("APR-4")
@pytest.mark.parametrize("decide", [return_revision, reject_revision])
def test_returning_and_rejecting_need_a_comment(world, now, decide):
    """The PIC reads the comment; without one nothing is decided."""
    revision = submitted_plan(world=world, now=now).revisions.get()
    with pytest.raises(Refused) as refused:
        decide(revision=revision, comment="  ", actor=world.manager, now=now)
    assert refused.value.field == "comment"
    made = decide(revision=revision, comment="Tambah roleplay.", actor=world.manager, now=now)
    revision.refresh_from_db()
    assert revision.state == made.decision
    assert Notice.objects.filter(kind=f"plan_{made.decision}", recipient=world.pic).count() == 1


def test_a_new_revision_keeps_the_uuids_and_supersedes_the_former(world, now):
    """5.2, DESIGN §3: sessions and meetings are found again by their uuid; bookings move with the revision."""
    plan = approved_plan(world=world, now=now)
    first = plan.approved_revision
    draft = amend_plan(plan=plan, actor=world.pic, now=now)
    assert [s.uuid for s in draft.sessions.all()] == [s.uuid for s in first.sessions.all()]
    assert [m.uuid for m in draft.sessions.get().meetings.all()] == [
        m.uuid for m in first.sessions.get().meetings.all()
    ]
    assert draft.targets.count() == 3
    draft = submit_revision(revision=draft, actor=world.pic, now=now)
    assert json.loads(draft.content) == json.loads(first.content)

    approve(draft, world.manager, now)

    first.refresh_from_db()
    plan.refresh_from_db()
    assert first.state == RevisionState.SUPERSEDED
    assert plan.approved_revision == draft
    live = Booking.objects.filter(live=True)
    assert set(live.values_list("planned_meeting__planned_session__revision", flat=True)) == {draft.pk}
    assert live.count() == 5


@pytest.mark.parametrize("state", [RevisionState.DRAFT, RevisionState.SUBMITTED])
def test_there_is_one_open_revision(world, now, state):
    """A second draft beside an open revision is refused."""
    plan = (draft_plan if state == RevisionState.DRAFT else submitted_plan)(world=world, now=now)
    with pytest.raises(WrongState):
        amend_plan(plan=plan, actor=world.pic, now=now)


def test_a_draft_thrown_away_is_not_what_the_next_one_starts_from(world, now):
    """An unsubmitted draft that was withdrawn leaves the approved revision as the source."""
    plan = approved_plan(world=world, now=now)
    draft = amend_plan(plan=plan, actor=world.pic, now=now)
    save_part(revision=draft, part="need", values={"purpose": "Lain"}, actor=world.pic, now=now)
    withdraw_revision(revision=draft, actor=world.pic, now=now)
    again = amend_plan(plan=plan, actor=world.pic, now=now)
    assert again.purpose == plan.approved_revision.purpose


def test_a_plan_needs_an_appointment_in_force(world, now):
    """5.1.1 a: a trainer whose appointment does not cover site, line and day cannot begin a plan."""
    stranger = make_user("trainer", site=world.site, line=world.line)
    with pytest.raises(NotAllowed):
        create_plan(kind="refreshment", title="X", site=world.site, line=world.line, actor=stranger, now=now)
    with pytest.raises(NotAllowed):
        create_plan(
            kind="refreshment",
            title="X",
            site=world.site,
            line=world.line,
            actor=world.pic,
            now=now + timedelta(days=365 * 20),
        )


def test_numbers_follow_each_other(world, now):
    """DESIGN §5.5: plans are numbered by year from one counter."""
    one, two = draft_plan(world=world, now=now), draft_plan(world=world, now=now)
    assert int(two.number.rsplit("-", 1)[1]) == int(one.number.rsplit("-", 1)[1]) + 1


def test_a_cancelled_plan_gives_back_what_it_took(world, now):
    """Cancelled before it begins: bookings free, revisions withdrawn, the stages above told; later it is refused."""
    plan = approved_plan(world=world, now=now)
    heard = []
    plan_cancelled.connect(receiver := lambda **given: heard.append(given["reason"]), weak=False)
    try:
        with pytest.raises(NotAllowed):
            cancel_plan(plan=plan, reason="x", actor=world.pic, now=now)
        cancel_plan(plan=plan, reason="Klien menunda.", actor=world.manager, now=now)
    finally:
        plan_cancelled.disconnect(receiver)
    plan.refresh_from_db()
    assert plan.state == PlanState.CANCELLED
    assert heard == ["Klien menunda."]
    assert not Booking.objects.filter(live=True).exists()
    with pytest.raises(WrongState):
        cancel_plan(plan=plan, reason="x", actor=world.manager, now=now)


def test_coordination_blocks_nothing_and_silence_is_no_agreement(world, now):
    """5.1.1 d: a question stays open until its team answers; the plan is approved all the same."""
    plan = submitted_plan(world=world, now=now)
    due = now.date() + timedelta(days=1)
    (question,) = ask_consultation(plan=plan, parties=["qc"], due_on=due, actor=world.pic, now=now)
    assert ask_consultation(plan=plan, parties=["qc"], due_on=due, actor=world.pic, now=now) == []
    assert Notice.objects.filter(kind="consultation_asked", recipient=world.qc).count() == 1
    with pytest.raises(Refused):
        ask_consultation(plan=plan, parties=["agent"], due_on=due, actor=world.pic, now=now)
    with pytest.raises(Refused):
        ask_consultation(plan=plan, parties=["qc"], due_on=due - timedelta(days=9), actor=world.pic, now=now)
    approve(plan.revisions.get(), world.manager, now)
    question.refresh_from_db()
    assert question.answer == ""
    with pytest.raises(NotAllowed):
        answer_consultation(consultation=question, answer="agreed", actor=world.operations, now=now)
    answer_consultation(consultation=question, answer="remarks", remark="Dua orang saja.", actor=world.qc, now=now)
    with pytest.raises(WrongState):
        answer_consultation(consultation=question, answer="agreed", actor=world.qc, now=now)


def test_a_remark_stands_at_its_field(world, now):
    """APR-4: a remark names its field; strangers may not write one."""
    revision = submitted_plan(world=world, now=now).revisions.get()
    comment_on_revision(revision=revision, field="pass_mark", text="Mengapa?", actor=world.manager, now=now)
    assert revision.comments.get().field == "pass_mark"
    with pytest.raises(NotAllowed):
        comment_on_revision(revision=revision, text="x", actor=world.leader, now=now)


def test_competence_is_recorded_once_for_each_source(world, now):
    """7.2: a correction of the same source replaces, it does not add."""
    given = {
        "person": world.people[0],
        "module_version": world.module_version,
        "achieved_on": now.date(),
        "source": world.people[0].uuid,
    }
    record_competences(shown=[Shown(**given, result=80)], actor=None, now=now)
    record_competences(shown=[Shown(**given, result=90)], actor=None, now=now)
    assert world.people[0].competences.get().result == 90


def test_manager_of_finds_the_worlds_manager(world, now):
    """What the other rooms' tests lean on."""
    assert manager_of(draft_plan(world=world, now=now)) == world.manager


def test_the_title_changes_until_the_plan_is_approved(world, now):
    """5.2: what was approved keeps the name under which it was approved."""
    plan = draft_plan(world=world, now=now)
    given = {"part": "need", "actor": world.pic, "now": now}
    with pytest.raises(Refused) as refused:
        save_part(revision=plan.revisions.get(), values={"title": " "}, **given)
    assert refused.value.field == "title"
    save_part(revision=plan.revisions.get(), values={"title": "Buyback"}, **given)
    plan.refresh_from_db()
    assert plan.title == "Buyback"
    other = approved_plan(world=make_world(), now=now)
    draft = amend_plan(plan=other, actor=other.pic, now=now)
    with pytest.raises(Refused):
        save_part(revision=draft, part="need", values={"title": "Lain"}, actor=other.pic, now=now)
