"""Roster of the targets, overtime with reason, order and consent, proposed batches (5.1.1 f)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from planning.completeness import Snapshot, check
from planning.enums import CONSENT_TRANSITIONS, Consent, LoadMethod
from planning.models import MarkedDay, OvertimeOrder, PlannedMeeting, TrafficInterval
from planning.queries.roster import roster_of
from planning.services import answer_overtime, order_overtime, save_session, set_line_target
from planning.services.drafting import MeetingTimes
from planning.tests.factories import draft_plan, make_world
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.enums import Presence, Role, ShiftKind
from trainingops.people.services import RosterRow, RosterSlot, ShiftEntry, save_roster
from trainingops.people.shifts import span
from trainingops.people.tests.factories import SiteFactory, make_agent, make_user

pytestmark = [pytest.mark.clause("5.1.1 f"), pytest.mark.django_db, pytest.mark.usefixtures("english")]
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
DAY = datetime(2026, 11, 26, tzinfo=UTC).date()
SHIFT = ShiftEntry("P", "Pagi", ShiftKind.WORK, time(7), time(15))
OFF = ShiftEntry("OFF", "Libur", ShiftKind.OFF)
LEAVE = ShiftEntry("CT", "Cuti", ShiftKind.LEAVE)


@pytest.fixture
def world():
    return make_world(people=0)


def agents(world, count):
    return [make_agent(world.site, world.line, with_user=True) for _ in range(count)]


def rostered(world, person, entry, days=(DAY,)):
    slots = {}
    for day in days:
        times = span(day, entry.starts_at, entry.ends_at, world.site.zone) if entry.starts_at else ()
        slots[day] = RosterSlot(entry, *times)
    row = RosterRow(person, world.site.pk, world.line.pk, slots)
    save_roster(rows=[row], actor=world.operations, now=NOW)


def drafted(world, people, hour=16, minutes=120):
    """A draft with one batch on ``DAY`` for ``people``."""
    world.people[:] = people
    starts_at = datetime.combine(DAY, time(hour), tzinfo=world.site.zone)
    plan = draft_plan(world=world, starts_at=starts_at, minutes=minutes, now=NOW)
    revision = plan.revisions.get()
    return plan, revision, PlannedMeeting.objects.get(planned_session__revision=revision)


def order(world, revision, pairs, **changes):
    given = {"reason": "Shift lain penuh", "ordered_by": "Ratna, manajer", "actor": world.pic, "now": NOW, **changes}
    return order_overtime(revision=revision, pairs=pairs, **given)


def overtime_item(revision):
    return next(item for item in check(Snapshot(revision, NOW)) if item.key == "overtime")


def test_without_a_roster_everybody_is_assumed_on_shift_and_nothing_is_missing(world):
    _plan, revision, _meeting = drafted(world, agents(world, 2))
    item = overtime_item(revision)
    assert item.complete and "assumed" in item.value


def test_each_target_shows_how_the_roster_stands_and_overtime_lacks_an_order(world):
    late, off, away, there = agents(world, 4)
    for person, entry in ((late, SHIFT), (off, OFF), (away, LEAVE)):
        rostered(world, person, entry)
    rostered(world, there, ShiftEntry("S", "Siang", ShiftKind.WORK, time(14), time(22)))
    _plan, revision, meeting = drafted(world, [late, off, away, there])
    roster = roster_of(revision, [meeting])
    found = {row.person: row.standing.presence for row in roster.rows}
    assert found == {
        late.pk: Presence.AFTER_SHIFT, off.pk: Presence.OFF, away.pk: Presence.LEAVE, there.pk: Presence.ON_SHIFT,
    }  # fmt: skip
    assert roster.leaving(meeting) == 1
    assert "1 target is on leave" in overtime_item(revision).gap


def test_overtime_needs_an_order_then_the_agents_consent(world):
    (late,) = agents(world, 1)
    rostered(world, late, SHIFT)
    _plan, revision, meeting = drafted(world, [late])
    assert "order overtime" in overtime_item(revision).gap
    assert order(world, revision, [(late.pk, meeting.uuid)]) == 1
    row = OvertimeOrder.objects.get()
    assert (row.minutes, row.reason, row.ordered_by, row.consent) == (
        120, "Shift lain penuh", "Ratna, manajer", Consent.ASKED,
    )  # fmt: skip
    assert Notice.objects.filter(kind="overtime_asked", recipient=late.user).exists()
    assert "not agreed" in overtime_item(revision).gap
    answer_overtime(order=row, consent=Consent.GIVEN, actor=late.user, now=NOW)
    assert overtime_item(revision).complete
    assert Notice.objects.filter(kind="overtime_answered", recipient=world.pic).exists()


@pytest.mark.parametrize("gone", ["reason", "ordered_by"])
def test_an_order_says_why_and_who(world, gone):
    (late,) = agents(world, 1)
    rostered(world, late, SHIFT)
    _plan, revision, meeting = drafted(world, [late])
    with pytest.raises(Refused) as refused:
        order(world, revision, [(late.pk, meeting.uuid)], **{gone: "  "})
    assert refused.value.field == gone


def test_nobody_is_ordered_for_whom_it_is_no_overtime(world):
    (there,) = agents(world, 1)
    rostered(world, there, SHIFT)
    _plan, revision, meeting = drafted(world, [there], hour=10)
    for pairs in ([], [(there.pk, meeting.uuid)]):
        with pytest.raises(Refused):
            order(world, revision, pairs)


def test_only_the_pic_orders_and_only_the_agent_or_the_pic_with_a_document_answers(world):
    (late,) = agents(world, 1)
    rostered(world, late, SHIFT)
    _plan, revision, meeting = drafted(world, [late])
    with pytest.raises(NotAllowed):
        order(world, revision, [(late.pk, meeting.uuid)], actor=world.manager)
    order(world, revision, [(late.pk, meeting.uuid)])
    row = OvertimeOrder.objects.get()
    with pytest.raises(NotAllowed):
        answer_overtime(order=row, consent=Consent.GIVEN, actor=world.leader, now=NOW)
    with pytest.raises(Refused):
        answer_overtime(order=row, consent=Consent.GIVEN, actor=world.pic, now=NOW)
    answer_overtime(order=row, consent=Consent.GIVEN, note="Formulir lembur 12/2026", actor=world.pic, now=NOW)
    row.refresh_from_db()
    assert (row.consent, row.consent_by, row.consent_note) == (Consent.GIVEN, world.pic, "Formulir lembur 12/2026")


@pytest.mark.parametrize("found", list(Consent))
@pytest.mark.parametrize("to", [Consent.GIVEN, Consent.REFUSED])
def test_every_answer_in_every_state(world, found, to):
    (late,) = agents(world, 1)
    rostered(world, late, SHIFT)
    _plan, revision, meeting = drafted(world, [late])
    order(world, revision, [(late.pk, meeting.uuid)])
    row = OvertimeOrder.objects.get()
    if found != Consent.ASKED:
        answer_overtime(order=row, consent=found, actor=late.user, now=NOW)
    if to in CONSENT_TRANSITIONS[found]:
        assert answer_overtime(order=row, consent=to, actor=late.user, now=NOW).consent == to
    else:
        with pytest.raises(WrongState):
            answer_overtime(order=row, consent=to, actor=late.user, now=NOW)


def test_after_the_start_or_once_withdrawn_nothing_is_answered(world):
    (late,) = agents(world, 1)
    rostered(world, late, SHIFT)
    _plan, revision, meeting = drafted(world, [late])
    order(world, revision, [(late.pk, meeting.uuid)])
    row = OvertimeOrder.objects.get()
    with pytest.raises(WrongState):
        answer_overtime(order=row, consent=Consent.GIVEN, actor=late.user, now=meeting.starts_at)
    answer_overtime(order=row, consent=Consent.REFUSED, actor=late.user, now=NOW)
    order(world, revision, [(late.pk, meeting.uuid)])
    assert OvertimeOrder.objects.filter(withdrawn_at=None).count() == 1
    with pytest.raises(WrongState):
        answer_overtime(order=row, consent=Consent.GIVEN, actor=late.user, now=NOW)


def test_a_meeting_that_moved_needs_a_new_order(world):
    (late,) = agents(world, 1)
    rostered(world, late, SHIFT)
    _plan, revision, meeting = drafted(world, [late])
    order(world, revision, [(late.pk, meeting.uuid)])
    PlannedMeeting.objects.filter(pk=meeting.pk).update(ends_at=meeting.ends_at + timedelta(hours=1))
    assert "order overtime" in overtime_item(revision).gap


def test_the_page_warns_beyond_four_hours_a_day(client, world):
    (late,) = agents(world, 1)
    rostered(world, late, SHIFT)
    plan, _revision, _meeting = drafted(world, [late], minutes=300)
    world.pic.language = "en"
    world.pic.save()
    client.force_login(world.pic)
    page = client.get(reverse("plan_roster", args=[plan.uuid])).content.decode()
    assert "more than 4 hours of overtime" in page and "PP 35/2021" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_roster_page_reads_the_same_number_of_queries_whatever_the_people(
    client, world, count, django_assert_max_num_queries
):
    people = agents(world, count)
    for person in people:
        rostered(world, person, SHIFT)
    plan, _revision, _meeting = drafted(world, people)
    client.force_login(world.pic)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("plan_roster", args=[plan.uuid])).status_code == 200


def test_ordering_on_the_page_and_answering_as_the_agent(client, world):
    (late,) = agents(world, 1)
    rostered(world, late, SHIFT)
    plan, _revision, meeting = drafted(world, [late])
    url = reverse("plan_roster", args=[plan.uuid])
    client.force_login(world.pic)
    given = {"action": "order", "pair": f"{late.pk}:{meeting.uuid}", "reason": "", "ordered_by": "Ratna"}
    assert client.post(url, given).status_code == 422
    assert client.post(url, {**given, "reason": "Shift lain penuh"}).status_code == 302
    answer = reverse("overtime_answer", args=[OvertimeOrder.objects.get().uuid])
    assert client.get(answer).status_code == 404  # the page is the agent's own
    client.force_login(late.user)
    assert client.get(answer).status_code == 200
    assert client.post(answer, {"consent": "given"}).status_code == 302
    assert OvertimeOrder.objects.get().consent == Consent.GIVEN


def test_a_foreign_tick_and_a_note_too_long_or_blank_are_shown_at_their_controls(client, world):
    (late,) = agents(world, 1)
    rostered(world, late, SHIFT)
    plan, revision, meeting = drafted(world, [late])
    url = reverse("plan_roster", args=[plan.uuid])
    client.force_login(world.pic)
    ticked = {"action": "order", "pair": f"999999:{meeting.uuid}", "reason": "Penuh", "ordered_by": "Ratna"}
    answer = client.post(url, ticked)
    assert answer.status_code == 422 and f"999999:{meeting.uuid}" in answer.content.decode()
    assert 'id="pair_0"' in answer.content.decode() and not OvertimeOrder.objects.exists()

    order(world, revision, [(late.pk, meeting.uuid)])
    given = OvertimeOrder.objects.get()
    for note in ("x" * 201, "", " "):
        answer = client.post(url, {"action": "consent", "order": given.uuid, "consent": "given", "note": note})
        assert answer.status_code == 422 and f"#note-{given.uuid}" in answer.content.decode()
    given.refresh_from_db()
    assert given.consent == Consent.ASKED


@pytest.mark.parametrize(("minutes", "shown"), [(-30, "Meeting 1 ends at"), (366 * 24 * 60, "longer than 12 hours")])
def test_a_meeting_that_cannot_be_is_named_with_both_its_times(world, minutes, shown):
    _plan, revision, meeting = drafted(world, agents(world, 1))
    session = meeting.planned_session
    times = MeetingTimes(starts_at=meeting.starts_at, ends_at=meeting.starts_at + timedelta(minutes=minutes))
    with translation.override("en"), pytest.raises(Refused, match=shown):
        save_session(
            revision=revision,
            planned=session,
            label=session.label,
            host_site=session.host_site,
            trainers=[],
            meetings=[times],
            actor=world.pic,
            now=NOW,
        )
    assert session.meetings.get().ends_at == meeting.ends_at


def test_who_may_see_the_pages(client, world):
    plan, _revision, _meeting = drafted(world, agents(world, 1))
    url = reverse("plan_roster", args=[plan.uuid])
    assert client.get(url).status_code == 302
    client.force_login(world.manager)
    assert client.get(url).status_code == 200
    client.force_login(make_user(Role.MANAGER, site=SiteFactory()))
    assert client.get(url).status_code == 404
    client.force_login(make_user(Role.AGENT))
    assert client.get(url).status_code == 403
    client.force_login(world.pic)
    assert client.get(reverse("plan_batches", args=[plan.uuid])).status_code == 405
    assert client.post(reverse("plan_windows", args=[plan.uuid])).status_code == 405


# --- windows and batches -----------------------------------------------------------------------------------
def traffic(world, agents=20, offered=100):
    """Eight weeks of equal half hours from 08.00 to 17.00."""
    start = datetime(2026, 9, 28, 8, tzinfo=world.site.zone)
    TrafficInterval.objects.bulk_create(
        TrafficInterval(
            site=world.site, line=world.line, source="ACD", minutes=30, offered=offered, aht_seconds=240, agents=agents,
            starts_at=start + timedelta(days=day, minutes=30 * step),
        )
        for day in range(56)
        for step in range(18)
    )  # fmt: skip


def test_a_window_that_is_picked_fills_date_and_time_of_a_meeting(client, world):
    plan, _revision, _meeting = drafted(world, agents(world, 1))
    client.force_login(world.pic)
    page = client.get(reverse("plan_session_new", args=[plan.uuid]), {"start": "2026-11-26T10:00", "minutes": "90"})
    html = page.content.decode()
    assert 'value="2026-11-26"' in html and 'value="10:00"' in html and 'value="11:30"' in html
    assert client.get(reverse("plan_session_new", args=[plan.uuid]), {"start": "x", "minutes": "y"}).status_code == 200


def test_batches_are_taken_over_with_their_people_and_only_as_they_were_shown(client, world, monkeypatch):
    people = agents(world, 9)
    traffic(world)
    plan, revision, _meeting = drafted(world, people)
    revision.targets.update(planned_session=None)
    revision.sessions.all().delete()
    days = [NOW.date() + timedelta(days=step) for step in range(16)]
    for person in people:
        rostered(world, person, ShiftEntry("MD", "Middle", ShiftKind.WORK, time(8), time(17)), days)
    with time_machine.travel(NOW, tick=False):
        client.force_login(world.pic)
        page = client.get(reverse("plan_sessions", args=[plan.uuid]))
        mark = page.context["fingerprint"]
        assert page.context["proposal"].batches
        url = reverse("plan_batches", args=[plan.uuid])
        assert client.post(url, {"fingerprint": "another"}).status_code == 409
        assert client.post(url, {"fingerprint": mark}).status_code == 302
    made = list(revision.sessions.all())
    assert len(made) >= 2
    assert not revision.targets.filter(planned_session=None).exists()


def test_marked_days_and_targets_are_kept_by_those_who_may(client, world):
    client.force_login(world.operations)
    url = reverse("traffic_days")
    given = {"site": world.site.pk, "line": world.line.pk, "day": "2026-11-10", "reason": "Gangguan"}
    assert client.post(url, given).status_code == 302
    assert client.post(url, given).status_code == 422  # marked already
    marked = MarkedDay.objects.get()
    assert client.post(reverse("traffic_day_remove", args=[marked.uuid])).status_code == 302
    assert not MarkedDay.objects.exists()
    assert client.get(reverse("traffic_target")).status_code == 403
    client.force_login(world.manager)
    target = {
        "line": world.line.code, "method": "erlang_c", "goal_percent": "85", "answer_seconds": "15", "concurrency": "1",
    }  # fmt: skip
    assert client.post(reverse("traffic_target"), target).status_code == 302
    assert float(world.line.target.goal_percent) == 85
    assert client.post(reverse("traffic_target"), {**target, "goal_percent": "100"}).status_code == 422


@pytest.mark.parametrize(
    ("channel", "method", "fitting"),
    [
        ("inbound", LoadMethod.CHAT, LoadMethod.ERLANG_C),
        ("outbound", LoadMethod.ERLANG_C, LoadMethod.CONTACT_RATE),
        ("digital", LoadMethod.CONTACT_RATE, LoadMethod.CHAT),
    ],
)
def test_a_line_is_judged_by_a_method_that_describes_its_channel(world, channel, method, fitting):
    """5.1.1 f: Erlang C for inbound voice, chat and volume for digital, contact rate for outbound."""
    world.line.channel = channel
    act = {"line": world.line, "answer_seconds": 20, "concurrency": 2, "actor": world.manager, "now": NOW}
    with pytest.raises(Refused) as refused:
        set_line_target(method=method, goal_percent=Decimal(80), **act)
    assert refused.value.field == "method" and str(fitting.label) in str(refused.value)
    assert set_line_target(method=fitting, goal_percent=Decimal(80), **act).method == fitting


@pytest.mark.point("CHT-2")
@pytest.mark.point("CHT-3")
@pytest.mark.point("CHT-4")
@pytest.mark.point("CHT-5")
def test_the_heat_map_is_a_table_with_the_figure_in_each_cell_and_the_lowest_named(client, world):
    traffic(world)
    TrafficInterval.objects.filter(starts_at__week_day=4, starts_at__hour=9).update(offered=40)
    world.operations.language = "en"
    world.operations.save()
    client.force_login(world.operations)
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("traffic"), {"leaving": "2"})
        csv = client.get(reverse("traffic_csv")).content.decode()
    html = page.content.decode()
    assert '<table class="heat">' in html and "heat-1" in html and "heat-5" in html  # steps of one hue
    assert "Lowest interval: 09.00, Wednesday (40)." in html
    assert "Wednesday;09:00;40" in csv
    assert "Erlang C" in html and "80% answered within 20 seconds" in html  # the method is named
    first = page.context["windows"][0]
    assert not first[2] and first[1].during.asa_seconds >= first[1].before.asa_seconds


def test_a_chat_line_names_its_method_and_never_erlang(client, world):
    from planning.models import LineTarget

    traffic(world)
    world.line.channel = "digital"
    world.line.save()
    LineTarget.objects.create(
        line=world.line, method="chat", goal_percent=85, concurrency=3, set_by=world.manager, set_at=NOW
    )
    world.operations.language = "en"
    world.operations.save()
    client.force_login(world.operations)
    with time_machine.travel(NOW, tick=False):
        html = client.get(reverse("traffic"), {"leaving": "2"}).content.decode()
    assert "chat with 3 at the same time" in html and "Capacity in use" in html and "ASA" not in html
