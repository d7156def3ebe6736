"""The plan of a month: what it shows to whom, its filters, Excel and paper, and what it costs (4.1, EXP-1, PRN)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from planning.models import PlannedMeeting
from planning.months import Month
from planning.queries.month import meetings_of_month
from planning.services import amend_plan, create_plan, submit_revision
from planning.services.month import MOST
from planning.tests.factories import approved_plan, draft_plan, make_world, submitted_plan
from planning.tests.month import DECEMBER, NOW, at
from reporting.models import DayOff
from trainingops.people.tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november")]


def sheet(answer):
    return CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()


def rows_of(page):
    return [row for day in page.context["days"] for row in day.rows]


def test_the_month_opens_for_the_offices_and_nobody_else(client, world):
    """4.1: who reads plans reads their month; an agent does not, a foreign site is unknown."""
    url = reverse("plan_month")
    assert client.get(url).status_code == 302
    for user in (world.pic, world.manager, world.qc, world.leader):
        client.force_login(user)
        assert client.get(url, at(world)).status_code == 200
        assert client.post(url).status_code == 405
    client.force_login(make_user("agent"))
    assert client.get(url).status_code == 403
    client.force_login(make_user("trainer", site=make_world(people=0).site))
    assert client.get(url, at(world)).status_code == 404


def test_every_meeting_of_the_month_stands_under_its_day(client, world):
    """4.1: number, title, kind, batch, trainer, room, participants, state; the plans of other months are elsewhere."""
    plan = approved_plan(world=world, starts_at=DECEMBER, meetings=2, now=NOW)
    draft_plan(world=world, starts_at=DECEMBER - timedelta(days=1), now=NOW)
    client.force_login(world.qc)
    page = client.get(reverse("plan_month"), at(world))
    assert [day.day for day in page.context["days"]] == [date(2026, 12, 1), date(2026, 12, 2)]
    text = page.content.decode()
    for word in (plan.number, plan.title, world.trainer.name, world.room.name, "10.00–12.00 WIB", "Disetujui"):
        assert word in text
    assert [row.meeting.people for row in rows_of(page)] == [3, 3]
    assert [row.is_first for row in rows_of(page)] == [True, False]


def test_people_without_a_batch_count_in_the_only_one_and_are_named_beside_several(client, world):
    """5.1.1 b: submission puts everybody into the only batch; of several somebody has to choose."""
    for sessions in (1, 2):
        plan = draft_plan(world=world, starts_at=DECEMBER + timedelta(days=sessions), sessions=sessions, now=NOW)
        plan.revisions.get().targets.filter(person=world.people[0]).update(planned_session=None)
    client.force_login(world.pic)
    page = client.get(reverse("plan_month"), at(world))
    assert [(row.meeting.people, row.meeting.unplaced) for row in rows_of(page)] == [(3, 0), (1, 1), (1, 1)]
    assert "1 belum masuk batch" in page.content.decode()


def test_the_day_is_that_of_the_place_where_it_is_held(world):
    """Conventions: 23.30 UTC on 30 November is 1 December in Jakarta."""
    early = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    draft_plan(world=world, starts_at=early, now=NOW)
    assert not meetings_of_month(world.pic, Month(2026, 11)).exists()
    assert [each.day for each in meetings_of_month(world.pic, Month(2026, 12))] == [date(2026, 12, 1)]


def test_weekends_and_days_off_are_named(client, world):
    """4.1: a Saturday and a day off are no working days; the page says which one."""
    DayOff.objects.create(day=date(2026, 12, 2), name="Hari jadi kantor", category="local", site=world.site)
    draft_plan(world=world, starts_at=DECEMBER, meetings=5, now=NOW)
    client.force_login(world.pic)
    page = client.get(reverse("plan_month"), at(world))
    named = {day.day.day: day.off for day in page.context["days"]}
    assert named == {1: "", 2: "Hari jadi kantor", 3: "", 4: "", 5: "akhir pekan"}
    assert page.content.decode().count("Hari jadi kantor") == 2


def test_the_approved_revision_is_what_holds(world):
    """4.1: an amendment in the making does not move the month's dates before it is approved."""
    plan = approved_plan(world=world, starts_at=DECEMBER, now=NOW)
    draft = amend_plan(plan=plan, actor=world.pic, now=NOW)
    PlannedMeeting.objects.filter(planned_session__revision=draft).update(
        starts_at=DECEMBER + timedelta(days=2), ends_at=DECEMBER + timedelta(days=2, hours=2)
    )
    assert [each.day for each in meetings_of_month(world.pic, Month(2026, 12))] == [date(2026, 12, 1)]


def test_an_approved_plan_begins_as_approved_until_its_change_is(client, world):
    """4.1: list, month, and both as Excel say the approved start, and that a change awaits approval."""
    plan = approved_plan(world=world, starts_at=DECEMBER, now=NOW)
    amended = amend_plan(plan=plan, actor=world.pic, now=NOW)
    PlannedMeeting.objects.filter(planned_session__revision=amended).update(
        starts_at=DECEMBER + timedelta(days=2), ends_at=DECEMBER + timedelta(days=2, hours=2)
    )
    client.force_login(world.pic)
    waits = "Perubahan menunggu persetujuan"
    for submitted in (False, True):
        if submitted:
            submit_revision(revision=amended, actor=world.pic, now=NOW)
        plans = client.get(reverse("plan_list"))
        assert [row.record.first_at for row in plans.context["table"].rows] == [DECEMBER]
        assert (waits in plans.content.decode()) is submitted
        assert (waits in client.get(reverse("plan_month"), at(world)).content.decode()) is submitted
        for url in ("plan_list", "plan_month"):
            state = sheet(client.get(reverse(url), at(world, export="xlsx", state="approved")))[1][-1]
            assert state == ("Disetujui; " + waits if submitted else "Disetujui")


@pytest.mark.point("EXP-1")
def test_filters_stand_in_the_address_with_their_counts(client, world):
    """EXP-1, DSH-4: the count beside a filter is the number of meetings behind it; what no plan has filters nothing."""
    draft_plan(world=world, starts_at=DECEMBER, meetings=2, now=NOW)
    submitted_plan(world=world, starts_at=DECEMBER + timedelta(days=3), now=NOW)
    client.force_login(world.manager)
    url = reverse("plan_month")
    page = client.get(url, at(world))
    counts = {name: {row["value"]: row["count"] for row in rows} for _label, name, rows in page.context["facets"]}
    assert counts["state"] == {"draft": 2, "submitted": 1}
    assert counts["pic"] == {str(world.pic.uuid): 3} and len(rows_of(page)) == 3
    assert {site.pk: count for site, count, _url in page.context["sites"]} == {world.site.pk: 3}
    assert "3 pertemuan" in page.content.decode()
    assert len(rows_of(client.get(url, at(world, state="draft", line=world.line.code)))) == 2
    assert len(rows_of(client.get(url, at(world, state="submitted")))) == 1
    assert len(rows_of(client.get(url, at(world, state="nonsense", month="x", page="y")))) == 0


@pytest.mark.point("EXP-1")
def test_excel_has_exactly_what_is_filtered(client, world):
    """EXP-1: one line a meeting, in the words and hours of the place."""
    plan = draft_plan(world=world, starts_at=DECEMBER, meetings=2, now=NOW)
    submitted_plan(world=world, starts_at=DECEMBER + timedelta(days=3), now=NOW)
    client.force_login(world.manager)
    answer = client.get(reverse("plan_month"), at(world, state="draft", export="xlsx"))
    head, *lines = sheet(answer)
    assert head[0] == "Tanggal"
    assert [line[0] for line in lines] == [date(2026, 12, 1), date(2026, 12, 2)]
    assert lines[0][3:8] == ["10:00", "12:00", "WIB", plan.number, plan.title]
    assert lines[0][15:] == [3, "Draf"]


@pytest.mark.point("PRN-1")
def test_paper_gets_every_meeting_and_lies_across(client, world):
    """PRN-1, PRN-2: no pages of the screen, no boxes to tick; the stylesheet asks for A4 landscape."""
    draft_plan(world=world, starts_at=DECEMBER, now=NOW)
    client.force_login(world.pic)
    page = client.get(reverse("plan_month"), at(world, print="1"))
    text = page.content.decode()
    assert "data-print" in text
    assert 'type="checkbox"' not in text
    assert "month.css" in text


def test_a_draft_without_a_date_is_not_forgotten(client, world):
    """4.1: what has no meeting lies in no month; the page names it below."""
    plan = create_plan(
        kind="refreshment", title="Tanpa tanggal", site=world.site, line=world.line, actor=world.pic, now=NOW
    )
    draft_plan(world=world, starts_at=DECEMBER, now=NOW)
    client.force_login(world.pic)
    page = client.get(reverse("plan_month"), at(world))
    assert page.context["undated"] == [plan]


def test_a_draft_without_a_date_leads_everybody_where_they_may_go(client, world):
    """Issue 2, no screen that leads nowhere: its PIC gives it a date, the others read it."""
    plan = create_plan(
        kind="refreshment", title="Tanpa tanggal", site=world.site, line=world.line, actor=world.pic, now=NOW
    )
    for user, name in ((world.pic, "plan_sessions"), (world.manager, "plan_detail"), (world.leader, "plan_detail")):
        client.force_login(user)
        url = reverse(name, args=[plan.uuid])
        assert f'"{url}"' in client.get(reverse("plan_month"), at(world)).content.decode()
        assert client.get(url).status_code == 200


@pytest.mark.point("EMP-1")
def test_a_house_without_sites_says_so(client):
    """EMP-1: nothing can be planned before there is a site."""
    client.force_login(make_user("manager", "trainer"))
    page = client.get(reverse("plan_month"))
    assert page.status_code == 200
    assert "Belum ada situs" in page.content.decode()
    assert client.get(reverse("plan_month_copy")).url == reverse("plan_month")


def test_the_month_costs_the_same_with_one_row_and_with_three(client, world, django_assert_max_num_queries):
    """Query budget: 12, whatever the rows; 150 KB with a full page."""
    draft_plan(world=world, starts_at=DECEMBER, now=NOW)
    client.force_login(world.pic)
    with django_assert_max_num_queries(12) as first:
        client.get(reverse("plan_month"), at(world))
    for day in (2, 5):
        draft_plan(world=world, starts_at=DECEMBER + timedelta(days=day), now=NOW)
    with django_assert_max_num_queries(12) as second:
        page = client.get(reverse("plan_month"), at(world))
    assert len(rows_of(page)) == 3
    assert len(first.captured_queries) == len(second.captured_queries)
    planned = PlannedMeeting.objects.first().planned_session
    PlannedMeeting.objects.bulk_create(
        PlannedMeeting(
            planned_session=planned,
            starts_at=DECEMBER + timedelta(minutes=20 * step),
            ends_at=DECEMBER + timedelta(minutes=20 * step + 10),
        )
        for step in range(1, 130)
    )
    page = client.get(reverse("plan_month"), at(world))
    assert len(rows_of(page)) == MOST
    assert len(page.content) < 150 * 1024


@pytest.mark.point("EXP-1")
def test_the_list_of_plans_downloads_what_it_shows(client, world):
    """EXP-1: the link to Excel keeps the filter, and leads to the filtered rows."""
    draft_plan(world=world, starts_at=DECEMBER, now=NOW)
    approved_plan(world=world, starts_at=DECEMBER + timedelta(days=3), now=NOW)
    client.force_login(world.pic)
    text = client.get(reverse("plan_list"), {"state": "approved"}).content.decode()
    assert "?state=approved&amp;export=xlsx" in text
    answer = client.get(reverse("plan_list"), {"state": "approved", "export": "xlsx"})
    assert len(sheet(answer)) == 2
