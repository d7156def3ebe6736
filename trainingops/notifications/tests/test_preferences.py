"""What somebody wants to be told, and how; mails of a kind switched off from a mail (NTF-1, NTF-4)."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from trainingops.audit.models import Entry
from trainingops.domain import Refused
from trainingops.notifications.enums import Channel
from trainingops.notifications.mail import send_outbox
from trainingops.notifications.models import Notice, OutboxMessage, Preference
from trainingops.notifications.queries import channels_of, kinds_for
from trainingops.notifications.registry import DIGEST, NoticeKind, all_kinds, get_kind
from trainingops.notifications.services import choose_channels, notify, stop_mails
from trainingops.people.enums import Role
from trainingops.people.tests.factories import SiteFactory, make_user
from trainingops.ui.navigation import GROUPS

pytestmark = pytest.mark.django_db
OURS = [kind for kind in all_kinds() if kind != DIGEST and not kind.name.startswith("test.")]

#: Known while a test of this module runs (`conftest.py`).
KINDS = [
    NoticeKind(name="test.free", label="Free", title="Told about %(what)s"),
    NoticeKind(name="test.must", label="Must", title="Must", mandatory="the law says so"),
]


@pytest.fixture
def reader():
    return make_user("trainer", email="reader@example.com", language="en")


def tell(reader, kind="test.free"):
    notify(
        kind=kind,
        recipients=[reader],
        subject=SiteFactory(),
        url="/x/",
        now=timezone.now(),
        params={"what": "rain"},
        urgent=True,
    )


def sent_to(reader, kind="test.free"):
    """The mail that goes to ``reader`` about a notice of this kind."""
    tell(reader, kind)
    send_outbox(now=timezone.now())
    return mail.outbox[-1]


def path_in(sent):
    return re.search(r"<https?://[^/]+(/[^>]+)>", sent.extra_headers["List-Unsubscribe"]).group(1)


def test_every_kind_of_the_house_has_a_chapter_and_roles_that_exist():
    for kind in OURS:
        assert kind.group in {each.key for each in GROUPS}, kind.name
        assert set(kind.roles or ()) <= set(Role.values), kind.name


@pytest.mark.point("NTF-1")
class TestChoosing:
    url = "/account/notices/"

    def test_the_page_offers_what_can_reach_the_reader_and_says_why_the_rest_is_fixed(self, client, reader):
        client.force_login(reader)
        page = client.get(self.url).content.decode()
        assert 'name="report.recap"' in page
        assert not any(f'name="report.{each}"' in page for each in ("breached", "reminder", "unread"))
        assert "the procedure asks for it (5.3.2)" in page
        assert "plan_submitted" not in page and str(get_kind("coaching.made").label) not in page

    def test_one_form_keeps_every_choice_and_only_what_differs(self, client, reader):
        client.force_login(reader)
        given = {"report.recap": "digest", "plan_commented": "digest", "plan_approved": "off"}
        assert client.post(self.url, given).status_code == 302
        kept = dict(Preference.objects.values_list("kind", "channel"))
        assert kept == {"report.recap": "digest", "plan_approved": "off", DIGEST.name: "app"}
        assert Entry.objects.filter(verb="notices.chosen").count() == 1
        client.post(self.url, {"report.recap": "mail", "summaries": "on"})
        assert dict(Preference.objects.values_list("kind", "channel")) == {"plan_approved": "off"}

    def test_an_unknown_channel_is_refused_with_a_remedy(self, client, reader):
        client.force_login(reader)
        answer = client.post(self.url, {"report.recap": "pigeon"})
        assert answer.status_code == 422
        assert not Preference.objects.exists()

    def test_what_is_mandatory_is_refused_whoever_asks(self, reader):
        with pytest.raises(Refused, match="the law says so"):
            choose_channels(user=reader, channels={"test.must": "off"}, summaries=True, now=timezone.now())
        Preference.objects.create(user=reader, kind="test.must", channel=Channel.OFF)
        assert channels_of(get_kind("test.must"), [reader.pk]) == {reader.pk: Channel.MAIL}

    @pytest.mark.parametrize(
        ("channel", "in_inbox", "mails"), [("app", 1, 0), ("mail", 1, 1), ("digest", 1, 0), ("off", 0, 0)]
    )
    def test_each_channel_does_what_it_says(self, client, reader, channel, in_inbox, mails):
        choose_channels(user=reader, channels={"test.free": channel}, summaries=True, now=timezone.now())
        tell(reader)
        assert Notice.objects.visible_to(reader).count() == in_inbox
        assert OutboxMessage.objects.count() == mails
        assert Notice.objects.count() == 1  # a sweep sees what it has told
        client.force_login(reader)
        shown = client.get(reverse("inbox")).content.decode()
        assert ("Told about rain" in shown) == bool(in_inbox)

    def test_a_mandatory_kind_cannot_wait_for_a_summary(self):
        with pytest.raises(ValueError, match="mandatory"):
            NoticeKind(name="x", label="x", title="x", mandatory="y", channel=Channel.DIGEST)

    @pytest.mark.parametrize("role", ["agent", "client"])
    def test_who_only_takes_part_is_not_offered_the_offices_kinds(self, role):
        names = {kind.name for kind in kinds_for({role})}
        assert not names & {"plan_submitted", "deviation_reported", "action.assigned", "report.reminder"}


@pytest.mark.point("NTF-4")
class TestUnsubscribing:
    def test_a_get_changes_nothing_and_a_post_without_session_or_token_stops_the_mails(self, reader):
        sent = sent_to(reader)
        assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        path, client = path_in(sent), Client(enforce_csrf_checks=True)
        assert all(path in text for text in (sent.body, sent.alternatives[0][0]))
        page = client.get(path)
        assert page.status_code == 200 and b"<form" in page.content and page.headers["Content-Language"] == "en"
        assert not Preference.objects.exists()
        answer = client.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200 and "still stand in the inbox" in answer.content.decode()
        client.post(path)
        assert Entry.objects.filter(verb="notices.mails_stopped").count() == 1
        tell(reader)
        assert OutboxMessage.objects.count() == 1
        assert Notice.objects.visible_to(reader).count() == 2
        assert "_auth_user_id" not in client.session

    def test_there_is_a_way_back(self, reader):
        path, client = path_in(sent_to(reader)), Client()
        client.post(path)
        assert client.post(path, {"again": "1"}).status_code == 200
        tell(reader)
        assert OutboxMessage.objects.count() == 2

    @pytest.mark.parametrize(
        ("chosen", "stopped", "again"),
        [("off", "off", "off"), ("app", "app", "mail"), ("digest", "app", "digest"), ("mail", "app", "mail")],
    )
    def test_an_old_mail_never_turns_a_kind_on_and_the_way_back_leads_where_it_was(
        self, reader, chosen, stopped, again
    ):
        path, client = path_in(sent_to(reader)), Client()
        choose_channels(user=reader, channels={"test.free": chosen}, summaries=True, now=timezone.now())

        def channel():
            return channels_of(get_kind("test.free"), [reader.pk])[reader.pk]

        page = client.post(path).content.decode()
        assert channel() == stopped
        offered = re.search(r'name="again" value="(\w+)"', page)
        assert bool(offered) == (chosen in ("digest", "mail"))
        client.post(path, {"again": offered.group(1) if offered else "off"})
        assert channel() == again

    def test_a_mandatory_kind_has_no_link_and_a_signed_one_is_refused_with_words(self, reader):
        from trainingops.notifications import unsubscribing

        assert "List-Unsubscribe" not in sent_to(reader, "test.must").extra_headers
        forged = unsubscribing.signing.dumps([reader.uuid.hex, "test.must"], salt=unsubscribing._SALT)
        for method in ("get", "post"):
            answer = getattr(Client(), method)(reverse("unsubscribe", args=[forged]))
            assert answer.status_code == 409 and "the law says so" in answer.content.decode()
        with pytest.raises(Refused):
            stop_mails(user=reader, kind="test.must", now=timezone.now())

    def test_what_we_did_not_sign_for_this_purpose_is_nothing(self, reader):
        from django.core import signing

        other = signing.dumps([reader.uuid.hex, "test.free"], salt="something else")
        cut = path_in(sent_to(reader))[:-5] + "/"
        for path in (reverse("unsubscribe", args=[other]), cut):
            assert Client().post(path).status_code == 404
        assert not Preference.objects.exists()

    def test_recipients_without_account_get_no_link(self, reader):
        tell(reader)
        OutboxMessage.objects.update(recipient=None)
        send_outbox(now=timezone.now())
        assert "List-Unsubscribe" not in mail.outbox[0].extra_headers
        assert reverse("notice_preferences") not in mail.outbox[0].body
