"""The manager's queue and the page of the decision (APR)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from planning.enums import RevisionState
from planning.forms.plans import DecisionForm
from planning.models import PlanRevision
from planning.services import (
    amend_plan,
    comment_on_revision,
    return_revision,
    save_part,
    submit_revision,
    withdraw_revision,
)
from planning.tests.factories import approved_plan, draft_plan, make_world, submitted_plan
from trainingops.audit.models import Entry
from trainingops.people.tests.factories import make_user, sign_in

pytestmark = pytest.mark.django_db


def resubmitted(world, **values):
    """An approved plan with a second revision submitted, whose pass mark is 85."""
    plan = approved_plan(world=world)
    now = timezone.now()
    draft = amend_plan(plan=plan, actor=world.pic, now=now)
    save_part(revision=draft, part="scoring", values={"pass_mark": Decimal(85), **values}, actor=world.pic, now=now)
    return submit_revision(revision=draft, actor=world.pic, now=now)


def address(revision: PlanRevision) -> str:
    return reverse("plan_approval", args=[revision.uuid])


@pytest.mark.point("APR-1")
def test_one_click_leads_from_the_queue_to_the_difference_and_the_decision(client, world):
    revision = resubmitted(world)
    sign_in(client, world.manager)

    queue = client.get(reverse("plan_approvals"))
    page = client.get(address(revision))

    assert address(revision) in queue.content.decode()
    assert [row.key for row in page.context["rows"]] == ["pass_mark"]
    assert (page.context["rows"][0].before, page.context["rows"][0].after) == ("80,00", "85,00")
    assert page.context["material"] == 1
    assert revision.content_hash in page.content.decode()


@pytest.mark.point("APR-2")
def test_the_difference_can_start_where_the_manager_last_reviewed(client, world):
    revision = submitted_plan(world=world).revisions.get()
    sign_in(client, world.manager)
    client.post(address(revision), {"decision": "return", "comment": "Naikkan angka.", "content_hash": "x"})
    now = timezone.now()
    draft = amend_plan(plan=revision.plan, actor=world.pic, now=now)
    save_part(revision=draft, part="scoring", values={"pass_mark": Decimal(90)}, actor=world.pic, now=now)
    submit_revision(revision=draft, actor=world.pic, now=now)

    whole = client.get(address(draft))
    since = client.get(address(draft), {"since": "reviewed"})

    assert whole.context["base"] is None and len(whole.context["rows"]) > 5
    assert [row.key for row in since.context["rows"]] == ["pass_mark"]


@pytest.mark.point("APR-3")
def test_a_revision_that_changed_meanwhile_is_answered_with_the_difference(client, world):
    revision = resubmitted(world)
    sign_in(client, world.manager)
    now = timezone.now()
    withdraw_revision(revision=revision, actor=world.pic, now=now)
    newer = amend_plan(plan=revision.plan, actor=world.pic, now=now)
    save_part(revision=newer, part="scoring", values={"pass_mark": Decimal(70)}, actor=world.pic, now=now)
    submit_revision(revision=newer, actor=world.pic, now=now)

    answer = client.post(address(revision), {"decision": "approve", "content_hash": revision.content_hash})

    assert answer.status_code == 409
    assert [(row.before, row.after) for row in answer.context["rows"]] == [("85,00", "70,00")]
    assert address(newer) in answer.content.decode()
    assert "Berubah sementara itu: <b>Angka kelulusan</b>" in " ".join(answer.content.decode().split())


@pytest.mark.point("APR-3")
def test_another_hash_than_the_one_shown_is_refused(client, world):
    revision = resubmitted(world)
    sign_in(client, world.manager)
    answer = client.post(address(revision), {"decision": "approve", "content_hash": "0" * 64})
    assert answer.status_code == 409
    revision.refresh_from_db()
    assert revision.state == RevisionState.SUBMITTED


@pytest.mark.point("APR-3")
def test_a_revision_that_somebody_decided_on_meanwhile_names_who_and_when(client, world):
    revision = resubmitted(world)
    other = make_user("manager", site=world.site, line=world.line)
    return_revision(revision=revision, comment="Lihat catatan.", actor=other, now=timezone.now())
    sign_in(client, world.manager)

    answer = client.post(address(revision), {"decision": "approve", "content_hash": revision.content_hash})

    assert answer.status_code == 409
    assert other.name in answer.content.decode() and "Dikembalikan" in answer.content.decode()


@pytest.mark.point("APR-4")
def test_returning_needs_a_comment_and_remarks_stand_at_their_field(client, world):
    revision = resubmitted(world)
    sign_in(client, world.manager)
    remark = reverse("revision_comment", args=[revision.uuid])

    assert client.post(remark, {"field": "pass_mark", "text": "Mengapa 85?"}).url == address(revision)
    page = client.get(address(revision))
    assert [comment.text for comment in page.context["rows"][0].comments] == ["Mengapa 85?"]
    bare = client.post(address(revision), {"decision": "return", "content_hash": revision.content_hash})
    assert bare.status_code == 422
    given = {"decision": "reject", "comment": "Belum perlu.", "content_hash": revision.content_hash}
    assert client.post(address(revision), given).status_code == 302
    revision.refresh_from_db()
    assert revision.state == RevisionState.REJECTED


def test_the_print_of_a_plan_carries_its_number(client, world):
    plan = resubmitted(world).plan
    sign_in(client, world.manager)
    page = client.get(reverse("plan_detail", args=[plan.uuid])).content.decode()
    assert f'<p class="print-only code">{plan.number}</p>' in page


@pytest.mark.point("APR-4")
def test_a_remark_goes_along_beside_its_field_until_it_is_resolved(client, world):
    revision = resubmitted(world)
    sign_in(client, world.manager)
    remark = reverse("revision_comment", args=[revision.uuid])
    client.post(remark, {"field": "module", "text": "Versi terbaru?"})
    client.post(address(revision), {"decision": "return", "comment": "Lihat catatan.", "content_hash": "x"})
    now = timezone.now()
    draft = amend_plan(plan=revision.plan, actor=world.pic, now=now)
    comment = revision.comments.get()

    sign_in(client, world.pic)
    detail = client.get(reverse("plan_detail", args=[revision.plan.uuid]))
    assert [each.uuid for each in detail.context["comments"]] == [comment.uuid]
    assert "Versi terbaru?" in detail.content.decode()
    submit_revision(revision=draft, actor=world.pic, now=now)

    sign_in(client, world.manager)
    page = client.get(address(draft))
    kept = {row.key: row for row in page.context["rows"]}["module"]
    assert (kept.kind, kept.material, [each.text for each in kept.comments]) == ("kept", False, ["Versi terbaru?"])
    assert page.context["changes"] == 1
    settle = reverse("comment_settle", args=[comment.uuid])
    assert settle in page.content.decode()
    assert client.post(settle).url == address(draft)
    assert client.post(settle).status_code == 409
    comment.refresh_from_db()
    assert (comment.resolved_by, comment.resolved_at is not None) == (world.manager, True)
    assert "Tuntas" in client.get(address(draft)).content.decode()
    assert client.post(settle, {"again": "1"}).url == address(draft)
    assert client.post(settle, {"again": "1"}).status_code == 409
    assert Entry.objects.filter(verb__startswith="revision.comment_re").count() == 2


@pytest.mark.point("APR-4")
@pytest.mark.point("APR-4")
def test_the_consulted_teams_and_the_pic_write_remarks_on_the_plan_and_never_see_the_decision(client, world):
    """A remark that is refused stands on their own page, without the buttons of the decision (4.1)."""
    plan = submitted_plan(world=world)
    revision = plan.revisions.get()
    here, remark = reverse("plan_detail", args=[plan.uuid]), reverse("revision_comment", args=[revision.uuid])
    for user in (world.qc, world.pic):
        sign_in(client, user)
        assert remark in client.get(here).content.decode()
        blank = client.post(remark, {"field": "", "text": " "})
        assert blank.status_code == 422
        assert remark in blank.content.decode() and 'name="decision"' not in blank.content.decode()
        assert client.post(remark, {"field": "module", "text": "Versi terbaru?"}).url == here
    assert revision.comments.count() == 2
    sign_in(client, world.manager)
    assert remark not in client.get(here).content.decode(), "the decision's page has it"
    sign_in(client, world.leader)
    assert remark not in client.get(here).content.decode()


def test_who_settles_a_remark(client, world):
    revision = resubmitted(world)
    comment = comment_on_revision(revision=revision, text="Setuju.", actor=world.manager, now=timezone.now())
    settle = reverse("comment_settle", args=[comment.uuid])
    assert client.post(settle).status_code == 302
    sign_in(client, world.qc)
    assert client.post(settle).status_code == 403
    sign_in(client, make_user("manager", site=make_world(people=0).site))
    assert client.post(settle).status_code == 404
    sign_in(client, world.pic)
    assert client.get(settle).status_code == 405
    assert client.post(settle).url == reverse("plan_detail", args=[revision.plan.uuid])
    comment.refresh_from_db()
    assert comment.resolved_by == world.pic


@pytest.mark.point("APR-4")
def test_two_parameters_are_remarked_on_apart(client, world):
    revision = submitted_plan(world=world).revisions.get()
    sign_in(client, world.manager)
    rows = [row for row in client.get(address(revision)).context["rows"] if row.label == "Parameter"]
    assert len({row.key for row in rows}) == len(rows)
    client.post(reverse("revision_comment", args=[revision.uuid]), {"field": rows[0].key, "text": "Bobot?"})
    after = [row for row in client.get(address(revision)).context["rows"] if row.label == "Parameter"]
    assert [len(row.comments) for row in after] == [1] + [0] * (len(rows) - 1)


@pytest.mark.point("APR-5")
def test_participants_stand_in_the_difference_by_name(client, world):
    plan = approved_plan(world=world)
    now = timezone.now()
    draft = amend_plan(plan=plan, actor=world.pic, now=now)
    draft.targets.filter(person=world.people[0]).delete()
    submit_revision(revision=draft, actor=world.pic, now=now)
    sign_in(client, world.manager)

    rows = client.get(address(draft)).context["rows"]

    (row,) = rows
    assert (row.key, row.material, row.lines[0].kind, row.lines[0].before) == (
        "target",
        True,
        "removed",
        world.people[0].name,
    )


@pytest.mark.point("APR-6")
def test_approve_and_next_goes_on_by_start_date(client, world):
    later = submitted_plan(world=world, starts_at=timezone.now() + timedelta(days=9)).revisions.get()
    sooner = submitted_plan(world=world, starts_at=timezone.now() + timedelta(days=4)).revisions.get()
    sign_in(client, world.manager)
    queue = client.get(reverse("plan_approvals")).context["table"].rows
    assert [row.record for row in queue] == [sooner, later]

    answer = client.post(address(sooner), {"decision": "approve_next", "content_hash": sooner.content_hash})
    assert answer.url == address(later)
    answer = client.post(address(later), {"decision": "approve_next", "content_hash": later.content_hash})
    assert answer.url == reverse("plan_approvals")


@pytest.mark.point("APR-6")
def test_nobody_decides_on_their_own_plan(client, world):
    from trainingops.people.tests.factories import grant_role

    grant_role(world.pic, "manager", site=world.site, line=world.line)
    revision = submitted_plan(world=world).revisions.get()
    sign_in(client, world.pic)
    assert client.get(address(revision)).status_code == 403
    assert client.post(address(revision), {"decision": "approve"}).status_code == 403
    assert len(client.get(reverse("plan_approvals")).context["table"].rows) == 0


def test_an_old_log_in_is_asked_for_the_password_first(client, world):
    """DESIGN §2, signature: the page that signs opens with a fresh log-in only."""
    revision = submitted_plan(world=world).revisions.get()
    sign_in(client, world.manager, minutes_ago=20)
    answer = client.get(address(revision))
    assert answer.status_code == 302
    assert reverse("account_reauthenticate") in answer.url


def test_who_may_open_the_page(client, world):
    revision = submitted_plan(world=world).revisions.get()
    assert client.get(address(revision)).status_code == 302
    sign_in(client, world.qc)
    assert client.get(address(revision)).status_code == 403
    sign_in(client, make_user("manager", site=make_world(people=0).site))
    assert client.get(address(revision)).status_code == 404
    sign_in(client, world.manager)
    assert client.delete(address(revision)).status_code == 405
    draft = draft_plan(world=world).revisions.get()
    assert client.get(address(draft)).status_code == 404


def test_the_page_costs_the_same_with_one_target_and_with_three(client, django_assert_max_num_queries):
    counts = []
    for people in (1, 3):
        world = make_world(people=people)
        revision = submitted_plan(world=world).revisions.get()
        sign_in(client, world.manager)
        with django_assert_max_num_queries(12) as queries:
            client.get(address(revision))
        counts.append(len(queries.captured_queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("language", "label"), [("id", "Keputusan"), ("en", "Decision")])
def test_a_forged_decision_is_named_in_the_readers_language(language, label):
    """EMP-1: the summary leads with the label of what was sent."""
    with translation.override(language):
        form = DecisionForm({"decision": "forged"})
        assert "forged" in form.errors["decision"][0]
        assert form["decision"].label == label
