"""A class of several days: its times, and what was missed of it meeting by meeting (clauses 5.3.1, 5.3.2)."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from reporting.content import Frozen, freeze
from reporting.evidence import report_payload
from reporting.reading import read
from reporting.services.telling import reader_words
from reporting.sharing import whatsapp_text
from reporting.sight import EVERYTHING
from reporting.tests.writing import submitted
from reporting.times import times_words
from sessions.models import RecoveryCase
from sessions.services import open_meeting
from sessions.tests.factories import absent, attend, end_session, opened
from trainingops.audit.journal import canonical
from trainingops.ui.moments import day_words, moment_words

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]


@pytest.fixture
def of_two_days():
    """Three people; the first missed both meetings."""
    held = opened(meetings=2)
    for meeting in held.training_session.meetings.order_by("starts_at"):
        if meeting != held.meeting:
            open_meeting(meeting=meeting, actor=held.pic, now=meeting.starts_at)
        attend(held, absent(held.enrolments[0]), meeting=meeting)
    end_session(held)
    return held


def test_each_missed_meeting_names_itself_and_its_own_case(of_two_days):
    held = of_two_days
    zone = held.training_session.site.zone
    cases = RecoveryCase.objects.filter(kind="recovery").select_related("meeting").order_by("meeting__starts_at")
    expected = [(moment_words(each.meeting.starts_at, zone, "short"), each.due_at) for each in cases]
    frozen = freeze(held.training_session.obligation.report, number=1, now=held.training_session.ends_at)
    missed = read(frozen, held.training_session, sight=EVERYTHING).missed
    assert [(each.meeting, each.due_at) for each in missed] == expected and len({at for _words, at in expected}) == 2
    data = frozen.data
    for each in data["recovery"]:
        del each["meeting"]
    old = read(Frozen(canonical(data)), held.training_session, sight=EVERYTHING).missed
    assert all(each.due_at for each in old), "a content of an earlier form stays readable"


def test_page_pdf_mail_and_messenger_say_every_day_of_a_class(of_two_days):
    held = of_two_days
    version = submitted(held)
    data = json.loads(version.content)
    reading = read(Frozen(version.content), held.training_session, sight=EVERYTHING)
    printed = str(report_payload(version, reading, sight=EVERYTHING, sent=[])["ident"])
    pasted = whatsapp_text(data, submitted_at=version.submitted_at, address="https://contoh.id/")
    mailed = reader_words(version, Frozen(version.content))["batch"]
    zone = held.training_session.site.zone
    for meeting in held.training_session.meetings.all():
        day = meeting.starts_at.astimezone(zone).date()
        assert all(day_words(day, "weekday") in each for each in (reading.times_words, printed, pasted))
        assert day_words(day, "dated") in mailed


def _content(*meetings):
    rows = [
        {"starts_at": start, "ends_at": end, "actual_starts_at": None, "actual_ends_at": None}
        for start, end in meetings
    ]
    return {"meetings": rows, "session": {"timezone": "Asia/Jakarta"}}


def test_a_meeting_across_midnight_names_the_day_of_its_end_and_a_long_class_its_first_and_last():
    across = _content(("2026-11-23T21:30:00+07:00", "2026-11-24T00:20:00+07:00"))
    assert times_words(across) == "Senin, 23 November 2026 21.30 WIB sampai 24 Nov 00.20 WIB"
    days = [datetime(2026, 11, day, 2).isoformat() + "+00:00" for day in (23, 24, 25, 26)]
    assert times_words(_content(*zip(days, days, strict=True))) == (
        "Senin, 23 November 2026 sampai Kamis, 26 November 2026, 4 pertemuan"
    )
