"""Photos of the class: kept without place and device, open to staff, removed with their bytes (5.2, 6)."""

from __future__ import annotations

import io
from datetime import timedelta

import pillow_heif
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from sessions.models import ClassFile
from sessions.services import (
    add_photos,
    conclude_meeting,
    conclude_session,
    remove_photo,
)
from sessions.tests.factories import START, attend, opened, scheduled
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.people.tests.factories import SiteFactory, make_user
from trainingops.records.documents import keep_bytes
from trainingops.records.models import ControlledProcedure, EvidenceRecord, RecordHold
from trainingops.records.services.letting_go import sweep
from trainingops.records.storage import FileMissing, read_file

pytestmark = pytest.mark.django_db
GPS = 0x8825


@pytest.fixture
def at(monkeypatch):
    """Let pages believe in a time: what the middleware puts on the request."""

    def set_time(moment):
        monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda: moment)

    return set_time


def _client(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def photo(kind="JPEG", name="IMG_0001.jpg", colour="red"):
    """A small photo that says where it was taken."""
    picture, drawn = Image.new("RGB", (640, 480), colour), io.BytesIO()
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
        picture.save(drawn, "HEIF")
    else:
        exif = Image.Exif()
        exif.get_ifd(GPS)[1] = "S"
        exif[0x010F] = "Kamera"
        picture.save(drawn, kind, exif=exif)
    return SimpleUploadedFile(name, drawn.getvalue())


@pytest.mark.clause("6")
@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "b.png"), ("HEIF", "c.heic")])
def test_a_photo_is_kept_drawn_anew_without_place_and_device(kind, name):
    held = opened()
    (kept,) = add_photos(
        training_session=held.training_session,
        photos=[photo(kind, name)],
        actor=held.pic,
        now=held.meeting.starts_at,
    )
    stored = Image.open(io.BytesIO(read_file(kept.file.sha256)))
    assert (stored.format, stored.size, dict(stored.getexif())) == ("JPEG", (640, 480), {})
    assert max(Image.open(io.BytesIO(read_file(kept.thumbnail.sha256))).size) == 320
    assert kept.file_name.endswith(".jpg")
    again = add_photos(
        training_session=held.training_session,
        photos=[photo(kind, name)],
        actor=held.pic,
        now=held.meeting.starts_at,
    )
    assert again == [] and ClassFile.objects.count() == 1


def test_what_is_no_photo_is_refused_by_name_and_nothing_is_kept():
    held = opened()
    with pytest.raises(Refused, match=r"surat\.jpg"):
        add_photos(
            training_session=held.training_session,
            photos=[photo(), SimpleUploadedFile("surat.jpg", b"%PDF-1.7 no picture")],
            actor=held.pic,
            now=held.meeting.starts_at,
        )
    assert not ClassFile.objects.exists()


def test_photos_come_after_the_opening_and_only_from_who_runs_it():
    held = scheduled()
    now = held.meeting.starts_at
    with pytest.raises(WrongState):
        add_photos(training_session=held.training_session, photos=[photo()], actor=held.pic, now=now)
    with pytest.raises(NotAllowed):
        add_photos(training_session=held.training_session, photos=[photo()], actor=held.manager, now=now)


def test_a_photo_is_removed_with_a_reason_before_the_conclusion_and_stays_after_it(at):
    held = opened()
    now = held.meeting.starts_at
    first, second = add_photos(
        training_session=held.training_session,
        photos=[photo(), photo(name="2.jpg", colour="blue")],
        actor=held.pic,
        now=now,
    )
    with pytest.raises(Refused):
        remove_photo(photo=first, reason=" ", actor=held.pic, now=now)
    remove_photo(photo=first, reason="Kabur.", actor=held.pic, now=now)
    with pytest.raises(WrongState):
        remove_photo(photo=first, reason="Lagi.", actor=held.pic, now=now)
    first.refresh_from_db()
    assert (first.removed_by, first.removal_reason) == (held.pic, "Kabur.")
    attend(held)
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=held.meeting.ends_at)
    conclude_session(
        training_session=held.training_session, reasons={"test": "x"}, actor=held.pic, now=held.meeting.ends_at
    )
    with pytest.raises(WrongState):
        remove_photo(photo=second, reason="Terlambat.", actor=held.pic, now=held.meeting.ends_at)
    later = held.meeting.ends_at + timedelta(hours=1)
    given = {"photos": [photo(name="3.jpg", colour="green")], "actor": held.pic, "now": later}
    (third,) = add_photos(training_session=held.training_session, **given)
    at(later)
    page = _client(held.pic).get(reverse("session_detail", args=[held.training_session.uuid])).content.decode()
    offered = [reverse("class_file_remove", args=[each.uuid]) in page for each in (second, third)]
    assert offered == [False, True], "removal is offered where it is possible, and nowhere else"


@pytest.mark.clause("6")
def test_photos_open_to_staff_alone(at):
    held = opened()
    at(held.meeting.starts_at)
    url = reverse("session_photos", args=[held.training_session.uuid])
    assert _client(held.pic).post(url, {"photos": [photo(), photo(name="2.jpg", colour="blue")]}).status_code == 302
    kept = ClassFile.objects.photos().first()
    agent = make_user("agent", person=held.enrolments[0].person)
    for name in ("class_file", "class_file_thumbnail"):
        address = reverse(name, args=[kept.uuid])
        assert _client(held.manager).get(address)["Content-Type"] == "image/jpeg"
        assert _client(agent).get(address).status_code == 403
        assert _client(make_user("manager", site=SiteFactory())).get(address).status_code == 404
        assert Client().get(address).status_code == 302


@pytest.mark.clause("6")
def test_the_bytes_of_a_removed_photo_go_unless_another_class_keeps_them(django_capture_on_commit_callbacks):
    one, two = opened(), opened(starts_at=START + timedelta(days=1))
    now = two.meeting.starts_at
    given = [(one, photo()), (one, photo(name="2.jpg", colour="blue")), (two, photo())]
    first, second, shared = (
        add_photos(training_session=held.training_session, photos=[each], actor=held.pic, now=now)[0]
        for held, each in given
    )
    assert shared.file_id == first.file_id
    remove = {"reason": "Ada wajah tamu.", "now": now}
    with django_capture_on_commit_callbacks(execute=True):
        remove_photo(photo=first, actor=one.pic, **remove)
        remove_photo(photo=second, actor=one.pic, **remove)
    assert read_file(shared.file.sha256), "the other class keeps them"
    for gone in (second.file, second.thumbnail):
        with pytest.raises(FileMissing):
            read_file(gone.sha256)
        gone.refresh_from_db()
        assert gone.removed_at == now
    second.refresh_from_db()
    assert (second.removed_by, second.removal_reason, second.file_name) == (one.pic, "Ada wajah tamu.", "2.jpg")
    assert Entry.objects.filter(verb="file.let_go", subject=second.file.uuid).exists()
    with django_capture_on_commit_callbacks(execute=True):
        remove_photo(photo=shared, actor=two.pic, **remove)
    with pytest.raises(FileMissing):
        read_file(first.file.sha256)
    (again,) = add_photos(training_session=one.training_session, photos=[photo()], actor=one.pic, now=now)
    assert again.file_id == first.file_id and read_file(again.file.sha256), "the same bytes are kept anew"
    assert again.file.removed_at is None


@pytest.mark.clause("6")
def test_under_a_hold_removed_bytes_stay_and_the_sweep_takes_them_after_it(django_capture_on_commit_callbacks):
    held = opened()
    now = held.meeting.starts_at
    (kept,) = add_photos(training_session=held.training_session, photos=[photo()], actor=held.pic, now=now)
    sealed = keep_bytes(b"%PDF-1.7", media_type="application/pdf", now=now)
    said = {"kind": "attendance", "title": "DH", "subject_type": "x", "subject": held.plan.uuid, "language": "id"}
    record = EvidenceRecord.objects.create(
        **said,
        number="DH-1",
        training=held.plan.uuid,
        evidence_date=now.date(),
        procedure=ControlledProcedure.objects.first(),
        template_version="1",
        sealed=sealed,
        verify_code="kode",
        created_at=now,
    )
    hold = RecordHold.objects.create(record=record, reason="Sengketa", placed_by=held.manager, placed_at=now)
    with django_capture_on_commit_callbacks(execute=True):
        remove_photo(photo=kept, reason="Kabur.", actor=held.pic, now=now)
        assert sweep(now=now) == 0
    assert read_file(kept.file.sha256)
    RecordHold.objects.filter(pk=hold.pk).update(released_at=now, released_by=held.manager)
    with django_capture_on_commit_callbacks(execute=True):
        sweep(now=now)
    with pytest.raises(FileMissing):
        read_file(kept.file.sha256)
    assert read_file(sealed.sha256)
