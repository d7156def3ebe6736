"""Plans of a month copied, changed and submitted together (4.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from planning.enums import ModuleState, PlanState, RevisionState
from planning.models import PlannedMeeting, Room, ScoringScheme, TrainerProfile, TrainingPlan
from planning.months import Month
from planning.services import Recipient, submit_revision
from planning.services.month import (
    MOST,
    Change,
    change_drafts,
    copies_of,
    copy_plans,
    drafts_of,
    submit_drafts,
    try_change,
    try_submission,
)
from planning.tests.factories import (
    approve,
    approved_plan,
    draft_plan,
    make_module,
    make_scheme,
    make_world,
    manager_of,
    submitted_plan,
)
from planning.tests.month import DECEMBER, NOVEMBER, NOW, at
from reporting.models import DayOff
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused
from trainingops.people.tests.factories import ServiceLineFactory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]
MONTH = Month(2026, 12)


def copies(world, **given):
    return copies_of(**{"site": world.site, "month": MONTH, "reader": world.pic, "now": NOW, **given})


def copied(world, *plans):
    return copy_plans(site=world.site, month=MONTH, plans=[plan.uuid for plan in plans], actor=world.pic, now=NOW)


def said(answer):
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


# --- copying -----------------------------------------------------------------------------------------------
def test_a_plan_is_copied_to_the_same_weekday_with_everything_but_its_people(world):
    """4.1: first Tuesday to first Tuesday, two batches and their meetings with them; a new plan, a draft of the PIC."""
    plan = draft_plan(world=world, starts_at=NOVEMBER, meetings=2, sessions=2, now=NOW)
    plan.revisions.update(busy_reason="Akhir bulan")
    source = submit_revision(revision=plan.revisions.get(), actor=world.pic, now=NOW)
    approve(source, manager_of(plan), NOW)
    (copy,) = copied(world, plan)
    draft = copy.revisions.get()
    assert (copy.title, copy.kind, copy.line, copy.pic) == (plan.title, plan.kind, plan.line, world.pic)
    assert (copy.state, draft.state) == (PlanState.IN_PREPARATION, RevisionState.DRAFT)
    assert copy.number != plan.number
    for name in (
        "purpose", "module_version", "method", "application", "scheme", "pass_mark", "pre_paper", "post_paper",
        "recovery_days", "tolerance_minutes",
    ):  # fmt: skip
        assert getattr(draft, name) == getattr(source, name), name
    for name in ("class_types", "recovery_forms", "needs"):
        assert list(getattr(draft, name).all()) == list(getattr(source, name).all()), name
    assert {(each.party, each.user) for each in draft.recipients.all()} == {
        (each.party, each.user) for each in source.recipients.all()
    }
    assert draft.busy_reason == ""
    assert not draft.targets.exists()
    batches = list(draft.sessions.all())
    assert [each.label for each in batches] == ["Batch 1", "Batch 2"]
    assert all(each.room == world.room and list(each.trainers.all()) == [world.trainer] for each in batches)
    assert {each.uuid for each in batches}.isdisjoint(source.sessions.values_list("uuid", flat=True))
    starts = PlannedMeeting.objects.filter(planned_session=batches[0]).values_list("starts_at", flat=True)
    assert list(starts) == [DECEMBER, DECEMBER + timedelta(days=1)]
    entry = Entry.objects.get(verb="plan.copied")
    assert (entry.subject, str(plan.uuid) in entry.text) == (copy.uuid, True)


def test_the_preview_says_what_becomes_of_each_day(world):
    """4.1: the fifth Monday becomes the last one, a day off is avoided, and both are said."""
    draft_plan(world=world, starts_at=datetime(2026, 11, 30, 3, tzinfo=UTC), now=NOW)
    draft_plan(world=world, starts_at=NOVEMBER, now=NOW)
    DayOff.objects.create(day=date(2026, 12, 1), name="Hari jadi", category="local", site=world.site)
    tuesday, monday = copies(world)
    assert tuesday.shift.new == date(2026, 12, 8)
    assert "1 Des Hari jadi" in " ".join(tuesday.notes)
    assert monday.shift.new == date(2026, 12, 28)
    assert "Senin" in " ".join(monday.notes)


def test_the_preview_warns_of_a_taken_trainer_and_room(world):
    """4.1, 5.1.1: what is approved in the month already stands beside the copy."""
    draft_plan(world=world, starts_at=NOVEMBER, now=NOW)
    other = approved_plan(world=world, starts_at=DECEMBER, now=NOW)
    (copy,) = copies(world)
    assert any(other.number in note and world.trainer.name in note for note in copy.notes)
    assert any(other.number in note and world.room.name in note for note in copy.notes)


def test_what_is_no_longer_in_use_stays_blank_and_is_said(world):
    """2.1: a retired module is not planned again."""
    plan = draft_plan(world=world, starts_at=NOVEMBER, now=NOW)
    version = world.module_version
    version.state = ModuleState.RETIRED
    version.save()
    world.scheme.is_active = False
    world.scheme.save()
    (copy,) = copies(world)
    assert len([note for note in copy.notes if str(version) in note or str(world.scheme) in note]) == 2
    (made,) = copied(world, plan)
    assert made.revisions.get().module_version is None
    assert made.revisions.get().scheme is None


@pytest.mark.clause("2.1", "5.1.2")
def test_a_module_taken_from_the_line_or_a_mark_above_the_cap_stays_blank_and_stops_no_other_copy(world):
    lost, other = (draft_plan(world=world, starts_at=NOVEMBER + timedelta(days=day), now=NOW) for day in (0, 1))
    version = make_module(world.line, author=world.pic, decided_by=world.manager)
    other.revisions.update(module_version=version, scheme=make_scheme())
    world.module_version.module.lines.set([ServiceLineFactory()])
    ScoringScheme.objects.filter(pk=world.scheme.pk).update(remedial_cap=70)
    previewed = {copy.plan: " ".join(copy.notes) for copy in copies(world)}
    assert str(world.module_version) in previewed[lost] and str(world.scheme) in previewed[lost]
    assert str(version) not in previewed[other]
    blank, whole = (made.revisions.get() for made in copied(world, lost, other))
    assert (blank.module_version, blank.scheme, blank.pass_mark) == (None, world.scheme, None)
    assert (whole.module_version, whole.pass_mark) == (version, 80)


def test_a_copy_that_is_refused_names_its_plan(world, monkeypatch):
    plan = draft_plan(world=world, starts_at=NOVEMBER, now=NOW)

    def refuse(**_given):
        raise Refused("Ruang tidak ada.", field="room")

    monkeypatch.setattr("planning.services.month.copying.save_session", refuse)
    with pytest.raises(Refused, match=f"{plan.number}.*Ruang tidak ada"):
        copied(world, plan)


def test_only_plans_that_begin_in_the_month_before_are_offered_and_no_cancelled_ones(world):
    begins = draft_plan(world=world, starts_at=datetime(2026, 10, 31, 3, tzinfo=UTC), meetings=3, now=NOW)
    gone = draft_plan(world=world, starts_at=NOVEMBER, now=NOW)
    TrainingPlan.objects.filter(pk=gone.pk).update(state=PlanState.CANCELLED)
    spills = draft_plan(world=world, starts_at=datetime(2026, 11, 30, 3, tzinfo=UTC), meetings=3, now=NOW)
    assert [copy.plan for copy in copies(world)] == [spills]
    assert len(copies(world)[0].meetings) == 3
    for plans in ([], [begins]):
        with pytest.raises(Refused):
            copied(world, *plans)


def test_who_has_no_appointment_copies_nothing(world):
    """5.1.1 a: a PIC for the line, or nobody; the service refuses as a whole."""
    plan = draft_plan(world=world, starts_at=NOVEMBER, now=NOW)
    stranger = make_user("trainer", site=world.site, line=world.line)
    (copy,) = copies(world, reader=stranger)
    assert copy.obstacle
    with pytest.raises(NotAllowed):
        copy_plans(site=world.site, month=MONTH, plans=[plan.uuid], actor=stranger, now=NOW)
    assert TrainingPlan.objects.count() == 1


def test_the_page_copies_what_is_ticked_once(client, world):
    """Idempotency: the form sent twice makes the drafts once; the plan that is there is not proposed again."""
    plan = draft_plan(world=world, starts_at=NOVEMBER, now=NOW)
    client.force_login(world.pic)
    url = reverse("plan_month_copy")
    page = client.get(url, at(world))
    assert [ticked for _copy, ticked in page.context["rows"]] == [True]
    given = at(world, plan=str(plan.uuid), once="key")
    first, again = client.post(url, given), client.post(url, given)
    assert first.status_code == again.status_code == 302
    assert first.url == again.url
    assert TrainingPlan.objects.count() == 2
    assert client.get(first.url).status_code == 200
    assert [ticked for _copy, ticked in client.get(url, at(world)).context["rows"]] == [False]
    assert client.post(url, at(world)).status_code == 422
    assert client.post(url, at(world, plan="nonsense")).status_code == 422
    assert TrainingPlan.objects.count() == 2


@pytest.mark.parametrize("name", ["plan_month_copy", "plan_month_change", "plan_month_submit"])
def test_the_pages_open_for_trainers_in_sight_of_the_plan(client, world, name):
    """Works, anonymous, wrong role, foreign object, wrong method."""
    plan = draft_plan(world=world, starts_at=NOVEMBER, now=NOW)
    url, given = reverse(name), at(world, plan=str(plan.uuid))
    assert client.get(url, given).status_code == 302
    client.force_login(world.pic)
    assert client.get(url, given).status_code == 200
    assert client.delete(url).status_code == 405
    client.force_login(world.manager)
    assert client.get(url, given).status_code == 403
    client.force_login(make_user("trainer", site=make_world(people=0).site))
    assert client.get(url, given).status_code == 404


# --- changing ----------------------------------------------------------------------------------------------
@pytest.fixture
def two(world):
    """Two drafts of one PIC on two days."""
    return [draft_plan(world=world, starts_at=DECEMBER + timedelta(days=day), now=NOW) for day in (0, 1)]


def keys(plans):
    return [plan.uuid for plan in plans]


def test_trainer_room_hour_and_recipient_reach_every_draft(world, two):
    """4.1: each plan's change stands in the journal by itself; a meeting keeps its day, its length and its uuid."""
    trainer = TrainerProfile.objects.create(name="Tamu", kind="external")
    room = Room.objects.create(site=world.site, name="Aula")
    client_user = make_user("client", site=world.site, line=world.line)
    before = set(PlannedMeeting.objects.values_list("uuid", flat=True))
    change = Change(
        trainers=(trainer,), room=room, starts=time(13, 30), recipients=(Recipient(party="client", user=client_user),)
    )
    drafts = change_drafts(plans=keys(two), change=change, actor=world.pic, now=NOW)
    assert not any(draft.reasons for draft in drafts)
    for plan, day in zip(two, (1, 2), strict=True):
        batch = plan.revisions.get().sessions.get()
        assert (batch.room, list(batch.trainers.all())) == (room, [trainer])
        meeting = batch.meetings.get()
        assert meeting.starts_at == datetime(2026, 12, day, 6, 30, tzinfo=UTC)
        assert meeting.ends_at - meeting.starts_at == timedelta(minutes=120)
        assert plan.revisions.get().recipients.filter(user=client_user).count() == 1
        assert plan.revisions.get().targets.filter(planned_session=batch).count() == 3
        verbs = set(Entry.objects.filter(subject=plan.revisions.get().uuid).values_list("verb", flat=True))
        assert verbs >= {"revision.session_saved", "revision.recipients_saved"}
    assert set(PlannedMeeting.objects.values_list("uuid", flat=True)) == before


def test_what_is_left_blank_stays(world, two):
    change_drafts(plans=keys(two), change=Change(starts=time(8)), actor=world.pic, now=NOW)
    batch = two[0].revisions.get().sessions.get()
    assert (batch.room, list(batch.trainers.all())) == (world.room, [world.trainer])
    for change in (Change(),):
        with pytest.raises(Refused):
            change_drafts(plans=keys(two), change=change, actor=world.pic, now=NOW)


def test_those_that_cannot_are_named_with_the_reason_and_left(world, two):
    """4.1: submitted, of somebody else, or in conflict: said; the others are changed."""
    submitted = submitted_plan(world=world, starts_at=DECEMBER + timedelta(days=4), now=NOW)
    hers = draft_plan(world=world, starts_at=DECEMBER + timedelta(days=6), now=NOW)
    TrainingPlan.objects.filter(pk=hers.pk).update(pic=make_user("trainer", site=world.site, line=world.line))
    room = Room.objects.create(site=world.site, name="Aula")
    other = make_world(site=world.site)
    other.room = room
    taken = approved_plan(world=other, starts_at=DECEMBER, now=NOW)
    drafts = change_drafts(plans=keys([*two, submitted, hers]), change=Change(room=room), actor=world.pic, now=NOW)
    reasons = {draft.plan: " ".join(draft.reasons) for draft in drafts}
    assert room.name in reasons[two[0]]
    assert taken.number not in reasons[two[0]]  # of a line that the PIC does not see
    assert reasons[two[1]] == ""
    assert "draf" in reasons[submitted]
    assert "PIC" in reasons[hers]
    assert two[0].revisions.get().sessions.get().room == world.room
    assert two[1].revisions.get().sessions.get().room == room
    with pytest.raises(Refused):
        change_drafts(plans=keys([submitted, hers]), change=Change(room=room), actor=world.pic, now=NOW)


def test_two_drafts_that_would_meet_each_other_are_both_named(world):
    """5.1.1: one trainer cannot begin two trainings at one hour of a day."""
    plans = [draft_plan(world=world, starts_at=DECEMBER + timedelta(hours=hour), now=NOW) for hour in (0, 4)]
    drafts = drafts_of(keys(plans), actor=world.pic, now=NOW)
    try_change(drafts, Change(starts=time(9)), actor=world.pic)
    assert all(draft.reasons for draft in drafts)


def test_what_no_draft_can_take_has_its_reason(world):
    """4.1: a room of another site, two meetings of one day at one hour, no batch at all."""
    far = Room.objects.create(site=make_world(people=0).site, name="Jauh")
    plan = draft_plan(world=world, starts_at=DECEMBER, now=NOW)
    batch = plan.revisions.get().sessions.get()
    PlannedMeeting.objects.create(
        planned_session=batch, starts_at=DECEMBER + timedelta(hours=4), ends_at=DECEMBER + timedelta(hours=5)
    )
    for change in (Change(room=far), Change(starts=time(9))):
        (draft,) = drafts_of([plan.uuid], actor=world.pic, now=NOW)
        try_change([draft], change, actor=world.pic)
        assert batch.label in draft.reasons[0]
    too_many = [plan.uuid] * (MOST + 1)
    with pytest.raises(Refused):
        change_drafts(plans=too_many, change=Change(starts=time(9)), actor=world.pic, now=NOW)


def test_the_pages_preview_and_write_a_change(client, world, two):
    """4.1: the preview writes nothing; the sending changes what can be changed and says so."""
    client.force_login(world.pic)
    url, given = reverse("plan_month_change"), at(world, plan=[str(key) for key in keys(two)])
    assert client.get(url, at(world)).status_code == 302
    assert client.get(url, {**given, "preview": "1"}).status_code == 422
    assert client.get(url, {**given, "preview": "1", "starts": "25:99"}).status_code == 422
    asked = {**given, "preview": "1", "starts": "13:30", "trainers": str(world.trainer.uuid)}
    page = client.get(url, asked)
    assert page.context["able"] == 2
    assert PlannedMeeting.objects.filter(starts_at=DECEMBER).exists()
    answer = client.post(url, asked)
    assert answer.status_code == 302
    assert "2 draf" in said(answer)
    assert not PlannedMeeting.objects.filter(starts_at=DECEMBER).exists()


# --- submitting --------------------------------------------------------------------------------------------
def test_complete_drafts_are_submitted_and_the_others_say_what_they_lack(world, two):
    """4.1: nothing incomplete is submitted; each revision is frozen and notified by itself."""
    two[1].revisions.get().targets.all().delete()
    drafts = drafts_of(keys(two), actor=world.pic, now=NOW)
    try_submission(drafts, now=NOW)
    lacking = {draft.plan: draft.reasons for draft in drafts}
    assert lacking[two[0]] == []
    assert len(lacking[two[1]]) == 1
    done = submit_drafts(plans=keys(two), actor=world.pic, now=NOW)
    assert {draft.plan: draft.reasons for draft in done} == lacking
    assert two[0].revisions.get().state == RevisionState.SUBMITTED
    assert two[1].revisions.get().state == RevisionState.DRAFT
    assert Entry.objects.filter(verb="revision.submitted").count() == 1


def test_when_none_is_complete_nothing_is_submitted(world, two):
    for plan in two:
        plan.revisions.get().targets.all().delete()
    with pytest.raises(Refused):
        submit_drafts(plans=keys(two), actor=world.pic, now=NOW)
    submit = submitted_plan(world=world, starts_at=DECEMBER + timedelta(days=5), now=NOW)
    with pytest.raises(Refused):
        submit_drafts(plans=[submit.uuid], actor=world.pic, now=NOW)
    with pytest.raises(Refused):
        submit_drafts(plans=[], actor=world.pic, now=NOW)


def test_the_page_submits_together_and_each_waits_alone(client, world, two):
    """APR-6: two submissions are two decisions in the manager's queue."""
    client.force_login(world.pic)
    url, given = reverse("plan_month_submit"), at(world, plan=[str(key) for key in keys(two)])
    assert client.get(url, given).context["able"] == 2
    answer = client.post(url, given)
    assert answer.status_code == 302
    assert "2" in said(answer)
    client.force_login(world.manager)
    assert len(client.get(reverse("plan_approvals")).context["table"].rows) == 2
    client.force_login(world.pic)
    assert client.post(url, given).status_code == 422


def test_submitting_together_finds_what_submitting_alone_finds(world, two):
    """4.1: the preview of many and the service of one agree."""
    two[0].revisions.get().recipients.all().delete()
    drafts = drafts_of(keys(two), actor=world.pic, now=NOW)
    try_submission(drafts, now=NOW)
    for draft in drafts:
        if draft.reasons:
            with pytest.raises(Refused):
                submit_revision(revision=draft.revision, actor=world.pic, now=NOW)
        else:
            submit_revision(revision=draft.revision, actor=world.pic, now=NOW)


@pytest.mark.parametrize(
    ("name", "more"),
    [("plan_month_copy", {}), ("plan_month_change", {}), ("plan_month_change", {"preview": "1", "starts": "13:30"}),
     ("plan_month_submit", {})],
)  # fmt: skip
def test_the_pages_cost_the_same_with_one_row_and_with_three(client, world, name, more, django_assert_max_num_queries):
    """Query budget: 12, whatever the rows."""
    begin = NOVEMBER if name == "plan_month_copy" else DECEMBER
    plans = [draft_plan(world=world, starts_at=begin, now=NOW)]
    client.force_login(world.pic)
    with django_assert_max_num_queries(12) as first:
        client.get(reverse(name), at(world, plan=[str(key) for key in keys(plans)], **more))
    plans += [draft_plan(world=world, starts_at=begin + timedelta(days=day), now=NOW) for day in (1, 2)]
    with django_assert_max_num_queries(12) as second:
        page = client.get(reverse(name), at(world, plan=[str(key) for key in keys(plans)], **more))
    assert page.status_code == 200
    assert len(first.captured_queries) == len(second.captured_queries)


def test_a_trainer_without_the_module_is_said_before_the_change(world, two):
    """5.1.1 a: the change may be made; the plan then asks for a written reason."""
    trainer = TrainerProfile.objects.create(name="Belum boleh")
    drafts = drafts_of(keys(two), actor=world.pic, now=NOW)
    try_change(drafts, Change(trainers=(trainer,)), actor=world.pic)
    assert [(bool(draft.reasons), "Belum boleh" in draft.notes[0]) for draft in drafts] == [(False, True)] * 2
    drafts = drafts_of(keys(two), actor=world.pic, now=NOW)
    try_change(drafts, Change(trainers=(world.trainer,)), actor=world.pic)
    assert not any(draft.notes for draft in drafts)


def test_recipients_are_offered_who_cover_every_line_of_the_plans(client, world, two):
    """5.3.2: as on the page of one plan, nobody is offered who has nothing to do with its line."""
    inside = make_user("client", site=world.site, line=world.line)
    outside = make_user("client", site=world.site, line=make_world(people=0, site=world.site).line)
    client.force_login(world.pic)
    url, given = reverse("plan_month_change"), at(world, plan=[str(key) for key in keys(two)])
    offered = client.get(url, given).context["form"].offered
    assert f"client:{inside.uuid}" in offered
    assert f"client:{outside.uuid}" not in offered
    asked = {**given, "preview": "1", "recipients": f"client:{outside.uuid}"}
    assert client.get(url, asked).status_code == 422


def test_a_long_training_is_named_by_its_first_meetings(client, world):
    """4.1: a plan of forty meetings does not fill the page; the others are counted."""
    plan = draft_plan(world=world, starts_at=NOVEMBER, meetings=8, now=NOW)
    client.force_login(world.pic)
    for name in ("plan_month_copy", "plan_month_submit"):
        text = client.get(reverse(name), at(world, plan=str(plan.uuid))).content.decode()
        assert "dan 3 pertemuan lagi" in text, name


def test_of_two_copies_that_meet_each_names_the_other(world):
    """4.1, 5.1.1: two plans of one room fall on the same hour; none of them is told that it meets itself."""
    plans = [draft_plan(world=world, starts_at=NOVEMBER + timedelta(days=1, hours=hours), now=NOW) for hours in (0, 1)]
    copies = copies_of(site=world.site, month=Month(2026, 12), reader=world.pic, now=NOW)
    notes = {copy.plan: " ".join(copy.notes) for copy in copies}
    for mine, other in (plans, reversed(plans)):
        assert other.number in notes[mine]
        assert mine.number not in notes[mine]
