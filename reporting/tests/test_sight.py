"""Names and scores of one's own people, counts of the others: on every surface of a report (clause 5.3.2, RPT)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from planning.models import PlanRecipient
from reporting import drawing, services
from reporting.evidence import COPY
from reporting.models import ReportVersion
from reporting.queries import COPY_MAIL
from reporting.receipts import receipts_of
from reporting.tests.places import with_somebody_elsewhere
from reporting.tests.writing import HOUR, hash_of, report_of, send, submitted, written
from trainingops.domain import NotAllowed, Refused
from trainingops.notifications.mail import as_mail
from trainingops.notifications.models import Notice, OutboxMessage
from trainingops.people.tests.factories import SiteFactory, TeamFactory, make_user, sign_in
from trainingops.records.models import EvidenceRecord, EvidenceRequest
from trainingops.records.services import produce_record
from trainingops.tests.counting import counted

_minutes = count()
pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]


@pytest.fixture
def other(held):
    return with_somebody_elsewhere(held)


@pytest.fixture
def version(held, other):
    with time_machine.travel(held.training_session.ends_at + 3 * HOUR, tick=False):
        yield submitted(held)


@pytest.fixture
def paper(monkeypatch):
    """The page that would be drawn, instead of a PDF."""
    monkeypatch.setattr(drawing, "draw_outside", lambda page, stylesheet: page.encode())


def hidden_from(held, other):
    """What nobody at the other place may read: names and numbers of the people of the first place."""
    return [each.person.name for each in held.enrolments if each != other.enrolment]


@pytest.mark.parametrize("role", ["operations", "leader"])
def test_operation_and_team_leader_of_another_place_read_their_own_people_on_page_pdf_and_difference(
    client, held, other, version, paper, role
):
    reader = getattr(other, role)
    sign_in(client, reader)
    report = version.report
    own = other.enrolment.person.name
    page = client.get(reverse("report_detail", args=[report.uuid]))
    copy = client.get(reverse("report_copy", args=[report.uuid, 1]))
    send(written(held, course="Lain."), held.pic, now=timezone.now(), reason="Kalimat diperbaiki.")
    changed = client.get(reverse("report_difference", args=[report.uuid, 1, 2]))
    for answer in (page, copy, changed):
        assert answer.status_code == 200
        for name in hidden_from(held, other):
            assert name not in answer.content.decode()
    assert own in page.content.decode() and own in copy.content.decode()
    assert page.context["reading"].results_elsewhere == 2
    assert "Lain." in changed.content.decode()
    assert page.context["version"].record_uuid is None, "the sealed record names everybody"


def test_record_notices_and_mails_hold_no_name_that_a_reader_may_not_see(held, other, version):
    for user in (other.operations, other.leader):
        assert not EvidenceRecord.objects.visible_to(user).exists()
        assert not EvidenceRequest.objects.visible_to(user).filter(kind="report").exists()
    told = [str(each.params) for each in Notice.objects.all()] + [
        as_mail(each).message().as_string() for each in OutboxMessage.objects.exclude(kind=COPY_MAIL)
    ]
    for enrolment in held.enrolments:
        assert not any(enrolment.person.name in each for each in told)


@pytest.mark.parametrize("party", ["client", "sso_training"])
def test_a_recipient_without_account_gets_a_sealed_copy_with_counts_and_no_names(held, other, party):
    PlanRecipient.objects.create(revision=held.plan.approved_revision, party=party, name="Ibu Tari", email="t@luar.id")
    version = submitted(held)
    request = EvidenceRequest.objects.get(kind="report_copy", subject=version.uuid)
    assert not OutboxMessage.objects.filter(kind=COPY_MAIL).exists(), "the mail follows the PDF"
    record = produce_record(request=request, now=version.submitted_at + HOUR)
    (mail,) = OutboxMessage.objects.filter(kind=COPY_MAIL)
    message = as_mail(mail)
    (attached,) = message.attachments
    assert attached.get_filename() == f"{record.number}.pdf" and attached.get_payload(decode=True)[:4] == b"%PDF"
    payload = json.loads(record.payload.text)["data"]
    assert payload["results"] == [] and payload["groups"][-1]["target"] == "3"
    for enrolment in held.enrolments:
        assert enrolment.person.name not in record.payload.text
        assert str(enrolment.person.uuid) not in record.payload.text


def test_the_manager_lets_the_client_read_the_names_of_one_line_and_ends_it_again(client, held, other):
    reader = make_user("client", line=held.plan.line)
    now = held.training_session.ends_at
    with pytest.raises(NotAllowed):
        services.decide_client_names(line=held.plan.line, shown=True, reason="x", actor=held.world.qc, now=now)
    with pytest.raises(Refused) as refused:
        services.decide_client_names(line=held.plan.line, shown=True, reason=" ", actor=held.manager, now=now)
    assert refused.value.field == "reason"
    sign_in(client, held.manager)
    address = reverse("client_names_set", args=[held.plan.line.uuid])
    assert client.post(address, {"reason": "Perjanjian pasal 7"}).url == reverse("client_names")
    PlanRecipient.objects.create(revision=held.plan.approved_revision, party="client", user=reader)
    report = submitted(held).report
    sign_in(client, reader)
    page = client.get(reverse("report_detail", args=[report.uuid])).content.decode()
    assert all(name in page for name in hidden_from(held, other))
    assert other.enrolment.person.name not in page, "of another line"
    sign_in(client, held.manager)
    client.post(address, {"reason": "Perjanjian berakhir"})
    sign_in(client, reader)
    page = client.get(reverse("report_detail", args=[report.uuid])).content.decode()
    assert not any(name in page for name in hidden_from(held, other))
    assert "dari tim lain" not in page, "no team is theirs"
    assert held.world.qc.name not in page and "Quality Control" in page, "parties, as in their PDF, not people"


def test_who_is_manager_of_some_of_its_sites_opens_no_names_of_a_whole_line(client, held):
    line = held.plan.line
    TeamFactory(site=SiteFactory(), line=line)
    here = make_user("manager", site=held.plan.site, line=line)
    with pytest.raises(NotAllowed):
        services.decide_client_names(line=line, shown=True, reason="Pasal 7", actor=here, now=moment())
    sign_in(client, here)
    address = reverse("client_names_set", args=[line.uuid])
    assert client.get(address).status_code == 404
    assert address not in client.get(reverse("client_names")).content.decode()


def to_client(version, name, address=""):
    """Send a version to a client without account, a moment after what was done before."""
    now = moment()
    services.add_recipient(
        version=version, party="client", name=name, address=address, actor=version.submitted_by, now=now
    )


def decide(held, shown):
    services.decide_client_names(line=held.plan.line, shown=shown, reason="Pasal 7", actor=held.manager, now=moment())


def moment():
    """Later each time it is asked, in 2027."""
    return datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=next(_minutes))


def test_a_copy_stays_whose_it_was_when_names_are_allowed_and_gives_way_when_they_are_taken_back(held):
    version, name = submitted(held), held.enrolments[1].person.name

    def names_read():
        for each in EvidenceRequest.objects.filter(kind=COPY, state="pending"):
            produce_record(request=each, now=moment())
        receipts = receipts_of(version, sender=held.pic)
        return {each.row.name: each.copy and name in each.copy.payload.text for each in receipts if not each.row.user}

    to_client(version, "Ibu Dini")
    assert names_read() == {"Ibu Dini": False}
    decide(held, shown=True)
    assert names_read() == {"Ibu Dini": False}, "a copy was promised and is theirs"
    to_client(version, "Pak Wira", "wira@contoh.id")
    assert names_read() == {"Ibu Dini": False, "Pak Wira": True}
    (named,) = OutboxMessage.objects.filter(kind=COPY_MAIL)
    decide(held, shown=False)
    assert names_read() == {"Ibu Dini": False, "Pak Wira": False}
    (mail,) = OutboxMessage.objects.filter(kind=COPY_MAIL)
    assert mail.params["record"] != named.params["record"], "nothing with names is mailed any more"
    decide(held, shown=True)
    assert names_read() == {"Ibu Dini": False, "Pak Wira": False}


def test_names_taken_back_before_their_copy_was_sealed_are_mailed_to_nobody(held):
    version = submitted(held)
    decide(held, shown=True)
    to_client(version, "Pak Wira", "wira@contoh.id")
    decide(held, shown=False)
    named, counts = EvidenceRequest.objects.filter(kind=COPY).order_by("pk")
    assert produce_record(request=named, now=moment()) and not OutboxMessage.objects.filter(kind=COPY_MAIL).exists()
    copy = produce_record(request=counts, now=moment())
    assert OutboxMessage.objects.get(kind=COPY_MAIL).params["record"] == str(copy.uuid)
    assert held.enrolments[1].person.name not in copy.payload.text


def test_the_writer_previews_mail_page_and_pdf_as_each_recipient_gets_them(client, held, other, paper):
    report = written(held)
    with time_machine.travel(held.training_session.ends_at + 2 * HOUR, tick=False):
        sign_in(client, held.pic)
        page = client.get(reverse("report_preview", args=[report.uuid]))
        leader = next(key for key, words in page.context["choices"] if words.startswith(other.leader.name))
        for key, words in page.context["choices"]:
            with counted() as queries:
                client.get(reverse("report_preview", args=[report.uuid]), {"recipient": key})
            assert len(queries) <= 12, "\n".join([words, *queries])
        shown = client.get(reverse("report_preview", args=[report.uuid]), {"recipient": leader})
        pdf = client.get(reverse("report_preview_pdf", args=[report.uuid]), {"recipient": leader})
        assert hash_of(report) == hash_of(report_of(held)), "a preview changes nothing"
    mail = shown.context["mail"]
    assert mail.to == [other.leader.email]
    figures = ("3", "1")
    assert all(each in mail.body and each in shown.context["mail_html"] for each in figures)
    for name in hidden_from(held, other):
        assert name not in shown.content.decode() and name not in pdf.content.decode()
    assert other.enrolment.person.name in shown.content.decode()
    assert not ReportVersion.objects.exists() and not OutboxMessage.objects.filter(kind="report.submitted").exists()


def test_the_preview_of_a_mail_to_somebody_without_account_is_the_mail_that_goes_out(client, held):
    """RPT: the same words and the address at which the copy is checked; number and code are made with the PDF."""
    PlanRecipient.objects.create(revision=held.plan.approved_revision, party="client", name="Tari", email="t@luar.id")
    report = written(held)
    with time_machine.travel(held.training_session.ends_at + 2 * HOUR, tick=False):
        sign_in(client, held.pic)
        preview = reverse("report_preview", args=[report.uuid])
        shown = client.get(preview, {"recipient": "client:t@luar.id"}).context["mail"]
    version = submitted(held)
    record = produce_record(request=EvidenceRequest.objects.get(kind="report_copy"), now=version.submitted_at)
    sent = as_mail(OutboxMessage.objects.get(kind=COPY_MAIL)).body
    sent = sent.replace(record.number, f"{record.number[:9]}…").replace(record.verify_code, "…")
    assert (shown.to, shown.body) == (["t@luar.id"], sent)


@pytest.mark.parametrize("role", ["operations", "leader"])
def test_the_class_itself_is_open_to_whose_people_are_in_it_and_names_no_others(client, held, other, role):
    sign_in(client, getattr(other, role))
    answer = client.get(reverse("session_detail", args=[held.training_session.uuid]))
    assert answer.url == reverse("session_own", args=[held.training_session.uuid])
    page = client.get(answer.url)
    day = timezone.localdate(held.training_session.starts_at)
    for lists in (reverse("session_list"), f"{reverse('calendar')}?month={day:%Y-%m}"):
        assert reverse("session_detail", args=[held.training_session.uuid]) in client.get(lists).content.decode()
    assert page.context["elsewhere"] == 2 and other.enrolment.person.name in page.content.decode()
    assert not any(name in page.content.decode() for name in hidden_from(held, other))
    sign_in(client, make_user("team_leader", site=SiteFactory()))
    assert client.get(reverse("session_detail", args=[held.training_session.uuid])).status_code == 404
    assert client.get(answer.url).status_code == 404


def test_operation_of_the_place_reads_roll_scores_results_and_files_of_its_own_people(client, held, other):
    sign_in(client, held.world.operations)
    uuid, meeting = held.training_session.uuid, held.meeting.uuid
    for address in (
        reverse("session_results", args=[uuid]),
        reverse("session_scores", args=[uuid]),
        reverse("session_tests", args=[uuid]),
        reverse("meeting_roll", args=[meeting]),
    ):
        page = client.get(address).content.decode()
        assert hidden_from(held, other)[0] in page
        assert other.enrolment.person.name not in page, address
    assert not EvidenceRequest.objects.visible_to(held.world.operations).filter(kind="test_results").exists()
