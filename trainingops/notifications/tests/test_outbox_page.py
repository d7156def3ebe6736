"""An administrator sees what could not be sent and can send it again (NTF-5)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from trainingops.audit.models import Entry
from trainingops.dashboard import desk
from trainingops.domain import NotAllowed, WrongState
from trainingops.notifications.enums import Channel, OutboxState
from trainingops.notifications.mail import send_outbox
from trainingops.notifications.models import OutboxMessage
from trainingops.notifications.registry import all_kinds
from trainingops.notifications.services import resend_message
from trainingops.people.tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.point("NTF-5")]


def message(state=OutboxState.FAILED):
    number = uuid.uuid4()
    return OutboxMessage.objects.create(
        subject_type="planning.TrainingPlan",
        subject=number,
        kind=KIND.name,
        address=f"{number.hex[:8]}@contoh.id",
        params=PARAMS,
        message_id=f"<{number}@trainingops>",
        state=state,
        not_before=timezone.now(),
        created_at=timezone.now(),
        attempts=8,
        error="SMTPRecipientsRefused: mailbox full",
    )


KIND = next(kind for kind in all_kinds() if kind.channel == Channel.MAIL)
PARAMS = {name.split(")")[0]: "1" for text in (str(KIND.title), str(KIND.body)) for name in text.split("%(")[1:]}


def test_failed_mails_stand_with_address_and_error_and_as_many_as_home_says(client):
    admin = make_user("administrator", language="en")
    failed = [message() for _ in range(3)]
    message(OutboxState.SENT)
    client.force_login(admin)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(reverse("outbox_list"))
    shown = answer.content.decode()
    assert all(each.address in shown for each in failed)
    assert "mailbox full" in shown
    assert len(answer.context["rows"]) == 3
    assert len(asked) <= 12
    (line,) = desk.waiting(desk.Desk(user=admin, now=timezone.now()))
    assert line.item.title.startswith("3 ")
    assert line.item.url == reverse("outbox_list")


def test_a_mail_that_waits_is_counted_and_shown_with_its_error_and_next_attempt(client):
    client.force_login(make_user("administrator", language="en"))
    page = client.get(reverse("outbox_list")).content.decode()
    assert "No mail failed" in page
    waiting = message(OutboxState.PENDING)
    OutboxMessage.objects.update(attempts=2, not_before=timezone.now() + timedelta(minutes=2))
    page = client.get(reverse("outbox_list")).content.decode()
    assert "No mail failed" not in page
    assert "0 mails could not be sent" in page
    assert "1 mail waits to be sent" in page
    assert waiting.address in page
    assert "mailbox full" in page
    assert "Next attempt:" in page
    assert reverse("outbox_resend", args=[waiting.uuid]) not in page


def test_a_mail_to_a_closed_account_is_no_failure_neither_on_home_nor_among_what_is_sent_again(client):
    admin, closed = make_user("administrator"), make_user("agent", email="tutup@contoh.id", is_active=False)
    waits = message(OutboxState.PENDING)
    OutboxMessage.objects.filter(pk=waits.pk).update(recipient=closed, error="", attempts=0)
    send_outbox(now=timezone.now())
    waits.refresh_from_db()
    assert (waits.state, waits.error) == (OutboxState.CLOSED, "")
    assert desk.waiting(desk.Desk(user=admin, now=timezone.now())) == []
    client.force_login(admin)
    assert client.get(reverse("outbox_list")).context["rows"] == []
    page = client.get(reverse("outbox_list"), {"state": "closed"}).content.decode()
    assert waits.address in page and "Akunnya sudah ditutup" in page
    assert reverse("outbox_resend", args=[waits.uuid]) not in page
    client.post(reverse("outbox_resend_all"))
    waits.refresh_from_db()
    assert waits.state == OutboxState.CLOSED


def test_a_mail_just_sent_again_waits_on_the_page_that_says_so(client):
    client.force_login(make_user("administrator", language="en"))
    failed = message()
    page = client.post(reverse("outbox_resend", args=[failed.uuid]), follow=True).content.decode()
    assert "1 mail waits to be sent" in page
    assert "It is sent next." in page
    assert "No mail failed" not in page


def test_sending_again_puts_the_message_back_under_its_id_and_journals_it(client):
    admin = make_user("administrator")
    failed = message()
    client.force_login(admin)
    assert client.post(reverse("outbox_resend", args=[failed.uuid])).status_code == 302
    again = OutboxMessage.objects.get(pk=failed.pk)
    assert (again.state, again.attempts, again.error) == (OutboxState.PENDING, 0, "")
    assert again.message_id == failed.message_id
    entry = Entry.objects.get(verb="mail.resent")
    assert failed.address not in entry.text
    assert desk.waiting(desk.Desk(user=admin, now=timezone.now())) == []


@pytest.mark.parametrize("state", [OutboxState.PENDING, OutboxState.SENT, OutboxState.CLOSED])
def test_only_a_failed_message_is_sent_again(state):
    with pytest.raises(WrongState):
        resend_message(message=message(state), actor=make_user("administrator"), now=timezone.now())


def test_only_an_administrator_sends_again(client):
    failed = message()
    with pytest.raises(NotAllowed):
        resend_message(message=failed, actor=make_user("manager"), now=timezone.now())
    assert client.get(reverse("outbox_list")).status_code == 302
    client.force_login(make_user("manager"))
    assert client.get(reverse("outbox_list")).status_code == 403
    assert client.post(reverse("outbox_resend", args=[failed.uuid])).status_code == 403
    client.force_login(make_user("administrator"))
    assert client.get(reverse("outbox_resend", args=[failed.uuid])).status_code == 405
    assert client.post(reverse("outbox_resend", args=[uuid.uuid4()])).status_code == 404


def test_all_that_a_search_shows_as_failed_is_sent_again_to_the_address_of_now(client):
    admin, moved = make_user("administrator", language="en"), make_user("agent", email="baru@contoh.id")
    first, second, other = message(), message(), message()
    OutboxMessage.objects.filter(pk=first.pk).update(address="lama@salah.id", recipient=moved)
    OutboxMessage.objects.filter(pk=second.pk).update(address="dua@salah.id")
    waits = message(OutboxState.PENDING)
    client.force_login(admin)
    page = client.get(reverse("outbox_list"), {"q": "salah.id"})
    assert len(page.context["rows"]) == 2 and "Send all 2 again" in page.content.decode()
    assert client.post(reverse("outbox_resend_all") + "?q=salah.id").status_code == 302
    assert set(OutboxMessage.objects.filter(state=OutboxState.FAILED)) == {other}
    again = OutboxMessage.objects.get(pk=first.pk)
    assert (again.address, again.message_id) == ("baru@contoh.id", first.message_id)
    assert Entry.objects.filter(verb="mail.resent").count() == 2
    waits.refresh_from_db()
    assert waits.attempts == 8
    client.force_login(make_user("manager"))
    assert client.post(reverse("outbox_resend_all")).status_code == 403
