"""Indicator 4.1: approved complete and before the start ÷ due or held in the period."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from planning.models import ApprovalDecision, PlannedMeeting, TrainingPlan
from planning.queries.indicator import Counted, by, by_place, plans_due, total
from planning.services import (
    MeetingTimes,
    amend_plan,
    cancel_plan,
    remove_session,
    return_revision,
    save_session,
    submit_revision,
)
from planning.tests.factories import approve, approved_plan, draft_plan, make_world, submitted_plan
from trainingops.audit.models import Entry
from trainingops.audit.tests.fixtures import guards_lifted
from trainingops.people.tests.factories import ServiceLineFactory, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.clause("4.1")]
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def start(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 3, 0, tzinfo=UTC)


def found(user, since, until, now=NOW):
    return plans_due(user, since=since, until=until, now=now).select_related("line", "site").order_by("pk")


def count(plans):
    return total(by_place(plans))


@pytest.fixture
def world():
    return make_world(people=1)


def test_the_figure_equals_the_one_counted_by_hand(world):
    """Two approved in time (one of them amended later), one too late, one never: 2 of 4; the rest is not due.

    October: A met. November: B met, C approved after its start, D never approved. Left out: E cancelled, F ahead of
    now, G in September.
    """
    approved_plan(world=world, starts_at=start(10, 5))  # A
    approved_plan(world=world, starts_at=start(11, 3))  # B
    late = approved_plan(world=world, starts_at=start(11, 10))  # C
    with guards_lifted("planning_approvaldecision"):
        ApprovalDecision.objects.filter(revision__plan=late).update(decided_at=start(11, 11))
    draft_plan(world=world, starts_at=start(11, 12))  # D
    cancelled = submitted_plan(world=world, starts_at=start(11, 13))  # E
    cancel_plan(plan=cancelled, reason="Tidak jadi.", actor=world.pic, now=start(11, 12))
    approved_plan(world=world, starts_at=start(11, 27))  # F
    approved_plan(world=world, starts_at=start(9, 30))  # G

    plans = found(world.manager, start(10, 1).date(), start(11, 30).date())

    figure = count(plans)
    assert (figure.met, figure.due) == (2, 4)
    months = [(key.month, each.met, each.due) for key, each in by(by_place(plans), "month")]
    assert months == [(10, 1, 1), (11, 1, 3)]
    assert [(str(key), each.due) for key, each in by(by_place(plans), "site")] == [(str(world.site), 4)]


def test_giving_a_plan_up_after_its_start_does_not_mend_the_figure(world):
    """4.1: those never approved are included; only what was cancelled before its start was never due."""
    draft = draft_plan(world=world, starts_at=start(11, 12))
    period = start(11, 1).date(), start(11, 30).date()
    cancel_plan(plan=draft, reason="Tidak jadi.", actor=world.pic, now=start(11, 12) + timedelta(minutes=1))
    (row,) = found(world.manager, *period)
    assert row == draft and not row.is_met
    TrainingPlan.objects.filter(pk=draft.pk).update(cancelled_at=start(11, 12) - timedelta(minutes=1))
    assert not found(world.manager, *period)


def take_out(draft, planned, world, now):
    remove_session(revision=draft, planned=planned, actor=world.pic, now=now)


def move(draft, planned, world, now, *, to=None):
    to = to or start(11, 30)
    (meeting,) = planned.meetings.all()
    save_session(
        revision=draft,
        planned=planned,
        label=planned.label,
        host_site=world.site,
        trainers=[world.trainer],
        room=planned.room,
        meetings=[MeetingTimes(uuid=meeting.uuid, starts_at=to, ends_at=to + timedelta(hours=2))],
        actor=world.pic,
        now=now,
    )


@pytest.mark.parametrize("give_up", [take_out, move])
@pytest.mark.parametrize("state", ["draft", "returned"])
def test_a_start_that_passed_without_approval_stays_missed_whatever_becomes_of_the_draft(world, give_up, state):
    """4.1: those never approved are included. The PIC moves on and is approved for the new date all the same."""
    after = start(11, 13)
    if state == "draft":
        plan = draft_plan(world=world, starts_at=start(11, 12), sessions=2)
        draft = plan.revisions.get()
    else:
        plan = submitted_plan(world=world, starts_at=start(11, 12), sessions=1)
        return_revision(revision=plan.revisions.get(), comment="Terlambat.", actor=world.manager, now=after)
        draft = amend_plan(plan=plan, actor=world.pic, now=after)
    give_up(draft, draft.sessions.first(), world, after)

    (row,) = found(world.manager, start(11, 1).date(), start(11, 30).date(), now=start(11, 29))
    assert (row.first_at, row.is_met) == (start(11, 12), False)
    plan.refresh_from_db()
    assert plan.missed_start_at == start(11, 12)
    assert Entry.objects.filter(verb="plan.start_missed", subject=plan.uuid).count() == 1


def test_an_approval_after_the_start_is_not_mended_by_moving_that_start(world):
    """4.1: approved a day late, then amended to a day ahead of the approval."""
    plan = submitted_plan(world=world, starts_at=start(11, 12))
    approve(plan.revisions.get(), world.manager, start(11, 13))
    draft = amend_plan(plan=plan, actor=world.pic, now=start(11, 13))
    move(draft, draft.sessions.get(), world, start(11, 13), to=start(11, 20))
    submit_revision(revision=draft, actor=world.pic, now=start(11, 14))
    approve(plan.revisions.get(number=2), world.manager, start(11, 14))
    (row,) = found(world.manager, start(11, 1).date(), start(11, 30).date())
    assert (row.first_at, row.is_met) == (start(11, 12), False)


def test_a_slip_of_the_day_and_a_date_moved_in_time_are_not_missed(world):
    """4.1: what an honest PIC corrects: a day that had passed when it was written, and one that still lay ahead."""
    plan = draft_plan(world=world, starts_at=start(11, 12))
    draft = plan.revisions.get()
    move(draft, draft.sessions.get(), world, start(11, 11), to=start(11, 3))  # meant the 23rd
    move(draft, draft.sessions.get(), world, start(11, 11), to=start(11, 30))
    assert not found(world.manager, start(11, 1).date(), start(11, 20).date())
    plan.refresh_from_db()
    assert plan.missed_start_at is None


def test_a_day_is_a_day_of_the_site(world):
    """23.30 UTC on 31 October is 1 November in Jakarta."""
    approved_plan(world=world, starts_at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC))
    october = found(world.manager, start(10, 1).date(), start(10, 31).date())
    november = found(world.manager, start(11, 1).date(), start(11, 30).date())
    assert (count(october).due, count(november).due) == (0, 1)
    assert Counted(0, 0).share is None


def test_a_class_filed_without_approval_counts_against_it(world):
    """Clause 5.2: it can never look approved in advance."""
    plan = draft_plan(world=world, starts_at=start(11, 20))
    filed = plan.planned_sessions.create(label="Susulan", host_site=world.site)
    PlannedMeeting.objects.create(
        planned_session=filed, starts_at=start(11, 2), ends_at=start(11, 2) + timedelta(hours=1)
    )
    (row,) = found(world.manager, start(11, 1).date(), start(11, 10).date())
    assert row == plan and not row.is_met


def test_plans_out_of_sight_are_not_counted(world):
    approved_plan(world=world, starts_at=start(11, 3))
    elsewhere = make_user("manager", line=ServiceLineFactory())
    assert not found(elsewhere, start(11, 1).date(), start(11, 30).date())


def test_the_page_shows_the_figure_and_the_plans_behind_it(client, world):
    now = timezone.now()
    plan = approved_plan(world=world, starts_at=now - timedelta(days=3))
    address = reverse("plan_indicator")
    assert client.get(address).status_code == 302
    sign_in(client, make_user("agent"))
    assert client.get(address).status_code == 403
    sign_in(client, world.manager)
    page = client.get(address)
    assert (page.context["figure"].met, page.context["figure"].due) == (1, 1)
    assert plan.number in page.content.decode()
    assert client.get(address, {"line": world.line.pk, "site": world.site.pk}).context["figure"].due == 1
    assert client.get(address, {"line": ServiceLineFactory().pk}).context["figure"].due == 0
    assert client.get(address, {"export": "xlsx"}).status_code == 200
    assert client.get(address, {"since": "2026-03-01", "until": "2026-02-01"}).status_code == 422
    assert client.get(address, {"since": "2020-03-01", "until": "2026-02-01"}).status_code == 422
    assert client.post(address).status_code == 405


def test_the_page_costs_the_same_with_one_plan_and_with_three(client, world, django_assert_max_num_queries):
    sign_in(client, world.manager)
    counts = []
    for days in (3, 5, 7):
        approved_plan(world=world, starts_at=timezone.now() - timedelta(days=days))
        with django_assert_max_num_queries(12) as queries:
            client.get(reverse("plan_indicator"))
        counts.append(len(queries.captured_queries))
    assert counts[0] == counts[2]
