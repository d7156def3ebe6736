"""What was recorded stays; data go only by an approved disposal (DESIGN.md §5.7)."""

import pytest
from django.db import IntegrityError, connection, transaction

from trainingops.audit.journal import record, service
from trainingops.audit.models import EntryDetail
from trainingops.audit.verification import verify_journal
from trainingops.people.tests.factories import PersonFactory, make_user
from trainingops.records.models import Disposal, Erasure, EvidencePayload, EvidenceRecord, StoredFile
from trainingops.records.tests.kinds import NOW, made

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roll_kind", "places")]


def _refused(act):
    with pytest.raises(IntegrityError, match="what was recorded stays"), transaction.atomic():
        act()


def _dispose(subject, state):
    disposal = Disposal.objects.create(
        reason="masa simpan berakhir", proposed_by=make_user("manager"), proposed_at=NOW, state=state
    )
    disposal.records.add(subject)
    return disposal


def test_a_record_is_never_changed_nor_deleted():
    subject = made()
    for field, value in (("title", "lain"), ("number", "DH-2026-09999"), ("paper_place", "rak 1")):
        _refused(lambda field=field, value=value: EvidenceRecord.objects.update(**{field: value}))
    _refused(lambda: EvidenceRecord.objects.all()._raw_delete("default"))
    _dispose(subject, Disposal.State.APPROVED)
    _refused(lambda: EvidenceRecord.objects.all()._raw_delete("default"))


def test_of_a_stored_file_only_the_removal_is_noted():
    subject = made()
    _refused(lambda: StoredFile.objects.update(size=1))
    _refused(lambda: StoredFile.objects.all()._raw_delete("default"))
    assert StoredFile.objects.filter(pk=subject.sealed_id).update(removed_at=NOW) == 1


@pytest.mark.parametrize("table", ["records_evidencerecord", "records_storedfile", "records_evidencepayload"])
def test_no_table_is_emptied(table):
    made()

    def truncate():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"TRUNCATE {table} CASCADE")

    _refused(truncate)


@pytest.mark.parametrize("state", [None, Disposal.State.PROPOSED, Disposal.State.REJECTED, Disposal.State.CARRIED_OUT])
def test_data_stay_without_an_approved_disposal(state):
    subject = made()
    if state:
        _dispose(subject, state)
    _refused(lambda: EvidencePayload.objects.update(text="{}"))
    _refused(lambda: EvidencePayload.objects.filter(pk=subject.payload_id)._raw_delete("default"))


def test_data_go_by_an_approved_disposal_of_their_record_and_of_no_other():
    subject, other = made(), made()
    _dispose(subject, Disposal.State.APPROVED)
    subject.request.payload = None
    subject.request.save()
    assert EvidencePayload.objects.filter(pk=subject.payload_id)._raw_delete("default") == 1
    _refused(lambda: EvidencePayload.objects.filter(pk=other.payload_id)._raw_delete("default"))
    subject.refresh_from_db()
    assert subject.payload_sha256, "the hash stays"


def test_a_journal_detail_goes_with_the_disposal_or_erasure_that_names_its_subject():
    person, subject = PersonFactory(), made()

    @service
    def note():
        record("person.changed", subject=person, actor=None, now=NOW, detail={"name": "lama"})
        record("evidence.read", subject=subject, actor=None, now=NOW, detail={"by": "seseorang"})

    note()
    details = EntryDetail.objects.all()
    _refused(lambda: details._raw_delete("default"))
    manager, other = make_user("manager"), make_user("manager")
    Erasure.objects.create(
        person=person, legal_basis="UU 27/2022", requested_by=manager, approved_by=other, requested_at=NOW
    )
    assert details.filter(entry__subject=person.uuid)._raw_delete("default") == 1
    _refused(lambda: details._raw_delete("default"))
    _dispose(subject, Disposal.State.APPROVED)
    assert details._raw_delete("default") == 1
    found = verify_journal(now=NOW)
    assert (found.problems, found.disposed) == ([], 2)
    Disposal.objects.update(state=Disposal.State.REJECTED)
    assert "no approved disposal names it" in verify_journal(now=NOW).problems[0]
