"""A record is made once, whatever is killed, run twice or run at once (DESIGN.md §5.3, §5.5)."""

import hashlib
import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation

from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused
from trainingops.people.tests.factories import SiteFactory, make_user
from trainingops.records import rendering, storage
from trainingops.records.models import EvidenceRecord, EvidenceRequest, RecordNumber, StoredFile
from trainingops.records.rendering import render_pdf
from trainingops.records.services import produce_record, production, retry_request
from trainingops.records.services.production import LEASE, MOST_ATTEMPTS, hand_out_requests
from trainingops.records.tasks import produce_evidence, sweep_requests
from trainingops.records.tests.kinds import NOW, order, payload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roll_kind", "places")]


class Killed(BaseException):
    """As a process that ends: nothing after it runs."""


def test_a_request_becomes_a_numbered_sealed_record():
    request = order(site=SiteFactory(), supports_until=NOW.date() + timedelta(days=30))
    record = produce_record(request=request, now=NOW)
    request.refresh_from_db()
    assert request.state == EvidenceRequest.State.PRODUCED
    assert record.number == "DH-2026-00001"
    assert record.request == request
    assert (record.site, record.supports_until) == (request.site, request.supports_until)
    assert str(record.procedure) == "Instruksi Kerja Training Refreshment dan Improvement, Rev 01"
    data = storage.read_file(record.sealed.sha256)
    assert record.sealed.size == len(data)
    assert data.startswith(b"%PDF-1.7")
    assert record.payload_sha256 == hashlib.sha256(record.payload.text.encode()).hexdigest()
    entry = Entry.objects.get(verb="evidence.produced")
    assert json.loads(entry.text)["data"]["sealed"] == record.sealed.sha256


def test_the_record_reproduces_its_unsigned_bytes(roll_kind):
    record = produce_record(request=order(), now=NOW)
    again = render_pdf(
        kind=roll_kind,
        number=record.number,
        verify_code=record.verify_code,
        payload_text=record.payload.text,
        payload_sha256=record.payload_sha256,
    )
    assert hashlib.sha256(again).hexdigest() == record.unsigned_sha256


def test_nothing_personal_stands_in_the_record_or_the_journal():
    record = produce_record(request=order(actor=make_user("trainer", name="Rahasia Sekali")), now=NOW)
    texts = [*Entry.objects.values_list("text", flat=True), *map(str, vars(record).values())]
    assert not [text for text in texts if "Rahasia Sekali" in text or "Rika Winarsih" in text]
    assert "Rahasia Sekali" in record.payload.text


def test_running_it_twice_makes_one_record():
    request = order()
    first = produce_record(request=request, now=NOW)
    assert produce_record(request=request, now=NOW + LEASE * 2) == first
    assert EvidenceRecord.objects.count() == 1
    assert RecordNumber.objects.get().last == 1


@pytest.mark.parametrize(
    "place",
    [
        "services.production.next_number",
        "rendering.render_pdf",
        "sealing.load_seal",
        "storage.put_once",
        "services.production._write_record",
        "models.StoredFile.objects.get_or_create",
    ],
)
def test_killed_anywhere_the_next_worker_finishes_with_the_same_number(monkeypatch, place):
    request = order()

    def die(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(f"trainingops.records.{place}", die)
        with pytest.raises(Killed):
            produce_record(request=request, now=NOW)
    request.refresh_from_db()
    assert produce_record(request=request, now=NOW + timedelta(seconds=5)) is None, "the lease still holds"
    record = produce_record(request=request, now=NOW + LEASE + timedelta(seconds=1))
    assert record.number == (request.number or "DH-2026-00001")
    assert EvidenceRecord.objects.count() == StoredFile.objects.count() == 1


def test_killed_after_the_bytes_are_kept_no_second_file_is_made(monkeypatch, places):
    request = order()
    monkeypatch.setattr(production, "_write_record", lambda **_: (_ for _ in ()).throw(Killed))
    with pytest.raises(Killed):
        produce_record(request=request, now=NOW)
    monkeypatch.undo()
    produce_record(request=request, now=NOW + LEASE * 2)
    assert len([each for each in places.rglob("*") if each.is_file()]) == 1


def test_a_failure_is_kept_and_tried_again_later_each_time(monkeypatch):
    request = order()
    monkeypatch.setattr(rendering, "render_pdf", lambda **_: 1 / 0)
    now = NOW
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert produce_record(request=request, now=now) is None
        request.refresh_from_db()
        assert request.attempts == attempt
        assert "ZeroDivisionError" in request.error
        now += timedelta(hours=2)
    assert request.state == EvidenceRequest.State.FAILED
    assert hand_out(now) == []
    monkeypatch.undo()
    manager = make_user("manager")
    retry_request(request=request, actor=manager, now=now)
    request.refresh_from_db()
    assert produce_record(request=request, now=now).number == "DH-2026-00001"


def test_only_a_manager_of_the_scope_retries_and_only_what_failed():
    request = order(site=SiteFactory())
    for user in (make_user("auditor"), make_user("manager", site=SiteFactory())):
        with pytest.raises(NotAllowed):
            retry_request(request=request, actor=user, now=NOW)
    with translation.override("en"), pytest.raises(Refused, match="nothing to try again"):
        retry_request(request=request, actor=make_user("administrator"), now=NOW)


def hand_out(now):
    """What a sweep sends while the broker is well."""
    return hand_out_requests(send=lambda key: True, now=now)


def test_what_the_broker_did_not_take_is_sent_again_by_the_next_sweep():
    request, later = order(), NOW + timedelta(seconds=60)
    assert hand_out_requests(send=lambda key: False, now=later) == []
    assert hand_out(later + timedelta(seconds=15)) == [request.pk]


def test_the_sweep_hands_a_request_out_once_in_a_lease():
    request = order()
    assert hand_out(NOW + timedelta(seconds=5)) == [], "its worker was woken just now"
    later = NOW + timedelta(seconds=60)
    assert hand_out(later) == [request.pk]
    assert hand_out(later) == []
    assert hand_out(later + LEASE + timedelta(seconds=1)) == [request.pk]
    assert produce_record(request=request, now=later) is not None, "a handed out request can be claimed"


def test_the_sweep_takes_over_from_a_worker_that_died(monkeypatch):
    request = order()
    monkeypatch.setattr(rendering, "render_pdf", lambda **_: (_ for _ in ()).throw(Killed))
    with pytest.raises(Killed):
        produce_record(request=request, now=NOW)
    assert hand_out(NOW + timedelta(seconds=30)) == []
    assert hand_out(NOW + LEASE + timedelta(seconds=1)) == [request.pk]


def test_the_tasks_make_what_waits(monkeypatch):
    request = order()
    EvidenceRequest.objects.update(requested_at=NOW - timedelta(days=400))
    woken = []
    monkeypatch.setattr("trainingops.records.tasks.send", lambda task, key: woken.append(key) or True)
    sweep_requests()
    assert woken == [request.pk]
    produce_evidence(request.pk)
    produce_evidence(request.pk + 1)
    assert EvidenceRecord.objects.count() == 1


def test_a_page_in_english_says_its_own_words_in_english():
    record = produce_record(request=order(language="en", payload=payload(clause="6")), now=NOW)
    frame = json.loads(record.payload.text)["frame"]
    assert frame["clause"] == {"number": "6", "title": "Objective evidence and its keeping"}
    assert frame["procedure"]["effective"] == "25 September 2025"


def test_two_workers_at_once_make_one_record(committed_db, roll_kind, places):
    request = order()
    found, barrier = [], threading.Barrier(2)

    def work():
        try:
            barrier.wait()
            found.append(produce_record(request=EvidenceRequest.objects.get(pk=request.pk), now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert EvidenceRecord.objects.count() == 1
    assert RecordNumber.objects.get().last == 1
