"""The task list of a plan, and the page where its answers are checked (4.1; UX.md, long forms)."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from planning.enums import TrainingKind
from planning.services import Incomplete, create_plan, remove_session, save_part, save_session, submit_revision
from planning.services.drafting import MeetingTimes
from planning.tests.factories import draft_plan
from planning.views.task_list import PARTS, SECTIONS

pytestmark = pytest.mark.django_db


def opened(client, world, name, plan, **query):
    client.force_login(world.pic)
    return client.get(reverse(name, args=[plan.uuid]), query)


def bare(world):
    """Begun, nothing else."""
    return create_plan(
        kind=TrainingKind.REFRESHMENT,
        title="KCA",
        site=world.site,
        line=world.line,
        actor=world.pic,
        now=timezone.now(),
    )


def test_every_part_stands_under_one_question():
    listed = [key for _label, keys in SECTIONS for key in keys]
    assert sorted(listed) == sorted(PARTS)


@pytest.mark.parametrize("begun", [bare, lambda world: draft_plan(world=world)], ids=["bare", "complete"])
def test_every_page_counts_what_is_missing_alike(client, world, begun):
    """4.1: the task list, the page of answers and the refusal of a submission name the same things."""
    plan = begun(world)
    pages = [opened(client, world, name, plan) for name in ("plan_detail", "plan_submit")]
    tallies = [page.context["tally"] for page in pages]
    missing = [item.key for item in tallies[0].missing]
    assert missing == [item.key for item in tallies[1].missing]
    assert len(pages[1].context["gaps"]) == len(missing)
    for tally in tallies:
        assert (tally.complete + len(tally.missing), tally.total, tally.named) == (tally.total, 18, 9)
    if missing:
        with pytest.raises(Incomplete) as refused:
            submit_revision(revision=plan.revisions.get(), actor=world.pic, now=timezone.now())
        assert [item.key for item in refused.value.items] == missing


def test_who_has_no_batch_is_no_gap_where_there_is_only_one(client, world):
    """Submission puts everybody into the only batch: the page that offers it says the same."""
    plan = draft_plan(world=world)
    revision = plan.revisions.get()
    revision.targets.update(planned_session=None)
    assert not opened(client, world, "plan_submit", plan).context["gaps"]
    planned, now = revision.sessions.get(), timezone.now()
    meeting = planned.meetings.get()
    times = MeetingTimes(starts_at=meeting.starts_at, ends_at=meeting.ends_at)
    values = {"label": "Batch 2", "host_site": world.site, "trainers": [world.trainer], "room": world.room}
    second = save_session(revision=revision, meetings=[times], **values, actor=world.pic, now=now)
    assert [item.key for item, _url in opened(client, world, "plan_submit", plan).context["gaps"]] == ["targets"]
    remove_session(revision=revision, planned=second, actor=world.pic, now=now)
    assert client.post(reverse("plan_submit", args=[plan.uuid])).status_code == 302


def test_the_answers_stand_under_their_part_with_the_way_to_change_them(client, world):
    plan = draft_plan(world=world)
    page = opened(client, world, "plan_submit", plan)
    said = {part.key: [row.key for row in part.rows] for each in page.context["sections"] for part in each.parts}
    assert said["scoring"][:2] == ["scheme", "pass_mark"]
    assert said["recipients"] == ["recipient"]
    assert [key.partition(":")[0] for key in said["sessions"]] == ["session"]
    html = page.content.decode()
    for part in ("need", "module", "method", "recovery", "scoring"):
        assert f"{reverse('plan_part', args=[plan.uuid, part])}?back=check" in html
    assert reverse("plan_targets", args=[plan.uuid]) in html


def test_a_part_changed_from_the_answers_leads_back_to_them(client, world):
    plan = draft_plan(world=world)
    client.force_login(world.pic)
    url = reverse("plan_part", args=[plan.uuid, "module"])
    given = {"module_version": world.module_version.pk}
    assert client.post(f"{url}?back=check", given).url == reverse("plan_submit", args=[plan.uuid])
    assert client.post(url, given).url == reverse("plan_detail", args=[plan.uuid])


def test_a_gap_is_named_in_its_part(client, world):
    plan = draft_plan(world=world)
    save_part(
        revision=plan.revisions.get(), part="scoring", values={"scheme": None}, actor=world.pic, now=timezone.now()
    )
    page = opened(client, world, "plan_detail", plan)
    incomplete = [part.key for each in page.context["sections"] for part in each.parts if not part.complete]
    assert incomplete == ["scoring"]
