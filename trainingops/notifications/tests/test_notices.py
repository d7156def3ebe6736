"""Notices exactly once, mail at least once under one Message-ID, an inbox that GET does not change."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from trainingops.notifications.enums import Channel, OutboxState
from trainingops.notifications.mail import LEASE, MOST_ATTEMPTS, send_outbox
from trainingops.notifications.models import Notice, OutboxMessage
from trainingops.notifications.queries import mail_waits
from trainingops.notifications.registry import NoticeKind, get_kind, register_kind
from trainingops.notifications.services import forget_old, notify
from trainingops.people.tests.factories import SiteFactory, UserFactory

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)

#: Known while a test of this module runs (`conftest.py`).
KINDS = [
    NoticeKind(name="test.told", label="Told", title="Told about %(what)s", body="It is %(what)s."),
    NoticeKind(name="test.chapter", label="Chapter", title="Of a chapter", group="5.3"),
    NoticeKind(name="test.quiet", label="Quiet", title="Quiet", channel=Channel.APP),
]


@pytest.fixture
def reader(db):
    return UserFactory(email="reader@example.com", language="en")


@pytest.fixture
def site(db):
    return SiteFactory()


def tell(*people, subject, kind="test.told", **more):
    notify(kind=kind, recipients=people, subject=subject, url="/x/", now=NOW, params={"what": "rain"}, **more)


def test_each_recipient_gets_one_notice_and_one_mail(reader, site):
    tell(reader, reader, subject=site)
    tell(reader, subject=site)
    assert Notice.objects.count() == OutboxMessage.objects.count() == 1


def test_another_step_is_another_notice(reader, site):
    tell(reader, subject=site, step="1")
    tell(reader, subject=site, step="2")
    assert Notice.objects.count() == OutboxMessage.objects.count() == 2


def test_number_of_queries_does_not_depend_on_recipients(site, django_assert_num_queries):
    people = [UserFactory(email=f"p{n}@example.com") for n in range(30)]
    with django_assert_num_queries(3):
        tell(*people, subject=site)


def test_people_without_mail_or_with_a_closed_account(site):
    tell(UserFactory(email=""), UserFactory(email="gone@example.com", is_active=False), subject=site)
    assert Notice.objects.count() == 1
    assert not OutboxMessage.objects.exists()


def test_a_quiet_kind_sends_no_mail(reader, site):
    tell(reader, subject=site, kind="test.quiet")
    assert not OutboxMessage.objects.exists()


def test_unknown_kinds_fail_loudly(reader, site):
    with pytest.raises(LookupError, match="not registered"):
        tell(reader, subject=site, kind="test.nonsense")
    with pytest.raises(ValueError, match="twice"):
        register_kind(NoticeKind(name="test.told", label="Other", title="Other"))
    assert get_kind("test.told").channel == Channel.MAIL


def test_mail_has_the_same_words_as_text_and_html_and_no_credential(reader, site):
    tell(reader, subject=site)
    message = OutboxMessage.objects.get()
    assert send_outbox(now=NOW) == 1
    (sent,) = mail.outbox
    assert sent.subject == "Told about rain"
    assert sent.extra_headers["Message-ID"] == message.message_id
    html = sent.alternatives[0][0]
    for text in (sent.body, html):
        assert "It is rain." in text
        assert "http://localhost:8000/x/" in text
        assert "token" not in text
    message.refresh_from_db()
    assert (message.state, message.sent_at) == (OutboxState.SENT, NOW)
    assert send_outbox(now=NOW) == 0


def test_a_sender_that_died_is_replaced_after_its_lease(reader, site):
    tell(reader, subject=site)
    OutboxMessage.objects.update(lease_until=NOW + LEASE)
    assert not mail_waits(now=NOW)
    assert send_outbox(now=NOW) == 0
    assert mail_waits(now=NOW + LEASE + timedelta(seconds=1))
    assert send_outbox(now=NOW + LEASE + timedelta(seconds=1)) == 1


def test_failures_are_retried_later_and_kept_at_last(reader, site, monkeypatch):
    def refuse(*args, **kwargs):
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
    tell(reader, subject=site)
    now = NOW
    for attempt in range(MOST_ATTEMPTS):
        assert send_outbox(now=now) == 1
        assert send_outbox(now=now) == 0
        now += timedelta(minutes=2**attempt)
    message = OutboxMessage.objects.get()
    assert (message.state, message.attempts) == (OutboxState.FAILED, MOST_ATTEMPTS)
    assert "gone" in message.error


def test_nobody_is_written_to_after_leaving(reader, site):
    tell(reader, subject=site)
    reader.is_active = False
    reader.save()
    send_outbox(now=NOW)
    assert mail.outbox == []
    assert OutboxMessage.objects.get().state == OutboxState.CLOSED


class TestInbox:
    def test_shows_one_s_own_notices(self, client, reader, site):
        tell(reader, UserFactory(), subject=site)
        client.force_login(reader)
        text = client.get(reverse("inbox")).content.decode()
        assert text.count("Told about rain") >= 1
        assert Notice.objects.unread().count() == 2

    def test_opening_is_a_post_that_leads_to_the_matter(self, client, reader, site):
        tell(reader, subject=site)
        notice = Notice.objects.get()
        client.force_login(reader)
        url = reverse("notice_open", args=[notice.uuid])
        assert client.get(url).status_code == 405
        answer = client.post(url)
        assert (answer.status_code, answer["Location"]) == (302, "/x/")
        notice.refresh_from_db()
        assert notice.read_at

    def test_somebody_else_s_notice_does_not_exist(self, client, reader, site):
        tell(reader, subject=site)
        client.force_login(UserFactory())
        assert client.post(reverse("notice_open", args=[Notice.objects.get().uuid])).status_code == 404

    def test_marking_all_as_read(self, client, reader, site):
        tell(reader, subject=site)
        client.force_login(reader)
        assert client.get(reverse("notices_read")).status_code == 405
        client.post(reverse("notices_read"))
        assert not Notice.objects.unread().exists()
        assert "Told" not in client.get(reverse("inbox"), {"show": "unread"}).content.decode()

    def test_anonymous_is_sent_to_sign_in(self, client, db):
        answer = client.get(reverse("inbox"))
        assert answer.status_code == 302
        assert "next=/inbox/" in answer["Location"].replace("%2F", "/")

    @pytest.mark.parametrize("rows", [1, 3])
    def test_queries_do_not_grow(self, client, reader, rows, django_assert_num_queries):
        for _ in range(rows):
            tell(reader, subject=SiteFactory())
        client.force_login(reader)
        with django_assert_num_queries(6):
            client.get(reverse("inbox"))


class TestFilters:
    def test_counts_equal_what_they_lead_to_and_only_the_filter_is_marked_as_read(self, client, reader, site):
        for step in ("1", "2"):
            tell(reader, subject=site, step=step, kind="test.chapter")
        tell(reader, subject=site)
        client.force_login(reader)
        page = client.get(reverse("inbox"), {"group": "5.3"})
        counts = {choice.key: choice.count for choice in page.context["chosen"].groups}
        assert counts == {"": 3, "5.3": 2}
        assert len(page.context["rows"]) == 2
        answer = client.post(reverse("notices_read") + "?group=5.3", {"until": NOW.isoformat()})
        assert answer["Location"] == "/inbox/?group=5.3"
        assert Notice.objects.unread().get().kind == "test.told"

    def test_what_came_after_the_page_was_drawn_stays_unread(self, client, reader, site):
        tell(reader, subject=site)
        client.force_login(reader)
        client.post(reverse("notices_read"), {"until": (NOW - timedelta(minutes=1)).isoformat()})
        assert Notice.objects.unread().exists()

    def test_one_is_marked_as_read_in_its_place(self, client, reader, site):
        tell(reader, subject=site)
        client.force_login(reader)
        url = reverse("notice_read", args=[Notice.objects.get().uuid])
        assert client.get(url).status_code == 405
        assert client.post(f"{url}?show=unread")["Location"] == "/inbox/?show=unread"
        assert not Notice.objects.unread().exists()
        client.force_login(UserFactory())
        assert client.post(url).status_code == 404


def test_what_is_older_than_two_years_goes_but_not_what_could_not_be_sent(reader, site):
    for state in (OutboxState.SENT, OutboxState.CLOSED, OutboxState.FAILED):
        tell(reader, subject=site, step=state)
        OutboxMessage.objects.filter(step=state).update(state=state)
    assert forget_old(now=NOW + timedelta(days=730)) == 0
    assert forget_old(now=NOW + timedelta(days=733)) == 5
    assert OutboxMessage.objects.get().step == "failed"
