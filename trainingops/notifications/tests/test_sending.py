"""A retry never doubles a mail, a refusal says what to do, and what can wait waits for working hours (NTF-3, NTF-5)."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from django.core import mail
from django.utils import translation

from trainingops.notifications.enums import OutboxState
from trainingops.notifications.failures import remedy
from trainingops.notifications.mail import send_outbox
from trainingops.notifications.models import OutboxMessage
from trainingops.notifications.registry import NoticeKind
from trainingops.notifications.services import notify
from trainingops.people.models import RosterDay, ShiftCode
from trainingops.people.tests.factories import SiteFactory, UserFactory, make_agent
from trainingops.people.working import working_from
from trainingops.ui.stored import stored_moment

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
#: 20.00 in Jakarta on a Tuesday.
EVENING = datetime(2026, 11, 24, 13, tzinfo=UTC)
MORNING = datetime(2026, 11, 25, 1, tzinfo=UTC)

#: Known while a test of this module runs (`conftest.py`).
KINDS = [
    NoticeKind(name="test.calm", label="Calm", title="Begins %(at)s"),
    NoticeKind(name="test.hurry", label="Hurry", title="Begins %(at)s", urgent=True),
]


def tell(*readers, kind="test.calm", now=EVENING, **more):
    site = SiteFactory(timezone="Asia/Jayapura")
    params = {"at": stored_moment(now, site.zone)}
    notify(kind=kind, recipients=readers, subject=site, url="/x/", now=now, params=params, **more)


class Sink:
    """A mail server that keeps what it is given and then does what it is told."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.dies = False
        self.refuses = ""

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):
        self.kept.append(email.message_from_bytes(envelope.content)["Message-ID"])
        if self.dies:
            server.transport.close()
        return "250 kept"


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    kept = Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(kept, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield kept
    server.stop()


@pytest.mark.point("NTF-5")
class TestServer:
    def test_one_that_dies_after_data_gets_the_same_message_id_again(self, sink):
        tell(UserFactory(email="reader@example.com"), kind="test.hurry")
        sink.dies = True
        send_outbox(now=EVENING)
        message = OutboxMessage.objects.get()
        assert (message.state, sink.kept) == (OutboxState.PENDING, [message.message_id])
        sink.dies = False
        assert send_outbox(now=EVENING + timedelta(minutes=1)) == 1
        assert sink.kept == [message.message_id] * 2  # a mailbox shows it once
        message.refresh_from_db()
        assert message.state == OutboxState.SENT
        assert send_outbox(now=EVENING + HOUR) == 0

    @pytest.mark.parametrize(
        ("reply", "state", "says"),
        [
            ("550 5.1.1 no such user", OutboxState.FAILED, "correct it in the account"),
            ("452 4.2.2 mailbox full", OutboxState.PENDING, "mailbox is full"),
        ],
    )
    def test_what_it_refuses_for_good_fails_at_once_and_says_what_to_do(self, sink, reply, state, says):
        tell(UserFactory(email="reader@example.com"), kind="test.hurry")
        sink.refuses = reply
        send_outbox(now=EVENING)
        message = OutboxMessage.objects.get()
        assert message.state == state
        with translation.override("en"):
            assert says in remedy(message.error)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("SMTPAuthenticationError: (535, b'5.7.8 bad credentials')", "EMAIL_URL"),
        ("SMTPRecipientsRefused: {'a@b.id': (550, b'5.7.1 relaying denied')}", "for good"),
        ("SMTPSenderRefused: (451, b'4.3.0 try later', 'x')", "wait"),
        ("ConnectionRefusedError: [Errno 111] Connection refused", "could not be reached"),
    ],
)
def test_each_error_has_its_remedy(error, says):
    with translation.override("en"):
        assert says in remedy(error)


@pytest.mark.point("NTF-3")
class TestHours:
    def test_what_can_wait_waits_for_the_morning_and_what_cannot_goes(self):
        reader = UserFactory(email="reader@example.com", language="en")
        tell(reader)
        tell(reader, kind="test.hurry")
        tell(reader, urgent=True)
        assert send_outbox(now=EVENING) == 3
        assert len(mail.outbox) == 2
        assert mail.outbox[0].subject == "Begins 24 November 2026 22.00 WIT"
        waiting = OutboxMessage.objects.get(state=OutboxState.PENDING)
        assert (waiting.not_before, waiting.attempts) == (MORNING, 0)
        assert send_outbox(now=MORNING) == 1
        assert len(mail.outbox) == 3

    def test_each_reads_their_own_language_and_outsiders_indonesian(self):
        readers = [UserFactory(email=f"{code}@example.com", language=code) for code in ("id", "en")]
        tell(*readers, UserFactory(email="outside@example.com", language="en"), kind="test.hurry")
        OutboxMessage.objects.filter(address="outside@example.com").update(recipient=None, language="id")
        send_outbox(now=EVENING)
        foot = {sent.to[0].split("@")[0]: "Open it here" in sent.body for sent in mail.outbox}
        assert foot == {"id": False, "en": True, "outside": False}

    def test_the_roster_decides_where_there_is_one(self):
        person = make_agent(SiteFactory())
        reader = UserFactory(email="a@example.com", person=person)
        off = ShiftCode.objects.create(code="L", name="Libur", is_working=False, kind="off")
        late = ShiftCode.objects.create(code="S", name="Siang", starts_at="14:00", ends_at="22:00")
        begins = datetime(2026, 11, 26, 7, tzinfo=UTC)
        RosterDay.objects.create(person=person, day=date(2026, 11, 25), code=off)
        RosterDay.objects.create(
            person=person, day=date(2026, 11, 26), code=late, starts_at=begins, ends_at=begins + 8 * HOUR
        )
        assert working_from(reader, EVENING) == begins
        assert working_from(reader, begins + HOUR) == begins + HOUR
        # Behind the end of the roster the hours of the site hold.
        assert working_from(reader, begins + 8 * HOUR) == datetime(2026, 11, 27, 1, tzinfo=UTC)
