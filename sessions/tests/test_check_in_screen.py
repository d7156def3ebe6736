"""The check-in screen of a class: the server's code, who came, and who may show it (ATT-1, ATT-3)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse

from sessions.models import SessionMeeting, TrainingSession
from sessions.services import record_attendance
from sessions.tests.factories import START, absent, opened
from sessions.tests.test_check_in_pages import account, code_of, confirm, read, scan, visitor
from trainingops.people.tests.factories import SiteFactory, make_user
from trainingops.tests.counting import counted, shown

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def pic_page(held, name, at):
    return read(visitor(held.pic), at, reverse(name, args=[held.meeting.uuid])).content.decode()


@pytest.mark.point("ATT-1")
def test_the_screen_shows_the_servers_code_whatever_the_laptops_clock_says():
    """Nothing on the page is computed by the browser: code, QR and clock come from the server, ever anew."""
    held = opened()
    client, url = visitor(held.pic), reverse("meeting_kiosk", args=[held.meeting.uuid])
    page = read(client, START + 2 * MINUTE, url).content.decode()
    code = code_of(held, START + 2 * MINUTE)
    assert f"<span>{code[:3]}</span> <span>{code[3:]}</span>" in page
    assert "testserver/h/" in page and "<svg" in page and "09.02" in page and "WIB" in page
    assert '<noscript><meta http-equiv="refresh" content="5">' in page and 'hx-trigger="every 5s"' in page
    with time_machine.travel(START + 3 * MINUTE, tick=False):
        part = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "Date" not in (settings.BASE_DIR / "static/js/kiosk.js").read_text(encoding="utf-8")
    assert "<html" not in part and code_of(held, START + 3 * MINUTE)[:3] in part


def test_the_screen_counts_who_came_and_names_nobody():
    held = opened()
    client = visitor(account(held))
    scan(client, held, START)
    confirm(client, START)
    record_attendance(meeting=held.meeting, cell=absent(held.enrolments[1]), actor=held.pic, now=START)
    page = pic_page(held, "meeting_kiosk", START)
    assert re.search(r"<b>1</b>\s*of 3 have checked in", page)
    assert not any(each.person.name in page or each.person.employee_no in page for each in held.enrolments)


@pytest.mark.parametrize("look", ["light", "dark", "plaid"])
def test_the_screen_is_light_or_dark_as_the_room_needs_it(look):
    held = opened()
    page = read(visitor(held.pic), START, reverse("meeting_kiosk", args=[held.meeting.uuid]) + f"?look={look}")
    assert f'data-bs-theme="{look if look != "plaid" else "auto"}"' in page.content.decode()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("planned", "appears here when the trainer begins"),
        ("concluded", "Checking in is over"),
        ("cancelled", "was cancelled"),
        ("open", "The planned end is over"),
    ],
)
def test_the_screen_of_a_meeting_that_takes_no_check_in_shows_no_code(state, said):
    held = opened()
    times = {"concluded": {"actual_starts_at": START, "actual_ends_at": START + MINUTE}}.get(state, {})
    times |= {"starts_at": START - 2 * MINUTE, "ends_at": START} if state == "open" else {}
    SessionMeeting.objects.update(state=state, **times)
    page = pic_page(held, "meeting_kiosk", START)
    assert said in page and "<svg viewBox" not in page and "kiosk-code" not in page


def test_the_screen_is_for_who_runs_the_class():
    held = opened()
    url = reverse("meeting_kiosk", args=[held.meeting.uuid])
    colleague = make_user("trainer", site=held.training_session.site, line=held.training_session.line)
    assert read(visitor(colleague), START, url).status_code == 403
    assert read(visitor(make_user("trainer", site=SiteFactory())), START, url).status_code == 404
    assert read(visitor(held.manager), START, url).status_code == 403
    assert read(visitor(), START, url).status_code == 302


@pytest.mark.parametrize("people", [3, 30])
def test_the_screen_renews_itself_by_few_queries(people):
    held = opened(people=people)
    client = visitor(held.pic)
    with time_machine.travel(START, tick=False), counted() as queries:
        client.get(reverse("meeting_kiosk", args=[held.meeting.uuid]), headers={"HX-Request": "true"})
    assert len(queries) <= 8, "\n".join(map(shown, queries))


def test_roll_and_session_lead_to_the_screen_while_the_meeting_is_open():
    held = opened()
    url = reverse("meeting_kiosk", args=[held.meeting.uuid])
    session = reverse("session_detail", args=[held.training_session.uuid])
    client = visitor(held.pic)
    assert url in pic_page(held, "meeting_roll", START) and url in read(client, START, session).content.decode()
    TrainingSession.objects.update(state="concluded")
    assert url not in pic_page(held, "meeting_roll", START)
