"""The deadline board and the page of one obligation (DLN)."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from reporting import services
from reporting.models import ReportObligation
from reporting.tests.factories import BEFORE, DUE, END, make_plan, make_session
from reporting.tests.writing import submitted
from trainingops.notifications.models import Notice
from trainingops.people.models import RoleAssignment
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
BOARD = "/deadlines/"


@pytest.fixture
def place():
    return SiteFactory(name="Jakarta"), ServiceLineFactory(name="Inbound")


@pytest.fixture
def manager(place):
    return make_user("manager", site=place[0], line=place[1])


def owed(place, **session_fields):
    plan = make_plan(site=place[0], line=place[1])
    training_session = make_session(plan, **session_fields)
    return services.schedule_obligation(training_session=training_session, actor=None, now=BEFORE)


def page(client, user, url=BOARD, *, at=END, **query):
    user.language = "en"
    user.save()
    with time_machine.travel(at, tick=False):
        client.force_login(user)
        return client.get(url, query)


@pytest.mark.point("DLN-1")
def test_late_by_a_second_is_late_and_a_microsecond_before_is_today(client, place, manager):
    owed(place)
    late = page(client, manager, at=DUE + 3 * HOUR).content.decode()
    assert "Late by 3 hours" in late
    assert "24 November 2026 23.59 WIB" in late or "24 November 2026 23:59 WIB" in late
    assert "is-late" in late
    assert "Late by" not in page(client, manager, at=DUE - timedelta(seconds=1)).content.decode()


@pytest.mark.point("DLN-1")
def test_lateness_is_computed_from_the_due_time_before_any_sweep_noticed_it(client, place, manager):
    obligation = owed(place)
    answer = page(client, manager, reverse("obligation_detail", args=[obligation.uuid]), at=DUE + HOUR)
    assert "Late by 1 hour" in answer.content.decode()
    assert "being recorded" in answer.content.decode()
    obligation.refresh_from_db()
    assert obligation.breached_at is None


@pytest.mark.point("DLN-2")
def test_the_count_is_explained_with_start_rule_and_result(client, place, manager):
    owed(place)
    shown = page(client, manager).content.decode()
    assert "How the due time is counted" in shown
    assert "The last meeting ends Monday, 23 November 2026" in shown
    assert "H+1 in calendar days, in force since 25 September 2025" in shown
    assert "No day is skipped" in shown


@pytest.mark.point("DLN-4")
def test_filters_live_in_the_address_with_counts_that_equal_their_lists(client, place, manager):
    owed(place)
    owed(place, ends_at=END + timedelta(days=1))
    owed(place, ends_at=END + timedelta(days=20))
    void = owed(place)
    services.cancel_obligation(training_session=void.training_session, reason="Padam", actor=None, now=END)
    done = owed(place)
    ReportObligation.objects.filter(pk=done.pk).update(
        state="submitted", submitted_at=END + HOUR, submitted_by=done.owner
    )
    late = owed(place, ends_at=END - timedelta(days=4))
    services.breach_overdue(now=END)
    expected = {"attention": 3, "missing": 1, "today": 1, "week": 2, "coming": 2, "late": 1, "on_time": 1, "void": 1}
    expected["all"] = 6
    at = DUE - HOUR
    shown = page(client, manager, at=at)
    assert {name: number for name, _word, _kind, _icon, number in shown.context["states"]} == expected
    for state, number in expected.items():
        rows = page(client, manager, at=at, state=state).context["rows"]
        assert len(rows) == number, state
    [only] = page(client, manager, at=at, state="late").context["rows"]
    assert only["obligation"] == late


def test_the_month_of_a_due_time_is_the_month_of_its_last_day(client, place, manager):
    owed(place, ends_at=END.replace(day=29))  # due at the end of 30 November: the midnight of 1 December
    assert len(page(client, manager, state="all", month="2026-11").context["rows"]) == 1
    assert len(page(client, manager, state="all", month="2026-12").context["rows"]) == 0
    wrong = page(client, manager, state="all", month="2026-13").content.decode()
    assert "2026-11" in wrong


@pytest.mark.parametrize("zone", ["Asia/Jayapura", "Asia/Jakarta"])
def test_the_month_is_that_of_the_site_whatever_the_readers_zone(client, place, manager, zone):
    manager.timezone = zone
    owed(place, ends_at=END.replace(day=29))
    assert len(page(client, manager, state="all", month="2026-11").context["rows"]) == 1
    assert len(page(client, manager, state="all", month="2026-12").context["rows"]) == 0


def rows_of(answer):
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()


@pytest.mark.point("EXP-1")
@pytest.mark.parametrize("name", ["obligation_export", "obligation_indicator"])
def test_times_in_a_file_are_those_of_the_site_which_it_names(client, manager, name):
    manager.timezone = "Asia/Jakarta"
    makassar = SiteFactory(timezone="Asia/Makassar")
    RoleAssignment.objects.get(user=manager).sites.add(makassar)
    owed((makassar, manager.role_assignments.get().lines.get()))
    period = {"since": "2026-11-01", "until": "2026-11-30", "export": "xlsx"}
    answer = page(client, manager, reverse(name), at=DUE + 3 * HOUR, state="all", **period)
    head, row = rows_of(answer)
    said = dict(zip(head, row, strict=True))
    assert (said["Due"], said["Time zone"]) == (datetime(2026, 11, 24, 23, 59), "WITA")


@pytest.mark.point("EXP-1")
def test_the_file_says_whom_a_report_has_not_reached_as_the_board_does(client, held):
    submitted(held)
    held.world.qc.is_active = False
    held.world.qc.save()
    answer = page(
        client, held.manager, reverse("obligation_export"), at=held.training_session.ends_at + 3 * HOUR, state="all"
    )
    head, row = rows_of(answer)
    assert dict(zip(head, row, strict=True))["Not delivered to"] == "Quality Control"


@pytest.mark.point("DLN-4")
@pytest.mark.parametrize("name", ["site", "line", "pic", "trainer", "month"])
def test_a_filter_that_cannot_be_read_shows_and_exports_nothing_and_names_value_and_remedy(
    client, place, manager, name
):
    owed(place)
    for url in (BOARD, reverse("obligation_export")):
        answer = page(client, manager, url, state="all", **{name: "zzz"})
        assert (answer.status_code, answer.context["rows"]) == (422, [])
        [said] = answer.context["filter"].form.errors[name]
        assert said.startswith("“zzz”") and said.endswith("."), said


def test_filters_by_site_line_and_pic(client, place):
    user = make_user("manager")
    here, elsewhere = owed(place), owed((SiteFactory(), ServiceLineFactory()))
    for query in ({"site": place[0].code}, {"line": place[1].code}, {"pic": str(here.owner.uuid)}):
        answer = page(client, user, state="all", **query)
        rows = answer.context["rows"]
        assert [row["obligation"] for row in rows] == [here]
    assert len(page(client, user, state="all").context["rows"]) == 2
    assert elsewhere.pk


@pytest.mark.point("EMP-1")
def test_nothing_yet_and_nothing_for_this_filter_are_two_texts(client, place, manager):
    assert "No report obligations yet" in page(client, manager).content.decode()
    owed(place)
    assert "No results for this filter" in page(client, manager, state="void").content.decode()


@pytest.mark.point("EXP-1")
def test_the_workbook_holds_what_is_filtered(client, place, manager):
    owed(place)
    owed(place, ends_at=END + timedelta(days=20))
    answer = page(client, manager, reverse("obligation_export"), state="attention")
    rows = rows_of(answer)
    assert len(rows) == 2
    assert rows[0][0] == "Due"


def test_the_board_needs_the_same_queries_for_one_row_and_for_three(client, place, manager):
    counts = []
    for _more in range(2):
        owed(place)
        page(client, manager)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page_queries(client, manager)
        counts.append(len(queries))
        owed(place)
    assert counts[0] == counts[1] <= 12


def page_queries(client, manager):
    with time_machine.travel(END, tick=False):
        assert client.get(BOARD).status_code == 200


@pytest.mark.point("DLN-5")
def test_the_page_of_an_obligation_shows_who_submitted_when_and_what_moved_it(client, place, manager):
    obligation = owed(place)
    services.extend_obligation(
        training_session=obligation.training_session,
        last_end=END + timedelta(hours=14),
        reason="Sistem lambat",
        actor=obligation.owner,
        now=END + timedelta(hours=15),
    )
    shown = page(client, manager, reverse("obligation_detail", args=[obligation.uuid]), at=DUE).content.decode()
    assert "Sistem lambat" in shown
    assert "Ended later than planned" in shown
    assert obligation.owner.name in shown


@pytest.mark.point("DLN-3")
def test_its_page_lists_what_moved_it_and_promises_reminders_in_working_hours_only(client, place, manager):
    obligation = owed(place)
    administrator = make_user("administrator")
    services.add_policy(
        site=None,
        effective_on=BEFORE.date(),
        business_days=False,
        collective_leave_is_off=False,
        reminder_hours=[20],
        actor=administrator,
        now=BEFORE,
    )
    assert obligation.changes.filter(cause="policy").exists(), "how it was counted stays on record"
    shown = page(client, manager, reverse("obligation_detail", args=[obligation.uuid]))
    assert [change.cause for change, *_rest in shown.context["changes"]] == ["scheduled"]
    assert "as soon as they work from then on" in shown.content.decode()


def test_a_manager_reminds_with_one_click(client, place, manager):
    obligation = owed(place)
    client.force_login(manager)
    with time_machine.travel(DUE - 10 * HOUR, tick=False):
        client.force_login(manager)
        answer = client.post(reverse("obligation_remind", args=[obligation.uuid]))
    assert answer.status_code == 302
    assert Notice.objects.get(kind="report.reminder").recipient == obligation.owner


# --- Who may -----------------------------------------------------------------------------------------------

URLS = [("obligation_list", False), ("obligation_export", False), ("obligation_detail", True)]


def address(name, obligation, needs_one):
    return reverse(name, args=[obligation.uuid] if needs_one else [])


@pytest.mark.parametrize(("name", "needs_one"), URLS)
def test_who_may_open_the_pages(client, place, manager, name, needs_one):
    obligation = owed(place)
    url = address(name, obligation, needs_one)
    assert client.get(url).status_code == 302
    for role in ("agent", "client", "sso_training"):
        client.force_login(make_user(role))
        assert client.get(url).status_code == 403, role
    client.force_login(manager)
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 405


def test_an_obligation_outside_the_scope_does_not_exist(client, place):
    obligation = owed(place)
    client.force_login(make_user("manager", site=SiteFactory()))
    assert client.get(reverse("obligation_detail", args=[obligation.uuid])).status_code == 404
    assert client.post(reverse("obligation_remind", args=[obligation.uuid])).status_code == 404
    assert client.get(BOARD, {"state": "all"}).context["rows"] == []


def test_the_trainer_of_a_session_sees_its_obligation_elsewhere_too(client, place):
    teacher = make_user("trainer", site=SiteFactory())
    obligation = owed(place, teacher=teacher)
    client.force_login(teacher)
    assert client.get(reverse("obligation_detail", args=[obligation.uuid])).status_code == 200
    assert client.post(reverse("obligation_remind", args=[obligation.uuid])).status_code == 403


def test_reminding_needs_a_post(client, manager, place):
    obligation = owed(place)
    client.force_login(manager)
    assert client.get(reverse("obligation_remind", args=[obligation.uuid])).status_code == 405
