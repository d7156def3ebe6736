"""A plan is not submitted while anything is missing; each gap is named with its page (4.1, 5.1.1 e)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from planning.completeness import Snapshot, check
from planning.content import content_of, freeze, load
from planning.enums import ModuleState
from planning.lists import lists_of, with_lists
from planning.models import PlanRevision, Question, ScoringScheme, Topic, TrafficInterval
from planning.services import Incomplete, amend_plan, save_part, submit_revision
from planning.tests.factories import approved_plan, draft_plan, make_world
from trainingops.audit.tests.fixtures import guards_lifted
from trainingops.domain import NotAllowed, Refused
from trainingops.people.models import RoleAssignment, Site
from trainingops.people.tests.factories import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.clause("4.1")]


def gaps(revision, now=None):
    revision.refresh_from_db()
    return {item.key for item in check(Snapshot(revision, now or timezone.now())) if item.gap}


def blank(revision, world, part, **values):
    save_part(revision=revision, part=part, values=values, actor=world.pic, now=timezone.now())


CASES = {
    "module": lambda revision, world: blank(revision, world, "module", module_version=None),
    "trainers": lambda revision, world: revision.sessions.get().trainers.clear(),
    "application": lambda revision, world: blank(revision, world, "method", application=None),
    "method": lambda revision, world: blank(revision, world, "method", method=""),
    "papers": lambda revision, world: blank(revision, world, "scoring", post_paper=None),
    "parameters": lambda revision, world: blank(
        revision, world, "scoring", scheme=ScoringScheme.objects.create(name="Kosong")
    ),
    "pass_mark": lambda revision, world: blank(revision, world, "scoring", pass_mark=None),
    "need": lambda revision, world: blank(revision, world, "need", purpose=" "),
    "targets": lambda revision, world: revision.targets.all().delete(),
    "recovery": lambda revision, world: revision.recovery_forms.clear(),
    "recipients": lambda revision, world: revision.recipients.filter(party="qc").delete(),
}


@pytest.mark.parametrize("key", sorted(CASES))
def test_each_missing_thing_is_named_and_stops_the_submission(world, key):
    """4.1, 5.1.1 e, 5.3.1, 5.3.2: one thing missing is one gap, and the plan stays a draft."""
    revision = draft_plan(world=world).revisions.get()
    assert gaps(revision) == set()
    CASES[key](revision, world)
    assert gaps(revision) == {key}
    with pytest.raises(Incomplete) as refused:
        submit_revision(revision=revision, actor=world.pic, now=timezone.now())
    assert [item.key for item in refused.value.items] == [key]
    assert str(refused.value.items[0].label) in str(refused.value)


@pytest.mark.clause("5.1.2")
@pytest.mark.parametrize("last", ["scheme", "pass_mark"])
def test_a_pass_mark_above_the_cap_of_a_remedial_is_refused_whichever_is_chosen_last_and_is_a_gap(world, last):
    """5.1.2: nobody could pass a remedial; a draft that has such a mark says so and is not submitted."""
    revision = draft_plan(world=world, scheme=None, pass_mark=None).revisions.get()
    ScoringScheme.objects.filter(pk=world.scheme.pk).update(remedial_cap=80)
    world.scheme.refresh_from_db()
    values = {"scheme": world.scheme, "pass_mark": Decimal(85)}
    blank(revision, world, "scoring", **{name: value for name, value in values.items() if name != last})
    revision.refresh_from_db()
    with pytest.raises(Refused) as refused:
        blank(revision, world, "scoring", **{last: values[last]})
    assert refused.value.field == "pass_mark" and "85" in str(refused.value) and "80" in str(refused.value)
    PlanRevision.objects.filter(pk=revision.pk).update(**values)
    assert gaps(revision) == {"pass_mark"}
    ScoringScheme.objects.filter(pk=world.scheme.pk).update(remedial_attempts=0)
    assert gaps(revision) == set(), "without a remedial its cap asks for nothing"


def test_without_sessions_trainer_dates_and_duration_are_missing(world):
    """4.1, 5.1.1 f: they follow from the meetings, and so does how the roster stands to them."""
    revision = draft_plan(world=world).revisions.get()
    revision.targets.update(planned_session=None)
    revision.sessions.get().delete()
    assert gaps(revision) == {"trainers", "dates", "duration", "targets", "overtime"}


def test_a_meeting_that_has_passed_is_refused_unless_it_was_approved_so(world):
    """4.1: submitted before the start; a meeting that the approved revision has already may lie behind."""
    now = timezone.now()
    revision = draft_plan(world=world, now=now).revisions.get()
    later = now + timedelta(days=30)
    assert gaps(revision, later) == {"dates"}
    plan = approved_plan(world=make_world(), now=now)
    draft = amend_plan(plan=plan, actor=plan.pic, now=later)
    assert gaps(draft, later) == set()


def test_trainers_must_be_qualified_for_the_module_until_the_last_meeting(world):
    """5.1.1 a: the modules that they may teach, with expiry."""
    revision = draft_plan(world=world).revisions.get()
    world.trainer.modules.clear()
    assert gaps(revision) == {"trainer_reason"}
    for kind in ("client", "external", "sso_training"):  # whoever sends them: one rule
        world.trainer.kind = kind
        world.trainer.save()
        assert gaps(revision) == {"trainer_reason"}
    world.trainer.modules.add(world.module_version.module)
    assert gaps(revision) == set()
    world.trainer.valid_until = date(2020, 1, 1)
    world.trainer.save()
    assert gaps(revision) == {"trainer_reason"}


def test_a_module_retired_meanwhile_is_a_gap(world):
    """2.1: only an approved version can be planned."""
    revision = draft_plan(world=world).revisions.get()
    world.module_version.state = ModuleState.RETIRED
    world.module_version.save()
    assert gaps(revision) == {"module"}


def test_a_recipient_who_no_longer_holds_the_role_does_not_count(world):
    """5.3.2: at least one active recipient in scope for each mandatory party."""
    revision = draft_plan(world=world).revisions.get()
    world.qc.is_active = False
    world.qc.save()
    assert gaps(revision) == {"recipients"}


def test_an_appointment_must_be_in_force_on_the_day_of_submission(world):
    """5.1.1 a."""
    revision = draft_plan(world=world).revisions.get()
    with guards_lifted("planning_appointment"):
        world.pic.appointments.update(ends_on=date(2021, 1, 1))
    with pytest.raises(NotAllowed):
        submit_revision(revision=revision, actor=world.pic, now=timezone.now())


@pytest.mark.clause("5.1.1 f")
def test_a_busy_interval_needs_a_written_reason(world):
    """5.1.1 f: where the traffic is known and high, the reason is asked for; where it is low, not."""
    now = timezone.now()
    revision = draft_plan(world=world, now=now).revisions.get()
    meeting = revision.sessions.get().meetings.get()
    traffic(world, meeting.starts_at, busy=True)
    assert gaps(revision, now) == {"busy_reason"}
    blank(revision, world, "slot", busy_reason="Klien meminta hari itu.")
    assert gaps(revision, now) == set()
    TrafficInterval.objects.all().delete()
    traffic(world, meeting.starts_at, busy=False)
    blank(revision, world, "slot", busy_reason="")
    assert gaps(revision, now) == set()


def traffic(world, starts_at, *, busy):
    """Two weeks before ``starts_at`` a day of half hours, with a peak (or a hollow) at its time of day."""
    opens = starts_at - timedelta(days=14, hours=4)
    TrafficInterval.objects.bulk_create(
        TrafficInterval(
            site=world.site,
            line=world.line,
            source="acd",
            starts_at=opens + timedelta(minutes=30 * step),
            minutes=30,
            offered=(200 if busy else 20) if 8 <= step < 12 else 100,
        )
        for step in range(20)
    )


def test_values_are_told_in_words(world):
    """APR: the nine of 4.1 read as a manager says them."""
    revision = draft_plan(world=world, pass_mark=Decimal("82.5")).revisions.get()
    values = {item.key: item.value for item in check(Snapshot(revision, timezone.now()))}
    assert values["pass_mark"] == "82,50"
    assert values["trainers"] == world.trainer.name
    assert "120" in values["duration"]


def test_what_a_page_reads_at_once_is_what_a_submission_freezes(world):
    """APR-3: the short lists read with the revision, and the rows loaded together, give the very same text."""
    now = timezone.now()
    revision = draft_plan(world=world).revisions.get()
    read = with_lists(PlanRevision.objects.all(), now=now).get(pk=revision.pk)
    load(read)
    assert freeze(read) == freeze(revision)
    assert check(Snapshot(read, now)) == check(Snapshot(revision, now))


def test_a_recipient_without_the_role_of_the_party_is_a_gap_however_it_was_read(world):
    """5.3.2: the lists ask for an account that is active and holds the role on the day."""
    now = timezone.now()
    revision = draft_plan(world=world).revisions.get()
    qc = revision.recipients.get(party="qc").user
    qc.role_assignments.all().delete()
    read = with_lists(PlanRevision.objects.all(), now=now).get(pk=revision.pk)
    assert {item.key for item in check(Snapshot(read, now)) if item.gap} == {"recipients"} == gaps(revision)


def test_a_recipients_role_is_judged_by_the_day_at_the_site(world):
    """5.3.2: the page warns by the day by which submission decides, wherever the reader sits."""
    revision = draft_plan(world=world).revisions.get()
    Site.objects.filter(pk=world.site.pk).update(timezone="Asia/Jayapura")
    RoleAssignment.objects.filter(user=world.qc).update(ends_on=date(2026, 11, 23))
    stands = ("qc", world.qc.pk)
    for hour, expected in ((14, True), (16, False)):  # 23.00 there, and 01.00 of the next day
        moment = datetime(2026, 11, 23, hour, tzinfo=UTC)
        read = with_lists(PlanRevision.objects.all(), now=moment).get(pk=revision.pk)
        assert (stands in lists_of(read).standing) is expected


@pytest.mark.clause("5.1.1")
def test_more_people_than_seats_are_answered_by_a_reason_a_room_or_another_batch(client, world):
    """The check page asks, the page of batches takes the reason, the manager reads it; older content keeps its form."""
    revision = draft_plan(world=world).revisions.get()
    assert "seats_reason" not in content_of(revision)
    world.room.capacity = 2
    world.room.save()
    assert gaps(revision) == {"seats_reason"}
    world.pic.language = world.manager.language = "en"
    for user in (world.pic, world.manager):
        user.save()
    client.force_login(world.pic)
    url = reverse("plan_sessions", args=[revision.plan.uuid])
    assert f"Batch 1: 3 people, {world.room} has 2 seats" in client.get(url).content.decode()
    assert client.post(url, {"seats_reason": "Satu orang dari ruang sebelah."}).status_code == 302
    revision.refresh_from_db()
    assert gaps(revision) == set() and content_of(revision)["seats_reason"] == "Satu orang dari ruang sebelah."
    submit_revision(revision=revision, actor=world.pic, now=timezone.now())
    sign_in(client, world.manager)
    html = client.get(reverse("plan_approval", args=[revision.uuid])).content.decode()
    assert "3 people" in html and "Satu orang dari ruang sebelah." in html


@pytest.mark.usefixtures("english")
def test_one_paper_for_both_tests_is_said_to_the_pic_and_to_the_manager(client, world):
    """5.1.1 e: the paper may be repeated, and nobody overlooks that it is."""
    plan = draft_plan(world=world, post_paper=world.pre_paper)
    revision = plan.revisions.get()
    item = next(each for each in check(Snapshot(revision, timezone.now())) if each.key == "papers")
    assert item.complete and "the same questions twice" in item.value
    submit_revision(revision=revision, actor=world.pic, now=timezone.now())
    sign_in(client, world.manager)
    page = client.get(reverse("plan_approval", args=[revision.uuid]))
    assert page.context["same_paper"] == world.pre_paper.code


@pytest.mark.usefixtures("english")
def test_papers_on_other_topics_than_the_module_are_said_to_the_pic_and_to_the_manager(client, world):
    """5.1.1 e: after a change of the module its tests stay; nobody overlooks that they ask about something else."""
    plan = draft_plan(world=world)
    revision, module, topics = plan.revisions.get(), world.module_version.module, Topic.objects
    words = f"No question of {world.pre_paper.code}, {world.post_paper.code} is on a topic of the module."
    shown = lambda: client.get(reverse("plan_detail", args=[plan.uuid])).content.decode()  # noqa: E731
    type(world.pic).objects.update(language="en")
    client.force_login(world.pic)
    assert words not in shown(), "a module without topics says nothing"
    above = topics.create(code="kredit", name="Kredit", kind="hard")
    topics.filter(code="gadai").update(parent=above)
    module.topics.set([above])
    assert words not in shown(), "the questions lie below a topic of the module"
    module.topics.set([topics.create(code="empati", name="Empati", kind="soft")])
    assert words in shown()
    submit_revision(revision=revision, actor=world.pic, now=timezone.now())
    sign_in(client, world.manager)
    assert words in client.get(reverse("plan_approval", args=[revision.uuid])).content.decode()


@pytest.mark.clause("5.1.1 e")
def test_a_question_out_of_use_is_named_where_its_test_is_planned_approved_and_kept(world, client):
    """It forbids nothing: the paper keeps its questions; PIC and manager read it before they send and sign."""
    plan = draft_plan(world=world)
    revision = plan.revisions.get()
    place = world.pre_paper.paper_questions.order_by("order")[0]
    Question.objects.filter(versions=place.question_version).update(retired_at=timezone.now())
    code = place.question_version.question.code
    type(world.pic).objects.update(language="en")
    for user, name, key in (
        (world.pic, "plan_detail", plan.uuid),
        (world.pic, "plan_submit", plan.uuid),
        (world.manager, "plan_approval", revision.uuid),
        (world.pic, "paper_detail", world.pre_paper.uuid),
    ):
        if user == world.manager:
            submit_revision(revision=revision, actor=world.pic, now=timezone.now())
        sign_in(client, user)
        text = client.get(reverse(name, args=[key])).content.decode()
        assert code in text and "out of use in the question bank" in text, name
    listed = {row.code: row.retired for row in client.get(reverse("paper_list")).context["table"].data}
    assert listed == {world.pre_paper.code: 1, world.post_paper.code: 0}
