"""The pages of the report, from writing to the receipt (RPT)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reporting import services
from reporting.content import freeze
from reporting.models import Distribution, ReportVersion, TrainingReport
from reporting.tests.writing import TEXTS, report_of, submitted, written
from sessions.models import Deviation
from sessions.tests.factories import concluded
from trainingops.dashboard.desk import Desk, waiting
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import SiteFactory, make_user, sign_in
from trainingops.tests.counting import counted, shown

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock(held):
    """Every page is opened two hours after the session."""
    with time_machine.travel(held.training_session.ends_at + 2 * HOUR, tick=False):
        yield


def url(name, held, *rest):
    return reverse(name, args=[report_of(held).uuid, *rest])


def read_page(client, user, held, *, language="en"):
    user.language = language
    user.save()
    sign_in(client, user)
    return client.get(url("report_detail", held))


# --- Writing -----------------------------------------------------------------------------------------------


def test_the_writer_is_led_to_the_draft_and_everybody_else_to_the_obligation(client, held):
    sign_in(client, held.pic)
    assert client.get(url("report_detail", held)).url == url("report_write", held)
    sign_in(client, held.manager)
    assert "/deadlines/" in client.get(url("report_detail", held)).url
    assert client.get(url("report_write", held)).status_code == 403


def test_the_draft_is_saved_by_its_button_and_then_checked(client, held):
    sign_in(client, held.pic)
    answer = client.post(url("report_write", held), {**TEXTS, "version": 1})
    assert answer.url == url("report_write", held)
    answer = client.post(url("report_write", held), {**TEXTS, "version": 2, "check": "1"})
    assert answer.url == url("report_submit", held)
    assert report_of(held).course == TEXTS["course"]
    assert TEXTS["course"] in client.get(url("report_write", held)).content.decode()


def test_a_background_save_answers_with_the_new_row_version(client, held):
    sign_in(client, held.pic)
    answer = client.post(url("report_write", held), {**TEXTS, "version": 1}, headers={"HX-Request": "true"})
    shown = answer.content.decode()
    assert 'name="version" value="2"' in shown
    assert "<html" not in shown


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_conflict_answers_409_keeps_what_was_typed_and_writes_nothing(client, held, headers):
    written(held)
    sign_in(client, held.pic)
    answer = client.post(url("report_write", held), {**TEXTS, "course": "Ketikan saya", "version": 1}, headers=headers)
    assert answer.status_code == 409
    assert held.pic.name in answer.content.decode()
    if not headers:
        assert "Ketikan saya" in answer.content.decode()
    assert report_of(held).course == TEXTS["course"]


# --- Signing -----------------------------------------------------------------------------------------------


def test_signing_asks_for_a_fresh_log_in_and_shows_what_is_signed(client, held):
    report = written(held)
    sign_in(client, held.pic, minutes_ago=20)
    assert reverse("account_reauthenticate") in client.get(url("report_submit", held)).url
    sign_in(client, held.pic)
    page = client.get(url("report_submit", held))
    assert page.context["content_hash"] == freeze(report, number=1, now=held.training_session.ends_at).hash
    assert TEXTS["obstacles"] in page.content.decode()


def test_submitting_leads_to_the_report_and_amending_to_its_next_version(client, held):
    report = written(held)
    sign_in(client, held.pic)
    answer = client.post(
        url("report_submit", held), {"content_hash": freeze(report, number=1, now=held.training_session.ends_at).hash}
    )
    assert answer.url == url("report_detail", held)
    client.post(url("report_write", held), {**TEXTS, "course": "Diperbaiki.", "version": 2})
    shown = client.get(url("report_submit", held)).context["content_hash"]
    missing = client.post(url("report_submit", held), {"content_hash": shown, "reason": ""})
    assert missing.context["form"].errors["reason"] and missing.status_code == 422
    assert client.post(url("report_submit", held), {}).status_code == 422
    client.post(url("report_submit", held), {"content_hash": shown, "reason": "Jam diperbaiki"})
    assert list(ReportVersion.objects.values_list("number", flat=True)) == [2, 1]


def test_what_changed_meanwhile_is_shown_again_with_409(client, held):
    written(held)
    sign_in(client, held.pic)
    answer = client.post(url("report_submit", held), {"content_hash": "0" * 64})
    assert answer.status_code == 409
    assert not ReportVersion.objects.exists()


def test_a_blank_part_is_named_and_nothing_is_sent(client, held):
    report = report_of(held)
    sign_in(client, held.pic)
    answer = client.post(
        url("report_submit", held), {"content_hash": freeze(report, number=1, now=held.training_session.ends_at).hash}
    )
    assert answer.status_code == 422
    assert not Distribution.objects.exists()


# --- Reading -----------------------------------------------------------------------------------------------


@pytest.mark.point("RPT-1")
def test_a_get_changes_nothing(client, held):
    version = submitted(held)
    page = read_page(client, held.manager, held)
    assert page.status_code == 200
    mine = version.distributions.get(user=held.manager)
    assert (mine.opened_at, mine.acknowledged_at) == (None, None)


@pytest.mark.point("RPT-1")
def test_opened_and_read_are_posts_of_the_signed_in_reader(client, held):
    version = submitted(held)
    assert reverse("account_login") in client.post(url("report_acknowledge", held), {"version": 1}).url
    page = read_page(client, held.manager, held)
    assert 'hx-trigger="load"' in page.content.decode()
    assert client.post(url("report_opened", held), {"version": 1}).status_code == 204
    mine = version.distributions.get(user=held.manager)
    assert mine.opened_at is not None
    assert mine.acknowledged_at is None
    client.post(url("report_acknowledge", held), {"version": 1})
    mine.refresh_from_db()
    assert mine.acknowledged_at is not None
    assert "I have read it" not in client.get(url("report_detail", held)).content.decode()


@pytest.mark.point("RPT-2")
def test_the_link_of_the_mail_returns_to_the_report_after_logging_in(client, held):
    submitted(held)
    address = Notice.objects.filter(kind="report.submitted").first().url
    assert address == url("report_detail", held)
    answer = client.get(address)
    assert answer.status_code == 302
    assert f"next={address.replace('/', '%2F')}" in answer.url


@pytest.mark.point("RPT-3")
def test_the_page_is_small_and_begins_with_the_result(client, held):
    submitted(held)
    page = read_page(client, held.manager, held)
    shown = page.content.decode()
    assert len(page.content) < 150_000
    assert shown.index('class="facts') < shown.index("dt-cards")
    assert "of 3 participants" in shown


@pytest.mark.point("RPT-5")
def test_a_superseded_version_says_so_and_links_to_the_latest(client, held):
    submitted(held)
    report = written(held, course="Diperbaiki.")
    sign_in(client, held.pic)
    shown = freeze(report, number=2, now=held.training_session.ends_at).hash
    client.post(url("report_submit", held), {"content_hash": shown, "reason": "Jam diperbaiki"})
    page = read_page(client, held.manager, held)
    assert "Jam diperbaiki" in page.content.decode()
    assert url("report_version", held, 1) in page.content.decode()
    old = client.get(url("report_version", held, 1)).content.decode()
    assert "Superseded" in old
    assert TEXTS["course"] in old
    assert client.get(url("report_version", held, 9)).status_code == 302


def test_operation_elsewhere_reads_counts_without_names(client, held):
    submitted(held)
    foreign = make_user("operations", site=SiteFactory())
    sign_in(client, foreign)
    assert client.get(url("report_detail", held)).status_code == 404
    Distribution.objects.create(
        version=ReportVersion.objects.get(), party="operations", user=foreign, sent_at=held.training_session.ends_at
    )
    page = read_page(client, foreign, held).content.decode()
    assert "3 participants of other teams" in page
    for enrolment in held.enrolments:
        assert enrolment.person.name not in page
    leader = read_page(client, held.world.operations, held).content.decode()
    assert held.enrolments[0].person.name in leader


@pytest.mark.point("RPT-4")
def test_the_sender_sees_each_recipient_and_reminds_with_one_click(client, held):
    version = submitted(held)
    page = read_page(client, held.pic, held).content.decode()
    distribution = version.distributions.get(user=held.world.qc)
    assert reverse("recipient_remind", args=[distribution.uuid]) in page
    client.post(reverse("recipient_remind", args=[distribution.uuid]))
    assert Notice.objects.filter(kind="report.unread", recipient=held.world.qc).exists()
    other = read_page(client, held.world.qc, held).content.decode()
    assert reverse("recipient_remind", args=[distribution.uuid]) not in other
    assert 'id="summary"' not in other


@pytest.mark.point("RPT-6")
def test_the_sender_copies_the_summary_and_notes_the_group(client, held):
    submitted(held)
    sign_in(client, held.pic)
    client.post(url("report_share", held), {"group": "Grup Operasional"})
    page = read_page(client, held.pic, held).content.decode()
    assert "Grup Operasional" in page
    assert 'data-copy="#summary"' in page
    client.post(url("report_share", held), {"group": ""})
    assert page.count("Shared to group") == 1


def test_another_recipient_is_added_by_employee_number(client, held):
    submitted(held)
    more = make_user("qc")
    sign_in(client, held.manager)
    assert client.get(url("recipient_new", held)).status_code == 200
    long = client.post(url("recipient_new", held), {"party": "qc", "name": "x" * 200})
    assert list(long.context["form"].errors) == ["name"]
    wrong = client.post(url("recipient_new", held), {"party": "qc", "user": "tidak-ada"})
    assert wrong.context["form"].errors["user"]
    answer = client.post(url("recipient_new", held), {"party": "qc", "user": more.login})
    assert answer.url == url("report_detail", held)
    assert Distribution.objects.filter(user=more).exists()
    sign_in(client, held.world.qc)
    assert client.get(url("recipient_new", held)).status_code == 403


# --- Who may, how many queries -----------------------------------------------------------------------------


GETS = ["report_detail", "report_write", "report_submit", "recipient_new"]
POSTS = ["report_acknowledge", "report_opened", "report_share"]


@pytest.mark.parametrize("name", GETS + POSTS)
def test_nobody_without_role_or_scope_gets_in(client, held, name):
    submitted(held)
    call = client.get if name in GETS else client.post
    assert call(url(name, held)).status_code == 302
    sign_in(client, make_user("agent"))
    assert call(url(name, held)).status_code == 403
    sign_in(client, make_user("trainer", site=SiteFactory()))
    assert call(url(name, held)).status_code == 404
    sign_in(client, held.pic)
    wrong = client.delete if name in GETS else client.get
    assert wrong(url(name, held)).status_code == 405


def test_a_receipt_outside_the_scope_does_not_exist(client, held):
    distribution = submitted(held).distributions.first()
    sign_in(client, make_user("manager", site=SiteFactory()))
    assert client.post(reverse("recipient_remind", args=[distribution.uuid])).status_code == 404


def test_the_list_shows_receipts_and_needs_the_same_queries_for_more_rows(client, held):
    submitted(held)
    sign_in(client, held.manager)
    client.post(url("report_acknowledge", held), {"version": 1})
    client.get(reverse("report_list"))
    with CaptureQueriesContext(connection) as one:
        page = client.get(reverse("report_list"))
    sent = Distribution.objects.count()
    assert f"1 dari {sent}" in page.content.decode() or f"1 of {sent}" in page.content.decode()
    for _more in range(2):
        submitted(concluded(world=held.world, starts_at=held.training_session.starts_at + timedelta(days=7 + _more)))
    with CaptureQueriesContext(connection) as three:
        page = client.get(reverse("report_list"))
    assert len(page.context["table"].rows) == 3
    assert len(one) == len(three) <= 12
    client.logout()
    assert client.get(reverse("report_list")).status_code == 302
    sign_in(client, make_user("agent"))
    assert client.get(reverse("report_list")).status_code == 403


def test_the_report_needs_the_same_queries_for_more_participants(client, held):
    submitted(held)
    counts = []
    for each in (held, concluded(people=6, right=(5,) * 6)):
        if each is not held:
            submitted(each)
        sign_in(client, each.manager)
        client.get(url("report_detail", each))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url("report_detail", each)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1], counts
    assert counts[0] <= 20


# --- What the home asks ------------------------------------------------------------------------------------


@pytest.mark.point("DSH-3")
def test_what_waits_leaves_only_when_its_state_changes(held):
    now, report = held.training_session.ends_at + HOUR, report_of(held)
    writing, reading = reverse("report_write", args=[report.uuid]), reverse("report_detail", args=[report.uuid])
    assert writing in on_desk(held.pic, now)
    assert writing not in on_desk(held.pic, held.training_session.ends_at - 3 * HOUR)
    version = submitted(held)
    assert writing not in on_desk(held.pic, now)
    assert reading in on_desk(held.manager, now)
    services.acknowledge_report(version=version, actor=held.manager, now=now)
    assert reading not in on_desk(held.manager, now)
    assert TrainingReport.objects.visible_to(held.manager).count() == 1


def on_desk(user, now) -> set[str]:
    """Where the lines lead that wait for somebody at home."""
    return {each.item.url for each in waiting(Desk(user=user, now=now))}


def test_amending_a_report_with_deviations_keeps_its_budget_of_queries(client, held):
    Deviation.objects.create(
        training_session=held.training_session,
        kind="application",
        planned="Simulator",
        actual="Salindia",
        reason="Padam",
        reported_by=held.pic,
        reported_at=held.training_session.starts_at,
    )
    report = written(held)
    sign_in(client, held.pic)
    address = url("report_submit", held)
    client.post(address, {"content_hash": freeze(report, number=1, now=held.training_session.ends_at).hash})
    with counted() as queries:
        assert client.get(address).context["amends"]
    assert len(queries) <= 12, "\n".join(map(shown, queries))


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_part_of_more_than_ten_thousand_characters_is_refused_with_its_length_and_not_saved(client, held, headers):
    """4.3: the report is read by every party; what was typed stays on the page."""
    sign_in(client, held.pic)
    typed = {**TEXTS, "course": "a" * 10_001, "version": 1}
    answer = client.post(url("report_write", held), typed, headers=headers)
    assert answer.status_code == 422
    assert "10001" in answer.content.decode()
    assert report_of(held).course == ""


def test_who_submits_with_an_empty_score_sheet_is_warned(client):
    """4.3: nobody scored is said before the signature, and no share is made of it."""
    held = concluded(right=(None, None, None))
    sign_in(client, held.pic)
    page = client.get(url("report_submit", held)).content.decode()
    assert "Belum lengkap: 3." in page, "in the words of the report's own table"
    assert "0,0%" not in page


def test_the_standing_beside_a_notice_may_wrap_on_a_phone(client, held):
    submitted(held)
    sign_in(client, held.manager)
    page = client.get(reverse("inbox")).content.decode()
    said = [each.partition("</div>")[0] for each in page.split('<div class="task-why">')[1:]]
    standings = [each for each in said if "<svg" in each]
    assert standings and not any("nowrap" in each for each in standings)
