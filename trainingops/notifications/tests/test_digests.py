"""One mail instead of many: the daily summary, and one for all that a sweep told somebody (NTF-2, NTF-3, DLN-3)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection, transaction

from trainingops.notifications.enums import Channel
from trainingops.notifications.mail import send_outbox
from trainingops.notifications.models import Notice, OutboxMessage, Preference
from trainingops.notifications.registry import DIGEST, NoticeKind
from trainingops.notifications.services import finish_bulk, notify, write_digests
from trainingops.notifications.services.digests import APART, PATIENCE, begin_bulk
from trainingops.people.models import RosterDay, ShiftCode
from trainingops.people.tests.factories import SiteFactory, UserFactory, make_agent

HOUR = timedelta(hours=1)
#: 07.00 in Jakarta on a Tuesday.
EARLY = datetime(2026, 11, 24, 0, tzinfo=UTC)

#: Known while a test of this module runs (`conftest.py`).
KINDS = [
    NoticeKind(name="test.daily", label="Daily", title="Told about %(what)s", channel=Channel.DIGEST),
    NoticeKind(name="test.trouble", label="Bad", title="Broken: %(what)s", channel=Channel.DIGEST, problem=True),
    NoticeKind(name="test.at_once", label="At once", title="Told at once: %(what)s"),
    NoticeKind(name="test.breach", label="Breach", title="Late: %(what)s", urgent=True, mandatory="because"),
]


@pytest.fixture
def reader(db):
    return UserFactory(email="reader@example.com", language="en")


def tell(reader, kind="test.daily", *, subject=None, now=EARLY - HOUR, what="rain", step="", bulk=False):
    subject = subject or SiteFactory()
    notify(
        kind=kind, recipients=[reader], subject=subject, url="/x/", now=now, params={"what": what}, step=step, bulk=bulk
    )
    return subject


@pytest.mark.point("NTF-2")
class TestDailySummary:
    def test_is_one_mail_at_eight_with_problems_first_and_one_line_an_object(self, reader):
        site = tell(reader, what="rain")
        tell(reader, what="sun", step="2", subject=site)
        tell(reader, what="wind")
        tell(reader, "test.trouble", what="roof")
        assert write_digests(now=EARLY) == 0
        assert write_digests(now=EARLY + HOUR) == 1
        assert write_digests(now=EARLY + 2 * HOUR) == 0
        send_outbox(now=EARLY + HOUR)
        (sent,) = mail.outbox
        assert sent.subject == "Summary of 24 November 2026: 1 problem, 2 other matters"
        lines = [line for line in sent.body.splitlines() if line.startswith("- ")]
        assert [line.split(" (")[0] for line in lines] == [
            "- Broken: roof",
            "- Told about wind",
            "- Told about sun",
        ]
        assert "1 earlier notice" in lines[2]
        assert all("24 November 2026 06.00 WIB" in line for line in lines)
        assert all(line[2:].split(" (")[0] in sent.alternatives[0][0] for line in lines)
        assert sent.extra_headers["Message-ID"] == f"<digest.20261124.{reader.uuid}@trainingops>"

    def test_is_silent_when_empty_and_keeps_what_comes_later_for_the_next_day(self, reader):
        tell(reader)
        assert write_digests(now=EARLY + HOUR) == 1
        send_outbox(now=EARLY + HOUR)
        assert mail.outbox[0].subject == "Summary of 24 November 2026: 1 matter"
        tell(reader, now=EARLY + 2 * HOUR)
        assert write_digests(now=EARLY + 3 * HOUR) == 0
        assert write_digests(now=EARLY + 25 * HOUR) == 1
        assert write_digests(now=EARLY + 49 * HOUR) == 0

    def test_after_an_outage_there_is_one_for_everybody(self, reader):
        for day in range(3):
            tell(reader, now=EARLY + day * 24 * HOUR)
        assert write_digests(now=EARLY + 3 * 24 * HOUR + 4 * HOUR) == 1
        assert OutboxMessage.objects.get().carried.count() == 3

    def test_waits_for_monday_and_for_the_day_after_work(self, reader):
        tell(reader, now=datetime(2026, 11, 27, 12, tzinfo=UTC))  # Friday 19.00
        for weekend in (datetime(2026, 11, 28, 3, tzinfo=UTC), datetime(2026, 11, 29, 3, tzinfo=UTC)):
            assert write_digests(now=weekend) == 0
        assert write_digests(now=datetime(2026, 11, 30, 12, tzinfo=UTC)) == 0  # Monday 19.00
        assert write_digests(now=datetime(2026, 12, 1, 1, tzinfo=UTC)) == 1

    @pytest.mark.point("NTF-3")
    def test_comes_when_the_shift_begins_and_not_on_a_day_off(self, db):
        person = make_agent(SiteFactory(timezone="Asia/Jayapura"))
        reader = UserFactory(email="a@example.com", person=person, timezone="Asia/Jayapura")
        late = ShiftCode.objects.create(code="S", name="Siang", starts_at="14:00", ends_at="22:00")
        off = ShiftCode.objects.create(code="L", name="Libur", is_working=False, kind="off")
        starts_at = datetime(2026, 11, 24, 5, tzinfo=UTC)  # 14.00 WIT
        for day, code, start in ((24, late, starts_at), (25, off, None)):
            RosterDay.objects.create(
                person=person, day=date(2026, 11, day), code=code, starts_at=start, ends_at=start and start + 8 * HOUR
            )
        tell(reader)
        assert write_digests(now=starts_at - timedelta(seconds=1)) == 0
        assert write_digests(now=starts_at) == 1
        tell(reader, now=starts_at + HOUR)
        assert write_digests(now=starts_at + 24 * HOUR) == 0

    def test_who_wants_none_reads_in_the_app(self, reader):
        Preference.objects.create(user=reader, kind=DIGEST.name, channel=Channel.APP)
        tell(reader)
        assert write_digests(now=EARLY + HOUR) == 0
        assert Notice.objects.get().channel == Channel.APP


@pytest.mark.point("DLN-3")
class TestBulk:
    def test_a_sweep_that_tells_one_person_much_sends_one_mail_and_the_inbox_keeps_all(self, reader):
        for number in range(50):
            tell(reader, "test.breach", what=str(number), bulk=True)
        assert not OutboxMessage.objects.exists()
        assert finish_bulk(now=EARLY) == 1
        send_outbox(now=EARLY)  # 07.00: a breach does not wait
        (sent,) = mail.outbox
        assert "And 10 more in your inbox." in sent.body
        assert "List-Unsubscribe" not in sent.extra_headers
        assert Notice.objects.visible_to(reader).count() == 50

    def test_one_notice_is_an_ordinary_mail(self, reader):
        site = tell(reader, "test.breach", bulk=True)
        assert finish_bulk(now=EARLY) == 1
        message = OutboxMessage.objects.get()
        assert (message.kind, message.subject, message.urgent) == ("test.breach", site.uuid, True)

    def test_what_the_sweep_finds_a_little_later_waits_and_a_dead_sweep_is_waited_for(self, reader):
        tell(reader, "test.breach", now=EARLY, bulk=True)
        assert write_digests(now=EARLY + timedelta(seconds=30)) == 0
        assert write_digests(now=EARLY + PATIENCE) == 1
        tell(reader, "test.breach", now=EARLY + PATIENCE, bulk=True)
        assert finish_bulk(now=EARLY + PATIENCE) == 0
        assert finish_bulk(now=EARLY + PATIENCE + APART) == 1

    def test_who_wants_no_summaries_gets_each_mail_that_they_chose_to_get_at_once(self, reader):
        Preference.objects.create(user=reader, kind=DIGEST.name, channel=Channel.APP)
        for what in ("rain", "sun"):
            tell(reader, "test.at_once", what=what, bulk=True)
            tell(reader, "test.breach", what=what, bulk=True)
        assert finish_bulk(now=EARLY) == 1
        kinds = sorted(OutboxMessage.objects.values_list("kind", flat=True))
        assert kinds == [DIGEST.name, "test.at_once", "test.at_once"], "what is mandatory comes together"
        assert not Notice.objects.waiting().exists()

    def test_it_takes_along_a_daily_summary_that_is_due(self, reader):
        tell(reader)
        tell(reader, "test.breach", bulk=True)
        assert finish_bulk(now=EARLY + 3 * HOUR) == 1
        message = OutboxMessage.objects.get()
        assert message.message_id.startswith("<digest.20261124.")
        assert message.carried.count() == 2

    def test_while_another_worker_tells_nobody_gathers(self, committed_db):
        reader = UserFactory(email="reader@example.com")
        tell(reader, "test.breach", bulk=True)

        def gather():
            try:
                return finish_bulk(now=EARLY)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                begin_bulk()
                assert pool.submit(gather).result(timeout=30) == 0
            assert pool.submit(gather).result(timeout=30) == 1

    def test_several_beats_at_once_write_one(self, committed_db):
        reader, workers = UserFactory(email="reader@example.com"), 4
        for _each in range(3):
            tell(reader)
        barrier = Barrier(workers)

        def sweep(_number):
            try:
                barrier.wait(timeout=30)
                return write_digests(now=EARLY + HOUR)
            finally:
                connection.close()

        with ThreadPoolExecutor(workers) as pool:
            assert sum(pool.map(sweep, range(workers))) == 1
        assert OutboxMessage.objects.get().carried.count() == 3
