"""Documents that people attach: what they are, kept once, handed out whole."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from trainingops.domain import Refused
from trainingops.records import storage
from trainingops.records.documents import MAX_BYTES, DocumentField, keep_document, media_type_of
from trainingops.records.models import StoredFile

PDF = b"%PDF-1.4\n%%EOF\n"


def office(folder: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{folder}/document.xml", "<x/>")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (PDF, "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (office("word"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (office("evil"), ""),
        (b"PK\x03\x04 broken", ""),
        (b"<html>", ""),
        (b"MZ\x90", ""),
    ],
)
def test_a_document_is_what_its_bytes_say(content, found):
    assert media_type_of(content) == found


@pytest.mark.django_db
def test_the_same_bytes_are_kept_once_under_their_hash(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    now = timezone.now()
    first, name = keep_document(SimpleUploadedFile("../../surat.pdf", PDF), now=now)
    second, _name = keep_document(SimpleUploadedFile("lain.pdf", PDF), now=now)
    assert first == second and StoredFile.objects.count() == 1
    assert storage.read_file(first.sha256) == PDF and name == "surat.pdf"
    with pytest.raises(Refused):
        keep_document(SimpleUploadedFile("x.pdf", b"MZ"), now=now)


def test_a_form_refuses_by_size_and_by_content():
    field = DocumentField(label="File")
    assert field.clean(None) is None
    assert field.clean(SimpleUploadedFile("a.pdf", PDF)).read() == PDF
    large = SimpleUploadedFile("a.pdf", PDF)
    large.size = MAX_BYTES + 1
    for file in (large, SimpleUploadedFile("a.pdf", b"MZ\x90")):
        with pytest.raises(Exception, match=r"10 MB|DOCX|DOCX"):
            field.clean(file)
